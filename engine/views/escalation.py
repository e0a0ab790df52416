"""Second readings: the queue of cases for a person, one lead's case, what other programs are told, and the record of who was right."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.access import Actor, Permission, require, scope_of
from engine.errors import NotFound
from engine.records import Band, Lead, Opportunity, Score, Stage
from engine.records.conversation import Hearing
from engine.records.escalation import CaseState, Escalation, TokenPrice
from engine.runtime import Engine
from engine.store import claude_calls, escalations, leads, opportunities, people, readings
from engine.triage.judging import who_was_right

MOST_CASES = 100
_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """One case with the name of its lead and of who judged it; `verdict` says who was right once the deal ended."""

    escalation: Escalation
    name: str
    assigned_name: str | None
    judged_name: str | None
    claude_verdict: str  # person (Claude), model, both, open; empty without a reading
    person_verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLookPage:
    """The cases that wait for a person, the most valuable first, and how many there are in each state."""

    cases: tuple[CaseCard, ...]
    n_by_state: Mapping[CaseState, int]
    is_claude_on: bool
    below: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationNote:
    """What another program is told of a lead the model is not sure of."""

    reason: str
    to: str  # claude, person
    status: str  # a CaseState
    reading: Escalation | None  # with a reading or a person's band


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRecord:
    """How second readings go: rates, cost, time, agreement, who was right. Cost in millionths of a dollar, of the last 30 days."""

    below: float
    is_claude_on: bool
    model: str
    price: TokenPrice | None
    daily_cents: int
    spent_today_micros: int
    n_scored: int
    n_unsure: int
    n_by_state: Mapping[CaseState, int]
    calls: claude_calls.CallSums
    median_ms: int | None
    p90_ms: int | None
    n_compared: int  # cases that Claude has read
    n_agreed: int
    moved: Mapping[tuple[Band, Band], int]  # (the model's band, Claude's)
    why_person: Mapping[str, int]
    n_judged: int  # by persons
    n_person_agreed: int  # with the model
    claude_right: Mapping[str, int]  # verdicts of cases whose deal ended
    person_right: Mapping[str, int]
    heard: Mapping[Hearing, int]  # messages in which the rules recognised nothing, by who made them out

    @property
    def share_alone(self) -> float | None:
        """Share of the scored leads that the model handles alone; None without any."""
        return 1 - self.n_unsure / self.n_scored if self.n_scored else None

    @property
    def micros_a_lead(self) -> float | None:
        """What a lead's second reading cost on average; None before the first."""
        return self.calls.cost_micros / self.calls.n_answered if self.calls.n_answered else None


def second_looks(engine: Engine, actor: Actor, *, state: str = CaseState.PERSON.value, limit: int = MOST_CASES) -> SecondLookPage:
    """The cases in a state whose leads this person may see."""
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        found = escalations.cases(connection, (CaseState(state),), agents=scope.agents, limit=min(limit, MOST_CASES))
        counts = {one: escalations.n_in(connection, (one,), agents=scope.agents) for one in CaseState}
        cards = _cards(connection, found)
    return SecondLookPage(cases=cards, n_by_state=counts, is_claude_on=engine.claude.is_on, below=engine.settings.escalate_below)


def lead_second_reading(engine: Engine, actor: Actor, *, lead_id: int) -> CaseCard | None:
    """The newest case of a lead; None when the model is sure of him. Raises `NotFound` like the lead's own page."""
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        scope = scope_of(actor)
        if not found or not scope.covers(found[0].assigned_to):
            raise NotFound("There is no such lead, or he is another agent's")
        newest = escalations.newest_of(connection, [lead_id])
        cards = _cards(connection, list(newest.values()))
    return cards[0] if cards else None


def escalation_notes(engine: Engine, scores: Sequence[Score], *, just_made: Collection[int] = ()) -> dict[int, EscalationNote]:
    """For each of these scores the model is not sure of: who looks at the lead, and how far that is. Asks nobody anything.

    Of the leads whose score was `just_made` nobody can have looked at it, so the ledger isn't asked about them.
    """
    below = engine.settings.escalate_below
    unsure = {score.lead_id: score for score in scores if score.confidence < below}
    newest: Mapping[int, Escalation] = {}
    if older := [lead_id for lead_id in unsure if lead_id not in just_made]:
        with engine.ledger.read() as connection:
            newest = escalations.newest_of(connection, older)
    return {lead_id: _note(engine, score, newest.get(lead_id), below) for lead_id, score in unsure.items()}


def _note(engine: Engine, score: Score, case: Escalation | None, below: float) -> EscalationNote:
    reason = f"Confidence {score.confidence:.2f} is under {below:.2f}"
    if case is None or case.state is CaseState.OUTDATED or case.scored_at < score.scored_at:
        to = "claude" if engine.claude.is_on else "person"
        return EscalationNote(reason=reason, to=to, status=CaseState.QUEUED.value, reading=None)
    to = "person" if case.state in (CaseState.PERSON, CaseState.JUDGED) else "claude"
    more = f". {case.why_person}" if case.state is CaseState.PERSON else ""
    has_said = case.reading is not None or case.person_band is not None
    return EscalationNote(reason=reason + more, to=to, status=case.state.value, reading=case if has_said else None)


def escalation_record(engine: Engine, actor: Actor) -> EscalationRecord:
    """How second readings go, for those who may see the model."""
    require(actor, Permission.SEE_MODEL)
    at, below, desk = engine.clock.now(), engine.settings.escalate_below, engine.claude
    since = at - timedelta(days=_DAYS)
    with engine.ledger.read() as connection:
        n_scored, n_unsure = escalations.confidence_counts(connection, below)
        counts = {one: escalations.n_in(connection, (one,), agents=None) for one in CaseState}
        cards = _cards(connection, escalations.all_read(connection))
        waiting = escalations.cases(connection, (CaseState.PERSON,), agents=None, limit=1_000)
        calls = claude_calls.sums(connection, since, "escalation")
        times = claude_calls.latencies(connection, since, "escalation")
        heard = readings.hearings(connection)
    read = [one.escalation for one in cards if one.escalation.reading]
    judged = [one.escalation for one in cards if one.escalation.person_band]
    return EscalationRecord(
        below=below,
        is_claude_on=desk.is_on,
        model=desk.model,
        price=desk.price(at),
        daily_cents=desk.daily_cents,
        spent_today_micros=desk.spent_micros(at),
        n_scored=n_scored,
        n_unsure=n_unsure,
        n_by_state=counts,
        calls=calls,
        median_ms=_at_share(times, 0.5),
        p90_ms=_at_share(times, 0.9),
        n_compared=len(read),
        n_agreed=sum(one.reading is not None and one.reading.band is one.model_band for one in read),
        moved=Counter((one.model_band, one.reading.band) for one in read if one.reading),
        why_person=Counter(one.why_person for one in waiting),
        n_judged=len(judged),
        n_person_agreed=sum(one.person_band is one.model_band for one in judged),
        claude_right=Counter(one.claude_verdict for one in cards if one.escalation.reading),
        person_right=Counter(one.person_verdict for one in cards if one.escalation.person_band),
        heard=heard,
    )


def _cards(connection: Connection, found: Sequence[Escalation]) -> tuple[CaseCard, ...]:
    ids = [one.lead_id for one in found]
    known: dict[int, Lead] = {lead.lead_id: lead for lead in leads.load_leads(connection, ids, only_visible=True)}
    deals = opportunities.of_leads(connection, ids)
    names = people.names(connection)
    return tuple(_card(one, known[one.lead_id], deals, names) for one in found if one.lead_id in known)


def _card(one: Escalation, lead: Lead, deals: Sequence[Opportunity], names: Mapping[int, str]) -> CaseCard:
    came = _outcome([deal for deal in deals if deal.lead_id == one.lead_id], one.opened_at)
    return CaseCard(
        escalation=one,
        name=lead.name,
        assigned_name=names.get(lead.assigned_to) if lead.assigned_to else None,
        judged_name=names.get(one.judged_by, "Somebody") if one.judged_by is not None else None,
        claude_verdict=who_was_right(one.reading.band, one.model_band, came) if one.reading else "",
        person_verdict=who_was_right(one.person_band, one.model_band, came) if one.person_band else "",
    )


def _outcome(deals: Sequence[Opportunity], since: datetime) -> bool | None:
    """Whether a deal closed since then; False once all have ended without one."""
    ended = [deal for deal in deals if deal.stage in (Stage.CLOSED, Stage.LOST) and deal.stage_since >= since]
    if any(deal.stage is Stage.CLOSED for deal in ended):
        return True
    return False if ended and len(ended) == len(deals) else None


def _at_share(values: Sequence[int], share: float) -> int | None:
    return values[min(len(values) - 1, int(share * len(values)))] if values else None
