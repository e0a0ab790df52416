"""The double's contacts with their tags, fields, notes and tasks, and the location they belong to."""

from collections.abc import Iterable
from typing import Any

from engine.ghl.double_exchange import Ask, Refusal, Reply, known_only, need, texts
from engine.ghl.double_state import COMPANY, LOCATION, Row, State

_TEXT_FIELDS = (
    "firstName lastName name email phone address1 city state postalCode website timezone source country assignedTo companyName"
)
_CONTACT = frozenset((*_TEXT_FIELDS.split(), "dnd", "dndSettings", "inboundDndSettings", "tags", "customFields", "dateOfBirth"))
_CHANNELS = ("call", "email", "sms", "whatsApp", "gmb", "fb")
_PAGE_LIMIT = 500


def create(state: State, ask: Ask) -> Reply:
    """POST /contacts/"""
    body = known_only(ask.body, _CONTACT | {"locationId", "gender"})
    need(body, "locationId")
    if _same_person(state, body):
        raise Refusal(400, "This location does not allow duplicated contacts.")
    return Reply(201, {"contact": shown(add(state, body))})


def upsert(state: State, ask: Ask) -> Reply:
    """POST /contacts/upsert: `tags` replaces all tags, `gender` is lost, an e-mail that meets another person is ignored."""
    body = known_only(ask.body, _CONTACT | {"locationId", "gender", "createNewIfDuplicateAllowed"})
    need(body, "locationId")
    known = _same_person(state, body)
    row = change(state, known, body) if known else add(state, body)
    return Reply(200, {"new": known is None, "contact": shown(row)})


def update(state: State, ask: Ask) -> Reply:
    """PUT /contacts/{id}"""
    body = known_only(ask.body, _CONTACT - {"companyName"})
    return Reply(200, {"succeeded": True, "contact": shown(change(state, of(state, ask), body))})


def get(state: State, ask: Ask) -> Reply:
    """GET /contacts/{id}"""
    return Reply(200, {"contact": shown(of(state, ask))})


def delete(state: State, ask: Ask) -> Reply:
    """DELETE /contacts/{id}"""
    row = of(state, ask)
    state.drop("contacts", row["id"])
    state.tell("ContactDelete", _event(row))
    return Reply(200, {"succeded": True, "succeeded": True})


def search(state: State, ask: Ask) -> Reply:
    """POST /contacts/search: the last changed first if asked; no DND in the hits, as live."""
    body = known_only(ask.body, {"locationId", "pageLimit", "page", "searchAfter", "query", "filters", "sort"})
    need(body, "locationId", "pageLimit")
    limit = _limit(body["pageLimit"], _PAGE_LIMIT)
    found = list(state.kinds["contacts"].values())
    is_descending = bool(body.get("sort")) and body["sort"][0].get("direction") == "desc"
    by = "dateUpdated" if body.get("sort") else "dateAdded"
    found.sort(key=lambda row: (row[by], row["id"]), reverse=is_descending)
    page = _page(found, by, body.get("searchAfter"), limit, is_descending=is_descending)
    hits = [{**_without_dnd(shown(row)), "searchAfter": [row[by], row["id"]]} for row in page]
    return Reply(200, {"contacts": hits, "total": len(found)})


def duplicate(state: State, ask: Ask) -> Reply:
    """GET /contacts/search/duplicate"""
    known = _same_person(state, {"phone": ask.query.get("number"), "email": ask.query.get("email")})
    return Reply(200, {"contact": shown(known)} if known else {"contact": None})


def add_tags(state: State, ask: Ask) -> Reply:
    """POST /contacts/{id}/tags"""
    row = of(state, ask)
    row = change(state, row, {"tags": [*row["tags"], *texts(ask.body, "tags")]}, event="ContactTagUpdate")
    return Reply(201, {"tags": row["tags"]})


def remove_tags(state: State, ask: Ask) -> Reply:
    """DELETE /contacts/{id}/tags"""
    row, gone = of(state, ask), {tag.lower() for tag in texts(ask.body, "tags")}
    row = change(state, row, {"tags": [tag for tag in row["tags"] if tag not in gone]}, event="ContactTagUpdate")
    return Reply(200, {"tags": row["tags"]})


def create_task(state: State, ask: Ask) -> Reply:
    """POST /contacts/{id}/tasks"""
    contact, body = of(state, ask), known_only(ask.body, {"title", "body", "dueDate", "completed", "assignedTo"})
    need(body, "title", "dueDate", "completed")
    row = state.keep("tasks", task_id := state.new_id("TSK"), {"id": task_id, "contactId": contact["id"], **body})
    state.deliver(contact["id"], "task", str(body.get("body", "")), task_id)
    state.tell("TaskCreate", {name: value for name, value in row.items() if name not in ("contactId", "body", "completed")})
    return Reply(201, {"task": row})


def tasks(state: State, ask: Ask) -> Reply:
    """GET /contacts/{id}/tasks"""
    contact = of(state, ask)
    return Reply(200, {"tasks": [row for row in state.kinds["tasks"].values() if row["contactId"] == contact["id"]]})


def complete_task(state: State, ask: Ask) -> Reply:
    """PUT /contacts/{id}/tasks/{task}/completed"""
    row = state.kinds["tasks"].get(ask.ids[1])
    if row is None or row["contactId"] != of(state, ask)["id"]:
        raise Refusal(404, "Task not found")
    state.keep("tasks", row["id"], row | {"completed": bool(known_only(ask.body, {"completed"})["completed"])})
    return Reply(200, {"task": state.kinds["tasks"][row["id"]]})


def create_note(state: State, ask: Ask) -> Reply:
    """POST /contacts/{id}/notes"""
    contact, body = of(state, ask), known_only(ask.body, {"body", "title", "color", "pinned", "userId"})
    need(body, "body")
    told = {"id": state.new_id("NOT"), "contactId": contact["id"], "dateAdded": state.stamp(), **body}
    state.keep("notes", told["id"], told)
    state.tell("NoteCreate", told)
    return Reply(201, {"note": told})


def notes(state: State, ask: Ask) -> Reply:
    """GET /contacts/{id}/notes"""
    contact = of(state, ask)
    return Reply(200, {"notes": [row for row in state.kinds["notes"].values() if row["contactId"] == contact["id"]]})


def location(state: State, ask: Ask) -> Reply:
    """GET /locations/{id}"""
    _mine(ask.ids[0])
    return Reply(200, {"location": {"id": LOCATION, "companyId": COMPANY, "name": "The double", "timezone": "America/Los_Angeles"}})


def users(state: State, ask: Ask) -> Reply:
    """GET /users/search"""
    if ask.query.get("companyId") != COMPANY:
        raise Refusal(403, "The token does not have access to this company.")
    skip, limit = int(ask.query.get("skip", "0")), int(ask.query.get("limit", "25"))
    found = list(state.kinds["users"].values())
    return Reply(200, {"users": found[skip : skip + limit], "count": len(found)})


def custom_fields(state: State, ask: Ask) -> Reply:
    """GET /locations/{id}/customFields"""
    _mine(ask.ids[0])
    return Reply(200, {"customFields": list(state.kinds["customFields"].values())})


def create_custom_field(state: State, ask: Ask) -> Reply:
    """POST /locations/{id}/customFields"""
    _mine(ask.ids[0])
    body = known_only(ask.body, {"name", "dataType", "placeholder", "position", "model"})
    need(body, "name", "dataType")
    key = f"contact.{str(body['name']).lower().replace(' ', '_')}"
    row = {"id": state.new_id("FLD"), "name": body["name"], "fieldKey": key, "dataType": body["dataType"], "locationId": LOCATION}
    return Reply(201, {"customField": state.keep("customFields", row["id"], row | {"model": "contact"})})


# shared with messages and deals


def of(state: State, ask: Ask) -> Row:
    """The contact that the path names."""
    row = state.kinds["contacts"].get(ask.ids[0])
    if row is None:
        raise Refusal(404, "Contact not found")
    return row


def add(state: State, body: Row) -> Row:
    """A new contact."""
    told: Row = {"id": state.new_id("CON"), "locationId": LOCATION, "dateAdded": state.stamp(), "dateUpdated": state.stamp()}
    told |= {"tags": [], "customFields": [], "dnd": False, "dndSettings": {name: {"status": "inactive"} for name in _CHANNELS}}
    row = _merged(told, body)
    state.keep("contacts", row["id"], row)
    state.tell("ContactCreate", _event(row))
    return row


def change(state: State, before: Row, body: Row, event: str = "ContactUpdate") -> Row:
    """Change a contact; a change of DND tells so as well."""
    row = _merged(before, body)
    if {**row, "dateUpdated": ""} == {**before, "dateUpdated": ""}:
        return before
    row = state.keep("contacts", row["id"], row | {"dateUpdated": state.stamp()})
    is_dnd = row["dndSettings"] != before["dndSettings"] or row["dnd"] != before["dnd"]
    state.tell("ContactDndUpdate" if is_dnd else event, _event(row))
    return row


def shown(row: Row) -> Row:
    """A contact as an answer carries it."""
    return {name: value for name, value in row.items() if value is not None}


def is_off(row: Row, channel: str) -> bool:
    """Whether the contact may not be reached that way."""
    setting = row["dndSettings"].get(channel, {}).get("status")
    return bool(row["dnd"]) or setting in ("active", "permanent")


def _merged(row: Row, body: Row) -> Row:
    told = {name: value for name, value in body.items() if name not in ("locationId", "gender", "customFields", "dndSettings")}
    told.pop("createNewIfDuplicateAllowed", None)
    if "tags" in told:
        told["tags"] = list(dict.fromkeys(str(tag).lower() for tag in told["tags"]))  # live lower-cases them
    settings = {**row["dndSettings"], **(body.get("dndSettings") or {})}
    return {**row, **told, "dndSettings": settings, "customFields": _with_fields(row["customFields"], body.get("customFields"))}


def _with_fields(kept: list[Row], new: Iterable[Row] | None) -> list[Row]:
    values = {row["id"]: row["value"] for row in kept}
    for row in new or ():
        if "id" not in row and "key" not in row:
            raise Refusal(422, ["customFields.0.id should not be empty"])
        values[row.get("id") or row["key"]] = row.get("fieldValue", row.get("field_value"))
    return [{"id": field_id, "value": value} for field_id, value in values.items()]


def _same_person(state: State, body: Row) -> Row | None:
    """The one with that phone, else with that e-mail: the second key is ignored when the first one meets somebody."""
    for name in ("phone", "email"):
        wanted = str(body.get(name) or "").strip().lower()
        for row in state.kinds["contacts"].values() if wanted else ():
            if str(row.get(name) or "").lower() == wanted:
                return row
    return None


def _event(row: Row) -> Row:
    """A contact as webhooks tell it: channels written large, as live."""
    large = {"call": "Call", "email": "Email", "sms": "SMS", "whatsApp": "WhatsApp", "gmb": "GMB", "fb": "FB"}
    settings = {large.get(name, name): value for name, value in row["dndSettings"].items()}
    return {**shown(row), "dndSettings": settings}


def _without_dnd(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("dnd", "dndSettings")}


def _page(found: list[Row], by: str, after: Any, limit: int, *, is_descending: bool) -> list[Row]:
    if after:
        mark = (after[0], after[1])
        found = [row for row in found if ((row[by], row["id"]) < mark if is_descending else (row[by], row["id"]) > mark)]
    return found[:limit]


def _limit(value: object, most: int) -> int:
    if not isinstance(value, int) or not 1 <= value <= most:
        raise Refusal(422, [f"pageLimit must not be greater than {most}"])
    return value


def _mine(location_id: str) -> None:
    if location_id != LOCATION:
        raise Refusal(403, "The token does not have access to this location.")
