-- What each source brought and cost: leads, closed deals and GCI, what is pending, spend over all months known.
SELECT source, CAST(sum(n_leads) AS BIGINT) AS n_leads, CAST(sum(n_closed) AS BIGINT) AS n_closed,
    CAST(sum(closed_cents) AS BIGINT) AS closed_cents, CAST(sum(pending_cents) AS BIGINT) AS pending_cents,
    CAST(sum(spend_cents) AS BIGINT) AS spend_cents
FROM (
    SELECT source, count(*) AS n_leads, 0 AS n_closed, 0 AS closed_cents, 0 AS pending_cents, 0 AS spend_cents FROM leads GROUP BY source
    UNION ALL
    SELECT l.source, 0, count(*) FILTER (m.standing <> 'pending'), coalesce(sum(m.gci_cents) FILTER (m.standing <> 'pending'), 0),
        coalesce(sum(m.gci_cents) FILTER (m.standing = 'pending'), 0), 0
    FROM deal_money AS m JOIN leads AS l USING (lead_id) GROUP BY l.source
    UNION ALL
    SELECT source, 0, 0, 0, 0, sum(cost_cents) FROM spend GROUP BY source
)
GROUP BY source
ORDER BY spend_cents DESC, closed_cents DESC, source NULLS LAST
