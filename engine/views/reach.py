"""Mine, team, all: whose leads and deals a list is asked for, within what the person may see."""

from dataclasses import dataclass

from engine.access import Actor, Role, scope_of
from engine.runtime import Engine
from engine.store import teams
from engine.store.teams import Team

ALL, MINE, NOBODYS = "all", "mine", "unassigned"


@dataclass(frozen=True, slots=True)
class Reach:
    """One choice of the switch. `whose` stands in a page's address and in the views' filters."""

    whose: str
    label: str


def reaches(engine: Engine, actor: Actor) -> tuple[Reach, ...]:
    """The choices this person has, the narrowest first; teams by name where he may look at several."""
    found = _teams(engine, actor)
    named = [Reach("team", "Team")] if len(found) == 1 else [Reach(f"team-{team.team_id}", team.name) for team in found]
    return (Reach(MINE, "Mine"), *named, Reach(ALL, "All"), Reach(NOBODYS, "Nobody’s"))


def people_of(engine: Engine, actor: Actor, whose: str) -> list[int] | None:
    """Whose rows that choice means: account numbers, or None for everybody this person may see. A team not his to see has nobody."""
    if whose == MINE:
        return [actor.user_id]
    if whose in (ALL, NOBODYS):
        return None
    found = _teams(engine, actor)
    return sorted({member for team in found if whose in ("team", f"team-{team.team_id}") for member in team.member_ids})


def _teams(engine: Engine, actor: Actor) -> list[Team]:
    """The teams whose leads this person sees: of a team leader those he leads, of who sees all leads every one, of others none."""
    if scope_of(actor).own is not None:
        return []
    with engine.ledger.read() as connection:
        found = teams.all_teams(connection)
    return [team for team in found if actor.role is not Role.TEAM_LEADER or team.leader_id == actor.user_id]
