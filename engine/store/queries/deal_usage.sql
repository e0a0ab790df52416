-- What these agents' meters show before a pending deal: settled deals all, pending ones that close before it.
SELECT m.agent, m.meter, m.counts_on, CAST(sum(m.cents) AS BIGINT) AS cents
FROM deal_meters AS m
LEFT JOIN deal_money AS d ON d.opportunity_id = m.opportunity_id AND m.entry_id IS NULL
WHERE list_contains($agents, m.agent)
    AND (m.entry_id IS NOT NULL
        OR (coalesce(d.counts_on, DATE '9999-12-31'), d.opportunity_id) < (coalesce($counts_on, DATE '9999-12-31'), $opportunity_id))
GROUP BY ALL
