-- The deals of one stage: one row a deal, the soonest to close first, then the most valuable, one page of them.
SELECT d.opportunity_id, d.lead_id, d.shown_name AS name, d.stage, d.price_cents, d.price_source, d.commission_rate,
    d.rate_source, d.gci_cents, d.weighted_cents, d.closes_on, d.stage_since, u.name AS assigned_name
FROM deals AS d
LEFT JOIN users AS u ON u.user_id = d.assigned_to
WHERE d.stage = $stage AND ($agent_id IS NULL OR d.assigned_to = $agent_id OR d.assigned_to IS NULL)
ORDER BY d.closes_on NULLS LAST, d.gci_cents DESC NULLS LAST, d.opportunity_id
LIMIT $limit OFFSET $offset
