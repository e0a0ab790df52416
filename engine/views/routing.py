"""Who gets which leads: the plan that holds, who is absent, and a person's saved views."""

from dataclasses import dataclass

from engine.access import Actor, Permission
from engine.records.inbox import Absence, RoutingPlan, SavedView
from engine.runtime import Engine
from engine.store import people, routing, saved_views


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPage:
    """What the routing page shows: the plan, everybody's name and open leads, and absences that are not over."""

    plan: RoutingPlan
    names: dict[int, str]
    n_open: dict[int, int]
    absences: tuple[Absence, ...]
    may_change: bool


def routing_page(engine: Engine, actor: Actor) -> RoutingPage:
    """The plan that holds now."""
    now = engine.clock.now()
    with engine.ledger.read() as connection:
        desks = routing.desks(connection, now)
        return RoutingPage(
            plan=routing.load_plan(connection, now),
            names=people.names(connection, only_active=True),
            n_open={user_id: desk.n_open for user_id, desk in desks.items()},
            absences=tuple(routing.absences_from(connection, now)),
            may_change=actor.may(Permission.CHANGE_SETTINGS),
        )


def saved_view_list(engine: Engine, actor: Actor) -> tuple[SavedView, ...]:
    """A person's own views and the shared ones, his pinned ones first."""
    with engine.ledger.read() as connection:
        return tuple(saved_views.views_of(connection, actor.user_id))
