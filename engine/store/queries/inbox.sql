-- The queue: one row a lead that passes the filters, in the order asked for, one page of it.
-- $agent_id: an agent sees his own leads and those nobody has taken; NULL sees all. $user_id: who "mine" is.
-- $whose: all, mine, unassigned. $order: score, waiting (longest waiting first), newest. $search: NULL, or lower case.
SELECT r.lead_id, r.name, r.phone, r.email, r.source, r.city, r.band, r.score, r.probability, r.probability_low,
    r.probability_high, r.has_enough_evidence, r.reasons_for, r.reasons_against, r.expected_cents,
    coalesce(r.rate_source, '') AS rate_source, r.stage, r.created_at, r.last_inbound_at, r.first_outbound_at,
    r.waiting_since, r.assigned_to, u.name AS assigned_name, r.is_do_not_contact
FROM lead_rows AS r
LEFT JOIN users AS u ON u.user_id = r.assigned_to
WHERE ($agent_id IS NULL OR r.assigned_to = $agent_id OR r.assigned_to IS NULL)
    AND ($whose <> 'mine' OR r.assigned_to = $user_id)
    AND ($whose <> 'unassigned' OR r.assigned_to IS NULL)
    AND ($band IS NULL OR r.band = $band)
    AND ($source IS NULL OR r.source = $source)
    AND ($stage IS NULL OR r.stage = $stage)
    AND (NOT $only_waiting OR r.waiting_since IS NOT NULL)
    AND ($search IS NULL OR contains(r.search_text, strip_accents($search))
        OR (length(regexp_replace($search, '[^0-9]', '', 'g')) >= 4 AND regexp_full_match($search, '[-+0-9(). ]+')
            AND contains(r.phone, regexp_replace($search, '[^0-9]', '', 'g'))))
ORDER BY
    CASE WHEN $order = 'waiting' THEN r.waiting_since END ASC NULLS LAST,
    CASE WHEN $order = 'newest' THEN r.created_at END DESC NULLS LAST,
    r.probability DESC NULLS LAST, r.lead_id
LIMIT $limit OFFSET $offset
