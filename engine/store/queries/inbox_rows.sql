-- Rows of the queue by number, whatever the filters say now: what is on a screen is refreshed in place, without moving it.
SELECT * EXCLUDE (search_text)
FROM lead_queue($now, $agents, $w)
WHERE list_contains($lead_ids, lead_id)
