"""The Outbox: every message, due, sent, held or blocked and why, the next seven days; and the health of the machinery behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, true

from engine.access import Actor, scope_of
from engine.delivery import opting_out, plans
from engine.delivery.breaker import PROVIDER
from engine.delivery.connection import budget_from, is_connected
from engine.delivery.ensuring import retention_days
from engine.delivery.office import FollowUpSettings, settings_at
from engine.errors import NotFound
from engine.records.follow_up import Consent, OptOut, StepState
from engine.runtime import Engine
from engine.sequences.message import Template
from engine.store import attempts, breakers, call_tasks, confirmations, consents, feed, ghl_links, leads, outbox, pauses, watermarks
from engine.store import enrolments as enrolment_store
from engine.store import steps as step_store
from engine.store.attempts import Attempt, GateLine
from engine.store.breakers import Breaker
from engine.store.call_tasks import CallTask
from engine.store.confirmations import Confirmation
from engine.store.enrolments import Enrolment
from engine.store.feed import Heartbeat
from engine.store.follow_up_tables import enrolments, steps
from engine.store.outbox import OutboxRow
from engine.store.pauses import Pause
from engine.store.tables import leads as lead_table

_FOLDERS = ("next_days", "due", "held", "on_its_way", "unknown", "sent", "blocked", "dead", "cancelled")
__all__ = [
    "Health",
    "LeadFollowUp",
    "OutboxPage",
    "OutboxRow",
    "StepStory",
    "calls_to_make",
    "follow_up_health",
    "lead_follow_up",
    "outbox_page",
    "step_story",
    "week_ahead",
]

_WEEK = timedelta(days=7)
_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxPage:
    """One folder of the Outbox, and how many messages each has (no figure above `counted_to`)."""

    folder: str
    rows: Sequence[OutboxRow]
    counts: dict[str, int]
    n_here: int  # in this folder with every filter
    reasons: dict[str, int]  # why the folder's messages wait or ended, with how many each
    counted_to: int
    is_kill_switch_on: bool
    kill_switch_why: str
    is_dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStory:
    """Everything about one message: its words, each decision of the gate, each try."""

    row: OutboxRow
    template: Template | None  # what it is made of, while its words aren't made yet
    decisions: Sequence[GateLine]
    tries: Sequence[Attempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFollowUp:
    """A lead's follow-up on his own page."""

    steps: Sequence[OutboxRow]
    enrolments: Sequence[Enrolment]
    sequences: Mapping[int, str]  # all by name; those that send and that he isn't on can be chosen
    may_join: Sequence[int]
    pause: Pause | None
    consents: Sequence[Consent]
    opt_outs: Sequence[OptOut]
    suppressed: dict[str, str]
    confirmations: Sequence[Confirmation]
    calls: Sequence[CallTask]
    addresses: Sequence[str]  # every phone and e-mail he has


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the machinery is: signs of life, breaker, requests left, how old what waits is, do-not-disturb still owed."""

    at: datetime
    is_dry_run: bool
    office: FollowUpSettings
    heartbeats: Sequence[Heartbeat]
    breaker: Breaker | None
    requests_left: float | None
    requests_left_today: float | None
    queue: dict[str, tuple[int, datetime | None]]
    dnd_owed_since: datetime | None
    n_dnd_owed: int
    retention_days: int


def outbox_page(
    engine: Engine,
    actor: Actor,
    folder: str = "due",
    *,
    search: str = "",
    kind: str = "",
    sequence_id: int | None = None,
    reason: str = "",
    limit: int = 100,
    offset: int = 0,
) -> OutboxPage:
    """One folder: next_days, due, held, on_its_way, unknown, sent, blocked, dead or cancelled; a person sees his own leads' messages.

    The counts heed the search, kind, sequence and reason too; the reasons listed are those of the folder itself.
    """
    if folder not in _FOLDERS:
        raise NotFound(f"The Outbox has no folder “{folder}”")
    scope, at = scope_of(actor), engine.clock.now()
    which, order = _folder(folder, at)
    only = _chosen(search, kind, sequence_id)
    narrowed = and_(which, only, steps.c.reason == reason) if reason else and_(which, only)
    with engine.ledger.read() as connection:
        office = settings_at(connection, at)
        rows = outbox.list_steps(connection, narrowed, agents=scope.agents, order=order, limit=limit, offset=offset)
        counts = {
            name: outbox.count(connection, and_(_folder(name, at)[0], only), agents=scope.agents, up_to=_MOST) for name in _FOLDERS
        }
        n_here = outbox.count(connection, narrowed, agents=scope.agents, up_to=_MOST) if reason else counts[folder]
        reasons = outbox.reasons(connection, and_(which, only), agents=scope.agents)
    return OutboxPage(
        folder=folder,
        rows=rows,
        counts=counts,
        n_here=n_here,
        reasons=reasons,
        counted_to=_MOST,
        is_kill_switch_on=office.is_kill_switch_on,
        kill_switch_why=office.kill_switch_why,
        is_dry_run=not is_connected(engine.settings),
    )


def _chosen(search: str, kind: str, sequence_id: int | None) -> ColumnElement[bool]:
    """The filters over every folder: words in the message or the lead's name, phone and e-mail; the kind; the sequence."""
    found: list[ColumnElement[bool]] = [true()]
    for word in search.split()[:6]:
        person = (lead_table.c.first_name, lead_table.c.last_name, lead_table.c.email, lead_table.c.phone)
        found.append(or_(*(column.icontains(word, autoescape=True) for column in (*person, steps.c.body, steps.c.subject))))
    if kind:
        found.append(steps.c.kind == kind)
    if sequence_id is not None:
        on_it = select(enrolments.c.enrolment_id).where(enrolments.c.sequence_id == sequence_id)
        found.append(steps.c.enrolment_id.in_(on_it))
    return and_(*found)


def week_ahead(engine: Engine, actor: Actor) -> Sequence[tuple[datetime, str, int]]:
    """The next seven days by the hour: when, what kind, how many."""
    scope, at = scope_of(actor), engine.clock.now()
    with engine.ledger.read() as connection:
        return outbox.due_moments(connection, _folder("next_days", at)[0], agents=scope.agents)


def _folder(name: str, at: datetime) -> tuple[Any, tuple[Any, ...]]:
    pending = and_(steps.c.state == StepState.PENDING.value, ~steps.c.is_held_out)
    is_held = steps.c.reason != ""
    newest = (steps.c.finished_at.desc(), steps.c.step_id.desc())
    soonest = (steps.c.next_at, steps.c.step_id)
    return {
        "due": (and_(pending, steps.c.next_at <= at), soonest),
        "on_its_way": (steps.c.state.in_(step_store.IN_FLIGHT), (steps.c.tried_at, steps.c.step_id)),
        "unknown": (steps.c.state == StepState.UNKNOWN.value, (steps.c.tried_at, steps.c.step_id)),
        "sent": (steps.c.state == StepState.SENT.value, newest),
        "held": (and_(pending, is_held), (steps.c.due_at, steps.c.step_id)),
        "blocked": (steps.c.state.in_([StepState.BLOCKED.value, StepState.SKIPPED.value]), newest),
        "dead": (steps.c.state == StepState.DEAD.value, newest),
        "cancelled": (steps.c.state == StepState.CANCELLED.value, newest),
        "next_days": (
            and_(pending, or_(steps.c.due_at <= at + _WEEK, steps.c.next_at <= at + _WEEK)),
            (steps.c.due_at, steps.c.step_id),
        ),
    }[name]


def step_story(engine: Engine, actor: Actor, step_id: int) -> StepStory:
    """Why one message went, waits or does not go; raises `NotFound`, also for another agent's."""
    with engine.ledger.read() as connection:
        rows = outbox.list_steps(connection, steps.c.step_id == step_id, agents=scope_of(actor).agents, order=(), limit=1)
        if not rows:
            raise NotFound("There is no such message")
        return StepStory(
            row=rows[0],
            template=_template(connection, step_id),
            decisions=attempts.verdicts_of(connection, [step_id]),
            tries=attempts.attempts_of(connection, [step_id]),
        )


def _template(connection: Connection, step_id: int) -> Template | None:
    [step] = step_store.load(connection, [step_id])
    enrolment = enrolment_store.load(connection, step.enrolment_id)
    try:
        return None if step.body else plans.load(connection, enrolment.sequence_id, enrolment.version).template(step.step_no)
    except NotFound:  # a later version has no such step; this one stayed as it was
        return None


def lead_follow_up(engine: Engine, actor: Actor, lead_id: int) -> LeadFollowUp:
    """What was, is and will be sent to a lead, what he agreed to and what he revoked; raises `NotFound`, also for another agent's."""
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        if not found or not scope.covers(found[0].assigned_to):
            raise NotFound("There is no such lead, or he is another agent's")
        lead = found[0]
        own = opting_out.addresses_of(lead)
        order = (steps.c.due_at, steps.c.step_id)
        known = enrolment_store.all_sequences(connection)
        running = {one.sequence_id for one in enrolment_store.of_lead(connection, lead_id, enrolment_store.RUNNING)}
        return LeadFollowUp(
            enrolments=enrolment_store.of_lead(connection, lead_id),
            sequences={one.sequence_id: one.name for one in known},
            may_join=[one.sequence_id for one in known if one.is_active and one.sequence_id not in running],
            steps=outbox.list_steps(connection, steps.c.lead_id == lead_id, agents=scope.agents, order=order, limit=500),
            pause=pauses.open_of(connection, lead_id),
            consents=[one for address in own for one in consents.consents_of(connection, lead_id, address)],
            opt_outs=consents.opt_outs_of(connection, lead_id, own),
            suppressed=consents.suppressed(connection, own),
            confirmations=confirmations.of_leads(connection, lead_id),
            calls=call_tasks.open_tasks(connection, agents=scope.agents, lead_ids=[lead_id]),
            addresses=own,
        )


def calls_to_make(engine: Engine, actor: Actor) -> Sequence[CallTask]:
    """The calls that wait for a person, the longest due first."""
    with engine.ledger.read() as connection:
        return call_tasks.open_tasks(connection, agents=scope_of(actor).agents)


def follow_up_health(engine: Engine, actor: Actor) -> Health:
    """How delivering is; names no lead, so everybody may see it."""
    at = engine.clock.now()
    with engine.ledger.read() as connection:
        owed = ghl_links.unconfirmed_dnd(connection)
        budget = budget_from(watermarks.read(connection, "ghl_budget"))
        return Health(
            at=at,
            is_dry_run=not is_connected(engine.settings),
            office=settings_at(connection, at),
            heartbeats=feed.load_heartbeats(connection),
            breaker=breakers.load(connection, PROVIDER),
            requests_left=budget.tokens if budget.at else None,
            requests_left_today=budget.daily_left,
            queue=dict(step_store.queue(connection, at)),
            dnd_owed_since=min((one.asked_at for one in owed), default=None),
            n_dnd_owed=len(owed),
            retention_days=retention_days(connection, at),
        )
