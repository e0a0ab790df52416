-- Scored leads that have no deal yet, in one row: how many, and what the model expects of them (probability times commission).
SELECT count(*) AS n_leads, CAST(coalesce(sum(expected_cents), 0) AS BIGINT) AS expected_cents
FROM lead_rows
WHERE stage IS NULL AND score IS NOT NULL AND is_shown($agents, assigned_to)
