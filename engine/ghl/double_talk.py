"""The double's conversations: messages out with what GoHighLevel refuses, messages in, and the lists in which they show up late."""

from datetime import datetime, timedelta

from engine.ghl import double_people as people
from engine.ghl.double_exchange import Ask, Refusal, Reply, known_only, need
from engine.ghl.double_state import LOCATION, Row, State

_BODY = frozenset(
    [
        "type",
        "contactId",
        "message",
        "html",
        "subject",
        "emailFrom",
        "emailTo",
        "emailCc",
        "emailBcc",
        "fromNumber",
        "toNumber",
        "attachments",
        "replyMessageId",
        "threadId",
        "templateId",
        "scheduledTimestamp",
        "status",
        "subType",
        "appointmentId",
        "conversationProviderId",
    ]
)
_TYPES = {"SMS": ("TYPE_SMS", 2, "sms", "phone"), "Email": ("TYPE_EMAIL", 3, "email", "email")}
_CHANNELS = {"SMS": "TYPE_SMS", "Email": "TYPE_EMAIL", "Call": "TYPE_CALL"}


def send(state: State, ask: Ask) -> Reply:
    """POST /conversations/messages"""
    body = known_only(ask.body, _BODY)
    need(body, "type", "contactId")
    if body["type"] not in _TYPES:
        raise Refusal(400, "Unsupported message type")
    name, _, channel, address = _TYPES[body["type"]]
    contact = state.kinds["contacts"].get(body["contactId"])
    if contact is None:
        raise Refusal(400, "Contact not found")
    if people.is_off(contact, channel):
        raise Refusal(400, f"Cannot send message as DND is active for {body['type']}")
    if not contact.get(address):
        raise Refusal(400, "Missing phone number" if channel == "sms" else "Unable to send e-mail, contact's e-mail is invalid")
    if not (body.get("message") or body.get("html")):
        raise Refusal(422, ["message should not be empty"])
    row = note(state, contact, name, "outbound", body, source="api")
    state.deliver(contact["id"], channel, str(body.get("html") or body["message"]), row["id"])
    state.tell("OutboundMessage", event_of(row))
    told = {"conversationId": row["conversationId"], "messageId": row["id"]}
    return Reply(200, told | ({"emailMessageId": row["meta"]["email"]["messageIds"][0]} if name == "TYPE_EMAIL" else {}))


def receive(state: State, contact_id: str, body: str, kind: str = "SMS", subject: str = "") -> Row:
    """The person writes: a message from outside, with its webhook."""
    contact = state.kinds["contacts"].get(contact_id)
    if contact is None:
        raise Refusal(404, "Contact not found")
    row = note(state, contact, _TYPES[kind][0], "inbound", {"message": body, "html": body, "subject": subject}, source="app")
    state.tell("InboundMessage", event_of(row))
    return row


def note(state: State, contact: Row, name: str, direction: str, body: Row, *, source: str) -> Row:
    """Keep a message of either direction; it is listed a little later."""
    is_email = name == "TYPE_EMAIL"
    now = state.now()
    row: Row = {
        "id": state.new_id("MSG"),
        "type": next(number for other, number, *_ in _TYPES.values() if other == name),
        "messageType": name,
        "locationId": LOCATION,
        "contactId": contact["id"],
        "conversationId": _conversation(state, contact["id"]),
        "dateAdded": state.stamp(now),
        "direction": direction,
        "status": "pending" if direction == "outbound" else "delivered",
        "contentType": "text/html" if is_email else "text/plain",
        "source": source,
    }
    if is_email:
        email_id = state.new_id("EML")
        told = {
            "id": email_id,
            "threadId": email_id,
            "subject": body.get("subject", ""),
            "body": body.get("html") or body["message"],
        }
        told |= {"from": body.get("emailFrom") or contact.get("email") or "", "to": [contact.get("email") or ""]}
        state.keep("emails", email_id, {**{key: row[key] for key in _SHARED}, **told})
        row["meta"] = {"email": {"messageIds": [email_id]}}
    else:
        row["body"] = body["message"]
    state.keep("listed", row["id"], {"at": state.stamp(now + timedelta(seconds=state.list_lag_seconds))})
    return state.keep("messages", row["id"], row)


_SHARED = ("locationId", "contactId", "conversationId", "dateAdded", "direction", "status", "contentType", "source")


def set_status(state: State, message_id: str, status: str) -> None:
    """What became of a message later, with its webhook."""
    row = state.kinds["messages"].get(message_id)
    if row is None:
        raise Refusal(404, "Message not found")
    state.keep("messages", message_id, row | {"status": status})
    state.tell("OutboundMessage", event_of(row | {"status": status}))


def export(state: State, ask: Ask) -> Reply:
    """GET /conversations/messages/export: e-mails only when asked for by channel."""
    if ask.query.get("locationId") != LOCATION:
        raise Refusal(403, "The token does not have access to this location.")
    limit = int(ask.query.get("limit", "100"))
    if not 10 <= limit <= 500:
        raise Refusal(422, ["limit must not be less than 10"])
    found = [row for row in state.kinds["messages"].values() if _is_asked_for(state, row, ask.query)]
    found.sort(key=lambda row: (row["dateAdded"], row["id"]), reverse=ask.query.get("sortOrder", "desc") == "desc")
    start = int(ask.query.get("cursor") or 0)
    page = found[start : start + limit]
    told: Row = {"messages": page, "total": len(found)}
    return Reply(200, told | ({"nextCursor": str(start + limit)} if start + limit < len(found) else {}))


def _is_asked_for(state: State, row: Row, query: Row) -> bool:
    channel = query.get("channel")
    is_channel = row["messageType"] == _CHANNELS[channel] if channel else row["messageType"] != "TYPE_EMAIL"
    listed_at = state.kinds["listed"].get(row["id"], {}).get("at", "")
    at = datetime.fromisoformat(row["dateAdded"])
    starts, ends = query.get("startDate"), query.get("endDate")
    return (
        is_channel
        and listed_at <= state.stamp()
        and query.get("contactId") in (None, row["contactId"])
        and (starts is None or at >= datetime.fromisoformat(starts))
        and (ends is None or at <= datetime.fromisoformat(ends))
    )


def email(state: State, ask: Ask) -> Reply:
    """GET /conversations/messages/email/{id}"""
    row = state.kinds["emails"].get(ask.ids[0])
    if row is None:
        raise Refusal(404, "Email not found")
    return Reply(200, row)


def message(state: State, ask: Ask) -> Reply:
    """GET /conversations/messages/{id}"""
    row = state.kinds["messages"].get(ask.ids[0])
    if row is None:
        raise Refusal(404, "Message not found")
    return Reply(200, row)


def event_of(row: Row) -> Row:
    """A message as webhooks tell it."""
    is_email = row["messageType"] == "TYPE_EMAIL"
    told = {
        name: row[name] for name in ("contactId", "conversationId", "dateAdded", "direction", "status", "source", "contentType")
    }
    told |= {"messageId": row["id"], "messageType": "Email" if is_email else "SMS", "body": row.get("body", ""), "attachments": []}
    return told | ({"emailMessageId": row["meta"]["email"]["messageIds"][0]} if is_email else {})


def _conversation(state: State, contact_id: str) -> str:
    known = state.kinds["conversations"].get(contact_id)
    if known is None:
        known = state.keep("conversations", contact_id, {"id": state.new_id("CNV")})
    return str(known["id"])
