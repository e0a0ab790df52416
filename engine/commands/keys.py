"""API keys: made, shown once, rotated, taken back. A key acts as a person, within the scopes it was given."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.access import Actor, Permission, require
from engine.commands.sessions import forget_known
from engine.errors import BadInput, Conflict, NotFound
from engine.records.key import ApiKey, KeyScope
from engine.runtime import Engine
from engine.store import keys as store
from engine.store import people
from engine.store.ledger import Txn

PREFIX = "jk_"
_SHOWN = len(PREFIX) + 8
_LONGEST_NAME = 60
OVERLAP = timedelta(days=1)  # how long the old key holds after a rotation, so that its program can be changed over


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is what the program sends; it is shown once and kept nowhere."""

    key: ApiKey
    secret: str


def issue_key(
    engine: Engine, actor: Actor, *, user_id: int, name: str, scopes: Iterable[KeyScope], lasts: timedelta | None = None
) -> NewKey:
    """Make a key that acts as that person, for good or for a time."""
    require(actor, Permission.MANAGE_PEOPLE)
    name, chosen = " ".join(name.split()), tuple(sorted(set(scopes)))
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise BadInput(f"A key's name has 1 to {_LONGEST_NAME} characters: say which program uses it", field="name")
    if not chosen:
        raise BadInput("A key needs at least one thing it may be used for", field="scopes")
    if lasts is not None and lasts <= timedelta(0):
        raise BadInput("A key must be good for at least a moment", field="lasts")
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        user = people.user_by_id(txn.connection, user_id)
        if user is None or user.is_disabled:
            raise NotFound("There is no such account, or it is closed", field="user_id")
        return _make(txn, name=name, user_id=user_id, scopes=chosen, expires_at=at + lasts if lasts else None)


def rotate_key(engine: Engine, actor: Actor, key_id: int, *, overlap: timedelta = OVERLAP) -> NewKey:
    """A new key in place of an old one, which holds for the overlap still."""
    require(actor, Permission.MANAGE_PEOPLE)
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        old = _good_key(txn, key_id, at)
        lasts = old.expires_at - old.created_at if old.expires_at else None
        made = _make(
            txn, name=old.name, user_id=old.user_id, scopes=old.scopes, expires_at=at + lasts if lasts else None, replaces=key_id
        )
        until = min(at + overlap, old.expires_at or at + overlap)
        store.end_key(txn.connection, key_id, expires_at=until)
        _noted(txn, "rotate_key", key_id, into=made.key.key_id)
    forget_known()
    return made


def revoke_key(engine: Engine, actor: Actor, key_id: int) -> ApiKey:
    """Take a key back: its next request is refused. Doing it twice is doing it once."""
    require(actor, Permission.MANAGE_PEOPLE)
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        key = store.key_by_id(txn.connection, key_id)
        if key is None:
            raise NotFound("There is no such key")
        if key.revoked_at is None:
            store.end_key(txn.connection, key_id, revoked_at=at)
            _noted(txn, "revoke_key", key_id)
    forget_known()
    return replace(key, revoked_at=key.revoked_at or at)


def list_keys(engine: Engine, actor: Actor) -> list[ApiKey]:
    """Every key there ever was, the newest first."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.read() as connection:
        return store.all_keys(connection)


def key_hash(secret: str) -> str:
    """What the ledger keeps of a key. A key is 256 random bits, so a plain hash gives nothing away."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _make(
    txn: Txn, *, name: str, user_id: int, scopes: tuple[KeyScope, ...], expires_at: datetime | None, replaces: int | None = None
) -> NewKey:
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        key_id=txn.next_id("api_keys"),
        user_id=user_id,
        name=name,
        prefix=secret[:_SHOWN],
        scopes=scopes,
        created_by=txn.actor_id,
        created_at=txn.at,
        expires_at=expires_at,
        replaces=replaces,
    )
    store.insert_key(txn.connection, key, key_hash(secret))
    _noted(txn, "issue_key", key.key_id, user_id=user_id, scopes=list(scopes))
    return NewKey(key, secret)


def _good_key(txn: Txn, key_id: int, at: datetime) -> ApiKey:
    key = store.key_by_id(txn.connection, key_id)
    if key is None:
        raise NotFound("There is no such key")
    if not key.is_good(at):
        raise Conflict("This key is no longer good; make a new one")
    return key


def _noted(txn: Txn, action: str, key_id: int, **detail: object) -> None:
    txn.emit("key_changed", "api_keys", key_id)
    txn.audit(action, "api_keys", key_id, detail)
