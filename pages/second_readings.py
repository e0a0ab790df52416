"""Second readings on other pages: a lead's own, and on the Model page how they go. Parts of those pages."""

from collections.abc import Mapping

import streamlit as st

from engine.records import Band
from engine.records.conversation import Hearing
from engine.records.escalation import CaseState
from engine.views import CaseCard, EscalationRecord
from pages import case_marks, marks, record, ui, words


def show_reading(lead_id: int) -> None:
    """What Claude or a person made of this lead; nothing where the model is sure."""
    card: CaseCard | None = ui.read("lead_second_reading", lead_id=lead_id)
    if card is None or card.escalation.state is CaseState.OUTDATED:
        return
    case = card.escalation
    with st.container(border=True, key="panel-second-reading"):
        ui.section("Second reading", f"the model is only {words.rate(case.confidence)} sure of its band")
        if case.state in (CaseState.QUEUED, CaseState.ASKING):
            ui.show('<p class="jc-sub">Waits for Claude.</p>')
        elif case.state is CaseState.PERSON:
            ui.show(f'<p>Waits for a person. <span class="jc-sub">{marks.text(case.why_person)}.</span></p>')
            st.page_link("second_look.py", label="Give it a second look", icon=":material/visibility:")
        if case.reading or case.person_band:
            ui.show(case_marks.readings(card))


def show_record() -> None:
    """How many leads the model handles alone, what the others cost, and who was right."""
    told: EscalationRecord = ui.read("escalation_record")
    with record.panel("second-readings", "Second readings", f"leads whose band is under {words.rate(told.below)} sure"):
        if not told.is_claude_on:
            ui.show(
                '<p class="jc-note">No key for Claude is set (<code>ANTHROPIC_API_KEY</code>): every unsure lead goes to a person, '
                "and no data leaves this machine.</p>"
            )
        elif told.price is None:
            ui.show(
                f'<p class="jc-note">Nobody has written down what {marks.text(told.model)} costs, so it isn’t asked: no budget could '
                "be kept. Every unsure lead goes to a person.</p>"
            )
        ui.show(marks.figures(_figures(told)))
        _show_agreement(told)
        if told.why_person:
            rows = [(why or "No reason kept", f"{n:,}") for why, n in sorted(told.why_person.items(), key=lambda one: -one[1])]
            record.table(("Waits for a person because", "leads"), rows)
        _show_heard(told.heard)
        if told.price:
            price = told.price
            line = (
                f"{price.model}: ${price.input_cents / 100:g} in, ${price.output_cents / 100:g} out a million tokens, from "
                f"{price.valid_from} ({price.source}). Today {_dollars(told.spent_today_micros)} of ${told.daily_cents / 100:.2f}."
            )
            ui.show(f'<p class="jc-sub">{marks.text(line)}</p>')


def _figures(told: EscalationRecord) -> list[str]:
    calls = told.calls
    waiting = told.n_by_state.get(CaseState.PERSON, 0)
    alone = f"{told.n_scored - told.n_unsure:,} of {told.n_scored:,} leads"
    spent = f"{words.count(calls.n_answered, 'answer')} in 30 days, {_dollars(calls.cost_micros)} in all"
    times = f"90% within {told.p90_ms / 1_000:.1f} s" if told.p90_ms is not None else "no answer yet"
    unsure = None if told.share_alone is None else 1 - told.share_alone
    median = f"{told.median_ms / 1_000:.1f} s" if told.median_ms is not None else words.UNKNOWN
    agreed = told.n_agreed / told.n_compared if told.n_compared else None
    return [
        marks.figure("The model alone", words.rate(told.share_alone), alone, is_missing=told.share_alone is None),
        marks.figure("Need a second reading", words.rate(unsure), f"{waiting:,} wait for a person", is_missing=unsure is None),
        marks.figure("Cost a lead", _dollars(told.micros_a_lead), spent, is_missing=told.micros_a_lead is None),
        marks.figure("Time to answer", median, times, is_missing=told.median_ms is None),
        marks.figure(
            "Claude agrees", words.rate(agreed), f"of {words.count(told.n_compared, 'case')} read", is_missing=agreed is None
        ),
    ]


def _show_agreement(told: EscalationRecord) -> None:
    """Band against band, and who was right where deals have ended."""
    if told.n_compared:
        rows = [(f"{marks.WORDS[models]}", *(f"{told.moved.get((models, theirs), 0):,}" for theirs in Band)) for models in Band]
        record.table(("The model said", *(f"Claude: {marks.WORDS[band].lower()}" for band in Band)), rows)
    sides = (("Claude", told.claude_right), ("A person", told.person_right))
    ended = [(who, found) for who, found in sides if any(n for verdict, n in found.items() if verdict != "open")]
    if ended:
        rows = [(who, *(f"{found.get(verdict, 0):,}" for verdict in ("person", "model", "both", "open"))) for who, found in ended]
        record.table(("Where the deal has ended", "was right", "the model was", "both", "still open"), rows)
    else:
        ui.show('<p class="jc-sub">No deal of a lead with a second reading has ended yet; then it is told here who was right.</p>')


def _show_heard(heard: Mapping[Hearing, int]) -> None:
    """Messages the rules could make nothing of: who did."""
    if not heard:
        return
    waiting = heard.get(Hearing.QUEUED, 0) + heard.get(Hearing.ASKING, 0)
    line = (
        f"{words.count(sum(heard.values()), 'message')} in which the rules recognised nothing: {heard.get(Hearing.HEARD, 0):,} made out "
        f"by Claude, {heard.get(Hearing.PERSON, 0):,} for a person to read, {waiting:,} still waiting for Claude."
    )
    ui.show(f'<p class="jc-sub">{marks.text(line)}</p>')


def _dollars(micros: float | None) -> str:
    return words.UNKNOWN if micros is None else f"${micros / 1_000_000:.4f}" if micros < 10_000 else f"${micros / 1_000_000:.2f}"
