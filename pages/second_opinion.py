"""A band set by hand beside the model's, who was right so far, and why the lead is with whom he is. Parts of the lead's page."""

from datetime import timedelta

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.records import Band
from engine.runtime import get_engine
from engine.views import LeadCard
from pages import acts, marks, told, ui

_DAYS = {7: "for a week", 14: "for two weeks", 30: "for a month", 90: "for 90 days"}


def show_own_band(card: LeadCard) -> None:
    """The model's band, a person's beside it, and setting one's own."""
    if card.score is None:
        return
    with st.container(border=True, key="panel-band"):
        ui.section("You see it differently?", "your band stands beside the model’s, expires, and is judged once the deal ends")
        lines = "".join(map(told.override_line, card.overrides[:5]))
        ui.show(
            f'<ul class="jc-time">{lines}</ul>' if lines else f'<p class="jc-sub">The model says {marks.band(card.score.band)}</p>'
        )
        if not ui.may(Permission.WORK_LEADS):
            return
        if card.overrides and card.overrides[0].holds:
            args = (commands.clear_band, card.lead.lead_id)
            st.button("Back to the model’s band", key="clear_band", icon=":material/undo:", on_click=acts.do, args=args)
        else:
            ask_band(card)


def ask_band(card: LeadCard) -> None:
    """Which band, why, and for how long."""
    bands = [band for band in Band if card.score is None or band is not card.score.band]
    with st.form("own-band", border=False, clear_on_submit=True):
        st.segmented_control("Your band", bands, format_func=lambda band: marks.WORDS[band], key="own_band", default=bands[0])
        st.text_input("Why", key="own_band_why", max_chars=500, placeholder="Met him; he has to move by June")
        st.selectbox("Holds", list(_DAYS), format_func=_DAYS.get, key="own_band_days")
        st.form_submit_button("Set my band", on_click=_set, args=(card.lead.lead_id,))


def show_routing(card: LeadCard) -> None:
    """Every hop with its trace, and sending him through the rules again."""
    with st.container(border=True, key="panel-routing"):
        ui.section("Why he is with whom he is")
        names = dict(views.agents(get_engine()))
        ui.show(
            "".join(told.trace(hop, names) for hop in reversed(card.hops)) or '<p class="jc-sub">No rule has looked at him.</p>'
        )
        if ui.may(Permission.WORK_LEADS):
            args = (commands.route_lead, card.lead.lead_id)
            st.button("Send through the rules", key="route", icon=":material/alt_route:", on_click=acts.do, args=args)


def _set(lead_id: int) -> None:
    until = ui.now() + timedelta(days=st.session_state["own_band_days"])
    why, band = st.session_state["own_band_why"], st.session_state["own_band"]
    if band:
        acts.do(commands.set_band, lead_id, band, reason=why, until=until)
