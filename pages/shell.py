"""Streamlit's main script: makes sure who is there, lays out the frame, and runs the page that was asked for."""

from pathlib import Path

import streamlit as st

from engine import views
from engine.access import Actor, Permission
from engine.errors import ModelUnusable
from engine.runtime import get_engine
from pages import live, marks, ui, words

_STATIC = Path(__file__).parent / "static"
_SIDECAR_LATE = 180  # seconds without a sign of life

st.set_page_config(page_title="Jorge's command center", page_icon=str(_STATIC / "favicon.png"), layout="wide")
strip = st.container(key="freshness", gap=None)
with strip:  # beside an element: a style alone would go where toasts go, and the first toast would replace it
    st.html(f"<span hidden></span><style>{(_STATIC / 'face.css').read_text(encoding='utf-8')}</style>")


def page_table(actor: Actor) -> dict[str, list[st.Page]]:
    """The pages this person has, in the order of the working day."""
    table = {
        "Today": [
            st.Page("home.py", title="Home", icon=":material/space_dashboard:", url_path="home", default=True),
            st.Page("inbox.py", title="Inbox", icon=":material/inbox:", url_path="inbox"),
            st.Page("second_look.py", title="Second look", icon=":material/visibility:", url_path="second-look"),
            st.Page("drafts.py", title="Drafts", icon=":material/drafts:", url_path="drafts"),
            st.Page("assistant.py", title="Ask", icon=":material/forum:", url_path="ask"),
            st.Page("lead.py", title="Lead", icon=":material/person:", url_path="lead", visibility="hidden"),
        ],
        "Money": [
            st.Page("pipeline.py", title="Pipeline", icon=":material/filter_alt:", url_path="pipeline"),
            st.Page("commission.py", title="Commission", icon=":material/payments:", url_path="commission"),
            st.Page("forecast.py", title="Forecast", icon=":material/insights:", url_path="forecast"),
            st.Page("goals.py", title="Goals & team", icon=":material/flag:", url_path="goals"),
        ],
    }
    if actor.may(Permission.IMPORT):
        table["Work"] = [st.Page("imports.py", title="Import", icon=":material/upload_file:", url_path="import")]
    table.setdefault("Work", [])
    table["Work"] += [
        st.Page("sequences.py", title="Sequences", icon=":material/route:", url_path="sequences"),
        st.Page("outbox.py", title="Outbox", icon=":material/outbox:", url_path="outbox"),
        st.Page("opt_outs.py", title="Opt-outs & privacy", icon=":material/block:", url_path="opt-outs"),
    ]
    table["Insight"] = [
        st.Page("sources.py", title="Funnel & sources", icon=":material/conversion_path:", url_path="sources"),
        st.Page("response.py", title="Response time", icon=":material/timer:", url_path="response"),
    ]
    if actor.may(Permission.SEE_MODEL):
        table["Insight"] += [st.Page("model.py", title="Model", icon=":material/model_training:", url_path="model")]
    table["Admin"] = [st.Page("routing.py", title="Routing", icon=":material/alt_route:", url_path="routing")]
    table["Admin"] += [st.Page("health.py", title="Health & audit", icon=":material/monitor_heart:", url_path="health")]
    if actor.may(Permission.MANAGE_PEOPLE):
        table["Admin"] += [st.Page("keys.py", title="Team & access", icon=":material/key:", url_path="access")]
    if actor.may(Permission.CHANGE_SETTINGS):
        table["Admin"] += [st.Page("webhooks.py", title="Webhooks", icon=":material/webhook:", url_path="webhooks")]
        table["Admin"] += [st.Page("settings.py", title="Settings", icon=":material/tune:", url_path="settings")]
    return table


@live.live_part("freshness")
def show_freshness() -> None:
    """How current the figures are, at the top of every page."""
    state = views.freshness(get_engine())
    shown = "all changes shown" if state.n_behind <= 0 else f"{words.count(state.n_behind, 'change')} on the way"
    at = words.clock(state.as_of, ui.zone())
    with st.container(horizontal=True, vertical_alignment="center", key="strip", width="content"):
        live.listen("strip", "signed_out", shows_state=True)
        ui.show(
            f'<div class="jc-fresh"><span>as of <b>{at}</b></span><span class="jc-more">{shown}</span>{_sidecar(state)}{_model()}</div>'
        )


def _sidecar(state: views.Freshness) -> str:
    if state.sidecar_seen_at is None:
        return '<span class="jc-more jc-late">Sidecar not started</span>'
    silent = (state.as_of - state.sidecar_seen_at).total_seconds()
    if silent > _SIDECAR_LATE:
        return f'<span class="jc-more jc-late">Sidecar silent since {words.clock(state.sidecar_seen_at, ui.zone())}</span>'
    return '<span class="jc-more">Sidecar running</span>'


def _model() -> str:
    """Say so while scores come from a model that never saw this office's leads."""
    try:
        is_synthetic = views.model_card(get_engine()).is_synthetic
    except ModelUnusable:
        return '<span class="jc-more jc-late">No model: leads are not scored</span>'
    told = "The scores come from a model trained on made-up leads. Train it on your own history to make them yours."
    return f'<span class="jc-more">{marks.chip("Model: synthetic leads", "assumed", told)}</span>' if is_synthetic else ""


def show_notices() -> None:
    """What everybody should know before he reads on."""
    for number, notice in enumerate(views.freshness(get_engine()).notices):
        with st.container(key=f"notice-{number}"):
            st.warning(marks.plain(notice), icon=":material/info:")


def show_person(actor: Actor) -> None:
    """Who is signed in, and the way out."""
    name, role = marks.text(actor.name), marks.text(actor.role.label)
    way_out = '<a href="/auth/sign-out" target="_self">Sign out</a>'
    with st.sidebar, st.container(key="person"):
        ui.show(f'<div class="jc-foot"><div><b>{name}</b><span>{role}</span></div>{way_out}</div>')


person = ui.require_actor()
page = st.navigation(page_table(person))
st.logo(str(_STATIC / "logo.svg"), icon_image=str(_STATIC / "mark.svg"), size="large", link=None)
show_person(person)
with strip:
    show_freshness()
with ui.guarded():
    show_notices()
    page.run()
