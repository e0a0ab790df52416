"""What GoHighLevel knows, as plain, frozen records: contacts, opportunities, pipelines, tasks, notes, users, and its events.

Everything that other code may rely on is read into fields; what is missing there is empty here, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from engine.records.follow_up import ProviderMessage, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderContact:
    """A contact as the provider has it. `dnd_kinds` are the ways he may not be written to or called, with all of them for a general DND."""

    contact_id: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    source: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    country: str = ""
    time_zone: str = ""
    assigned_to: str = ""  # the provider's user id
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, str] = field(default_factory=dict)  # by the field's id
    dnd_kinds: frozenset[StepKind] | None = None  # None: the answer didn't say
    added_at: datetime | None = None
    updated_at: datetime | None = None
    cursor: tuple[Any, ...] = ()  # where the search goes on after this one


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOpportunity:
    """An opportunity as the provider has it. Its value has no currency there; the office's is dollars."""

    opportunity_id: str
    contact_id: str
    name: str = ""
    pipeline_id: str = ""
    stage_id: str = ""
    status: str = ""  # open, won, lost, abandoned
    value_cents: int | None = None
    source: str = ""
    assigned_to: str = ""
    closes_on: date | None = None
    added_at: datetime | None = None
    updated_at: datetime | None = None
    cursor: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStage:
    """A stage of a pipeline there, in the order shown."""

    stage_id: str
    name: str
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPipeline:
    """A pipeline there, with its stages."""

    pipeline_id: str
    name: str
    stages: tuple[ProviderStage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderUser:
    """A person who works in the location."""

    user_id: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTask:
    """A task on a contact."""

    task_id: str
    contact_id: str = ""
    title: str = ""
    body: str = ""
    assigned_to: str = ""
    due_at: datetime | None = None
    is_completed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNote:
    """A note on a contact."""

    note_id: str
    contact_id: str = ""
    body: str = ""
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A field that the location added to contacts or opportunities."""

    field_id: str
    name: str
    key: str = ""
    data_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAppointment:
    """An appointment as an event tells it."""

    appointment_id: str
    contact_id: str
    status: str = ""
    title: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailStat:
    """What became of an e-mail, by the mail service: event, recipient and the mail's own id; no id of the provider's."""

    event: str  # delivered, opened, clicked, complained, unsubscribed, failed …
    recipient: str
    mail_id: str = ""
    is_permanent: bool = False  # of a failure
    at: datetime | None = None


class EventKind(StrEnum):
    """What an event of the provider is about."""

    CONTACT = "contact"
    CONTACT_DELETED = "contact_deleted"
    DND = "dnd"
    MESSAGE = "message"
    OPPORTUNITY = "opportunity"
    OPPORTUNITY_DELETED = "opportunity_deleted"
    APPOINTMENT = "appointment"
    APPOINTMENT_DELETED = "appointment_deleted"
    TASK = "task"
    TASK_DELETED = "task_deleted"
    NOTE = "note"
    NOTE_DELETED = "note_deleted"
    EMAIL_STAT = "email_stat"
    OTHER = "other"  # kept as it came


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """One event as the provider sent it: `name` in its words, one of the subjects read, `raw` as it came."""

    event_id: str  # the same however often it is sent
    name: str
    kind: EventKind
    location_id: str = ""
    at: datetime | None = None  # when it was sent
    contact: ProviderContact | None = None
    message: ProviderMessage | None = None
    opportunity: ProviderOpportunity | None = None
    appointment: ProviderAppointment | None = None
    task: ProviderTask | None = None
    note: ProviderNote | None = None
    email_stat: EmailStat | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def contact_id(self) -> str:
        """The contact it is about, empty when it names none."""
        subjects = (self.contact, self.message, self.opportunity, self.appointment, self.task, self.note)
        return next((one.contact_id for one in subjects if one is not None and one.contact_id), "")
