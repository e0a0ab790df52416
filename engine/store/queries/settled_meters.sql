-- What statements of closed deals added to agents' yearly caps and fees, one row an agent, meter and closing day.
SELECT agent, meter, cents, counts_on FROM (
    SELECT agent, meter, counts_on, CAST(sum(cents) AS BIGINT) AS cents FROM deal_meters WHERE entry_id IS NOT NULL GROUP BY ALL
)
ORDER BY counts_on, agent, meter
