-- How often leads are heard from again by how long their first answer by a person took: one row a class of minutes, quickest first.
-- $edges: the classes' upper ends in minutes. Leads of the last 14 days are left out: they may still write.
-- reached: the lead wrote after that answer, or was spoken to. Only leads that came to this office while it kept count (not old lists).
WITH answered AS (
    SELECT date_diff('second', created_at, first_outbound_at) / 60.0 AS minutes,
        coalesce(last_inbound_at > first_outbound_at, false) OR coalesce(n_spoken, 0) > 0 AS is_reached
    FROM lead_rows LEFT JOIN triage USING (lead_id)
    WHERE first_outbound_at >= created_at AND created_at < $now - to_days(14) AND ($agents IS NULL OR list_contains($agents, assigned_to))
)
SELECT len(list_filter($edges, lambda edge: minutes > edge)) AS class, count(*) AS n_answered, count(*) FILTER (is_reached) AS n_reached
FROM answered GROUP BY class ORDER BY class
