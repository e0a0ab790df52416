"""Home: the day's numbers, the five leads to act on first, and what just happened."""

from collections.abc import Sequence

import streamlit as st

from engine import views
from engine.access import Permission
from engine.errors import ModelUnusable
from engine.runtime import get_engine
from engine.views import HomeMoney, HomeNumbers
from pages import live, marks, ui, words

actor = ui.require_actor()
N_FIRST = 5
N_WEEKS_NEEDED = 8  # as the back-test asks


def greeting() -> str:
    """Good morning, by the office's clock."""
    hour = ui.now().astimezone(ui.office()).hour
    part = "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
    return f"Good {part}, {actor.name.split()[0]}"


def card(name: str, html: str, page: str, label: str, **asked: str) -> None:
    """A figure that leads to its rows."""
    with st.container(border=True, key=f"card-{name}", height="stretch", gap="xsmall"):
        ui.show(html)
        st.page_link(page, label=label, query_params=asked or None)


def act_now(numbers: HomeNumbers) -> str:
    """Hot leads nobody has answered."""
    if not numbers.n_scored:
        return marks.figure("Act now", "No scored leads yet", "Hot leads nobody has answered", is_missing=True)
    if not numbers.n_hot_waiting or numbers.oldest_waiting_since is None:
        return marks.figure("Act now", "0", f"Every hot lead has its answer ({numbers.n_hot:,} hot)", kind="money")
    oldest = words.wait(ui.now() - numbers.oldest_waiting_since)
    return marks.figure("Act now", f"{numbers.n_hot_waiting:,}", f"hot and unanswered, the oldest for {oldest}", kind="hot")


def speed_today(numbers: HomeNumbers) -> str:
    """How quickly today's new leads heard from a person. No leads today is no figure, not 0 %."""
    if not numbers.n_new_today:
        return marks.figure("Speed today", "No data yet", "No lead has come in today", is_missing=True)
    if numbers.median_answer_minutes is None:
        unanswered = words.count(numbers.n_new_today, "new lead")
        return marks.figure("Speed today", "None answered", f"{unanswered} today, no answer by a person yet", kind="hot")
    in_five = words.rate(numbers.answered_in_five_rate)
    note = f"median to first answer; {in_five} of {numbers.n_new_today:,} within 5 min"
    return marks.figure("Speed today", words.minutes(numbers.median_answer_minutes), note)


def next_90(money: HomeMoney) -> str:
    """What the open deals will pay in 90 days: the middle, the range, the chance to reach the goal."""
    if not money.next_90.p90:
        return marks.figure("Next 90 days", "Nothing likely", "No open deal is likely to close by then", is_missing=True)
    span = f"P50 of GCI; P10–P90 {words.compact_money(money.next_90.p10)} to {words.compact_money(money.next_90.p90)}"
    if money.is_own:
        goal = ""
    elif money.goal_chance is None:
        goal = "; no goal is set"
    else:
        goal = f"; goal reached in {chance_words(money.goal_chance)} of cases"
    return marks.figure("Next 90 days", words.compact_money(money.next_90.p50), span + goal, kind="money")


def chance_words(chance: float) -> str:
    """A simulated chance, never none and never certain."""
    return "<1%" if chance < 0.01 else ">99%" if chance > 0.99 else words.rate(chance)


def under_contract(numbers: HomeNumbers) -> str:
    """What is signed: how many, what they pay, when the next one closes, how many are expected to fall through."""
    if not numbers.n_under_contract:
        return marks.figure("Under contract", "None", "No deal is under contract", is_missing=True)
    closing = f"next closing {words.day(numbers.next_closing_on)}" if numbers.next_closing_on else "no closing date set"
    lost = f", {numbers.expected_fall_through:.1f} expected to fall through" if numbers.expected_fall_through else ""
    value = f"{numbers.n_under_contract:,} · {words.compact_money(numbers.under_contract_gci_cents)}"
    return marks.figure("Under contract", value, closing + lost, kind="money")


def closed(money: HomeMoney) -> str:
    """GCI of the deals that closed this month and this year, against pace, else against the same days of last month."""
    if not money.n_closed_year:
        return marks.figure("Closed GCI", "None this year", "No deal has closed since January 1", is_missing=True)
    year = f"this month; {words.compact_money(money.closed_year_cents)} in {words.count(money.n_closed_year, 'closing')} this year"
    if money.pace_cents is None:
        change = money.closed_month_cents - money.closed_same_days_last_month_cents
        against = f"; {signed(change)} vs the same days last month"
    else:
        ahead = money.closed_year_cents - money.pace_cents
        against = f", {words.compact_money(abs(ahead))} {'ahead of' if ahead >= 0 else 'behind'} pace"
    return marks.figure("Closed GCI", words.compact_money(money.closed_month_cents), year + against, kind="money")


def signed(cents: int) -> str:
    """A change with its sign."""
    return f"+{words.compact_money(cents)}" if cents > 0 else words.compact_money(cents)


def net(money: HomeMoney) -> str:
    """What is left after splits, caps and fees, and how far the cap is."""
    whose = "Your net this year" if money.is_own else "Net to Jorge this year"
    cap = money.cap
    if cap is None:
        note = "after splits and fees; the plan has no cap"
    elif cap.used_cents >= cap.cap_cents:
        note = f"after splits; the cap of {words.compact_money(cap.cap_cents)} is paid in full"
    else:
        left = f"after splits; {words.compact_money(cap.cap_cents - cap.used_cents)} of the cap left"
        note = f"{left}, reached about {words.day(cap.p50_on)}" if cap.p50_on else f"{left}, not reached this cap year"
    if not money.n_closed_year:
        return marks.figure(whose, "None yet", note, is_missing=True)
    return marks.figure(whose, words.compact_money(money.net_year_cents), note, kind="money")


def trust(money: HomeMoney) -> str:
    """Whether past forecasts held, how much rests on assumed rates, and what the scores rest on."""
    try:
        is_synthetic = views.model_card(get_engine()).is_synthetic
    except ModelUnusable:
        return marks.figure("Can I trust this?", "No model", "Leads are not scored until a model is in place", is_missing=True)
    model = "scores from synthetic leads, not yet yours" if is_synthetic else "scores from your own history"
    share = "" if money.assumed_share is None else f"{words.rate(money.assumed_share)} assumed rates; "
    if money.has_alarm:
        return marks.figure("Can I trust this?", "▲ Off", f"{money.backtest_sentence}; {share}{model}", kind="hot")
    if money.n_weeks < N_WEEKS_NEEDED:
        note = f"{money.n_weeks} of {N_WEEKS_NEEDED} past weeks needed to judge; {share}{model}"
        return marks.figure("Can I trust this?", "Too early", note, is_missing=True)
    held = f"{money.n_weeks_inside} of {money.n_weeks}"
    return marks.figure("Can I trust this?", held, f"past weeks lay in the band; {share}{model}", kind="info")


@live.live_part("home-numbers")
def show_numbers() -> None:
    """The numbers that exist, each a way to its rows."""
    numbers: HomeNumbers = ui.read("home")
    if not numbers.n_leads:
        ui.empty(
            "No leads yet",
            "Upload a CSV from your CRM: every row is checked, scored and explained, and nothing is lost.",
            page="imports.py" if ui.may(Permission.IMPORT) else "",
            label="Upload a CSV",
        )
        return
    with st.grid(4, min_column_width=160):
        card("act", act_now(numbers), "inbox.py", "Open these leads", band="hot", waiting="yes", order="waiting")
        card("speed", speed_today(numbers), "inbox.py", "Newest leads", order="newest")
        if ui.sees_money():
            money: HomeMoney = ui.read("home_money")
            card("closed", closed(money), "goals.py", "Pace and goal")
            card("next", next_90(money), "forecast.py", "Forecast")
            card("contract", under_contract(numbers), "pipeline.py", "Deals under contract", stage="under_contract")
            card("net", net(money), "commission.py", "Statements and caps")
            card("trust", trust(money), "forecast.py", "How past forecasts held")


@live.live_part("home-first", *live.LEADS)
def show_first() -> None:
    """The leads to act on first."""
    first: views.InboxPage = ui.read("inbox", only_waiting=True, limit=N_FIRST)
    if not first.rows:
        ui.show('<p class="jc-sub">Nobody is waiting for an answer.</p>')
    for row in first.rows:
        with st.container(key=f"row-first-{row.lead_id}", border=True, gap="small"):
            ui.show(first_line(row))
            with st.container(horizontal=True, key=f"acts-first-{row.lead_id}", vertical_alignment="center"):
                taps = marks.contact_links(row.phone, row.email, name=row.name, is_do_not_contact=row.is_do_not_contact)
                ui.show(f'<div class="jc-taps">{taps}</div>')
                st.page_link("lead.py", label="Open", icon=":material/arrow_forward:", query_params={"lead": str(row.lead_id)})


def first_line(row: views.InboxRow) -> str:
    """A lead in two lines: who, how hot, the first reason, how long he has waited."""
    waited = f"waiting {words.wait(ui.now() - row.waiting_since)}" if row.waiting_since else ""
    why = f'<ul class="jc-points"><li>{marks.text(words.sentence(row.reasons_for[0]))}</li></ul>' if row.reasons_for else ""
    return (
        f'<div class="jc-row-line"><div class="jc-who2"><b>{marks.text(row.name)}</b></div>{marks.score(row.score, row.band)}</div>'
        f'<div class="jc-row-line"><span class="jc-sub">{words.odds(row.probability)} to close</span>'
        f'<span class="jc-clock">{waited}</span></div>{why}'
    )


@live.live_part("home-news")
def show_news() -> None:
    """What people did lately."""
    lines: Sequence[views.News] = ui.read("news", limit=10)
    if not lines:
        ui.show('<p class="jc-sub">Calls, notes, moved deals and imports appear here.</p>')
        return
    ui.show(f'<ul class="jc-news">{"".join(news_line(line) for line in lines)}</ul>')


def news_line(line: views.News) -> str:
    """One line of news."""
    what = f"<b>{marks.text(line.who)}</b> {marks.text(line.what)} <b>{marks.text(line.whom)}</b> {marks.text(line.more)}"
    return f'<li><div>{what}</div><span title="{marks.text(ui.local_time(line.at))}">{words.ago(line.at, ui.now())}</span></li>'


ui.title(greeting(), f"{ui.now().astimezone(ui.office()):%A, %B} {ui.now().astimezone(ui.office()).day}")
show_numbers()
if ui.read("home").n_leads:
    left, right = st.columns([3, 2], gap="large")
    with left:
        ui.section("Act on these first", "most likely to close among those who wait for an answer")
        show_first()
    with right:
        ui.section("What just happened")
        with st.container(border=True, key="panel-news"):
            show_news()
