"""GoHighLevel's answers as records, whatever their form: both casings, nested or flat, fields that are missing.

The provider changes its payloads without notice; a form unknown here reads as "not said", never as an answer.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.records.follow_up import ProviderMessage, StepKind
from engine.records.ghl import (
    CustomField,
    ProviderAppointment,
    ProviderContact,
    ProviderNote,
    ProviderOpportunity,
    ProviderPipeline,
    ProviderStage,
    ProviderTask,
    ProviderUser,
)

Data = Mapping[str, Any]
DND_NAMES: dict[StepKind, str] = {StepKind.SMS: "sms", StepKind.EMAIL: "email", StepKind.CALL_TASK: "call"}
_BLOCKED = frozenset({"active", "permanent"})
_MOST_CENTS = 10**15


def word(data: Data, *names: str) -> str:
    """The first of these fields that holds text or a number, as text; names are tried in camelCase and in snake_case."""
    for name in names:
        value = _get(data, name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
    return ""


def part(data: object, name: str) -> Data:
    """The object under that name, or the data itself when it isn't wrapped."""
    if not isinstance(data, Mapping):
        return {}
    inner = _get(data, name)
    return inner if isinstance(inner, Mapping) else data


def rows(data: object, *names: str) -> list[Data]:
    """The list of objects under the first of these names that holds one."""
    if isinstance(data, Mapping):
        for name in names:
            found = _get(data, name)
            if isinstance(found, list):
                return [row for row in found if isinstance(row, Mapping)]
    return []


def time_of(value: object) -> datetime | None:
    """A time as the provider writes it: ISO text, or seconds or milliseconds since 1970."""
    try:
        if isinstance(value, str) and value and not value.strip().isdigit():
            read = datetime.fromisoformat(value.strip())
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
            number = float(value)
            return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def contact_of(data: Data) -> ProviderContact:
    """A contact."""
    name = word(data, "name", "contactName", "fullNameLowerCase").split(" ", 1)
    first, last = word(data, "firstName"), word(data, "lastName")
    if not first and not last:
        first, last = name[0], name[1] if len(name) > 1 else ""
    return ProviderContact(
        contact_id=word(data, "id", "contactId"),
        first_name=first,
        last_name=last,
        phone=word(data, "phone"),
        email=word(data, "email"),
        source=word(data, "source"),
        street=word(data, "address1"),
        city=word(data, "city"),
        state=word(data, "state"),
        zip_code=word(data, "postalCode"),
        country=word(data, "country"),
        time_zone=word(data, "timezone"),
        assigned_to=word(data, "assignedTo"),
        tags=_texts(_get(data, "tags")),
        custom_fields=_custom_values(_get(data, "customFields") or _get(data, "customField")),
        dnd_kinds=dnd_of(data),
        added_at=time_of(_get(data, "dateAdded")),
        updated_at=time_of(_get(data, "dateUpdated")),
        cursor=_cursor(data),
    )


def dnd_of(data: Data) -> frozenset[StepKind] | None:
    """The kinds that are off for this contact; None when the answer says nothing of it (searches leave it out)."""
    general, settings = _get(data, "dnd"), _get(data, "dndSettings")
    if general is None and not isinstance(settings, Mapping):
        return None
    by_name = {str(name).lower(): value for name, value in settings.items()} if isinstance(settings, Mapping) else {}
    off = {kind for kind, name in DND_NAMES.items() if _is_blocked(by_name.get(name))}
    # A general DND with no word on channels means all of them; with channels, those (live payloads set both).
    if general is True and not any(_says(by_name.get(name)) for name in DND_NAMES.values()):
        off = set(StepKind)
    return frozenset(off)


def _is_blocked(setting: object) -> bool:
    status = setting.get("status") if isinstance(setting, Mapping) else setting
    return status is True or str(status).lower() in _BLOCKED


def _says(setting: object) -> bool:
    return isinstance(setting, bool) or (isinstance(setting, Mapping) and "status" in setting)


def opportunity_of(data: Data) -> ProviderOpportunity:
    """An opportunity."""
    contact = _get(data, "contact")
    closes = time_of(_get(data, "forecastExpectedCloseDate"))
    return ProviderOpportunity(
        opportunity_id=word(data, "id", "opportunityId"),
        contact_id=word(data, "contactId") or (word(contact, "id") if isinstance(contact, Mapping) else ""),
        name=word(data, "name"),
        pipeline_id=word(data, "pipelineId"),
        stage_id=word(data, "pipelineStageId"),
        status=word(data, "status").lower(),
        value_cents=cents_of(_get(data, "monetaryValue")),
        source=word(data, "source"),
        assigned_to=word(data, "assignedTo"),
        closes_on=_day(closes),
        added_at=time_of(_get(data, "createdAt") or _get(data, "dateAdded")),
        updated_at=time_of(_get(data, "updatedAt") or _get(data, "dateUpdated")),
        cursor=_cursor(data),
    )


def cents_of(value: object) -> int | None:
    """A plain number of dollars as whole cents, exactly; None when it is no such number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        cents = Decimal(str(value)) * 100
        return int(cents.to_integral_value()) if cents.is_finite() and 0 <= cents < _MOST_CENTS else None
    except InvalidOperation:
        return None


def message_of(data: Data) -> ProviderMessage | None:
    """A text message or e-mail; None for calls, activities and other kinds."""
    kind = kind_of(word(data, "messageTypeString") or word(data, "messageType", "type"))
    added_at = time_of(_get(data, "dateAdded"))
    if kind is None or added_at is None:
        return None
    return ProviderMessage(
        message_id=word(data, "messageId", "id", "emailMessageId"),
        contact_id=word(data, "contactId"),
        kind=kind,
        is_inbound=word(data, "direction").lower() == "inbound",
        body=word(data, "body", "message"),
        status=word(data, "status").lower(),
        source=word(data, "source").lower(),
        added_at=added_at,
    )


def kind_of(message_type: str) -> StepKind | None:
    """The step kind of one of the provider's message types (TYPE_SMS, "Email", TYPE_CAMPAIGN_SMS, 2, …): an open list there."""
    name = message_type.upper().removeprefix("TYPE_").replace("CAMPAIGN_", "").replace("CUSTOM_", "").replace("PROVIDER_", "")
    if name in {
        "SMS",
        "2",
        "RCS",
        "SMS_REVIEW_REQUEST",
        "SMS_NO_SHOW_REQUEST",
        "SMS_REACTION",
        "MANUAL_SMS",
        "WHATSAPP",
        "WEBCHAT",
    }:
        return StepKind.SMS
    if name in {"EMAIL", "3"}:
        return StepKind.EMAIL
    if name in {"CALL", "1", "VOICEMAIL", "IVR_CALL", "MANUAL_CALL"}:
        return StepKind.CALL_TASK
    return None


def email_ids(data: Data) -> tuple[str, ...]:
    """The e-mails behind a listed message, whose bodies must be fetched one by one."""
    meta = _get(data, "meta")
    email = _get(meta, "email") if isinstance(meta, Mapping) else None
    return _texts(_get(email, "messageIds")) if isinstance(email, Mapping) else ()


def task_of(data: Data) -> ProviderTask:
    """A task."""
    return ProviderTask(
        task_id=word(data, "id", "_id"),
        contact_id=word(data, "contactId"),
        title=word(data, "title"),
        body=word(data, "body", "description"),
        assigned_to=word(data, "assignedTo"),
        due_at=time_of(_get(data, "dueDate")),
        is_completed=_get(data, "completed") is True,
    )


def note_of(data: Data) -> ProviderNote:
    """A note."""
    return ProviderNote(
        note_id=word(data, "id", "_id"),
        contact_id=word(data, "contactId"),
        body=word(data, "body", "bodyText"),
        added_at=time_of(_get(data, "dateAdded")),
    )


def appointment_of(data: Data) -> ProviderAppointment:
    """An appointment."""
    return ProviderAppointment(
        appointment_id=word(data, "id"),
        contact_id=word(data, "contactId"),
        status=word(data, "appointmentStatus", "appoinmentStatus", "status").lower(),
        title=word(data, "title"),
        starts_at=time_of(_get(data, "startTime")),
        ends_at=time_of(_get(data, "endTime")),
    )


def pipeline_of(data: Data) -> ProviderPipeline:
    """A pipeline with its stages in order."""
    stages = [
        ProviderStage(stage_id=word(row, "id"), name=word(row, "name"), position=int(_get(row, "position") or place))
        for place, row in enumerate(rows(data, "stages"))
    ]
    ordered = tuple(sorted(stages, key=lambda stage: stage.position))
    return ProviderPipeline(pipeline_id=word(data, "id"), name=word(data, "name"), stages=ordered)


def user_of(data: Data) -> ProviderUser:
    """A user."""
    name = word(data, "name") or f"{word(data, 'firstName')} {word(data, 'lastName')}".strip()
    return ProviderUser(user_id=word(data, "id"), name=name, email=word(data, "email"))


def custom_field_of(data: Data) -> CustomField:
    """A custom field's definition."""
    return CustomField(
        field_id=word(data, "id"), name=word(data, "name"), key=word(data, "fieldKey", "key"), data_type=word(data, "dataType")
    )


def _get(data: Data, name: str) -> Any:
    value = data.get(name)
    if value is None:
        value = data.get("".join(f"_{char.lower()}" if char.isupper() else char for char in name))
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping)):
        return ()
    return tuple(dict.fromkeys(str(one).strip() for one in value if isinstance(one, (str, int)) and str(one).strip()))


def _custom_values(value: object) -> dict[str, str]:
    """Values by the field's id; those of several parts are joined with commas, files and other objects are left out."""
    found: dict[str, str] = {}
    for row in rows({"rows": value}, "rows"):
        told = next((_get(row, name) for name in ("value", "fieldValue", "fieldValueString") if _get(row, name) is not None), None)
        if isinstance(told, list):
            told = ", ".join(str(one) for one in told if isinstance(one, (str, int, float)))
        field_id = word(row, "id")
        if field_id and isinstance(told, (str, int, float)):
            found[field_id] = str(told)
    return found


def _cursor(data: Data) -> tuple[Any, ...]:
    value = _get(data, "searchAfter") or _get(data, "sort")
    return tuple(value) if isinstance(value, list) else ()


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None
