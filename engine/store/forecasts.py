"""Frozen forecasts in the ledger, and the facts of deals that forecasts rest on: stage visits, closings, how sure a price is."""

import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, insert, select

from engine.commission.backtest import HORIZONS, Window
from engine.commission.forecast import Book, Simulation
from engine.commission.odds import OPEN_STAGES, RULES, Visit
from engine.records import Stage
from engine.store.deal_tables import stage_changes, statement_entries
from engine.store.forecast_tables import forecast_windows, forecasts
from engine.store.leads import chunks
from engine.store.ledger import Txn
from engine.store.tables import changes, leads, opportunities, scores, stages

_BOOK = TypeAdapter(Book)
# What a forecast hangs on: other changes of the feed leave it as it is.
DEAL_KINDS = ("opportunities", "settings", "stages", "commission_plans", "agent_terms", "users", "batches")


@dataclass(frozen=True, slots=True)
class DealFacts:
    """What of a deal isn't in its terms: where its price is from and how wide that is, and since when it stands where."""

    price_source: str
    price_low_cents: int | None
    price_high_cents: int | None
    opened_at: datetime
    stage_since: datetime


def deal_position(connection: Connection, after: int) -> int | None:
    """The newest change after `after` on which forecasts hang; None when there is none."""
    asked = select(func.max(changes.c.seq)).where(changes.c.seq > after, changes.c.kind.in_(DEAL_KINDS))
    newest: int | None = connection.execute(asked).scalar_one_or_none()
    return newest


def load_facts(connection: Connection) -> dict[int, DealFacts]:
    """The facts of every visible deal, by its number."""
    asked = (
        select(
            opportunities.c.opportunity_id,
            opportunities.c.price_source,
            scores.c.price_low_cents,
            scores.c.price_high_cents,
            opportunities.c.opened_at,
            opportunities.c.stage_since,
        )
        .join(leads, leads.c.lead_id == opportunities.c.lead_id)
        .outerjoin(scores, (scores.c.lead_id == opportunities.c.lead_id) & scores.c.is_current)
        .where(leads.c.is_visible)
    )
    return {row[0]: DealFacts(*row[1:]) for row in connection.execute(asked)}


def load_win_rates(connection: Connection) -> dict[Stage, tuple[float, str]]:
    """Each open stage's starting win rate and where it is from."""
    rows = {row.stage: (row.win_rate, row.win_rate_source) for row in connection.execute(select(stages))}
    return {stage: rows.get(stage.value, (0.1, "no stage of the office's")) for stage in OPEN_STAGES}


class Moves(NamedTuple):
    """How far the moves of deals go: the newest one's number, and how many there are. Taken-back moves leave a gap, never a number anew."""

    newest: int
    n: int


def moves(connection: Connection) -> Moves:
    """How far the moves go now: as long as it is the same, so are all stays in stages."""
    newest, n = connection.execute(select(func.max(stage_changes.c.stage_change_id), func.count()).select_from(stage_changes)).one()
    return Moves(newest or 0, n)


def moved_since(connection: Connection, newest: int) -> dict[int, int]:
    """How many moves each deal has made after that one."""
    asked = select(stage_changes.c.opportunity_id, func.count()).where(stage_changes.c.stage_change_id > newest)
    return {row[0]: row[1] for row in connection.execute(asked.group_by(stage_changes.c.opportunity_id))}


def load_steps(connection: Connection, zone: ZoneInfo, deal_ids: Sequence[int] | None = None) -> dict[int, list[tuple[str, date]]]:
    """The stages of these deals (None: of all) in their order, each with the office's day on which it began."""
    columns = (stage_changes.c.opportunity_id, stage_changes.c.stage, stage_changes.c.at)
    asked = select(*columns).order_by(stage_changes.c.opportunity_id, stage_changes.c.at, stage_changes.c.stage_change_id)
    some = [asked] if deal_ids is None else [asked.where(stage_changes.c.opportunity_id.in_(ids)) for ids in chunks(deal_ids, 500)]
    steps: defaultdict[int, list[tuple[str, date]]] = defaultdict(list)
    for one in some:
        for deal_id, stage, at in connection.execute(one):
            steps[deal_id].append((stage, at.astimezone(zone).date()))
    return dict(steps)


def closing_days(connection: Connection) -> dict[int, date]:
    """The day on which each closed deal closed."""
    asked = select(opportunities.c.opportunity_id, opportunities.c.closed_on).where(opportunities.c.closed_on.is_not(None))
    return {row[0]: row[1] for row in connection.execute(asked)}


def visits_of(deal_id: int, steps: Sequence[tuple[str, date]], closed_on: date | None) -> Iterable[Visit]:
    """One deal's stays, from its stage changes in order; `closed_on` is the closing's own day where one is known.

    A deal that was reopened counts as not ended before.
    """
    last, ended_on = steps[-1]
    is_won = True if last == Stage.CLOSED else False if last == Stage.LOST else None
    ended = (closed_on or ended_on) if is_won else ended_on if is_won is False else None
    for place, (stage, entered) in enumerate(steps):
        if stage in (Stage.CLOSED, Stage.LOST):
            continue
        left = steps[place + 1][1] if place + 1 < len(steps) else None
        if left is not None and place + 2 == len(steps) and ended is not None:
            left = max(entered, ended)
        yield Visit(
            deal_id=deal_id,
            stage=Stage(stage),
            entered_on=entered,
            left_on=left,
            ended_on=None if ended is None else max(ended, entered),
            is_won=is_won,
        )


def load_slips(connection: Connection) -> list[tuple[date, date]]:
    """Of every closed deal that had an expected day: that day, and the day it closed."""
    asked = select(opportunities.c.closes_on, opportunities.c.closed_on).where(
        opportunities.c.stage == Stage.CLOSED.value, opportunities.c.closes_on.is_not(None), opportunities.c.closed_on.is_not(None)
    )
    return [(row[0], row[1]) for row in connection.execute(asked)]


def freeze(txn: Txn, simulation: Simulation, summary: Mapping[str, Any]) -> bool:
    """Keep a day's forecast, its facts and its windows, once: answers False when that day is kept already."""
    as_of = simulation.book.as_of
    row = {
        "as_of": as_of,
        "frozen_at": txn.at,
        "rules": RULES,
        "seed": simulation.seed,
        "n_simulations": simulation.n,
        "n_deals": len(simulation.book.deals),
        "summary": dict(summary),
        "facts": zlib.compress(_BOOK.dump_json(simulation.book), 6),
    }
    if is_frozen(txn.connection, as_of):  # writers queue, so nobody can come between
        return False
    txn.connection.execute(insert(forecasts), row)
    txn.connection.execute(insert(forecast_windows), [_window_row(simulation, days) for days in HORIZONS])
    txn.audit("freeze_forecast", "forecasts", 0, {"as_of": as_of, "n_deals": len(simulation.book.deals)})
    txn.emit("forecast_frozen", "forecasts", 0)
    return True


def is_frozen(connection: Connection, as_of: date) -> bool:
    """Whether that day's forecast is kept."""
    return connection.execute(select(forecasts.c.as_of).where(forecasts.c.as_of == as_of)).first() is not None


def frozen_days(connection: Connection) -> list[date]:
    """The days with a frozen forecast, oldest first."""
    return list(connection.execute(select(forecasts.c.as_of).order_by(forecasts.c.as_of)).scalars())


def deal_names(connection: Connection, deal_ids: Sequence[int]) -> dict[int, str]:
    """What deals are called, by number."""
    asked = select(opportunities.c.opportunity_id, opportunities.c.name)
    return {
        row[0]: row[1]
        for ids in chunks(deal_ids, 500)
        for row in connection.execute(asked.where(opportunities.c.opportunity_id.in_(ids)))
    }


def load_frozen_book(connection: Connection, as_of: date) -> Book | None:
    """The facts frozen for that day; None when none are."""
    facts = connection.execute(select(forecasts.c.facts).where(forecasts.c.as_of == as_of)).scalar_one_or_none()
    return None if facts is None else _BOOK.validate_json(zlib.decompress(facts))


def load_windows(connection: Connection, until: date) -> list[Window]:
    """Every frozen window that is over by the start of `until`, with what came of the deals known that night."""
    came = sorted(_closings(connection))
    asked = select(forecast_windows).where(forecast_windows.c.as_of < until).order_by(forecast_windows.c.as_of)
    rows = (row for row in connection.execute(asked) if _after(row.as_of, row.days) <= until)
    return [
        Window(
            row.as_of,
            row.days,
            row.gci_p10_cents,
            row.gci_p50_cents,
            row.gci_p90_cents,
            row.gci_mean_cents,
            row.gci_spread_cents,
            row.inside_rate,
            _came(came, row.as_of, _after(row.as_of, row.days)),
        )
        for row in rows
    ]


def _came(closings: Sequence[tuple[date, date, int]], begins_on: date, before: date) -> int:
    """What the deals known before a day brought from that day on, in cents."""
    first, last = bisect_left(closings, (begins_on,)), bisect_left(closings, (before,))
    return sum(cents for _, known_on, cents in closings[first:last] if known_on < begins_on)


def _after(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


def _window_row(simulation: Simulation, days: int) -> dict[str, Any]:
    gci, _ = simulation.window(days)
    return {
        "as_of": simulation.book.as_of,
        "days": days,
        "gci_p10_cents": gci.p10,
        "gci_p50_cents": gci.p50,
        "gci_p90_cents": gci.p90,
        "gci_mean_cents": gci.mean,
        "gci_spread_cents": simulation.window_spread(days),
        "inside_rate": gci.inside,
    }


def _closings(connection: Connection) -> list[tuple[date, date, int]]:
    """What each closed deal brought: its day, the day it was first known here, and its GCI (its statement's where one is kept)."""
    kept = (
        select(statement_entries.c.opportunity_id, func.sum(statement_entries.c.gci_cents).label("gci_cents"))
        .group_by(statement_entries.c.opportunity_id)
        .subquery()
    )
    known = (
        select(stage_changes.c.opportunity_id, func.min(stage_changes.c.at).label("at"))
        .group_by(stage_changes.c.opportunity_id)
        .subquery()
    )
    gci = func.coalesce(kept.c.gci_cents, opportunities.c.gci_cents, 0)
    asked = (
        select(opportunities.c.closed_on, known.c.at, opportunities.c.opened_at, gci)
        .outerjoin(kept, kept.c.opportunity_id == opportunities.c.opportunity_id)
        .outerjoin(known, known.c.opportunity_id == opportunities.c.opportunity_id)
        .where(opportunities.c.stage == Stage.CLOSED.value, opportunities.c.closed_on.is_not(None))
    )
    return [(row[0], (row[1] or row[2]).date(), int(row[3])) for row in connection.execute(asked)]
