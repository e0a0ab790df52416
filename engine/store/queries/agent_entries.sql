-- What was paid to one agent in one calendar year: one row an entry, in the order of closing days; reversals in negative amounts.
SELECT e.entry_id, e.opportunity_id, e.closed_on, e.reverses IS NOT NULL AS is_reversal, e.gross_cents, e.net_cents,
    coalesce(d.shown_name, 'Deal ' || e.opportunity_id) AS name
FROM entry_pays AS e
LEFT JOIN deals AS d USING (opportunity_id)
WHERE e.agent_id = $agent_id AND year(e.closed_on) = $year
ORDER BY e.closed_on, e.entry_id
