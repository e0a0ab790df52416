-- The analytical store: what lists, filters, search and sums need of the ledger's visible rows. Times are UTC, money is cents.
-- No keys or indexes: a scan of 100,000 rows takes milliseconds, and the store is rebuilt from the ledger whenever in doubt.

-- One row: which ledger this is a projection of, and up to which change.
CREATE TABLE meta (ledger_id BIGINT, last_seq BIGINT, last_change_at TIMESTAMP);

-- One row a visible lead.
CREATE TABLE leads (
    lead_id BIGINT, batch_id BIGINT, name VARCHAR, phone VARCHAR, email VARCHAR, source VARCHAR, source_text VARCHAR,
    city VARCHAR, state VARCHAR, zip_code VARCHAR, created_at TIMESTAMP, received_at TIMESTAMP, assigned_to BIGINT,
    budget_low_cents BIGINT, budget_high_cents BIGINT, timeline_days BIGINT, financing VARCHAR, property_type VARCHAR,
    is_do_not_contact BOOLEAN, search_text VARCHAR
);

-- One row a lead that has interactions. "By a person" leaves out what was sent automatically, and notes.
CREATE TABLE touches (
    lead_id BIGINT, n_interactions BIGINT, n_inbound BIGINT, last_inbound_at TIMESTAMP,
    first_outbound_at TIMESTAMP, last_outbound_at TIMESTAMP, last_interaction_at TIMESTAMP
);

-- One row a scored lead: its current score.
CREATE TABLE scores (
    lead_id BIGINT, scored_at TIMESTAMP, probability DOUBLE, probability_low DOUBLE, probability_high DOUBLE, score BIGINT,
    band VARCHAR, confidence DOUBLE, has_enough_evidence BOOLEAN, reasons_for VARCHAR[], reasons_against VARCHAR[],
    price_p50_cents BIGINT, commission_rate DOUBLE, rate_source VARCHAR, gci_cents BIGINT, expected_cents BIGINT, model_version VARCHAR
);

-- One row an opportunity of a visible lead.
CREATE TABLE opportunities (
    opportunity_id BIGINT, lead_id BIGINT, name VARCHAR, stage VARCHAR, price_cents BIGINT, price_source VARCHAR,
    commission_rate DOUBLE, rate_source VARCHAR, gci_cents BIGINT, opened_at TIMESTAMP, stage_since TIMESTAMP,
    closes_on DATE, closed_on DATE
);

-- One row a stage, one row an import, one row an account.
CREATE TABLE stages (
    stage VARCHAR, label VARCHAR, position BIGINT, win_rate DOUBLE, win_rate_source VARCHAR, is_open BOOLEAN
);
CREATE TABLE batches (
    batch_id BIGINT, file_name VARCHAR, purpose VARCHAR, state VARCHAR, n_rows BIGINT, n_created BIGINT, n_updated BIGINT,
    n_unchanged BIGINT, n_rejected BIGINT, created_by BIGINT, created_at TIMESTAMP, finished_at TIMESTAMP
);
CREATE TABLE users (user_id BIGINT, username VARCHAR, name VARCHAR, role VARCHAR, is_disabled BOOLEAN);

-- One row a deal that isn't lost: what it pays, and how sure that is. standing: settled (its statement is kept), closed (without one),
-- pending (what it would pay, closing in the order of closing days). inputs: a fingerprint of what it was worked out from.
CREATE TABLE deal_money (
    opportunity_id BIGINT, lead_id BIGINT, standing VARCHAR, side VARCHAR, rate_source VARCHAR, is_assumed BOOLEAN, counts_on DATE,
    plan VARCHAR, agent_ids BIGINT[], gci_cents BIGINT, adjusted_gci_cents BIGINT, referral_cents BIGINT, franchise_cents BIGINT,
    agent_net_cents BIGINT, brokerage_cents BIGINT, lead_broker_net_cents BIGINT, other_cents BIGINT, lead_total_cents BIGINT,
    over_agreed_cents BIGINT, agreement_id BIGINT, inputs VARCHAR
);

-- One row an agent of such a deal: what he receives.
CREATE TABLE deal_pays (opportunity_id BIGINT, agent_id BIGINT, gross_cents BIGINT, net_cents BIGINT);

-- What deals add to yearly caps and fees, a row an agent and meter. Settled ones by entry, reversals in negative amounts.
CREATE TABLE deal_meters (opportunity_id BIGINT, entry_id BIGINT, agent VARCHAR, meter VARCHAR, counts_on DATE, cents BIGINT);

-- One row an entry and agent: what was paid, for the year's totals. Reversals in negative amounts.
CREATE TABLE entry_pays (
    entry_id BIGINT, opportunity_id BIGINT, reverses BIGINT, closed_on DATE, agent_id BIGINT, gross_cents BIGINT, net_cents BIGINT
);

-- One row an agreement; one row a source and month.
CREATE TABLE agreements (
    agreement_id BIGINT, lead_id BIGINT, opportunity_id BIGINT, side VARCHAR, state VARCHAR, signed_on DATE, expires_on DATE,
    rate DOUBLE, flat_cents BIGINT, is_exclusive BOOLEAN, is_showing_only BOOLEAN, is_entity BOOLEAN, ended_on DATE, note VARCHAR
);
CREATE TABLE spend (source VARCHAR, month DATE, cost_cents BIGINT);

-- One row a lead: the stage of its opportunity, an open one before an ended one, the one furthest along first.
CREATE VIEW lead_stages AS
SELECT lead_id, arg_max(stage, (is_open, position, stage_since, opportunity_id)) AS stage
FROM opportunities JOIN stages USING (stage)
GROUP BY lead_id;

-- One row an opportunity, with its money and who works it. weighted_cents: GCI times the stage's win rate; splits are not taken.
CREATE VIEW deals AS
SELECT o.*, s.position, s.is_open, s.win_rate, CAST(round(o.gci_cents * s.win_rate) AS BIGINT) AS weighted_cents,
    o.rate_source = 'default' AS is_assumed, l.assigned_to, coalesce(nullif(o.name, ''), l.name) AS shown_name
FROM opportunities AS o JOIN stages AS s USING (stage) JOIN leads AS l USING (lead_id);

-- One row a lead as the office sees it.
-- waiting_since: since when the lead waits for a person's answer: its last message, or its arrival when nobody ever answered.
-- Nobody waits who must not be contacted or whose deal has ended.
CREATE VIEW lead_rows AS
SELECT l.*, s.* EXCLUDE (lead_id), t.* EXCLUDE (lead_id), g.stage,
    CASE
        WHEN l.is_do_not_contact OR NOT coalesce(p.is_open, true) THEN NULL
        WHEN t.last_outbound_at IS NULL THEN l.created_at
        WHEN t.last_inbound_at > t.last_outbound_at THEN t.last_inbound_at
    END AS waiting_since
FROM leads AS l
LEFT JOIN scores AS s USING (lead_id)
LEFT JOIN touches AS t USING (lead_id)
LEFT JOIN lead_stages AS g USING (lead_id)
LEFT JOIN stages AS p ON p.stage = g.stage;
