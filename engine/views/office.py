"""What the office has set, for its owner: the values that hold, what they mean, their history, and what a change would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access import Actor, Permission, require
from engine.commission.states import StateProfile, profile_of
from engine.delivery import office as follow_up
from engine.errors import ModelUnusable
from engine.records import Market
from engine.records.office import OfficeSetting, SettingEntry
from engine.runtime import Engine
from engine.runtime.office_settings import kept_values
from engine.scoring.scale import Bands
from engine.sequences.places import known_states, zones_of
from engine.sequences.rules import rules_from
from engine.sequences.state_hours import StateHours, hours_of
from engine.sequences.widening import widenings
from engine.store import leads, people, watermarks
from engine.views.setting_words import differences

_NEEDED = {
    "brand": "the office's name, in every message",
    "agent_name": "who writes, in every message",
    "agent_phone": "where people reach him: the answer to HELP",
    "postal_address": "in every e-mail (CAN-SPAM)",
    "from_number": "the number texts come from",
    "from_email": "the address e-mails come from",
    "public_url": "where the unsubscribe link of an e-mail leads",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePage:
    """Everything the settings page shows."""

    market: Market
    states: tuple[str, ...]
    profile: StateProfile | None  # what the market's state asks of agreements; None: none is shipped
    hours: StateHours  # when the market's state lets a business write
    rate: float
    side_rates: Mapping[str, float]
    bands: Bands
    model_bands: Bands | None  # the model's own; None while no model can be loaded
    is_own_bands: bool
    sender: Mapping[str, str]
    purposes: Mapping[str, str]  # what each field of the sender is for
    missing: tuple[str, ...]  # the sender's fields that are empty
    rules: Mapping[str, Any]
    retention_days: int
    history: Mapping[OfficeSetting, tuple[SettingEntry, ...]]
    n_rescored: int | None  # while leads are scored anew: how many are done
    n_leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPreview:
    """How many leads whose deal has not ended each band would hold, and holds now."""

    hot: int
    warm: int
    cold: int
    hot_now: int
    warm_now: int
    cold_now: int
    n_moving: int
    n_unscored: int


def office_page(engine: Engine, actor: Actor) -> OfficePage:
    """What holds now, with every earlier value."""
    require(actor, Permission.CHANGE_SETTINGS)
    now, preferences, own = engine.clock.now(), engine.preferences, _model_bands(engine)
    market = preferences.market
    with engine.ledger.read() as connection:
        names = people.names(connection)
        history = {setting: _entries(connection, setting, names) for setting in OfficeSetting}
        mark = watermarks.read(connection, "rescoring")
        going = mark is not None and not mark["is_done"]
        n_rescored = leads.n_leads(connection, up_to=mark["after"]) if mark is not None and going else None
        n_leads = leads.n_leads(connection)
        sender = follow_up.settings_at(connection, now).sender
    said = {name: str(getattr(sender, name)) for name in _NEEDED}
    rate = history[OfficeSetting.RATE][0].value
    return OfficePage(
        market=market,
        states=known_states(),
        profile=profile_of(market.state, now.astimezone(ZoneInfo(market.time_zone)).date()),
        hours=hours_of(market.state),
        rate=preferences.commission_rate,
        side_rates=rate["by_side"],
        bands=preferences.bands or own or Bands(),
        model_bands=own,
        is_own_bands=preferences.bands is not None,
        sender=said,
        purposes={name: f"Needed: {why}" for name, why in _NEEDED.items()},
        missing=tuple(name for name in _NEEDED if not said[name]),
        rules=history[OfficeSetting.RULES][0].value,
        retention_days=history[OfficeSetting.RETENTION][0].value,
        history=history,
        n_rescored=n_rescored,
        n_leads=n_leads,
    )


def band_preview(engine: Engine, actor: Actor, *, hot: float, warm: float) -> BandPreview:
    """How the leads of today would fall with these thresholds (probabilities)."""
    require(actor, Permission.CHANGE_SETTINGS)
    row = engine.analytics.query("band_counts", {"hot": hot, "warm": warm})[0]
    return BandPreview(
        **{f"{band}{when}": row[f"n_{band}{when}"] for band in ("hot", "warm", "cold") for when in ("", "_now")},
        n_moving=row["n_moving"],
        n_unscored=row["n_unscored"],
    )


def would_let_out(engine: Engine, actor: Actor, changes: Mapping[str, object]) -> tuple[str, ...]:
    """What these changes of the follow-up rules let out that is held back now, a sentence each; raises `BadInput` for wrong ones."""
    require(actor, Permission.CHANGE_SETTINGS)
    with engine.ledger.read() as connection:
        now = kept_values(connection, OfficeSetting.RULES)[0].value
    return tuple(widenings(rules_from(now), rules_from({**now, **changes})))


def zones_of_state(_engine: Engine, _actor: Actor, *, state: str) -> tuple[str, ...]:
    """The time zones to choose from."""
    return zones_of(state)


def _model_bands(engine: Engine) -> Bands | None:
    try:
        return engine.scorer.bands
    except ModelUnusable:
        return None


def _entries(connection: Connection, setting: OfficeSetting, names: Mapping[int, str]) -> tuple[SettingEntry, ...]:
    kept = kept_values(connection, setting)
    earlier = [*kept[1:], None]
    return tuple(
        SettingEntry(
            valid_from=one.valid_from,
            set_by=names.get(one.set_by, "Command center") if one.valid_from else "",
            value=one.value,
            told=differences(setting, before.value, one.value) if before else ("As shipped",),
            is_now=place == 0,
        )
        for place, (one, before) in enumerate(zip(kept, earlier, strict=True))
    )
