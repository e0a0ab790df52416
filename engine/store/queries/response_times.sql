-- Speed-to-lead of leads that came since $since: one row an agent (NULL: nobody's), most leads first. Minutes to the first touch by a
-- person; automatic messages never count. Rates and medians are NULL when there is nothing to take them of.
-- n_due: leads whose five minutes are over or that were answered; only they count in the share within five minutes.
-- Leads not to be contacted owe nobody an answer.
SELECT assigned_to AS user_id, count(*) AS n_leads, count(first_outbound_at) AS n_answered,
    count(*) FILTER (first_outbound_at IS NULL AND waiting_since IS NOT NULL) AS n_waiting,
    count(*) FILTER (is_due) AS n_due,
    median(minutes) AS median_minutes,
    quantile_cont(minutes, 0.9) AS p90_minutes,
    count(*) FILTER (is_due AND minutes <= $target) / nullif(count(*) FILTER (is_due), 0) AS in_target_rate
FROM (
    SELECT *, date_diff('second', created_at, first_outbound_at) / 60.0 AS minutes,
        first_outbound_at IS NOT NULL OR created_at < $now - to_minutes(CAST($target AS BIGINT)) AS is_due
    FROM lead_rows
    WHERE NOT is_do_not_contact AND created_at >= $since AND (first_outbound_at IS NULL OR first_outbound_at >= created_at)
        AND is_shown($agents, assigned_to)
)
GROUP BY assigned_to ORDER BY n_leads DESC, user_id NULLS LAST
