"""What an import would do, row by row, before anything is written: create, update, leave or reject. Check and import share it.

A file is decided a stretch of rows at a time, in memory that doesn't grow with it: who stands where in the file is kept in an index on
disk, and somebody who comes up again far below is made anew from his rows. Only leads of the ledger that the file changes are held.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Literal, Self

from engine import intake
from engine.commands.reading_ahead import stretches
from engine.records import Deal, Lead, Opportunity, Rejection
from engine.runtime import Engine
from engine.store import leads as lead_store
from engine.store import opportunities, people
from engine.store.import_choices import Choices
from engine.store.row_index import Key, RowIndex

Kind = Literal["create", "update", "unchanged", "rejected"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. `ref` is the place among the file's new people, or the lead's number when `in_ledger`."""

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
class Stretch:
    """A stretch of rows, decided: by place the people who are new in it and those of earlier stretches whom it changes."""

    rows: Sequence[intake.RowReading]
    outcomes: list[Outcome] = field(default_factory=list)
    created: dict[int, Lead] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)  # place → the line each of `created` is from
    rewritten: dict[int, tuple[Lead, Lead]] = field(default_factory=dict)  # as he was left by earlier stretches, and as he is now
    keys: dict[Key, int] = field(default_factory=dict)  # new in it, each with the place it belongs to: the first that had it
    merges: list[Merge] = field(default_factory=list)
    rejections: list[tuple[Rejection, tuple[str, ...]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of a file's rows; the four parts add up to `n_rows`."""

    n_rows: int
    n_created: int
    n_updated: int
    n_unchanged: int
    n_rejected: int


class Planner:
    """Decides a file against the ledger, stretch by stretch. To be closed: it keeps an index on disk."""

    def __init__(
        self, engine: Engine, table: intake.TableFile, mapping: Mapping[str, str | None], *, at: datetime, choices: Choices
    ) -> None:
        self.changed: dict[int, Lead] = {}  # leads of the ledger as the file leaves them
        self.changes: dict[int, dict[str, object]] = {}  # and what of each it changed
        self.index = RowIndex()
        self._engine, self._table = engine, table
        self._policy, self._joins = choices.policy, choices.joins
        order = date_order(choices.date_order)
        self._reader = intake.RowReader(table, mapping, market=engine.preferences.market, at=at, date_order=order)
        self._kinds: Counter[Kind] = Counter()
        self._n_created = 0
        self._known: dict[Key, int] = {}  # key → lead of the ledger, for this stretch
        self._leads: dict[int, Lead] = {}
        self._places: dict[Key, int] = {}  # key → place in the file, for this stretch
        self._new_rows: list[tuple[int, int, tuple[str, ...]]] = []
        with engine.ledger.read() as connection:
            self._agents = {name.casefold(): user_id for user_id, name in people.names(connection, only_active=True).items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.index.close()

    def __iter__(self) -> Iterator[Stretch]:
        """The whole file, decided; each stretch counts on those before."""
        return map(self._decide_all, stretches(self._table, self._reader))

    @property
    def counts(self) -> Counts:
        """The rows decided so far, by outcome."""
        kinds = self._kinds
        return Counts(
            n_rows=kinds.total(),
            n_created=kinds["create"],
            n_updated=kinds["update"],
            n_unchanged=kinds["unchanged"],
            n_rejected=kinds["rejected"],
        )

    def _decide_all(self, rows: Sequence[intake.RowReading]) -> Stretch:
        stretch = Stretch(rows)
        joined = [self._joins[row.line] for row in rows if row.line in self._joins]
        self._look_up([key for row in rows if row.reading.lead for key in row.reading.lead.keys], joined)
        stretch.outcomes = [self._decide(stretch, row) for row in rows]
        self._kinds.update(outcome.kind for outcome in stretch.outcomes)
        self.index.add(stretch.keys, self._new_rows)
        self._new_rows = []
        return stretch

    def _look_up(self, keys: Sequence[Key], joined: Sequence[int]) -> None:
        self._places = self.index.find(keys)
        with self._engine.ledger.read() as connection:
            self._known = lead_store.find_by_keys(connection, keys)
            wanted = sorted({*self._known.values(), *joined} - self.changed.keys())
            found = lead_store.load_leads(connection, wanted)
            deals = {deal.lead_id: deal for deal in opportunities.of_leads(connection, wanted)} if wanted else {}
        self._leads = {lead.lead_id: replace(lead, deal=_as_stated(deals.get(lead.lead_id))) for lead in found}

    def _decide(self, stretch: Stretch, row: intake.RowReading) -> Outcome:
        if row.reading.lead is None:
            return _rejected(stretch, row)
        lead = self._with_agent(row.reading.lead)
        keys = lead.keys
        in_ledger = next((key for key in keys if key in self._known), None)
        if in_ledger:
            return self._update(stretch, row.line, lead, self._known[in_ledger], in_ledger[0])
        joined = self._joins.get(row.line)
        if joined is not None and (joined in self._leads or joined in self.changed):
            return self._update(stretch, row.line, lead, joined, "a person")
        in_file = next((key for key in keys if key in self._places), None)
        return self._merge_in_file(stretch, row, lead, in_file) if in_file else self._create(stretch, row, lead, keys)

    def _with_agent(self, lead: Lead) -> Lead:
        if not lead.assigned_text or lead.assigned_to is not None:
            return lead
        return replace(lead, assigned_to=self._agents.get(lead.assigned_text.strip().casefold()))

    def _create(self, stretch: Stretch, row: intake.RowReading, lead: Lead, keys: Iterable[Key]) -> Outcome:
        place, self._n_created = self._n_created, self._n_created + 1
        stretch.created[place], stretch.lines[place] = lead, row.line
        self._own(stretch, keys, place)
        self._new_rows.append((place, row.line, row.cells))
        return Outcome(row.line, "create", place)

    def _own(self, stretch: Stretch, keys: Iterable[Key], place: int) -> None:
        for key in keys:
            if self._places.setdefault(key, place) == place:
                stretch.keys[key] = place

    def _merge_in_file(self, stretch: Stretch, row: intake.RowReading, lead: Lead, key: Key) -> Outcome:
        place = self._places[key]
        existing, first_line = self._earlier(stretch, place)
        merged, differences = intake.merge(existing, lead)
        if differences:
            self._new_rows.append((place, row.line, row.cells))
            if place in stretch.created:
                stretch.created[place] = merged
            else:
                before, _ = stretch.rewritten.get(place, (existing, existing))
                stretch.rewritten[place] = before, merged
        self._own(stretch, (new for new in merged.keys if new not in self._known), place)
        stretch.merges.append(_met(row.line, place, key[0], differences, earlier_line=first_line))
        return Outcome(row.line, "update" if differences else "unchanged", place)

    def _earlier(self, stretch: Stretch, place: int) -> tuple[Lead, int]:
        """Somebody from an earlier line of the file as he stands now, and the line; from an earlier stretch, made anew from his rows."""
        if place in stretch.created:
            return stretch.created[place], stretch.lines[place]
        if place not in stretch.lines:
            [(first_line, _), *_] = rows = self.index.rows_of([place])[place]
            made: Lead | None = None
            for line, cells in rows:
                said = self._reader.read(intake.Row(line, cells)).reading.lead
                assert said is not None, "the same cells always come to the same reading"
                said = self._with_agent(said)
                made = said if made is None else intake.merge(made, said)[0]
            assert made is not None
            stretch.rewritten[place], stretch.lines[place] = (made, made), first_line
        return stretch.rewritten[place][1], stretch.lines[place]

    def _update(self, stretch: Stretch, line: int, lead: Lead, lead_id: int, matched_by: str) -> Outcome:
        existing = self.changed.get(lead_id) or self._leads[lead_id]
        merged, differences = intake.merge(existing, lead, self._policy)
        if differences:
            self.changed[lead_id] = replace(merged, lead_id=lead_id)
            self.changes.setdefault(lead_id, {}).update({name: after for name, (_, after) in differences.items()})
        stretch.merges.append(_met(line, lead_id, matched_by, differences, earlier_line=None))
        return Outcome(line, "update" if differences else "unchanged", lead_id, in_ledger=True)


def date_order(chosen: str) -> intake.DateOrder | None:
    """The order of dates that a person chose; None when the file itself decides."""
    return "mdy" if chosen == "mdy" else "dmy" if chosen == "dmy" else None


def _rejected(stretch: Stretch, row: intake.RowReading) -> Outcome:
    first = row.reading.problems[0]
    reasons = "; ".join(problem.reason for problem in row.reading.problems)
    stretch.rejections.append((Rejection(line=row.line, column=first.column, reason=reasons, value=first.value), row.cells))
    return Outcome(row.line, "rejected")


def _met(
    line: int, ref: int, matched_by: str, differences: Mapping[str, tuple[object, object]], *, earlier_line: int | None
) -> Merge:
    return Merge(
        line=line,
        ref=ref,
        in_ledger=earlier_line is None,
        matched_by=matched_by,
        earlier_line=earlier_line,
        before={name: before for name, (before, _) in differences.items()},
        after={name: after for name, (_, after) in differences.items()},
    )


def _as_stated(deal: Opportunity | None) -> Deal | None:
    """A deal of the ledger in the form in which files speak of deals."""
    return (
        Deal(stage=deal.stage, price_cents=deal.price_cents, closes_on=deal.closes_on or deal.closed_on, name=deal.name)
        if deal
        else None
    )
