-- How long the queue is: one row a band (NULL: not scored), with the inbox's filters apart from the band itself.
SELECT r.band, count(*) AS n
FROM lead_rows AS r
WHERE ($agent_id IS NULL OR r.assigned_to = $agent_id OR r.assigned_to IS NULL)
    AND ($whose <> 'mine' OR r.assigned_to = $user_id)
    AND ($whose <> 'unassigned' OR r.assigned_to IS NULL)
    AND ($source IS NULL OR r.source = $source)
    AND ($stage IS NULL OR r.stage = $stage)
    AND (NOT $only_waiting OR r.waiting_since IS NOT NULL)
    AND ($search IS NULL OR contains(r.search_text, strip_accents($search))
        OR (length(regexp_replace($search, '[^0-9]', '', 'g')) >= 4 AND regexp_full_match($search, '[-+0-9(). ]+')
            AND contains(r.phone, regexp_replace($search, '[^0-9]', '', 'g'))))
GROUP BY r.band
ORDER BY r.band NULLS LAST
