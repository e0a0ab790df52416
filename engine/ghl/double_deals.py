"""The double's opportunities and pipelines."""

from datetime import datetime

from engine.ghl.double_exchange import Ask, Refusal, Reply, known_only, need
from engine.ghl.double_state import LOCATION, Row, State

_FIELDS = frozenset(
    [
        "pipelineId",
        "name",
        "pipelineStageId",
        "status",
        "monetaryValue",
        "assignedTo",
        "customFields",
        "forecastExpectedCloseDate",
        "forecastProbability",
    ]
)


def create(state: State, ask: Ask) -> Reply:
    """POST /opportunities/"""
    body = known_only(ask.body, _FIELDS | {"locationId", "contactId"})
    need(body, "pipelineId", "locationId", "name", "status", "contactId")
    if body["contactId"] not in state.kinds["contacts"]:
        raise Refusal(400, "Contact not found")
    stages = state.kinds["pipelines"].get(body["pipelineId"], {}).get("stages") or [{"id": ""}]
    told = {"pipelineStageId": stages[0]["id"], "monetaryValue": 0, **body, "locationId": LOCATION}
    row: Row = {"id": state.new_id("OPP"), "createdAt": state.stamp(), "updatedAt": state.stamp(), **told}
    state.keep("opportunities", row["id"], row)
    state.tell("OpportunityCreate", _event(row))
    state.tell("OpportunityUpdate", _event(row))  # live tells of a creation twice
    return Reply(201, {"opportunity": row})


def update(state: State, ask: Ask) -> Reply:
    """PUT /opportunities/{id}: tells the general change and the special one, as live."""
    row, body = _of(state, ask), known_only(ask.body, _FIELDS)
    changed = state.keep("opportunities", row["id"], {**row, **body, "updatedAt": state.stamp()})
    state.tell("OpportunityUpdate", _event(changed))
    for name, event in _SPECIAL.items():
        if changed.get(name) != row.get(name):
            state.tell(event, _event(changed))
    return Reply(200, {"opportunity": changed})


_SPECIAL = {
    "pipelineStageId": "OpportunityStageUpdate",
    "status": "OpportunityStatusUpdate",
    "monetaryValue": "OpportunityMonetaryValueUpdate",
    "assignedTo": "OpportunityAssignedToUpdate",
}


def get(state: State, ask: Ask) -> Reply:
    """GET /opportunities/{id}"""
    return Reply(200, {"opportunity": _of(state, ask)})


def search(state: State, ask: Ask) -> Reply:
    """POST /opportunities/search, by date of change"""
    body = known_only(ask.body, {"locationId", "limit", "page", "searchAfter", "query", "filters", "sort", "additionalDetails"})
    need(body, "locationId")
    found = sorted(state.kinds["opportunities"].values(), key=lambda row: (row["updatedAt"], row["id"]))
    for rule in body.get("filters") or ():
        if rule.get("field") != "date_updated" or rule.get("operator") != "range":
            raise Refusal(422, [f"filter {rule.get('field')} is not known to the double"])
        since = datetime.fromisoformat(rule["value"]["gte"])
        found = [row for row in found if datetime.fromisoformat(row["updatedAt"]) >= since]
    after, limit = body.get("searchAfter"), int(body.get("limit") or 20)
    rest = [row for row in found if not after or (row["updatedAt"], row["id"]) > (after[0], after[1])]
    page = [{**row, "searchAfter": [row["updatedAt"], row["id"]]} for row in rest[:limit]]
    return Reply(200, {"opportunities": page, "total": len(found)})


def pipelines(state: State, ask: Ask) -> Reply:
    """GET /opportunities/pipelines"""
    return Reply(200, {"pipelines": list(state.kinds["pipelines"].values())})


def _of(state: State, ask: Ask) -> Row:
    row = state.kinds["opportunities"].get(ask.ids[0])
    if row is None:
        raise Refusal(404, "Opportunity not found")
    return row


def _event(row: Row) -> Row:
    names = ("id", "contactId", "pipelineId", "pipelineStageId", "monetaryValue", "status", "name", "source", "assignedTo")
    return {name: row[name] for name in names if name in row} | {"dateAdded": row["createdAt"]}
