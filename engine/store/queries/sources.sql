-- Where leads come from: one row a source (NULL: not said), the most frequent first.
SELECT source, count(*) AS n_leads, count(*) FILTER (band = 'hot') AS n_hot, CAST(sum(expected_cents) AS BIGINT) AS expected_cents
FROM lead_rows
WHERE $agent_id IS NULL OR assigned_to = $agent_id OR assigned_to IS NULL
GROUP BY source
ORDER BY n_leads DESC, source NULLS LAST
