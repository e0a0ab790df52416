"""The ledger's statements about API keys and tokens. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, update

from engine.records.key import ApiKey, KeyScope
from engine.store.access_tables import api_keys, refresh_tokens, revoked_tokens
from engine.store.ledger import insert_new

_COLUMNS = [column for column in api_keys.c if column.name != "key_hash"]


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One refresh token handed out, by its hash."""

    token_hash: str
    family: str
    user_id: int
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def insert_key(connection: Connection, key: ApiKey, key_hash: str) -> None:
    """Write a new key down."""
    row: dict[str, Any] = {column.name: getattr(key, column.name) for column in _COLUMNS}
    row["scopes"] = [scope.value for scope in key.scopes]
    connection.execute(insert(api_keys), {**row, "key_hash": key_hash})


def key_by_hash(connection: Connection, key_hash: str) -> ApiKey | None:
    """The key with that hash, whether or not it is still good."""
    return _key_or_none(connection.execute(select(*_COLUMNS).where(api_keys.c.key_hash == key_hash)).mappings().one_or_none())


def key_by_id(connection: Connection, key_id: int) -> ApiKey | None:
    """The key of that number."""
    return _key_or_none(connection.execute(select(*_COLUMNS).where(api_keys.c.key_id == key_id)).mappings().one_or_none())


def all_keys(connection: Connection) -> list[ApiKey]:
    """Every key, the newest first."""
    return [_key(row) for row in connection.execute(select(*_COLUMNS).order_by(api_keys.c.key_id.desc())).mappings()]


def touch_key(connection: Connection, key_id: int, at: datetime) -> None:
    """Note that a key was used."""
    earlier = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < at)
    connection.execute(update(api_keys).where(api_keys.c.key_id == key_id, earlier).values(last_used_at=at))


def end_key(connection: Connection, key_id: int, *, revoked_at: datetime | None = None, expires_at: datetime | None = None) -> None:
    """Take a key back at once, or have it run out at a moment."""
    changed = {"revoked_at": revoked_at} if revoked_at else {"expires_at": expires_at}
    connection.execute(update(api_keys).where(api_keys.c.key_id == key_id).values(**changed))


def insert_refresh(connection: Connection, token: RefreshToken) -> None:
    """Write a refresh token's hash down."""
    connection.execute(insert(refresh_tokens), {name: getattr(token, name) for name in RefreshToken.__slots__})


def refresh_by_hash(connection: Connection, token_hash: str) -> RefreshToken | None:
    """The refresh token with that hash, whatever became of it."""
    row = connection.execute(select(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash)).mappings().one_or_none()
    return None if row is None else RefreshToken(**row)


def use_refresh(connection: Connection, token_hash: str, at: datetime) -> None:
    """Note that a refresh token has been exchanged: it is good for that only once."""
    connection.execute(update(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash).values(used_at=at))


def is_family_ended(connection: Connection, family: str) -> bool:
    """Whether the sign-in that these tokens come from was ended, or was never there."""
    rows = connection.execute(select(refresh_tokens.c.revoked_at).where(refresh_tokens.c.family == family)).scalars().all()
    return not rows or any(ended is not None for ended in rows)


def end_families(connection: Connection, at: datetime, *, family: str | None = None, user_id: int | None = None) -> int:
    """End one sign-in's tokens, or all of a person's; answers how many refresh tokens there were."""
    which = refresh_tokens.c.family == family if family is not None else refresh_tokens.c.user_id == user_id
    ended = update(refresh_tokens).where(which, refresh_tokens.c.revoked_at.is_(None)).values(revoked_at=at)
    return connection.execute(ended).rowcount


def revoke_token(connection: Connection, jti: str, *, at: datetime, expires_at: datetime) -> None:
    """Take an access token back; doing it twice is doing it once."""
    connection.execute(insert_new(connection, revoked_tokens), {"jti": jti, "expires_at": expires_at, "revoked_at": at})


def is_token_revoked(connection: Connection, jti: str) -> bool:
    """Whether an access token was taken back."""
    return connection.execute(select(revoked_tokens.c.jti).where(revoked_tokens.c.jti == jti)).first() is not None


def forget_tokens(connection: Connection, ended_before: datetime) -> None:
    """Drop what can't come back: tokens that ran out before then."""
    connection.execute(delete(revoked_tokens).where(revoked_tokens.c.expires_at < ended_before))
    connection.execute(delete(refresh_tokens).where(refresh_tokens.c.expires_at < ended_before))


def _key_or_none(row: RowMapping | None) -> ApiKey | None:
    return None if row is None else _key(row)


def _key(row: RowMapping) -> ApiKey:
    known: Sequence[str] = [scope.value for scope in KeyScope]  # a scope of a later version lets nobody in here
    return ApiKey(**{**row, "scopes": tuple(KeyScope(scope) for scope in row["scopes"] if scope in known)})
