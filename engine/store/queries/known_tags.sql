-- The tags on leads that the person may see, the most used first, at most 200. $agents: whose leads, beside those nobody has taken; NULL sees all.
SELECT tag, count(*) AS n
FROM (SELECT unnest(t.tags) AS tag FROM triage AS t JOIN leads AS l USING (lead_id)
    WHERE is_shown($agents, l.assigned_to))
GROUP BY tag ORDER BY n DESC, tag LIMIT 200
