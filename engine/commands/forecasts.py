"""Forecasts as use cases: print one, freeze the day's, set the year's goal and what the team sees of itself."""

from datetime import date, timedelta
from typing import Any

from engine.access import SYSTEM, Actor, Permission, require, require_office_money
from engine.commands.chores import Chore
from engine.commission.bridge import bridge
from engine.commission.forecast_data import bridge_data, forecast_data
from engine.errors import BadInput
from engine.runtime import Engine
from engine.store import forecasts as kept
from engine.store import preferences

_MOST_CENTS = 10**12
_PAUSE = timedelta(minutes=1)
_REST = 10  # times as long as drawing took: in a flood of changes at most a tenth of a processor goes into drawing ahead


def forecast(engine: Engine, actor: Actor, as_of: date | None = None, *, since: date | None = None) -> dict[str, Any]:
    """The office's forecast of today, or of a past day from the facts frozen then, as the outside interface prints it.

    With `since`, what moved the year's expected GCI from that day on stands under `bridge`.
    """
    require_office_money(actor)
    zone = engine.preferences.market.time_zone
    if as_of is not None and as_of > engine.forecasts.today(zone):
        raise BadInput("A forecast can't be made as of a day that hasn't come", field="as_of")
    outlook = engine.forecasts.outlook(zone, as_of=as_of)
    data = forecast_data(outlook.simulation, engine.forecasts.judged(zone), facts=outlook.facts)
    if since is None:
        return data
    book = outlook.simulation.book
    if since > book.as_of:
        raise BadInput("The bridge begins on an earlier day", field="since")
    before = engine.forecasts.known(zone, as_of=since)
    year = outlook.simulation.periods.year
    return data | {"bridge": bridge_data(bridge(before.book, book, year.begins_on, year.ends_on), before.facts)}


def freeze_forecast(engine: Engine) -> bool:
    """Keep the forecast of the day that has begun, with the facts it rests on; False when it is kept already."""
    zone = engine.preferences.market.time_zone
    today = engine.forecasts.today(zone)
    with engine.ledger.read() as connection:
        if kept.is_frozen(connection, today):
            return False
    outlook = engine.forecasts.outlook(zone)
    summary = forecast_data(outlook.simulation, engine.forecasts.judged(zone))
    with engine.ledger.write(at=engine.clock.now(), actor_id=SYSTEM.user_id) as txn:
        is_new = kept.freeze(txn, outlook.simulation, summary)
    engine.show_changes()
    return is_new


def mind_forecast(engine: Engine) -> None:
    """Freeze the day's forecast at the first look after the office's midnight, and draw it anew after a change, before anybody asks.

    The web process calls it about once a second: quick to ask, the work runs beside. After a failure, which the log tells, it rests
    for a minute.
    """
    forecasts, now, zone = engine.forecasts, engine.clock.now(), engine.preferences.market.time_zone
    today = forecasts.today(zone)
    if forecasts.rests_until is not None and now < forecasts.rests_until:
        return
    if forecasts.frozen_on != today or not forecasts.is_drawn(zone):
        drawing.begin(engine)


def set_goal(engine: Engine, actor: Actor, year: int, amount_cents: int | None) -> None:
    """Set the GCI to reach in a year, from now on; None takes the goal away. Earlier goals stay in the settings' history."""
    require(actor, Permission.CHANGE_SETTINGS)
    if not 2000 <= year <= 2100:
        raise BadInput("The year must lie between 2000 and 2100", field="year")
    if amount_cents is not None and not 0 < amount_cents <= _MOST_CENTS:
        raise BadInput("The goal must be more than nothing and at most ten billion dollars", field="amount_cents")
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        goals: dict[str, int] = dict(preferences.get_setting(txn.connection, "goals", txn.at) or {})
        before = goals.pop(str(year), None)
        if before == amount_cents:
            return
        preferences.set_setting(txn, "goals", goals if amount_cents is None else goals | {str(year): amount_cents})
        txn.audit("set_goal", "settings", 0, {"year": year, "from": before, "to": amount_cents})
    engine.show_changes()


def set_leaderboard(engine: Engine, actor: Actor, *, is_shown: bool) -> None:
    """Show the leaderboard to the team, or to nobody."""
    require(actor, Permission.CHANGE_SETTINGS)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        if preferences.get_setting(txn.connection, "leaderboard", txn.at) in (is_shown, None if is_shown else is_shown):
            return
        preferences.set_setting(txn, "leaderboard", is_shown)
        txn.audit("set_leaderboard", "settings", 0, {"is_shown": is_shown})
    engine.show_changes()


def _draw(engine: Engine) -> None:
    forecasts, begun, zone = engine.forecasts, engine.clock.now(), engine.preferences.market.time_zone
    today = forecasts.today(zone)
    if forecasts.frozen_on != today:
        freeze_forecast(engine)
        forecasts.frozen_on = today
    forecasts.outlook(zone)
    now = engine.clock.now()
    forecasts.rests_until = now + _REST * (now - begun)


def _rest(engine: Engine) -> None:
    engine.forecasts.rests_until = engine.clock.now() + _PAUSE


drawing = Chore("forecast", _draw, "the day's forecast could not be drawn or frozen", _rest)
