"""Who and what may come in: the office's accounts and the keys of other programs, for the owner."""

from dataclasses import dataclass
from datetime import datetime

from engine.access import Actor, Permission, require
from engine.records.key import ApiKey
from engine.runtime import Engine
from engine.store import keys, people, teams
from engine.store.people import User
from engine.store.teams import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key as its page shows it."""

    key: ApiKey
    person: str  # whom it acts as
    is_good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage:
    """Everything the page of accounts and keys shows."""

    at: datetime
    people: tuple[User, ...]
    keys: tuple[KeyRow, ...]  # the newest first
    teams: tuple[Team, ...]  # by name


def access_page(engine: Engine, actor: Actor) -> AccessPage:
    """Accounts and keys, for who manages people."""
    require(actor, Permission.MANAGE_PEOPLE)
    at = engine.clock.now()
    with engine.ledger.read() as connection:
        found, accounts = keys.all_keys(connection), people.all_users(connection)
        together = tuple(teams.all_teams(connection))
    names = {user.user_id: user.name for user in accounts}
    rows = (KeyRow(key=key, person=names.get(key.user_id, "Somebody"), is_good=key.is_good(at)) for key in found)
    return AccessPage(at=at, people=tuple(accounts), keys=tuple(rows), teams=together)
