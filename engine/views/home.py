"""The day's numbers, as Jorge's first page shows them. What isn't known is None, never zero."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.access import Actor, scope_of
from engine.runtime import Engine

_MONEY = ("open_gci_cents", "weighted_gci_cents", "under_contract_gci_cents", "closed_month_gci_cents", "closed_year_gci_cents")


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeNumbers:
    """One figure a field; money fields are None for those who may not see them."""

    n_leads: int
    n_scored: int
    n_hot: int
    n_hot_waiting: int  # hot leads nobody has answered yet
    oldest_waiting_since: datetime | None
    n_new_today: int
    n_answered_today: int
    median_answer_minutes: float | None  # of today's new leads, to the first touch by a person
    answered_in_five_rate: float | None
    n_open_deals: int
    open_gci_cents: int | None
    weighted_gci_cents: int | None
    n_under_contract: int
    under_contract_gci_cents: int | None
    next_closing_on: date | None
    expected_fall_through: float | None  # of the deals under contract, how many are expected not to close
    closed_month_gci_cents: int | None
    closed_year_gci_cents: int | None
    n_closed_year: int
    assumed_rate_share: float | None  # of the weighted GCI, how much rests on the default rate


def home(engine: Engine, actor: Actor) -> HomeNumbers:
    """The numbers of this moment, within what the person may see. Days begin and end in the office's time zone."""
    scope = scope_of(actor)
    local = engine.clock.now().astimezone(ZoneInfo(engine.preferences.market.time_zone))
    today = local.date()
    row = engine.analytics.query(
        "home_numbers",
        {
            "agents": scope.listed,
            "day_start": local.replace(hour=0, minute=0, second=0, microsecond=0),
            "today": today,
            "month_start": today.replace(day=1),
            "year_start": today.replace(month=1, day=1),
        },
    )[0]
    return HomeNumbers(**(row if scope.sees_money else row | dict.fromkeys(_MONEY)))
