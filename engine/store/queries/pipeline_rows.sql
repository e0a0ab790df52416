-- Deals of the pipeline that pass the filters: one row a deal. $stages: those asked for (NULL: all). Of each stage, one page.
-- $order: closing (the soonest first), value (the highest GCI first), age (the longest in its stage first), chance (the likeliest first).
-- place: where a deal stands in its stage, or in the whole list where $by_stage is false.
SELECT * FROM (
    SELECT opportunity_id, lead_id, shown_name AS name, stage, source, price_cents, price_source, commission_rate, rate_source, gci_cents,
        weighted_cents, predicted_cents, chance, closes_on, first_closes_on, n_moves, slip, stage_since, days_in_stage, assigned_name,
        row_number() OVER (
            PARTITION BY CASE WHEN $by_stage THEN stage END
            ORDER BY CASE WHEN $order = 'value' THEN gci_cents END DESC NULLS LAST, CASE WHEN $order = 'age' THEN stage_since END NULLS LAST,
                CASE WHEN $order = 'chance' THEN chance END DESC NULLS LAST, is_open DESC, CASE WHEN is_open THEN closes_on END NULLS LAST,
                stage_since DESC, gci_cents DESC NULLS LAST, opportunity_id
        ) AS place
    FROM pipeline_deals($today, $zone, $agents, $odds, $f)
    WHERE $stages IS NULL OR list_contains($stages, stage)
)
WHERE place > $offset AND place <= $offset + $limit
ORDER BY place, stage
