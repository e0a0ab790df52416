-- Deals with what they pay: one row a deal, one page of them, the soonest to close first; closed ones the latest first.
-- own_net_cents: what the agent asked for receives; NULL when nobody was asked for. The filters stand in schema/analytics.sql.
SELECT r.* EXCLUDE (position, win_rate, weighted_cents)
FROM paying_deals($agents, $own, $standing, $side, $only_assumed, $search) AS r
ORDER BY r.standing = 'pending' DESC,
    CASE WHEN r.standing = 'pending' THEN r.counts_on END NULLS LAST, CASE WHEN r.standing <> 'pending' THEN r.counts_on END DESC,
    r.opportunity_id
LIMIT $limit OFFSET $offset
