-- What the open deals that name a closing day would pay, one row a week (Monday to Sunday), the earliest first.
-- Deals overdue stand in the week of $today. weighted_cents: GCI times the stage's win rate; splits are not taken.
SELECT CAST(date_trunc('week', greatest(closes_on, CAST($today AS DATE))) AS DATE) AS week,
    count(*) AS n_deals,
    CAST(coalesce(sum(gci_cents), 0) AS BIGINT) AS gross_cents,
    CAST(coalesce(sum(weighted_cents), 0) AS BIGINT) AS weighted_cents
FROM deals
WHERE is_open AND closes_on IS NOT NULL AND is_shown($agents, assigned_to)
GROUP BY ALL ORDER BY week
LIMIT 53
