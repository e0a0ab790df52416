"""Changing what is known of a lead, by a person or a program that says so outright: what is said replaces what was known."""

from collections.abc import Mapping
from dataclasses import fields, replace

from engine import intake
from engine.access import Actor, Permission, require, scope_of
from engine.commands.leads import assign_lead
from engine.commands.scoring import score_leads
from engine.errors import BadInput, Conflict, NotFound
from engine.records import Lead
from engine.runtime import Engine
from engine.store import leads, people, scores

# What each member of a payload can change in a lead.
_CHANGES: Mapping[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name"),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "phone": ("phone",),
    "email": ("email",),
    "source": ("source", "source_text"),
    "budget": ("budget_low_cents", "budget_high_cents"),
    "timeline": ("timeline_days",),
    "financing": ("financing",),
    "property_type": ("property_type",),
    "beds": ("beds",),
    "baths": ("baths",),
    "location": ("location_text", "city", "state", "zip_code", "location_specificity", "in_service_area"),
    "tags": ("tags",),
    "notes": ("notes",),
    "do_not_contact": ("is_do_not_contact",),
}
CHANGEABLE = (*_CHANGES, "assigned_to")
_DEFAULTS = {field.name: field.default for field in fields(Lead)}


def change_lead(engine: Engine, actor: Actor, lead_id: int, payload: Mapping[str, object]) -> None:
    """Replace the named facts of a lead (None clears one), and score him anew. Raises `BadInput` naming what can't be read."""
    require(actor, Permission.WORK_LEADS)
    said = {name: value for name, value in payload.items() if name in _CHANGES}
    if said:
        _change_facts(engine, actor, lead_id, said)
    if "assigned_to" in payload:
        given = payload["assigned_to"]
        _assign(engine, actor, lead_id, given if isinstance(given, int) else None)
    engine.show_changes()


def _change_facts(engine: Engine, actor: Actor, lead_id: int, said: Mapping[str, object]) -> None:
    at = engine.clock.now()
    read = _read(engine, said)
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        lead = _own(leads.load_leads(txn.connection, [lead_id], only_visible=True), actor)
        wanted = {field: read.get(field, _DEFAULTS[field]) for name in said for field in _CHANGES[name]}
        changed = replace(lead, **wanted)  # type: ignore[arg-type]
        names = [name for name in wanted if getattr(changed, name) != getattr(lead, name)]
        if not names:
            return
        owners = leads.find_by_keys(txn.connection, changed.keys)
        if any(owner != lead_id for owner in owners.values()):
            raise Conflict("This phone or e-mail belongs to another lead", field="phone" if "phone" in names else "email")
        leads.update_lead(txn, lead_id, changed, names)
        scores.save_scores(txn, score_leads(engine, [changed], at))
        txn.audit("change_lead", "leads", lead_id, {"fields": sorted(names)})


def _read(engine: Engine, said: Mapping[str, object]) -> dict[str, object]:
    """The facts as the one normaliser reads them; a value that it can't read is refused, not kept beside."""
    payload = {name: value for name, value in said.items() if value is not None}
    reading = intake.lead_from({"external_id": "somebody", **payload}, market=engine.preferences.market, at=engine.clock.now())
    problem = next((one for one in (*reading.problems, *reading.warnings) if one.column in said), None)
    if problem or reading.lead is None:
        raise BadInput(problem.reason if problem else "This can't be read", field=problem.column if problem else None)
    return {field: getattr(reading.lead, field) for name in payload for field in _CHANGES[name]}


def _own(found: list[Lead], actor: Actor) -> Lead:
    if not found or not scope_of(actor).covers(found[0].assigned_to):
        raise NotFound("There is no such lead, or he is another agent's")
    return found[0]


def _assign(engine: Engine, actor: Actor, lead_id: int, user_id: int | None) -> None:
    with engine.ledger.read() as connection:
        if user_id is not None and user_id not in people.names(connection, only_active=True):
            raise BadInput("There is nobody with that number", field="assigned_to")
    assign_lead(engine, actor, lead_id, user_id)
