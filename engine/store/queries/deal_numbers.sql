-- The numbers of deals that pass the filters, in order, after a number: one page for a program that reads them all.
SELECT opportunity_id
FROM deals
WHERE opportunity_id > $after
    AND is_shown($agents, assigned_to)
    AND ($stage IS NULL OR stage = $stage)
    AND ($lead_id IS NULL OR lead_id = $lead_id)
ORDER BY opportunity_id
LIMIT $limit
