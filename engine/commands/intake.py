"""Leads from a form, another program or a message: the same way in as a file's row, one or many in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from engine import intake
from engine.access import Actor, Permission, require, scope_of
from engine.commands.leads import deal_of
from engine.commands.scoring import Scored, score_each
from engine.delivery.consenting import consents_of_import
from engine.errors import BadInput, JorgeError, NotFound
from engine.records import Lead, Score
from engine.routing import route_leads
from engine.runtime import Engine
from engine.store import consents, leads, opportunities, scores
from engine.store.ledger import Txn

_BLANK: tuple[object, ...] = (None, "", ())
# What a program says of a lead anew replaces what it said before; these are only ever joined, or not its to say.
_JOINED = frozenset({"lead_id", "phone", "email", "other_phones", "other_emails", "tags", "notes", "interactions", "extra", "deal"})
_NOT_SAID = frozenset({"assigned_to", "is_do_not_contact", "location_specificity", "n_criteria"})
_RESTATED = tuple(field.name for field in fields(Lead) if field.name not in _JOINED | _NOT_SAID)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one payload: the lead as the ledger now has him, and his score."""

    lead: Lead
    score: Score
    is_cached: bool  # nothing was new since a score of the last five minutes
    is_new: bool


@dataclass(slots=True)
class _Person:
    """One person of the payloads, as he is put together."""

    lead: Lead
    changed: set[str]
    is_new: bool


_Incoming = tuple[Lead | None, tuple[tuple[str, str], ...]]  # what could be read, and the other program's id of it


def take_lead(engine: Engine, actor: Actor, payload: Mapping[str, object]) -> int:
    """Add a lead, or complete the one with the same phone or e-mail; answers his number. Raises `BadInput` naming the field."""
    [taken] = take_leads(engine, actor, [payload])
    if isinstance(taken, JorgeError):
        raise taken
    engine.show_changes()
    return taken.lead.lead_id


def take_leads(
    engine: Engine, actor: Actor, payloads: Sequence[Mapping[str, object]], *, source: str = "", restates: bool = False
) -> list[Taken | JorgeError]:
    """Take leads in and score them, in one transaction; one answer a payload, in order.

    With `restates`, what a payload says replaces what was known; else it only fills blanks. `source` says which program asked.
    Call `engine.show_changes` if whoever asked will look at pages at once.
    """
    require(actor, Permission.WORK_LEADS)
    at, market = engine.clock.now(), engine.preferences.market
    readings = [intake.lead_from(payload, market=market, at=at) for payload in payloads]
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        found = [(reading.lead, _named(reading.lead, source)) for reading in readings]
        placed, people = _place(txn, actor, found, restates=restates)
        _keep(txn, people)
        leads.add_keys(txn, _owned(found, placed, people))
        scored = score_each(engine, [person.lead for person in people], at)
        _keep_scores(txn, people, scored, source)
        _keep_deals(engine, txn, people, scored)
        route_leads(txn, [person.lead.lead_id for person in people if person.is_new and person.lead.assigned_to is None])
    taken = [Taken(person.lead, one.score, one.is_cached, person.is_new) for person, one in zip(people, scored, strict=True)]
    return [
        place if isinstance(place, JorgeError) else taken[place] if place is not None else _refusal(reading)
        for place, reading in zip(placed, readings, strict=True)
    ]


def _owned(
    found: Sequence[_Incoming], placed: Sequence[int | JorgeError | None], people: Sequence[_Person]
) -> Iterator[tuple[tuple[str, str], int]]:
    """The other program's ids with the leads they now belong to."""
    for (_, keys), place in zip(found, placed, strict=True):
        if isinstance(place, int):
            for key in keys:
                yield key, people[place].lead.lead_id


def _refusal(reading: intake.Reading) -> BadInput:
    return BadInput(reading.problems[0].reason, field=reading.problems[0].column)


def _named(lead: Lead | None, source: str) -> tuple[tuple[str, str], ...]:
    """The other program's own id of a lead. It tells people apart only among those this kind of program sent."""
    return ((source, lead.external_id),) if lead and source and lead.external_id else ()


def _place(
    txn: Txn, actor: Actor, incoming: Sequence[_Incoming], *, restates: bool
) -> tuple[list[int | JorgeError | None], list[_Person]]:
    """Which person each lead is: his place among `people`, an error if he may not be worked, None for one that couldn't be read."""
    keys = [key for lead, own in incoming if lead for key in (*own, *lead.keys)]
    owners = leads.find_by_keys(txn.connection, keys)
    known = {lead.lead_id: lead for lead in leads.load_leads(txn.connection, sorted(set(owners.values())), only_visible=True)}
    place_of: dict[tuple[str, str], int] = {}
    people: list[_Person] = []
    placed: list[int | JorgeError | None] = []
    for lead, own in incoming:
        if lead is None:
            placed.append(None)
            continue
        keys = [*own, *lead.keys]
        place = next((place_of[key] for key in keys if key in place_of), None)
        owner = next((known[owners[key]] for key in keys if owners.get(key) in known), None)
        if place is None and owner is not None and not _may_work(actor, owner):
            placed.append(NotFound("There is no such lead, or he is another agent's"))
            continue
        if place is None:
            place = len(people)
            people.append(_Person(owner, set(), False) if owner else _Person(_dated(lead, txn.at), set(), True))
        person = people[place]
        if person.lead is not lead:
            person.lead, differing = _with(person.lead, lead, restates=restates)
            person.changed |= differing
        place_of |= dict.fromkeys((*keys, *(owner.keys if owner else ())), place)
        placed.append(place)
    return placed, people


def _may_work(actor: Actor, lead: Lead) -> bool:
    return scope_of(actor).covers(lead.assigned_to)


def _dated(lead: Lead, at: datetime) -> Lead:
    return replace(lead, created_at=lead.created_at or at)


def _with(known: Lead, said: Lead, *, restates: bool) -> tuple[Lead, set[str]]:
    """What is known of somebody together with what is said of him now, and the names of what that changed."""
    merged, differences = intake.merge(known, said)
    changed = set(differences)
    if restates:
        anew = {
            name: value for name in _RESTATED if (value := getattr(said, name)) not in _BLANK and value != getattr(merged, name)
        }
        merged, changed = replace(merged, **anew), changed | anew.keys()
    return merged, changed


def _keep(txn: Txn, people: Sequence[_Person]) -> None:
    """Write the new and the changed ones down, and who did it."""
    new = [person for person in people if person.is_new]
    for person, lead_id in zip(new, leads.insert_leads(txn, [person.lead for person in new], at=txn.at), strict=True):
        person.lead = replace(person.lead, lead_id=lead_id)
    changed = [person for person in people if person.changed and not person.is_new]
    leads.update_leads(txn, {person.lead.lead_id: (person.lead, person.changed) for person in changed})
    people_now = [(person.lead.lead_id, person.lead) for person in people]
    consents.add_consents(txn, consents_of_import(people_now, brought_by="taken in by a program or form", at=txn.at))
    txn.audit_many([*_noted("add_lead", new), *_noted("complete_lead", changed)])


def _noted(action: str, people: Sequence[_Person]) -> Iterator[tuple[str, str, int, Mapping[str, object]]]:
    for person in people:
        yield action, "leads", person.lead.lead_id, {} if person.is_new else {"fields": sorted(person.changed)}


def _keep_scores(txn: Txn, people: Sequence[_Person], scored: Sequence[Scored], source: str) -> None:
    """Keep what is new; a score found again is written down only if it isn't this lead's current one."""
    first = [one.score for person, one in zip(people, scored, strict=True) if person.is_new]
    known = [one for person, one in zip(people, scored, strict=True) if not person.is_new]
    again = scores.current_moments(txn.connection, [one.score.lead_id for one in known if one.is_cached])
    scores.save_first_scores(txn, first, source=source)
    scores.save_scores(txn, [one.score for one in known if again.get(one.score.lead_id) != one.score.scored_at], source=source)


def _keep_deals(engine: Engine, txn: Txn, people: Sequence[_Person], scored: Sequence[Scored]) -> None:
    """Open the deals that are spoken of, for leads that have none."""
    speaking = [(person.lead, one.score) for person, one in zip(people, scored, strict=True) if person.lead.deal]
    if not speaking:
        return
    having = {deal.lead_id for deal in opportunities.of_leads(txn.connection, [lead.lead_id for lead, _ in speaking])}
    rate = engine.preferences.commission_rate
    deals = [
        deal_of(lead, lead.deal, score, rate=rate, at=txn.at)
        for lead, score in speaking
        if lead.deal and lead.lead_id not in having
    ]
    opportunities.insert_opportunities(txn, deals)
