-- What each source brought of the leads that came since $since (NULL: all), and what it cost in the months since: one row a source.
-- n_ripe: leads older than $ripe_days, which have had the time to close; n_ripe_closed of them did. pending: [GCI, chance] a pending deal.
WITH mine AS (
    SELECT lead_id, source, created_at FROM leads
    WHERE is_shown($agents, assigned_to) AND ($since IS NULL OR created_at >= $since)
),
their_deals AS (
    SELECT lead_id, bool_or(stage = 'closed') AS is_closed, coalesce(sum(gci_cents) FILTER (stage = 'closed'), 0) AS closed_cents,
        count(*) FILTER (stage = 'closed') AS n_closed, count(*) FILTER (is_open) AS n_pending,
        coalesce(sum(gci_cents) FILTER (is_open), 0) AS pending_cents
    FROM pipeline_deals($today, $zone, $agents, $odds, $f) GROUP BY lead_id
),
open_ones AS (
    SELECT d.source, list([CAST(d.gci_cents AS DOUBLE), d.chance] ORDER BY d.opportunity_id) AS pending
    FROM pipeline_deals($today, $zone, $agents, $odds, $f) AS d JOIN mine USING (lead_id)
    WHERE d.is_open AND d.gci_cents IS NOT NULL GROUP BY d.source
),
brought AS (
    SELECT m.source, count(*) AS n_leads, count(d.lead_id) AS n_with_deal, count(*) FILTER (d.is_closed) AS n_leads_closed,
        count(*) FILTER (m.created_at < $now - to_days($ripe_days)) AS n_ripe,
        count(*) FILTER (m.created_at < $now - to_days($ripe_days) AND d.is_closed) AS n_ripe_closed,
        CAST(coalesce(sum(d.n_closed), 0) AS BIGINT) AS n_closed, CAST(coalesce(sum(d.closed_cents), 0) AS BIGINT) AS closed_cents,
        CAST(coalesce(sum(d.n_pending), 0) AS BIGINT) AS n_pending, CAST(coalesce(sum(d.pending_cents), 0) AS BIGINT) AS pending_cents
    FROM mine AS m LEFT JOIN their_deals AS d USING (lead_id) GROUP BY m.source
),
cost AS (
    SELECT source, CAST(sum(cost_cents) AS BIGINT) AS spend_cents FROM spend
    WHERE $since IS NULL OR month >= date_trunc('month', CAST($since AS TIMESTAMP)) GROUP BY source
)
SELECT coalesce(b.source, c.source) AS source, coalesce(n_leads, 0) AS n_leads, coalesce(n_with_deal, 0) AS n_with_deal,
    coalesce(n_leads_closed, 0) AS n_leads_closed, coalesce(n_ripe, 0) AS n_ripe, coalesce(n_ripe_closed, 0) AS n_ripe_closed,
    coalesce(n_closed, 0) AS n_closed, coalesce(closed_cents, 0) AS closed_cents, coalesce(n_pending, 0) AS n_pending,
    coalesce(pending_cents, 0) AS pending_cents, c.spend_cents, coalesce(o.pending, []) AS pending
FROM brought AS b FULL JOIN cost AS c ON c.source = b.source LEFT JOIN open_ones AS o ON o.source IS NOT DISTINCT FROM b.source
ORDER BY closed_cents DESC, n_leads DESC, source NULLS LAST
