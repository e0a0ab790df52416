-- The leads most likely to close whose deal has not ended: one row a lead, the likeliest first.
SELECT r.lead_id, r.name, r.band, r.score, r.probability, r.stage, r.expected_cents
FROM lead_rows AS r
LEFT JOIN stages AS s ON s.stage = r.stage
WHERE r.probability IS NOT NULL AND coalesce(s.is_open, true)
    AND is_shown($agents, r.assigned_to)
ORDER BY r.probability DESC, r.lead_id
LIMIT $limit
