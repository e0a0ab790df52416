"""Signing in and out: sessions that the ledger can end at any time, and a timed wait after too many wrong tries."""

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from engine.access import Actor, Permission, require
from engine.clock import EPOCH
from engine.commands.passwords import is_password
from engine.errors import SignInRefused
from engine.runtime import Engine
from engine.store import keys
from engine.store import people as store
from engine.store.ledger import Txn
from engine.store.teams import actor_of

log = logging.getLogger(__name__)
_T = TypeVar("_T")

LASTS = timedelta(days=14)
LASTS_UNUSED = timedelta(hours=12)
_NOTE_USE_EVERY = timedelta(minutes=5)
_REMEMBER = timedelta(seconds=2)  # how long another process's revocation may take to show here; this process's own shows at once

TRIES_A_NAME = 5
TRIES_AN_ADDRESS = 20  # an office shares one address
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=15)
_FORGET_FAILURES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the token goes into the cookie and is kept nowhere else."""

    token: str
    user: store.User
    must_change_password: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is good now. Its id names it in the ledger; nobody can sign in with it."""

    session_id: str
    actor: Actor
    must_change_password: bool


def sign_in(engine: Engine, username: str, password: str, address: str) -> SignedIn:
    """Start a session, or refuse with `SignInRefused`: alike for a wrong name, a wrong password and a closed account."""

    def start(txn: Txn, user: store.User) -> SignedIn:
        txn.audit("sign_in", "users", user.user_id, {"address": address})
        return SignedIn(_start_session(txn, user.user_id, txn.at), user, user.must_change_password)

    return recognise(engine, username, password, address, start)


def recognise(engine: Engine, username: str, password: str, address: str, then: Callable[[Txn, store.User], _T]) -> _T:
    """Do something on behalf of whoever this name and password are of, in one transaction; else `SignInRefused`, always alike."""
    name = username.strip().lower()[:254]
    user, kept = _allow_try(engine, name, address)
    is_right = is_password(password, kept)
    if not is_right or user is None or user.is_disabled:
        log.warning("a sign-in from %s was refused", address)
        raise SignInRefused
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=user.user_id) as txn:
        if store.password_hash(txn.connection, user.user_id) != kept:  # replaced while we were checking the old one
            raise SignInRefused
        _take_back_try(txn, name, address)
        store.forget_sessions(txn.connection, ended_before=at - LASTS)
        store.forget_failures(txn.connection, last_before=at - timedelta(days=1))
        return then(txn, user)


def check_password(engine: Engine, actor: Actor, password: str, address: str) -> None:
    """Make sure that it is really this person, under the same limit of tries as signing in."""
    user, kept = _allow_try(engine, actor.username, address)
    if not is_password(password, kept) or user is None:
        raise SignInRefused("The current password isn't right")
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        _take_back_try(txn, actor.username, address)


def start_session(engine: Engine, actor: Actor) -> str:
    """A fresh session for a person who has just been recognised; gives its token."""
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        return _start_session(txn, actor.user_id, at)


def sign_out(engine: Engine, token: str) -> None:
    """End this session, in every open page of it. Ending it twice is ending it once."""
    session = session_of(engine, token)
    if session is None:
        return
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=session.actor.user_id) as txn:
        store.revoke_session(txn.connection, session.session_id, at)
        txn.emit("signed_out", "users", session.actor.user_id)
        txn.audit("sign_out", "users", session.actor.user_id, {})
    _memory.forget()


def revoke_sessions(engine: Engine, actor: Actor, user_id: int) -> int:
    """End all sessions of a person, one's own or (for who manages people) another's; gives how many there were."""
    if actor.user_id != user_id:
        require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        ended = end_sessions(txn, user_id, engine.clock.now())
        txn.audit("revoke_sessions", "users", user_id, {"n_sessions": ended})
    forget_known()
    return ended


def end_sessions(txn: Txn, user_id: int, at: datetime) -> int:
    """Within a change: end all sessions of a person. Call `forget_known` once it is committed."""
    ended = store.revoke_sessions_of(txn.connection, user_id, at)
    keys.end_families(txn.connection, at, user_id=user_id)  # programs he signed in with his password
    txn.emit("signed_out", "users", user_id)
    return len(ended)


def forget_known() -> None:
    """Ask the ledger again about every session, from the next request on."""
    _memory.forget()


def edition() -> int:
    """Moves on whenever somebody's access may have ended: whatever was remembered before is to be asked again."""
    return _memory.edition()


def actor_of_session(engine: Engine, token: str | None, *, is_use: bool = True) -> Actor | None:
    """Who this cookie stands for; None when it stands for nobody, or for one who must choose a password first.

    An open page that merely asks whether it is still signed in isn't a use: the session of an empty chair must run out.
    """
    return _actor(_session(engine, session_id_of(token), is_use=is_use)) if token else None


def actor_of_session_id(engine: Engine, session_id: str | None) -> Actor | None:
    """As `actor_of_session`, for a session that the gate has already recognised (pages know the id, not the cookie)."""
    return _actor(_session(engine, session_id)) if session_id else None


def session_of(engine: Engine, token: str | None) -> Session | None:
    """The session of this cookie, if it is good now. Asks the ledger at most every two seconds."""
    return _session(engine, session_id_of(token)) if token else None


def known_session(engine: Engine, token: str | None) -> Session | None:
    """The session of this cookie if the answer is in memory, without touching the ledger (for the event loop)."""
    return _memory.recall(session_id_of(token), engine.clock.now()) if token else None


def session_id_of(token: str) -> str:
    """The name under which the ledger keeps a session: it never keeps the token."""
    return hashlib.sha256(token.encode()).hexdigest()


class _Memory:
    """Sessions that were good a moment ago. Forgets everything on any revocation, and what was being read meanwhile too."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[datetime, Session]] = {}
        self._n_forgotten = 0
        self._lock = threading.Lock()

    def recall(self, session_id: str, at: datetime) -> Session | None:
        asked_at, session = self._kept.get(session_id, (EPOCH, None))
        return session if abs(at - asked_at) <= _REMEMBER else None

    def edition(self) -> int:
        return self._n_forgotten

    def keep(self, session: Session, at: datetime, edition: int) -> None:
        with self._lock:
            if edition == self._n_forgotten:
                self._kept[session.session_id] = (at, session)
            if len(self._kept) > 10_000:
                self._kept.clear()

    def forget(self) -> None:
        with self._lock:
            self._n_forgotten += 1
            self._kept.clear()


_memory = _Memory()


def _session(engine: Engine, session_id: str, *, is_use: bool = True) -> Session | None:
    at, edition = engine.clock.now(), _memory.edition()
    known = _memory.recall(session_id, at)
    if known is not None:
        return known
    with engine.ledger.read() as connection:
        row = store.session_by_id(connection, session_id)
        actor = actor_of(connection, row.user) if row else None
    if row is None or actor is None or not _is_good(row, at):
        return None
    if is_use and at - row.seen_at > _NOTE_USE_EVERY:
        with engine.ledger.write(at=at, actor_id=row.user.user_id) as txn:
            store.touch_session(txn.connection, session_id, at)
    user = row.user
    session = Session(session_id, actor, user.must_change_password)
    _memory.keep(session, at, edition)
    return session


def _is_good(row: store.SessionRow, at: datetime) -> bool:
    is_over = row.revoked_at is not None or at >= row.expires_at or at - row.seen_at > LASTS_UNUSED
    return not (is_over or row.user.is_disabled)


def _actor(session: Session | None) -> Actor | None:
    return None if session is None or session.must_change_password else session.actor


def _start_session(txn: Txn, user_id: int, at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    store.insert_session(txn.connection, session_id=session_id_of(token), user_id=user_id, at=at, expires_at=at + LASTS)
    return token


def _allow_try(engine: Engine, name: str, address: str) -> tuple[store.User | None, str | None]:
    """Count a try before it is made, so that many at once don't slip past the limit; then say whom it is about."""
    at = engine.clock.now()
    with engine.ledger.write(at=at) as txn:
        limits = {f"user:{name}": TRIES_A_NAME, f"address:{address}": TRIES_AN_ADDRESS}
        held = {subject: _recent(store.failures_of(txn.connection, subject), at) for subject in limits}
        _refuse_if_locked(held.values(), at)
        for subject, limit in limits.items():
            store.set_failures(txn.connection, subject, _counted(held[subject], at, limit))
        user = store.user_by_name(txn.connection, name)
        return user, store.password_hash(txn.connection, user.user_id) if user else None


def _take_back_try(txn: Txn, name: str, address: str) -> None:
    """The try was right: nothing is held against the name, and one less against the address."""
    store.set_failures(txn.connection, f"user:{name}", store.NO_FAILURES)
    subject = f"address:{address}"
    held = store.failures_of(txn.connection, subject)
    fewer = replace(held, n_failures=max(0, held.n_failures - 1))
    store.set_failures(txn.connection, subject, replace(fewer, locked_until=None) if fewer.n_failures < TRIES_AN_ADDRESS else fewer)


def _recent(failures: store.Failures, at: datetime) -> store.Failures:
    return failures if at - failures.last_at < _FORGET_FAILURES else store.NO_FAILURES


def _counted(failures: store.Failures, at: datetime, limit: int) -> store.Failures:
    """One more failure; from the limit on each doubles the wait."""
    n_failures = failures.n_failures + 1
    n_over = n_failures - limit
    wait = min(_FIRST_WAIT * 2 ** min(n_over, 10), _LONGEST_WAIT) if n_over >= 0 else None
    return store.Failures(n_failures, at, at + wait if wait else None)


def _refuse_if_locked(held: Iterable[store.Failures], at: datetime) -> None:
    until = max((failures.locked_until for failures in held if failures.locked_until), default=at)
    if until > at:
        minutes = -((until - at) // -timedelta(minutes=1))
        raise SignInRefused(f"Too many wrong tries. Please wait {minutes} minute{'s' if minutes > 1 else ''} and try again.")
