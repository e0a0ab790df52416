"""The Sequences page: plans with their versions, who is on them, what each step brought, and what an edit would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from engine.access import Actor
from engine.delivery import plans
from engine.delivery.plans import Plan
from engine.runtime import Engine
from engine.store import enrolments, outbox
from engine.store.enrolments import Sequence_, SequenceVersion
from engine.store.outbox import StepCounts

_Z = 1.96  # of a 95 % interval


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceCard:
    """A sequence in the list, with how many leads stand where."""

    sequence: Sequence_
    counts: Mapping[str, int]  # by state, all versions
    n_on_older: int  # running on another version than the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a whole with its 95 % interval (Wilson's, which holds for small counts)."""

    n: int
    of: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigures:
    """What one step of one version brought."""

    counts: StepCounts
    delivered: Share
    replied: Share
    opted_out: Share
    appointments: Share
    held_out_replied: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOut:
    """What the sequence does, against leads drawn to be left alone; the difference with its 95 % interval, None without both groups."""

    replied: Share
    replied_held_out: Share
    met: Share
    met_held_out: Share
    effect: float | None  # of enrolling on the share that replies
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceSheet:
    """One sequence with its newest plan, its versions and its figures."""

    card: SequenceCard
    plan: Plan
    versions: Sequence[SequenceVersion]
    figures: Sequence[StepFigures]
    hold_out: HoldOut


def sequence_list(engine: Engine, actor: Actor) -> list[SequenceCard]:
    """Every sequence, by name."""
    with engine.ledger.read() as connection:
        counts = outbox.enrolment_counts(connection)
        return [_card(one, counts) for one in enrolments.all_sequences(connection)]


def _card(sequence: Sequence_, counts: Mapping[tuple[int, int, str], int]) -> SequenceCard:
    mine = {key: n for key, n in counts.items() if key[0] == sequence.sequence_id}
    by_state: dict[str, int] = {}
    for (_, _, state), n in mine.items():
        by_state[state] = by_state.get(state, 0) + n
    older = sum(n for (_, version, state), n in mine.items() if version != sequence.version and state in ("active", "paused"))
    return SequenceCard(sequence=sequence, counts=by_state, n_on_older=older)


def sequence_sheet(engine: Engine, actor: Actor, sequence_id: int) -> SequenceSheet:
    """One sequence; raises `NotFound`."""
    with engine.ledger.read() as connection:
        sequence = enrolments.sequence(connection, sequence_id)
        return SequenceSheet(
            card=_card(sequence, outbox.enrolment_counts(connection)),
            plan=plans.load(connection, sequence_id, sequence.version),
            versions=enrolments.versions(connection, sequence_id),
            figures=[_figures(one) for one in outbox.step_counts(connection, sequence_id)],
            hold_out=_hold_out(outbox.hold_out_counts(connection, sequence_id)),
        )


def _figures(counts: StepCounts) -> StepFigures:
    return StepFigures(
        counts=counts,
        delivered=share(counts.n_delivered, counts.n_sent),
        replied=share(counts.n_replied, counts.n_sent),
        opted_out=share(counts.n_opted_out, counts.n_sent),
        appointments=share(counts.n_appointments, counts.n_sent),
        held_out_replied=share(counts.n_held_out_replied, counts.n_held_out),
    )


def _hold_out(counts: Mapping[bool, tuple[int, int, int]]) -> HoldOut:
    n, n_replied, n_met = counts.get(False, (0, 0, 0))
    n_held, n_held_replied, n_held_met = counts.get(True, (0, 0, 0))
    sent, held = share(n_replied, n), share(n_held_replied, n_held)
    effect = difference(sent, held)
    return HoldOut(
        replied=sent,
        replied_held_out=held,
        met=share(n_met, n),
        met_held_out=share(n_held_met, n_held),
        effect=effect[0] if effect else None,
        low=effect[1] if effect else None,
        high=effect[2] if effect else None,
    )


def difference(one: Share, other: Share) -> tuple[float, float, float] | None:
    """A difference of two shares with its 95 % interval (R. G. Newcombe 1998, method 10: Wilson's bounds squared and added)."""
    if one.rate is None or one.low is None or one.high is None or other.rate is None or other.low is None or other.high is None:
        return None
    apart = one.rate - other.rate
    low = apart - sqrt((one.rate - one.low) ** 2 + (other.high - other.rate) ** 2)
    high = apart + sqrt((one.high - one.rate) ** 2 + (other.rate - other.low) ** 2)
    return apart, low, high


def share(n: int, of: int) -> Share:
    """A share with Wilson's interval (E. B. Wilson 1927); no rate without a whole."""
    if of == 0:
        return Share(n=n, of=of, rate=None, low=None, high=None)
    rate, square = n / of, _Z * _Z
    middle = (rate + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(rate * (1 - rate) / of + square / (4 * of * of)) / (1 + square / of)
    return Share(n=n, of=of, rate=rate, low=max(0.0, middle - half), high=min(1.0, middle + half))
