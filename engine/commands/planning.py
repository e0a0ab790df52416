"""What an import would do, row by row, before anything is written: create, update, leave or reject. Check and import share it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from engine import intake
from engine.records import Deal, Lead, Opportunity, Rejection
from engine.runtime import Engine
from engine.store import leads as lead_store
from engine.store import opportunities, people
from engine.store.import_choices import Choices

Kind = Literal["create", "update", "unchanged", "rejected"]
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. `ref` is the place in `Plan.created`, or the lead's id when `in_ledger`."""

    line: int
    kind: Kind
    ref: int = -1
    in_ledger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A row that met somebody already known: in the ledger, or on an earlier line of the same file."""

    line: int
    ref: int
    in_ledger: bool
    matched_by: str
    earlier_line: int | None
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(slots=True)
class Plan:
    """The whole import, decided: new leads, changed leads of the ledger by id, and the outcome of each row."""

    created: list[Lead] = field(default_factory=list)
    created_lines: list[int] = field(default_factory=list)
    changed: dict[int, Lead] = field(default_factory=dict)
    changes: dict[int, dict[str, object]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    rejections: list[tuple[Rejection, tuple[str, ...]]] = field(default_factory=list)

    def count(self, kind: Kind) -> int:
        """How many rows have that outcome."""
        return sum(outcome.kind == kind for outcome in self.outcomes)


def plan_import(
    engine: Engine,
    table: intake.TableFile,
    mapping: Mapping[str, str | None],
    *,
    at: datetime,
    choices: Choices | None = None,
    progress: Callable[[int], None] = lambda n_rows: None,
) -> Plan:
    """Decide every row of a file against the ledger as it stands now. `progress` hears the number of rows read so far."""
    choices = choices or Choices()
    planner = _Planner(engine, choices)
    chunk: list[intake.RowReading] = []
    order = date_order(choices.date_order)
    for reading in intake.read_leads(table, mapping, market=engine.preferences.market, at=at, date_order=order):
        chunk.append(reading)
        if len(chunk) == _CHUNK:
            planner.take(chunk)
            chunk.clear()
            progress(len(planner.plan.outcomes))
    planner.take(chunk)
    progress(len(planner.plan.outcomes))
    return planner.plan


def date_order(chosen: str) -> intake.DateOrder | None:
    """The order of dates that a person chose; None when the file itself decides."""
    return "mdy" if chosen == "mdy" else "dmy" if chosen == "dmy" else None


class _Planner:
    def __init__(self, engine: Engine, choices: Choices) -> None:
        self.plan = Plan()
        self._policy, self._joins = choices.policy, choices.joins
        self._engine = engine
        self._places: dict[tuple[str, str], int] = {}  # key → place in plan.created
        self._known: dict[tuple[str, str], int] = {}  # key → lead of the ledger, for this chunk
        self._leads: dict[int, Lead] = {}
        with engine.ledger.read() as connection:
            self._agents = {name.casefold(): user_id for user_id, name in people.names(connection, only_active=True).items()}

    def take(self, readings: Sequence[intake.RowReading]) -> None:
        """Decide a chunk of rows."""
        joined = [self._joins[row.line] for row in readings if row.line in self._joins]
        self._look_up([row.reading.lead for row in readings if row.reading.lead], joined)
        self.plan.outcomes += [self._decide(row) for row in readings]

    def _look_up(self, leads: Iterable[Lead], joined: Sequence[int]) -> None:
        keys = [key for lead in leads for key in lead.keys]
        with self._engine.ledger.read() as connection:
            self._known = lead_store.find_by_keys(connection, keys)
            wanted = sorted({*self._known.values(), *joined} - self.plan.changed.keys())
            found = lead_store.load_leads(connection, wanted)
            deals = {deal.lead_id: deal for deal in opportunities.of_leads(connection, wanted)}
        self._leads = {lead.lead_id: replace(lead, deal=_as_stated(deals.get(lead.lead_id))) for lead in found}

    def _decide(self, row: intake.RowReading) -> Outcome:
        lead, keys = row.reading.lead, row.reading.lead.keys if row.reading.lead else ()
        if lead is None:
            return self._reject(row)
        if lead.assigned_text and lead.assigned_to is None:
            lead = replace(lead, assigned_to=self._agents.get(lead.assigned_text.strip().casefold()))
        in_ledger = next((key for key in keys if key in self._known), None)
        if in_ledger:
            return self._update(row.line, lead, self._known[in_ledger], in_ledger[0])
        joined = self._joins.get(row.line)
        if joined is not None and (joined in self._leads or joined in self.plan.changed):
            return self._update(row.line, lead, joined, "a person")
        in_file = next((key for key in keys if key in self._places), None)
        return self._merge_in_file(row.line, lead, in_file) if in_file else self._create(row.line, lead, keys)

    def _reject(self, row: intake.RowReading) -> Outcome:
        first = row.reading.problems[0]
        reasons = "; ".join(problem.reason for problem in row.reading.problems)
        rejection = Rejection(line=row.line, column=first.column, reason=reasons, value=first.value)
        self.plan.rejections.append((rejection, row.cells))
        return Outcome(row.line, "rejected")

    def _create(self, line: int, lead: Lead, keys: Iterable[tuple[str, str]]) -> Outcome:
        place = len(self.plan.created)
        self.plan.created.append(lead)
        self.plan.created_lines.append(line)
        self._places.update(dict.fromkeys(keys, place))
        return Outcome(line, "create", place)

    def _merge_in_file(self, line: int, lead: Lead, key: tuple[str, str]) -> Outcome:
        place = self._places[key]
        merged, differences = intake.merge(self.plan.created[place], lead)
        self.plan.created[place] = merged
        self._places.update({new: place for new in merged.keys if new not in self._known})
        self._note(line, place, key[0], differences, earlier_line=self.plan.created_lines[place])
        return Outcome(line, "update" if differences else "unchanged", place)

    def _update(self, line: int, lead: Lead, lead_id: int, matched_by: str) -> Outcome:
        existing = self.plan.changed.get(lead_id) or self._leads[lead_id]
        merged, differences = intake.merge(existing, lead, self._policy)
        if differences:
            self.plan.changed[lead_id] = replace(merged, lead_id=lead_id)
            self.plan.changes.setdefault(lead_id, {}).update({name: after for name, (_, after) in differences.items()})
        self._note(line, lead_id, matched_by, differences, earlier_line=None)
        return Outcome(line, "update" if differences else "unchanged", lead_id, in_ledger=True)

    def _note(
        self,
        line: int,
        ref: int,
        matched_by: str,
        differences: Mapping[str, tuple[object, object]],
        *,
        earlier_line: int | None,
    ) -> None:
        self.plan.merges.append(
            Merge(
                line=line,
                ref=ref,
                in_ledger=earlier_line is None,
                matched_by=matched_by,
                earlier_line=earlier_line,
                before={name: before for name, (before, _) in differences.items()},
                after={name: after for name, (_, after) in differences.items()},
            )
        )


def _as_stated(deal: Opportunity | None) -> Deal | None:
    """A deal of the ledger in the form in which files speak of deals."""
    return (
        Deal(stage=deal.stage, price_cents=deal.price_cents, closes_on=deal.closes_on or deal.closed_on, name=deal.name)
        if deal
        else None
    )
