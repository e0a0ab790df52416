-- The leads' current scores, one row a model and band: how many.
SELECT model_version, band, count(*) AS n
FROM scores
GROUP BY ALL ORDER BY model_version, band
