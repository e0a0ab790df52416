-- The numbers of leads that pass the filters, in order, after a number: one page for a program that reads them all.
-- $agents: whose leads, beside those nobody has taken; NULL sees all. $search: NULL, or lower case.
SELECT r.lead_id
FROM lead_rows AS r
WHERE r.lead_id > $after
    AND is_shown($agents, r.assigned_to)
    AND ($band IS NULL OR r.band = $band)
    AND ($source IS NULL OR r.source = $source)
    AND ($stage IS NULL OR r.stage = $stage)
    AND ($search IS NULL OR contains(r.search_text, strip_accents($search)))
ORDER BY r.lead_id
LIMIT $limit
