-- The queue in one row: `counts` of the leads that pass the filters by band (NULL: not scored), and `lead_ids` of one page in its order.
-- $order: worth (of acting now), score, waiting (longest waiting first), newest, wakes (next to wake first).
-- $band: counts leave it out. $f: the filters; $w: the figures of worth (both in schema/analytics.sql).
WITH passing AS MATERIALIZED (
    SELECT lead_id, band, worth_cents, probability, waiting_since, created_at, snoozed_until
    FROM filtered_queue($now, $agents, $w, $f)
),
page AS (
    SELECT lead_id, row_number() OVER () AS place
    FROM (
        FROM passing
        WHERE $band IS NULL OR band = $band
        ORDER BY
            CASE WHEN $order = 'worth' THEN worth_cents END DESC NULLS LAST,
            CASE WHEN $order = 'waiting' THEN waiting_since END ASC NULLS LAST,
            CASE WHEN $order = 'newest' THEN created_at END DESC NULLS LAST,
            CASE WHEN $order = 'wakes' THEN snoozed_until END ASC NULLS LAST,
            probability DESC NULLS LAST, lead_id
        LIMIT $limit OFFSET $offset
    )
)
SELECT
    (SELECT list({'band': band, 'n': n}) FROM (SELECT band, count(*) AS n FROM passing GROUP BY band)) AS counts,
    (SELECT list(lead_id ORDER BY place) FROM page) AS lead_ids
