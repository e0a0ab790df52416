-- The pipeline: one row a stage, in order, the empty ones too.
-- gross: GCI of the deals. weighted: GCI times the stage's win rate. assumed: the part of the gross that rests on the default rate.
SELECT s.stage, s.label, s.position, s.win_rate, s.win_rate_source, s.is_open,
    count(d.opportunity_id) AS n_deals,
    count(d.opportunity_id) FILTER (d.gci_cents IS NULL) AS n_unpriced,
    CAST(coalesce(sum(d.price_cents), 0) AS BIGINT) AS price_cents,
    CAST(coalesce(sum(d.gci_cents), 0) AS BIGINT) AS gross_cents,
    CAST(coalesce(sum(d.weighted_cents), 0) AS BIGINT) AS weighted_cents,
    CAST(coalesce(sum(d.gci_cents) FILTER (d.is_assumed), 0) AS BIGINT) AS assumed_cents
FROM stages AS s
LEFT JOIN deals AS d ON d.stage = s.stage AND ($agent_id IS NULL OR d.assigned_to = $agent_id OR d.assigned_to IS NULL)
GROUP BY ALL
ORDER BY s.position
