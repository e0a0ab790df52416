"""The office's accounts: who there is, with which role, and who may still come in."""

from dataclasses import dataclass, replace

from engine.access import SYSTEM, Actor, Permission, Role, require
from engine.commands.passwords import checked_email, checked_name, checked_username, hash_password, one_time_password
from engine.commands.sessions import (
    Session,
    SignedIn,
    actor_of_session,
    actor_of_session_id,
    check_password,
    end_sessions,
    forget_known,
    revoke_sessions,
    session_of,
    sign_in,
    sign_out,
    start_session,
)
from engine.errors import BadInput, ConfigurationError, Conflict, NotFound
from engine.runtime import Engine
from engine.store import people as store
from engine.store.ledger import Txn
from engine.store.people import User

__all__ = [
    "NewUser",
    "Session",
    "SignedIn",
    "User",
    "actor_of_session",
    "actor_of_session_id",
    "add_user",
    "change_password",
    "disable_user",
    "enable_user",
    "ensure_owner",
    "list_users",
    "reset_password",
    "revoke_sessions",
    "session_of",
    "set_role",
    "sign_in",
    "sign_out",
    "start_session",
    "user_called",
]

OWNER_USERNAME = "owner"


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account just made; the one-time password is shown once and must be changed at the first sign-in."""

    user: User
    one_time_password: str | None


def list_users(engine: Engine, actor: Actor) -> list[User]:
    """Every account, the closed ones last."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.read() as connection:
        return store.all_users(connection)


def user_called(engine: Engine, username: str) -> User:
    """The account of that name; raises `NotFound`."""
    with engine.ledger.read() as connection:
        user = store.user_by_name(connection, username.strip().lower())
    if user is None:
        raise NotFound(f"There is no account named {username}", field="username")
    return user


def add_user(
    engine: Engine, actor: Actor, *, username: str, name: str, role: Role, email: str | None = None, password: str | None = None
) -> NewUser:
    """Open an account, with the given password or a one-time one."""
    require(actor, Permission.MANAGE_PEOPLE)
    username, name, email = checked_username(username), checked_name(name), checked_email(email)
    one_time = None if password else one_time_password()
    hashed = hash_password(password or one_time or "")
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        if store.user_by_name(txn.connection, username):
            raise Conflict(f"There is already an account named {username}", field="username")
        made = User(0, username, name, email, role, one_time is not None, is_disabled=False, created_at=engine.clock.now())
        user = _write_down(txn, made, hashed)
    return NewUser(user, one_time)


def ensure_owner(engine: Engine, password: str | None) -> str | None:
    """On the first start make the owner's account; gives the one-time password if one had to be made up, else None."""
    with engine.ledger.read() as connection:
        if store.count_users(connection):
            return None
    one_time = None if password else one_time_password()
    try:
        hashed = hash_password(password or one_time or "")
    except BadInput as error:
        raise ConfigurationError(f"JORGE_OWNER_PASSWORD can't be used: {error.message}") from error
    with engine.ledger.write(at=engine.clock.now(), actor_id=SYSTEM.user_id) as txn:
        if store.count_users(txn.connection):  # another process was first
            return None
        owner = User(0, OWNER_USERNAME, "Jorge", None, Role.OWNER, one_time is not None, False, engine.clock.now())
        _write_down(txn, owner, hashed)
    return one_time


def change_password(engine: Engine, actor: Actor, *, current: str, new: str, address: str = "") -> None:
    """Replace one's own password; every session of the person ends, this one too."""
    check_password(engine, actor, current, address)
    if new == current:
        raise BadInput("The new password must differ from the current one", field="new")
    _replace_password(engine, actor, _user(engine, actor.user_id), hash_password(new), must_change=False)


def reset_password(engine: Engine, actor: Actor, user_id: int) -> str:
    """For a person who forgot the password: gives a one-time password, ends all sessions and any wait."""
    require(actor, Permission.MANAGE_PEOPLE)
    user = _user(engine, user_id)
    one_time = one_time_password()
    _replace_password(engine, actor, user, hash_password(one_time), must_change=True)
    return one_time


def disable_user(engine: Engine, actor: Actor, user_id: int) -> User:
    """Close an account; whoever is signed in with it is out at once. The last owner's can't be closed."""
    require(actor, Permission.MANAGE_PEOPLE)
    user = _user(engine, user_id)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        if user.role is Role.OWNER and not user.is_disabled:
            _keep_an_owner(txn)
        store.update_disabled(txn.connection, user.user_id, is_disabled=True)
        end_sessions(txn, user.user_id, engine.clock.now())
        _noted(txn, "disable_user", user.user_id)
    forget_known()
    return replace(user, is_disabled=True)


def enable_user(engine: Engine, actor: Actor, user_id: int) -> User:
    """Reopen an account; the person signs in with the password of before."""
    require(actor, Permission.MANAGE_PEOPLE)
    user = _user(engine, user_id)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        store.update_disabled(txn.connection, user.user_id, is_disabled=False)
        _noted(txn, "enable_user", user.user_id)
    return replace(user, is_disabled=False)


def set_role(engine: Engine, actor: Actor, user_id: int, role: Role) -> User:
    """Give a person another role, from the next click on. There is always an owner left."""
    require(actor, Permission.MANAGE_PEOPLE)
    user = _user(engine, user_id)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        if user.role is Role.OWNER and role is not Role.OWNER and not user.is_disabled:
            _keep_an_owner(txn)
        store.update_role(txn.connection, user.user_id, role)
        _noted(txn, "set_role", user.user_id, role=role.value)
    forget_known()
    return replace(user, role=role)


def _user(engine: Engine, user_id: int) -> User:
    with engine.ledger.read() as connection:
        user = store.user_by_id(connection, user_id)
    if user is None:
        raise NotFound("There is no such account")
    return user


def _write_down(txn: Txn, made: User, hashed: str) -> User:
    user = replace(made, user_id=txn.next_id("users"))
    store.insert_user(txn.connection, user, hashed)
    _noted(txn, "add_user", user.user_id, role=user.role.value)
    return user


def _replace_password(engine: Engine, actor: Actor, user: User, hashed: str, *, must_change: bool) -> None:
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        store.update_password(txn.connection, user.user_id, hashed, must_change=must_change)
        store.set_failures(txn.connection, f"user:{user.username}", store.NO_FAILURES)
        end_sessions(txn, user.user_id, at)
        _noted(txn, "reset_password" if must_change else "change_password", user.user_id)
    forget_known()


def _keep_an_owner(txn: Txn) -> None:
    if store.count_owners(txn.connection) < 2:
        raise Conflict("The last owner's account must stay as it is")


def _noted(txn: Txn, action: str, user_id: int, **detail: str) -> None:
    txn.emit("user_changed", "users", user_id)
    txn.audit(action, "users", user_id, detail)
