-- The pipeline through its filters: one row a stage, in order, the empty ones too.
-- gross: GCI of the deals. weighted: GCI times the stage's win rate. predicted: GCI times each deal's own chance, its days in the stage counted.
SELECT s.stage, s.label, s.position, s.win_rate, s.win_rate_source, s.is_open,
    count(d.opportunity_id) AS n_deals,
    count(d.opportunity_id) FILTER (d.gci_cents IS NULL) AS n_unpriced,
    count(d.opportunity_id) FILTER (d.slip IS NOT NULL) AS n_slipped,
    CAST(coalesce(sum(d.price_cents), 0) AS BIGINT) AS price_cents,
    CAST(coalesce(sum(d.gci_cents), 0) AS BIGINT) AS gross_cents,
    CAST(coalesce(sum(d.weighted_cents), 0) AS BIGINT) AS weighted_cents,
    CAST(coalesce(sum(d.predicted_cents), 0) AS BIGINT) AS predicted_cents,
    CAST(coalesce(sum(d.gci_cents) FILTER (d.is_assumed), 0) AS BIGINT) AS assumed_cents
FROM stages AS s
LEFT JOIN pipeline_deals($today, $zone, $agents, $odds, $f) AS d ON d.stage = s.stage
GROUP BY ALL
ORDER BY s.position
