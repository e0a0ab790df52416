"""Who is on a sequence, for other programs: one enrolment, or page after page by number, within what the person may see."""

from dataclasses import dataclass

from engine.access import Actor, scope_of
from engine.errors import NotFound
from engine.runtime import Engine
from engine.store import enrolments
from engine.store.enrolments import Enrolment
from engine.views.listing import MAX_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPage:
    """Enrolments in the order of their numbers; `after` is where the next page begins, None at the end."""

    enrolments: tuple[Enrolment, ...]
    after: int | None


def enrolment_page(
    engine: Engine,
    actor: Actor,
    *,
    sequence_id: int,
    after: int = 0,
    limit: int = 50,
    state: str | None = None,
    lead_id: int | None = None,
) -> EnrolmentPage:
    """A sequence's enrolments after a number that pass the filters; raises `NotFound` without such a sequence."""
    limit = min(limit, MAX_PAGE)
    with engine.ledger.read() as connection:
        enrolments.sequence(connection, sequence_id)
        found = enrolments.page(
            connection,
            sequence_id,
            after=after,
            limit=limit + 1,
            state=state,
            lead_id=lead_id,
            agents=scope_of(actor).agents,
        )
    shown = tuple(found[:limit])
    return EnrolmentPage(enrolments=shown, after=shown[-1].enrolment_id if len(found) > limit else None)


def enrolment_record(engine: Engine, actor: Actor, *, sequence_id: int, enrolment_id: int) -> Enrolment:
    """One enrolment, or `NotFound`: alike whether it doesn't exist or its lead is another's."""
    with engine.ledger.read() as connection:
        found = enrolments.page(connection, sequence_id, after=enrolment_id - 1, limit=1, agents=scope_of(actor).agents)
    if not found or found[0].enrolment_id != enrolment_id:
        raise NotFound("There is no such enrolment, or its lead is another agent's")
    return found[0]
