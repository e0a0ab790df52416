"""GoHighLevel's API as the office uses it: one method a call, records in and out.

Reading and repeatable calls raise a `ProviderError`; `send` and `create_task`, which can't be repeated blindly, answer a `SendResult`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote

from engine.clock import Clock
from engine.errors import (
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnclear,
)
from engine.ghl import reading
from engine.ghl.wire import Wire, without_personal_data
from engine.records.follow_up import Outgoing, ProviderMessage, SendResult, SendState, StepKind
from engine.records.ghl import (
    CustomField,
    ProviderContact,
    ProviderNote,
    ProviderOpportunity,
    ProviderPipeline,
    ProviderTask,
    ProviderUser,
)

_T = TypeVar("_T")
_CHANNELS = {StepKind.SMS: "SMS", StepKind.EMAIL: "Email", StepKind.CALL_TASK: "Call"}
_PAGE = 100
_MOST_PAGES = 200  # of one question: an answer that never ends is a fault, not data
_NEVER_SENT = frozenset({"failed", "undelivered", "opt_out"})


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """One page of a search: its rows, how many there are in all, and where the next page begins (None after the last)."""

    items: tuple[_T, ...]
    total: int
    after: tuple[Any, ...] | None


class Provider(Protocol):
    """What follow-up and synchronising need of GoHighLevel; the live client and the dry run both are one."""

    @property
    def is_live(self) -> bool:
        """Whether anything leaves the house."""
        ...

    def send(self, outgoing: Outgoing) -> SendResult:
        """Send a text message or an e-mail, or make a call task. Never raises a `ProviderError`, never tries twice."""
        ...

    def create_task(self, outgoing: Outgoing) -> SendResult:
        """Put a task on a contact, as `send` does with a message."""
        ...

    def messages(self, contact_id: str, kind: StepKind, since: datetime, until: datetime) -> list[ProviderMessage]:
        """A contact's messages of one kind in a stretch of time, oldest first; e-mails with their HTML as body."""
        ...

    def tasks(self, contact_id: str) -> list[ProviderTask]:
        """A contact's tasks."""
        ...

    def contact(self, contact_id: str) -> ProviderContact | None:
        """A contact with his DND; None when there is none of that id."""
        ...

    def find_contact(self, *, phone: str = "", email: str = "") -> ProviderContact | None:
        """The contact with that phone or e-mail, by the location's own rule for duplicates."""
        ...

    def upsert_contact(self, fields: Mapping[str, object]) -> ProviderContact:
        """Add a contact, or complete the one the location takes for the same. Never sends tags: they would replace all of his."""
        ...

    def set_dnd(self, contact_id: str, kinds: Sequence[StepKind], *, is_on: bool) -> None:
        """Turn do-not-disturb on or off for these kinds; the others stay."""
        ...

    def add_tags(self, contact_id: str, tags: Sequence[str]) -> None:
        """Add tags; his others stay."""
        ...

    def remove_tags(self, contact_id: str, tags: Sequence[str]) -> None:
        """Take these tags away; his others stay."""
        ...

    def update_fields(self, contact_id: str, values: Mapping[str, str | float]) -> None:
        """Set custom fields by their ids; the others stay."""
        ...

    def custom_fields(self) -> list[CustomField]:
        """The location's own fields of contacts."""
        ...

    def create_custom_field(self, name: str, data_type: str) -> CustomField:
        """Add a field for contacts (data types: TEXT, NUMERICAL, …)."""
        ...

    def search_contacts(self, after: Sequence[Any] | None = None, *, newest_first: bool = True) -> Page[ProviderContact]:
        """A page of all contacts, the last changed first; DND is not in it."""
        ...

    def search_opportunities(self, since: datetime | None = None, after: Sequence[Any] | None = None) -> Page[ProviderOpportunity]:
        """A page of the opportunities changed since a moment, oldest change first."""
        ...

    def pipelines(self) -> list[ProviderPipeline]:
        """The location's pipelines with their stages."""
        ...

    def users(self) -> list[ProviderUser]:
        """The people who work in the location."""
        ...

    def notes(self, contact_id: str) -> list[ProviderNote]:
        """A contact's notes."""
        ...

    def add_note(self, contact_id: str, body: str) -> ProviderNote:
        """Write a note. Not repeatable: list first."""
        ...

    def messages_since(self, since: datetime, kind: StepKind, after: str = "") -> Page[ProviderMessage]:
        """A page of everybody's messages of one kind since a moment, oldest first; `after` is the last page's cursor."""
        ...


class GhlClient:
    """The live client of one location."""

    is_live = True

    def __init__(self, wire: Wire, location_id: str, clock: Clock, *, adds_status: bool = False) -> None:
        self._wire, self._location_id, self._clock = wire, location_id, clock
        self._adds_status = adds_status  # the published schema once asked for it; a live 422 would say so
        self._company_id = ""

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    # what can't be repeated blindly

    def send(self, outgoing: Outgoing) -> SendResult:
        """Send a text message or an e-mail, or make a call task. Never raises a `ProviderError`, never tries twice."""
        if outgoing.kind is StepKind.CALL_TASK:
            return self.create_task(outgoing)
        body = _message_body(outgoing) | ({"status": "pending"} if self._adds_status else {})
        try:
            data = self._wire.call("POST", "/conversations/messages", body=body)
        except ProviderError as error:
            return self._failed(error)
        return _sent(data, outgoing)

    def create_task(self, outgoing: Outgoing) -> SendResult:
        """Put a task on a contact, as `send` does with a message."""
        due_at = outgoing.due_at or self._clock.now()
        body = {"title": outgoing.subject or "Call", "body": outgoing.body, "dueDate": _iso(due_at), "completed": False}
        if outgoing.assigned_to:
            body["assignedTo"] = outgoing.assigned_to
        try:
            data = self._wire.call("POST", f"/contacts/{_id(outgoing.contact_id)}/tasks", body=body)
        except ProviderError as error:
            return self._failed(error)
        task = reading.task_of(reading.part(data, "task"))
        return _accepted(task.task_id, task.contact_id, outgoing, data)

    def _failed(self, error: ProviderError) -> SendResult:
        state = next(state for kind, state in _STATES.items() if isinstance(error, kind))
        wait_s = error.retry_after_seconds
        if state is SendState.REFUSED and "sending limit" in error.message.lower():
            # The carrier's ramp-up: its counter begins anew at midnight UTC (CONTRACT §2).
            state, wait_s = SendState.THROTTLED, _until_midnight(self._clock.now())
        return SendResult(state=state, message=error.message, retry_after_seconds=wait_s, trace_id=error.trace_id)

    # reading

    def messages(self, contact_id: str, kind: StepKind, since: datetime, until: datetime) -> list[ProviderMessage]:
        """A contact's messages of one kind in a stretch of time, oldest first; e-mails with their HTML as body."""
        found: list[ProviderMessage] = []
        for row in self._exported(kind, since, until=until, contact_id=contact_id):
            message = reading.message_of(row)
            if message is None or message.kind is not kind or message.contact_id != contact_id:
                continue
            found += self._emails(message, row) if kind is StepKind.EMAIL else [message]
        return found

    def _exported(self, kind: StepKind, since: datetime, **asked: Any) -> Iterator[reading.Data]:
        cursor, until = None, asked.pop("until")
        for _ in range(_MOST_PAGES):
            data = self._export_page(kind, since, until=until, cursor=cursor, contact_id=asked.get("contact_id"))
            page = reading.rows(reading.part(data, "messages"), "messages") or reading.rows(data, "messages")
            yield from page
            following = reading.word(data, "nextCursor")
            if not page or not following or following == cursor:
                return
            cursor = following
        raise ProviderUnclear("GoHighLevel's list of messages does not end")

    def _export_page(
        self, kind: StepKind, since: datetime, *, until: datetime | None, cursor: str | None, contact_id: str | None
    ) -> dict[str, Any]:
        return self._wire.get(
            "/conversations/messages/export",
            locationId=self._location_id,
            contactId=contact_id,
            channel=_CHANNELS[kind],  # without it e-mails are left out
            startDate=_iso(since),
            endDate=_iso(until) if until else None,
            sortBy="createdAt",
            sortOrder="asc",
            limit=_PAGE,
            cursor=cursor,
        )

    def _emails(self, message: ProviderMessage, row: reading.Data) -> list[ProviderMessage]:
        """The list tells of an e-mail's thread; subject and HTML come one by one."""
        found = []
        for email_id in reading.email_ids(row) or (message.message_id,):
            data = self._wire.get(f"/conversations/messages/email/{_id(email_id)}")
            told = reading.part(data, "message")
            found.append(
                replace(
                    message,
                    message_id=email_id,
                    body=reading.word(told, "body", "html"),
                    status=reading.word(told, "status").lower() or message.status,
                    source=reading.word(told, "source").lower() or message.source,
                    is_inbound=(reading.word(told, "direction") or ("inbound" if message.is_inbound else "")).lower() == "inbound",
                    added_at=reading.time_of(told.get("dateAdded")) or message.added_at,
                )
            )
        return found

    def messages_since(self, since: datetime, kind: StepKind, after: str = "") -> Page[ProviderMessage]:
        """A page of everybody's messages of one kind since a moment, oldest first; `after` is the last page's cursor."""
        data = self._export_page(kind, since, until=None, cursor=after or None, contact_id=None)
        page = reading.rows(reading.part(data, "messages"), "messages") or reading.rows(data, "messages")
        found: list[ProviderMessage] = []
        for row in page:
            message = reading.message_of(row)
            if message is not None:
                found += self._emails(message, row) if kind is StepKind.EMAIL else [message]
        following = reading.word(data, "nextCursor")
        is_more = bool(page) and bool(following) and following != after
        return Page(tuple(found), int(data.get("total") or len(found)), (following,) if is_more else None)

    def tasks(self, contact_id: str) -> list[ProviderTask]:
        """A contact's tasks."""
        data = self._wire.get(f"/contacts/{_id(contact_id)}/tasks")
        return [reading.task_of(row) for row in reading.rows(data, "tasks")]

    def notes(self, contact_id: str) -> list[ProviderNote]:
        """A contact's notes."""
        data = self._wire.get(f"/contacts/{_id(contact_id)}/notes")
        return [reading.note_of(row) for row in reading.rows(data, "notes")]

    def contact(self, contact_id: str) -> ProviderContact | None:
        """A contact with his DND; None when there is none of that id."""
        try:
            data = self._wire.get(f"/contacts/{_id(contact_id)}")
        except ProviderRefused as error:
            if error.status == 404 or (error.status == 400 and "not found" in error.message.lower()):
                return None
            raise
        found = reading.contact_of(reading.part(data, "contact"))
        return found if found.contact_id else None

    def find_contact(self, *, phone: str = "", email: str = "") -> ProviderContact | None:
        """The contact with that phone or e-mail, by the location's own rule for duplicates."""
        data = self._wire.get("/contacts/search/duplicate", locationId=self._location_id, number=phone or None, email=email or None)
        found = data.get("contact")
        contact = reading.contact_of(found) if isinstance(found, Mapping) else None
        return contact if contact and contact.contact_id else None

    def search_contacts(self, after: Sequence[Any] | None = None, *, newest_first: bool = True) -> Page[ProviderContact]:
        """A page of all contacts, the last changed first; DND is not in it."""
        body: dict[str, object] = {"locationId": self._location_id, "pageLimit": _PAGE}
        if newest_first:
            body["sort"] = [{"field": "dateUpdated", "direction": "desc"}]
        if after:
            body["searchAfter"] = list(after)
        data = self._wire.call("POST", "/contacts/search", body=body)
        found = tuple(reading.contact_of(row) for row in reading.rows(data, "contacts"))
        return _page(found, data, found[-1].cursor if found else ())

    def search_opportunities(self, since: datetime | None = None, after: Sequence[Any] | None = None) -> Page[ProviderOpportunity]:
        """A page of the opportunities changed since a moment, oldest change first."""
        body: dict[str, object] = {
            "locationId": self._location_id,
            "limit": _PAGE,
            "sort": [{"field": "date_updated", "direction": "asc"}],
        }
        if since:
            body["filters"] = [{"field": "date_updated", "operator": "range", "value": {"gte": _iso(since)}}]
        if after:
            body["searchAfter"] = list(after)
        data = self._wire.call("POST", "/opportunities/search", body=body)
        found = tuple(reading.opportunity_of(row) for row in reading.rows(data, "opportunities"))
        return _page(found, data, found[-1].cursor if found else ())

    def opportunity(self, opportunity_id: str) -> ProviderOpportunity | None:
        """An opportunity; None when there is none of that id."""
        try:
            data = self._wire.get(f"/opportunities/{_id(opportunity_id)}")
        except ProviderRefused as error:
            if error.status in (400, 404):
                return None
            raise
        return reading.opportunity_of(reading.part(data, "opportunity"))

    def pipelines(self) -> list[ProviderPipeline]:
        """The location's pipelines with their stages."""
        data = self._wire.get("/opportunities/pipelines", locationId=self._location_id)
        return [reading.pipeline_of(row) for row in reading.rows(data, "pipelines")]

    def users(self) -> list[ProviderUser]:
        """The people who work in the location."""
        if not self._company_id:  # v3 lists users by company
            location = reading.part(self._wire.get(f"/locations/{_id(self._location_id)}"), "location")
            self._company_id = reading.word(location, "companyId")
        if not self._company_id:
            raise ProviderUnclear("GoHighLevel did not name the location's company")
        found: dict[str, ProviderUser] = {}
        for page in range(_MOST_PAGES):
            data = self._wire.get(
                "/users/search", companyId=self._company_id, locationId=self._location_id, skip=page * _PAGE, limit=_PAGE
            )
            new = {user.user_id: user for user in map(reading.user_of, reading.rows(data, "users")) if user.user_id not in found}
            found |= new
            if len(new) < _PAGE:
                break
        return list(found.values())

    def custom_fields(self) -> list[CustomField]:
        """The location's own fields of contacts."""
        data = self._wire.get(f"/locations/{_id(self._location_id)}/customFields", model="contact")
        return [reading.custom_field_of(row) for row in reading.rows(data, "customFields")]

    # repeatable changes

    def upsert_contact(self, fields: Mapping[str, object]) -> ProviderContact:
        """Add a contact, or complete the one the location takes for the same. Never sends tags: they would replace all of his."""
        body = {name: value for name, value in fields.items() if name in _UPSERT_FIELDS and value not in (None, "")}
        data = self._wire.call("POST", "/contacts/upsert", body={**body, "locationId": self._location_id})
        found = reading.contact_of(reading.part(data, "contact"))
        if not found.contact_id:
            raise ProviderUnclear("GoHighLevel did not name the contact it kept")
        return found

    def set_dnd(self, contact_id: str, kinds: Sequence[StepKind], *, is_on: bool) -> None:
        """Turn do-not-disturb on or off for these kinds; the others stay."""
        status = {"status": "active" if is_on else "inactive", "message": "Set by the command center", "code": ""}
        settings = {reading.DND_NAMES[kind]: status for kind in kinds}
        self._wire.call("PUT", f"/contacts/{_id(contact_id)}", body={"dndSettings": settings})

    def add_tags(self, contact_id: str, tags: Sequence[str]) -> None:
        """Add tags; his others stay."""
        self._wire.call("POST", f"/contacts/{_id(contact_id)}/tags", body={"tags": list(tags)})

    def remove_tags(self, contact_id: str, tags: Sequence[str]) -> None:
        """Take these tags away; his others stay."""
        self._wire.call("DELETE", f"/contacts/{_id(contact_id)}/tags", body={"tags": list(tags)})

    def update_fields(self, contact_id: str, values: Mapping[str, str | float]) -> None:
        """Set custom fields by their ids; the others stay."""
        rows = [{"id": field_id, "fieldValue": value} for field_id, value in values.items()]
        self._wire.call("PUT", f"/contacts/{_id(contact_id)}", body={"customFields": rows})

    def create_custom_field(self, name: str, data_type: str) -> CustomField:
        """Add a field for contacts (data types: TEXT, NUMERICAL, …)."""
        body = {"name": name, "dataType": data_type, "model": "contact"}
        data = self._wire.call("POST", f"/locations/{_id(self._location_id)}/customFields", body=body)
        return reading.custom_field_of(reading.part(data, "customField"))

    def add_note(self, contact_id: str, body: str) -> ProviderNote:
        """Write a note. Not repeatable: list first."""
        data = self._wire.call("POST", f"/contacts/{_id(contact_id)}/notes", body={"body": body})
        return reading.note_of(reading.part(data, "note"))

    def complete_task(self, contact_id: str, task_id: str, *, is_completed: bool = True) -> None:
        """Tick a task off, or open it again."""
        self._wire.call("PUT", f"/contacts/{_id(contact_id)}/tasks/{_id(task_id)}/completed", body={"completed": is_completed})


# The order matters only for readers: no class is a subclass of another.
_STATES: dict[type[ProviderError], SendState] = {
    ProviderUnavailable: SendState.NOT_SENT,
    ProviderThrottled: SendState.THROTTLED,
    ProviderUnauthorised: SendState.UNAUTHORISED,
    ProviderRefused: SendState.REFUSED,
    ProviderUnclear: SendState.UNKNOWN,
}

# `gender` is discarded there and `tags` replaces all tags, so neither is ever sent (CONTRACT §1.1).
_UPSERT_FIELDS = frozenset(
    {
        "firstName",
        "lastName",
        "email",
        "phone",
        "address1",
        "city",
        "state",
        "postalCode",
        "country",
        "timezone",
        "source",
        "assignedTo",
        "customFields",
    }
)


def _message_body(outgoing: Outgoing) -> dict[str, object]:
    """What the two kinds of message need, and nothing else: unknown properties are refused there."""
    told: dict[str, object] = {"type": _CHANNELS[outgoing.kind], "contactId": outgoing.contact_id}
    if outgoing.kind is StepKind.SMS:
        told |= {"message": outgoing.body, "fromNumber": outgoing.from_address, "toNumber": outgoing.to_address}
    else:
        told |= {"subject": outgoing.subject, "html": outgoing.html or outgoing.body, "message": outgoing.body}
        told |= {"emailFrom": outgoing.from_address, "emailTo": outgoing.to_address}
    return {name: value for name, value in told.items() if value}


def _sent(data: Mapping[str, Any], outgoing: Outgoing) -> SendResult:
    told = reading.part(data, "message")
    message_id = reading.word(told, "emailMessageId", "messageId") or reading.word(data, "emailMessageId", "messageId")
    if outgoing.kind is StepKind.SMS:
        message_id = reading.word(data, "messageId") or message_id
    status = reading.word(data, "status").lower()
    if message_id and status in _NEVER_SENT:
        words = without_personal_data(reading.word(data, "msg")) or f"GoHighLevel took the message, and says it {status}"
        return SendResult(state=SendState.REFUSED, provider_id=message_id, message=words, trace_id=reading.word(data, "traceId"))
    return _accepted(message_id, reading.word(data, "contactId"), outgoing, data)


def _accepted(provider_id: str, contact_id: str, outgoing: Outgoing, data: Mapping[str, Any]) -> SendResult:
    """A success, if the answer names what it made and doesn't speak of somebody else."""
    trace_id = reading.word(data, "traceId")
    if contact_id and contact_id != outgoing.contact_id:
        words = "GoHighLevel answered for another contact"
        return SendResult(state=SendState.UNKNOWN, message=words, trace_id=trace_id)
    if not provider_id:
        return SendResult(state=SendState.UNKNOWN, message="GoHighLevel's answer names no message", trace_id=trace_id)
    return SendResult(state=SendState.ACCEPTED, provider_id=provider_id, trace_id=trace_id)


def _page(found: tuple[_T, ...], data: Mapping[str, Any], last_cursor: tuple[Any, ...]) -> Page[_T]:
    total = data.get("total")
    n_total = int(total) if isinstance(total, (int, float)) else len(found)
    return Page(found, n_total, last_cursor if len(found) == _PAGE and last_cursor else None)


def _id(text: str) -> str:
    """An id as one part of a path, whatever is in it."""
    if not text or text in {".", ".."}:
        raise ProviderRefused("there is no GoHighLevel id to ask for")
    return quote(text, safe="")


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _until_midnight(now: datetime) -> float:
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()
