"""What an edit of a sequence would do before it is saved: the words on a lead, what is wrong, what changes for whom, whom a batch adds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, exists, func, select

from engine.access import Actor, scope_of
from engine.delivery import plans
from engine.delivery.office import Sender, settings_at
from engine.delivery.plans import SHIPPED, Plan
from engine.errors import BadInput
from engine.runtime import Engine
from engine.sequences.cadence import EnrolmentRule, SequenceStep
from engine.sequences.content_lint import problems_of
from engine.sequences.editing import changes_between
from engine.sequences.message import Template, Words, content_of, render
from engine.store import enrolments, leads, people, scores
from engine.store.follow_up_tables import consents, opt_outs
from engine.store.follow_up_tables import enrolments as enrolment_table
from engine.store.shown import is_shown
from engine.store.tables import batches
from engine.store.tables import leads as lead_table

__all__ = [
    "SHIPPED",
    "Enrolling",
    "EnrolmentRule",
    "Plan",
    "SequenceStep",
    "Template",
    "VersionLine",
    "WordsPreview",
    "changed",
    "plan_problems",
    "preview_batch",
    "preview_words",
    "recent_batches",
    "sample_leads",
    "version_lines",
]

_SAMPLES = 12
_EXAMPLE = Words(lead_id=0, step_number=1, agent_name="", brand="", first_name="Ana", last_name="Example", area="Upland")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsPreview:
    """A step's words as one lead would get them. `problem` is set, and nothing rendered, when they can't be made."""

    subject: str
    body: str
    n_segments: int  # of a text
    findings: tuple[str, ...]
    problem: str
    is_example_sender: bool  # the office hasn't said who writes; stand-ins are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version: when, by whom, why, and what it changed against the one before."""

    version: int
    created_at: datetime
    by: str
    note: str
    changes: tuple[str, ...]
    n_running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """What enrolling an import would do, counted beforehand."""

    n_leads: int
    n_on_it: int
    n_without_consent: int  # they would be enrolled, and every text and e-mail be blocked until a consent is recorded
    n_opted_out: int

    @property
    def n_new(self) -> int:
        """How many would be put on it."""
        return self.n_leads - self.n_on_it


def preview_words(engine: Engine, actor: Actor, template: Template, lead_id: int | None = None) -> WordsPreview:
    """The template filled for a lead (an example person without one), with segments and what the gate would find."""
    at = engine.clock.now()
    with engine.ledger.read() as connection:
        office = settings_at(connection, at)
        filled, is_example = _sender_or_example(office.sender)
        words = _words_of(connection, actor, lead_id, filled)
    try:
        made = render(template, words, sms_segments=office.rules.sms_segments)
    except BadInput as error:
        return WordsPreview(subject="", body="", n_segments=0, findings=(), problem=error.message, is_example_sender=is_example)
    findings = problems_of(content_of(template, made, words), sms_segments=office.rules.sms_segments)
    return WordsPreview(
        subject=made.subject,
        body=made.body,
        n_segments=made.n_segments,
        findings=findings,
        problem="",
        is_example_sender=is_example,
    )


def _sender_or_example(sender: Sender) -> tuple[Sender, bool]:
    examples = {
        "brand": "Example Realty",
        "agent_name": "Alex Example",
        "agent_phone": "+19095550100",
        "postal_address": "1 Example Street, Ontario, CA 91761",
        "public_url": "https://example.com",
    }
    missing = {name: value for name, value in examples.items() if not getattr(sender, name)}
    return replace(sender, **missing), bool(missing)


def _words_of(connection: Connection, actor: Actor, lead_id: int | None, sender: Sender) -> Words:
    example = replace(
        _EXAMPLE,
        agent_name=sender.agent_name,
        brand=sender.brand,
        agent_phone=sender.agent_phone,
        postal_address=sender.postal_address,
        unsubscribe_url=f"{sender.public_url.rstrip('/')}/api/unsubscribe/example",
    )
    found = leads.load_leads(connection, [lead_id], only_visible=True) if lead_id else []
    scope = scope_of(actor)
    if not found or not scope.covers(found[0].assigned_to):
        return example
    lead = found[0]
    user = people.user_by_id(connection, lead.assigned_to) if lead.assigned_to else None
    score = scores.current(connection, [lead.lead_id]).get(lead.lead_id)
    return replace(
        example,
        lead_id=lead.lead_id,
        first_name=lead.first_name,
        last_name=lead.last_name,
        area=lead.city,
        agent_name=user.name if user else sender.agent_name,
        reasons=tuple(reason.text for reason in score.reasons_for) if score else (),
    )


def sample_leads(engine: Engine, actor: Actor) -> Mapping[int, str]:
    """A few leads to try words on: the newest this person may see, with their names."""
    asked = select(lead_table.c.lead_id, lead_table.c.first_name, lead_table.c.last_name).where(
        lead_table.c.is_visible, lead_table.c.first_name != ""
    )
    asked = asked.where(is_shown(scope_of(actor).agents))
    with engine.ledger.read() as connection:
        rows = connection.execute(asked.order_by(lead_table.c.lead_id.desc()).limit(_SAMPLES)).all()
    return {row.lead_id: f"{row.first_name} {row.last_name}".strip() for row in rows}


def plan_problems(engine: Engine, actor: Actor, plan: Plan) -> tuple[str, ...]:
    """Everything that speaks against saving a plan, one plain sentence each."""
    with engine.ledger.read() as connection:
        office = settings_at(connection, engine.clock.now())
    filled, _ = _sender_or_example(office.sender)
    return plans.problems_of(plan, brand=filled.brand, agent_name=filled.agent_name, sms_segments=office.rules.sms_segments)


def version_lines(engine: Engine, actor: Actor, sequence_id: int) -> Sequence[VersionLine]:
    """A sequence's versions, the newest first, each with what it changed."""
    with engine.ledger.read() as connection:
        known = enrolments.versions(connection, sequence_id)
        names = people.names(connection)
        running = _running(connection, sequence_id)
    made = [plans.from_data(one.plan) for one in known]
    return [
        VersionLine(
            version=one.version,
            created_at=one.created_at,
            by=names.get(one.created_by, "Command center"),
            note=one.note,
            changes=changed(made[place + 1], made[place]) if place + 1 < len(made) else (),
            n_running=running.get(one.version, 0),
        )
        for place, one in enumerate(known)
    ]


def changed(before: Plan, after: Plan) -> tuple[str, ...]:
    """What one plan changes against another, one sentence each."""
    told = [change.sentence for change in changes_between(before.sequence, after.sequence)]
    told += [
        f"Step {number} has new words." for number in plans.changed_steps(before, after) if _has_new_words(before, after, number)
    ]
    if before.sequence.holdout_share != after.sequence.holdout_share:
        told.append(f"Hold-out: {before.sequence.holdout_share:.0%} → {after.sequence.holdout_share:.0%}.")
    if before.sequence.rule != after.sequence.rule:
        told.append("Another rule of who is enrolled.")
    return tuple(told)


def _has_new_words(before: Plan, after: Plan, number: int) -> bool:
    is_in_both = all(any(step.number == number for step in plan.sequence.steps) for plan in (before, after))
    is_same_key = is_in_both and before.step(number).template == after.step(number).template
    return is_same_key and _texts(before, number) != _texts(after, number)


def _texts(plan: Plan, number: int) -> list[Template]:
    key = plan.step(number).template
    return [replace(words, version=1) for (name, _), words in sorted(plan.templates.items()) if name == key]


def _running(connection: Connection, sequence_id: int) -> dict[int, int]:
    table = enrolment_table.c
    asked = select(table.version, func.count()).where(table.sequence_id == sequence_id, table.state.in_(enrolments.RUNNING))
    return {row[0]: row[1] for row in connection.execute(asked.group_by(table.version))}


def recent_batches(engine: Engine, actor: Actor) -> Mapping[int, str]:
    """Imports whose leads can be enrolled, the newest first, by number."""
    asked = select(batches.c.batch_id, batches.c.file_name, batches.c.created_at)
    asked = asked.where(exists().where(lead_table.c.batch_id == batches.c.batch_id, lead_table.c.is_visible))
    with engine.ledger.read() as connection:
        rows = connection.execute(asked.order_by(batches.c.batch_id.desc()).limit(30)).all()
    return {row.batch_id: f"{row.file_name} · {row.created_at:%Y-%m-%d}" for row in rows}


def preview_batch(engine: Engine, actor: Actor, sequence_id: int, batch_id: int) -> Enrolling:
    """What putting an import's leads on a sequence would do; counts only the leads this person may work."""
    of_batch = [lead_table.c.batch_id == batch_id, lead_table.c.is_visible, is_shown(scope_of(actor).agents)]
    running = enrolment_table.c.state.in_(enrolments.RUNNING)
    on_it = exists().where(enrolment_table.c.lead_id == lead_table.c.lead_id, enrolment_table.c.sequence_id == sequence_id, running)
    agreed = exists().where(consents.c.lead_id == lead_table.c.lead_id)
    left = exists().where(opt_outs.c.lead_id == lead_table.c.lead_id)
    with engine.ledger.read() as connection:

        def count(*which: object) -> int:
            asked = select(func.count()).select_from(lead_table).where(*of_batch, *which)  # type: ignore[arg-type]
            return connection.execute(asked).scalar_one()

        return Enrolling(
            n_leads=count(), n_on_it=count(on_it), n_without_consent=count(~on_it, ~agreed, ~left), n_opted_out=count(~on_it, left)
        )
