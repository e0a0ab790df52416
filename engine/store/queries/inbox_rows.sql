-- Rows of the queue by number, whatever the filters say now: what is on a screen is refreshed in place, without moving it.
-- $lead_ids: the leads on that screen. $agent_id: an agent sees his own leads and those nobody has taken; NULL sees all.
SELECT r.lead_id, r.name, r.phone, r.email, r.source, r.city, r.band, r.score, r.probability, r.probability_low,
    r.probability_high, r.has_enough_evidence, r.reasons_for, r.reasons_against, r.expected_cents,
    coalesce(r.rate_source, '') AS rate_source, r.stage, r.created_at, r.last_inbound_at, r.first_outbound_at,
    r.waiting_since, r.assigned_to, u.name AS assigned_name, r.is_do_not_contact
FROM lead_rows AS r
LEFT JOIN users AS u ON u.user_id = r.assigned_to
WHERE list_contains($lead_ids, r.lead_id)
    AND ($agent_id IS NULL OR r.assigned_to = $agent_id OR r.assigned_to IS NULL)
