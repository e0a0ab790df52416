-- What fills the agents' caps, a row an agent and day; settled, or only if pending deals close.
SELECT agent, counts_on, entry_id IS NOT NULL AS is_settled, CAST(sum(cents) AS BIGINT) AS cents
FROM deal_meters
WHERE meter = 'cap' AND ($agents IS NULL OR list_contains($agents, TRY_CAST(agent AS BIGINT)))
GROUP BY ALL
