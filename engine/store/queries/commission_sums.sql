-- What the deals of `commission_deals` pay together, in one row. assumed: the part of the GCI that rests on the default rate.
SELECT count(*) AS n_deals,
    count(*) FILTER (r.gci_cents IS NULL) AS n_unpriced,
    CAST(coalesce(sum(r.gci_cents), 0) AS BIGINT) AS gci_cents,
    CAST(coalesce(sum(r.adjusted_gci_cents), 0) AS BIGINT) AS adjusted_gci_cents,
    CAST(coalesce(sum(r.referral_cents), 0) AS BIGINT) AS referral_cents,
    CAST(coalesce(sum(r.franchise_cents), 0) AS BIGINT) AS franchise_cents,
    CAST(coalesce(sum(r.agent_net_cents), 0) AS BIGINT) AS agent_net_cents,
    CAST(coalesce(sum(r.brokerage_cents), 0) AS BIGINT) AS brokerage_cents,
    CAST(coalesce(sum(r.lead_broker_net_cents), 0) AS BIGINT) AS lead_broker_net_cents,
    CAST(coalesce(sum(r.lead_total_cents), 0) AS BIGINT) AS lead_total_cents,
    CAST(coalesce(sum(r.other_cents), 0) AS BIGINT) AS other_cents,
    CAST(coalesce(sum(r.gci_cents) FILTER (r.is_assumed), 0) AS BIGINT) AS assumed_cents,
    CAST(coalesce(sum(p.net_cents), 0) AS BIGINT) AS own_net_cents
FROM deal_rows AS r
LEFT JOIN deal_pays AS p ON p.opportunity_id = r.opportunity_id AND p.agent_id = $agent_id
WHERE ($agent_id IS NULL OR list_contains(r.agent_ids, $agent_id))
    AND ($standing IS NULL OR r.standing = $standing OR ($standing = 'closed' AND r.standing = 'settled'))
    AND ($side IS NULL OR r.side = $side)
    AND ($only_assumed IS NOT TRUE OR r.is_assumed)
    AND ($search IS NULL OR contains(strip_accents(lower(concat_ws(' ', r.name, r.agents, r.stage_label))), strip_accents($search)))
