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

-- One row an opportunity of a visible lead. n_moves: how often its expected closing day was put off; first_closes_on: the one before that.
CREATE TABLE opportunities (
    opportunity_id BIGINT, lead_id BIGINT, name VARCHAR, stage VARCHAR, price_cents BIGINT, price_source VARCHAR,
    commission_rate DOUBLE, rate_source VARCHAR, gci_cents BIGINT, opened_at TIMESTAMP, stage_since TIMESTAMP,
    closes_on DATE, closed_on DATE, n_moves BIGINT, first_closes_on DATE
);

-- One row a move of such an opportunity into a stage, its first one too.
CREATE TABLE stage_moves (opportunity_id BIGINT, lead_id BIGINT, stage VARCHAR, moved_at TIMESTAMP);

-- One row a lead on which somebody has worked in the inbox, or whose score, consent or follow-up says more than the tables above.
CREATE TABLE triage (
    lead_id BIGINT, tags VARCHAR[], assigned_at TIMESTAMP, snoozed_by BIGINT, snoozed_at TIMESTAMP, snoozed_until TIMESTAMP,
    until_reply BOOLEAN, own_band VARCHAR, own_band_until TIMESTAMP, last_outcome VARCHAR, is_phone_bad BOOLEAN, n_spoken BIGINT,
    last_inbound_channel VARCHAR, consent VARCHAR, is_paused BOOLEAN, score_before BIGINT
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
-- pending (what it would pay, closing in the order of closing days). counts_on: when it closes or is expected to; taken_on: the day
-- that decided its plan and cap year. inputs: a fingerprint of what it was worked out from.
CREATE TABLE deal_money (
    opportunity_id BIGINT, lead_id BIGINT, standing VARCHAR, side VARCHAR, rate_source VARCHAR, is_assumed BOOLEAN, counts_on DATE,
    taken_on DATE, plan VARCHAR, agent_ids BIGINT[], gci_cents BIGINT, adjusted_gci_cents BIGINT, referral_cents BIGINT, franchise_cents BIGINT,
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

-- One row a deal that isn't lost, with its people and what it pays.
CREATE VIEW deal_rows AS
SELECT m.* EXCLUDE (lead_id, is_assumed, rate_source, gci_cents, inputs), d.* EXCLUDE (name, gci_cents), d.shown_name AS name, m.gci_cents,
    p.label AS stage_label, a.signed_on, a.expires_on, a.ended_on,
    (SELECT string_agg(u.name, ', ' ORDER BY u.name) FROM users AS u WHERE list_contains(m.agent_ids, u.user_id)) AS agents
FROM deal_money AS m
JOIN deals AS d USING (opportunity_id)
JOIN stages AS p ON p.stage = d.stage
LEFT JOIN agreements AS a ON a.agreement_id = m.agreement_id;

-- Whether a person may see a row by its owner: agents are those whose rows he sees, beside what nobody has taken; NULL sees all.
-- The one home of the rule here; in the ledger it is engine/store/shown.py.
CREATE MACRO is_shown(agents, owner) AS agents IS NULL OR owner IS NULL OR list_contains(agents, owner);

-- Deals with what they pay that pass the filters of the Commission page (NULL asks nothing). own_net_cents: what the agent `own` receives.
CREATE MACRO paying_deals(agents, own, asked_standing, asked_side, assumed_only, words) AS TABLE
SELECT r.*, p.net_cents AS own_net_cents
FROM deal_rows AS r
LEFT JOIN deal_pays AS p ON p.opportunity_id = r.opportunity_id AND p.agent_id = own
WHERE (agents IS NULL OR list_has_any(r.agent_ids, agents))
    AND (asked_standing IS NULL OR r.standing = asked_standing OR (asked_standing = 'closed' AND r.standing = 'settled'))
    AND (asked_side IS NULL OR r.side = asked_side)
    AND (assumed_only IS NOT TRUE OR r.is_assumed)
    AND (words IS NULL OR contains(strip_accents(lower(concat_ws(' ', r.name, r.agents, r.stage_label))), strip_accents(words)));

-- One row a deal that the person may see, with its odds, that passes the filters of the Pipeline page.
-- today: the office's day. agents: see is_shown.
-- odds: for each stage, the chance that a deal closes by how many days it has stood there (the list's last one holds from then on).
-- f.people: whose deals are asked for; NULL: everybody's. f.unassigned: nobody's alone. f.search: NULL, or lower case.
-- f.min_days: at least so long in its stage.
-- f.closing: NULL, overdue, week, month, quarter (within 7, 30, 90 days), none (no day named), slipped (overdue, or put off before).
-- predicted_cents: GCI times the chance; what has closed counts in full, what is lost not at all. slip: overdue, moved or NULL.
CREATE MACRO pipeline_deals(today, zone, agents, odds, f) AS TABLE
SELECT * FROM (
    SELECT c.*, CAST(round(c.gci_cents * c.chance) AS BIGINT) AS predicted_cents,
        CASE WHEN c.is_open AND c.closes_on < today THEN 'overdue' WHEN c.is_open AND c.n_moves > 0 THEN 'moved' END AS slip
    FROM (
        SELECT d.*, l.source, l.search_text, u.name AS assigned_name,
            greatest(0, date_diff('day', CAST(timezone(zone, timezone('UTC', d.stage_since)) AS DATE), today)) AS days_in_stage,
            CASE
                WHEN d.stage = 'closed' THEN 1.0
                WHEN NOT d.is_open THEN 0.0
                ELSE odds[d.stage][least(len(odds[d.stage]), 1 + greatest(0, date_diff('day',
                    CAST(timezone(zone, timezone('UTC', d.stage_since)) AS DATE), today)))]
            END AS chance
        FROM deals AS d JOIN leads AS l USING (lead_id) LEFT JOIN users AS u ON u.user_id = d.assigned_to
        WHERE is_shown(agents, d.assigned_to)
    ) AS c
)
WHERE (f['people'] IS NULL OR list_contains(f['people'], assigned_to))
    AND (NOT f['unassigned'] OR assigned_to IS NULL)
    AND (f['source'] IS NULL OR source = f['source'])
    AND (NOT f['only_assumed'] OR is_assumed)
    AND (f['min_days'] IS NULL OR days_in_stage >= f['min_days'])
    AND (f['search'] IS NULL OR contains(search_text, strip_accents(f['search']))
        OR contains(strip_accents(lower(concat_ws(' ', shown_name, assigned_name))), strip_accents(f['search'])))
    AND CASE f['closing']
        WHEN 'overdue' THEN is_open AND closes_on < today
        WHEN 'week' THEN closes_on BETWEEN today AND today + 7
        WHEN 'month' THEN closes_on BETWEEN today AND today + 30
        WHEN 'quarter' THEN closes_on BETWEEN today AND today + 90
        WHEN 'none' THEN is_open AND closes_on IS NULL
        WHEN 'slipped' THEN slip IS NOT NULL
        ELSE true
    END;

-- One row a lead as the office sees it.
-- waiting_since: since when the lead waits for a person's answer: its last message, or its arrival when nobody ever answered.
-- Nobody waits who must not be contacted or whose deal has ended.
CREATE VIEW lead_rows AS
SELECT l.*, s.* EXCLUDE (lead_id), t.* EXCLUDE (lead_id), g.stage,
    CASE
        WHEN l.is_do_not_contact OR NOT coalesce(p.is_open, true) THEN NULL
        WHEN t.last_outbound_at IS NULL THEN l.created_at
        WHEN t.last_inbound_at > t.last_outbound_at THEN t.last_inbound_at
    END AS waiting_since,
    NOT coalesce(p.is_open, true) AS has_ended
FROM leads AS l
LEFT JOIN scores AS s USING (lead_id)
LEFT JOIN touches AS t USING (lead_id)
LEFT JOIN lead_stages AS g USING (lead_id)
LEFT JOIN stages AS p ON p.stage = g.stage;

-- One row a lead that the person may see, at a moment, with what acting now is worth. The inbox's columns have their home here.
-- moment: now, UTC. agents: see is_shown.
-- w: the figures of engine/triage/worth.py (edge_0 …, left_0 …, minutes, rest_days, net_shares by worker and source, taker).
-- band: the person's own while it holds, else the model's. is_asleep: snoozed, the time not come and no reply since.
-- net_cents: probability times commission, times the share of it that counts for the viewer (his own, or what stays in the house). left: what waiting (or having just been touched) leaves of it.
-- worth_cents: net times left, a minute of work.
CREATE MACRO lead_queue(moment, agents, w) AS TABLE
SELECT q.*, q.net_cents * q.left_share / q.work_minutes AS worth_cents
FROM (
    SELECT r.lead_id, r.name, r.phone, r.email, r.source, r.city, r.state, r.zip_code, r.score, r.probability, r.probability_low, r.probability_high,
        r.has_enough_evidence, r.reasons_for, r.reasons_against, r.expected_cents, coalesce(r.rate_source, '') AS rate_source,
        r.stage, r.created_at, r.last_inbound_at, r.first_outbound_at, r.last_outbound_at, r.waiting_since, r.assigned_to,
        u.name AS assigned_name, r.is_do_not_contact, r.search_text, r.scored_at, r.has_ended, r.budget_low_cents, r.budget_high_cents,
        r.band AS model_band, CASE WHEN t.own_band_until > moment THEN t.own_band ELSE r.band END AS band,
        coalesce(t.own_band_until > moment, false) AS is_own_band,
        coalesce((t.snoozed_until IS NULL OR t.snoozed_until > moment) AND t.snoozed_at IS NOT NULL
            AND NOT (t.until_reply AND coalesce(r.last_inbound_at > t.snoozed_at, false)), false) AS is_asleep,
        t.snoozed_until, coalesce(t.until_reply, false) AS until_reply, coalesce(t.tags, []) AS tags, t.assigned_at,
        t.last_outcome, t.last_inbound_channel, coalesce(t.is_phone_bad, false) AS is_phone_bad,
        CASE WHEN r.is_do_not_contact THEN 'opted_out' ELSE coalesce(t.consent, 'unknown') END AS consent,
        coalesce(t.is_paused, false) AS is_paused, r.score - t.score_before AS score_change,
        coalesce(greatest(r.last_inbound_at, r.last_outbound_at), r.created_at) AS last_activity_at,
        coalesce(named.share, general.share, 1.0) AS net_share, r.expected_cents * coalesce(named.share, general.share, 1.0) AS net_cents,
        CASE
            WHEN r.phone IS NOT NULL AND NOT coalesce(t.is_phone_bad, false)
                THEN CASE WHEN t.last_inbound_channel = 'sms' THEN w['text_minutes'] ELSE w['call_minutes'] END
            ELSE w['email_minutes']
        END AS work_minutes,
        CASE
            WHEN r.is_do_not_contact OR r.has_ended OR (r.phone IS NULL AND r.email IS NULL) THEN 0.0
            WHEN r.waiting_since IS NOT NULL THEN
                CASE
                    WHEN moment - r.waiting_since <= to_microseconds(CAST(w['edge_0'] * 60000000 AS BIGINT)) THEN w['left_0']
                    WHEN moment - r.waiting_since <= to_microseconds(CAST(w['edge_1'] * 60000000 AS BIGINT)) THEN w['left_1']
                    WHEN moment - r.waiting_since <= to_microseconds(CAST(w['edge_2'] * 60000000 AS BIGINT)) THEN w['left_2']
                    WHEN moment - r.waiting_since <= to_microseconds(CAST(w['edge_3'] * 60000000 AS BIGINT)) THEN w['left_3']
                    ELSE w['left_4']
                END
            ELSE w['left_4'] * least(1.0, date_diff('second', coalesce(r.last_outbound_at, r.created_at), moment) / 86400.0 / w['rest_days'])
        END AS left_share
    FROM lead_rows AS r
    LEFT JOIN triage AS t USING (lead_id)
    LEFT JOIN users AS u ON u.user_id = r.assigned_to
    LEFT JOIN (SELECT unnest(w['net_shares'], recursive := true)) AS named
        ON named.worker = coalesce(r.assigned_to, w['taker']) AND named.share_source = r.source AND r.source <> ''
    LEFT JOIN (SELECT unnest(w['net_shares'], recursive := true)) AS general
        ON general.worker = coalesce(r.assigned_to, w['taker']) AND general.share_source = ''
    WHERE is_shown(agents, r.assigned_to)
) AS q;

-- 1 where a condition holds; 0 where it doesn't, or was not asked for.
CREATE MACRO holds(condition) AS CAST(coalesce(condition, false) AS INTEGER);

-- The rows of the queue that pass the filters; the filters have their home here, apart from the band's own tabs.
-- What always narrows: f.people (NULL: everybody's), f.unassigned, f.shelf (awake, asleep, both), f.search (NULL, or lower case).
-- Then conditions, NULL where not asked for: f.bands, f.sources, f.stages (lists), f.assigned (0: nobody), f.consent, f.tag, f.waiting,
-- f.quiet_days (no message, call or visit for so long), f.moved (up, down: by 5 points or more within a week), f.from_cents and f.to_cents
-- (what the lead means to spend touches that range), f.text. f.n_needed of them must hold: as many as are asked for, or one of them.
CREATE MACRO filtered_queue(moment, agents, w, f) AS TABLE
SELECT * FROM lead_queue(moment, agents, w)
WHERE (f['people'] IS NULL OR list_contains(f['people'], assigned_to))
    AND (NOT f['unassigned'] OR assigned_to IS NULL)
    AND (f['shelf'] = 'both' OR is_asleep = (f['shelf'] = 'asleep'))
    AND (f['n_needed'] = 0 OR f['n_needed'] <= holds(list_contains(f['bands'], coalesce(band, ''))) + holds(list_contains(f['sources'], source))
        + holds(list_contains(f['stages'], stage)) + holds(coalesce(assigned_to, 0) = f['assigned']) + holds(consent = f['consent'])
        + holds(list_contains(tags, f['tag'])) + holds(f['waiting'] AND waiting_since IS NOT NULL)
        + holds(last_activity_at < moment - to_days(CAST(f['quiet_days'] AS INTEGER)))
        + holds(scored_at >= moment - to_days(7) AND CASE f['moved'] WHEN 'up' THEN score_change >= 5 WHEN 'down' THEN score_change <= -5 END)
        + holds((f['from_cents'] IS NOT NULL OR f['to_cents'] IS NOT NULL)
            AND coalesce(budget_high_cents, budget_low_cents) >= coalesce(f['from_cents'], 0)
            AND coalesce(budget_low_cents, budget_high_cents) <= coalesce(f['to_cents'], 9000000000000000))
        + holds(contains(search_text, strip_accents(f['text']))))
    AND (f['search'] IS NULL OR contains(search_text, strip_accents(f['search']))
        OR (length(regexp_replace(f['search'], '[^0-9]', '', 'g')) >= 4 AND regexp_full_match(f['search'], '[-+0-9(). ]+')
            AND contains(phone, regexp_replace(f['search'], '[^0-9]', '', 'g'))));
