"""Who may do what. Asked by every command and every view; knows no store and no page."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors import NotAllowed


class Role(StrEnum):
    """What a person is in the office."""

    OWNER = "owner"
    TEAM_LEADER = "team_leader"
    AGENT = "agent"
    ASSISTANT = "assistant"
    READ_ONLY = "read_only"

    @property
    def label(self) -> str:
        """As a person reads it."""
        return self.value.replace("_", " ").capitalize()


class Permission(StrEnum):
    """One thing a person may be allowed to do."""

    SEE_ALL_LEADS = "see_all_leads"
    SEE_TEAM_MONEY = "see_team_money"
    SEE_OWN_MONEY = "see_own_money"
    WORK_LEADS = "work_leads"
    IMPORT = "import"
    MANAGE_PEOPLE = "manage_people"
    CHANGE_SETTINGS = "change_settings"
    SEE_MODEL = "see_model"


_P = Permission
_ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.TEAM_LEADER: frozenset({_P.SEE_ALL_LEADS, _P.SEE_TEAM_MONEY, _P.SEE_OWN_MONEY, _P.WORK_LEADS, _P.IMPORT}),
    Role.AGENT: frozenset({_P.SEE_OWN_MONEY, _P.WORK_LEADS, _P.IMPORT}),
    Role.ASSISTANT: frozenset({_P.SEE_ALL_LEADS, _P.WORK_LEADS, _P.IMPORT}),
    Role.READ_ONLY: frozenset({_P.SEE_ALL_LEADS}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or program) on whose behalf something is read or changed."""

    user_id: int
    username: str
    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether this person is allowed that."""
        return permission in _ALLOWED[self.role]


SYSTEM = Actor(user_id=0, username="system", name="Command center", role=Role.OWNER)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows and which figures a person may see. Part of every cached read's key."""

    agent_id: int | None
    sees_money: bool


def scope_of(actor: Actor) -> Scope:
    """An agent sees his own leads, those nobody has taken yet, and his own money; the rest of the office sees all leads."""
    sees_all = actor.may(Permission.SEE_ALL_LEADS)
    sees_money = actor.may(Permission.SEE_TEAM_MONEY) or (not sees_all and actor.may(Permission.SEE_OWN_MONEY))
    return Scope(agent_id=None if sees_all else actor.user_id, sees_money=sees_money)


def require(actor: Actor, permission: Permission) -> None:
    """Go on only if the person is allowed that; raises `NotAllowed`."""
    if not actor.may(permission):
        raise NotAllowed(f"{actor.role.label} accounts may not {permission.value.replace('_', ' ')}")
