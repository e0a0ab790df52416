-- Agreements with their clients: one row an agreement, those that still run first, the soonest to expire first.
SELECT a.*, l.name, l.assigned_to, u.name AS assigned_name
FROM agreements AS a
JOIN leads AS l USING (lead_id)
LEFT JOIN users AS u ON u.user_id = l.assigned_to
WHERE ($agents IS NULL OR list_contains($agents, l.assigned_to))
ORDER BY a.ended_on IS NULL AND a.expires_on >= $today DESC, CASE WHEN a.expires_on >= $today THEN a.expires_on END NULLS LAST,
    a.expires_on DESC, a.agreement_id
LIMIT $limit
