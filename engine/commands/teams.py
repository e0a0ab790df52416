"""The office's teams: who works together, and which team leader sees the leads of all of them."""

from engine.access import Actor, Permission, Role, require
from engine.commands.passwords import checked_name
from engine.commands.sessions import forget_known
from engine.errors import BadInput, Conflict, NotFound
from engine.runtime import Engine
from engine.store import people
from engine.store import teams as store
from engine.store.ledger import Txn
from engine.store.people import User
from engine.store.teams import Team


def list_teams(engine: Engine, actor: Actor) -> list[Team]:
    """Every team with its people, by name."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.read() as connection:
        return store.all_teams(connection)


def add_team(engine: Engine, actor: Actor, name: str, leader_id: int | None = None) -> int:
    """Set a team up and answer its number. From the office's first team on, team leaders see their teams' leads alone."""
    require(actor, Permission.MANAGE_PEOPLE)
    name = checked_name(name)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        if any(team.name.casefold() == name.casefold() for team in store.all_teams(txn.connection)):
            raise Conflict(f"There is already a team {name}", field="name")
        _check_leader(txn, leader_id)
        team_id = txn.next_id("teams")
        store.insert_team(txn.connection, team_id, name, leader_id)
        _noted(txn, "add_team", team_id, leader_id)
    forget_known()
    return team_id


def set_team_leader(engine: Engine, actor: Actor, team_id: int, leader_id: int | None) -> None:
    """Who leads a team (a team leader or the owner), or nobody; holds from his next click on."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        _team(txn, team_id)
        _check_leader(txn, leader_id)
        store.update_leader(txn.connection, team_id, leader_id)
        _noted(txn, "set_team_leader", team_id, leader_id)
    forget_known()


def set_team(engine: Engine, actor: Actor, user_id: int, team_id: int | None) -> None:
    """Put a person in a team, or in none; his leads are seen by its leader from the next click on."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        _person(txn, user_id)
        if team_id is not None:
            _team(txn, team_id)
        store.put_in_team(txn.connection, user_id, team_id)
        txn.emit("user_changed", "users", user_id)
        txn.audit("set_team", "users", user_id, {"team_id": team_id})
    forget_known()


def drop_team(engine: Engine, actor: Actor, team_id: int) -> None:
    """Take a team away; its people stay, in no team. Without any team left, team leaders lead the whole office again."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        team = _team(txn, team_id)
        store.drop_team(txn.connection, team_id)
        _noted(txn, "drop_team", team_id, team.leader_id)
    forget_known()


def _team(txn: Txn, team_id: int) -> Team:
    found = next((team for team in store.all_teams(txn.connection) if team.team_id == team_id), None)
    if found is None:
        raise NotFound("There is no such team", field="team")
    return found


def _person(txn: Txn, user_id: int) -> User:
    user = people.user_by_id(txn.connection, user_id)
    if user is None:
        raise NotFound("There is no such account")
    return user


def _check_leader(txn: Txn, leader_id: int | None) -> None:
    if leader_id is not None and _person(txn, leader_id).role not in (Role.TEAM_LEADER, Role.OWNER):
        raise BadInput("Only a team leader or the owner can lead a team; give the person that role first", field="leader")


def _noted(txn: Txn, action: str, team_id: int, leader_id: int | None) -> None:
    txn.emit("user_changed", "teams", team_id)
    txn.audit(action, "teams", team_id, {"leader_id": leader_id})
