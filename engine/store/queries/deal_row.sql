-- One deal with what it pays; no row for one that is lost, unknown or another agent's.
SELECT r.* EXCLUDE (position, win_rate, weighted_cents), p.net_cents AS own_net_cents
FROM deal_rows AS r
LEFT JOIN deal_pays AS p ON p.opportunity_id = r.opportunity_id AND p.agent_id = $own
WHERE r.opportunity_id = $opportunity_id AND ($agents IS NULL OR list_has_any(r.agent_ids, $agents))
