-- Where leads come from: one row a source (NULL: not said), the most frequent first.
SELECT source, count(*) AS n_leads, count(*) FILTER (band = 'hot') AS n_hot, CAST(sum(expected_cents) AS BIGINT) AS expected_cents
FROM lead_rows
WHERE is_shown($agents, assigned_to)
GROUP BY source
ORDER BY n_leads DESC, source NULLS LAST
