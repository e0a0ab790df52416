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
    SEE_TEAM_LEADS = "see_team_leads"
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
    Role.TEAM_LEADER: frozenset({_P.SEE_TEAM_LEADS, _P.SEE_TEAM_MONEY, _P.SEE_OWN_MONEY, _P.WORK_LEADS, _P.IMPORT}),
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
    led: frozenset[int] | None = None  # a team leader's people; None: the office has no teams, so that he leads all of it

    def may(self, permission: Permission) -> bool:
        """Whether this person is allowed that."""
        return permission in _ALLOWED[self.role]


SYSTEM = Actor(user_id=0, username="system", name="Command center", role=Role.OWNER)


Agents = frozenset[int] | None  # the people whose rows are shown, beside those nobody has taken; None: everybody's


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows and which figures a person may see. Part of every cached read's key."""

    agents: Agents
    sees_money: bool
    own: int | None = None  # the agent whose own part of the money is shown; None: the deals' whole money

    @property
    def listed(self) -> list[int] | None:
        """The same people as the analytical store's queries take them ($agents)."""
        return None if self.agents is None else sorted(self.agents)

    def covers(self, owner: int | None) -> bool:
        """Whether a row of that owner is shown; what nobody has taken is."""
        return owner is None or self.includes(owner)

    def includes(self, agent: int | str) -> bool:
        """Whether that agent's own affairs are shown, such as what he was paid; by number, or as deals' shares write it."""
        return self.agents is None or str(agent) in map(str, self.agents)


def scope_of(actor: Actor) -> Scope:
    """An agent sees his own leads, those nobody has taken yet, and his own money; a team leader his people's; the others all leads."""
    if actor.may(Permission.SEE_ALL_LEADS):
        return Scope(agents=None, sees_money=actor.may(Permission.SEE_TEAM_MONEY))
    if actor.may(Permission.SEE_TEAM_LEADS):
        agents = None if actor.led is None else actor.led | {actor.user_id}
        return Scope(agents=agents, sees_money=actor.may(Permission.SEE_TEAM_MONEY))
    return Scope(agents=frozenset({actor.user_id}), sees_money=actor.may(Permission.SEE_OWN_MONEY), own=actor.user_id)


def sees_office_money(actor: Actor) -> bool:
    """Whether the whole office's money is shown: its goal, its forecast's record, what each source returned."""
    return actor.may(Permission.SEE_TEAM_MONEY) and scope_of(actor).agents is None


def require_office_money(actor: Actor) -> None:
    """Go on only if the person may see the whole office's money; raises `NotAllowed`."""
    if not sees_office_money(actor):
        raise NotAllowed(f"{actor.role.label} accounts may not see the whole office's money")


def require(actor: Actor, permission: Permission) -> None:
    """Go on only if the person is allowed that; raises `NotAllowed`."""
    if not actor.may(permission):
        raise NotAllowed(f"{actor.role.label} accounts may not {permission.value.replace('_', ' ')}")
