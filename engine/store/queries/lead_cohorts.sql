-- Leads by the month in which they came (the office's zone), the latest first: how far they have come by now.
-- n_answered: heard from a person. n_appointment, n_contract: their deal has come so far or further. n_closed: it closed.
WITH reached AS (
    SELECT m.lead_id, max(s.position) FILTER (s.stage <> 'lost') AS position, bool_or(s.stage = 'closed') AS was_closed
    FROM stage_moves AS m JOIN stages AS s USING (stage) GROUP BY m.lead_id
)
SELECT CAST(date_trunc('month', timezone($zone, timezone('UTC', r.created_at))) AS DATE) AS month,
    count(*) AS n_leads,
    count(r.first_outbound_at) AS n_answered,
    count(*) FILTER (e.position >= (SELECT position FROM stages WHERE stage = 'appointment')) AS n_appointment,
    count(*) FILTER (e.position >= (SELECT position FROM stages WHERE stage = 'under_contract')) AS n_contract,
    count(*) FILTER (r.stage = 'closed') AS n_closed
FROM lead_rows AS r LEFT JOIN reached AS e USING (lead_id)
WHERE is_shown($agents, r.assigned_to)
GROUP BY month ORDER BY month DESC
LIMIT 18
