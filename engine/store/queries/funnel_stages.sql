-- What became of the deals in each open stage: one row a stage, in order. Deals of leads that came since $since (NULL: all).
-- n_reached: deals that stood there or further on. n_on: went on or closed. n_lost: were lost from there. n_here: stand there now.
-- median_days, p80_days: how long deals stayed that have left the stage, n_left of them.
WITH mine AS (
    SELECT d.opportunity_id, d.stage, d.position, d.is_open
    FROM deals AS d JOIN leads AS l USING (lead_id)
    WHERE is_shown($agents, d.assigned_to) AND ($since IS NULL OR l.created_at >= $since)
        AND ($source IS NULL OR l.source = $source)
),
visits AS (
    SELECT m.opportunity_id, s.stage, s.position, m.moved_at,
        lead(m.moved_at) OVER (PARTITION BY m.opportunity_id ORDER BY m.moved_at, s.position) AS left_at
    FROM stage_moves AS m JOIN stages AS s USING (stage) JOIN mine USING (opportunity_id)
),
furthest AS (
    SELECT m.opportunity_id, any_value(m.stage) AS stage, any_value(m.is_open) AS is_open,
        CASE WHEN any_value(m.stage) = 'closed' THEN any_value(m.position)
            ELSE coalesce(max(v.position) FILTER (v.stage NOT IN ('lost', 'closed')), any_value(m.position) FILTER (m.is_open)) END AS reached
    FROM mine AS m LEFT JOIN visits AS v USING (opportunity_id)
    GROUP BY m.opportunity_id
),
stays AS (
    SELECT stage, count(*) AS n_left, median(days) AS median_days, quantile_cont(days, 0.8) AS p80_days
    FROM (SELECT stage, date_diff('second', moved_at, left_at) / 86400.0 AS days FROM visits WHERE left_at IS NOT NULL)
    GROUP BY stage
)
SELECT s.stage, s.label,
    count(f.opportunity_id) FILTER (f.reached >= s.position) AS n_reached,
    count(f.opportunity_id) FILTER (f.reached > s.position) AS n_on,
    count(f.opportunity_id) FILTER (f.reached = s.position AND f.stage = 'lost') AS n_lost,
    count(f.opportunity_id) FILTER (f.reached = s.position AND f.is_open) AS n_here,
    coalesce(any_value(t.n_left), 0) AS n_left, any_value(t.median_days) AS median_days, any_value(t.p80_days) AS p80_days
FROM stages AS s LEFT JOIN furthest AS f ON true LEFT JOIN stays AS t ON t.stage = s.stage
WHERE s.is_open
GROUP BY s.stage, s.label, s.position
ORDER BY s.position
