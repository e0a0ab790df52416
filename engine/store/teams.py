"""The ledger's statements about teams, and who stands behind an account: his role and, of a team leader, his people."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from engine.access import Actor, Role
from engine.store.people import User
from engine.store.tables import teams, users


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People who work together. The leader sees the leads of all of them; he need not be one of them."""

    team_id: int
    name: str
    leader_id: int | None
    member_ids: frozenset[int]


def all_teams(connection: Connection) -> list[Team]:
    """Every team with its people, by name."""
    members: dict[int, set[int]] = {}
    for row in connection.execute(select(users.c.team_id, users.c.user_id).where(users.c.team_id.is_not(None))):
        members.setdefault(row.team_id, set()).add(row.user_id)
    return [
        Team(team_id=row.team_id, name=row.name, leader_id=row.leader_id, member_ids=frozenset(members.get(row.team_id, ())))
        for row in connection.execute(select(teams).order_by(teams.c.name))
    ]


def actor_of(connection: Connection, user: User) -> Actor:
    """The person as every command and view is told of him. A team leader leads the whole office while it has no teams."""
    led = None
    if user.role is Role.TEAM_LEADER and connection.execute(select(teams.c.team_id).limit(1)).first():
        mine = select(users.c.user_id).join(teams, teams.c.team_id == users.c.team_id).where(teams.c.leader_id == user.user_id)
        led = frozenset(connection.execute(mine).scalars())
    return Actor(user_id=user.user_id, username=user.username, name=user.name, role=user.role, led=led)


def insert_team(connection: Connection, team_id: int, name: str, leader_id: int | None) -> None:
    """Write a new team down."""
    connection.execute(insert(teams).values(team_id=team_id, name=name, leader_id=leader_id))


def update_leader(connection: Connection, team_id: int, leader_id: int | None) -> None:
    """Give a team another leader, or none."""
    connection.execute(update(teams).where(teams.c.team_id == team_id).values(leader_id=leader_id))


def put_in_team(connection: Connection, user_id: int, team_id: int | None) -> None:
    """Put a person in a team, out of the one he was in."""
    connection.execute(update(users).where(users.c.user_id == user_id).values(team_id=team_id))


def drop_team(connection: Connection, team_id: int) -> None:
    """Take a team away; its people are in none then."""
    connection.execute(update(users).where(users.c.team_id == team_id).values(team_id=None))
    connection.execute(delete(teams).where(teams.c.team_id == team_id))
