"""The year's goal against what has closed, the chance to reach it, the team's standing, and what Home shows of money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.access import Actor, Permission, scope_of, sees_office_money
from engine.commission.forecast import Book, Paid, Range
from engine.runtime import Engine
from engine.store import preferences
from engine.views.forecast import CapRow, cap_rows, office_outlook, people_names


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStanding:
    """One agent's year. Money is None where the person who asks may not see it."""

    agent: str
    name: str
    n_closings: int
    gci_cents: int | None
    net_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalChange:
    """A goal as it was set."""

    valid_from: date
    amount_cents: int | None
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalsPage:
    """Actual, pace and goal of a year in GCI cents; pace is a straight line from January 1 to the goal on December 31."""

    year: int
    as_of: date
    goal_cents: int | None
    actual_cents: int | None
    pace_cents: int | None
    chance: float | None
    year_range: Range | None
    is_leaderboard_shown: bool
    standings: tuple[AgentStanding, ...]
    caps: tuple[CapRow, ...]
    history: tuple[GoalChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeMoney:
    """Home's figures of money: closed against pace, the next 90 days, net and cap, and what may be trusted."""

    closed_month_cents: int
    closed_same_days_last_month_cents: int
    closed_year_cents: int
    n_closed_year: int
    goal_cents: int | None
    pace_cents: int | None
    next_90: Range
    goal_chance: float | None
    net_year_cents: int
    cap: CapRow | None
    is_own: bool
    assumed_share: float | None
    n_weeks: int
    n_weeks_inside: int
    backtest_sentence: str
    has_alarm: bool


def goals(engine: Engine, actor: Actor) -> GoalsPage:
    """The goal, the team's standing and the caps of this year, within what the person may see."""
    scope, at = scope_of(actor), engine.clock.now()
    zone = engine.preferences.market.time_zone
    book = engine.forecasts.known(zone).book
    with engine.ledger.read() as connection:
        is_shown = preferences.get_setting(connection, "leaderboard", at) is not False
        history = preferences.setting_history(connection, "goals")
    names = people_names(engine)
    drawn = office_outlook(engine, actor).simulation if scope.sees_money else None
    goal, year = (None if drawn is None else drawn.book.goal_cents), book.as_of.year
    return GoalsPage(
        year=year,
        as_of=book.as_of,
        goal_cents=goal,
        actual_cents=drawn.closed_in(drawn.periods.year)[0] if drawn else None,
        pace_cents=pace_cents(goal, book.as_of),
        chance=drawn.goal_chance if drawn else None,
        year_range=drawn.year()[0] if drawn else None,
        is_leaderboard_shown=is_shown,
        standings=_standings(book, names, actor) if is_shown or actor.may(Permission.CHANGE_SETTINGS) else (),
        caps=tuple(cap for cap in cap_rows(drawn, names) if scope.includes(cap.agent)) if drawn else (),
        history=tuple(
            GoalChange(
                valid_from=change.valid_from.date(),
                amount_cents=change.value.get(str(year)),
                set_by=names.get(str(change.set_by), ""),
            )
            for change in history
        )
        if sees_office_money(actor)
        else (),
    )


def home_money(engine: Engine, actor: Actor) -> HomeMoney:
    """What Home shows of money, of the office or of an agent's own; raises `NotAllowed` for roles without money."""
    drawn = office_outlook(engine, actor).simulation
    book, today = drawn.book, drawn.book.as_of
    judged = engine.forecasts.judged(engine.preferences.market.time_zone)
    gci_year, net_year = drawn.closed_in(drawn.periods.year)
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    same_day = min(before + timedelta(days=today.day - 1), month - timedelta(days=1))
    return HomeMoney(
        closed_month_cents=_gci(book.paid, month, today),
        closed_same_days_last_month_cents=_gci(book.paid, before, same_day),
        closed_year_cents=gci_year,
        n_closed_year=len({one.deal_id for one in book.paid if one.closed_on.year == today.year and one.gci_cents > 0}),
        goal_cents=book.goal_cents,
        pace_cents=pace_cents(book.goal_cents, today),
        next_90=drawn.window(90)[0],
        goal_chance=drawn.goal_chance,
        net_year_cents=net_year,
        cap=next((cap for cap in cap_rows(drawn, people_names(engine)) if cap.agent == book.whom), None),
        is_own=scope_of(actor).own is not None,
        assumed_share=drawn.assumed_share,
        n_weeks=judged.n_weeks,
        n_weeks_inside=judged.bands[0].n_inside,
        backtest_sentence=judged.sentence,
        has_alarm=judged.health.value == "alarm",
    )


def pace_cents(goal: int | None, today: date) -> int | None:
    """What a straight line to the goal would have brought by the start of today."""
    if goal is None:
        return None
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    return goal * (today - first).days // ((last - first).days + 1)


def _gci(paid: Sequence[Paid], begins_on: date, ends_on: date) -> int:
    return sum(one.gci_cents for one in paid if begins_on <= one.closed_on <= ends_on)


def _standings(book: Book, names: dict[str, str], actor: Actor) -> tuple[AgentStanding, ...]:
    """The agents by net of this year; who sees a part of the money sees of the others the order and their closings only."""
    nets: dict[str, int] = {}
    gci: dict[str, int] = {}
    closings: dict[str, int] = {}
    for paid in book.paid:
        if paid.closed_on.year != book.as_of.year:
            continue
        for agent in {name for name, _ in paid.nets}:
            nets[agent] = nets.get(agent, 0) + paid.net_of(agent)
        for agent in paid.worked_by:
            gci[agent] = gci.get(agent, 0) + paid.gci_cents
            closings[agent] = closings.get(agent, 0) + (1 if paid.gci_cents >= 0 else -1)
    scope = scope_of(actor)
    shown = {agent for agent in nets if scope.sees_money and scope.includes(agent)}
    ordered = sorted(nets, key=lambda agent: (-nets[agent], agent))
    return tuple(
        AgentStanding(
            agent=agent,
            name=names.get(agent, agent),
            n_closings=closings.get(agent, 0),
            gci_cents=gci.get(agent, 0) if agent in shown else None,
            net_cents=nets[agent] if agent in shown else None,
        )
        for agent in ordered
    )
