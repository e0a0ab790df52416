-- Deals that have ended, one row a stage: how many. What a model of the team's own could learn from.
SELECT stage, count(*) AS n
FROM opportunities JOIN stages USING (stage)
WHERE NOT is_open
GROUP BY ALL ORDER BY stage
