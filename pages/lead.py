"""Lead: one person. How likely he is to close and why, what that would pay, what was said, and the next step."""

from itertools import chain

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.errors import NotFound
from engine.records import Channel, Opportunity, Score, Stage
from engine.runtime import get_engine
from engine.views import LeadCard
from pages import (
    acts,
    asked,
    charts,
    conversation,
    drawer,
    following,
    live,
    marks,
    outlook,
    second_opinion,
    second_readings,
    told,
    ui,
    words,
)

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)

N_TIMELINE = 40


def show_head(card: LeadCard) -> None:
    """Who he is, how hot, whose, and one tap to reach him."""
    lead, score = card.lead, card.score
    mark = marks.score(score.score if score else None, score.band if score else None)
    line = " · ".join(part for part in (words.phone(lead.phone), lead.email or "", lead.city or lead.location_text) if part)
    owner = f"with {card.assigned_name}" if card.assigned_name else "not taken yet"
    ui.show(
        f'<header class="jc-title jc-lead-title"><h1>{marks.text(lead.name)}</h1>{mark}</header>'
        f'<p class="jc-sub">{marks.text(line)} · {marks.text(owner)}</p>'
    )
    with st.container(horizontal=True, vertical_alignment="center", key="lead-taps"):
        rows = ui.read("inbox_rows", lead_ids=(lead.lead_id,))
        why = rows[0].hours.why_no_text if rows else ""
        taps = marks.contact_links(
            lead.phone, lead.email, name=lead.name, is_do_not_contact=lead.is_do_not_contact, why_no_text=why
        )
        ui.show(f'<div class="jc-taps">{taps}</div>')
        if may_work:
            offer_owner(card)


def offer_owner(card: LeadCard) -> None:
    """Take the lead, or give him to somebody."""
    lead = card.lead
    if lead.assigned_to is None:
        args = (commands.claim_lead, lead.lead_id)
        st.button("Claim", key="claim", type="primary", icon=":material/front_hand:", on_click=acts.do, args=args)
    people = views.agents(get_engine())
    others = {number: name for number, name in people.items() if number != lead.assigned_to}
    if not others:
        return
    st.menu_button(
        "Hand over",
        list(others),
        format_func=lambda number: others.get(number, ""),
        key="hand_over",
        icon=":material/swap_horiz:",
        on_click=hand_over,
        args=(lead.lead_id,),
    )


def hand_over(lead_id: int) -> None:
    """Give the lead to the person chosen."""
    chosen = st.session_state.get("hand_over")
    if chosen is not None:
        acts.do(commands.assign_lead, lead_id, chosen)


def show_next(lead_id: int) -> None:
    """The next best action, and what may go out to him by itself."""
    for row in ui.read("inbox_rows", lead_ids=(lead_id,)):
        ui.show(drawer.next_best(row) + drawer.hours_line(row))
        tags = "".join(marks.chip(tag) for tag in row.tags)
        asleep = marks.chip("Asleep", "info", "Out of the queue for a while") if row.is_asleep else ""
        ui.show(
            f'<div class="jc-tags">{tags}{asleep}{conversation.qualification_chip(lead_id)}'
            f"{told.consent_chip(row.consent, is_paused=row.is_paused)}</div>"
        )


def show_score(card: LeadCard) -> None:
    """Probability with its width, the evidence behind it, price and commission."""
    score = card.score
    if score is None:
        ui.empty("Not scored yet", "The score appears here as soon as the model has seen this lead.", icon="hourglass_empty")
        return
    items = [
        marks.figure(
            "Chance to close",
            words.odds(score.probability).removeprefix("about ").capitalize(),
            f"{words.rate(score.probability)}, likely {words.interval(score.probability_low, score.probability_high)}",
            kind=score.band.value,
        ),
        marks.figure("Band is right", sure(score.confidence), "how often leads judged so stood in this band"),
        evidence(score),
        *money_figures(card, score),
    ]
    ui.show(marks.figures(items))


def sure(confidence: float) -> str:
    """A confidence in percent, never quite certain."""
    return "over 99%" if confidence > 0.99 else words.rate(confidence)


def evidence(score: Score) -> str:
    """What the probability rests on."""
    if not score.has_enough_evidence:
        note = f"only {words.count(score.n_similar, 'similar lead')}; the interval is wide"
        return marks.figure("Evidence", "Not enough", note, kind="warm", is_missing=True)
    return marks.figure("Evidence", f"{score.n_similar:,} similar", f"leads, of whom {score.n_similar_closed:,} closed")


def money_figures(card: LeadCard, score: Score) -> list[str]:
    """What the deal would be about and what it would pay, as far as this person may see it."""
    figures = []
    if score.price:
        reach = f"{words.compact_money(score.price.low_cents)}–{words.compact_money(score.price.high_cents)}, 8 times in 10"
        figures.append(marks.figure("Likely price", words.compact_money(score.price.p50_cents), reach))
    if card.sees_money and score.commission:
        pay = score.commission
        assumed = "assumed " if pay.is_assumed else "agreed "
        note = f"{words.compact_money(pay.gci_cents)} at {assumed}{words.rate(pay.rate)}, times the odds"
        figures.append(marks.figure("Expected commission", words.compact_money(pay.expected_cents), note, kind="money"))
    return figures


def show_reasons(score: Score) -> None:
    """What speaks for him and what against, each with its weight in the model's own points."""
    largest = max((abs(reason.effect) for reason in chain(score.reasons_for, score.reasons_against)), default=1.0) or 1.0
    with st.container(border=True, key="panel-reasons"):
        ui.section("Speaks for closing", "in probability points before calibration")
        ui.show(
            marks.reasons(score.reasons_for, largest, is_against=False) if score.reasons_for else nothing("Nothing stands out.")
        )
        ui.section("Speaks against")
        against = score.reasons_against
        ui.show(marks.reasons(against, largest, is_against=True) if against else nothing("Nothing stands out."))
        when = ui.local_time(score.scored_at)
        ui.show(f'<p class="jc-sub">Scored {marks.text(when)} by model {marks.text(score.model_version)}</p>')


def nothing(line: str) -> str:
    """A quiet line where a list would be."""
    return f'<p class="jc-sub">{marks.text(line)}</p>'


def show_history(card: LeadCard) -> None:
    """How the probability moved."""
    if len(card.history) < 2:
        return
    with st.container(border=True, key="panel-history"):
        ui.section("How the odds moved", f"{len(card.history)} scores since {words.day(card.history[0].scored_at.date())}")
        figure = charts.odds_over_time([(score.scored_at, score.probability) for score in card.history], ui.zone())
        st.plotly_chart(figure, key="history", config=charts.CONFIG, alt="Probability to close over time")


def show_deals(card: LeadCard) -> None:
    """His deals, and moving or opening one."""
    with st.container(border=True, key="panel-deals"):
        ui.section("Deal")
        for deal in card.deals:
            show_deal(card, deal)
        if not card.deals:
            ui.show(nothing("Not in the pipeline yet."))
            if may_work:
                said = {"told": f"{card.lead.name} is in the pipeline"}
                args = (commands.open_deal, card.lead.lead_id)
                st.button("Open a deal", key="open_deal", icon=":material/add:", on_click=ui.act, args=args, kwargs=said)


def show_deal(card: LeadCard, deal: Opportunity) -> None:
    """One deal: what it is about, what it pays, where it stands."""
    stages = {stage.value: words.said(stage.value) for stage in Stage}
    key = f"stage-{deal.opportunity_id}"
    st.session_state[key] = deal.stage.value
    st.selectbox(
        "Stage",
        stages,
        format_func=stages.get,
        key=key,
        disabled=not may_work,
        on_change=move_deal,
        args=(deal.opportunity_id, key),
    )
    rate = f"{words.rate(deal.commission_rate)}, {'assumed' if deal.rate_source == 'default' else deal.rate_source}"
    price = f"{words.money(deal.price_cents)} ({deal.price_source})" if card.sees_money and deal.price_cents else ""
    gci = words.money(deal.gci_cents) if card.sees_money and deal.gci_cents else ""
    rows = [("Price", price), ("Commission rate", rate if card.sees_money else ""), ("GCI", gci)]
    rows += [("Closes on", words.day(deal.closes_on) if deal.closes_on else "not set")]
    rows += [("In this stage since", ui.local_time(deal.stage_since))]
    ui.show(marks.facts(rows))


def move_deal(opportunity_id: int, key: str) -> None:
    """Move the deal to the stage chosen."""
    stage = Stage(st.session_state[key])
    ui.act(commands.move_stage, opportunity_id, stage, told=f"Moved to {words.said(stage.value).lower()}")


def show_facts(card: LeadCard) -> None:
    """What is known of him; what isn't is left out."""
    lead = card.lead
    low, high = lead.budget_low_cents, lead.budget_high_cents
    budget = "–".join(dict.fromkeys(words.money(cents) for cents in (low, high) if cents))
    rooms = ", ".join(part for part in (_some(lead.beds, "bed"), _some(lead.baths, "bath")) if part)
    timeline = words.count(lead.timeline_days, "day") if lead.timeline_days is not None else ""
    rows = [
        ("Source", words.said(lead.source.value) if lead.source else lead.source_text),
        ("Became a lead", ui.local_time(lead.created_at) if lead.created_at else ""),
        ("Budget", budget),
        ("Wants to move within", timeline),
        ("Financing", words.said(lead.financing.value) if lead.financing else ""),
        ("Must sell first", {True: "yes", False: "no"}.get(lead.sells_first, "")),
        ("Looks for", ", ".join(filter(None, (words.said(lead.property_type.value) if lead.property_type else "", rooms)))),
        ("Where", lead.location_text),
        ("Address", ", ".join(filter(None, (lead.street, lead.city, f"{lead.state} {lead.zip_code}".strip())))),
        ("Listing asked about", words.money(lead.listing_price_cents) if lead.listing_price_cents else ""),
        ("Tags", ", ".join(lead.tags)),
        ("Other phones", ", ".join(map(words.phone, lead.other_phones))),
        ("Other e-mails", ", ".join(lead.other_emails)),
        ("Notes", lead.notes),
    ]
    with st.container(border=True, key="panel-facts"):
        ui.section("What we know")
        ui.show(marks.facts(rows))
        if lead.extra:
            with st.expander(f"Kept from the file, unused ({len(lead.extra)})", key="extra"):
                ui.show(marks.facts(lead.extra.items()))


def _some(number: float | None, noun: str) -> str:
    return "" if number is None else f"{number:g} {noun}{'' if number == 1 else 's'}"


def show_timeline(card: LeadCard) -> None:
    """Everything that happened, newest first; and writing down what happens now."""
    with st.container(border=True, key="panel-timeline"):
        ui.section("Timeline", words.count(len(card.story), "entry", "entries"))
        if may_work:
            offer_touches(card)
        if not card.story:
            ui.show(nothing("Nothing has happened yet."))
        shown = card.story[: None if st.session_state.get("whole_timeline") else N_TIMELINE]
        ui.show(f'<ul class="jc-time">{"".join(map(told.entry, shown))}</ul>') if shown else None
        if len(card.story) > len(shown):
            st.toggle(f"Show all {len(card.story):,}", key="whole_timeline")


def offer_touches(card: LeadCard) -> None:
    """Write down what came of a call in one tap, a message sent, or a note."""
    lead = card.lead
    with st.container(horizontal=True, key="touches"):
        for label, (outcome, icon) in acts.OUTCOMES.items():
            args = (commands.dispose_lead, lead.lead_id, outcome)
            st.button(label, key=f"touch-{label}", icon=icon, on_click=acts.do, args=args)
        args = (commands.log_touch, lead.lead_id, Channel.SMS)
        st.button("Texted", key="touch-Texted", icon=":material/sms:", on_click=acts.do, args=args)
        args = (commands.log_touch, lead.lead_id, Channel.EMAIL)
        st.button("E-mailed", key="touch-E-mailed", icon=":material/mail:", on_click=acts.do, args=args)
    with st.form("note", clear_on_submit=True, border=False):
        st.text_area("Note", key="note_text", placeholder="What did you learn?", max_chars=5_000, height=80)
        st.form_submit_button("Save the note", icon=":material/edit_note:", on_click=save_note, args=(lead.lead_id,))


def save_note(lead_id: int) -> None:
    """Keep what was written."""
    acts.do(commands.add_note, lead_id, st.session_state.get("note_text", ""))


@live.live_part("lead", *live.LEADS, "deal_changed", "lead_disposed", "case_changed")
def show_lead(lead_id: int) -> None:
    """The whole person, refreshed in place."""
    try:
        card: LeadCard = ui.read("lead_card", lead_id=lead_id)
    except NotFound as missing:
        ui.title("Lead")
        ui.empty(
            missing.message,
            "It may have been removed, or the address is mistyped.",
            page="inbox.py",
            label="To the inbox",
            icon="inbox",
        )
        return
    acts.show_undo()
    show_head(card)
    show_next(lead_id)
    show_score(card)
    outlook.show_trend(card)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if card.score:
            show_reasons(card.score)
            outlook.show_help(card)
        conversation.show_conversation(lead_id)
        show_timeline(card)
    with right:
        following.show_following(lead_id)
        show_deals(card)
        second_opinion.show_own_band(card)
        second_readings.show_reading(lead_id)
        show_history(card)
        second_opinion.show_routing(card)
        show_facts(card)


number = asked.number("lead")
if number is None:
    ui.title("Lead")
    ui.empty("Which lead?", "Open one from the inbox.", page="inbox.py", label="To the inbox", icon="inbox")
else:
    show_lead(number)
