-- The tags on leads that the person may see, the most used first, at most 200. $agent_id: NULL sees all.
SELECT tag, count(*) AS n
FROM (SELECT unnest(t.tags) AS tag FROM triage AS t JOIN leads AS l USING (lead_id)
    WHERE $agent_id IS NULL OR l.assigned_to = $agent_id OR l.assigned_to IS NULL)
GROUP BY tag ORDER BY n DESC, tag LIMIT 200
