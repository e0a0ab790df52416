-- What was paid to each agent in each calendar year, reversals taken off: the year's total for the 1099.
SELECT e.agent_id, coalesce(u.name, 'Account ' || e.agent_id) AS name, year(e.closed_on) AS year,
    CAST(sum(e.gross_cents) AS BIGINT) AS gross_cents, CAST(sum(e.net_cents) AS BIGINT) AS net_cents,
    count(*) FILTER (e.reverses IS NULL) AS n_closed, count(*) FILTER (e.reverses IS NOT NULL) AS n_reversed
FROM entry_pays AS e
LEFT JOIN users AS u ON u.user_id = e.agent_id
WHERE $agents IS NULL OR list_contains($agents, e.agent_id)
GROUP BY ALL
ORDER BY year DESC, net_cents DESC, e.agent_id
