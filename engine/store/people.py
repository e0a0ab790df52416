"""The ledger's statements about accounts, their sessions and failed sign-ins. Decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Update, delete, func, insert, select, update

from engine.access import Role
from engine.clock import EPOCH
from engine.store.tables import sessions, sign_in_failures, users


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account. The password's hash stays in the ledger."""

    user_id: int
    username: str
    name: str
    email: str | None
    role: Role
    must_change_password: bool
    is_disabled: bool
    created_at: datetime
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One sign-in on one device, with the person it belongs to."""

    session_id: str
    user: User
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Failures:
    """How often a name or an address has failed lately, and until when it has to wait."""

    n_failures: int
    last_at: datetime
    locked_until: datetime | None


_USER_COLUMNS = [column for column in users.c if column.name != "password_hash"]
NO_FAILURES = Failures(0, EPOCH, None)


def user_by_name(connection: Connection, username: str) -> User | None:
    """The account of that name (lower case)."""
    return _user_or_none(connection.execute(select(*_USER_COLUMNS).where(users.c.username == username)).one_or_none())


def user_by_id(connection: Connection, user_id: int) -> User | None:
    """The account of that number."""
    return _user_or_none(connection.execute(select(*_USER_COLUMNS).where(users.c.user_id == user_id)).one_or_none())


def all_users(connection: Connection) -> list[User]:
    """Every account, the disabled ones too, by name."""
    return [_user(row) for row in connection.execute(select(*_USER_COLUMNS).order_by(users.c.is_disabled, users.c.username))]


def names(connection: Connection, *, only_active: bool = False) -> dict[int, str]:
    """Number → name of everybody, or of those who can sign in."""
    found = select(users.c.user_id, users.c.name).order_by(users.c.name)
    rows = connection.execute(found.where(~users.c.is_disabled) if only_active else found)
    return {row.user_id: row.name for row in rows}


def count_users(connection: Connection) -> int:
    """How many accounts there are."""
    return connection.execute(select(func.count()).select_from(users)).scalar_one()


def count_owners(connection: Connection) -> int:
    """How many owners can sign in."""
    active = select(func.count()).select_from(users).where(users.c.role == Role.OWNER.value, ~users.c.is_disabled)
    return connection.execute(active).scalar_one()


def password_hash(connection: Connection, user_id: int) -> str:
    """What the store keeps of that person's password."""
    kept: str = connection.execute(select(users.c.password_hash).where(users.c.user_id == user_id)).scalar_one()
    return kept


def insert_user(connection: Connection, user: User, password_hash: str) -> None:
    """Write a new account down."""
    connection.execute(
        insert(users).values(
            user_id=user.user_id,
            username=user.username,
            name=user.name,
            email=user.email,
            role=user.role.value,
            password_hash=password_hash,
            must_change_password=user.must_change_password,
            is_disabled=user.is_disabled,
            created_at=user.created_at,
        )
    )


def update_password(connection: Connection, user_id: int, password_hash: str, *, must_change: bool) -> None:
    """Replace a password."""
    changed = update(users).where(users.c.user_id == user_id)
    connection.execute(changed.values(password_hash=password_hash, must_change_password=must_change))


def update_role(connection: Connection, user_id: int, role: Role) -> None:
    """Replace a role."""
    connection.execute(update(users).where(users.c.user_id == user_id).values(role=role.value))


def update_disabled(connection: Connection, user_id: int, *, is_disabled: bool) -> None:
    """Close or reopen an account."""
    connection.execute(update(users).where(users.c.user_id == user_id).values(is_disabled=is_disabled))


def insert_session(connection: Connection, *, session_id: str, user_id: int, at: datetime, expires_at: datetime) -> None:
    """Write a new session down."""
    connection.execute(
        insert(sessions).values(token_hash=session_id, user_id=user_id, created_at=at, seen_at=at, expires_at=expires_at)
    )


def session_by_id(connection: Connection, session_id: str) -> SessionRow | None:
    """The session of that id with its person, whether or not it is still good."""
    found = select(sessions.c.token_hash, sessions.c.created_at.label("started_at"), sessions.c.seen_at)
    found = found.add_columns(sessions.c.expires_at, sessions.c.revoked_at, *_USER_COLUMNS)
    row = connection.execute(found.join(users).where(sessions.c.token_hash == session_id)).one_or_none()
    if row is None:
        return None
    return SessionRow(row.token_hash, _user(row), row.started_at, row.seen_at, row.expires_at, row.revoked_at)


def touch_session(connection: Connection, session_id: str, at: datetime) -> None:
    """Note that the person was here."""
    connection.execute(update(sessions).where(sessions.c.token_hash == session_id).values(seen_at=at))


def revoke_session(connection: Connection, session_id: str, at: datetime) -> None:
    """End one session."""
    connection.execute(_revoked(at).where(sessions.c.token_hash == session_id))


def revoke_sessions_of(connection: Connection, user_id: int, at: datetime) -> list[str]:
    """End all sessions of a person; gives the ids of those ended."""
    ended = _revoked(at).where(sessions.c.user_id == user_id).returning(sessions.c.token_hash)
    return list(connection.execute(ended).scalars())


def forget_sessions(connection: Connection, ended_before: datetime) -> None:
    """Drop the rows of sessions that ran out before then."""
    connection.execute(delete(sessions).where(sessions.c.expires_at < ended_before))


def failures_of(connection: Connection, subject: str) -> Failures:
    """What is held against a name or an address."""
    columns = (sign_in_failures.c.n_failures, sign_in_failures.c.last_at, sign_in_failures.c.locked_until)
    row = connection.execute(select(*columns).where(sign_in_failures.c.subject == subject)).one_or_none()
    return NO_FAILURES if row is None else Failures(row.n_failures, row.last_at, row.locked_until)


def set_failures(connection: Connection, subject: str, failures: Failures) -> None:
    """Replace what is held against a name or an address; nothing is kept when there is nothing."""
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.subject == subject))
    if failures.n_failures:
        values = {"n_failures": failures.n_failures, "last_at": failures.last_at, "locked_until": failures.locked_until}
        connection.execute(insert(sign_in_failures).values(subject=subject, **values))


def forget_failures(connection: Connection, last_before: datetime) -> None:
    """Drop failures older than that, so that guessed names don't pile up."""
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.last_at < last_before))


def _revoked(at: datetime) -> Update:
    return update(sessions).where(sessions.c.revoked_at.is_(None)).values(revoked_at=at)


def _user_or_none(row: Row[*tuple[Any, ...]] | None) -> User | None:
    return None if row is None else _user(row)


def _user(row: Row[*tuple[Any, ...]]) -> User:
    return User(
        user_id=row.user_id,
        username=row.username,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        must_change_password=row.must_change_password,
        is_disabled=row.is_disabled,
        created_at=row.created_at,
        team_id=row.team_id,
    )


def first_owner(connection: Connection) -> int:
    """The number of the owner's account that was opened first: the lead broker wherever no other is named. 0 without accounts."""
    return min((user.user_id for user in all_users(connection) if user.role is Role.OWNER), default=0)
