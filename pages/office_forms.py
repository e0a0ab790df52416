"""The settings that scores and money rest on, as forms: the market, the bands with a live count, the default commission rate."""

from typing import Any

import streamlit as st

from engine import commands
from engine.records.office import OfficeSetting
from engine.views import BandPreview, OfficePage
from pages import marks, ui, words

_RESCORES = "Every lead is then scored anew in the background; until a lead's turn comes his old score stays."


def say(has_changed: bool) -> None:
    """What came of saving."""
    st.toast("Saved" if has_changed else "Nothing to change: that holds already", icon=":material/check_circle:")


def save(setting: OfficeSetting, value: Any, **more: Any) -> None:
    """Let a value hold."""
    ui.act(commands.change_office, setting, value, then=say, **more)


def stamp(page: OfficePage, setting: OfficeSetting) -> str:
    """A key that changes with the value: what others set then shows in the fields."""
    at = page.history[setting][0].valid_from
    return f"{setting.value}-{at.timestamp() if at else 0}"


def show_market(page: OfficePage) -> None:
    """Where the office works, and what its state asks."""
    market, key = page.market, stamp(page, OfficeSetting.MARKET)
    with st.container(border=True, key="panel-market"):
        ui.section("Market", "scores compare a lead's budget and place with it")
        st.text_input("Name", market.name, max_chars=80, key=f"{key}-name")
        left, right = st.columns(2)
        states = list(page.states)
        state = left.selectbox("State", states, index=states.index(market.state), key=f"{key}-state")
        zones = list(ui.fresh("zones_of_state", state=state))
        place = zones.index(market.time_zone) if market.time_zone in zones else 0
        right.selectbox("Time zone", zones, index=place, key=f"{key}-zone-{state}")
        left.number_input(
            "Median home price ($)",
            10_000,
            100_000_000,
            market.median_price_cents // 100,
            step=5_000,
            key=f"{key}-median",
        )
        right.text_input(
            "Where that figure is from", market.median_price_source, max_chars=200, key=f"{key}-source",
            help="A report and its month, so that everybody can check it",
        )  # fmt: skip
        st.text_area(
            "ZIP codes you serve, whole or their first three digits", ", ".join(market.service_zips), key=f"{key}-zips", height=80
        )
        ui.show(f'<p class="jc-sub">{_RESCORES}</p>')
        st.button("Save the market", key="save-market", type="primary", on_click=_save_market, args=(key,))
    show_state(page)


def _save_market(key: str) -> None:
    state = st.session_state
    chosen = state[f"{key}-state"]
    said = {
        "name": state[f"{key}-name"],
        "state": chosen,
        "time_zone": state[f"{key}-zone-{chosen}"],
        "median_price_cents": int(state[f"{key}-median"] or 0) * 100,
        "median_price_source": state[f"{key}-source"],
        "service_zips": state[f"{key}-zips"],
    }
    save(OfficeSetting.MARKET, said)


def show_state(page: OfficePage) -> None:
    """The state's profile, which follows the state that is set."""
    profile, hours = page.profile, page.hours
    with st.container(border=True, key="panel-state"):
        ui.section(
            f"State profile: {profile.name if profile else page.market.state}",
            "dated rules we remind you of; a broker confirms them",
        )
        found = [("Hours for texts and calls", f"{words.sentence(hours.basis)}. Standing: {hours.standing}, as of {hours.as_of}")]
        if profile:
            months, days = profile.buyer_agreement_months, profile.showing_only_days
            found += [
                ("Buyer agreement", f"at most {months} months" if months else ""),
                ("Showing-only agreement", f"at most {days} days" if days else ""),
                ("Both sides", profile.both_sides_note),
                ("In force", f"{words.day(profile.valid_from)}, {profile.valid_from.year}"),
                ("Source", profile.source),
            ]
        ui.show(marks.facts(found))
        if not profile:
            ui.show(
                '<p class="jc-sub">No profile of agreements is shipped for this state: nothing is checked, ask your broker.</p>'
            )


def show_bands(page: OfficePage) -> None:
    """From which chance a lead is hot or warm, with what that does to today's leads."""
    key = stamp(page, OfficeSetting.BANDS)
    with st.container(border=True, key="panel-bands"):
        ui.section("Bands", "from which chance of closing a lead is hot or warm")
        left, right = st.columns(2)
        hot = left.number_input("Hot from (%)", 0.1, 99.0, round(page.bands.hot * 100, 4), step=0.5, format="%g", key=f"{key}-hot")
        warm = right.number_input(
            "Warm from (%)", 0.1, 99.0, round(page.bands.warm * 100, 4), step=0.5, format="%g", key=f"{key}-warm"
        )
        is_good = warm < hot
        if is_good:
            show_preview(ui.fresh("band_preview", hot=hot / 100, warm=warm / 100))
        else:
            st.warning("Warm begins below hot.", icon=":material/error:")
        ui.show(
            f'<p class="jc-sub">{marks.text(_own_bands(page))} {_RESCORES} A band that somebody set for a lead himself stays his.</p>'
        )
        with st.container(horizontal=True, gap="small"):
            value = {"hot": hot / 100, "warm": warm / 100}
            st.button(
                "Save the bands",
                key="save-bands",
                type="primary",
                disabled=not is_good,
                on_click=save,
                args=(OfficeSetting.BANDS, value),
            )
            if page.is_own_bands:
                st.button("Use the model’s own", key="own-bands", on_click=save, args=(OfficeSetting.BANDS, None))


def _own_bands(page: OfficePage) -> str:
    if page.model_bands is None:
        return "No model can be loaded, so nothing is scored now."
    own = f"hot from {words.exact_rate(page.model_bands.hot)}, warm from {words.exact_rate(page.model_bands.warm)}"
    return f"The model’s own: {own}." if page.is_own_bands else f"These are the model’s own: {own}."


def show_preview(preview: BandPreview) -> None:
    """Each band then, beside now."""
    now = {
        "Hot": (preview.hot, preview.hot_now),
        "Warm": (preview.warm, preview.warm_now),
        "Cold": (preview.cold, preview.cold_now),
    }
    kinds = {"Hot": "hot", "Warm": "warm", "Cold": "plain"}
    ui.show(
        marks.figures(marks.figure(band, f"{then:,}", f"now {before:,}", kind=kinds[band]) for band, (then, before) in now.items())
    )
    moving = f"{words.count(preview.n_moving, 'lead')} would change band" if preview.n_moving else "No lead would change band"
    unscored = f"; {words.count(preview.n_unscored, 'lead')} not scored yet" if preview.n_unscored else ""
    ui.show(f'<p class="jc-note" role="status"><b>{moving}</b>{unscored}. Leads whose deal has ended are not counted.</p>')


def show_rate(page: OfficePage) -> None:
    """What is assumed where nothing is agreed."""
    key = stamp(page, OfficeSetting.RATE)
    with st.container(border=True, key="panel-rate"):
        ui.section("Default commission rate", "used where nothing is agreed")
        ui.show(
            f'<p class="jc-sub">{marks.chip("assumed", "assumed")} Every amount that rests on it is marked so, and counted apart. '
            "Rates are negotiable and not set by law.</p>"
        )
        one, two, three = st.columns(3)
        whole = one.number_input("Default (%)", 0.01, 20.0, round(page.rate * 100, 4), step=0.25, format="%g", key=f"{key}-rate")
        sides = {
            side: place.number_input(
                f"{label} (%), 0: the default",
                0.0,
                20.0,
                round(page.side_rates.get(side, 0.0) * 100, 4),
                step=0.25,
                format="%g",
                key=f"{key}-{side}",
            )
            for side, label, place in (("listing", "Listing side", two), ("buyer", "Buyer’s side", three))
        }
        cents = page.market.median_price_cents
        ui.show(
            f'<p class="jc-sub">At the market’s median of {words.money(cents)} that assumes '
            f"{words.money(round(cents * whole / 100))} of GCI. "
            "Open deals on the default follow at once; signed agreements keep theirs.</p>"
        )
        value = {"rate": round(whole / 100, 6), "by_side": {side: round(each / 100, 6) for side, each in sides.items() if each}}
        st.button("Save the rate", key="save-rate", type="primary", on_click=save, args=(OfficeSetting.RATE, value))
