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
    CAST(coalesce(sum(r.own_net_cents), 0) AS BIGINT) AS own_net_cents
FROM paying_deals($agents, $own, $standing, $side, $only_assumed, $search) AS r
