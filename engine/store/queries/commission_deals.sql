-- Deals with what they pay: one row a deal, one page of them, the soonest to close first; closed ones the latest first.
-- own_net_cents: what the agent asked for receives; NULL when nobody was asked for.
SELECT r.* EXCLUDE (position, win_rate, weighted_cents), p.net_cents AS own_net_cents
FROM deal_rows AS r
LEFT JOIN deal_pays AS p ON p.opportunity_id = r.opportunity_id AND p.agent_id = $agent_id
WHERE ($agent_id IS NULL OR list_contains(r.agent_ids, $agent_id))
    AND ($standing IS NULL OR r.standing = $standing OR ($standing = 'closed' AND r.standing = 'settled'))
    AND ($side IS NULL OR r.side = $side)
    AND ($only_assumed IS NOT TRUE OR r.is_assumed)
    AND ($search IS NULL OR contains(strip_accents(lower(concat_ws(' ', r.name, r.agents, r.stage_label))), strip_accents($search)))
ORDER BY r.standing = 'pending' DESC,
    CASE WHEN r.standing = 'pending' THEN r.counts_on END NULLS LAST, CASE WHEN r.standing <> 'pending' THEN r.counts_on END DESC,
    r.opportunity_id
LIMIT $limit OFFSET $offset
