-- How many leads, deal not ended, each band would hold with these thresholds beside what it holds now. One row.
-- Counts what the model says: a band that a person set for a lead stays his until it runs out.
WITH placed AS (
    SELECT band, CASE WHEN probability >= $hot THEN 'hot' WHEN probability >= $warm THEN 'warm' WHEN probability IS NOT NULL THEN 'cold' END AS then_band
    FROM lead_rows
    WHERE NOT has_ended
)
SELECT count(*) FILTER (then_band = 'hot') AS n_hot, count(*) FILTER (then_band = 'warm') AS n_warm,
    count(*) FILTER (then_band = 'cold') AS n_cold, count(*) FILTER (band = 'hot') AS n_hot_now,
    count(*) FILTER (band = 'warm') AS n_warm_now, count(*) FILTER (band = 'cold') AS n_cold_now,
    count(*) FILTER (band <> then_band) AS n_moving, count(*) FILTER (then_band IS NULL) AS n_unscored
FROM placed
