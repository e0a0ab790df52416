"""What every page shares: who is there, reading through views, changing through commands, and the one place that shows trouble."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from engine import views
from engine.access import Actor, Permission, scope_of
from engine.commands.sessions import actor_of_session_id
from engine.errors import JorgeError
from engine.runtime import Engine, get_engine
from pages import marks, words

log = logging.getLogger(__name__)

PAGE_ROWS = 15
_KEPT = 600  # cached reads, for everybody together
_STALE_AFTER = 60  # seconds: a read that depends on the time of day is made anew even when nothing changed


def require_actor() -> Actor:
    """Who is signed in: each page's first line. The gate let him in; this makes sure that his session still lives."""
    actor = actor_of_session_id(get_engine(), st.user.get("session"))
    if actor is None:
        show('<div class="jc-ended"><b>Your session has ended.</b> <a href="/auth/sign-in" target="_self">Sign in again</a></div>')
        st.stop()
    return actor


def read(view: str, **filters: Any) -> Any:
    """Ask a view as the person who is signed in; the answer is kept until something changes in the office."""
    engine, actor = get_engine(), require_actor()
    whose = (actor.user_id, scope_of(actor), actor.role.value, str(engine.settings.home))
    return _read(view, views.version(engine), whose, tuple(sorted(filters.items())), engine, actor)


@st.cache_data(max_entries=_KEPT, ttl=_STALE_AFTER, show_spinner=False)
def _read(
    view: str, version: int, whose: tuple[object, ...], filters: tuple[tuple[str, Any], ...], _engine: Engine, _actor: Actor
) -> Any:
    return getattr(views, view)(_engine, _actor, **dict(filters))


def fresh(view: str, **filters: Any) -> Any:
    """Ask a view without keeping the answer: the state of the machinery, the progress of an import."""
    return getattr(views, view)(get_engine(), require_actor(), **filters)


def act(command: Callable[..., Any], *facts: Any, told: str = "", then: Callable[[Any], None] | None = None, **more: Any) -> None:
    """Carry out a command (a button's callback) and say what came of it."""
    try:
        answer = command(get_engine(), require_actor(), *facts, **more)
    except JorgeError as error:
        st.toast(f"**{marks.plain(error.message)}**", icon=":material/error:", duration="long")
        return
    if told:
        st.toast(marks.plain(told), icon=":material/check_circle:")
    if then:
        then(answer)


@contextmanager
def guarded() -> Iterator[None]:
    """The one place where trouble reaches the screen: what failed, in words, without a trace of the code."""
    try:
        yield
    except JorgeError as error:
        st.error(marks.plain(error.message), icon=":material/error:")
    except Exception:
        number = secrets.token_hex(3)
        log.exception("a page failed (%s)", number)
        st.error(
            f"This part could not be shown. Nothing was changed or lost. Try again; if it stays, report the number {number}.",
            icon=":material/error:",
        )


def now() -> datetime:
    """This moment."""
    return get_engine().clock.now()


def zone() -> str:
    """The office's time zone."""
    return get_engine().preferences.market.time_zone


def office() -> ZoneInfo:
    """The office's time zone, for dates."""
    return ZoneInfo(zone())


def engine() -> Engine:
    """The engine, to hand to views and commands."""
    return get_engine()


def default_rate() -> float:
    """The office's configured commission rate, which is always an assumption."""
    return get_engine().preferences.commission_rate


def may(permission: Permission) -> bool:
    """Whether the person who is signed in is allowed that."""
    return require_actor().may(permission)


def reaches() -> dict[str, str]:
    """Whose leads and deals a list may be asked for, by what stands in the address: mine, team, all, nobody's."""
    return {one.whose: one.label for one in read("reaches")}


def sees_money() -> bool:
    """Whether money is shown to this person."""
    return scope_of(require_actor()).sees_money


def local_time(at: datetime | None) -> str:
    """A moment on the office's clock, with its zone."""
    return words.local_time(at, zone())


def show(html: str) -> None:
    """Put finished marks on the page. What people wrote must already be escaped (`pages.marks`)."""
    st.html(html)


def title(heading: str, line: str = "") -> None:
    """A page's name and one line on what it shows."""
    show(f'<header class="jc-title"><h1>{marks.text(heading)}</h1><p>{marks.text(line)}</p></header>')


def section(heading: str, line: str = "") -> None:
    """A part's name and a quiet remark beside it."""
    show(f'<div class="jc-section"><h2>{marks.text(heading)}</h2><span>{marks.text(line)}</span></div>')


def empty(what: str, why: str, *, page: str = "", label: str = "", icon: str = "upload_file") -> None:
    """Nothing to show: why, and the one thing to do about it."""
    with st.container(border=True, key=f"empty-{page.removesuffix('.py') or 'here'}", horizontal_alignment="center"):
        show(f'<div class="jc-empty"><b>{marks.text(what)}</b><p>{marks.text(why)}</p></div>')
        if page:
            st.page_link(page, label=label, icon=f":material/{icon}:")
