-- The day's numbers, in one row. $day_start: when today began; $today, $month_start, $year_start: dates, all in the office's zone.
-- Answers are the first touch by a person. Rates and medians are NULL when there is nothing to take them of.
WITH mine AS (
    SELECT *, date_diff('second', created_at, first_outbound_at) / 60.0 AS answer_minutes
    FROM lead_rows
    WHERE is_shown($agents, assigned_to)
),
queue AS (
    SELECT count(*) AS n_leads,
        count(score) AS n_scored,
        count(*) FILTER (band = 'hot') AS n_hot,
        count(*) FILTER (band = 'hot' AND waiting_since IS NOT NULL) AS n_hot_waiting,
        min(waiting_since) FILTER (band = 'hot') AS oldest_waiting_since,
        count(*) FILTER (created_at >= $day_start) AS n_new_today,
        count(*) FILTER (created_at >= $day_start AND first_outbound_at IS NOT NULL) AS n_answered_today,
        median(answer_minutes) FILTER (created_at >= $day_start) AS median_answer_minutes,
        avg(CASE WHEN answer_minutes <= 5 THEN 1.0 ELSE 0.0 END) FILTER (created_at >= $day_start) AS answered_in_five_rate
    FROM mine
),
money AS (
    SELECT count(*) FILTER (is_open) AS n_open_deals,
        CAST(coalesce(sum(gci_cents) FILTER (is_open), 0) AS BIGINT) AS open_gci_cents,
        CAST(coalesce(sum(weighted_cents) FILTER (is_open), 0) AS BIGINT) AS weighted_gci_cents,
        count(*) FILTER (stage = 'under_contract') AS n_under_contract,
        CAST(coalesce(sum(gci_cents) FILTER (stage = 'under_contract'), 0) AS BIGINT) AS under_contract_gci_cents,
        min(closes_on) FILTER (stage = 'under_contract' AND closes_on >= $today) AS next_closing_on,
        sum(1 - win_rate) FILTER (stage = 'under_contract') AS expected_fall_through,
        CAST(coalesce(sum(gci_cents) FILTER (stage = 'closed' AND closed_on BETWEEN $month_start AND $today), 0) AS BIGINT)
            AS closed_month_gci_cents,
        CAST(coalesce(sum(gci_cents) FILTER (stage = 'closed' AND closed_on BETWEEN $year_start AND $today), 0) AS BIGINT)
            AS closed_year_gci_cents,
        count(*) FILTER (stage = 'closed' AND closed_on BETWEEN $year_start AND $today) AS n_closed_year,
        sum(weighted_cents) FILTER (is_open AND is_assumed) / nullif(sum(weighted_cents) FILTER (is_open), 0) AS assumed_rate_share
    FROM deals
    WHERE is_shown($agents, assigned_to)
)
SELECT * FROM queue, money
