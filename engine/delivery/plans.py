"""Sequences as the ledger keeps them: a version is its steps and its words, so that an edit never changes what is under way."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from engine.errors import BadInput, NotFound
from engine.records.follow_up import StepKind
from engine.sequences import cadence, editing
from engine.sequences.cadence import EnrolmentRule, Sequence, SequenceStep
from engine.sequences.message import Template, problems_of_template
from engine.sequences.templates import DEFAULTS, template_for
from engine.store import enrolments
from engine.store.ledger import Txn


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a sequence with the words of its steps."""

    sequence: Sequence
    templates: Mapping[tuple[str, str], Template]  # by key and language

    def step(self, number: int) -> SequenceStep:
        """A step by number; raises `NotFound`."""
        for step in self.sequence.steps:
            if step.number == number:
                return step
        raise NotFound(f"This version has no step {number}")

    def template(self, number: int, language: str = "en") -> Template:
        """The words of a step, in English where there are none in that language; raises `NotFound`."""
        words = template_for(self.step(number).template, language, self.templates)
        if words is None:
            raise NotFound(f"Step {number} has no words")
        return words


def as_data(plan: Plan) -> dict[str, Any]:
    """A plan as JSON keeps it."""
    return {"sequence": asdict(plan.sequence), "templates": [asdict(words) for words in plan.templates.values()]}


def from_data(data: Mapping[str, Any]) -> Plan:
    """A plan as `as_data` wrote it; raises `BadInput` for anything else."""
    try:
        told = dict(data["sequence"])
        steps = tuple(SequenceStep(**{**step, "kind": StepKind(step["kind"])}) for step in told.pop("steps"))
        rule = EnrolmentRule(**_tuples(told.pop("rule")))
        words = [Template(**{**one, "kind": StepKind(one["kind"])}) for one in data["templates"]]
        by_key = {(one.key, one.language): one for one in words}
        plan = Plan(sequence=Sequence(**told, steps=steps, rule=rule), templates=by_key)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"This isn't a plan of follow-up: {error}") from None
    check(plan)
    return plan


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's lists as the tuples that records hold."""
    made: dict[str, Any] = dict(data)
    for name, part in data.items():
        if isinstance(part, list):
            made[name] = tuple(part)
    return made


def check(plan: Plan) -> None:
    """Refuse a plan that could never run, naming what is wrong."""
    numbers = [step.number for step in plan.sequence.steps]
    if not numbers or numbers != sorted(set(numbers)):
        raise BadInput("A sequence has steps, numbered upward", field="steps")
    days = [step.day for step in plan.sequence.steps]
    if days != sorted(days) or days[0] < 0:
        raise BadInput("Each step's day is the same as or later than the one before", field="steps")
    for step in plan.sequence.steps:
        words = plan.templates.get((step.template, "en"))
        if words is None or words.kind is not step.kind:
            raise BadInput(f"Step {step.number} has no words of its kind ({step.kind.value})", field="templates")
        if step.max_late_hours <= 0 or step.min_gap_hours < 0:
            raise BadInput(f"Step {step.number}: hours of lateness and gap can't be negative", field="steps")


def problems_of(plan: Plan, *, brand: str, agent_name: str, sms_segments: int = 2) -> tuple[str, ...]:
    """Everything that speaks against a plan a person wrote, in its times and in its words, one sentence each."""
    english = {key: words for (key, language), words in plan.templates.items() if language == "en"}
    found = list(editing.problems_of(plan.sequence, english))
    used = {step.template: step.number for step in plan.sequence.steps}
    for words in plan.templates.values():
        if words.key in used:
            where = f"Step {used[words.key]}" + ("" if words.language == "en" else f" ({words.language})")
            told = problems_of_template(words, brand=brand, agent_name=agent_name, sms_segments=sms_segments)
            found += [f"{where}: {sentence}" for sentence in told]
    return tuple(dict.fromkeys(found))


SHIPPED = Plan(sequence=cadence.DEFAULT, templates=DEFAULTS)


def seed(txn: Txn) -> None:
    """Give a ledger without sequences the shipped one."""
    if not enrolments.all_sequences(txn.connection):
        add(txn, SHIPPED)


def load(connection: Connection, sequence_id: int, version: int) -> Plan:
    """A version's plan, with the number it has in the ledger."""
    plan = from_data(enrolments.version(connection, sequence_id, version).plan)
    return replace(plan, sequence=replace(plan.sequence, version=version))


def add(txn: Txn, plan: Plan) -> int:
    """Add a sequence; answers its number."""
    check(plan)
    if any(known.name == plan.sequence.name for known in enrolments.all_sequences(txn.connection)):
        raise BadInput(f"There is a sequence called “{plan.sequence.name}” already", field="name")
    rule = _rule(plan)
    number = enrolments.add_sequence(txn, plan.sequence.name, as_data(plan), rule=rule, hold_out_rate=plan.sequence.holdout_share)
    txn.audit("add_sequence", "sequences", number, {"name": plan.sequence.name})
    return number


def edit(txn: Txn, sequence_id: int, plan: Plan, *, note: str) -> int:
    """Write a new version down; those under way keep theirs. Answers the version."""
    check(plan)
    version = enrolments.add_version(txn, sequence_id, as_data(plan), note=note)
    enrolments.change_sequence(
        txn, sequence_id, name=plan.sequence.name, rule=_rule(plan), hold_out_rate=plan.sequence.holdout_share
    )
    txn.audit("edit_sequence", "sequences", sequence_id, {"version": version, "note": note})
    return version


def changed_steps(before: Plan, after: Plan) -> list[int]:
    """The numbers of the steps that differ between two versions, in words or in time."""
    numbers = {step.number for step in (*before.sequence.steps, *after.sequence.steps)}
    return sorted(number for number in numbers if _whole(before, number) != _whole(after, number))


def _whole(plan: Plan, number: int) -> object:
    found: Iterable[SequenceStep] = (step for step in plan.sequence.steps if step.number == number)
    return [(step, [one for (key, _), one in plan.templates.items() if key == step.template]) for step in found]


def _rule(plan: Plan) -> dict[str, Any] | None:
    rule = plan.sequence.rule
    return asdict(rule) if rule.is_on else None
