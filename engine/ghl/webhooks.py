"""GoHighLevel's webhooks: is it really theirs, and what does it say? Pure functions over the raw body; nothing is kept here.

Events come late, twice and out of order, and the official examples contradict themselves, so a reader must ask the ledger what
it knows already. What can't be read is kept as it came.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from engine.errors import ConfigurationError
from engine.ghl import reading
from engine.records.follow_up import ProviderMessage
from engine.records.ghl import EmailStat, EventKind, ProviderEvent

# HighLevel's public keys, as their marketplace guide "Webhook Authentication" prints them (read 2026-06). Rotation is announced by
# mail, not by an endpoint: JORGE_GHL_WEBHOOK_KEYS replaces them.
HIGHLEVEL_ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=
-----END PUBLIC KEY-----
"""
HIGHLEVEL_RSA = """-----BEGIN PUBLIC KEY-----
MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAokvo/r9tVgcfZ5DysOSC
Frm602qYV0MaAiNnX9O8KxMbiyRKWeL9JpCpVpt4XHIcBOK4u3cLSqJGOLaPuXw6
dO0t6Q/ZVdAV5Phz+ZtzPL16iCGeK9po6D6JHBpbi989mmzMryUnQJezlYJ3DVfB
csedpinheNnyYeFXolrJvcsjDtfAeRx5ByHQmTnSdFUzuAnC9/GepgLT9SM4nCpv
uxmZMxrJt5Rw+VUaQ9B8JSvbMPpez4peKaJPZHBbU3OdeCVx5klVXXZQGNHOs8gF
3kvoV5rTnXV0IknLBXlcKKAQLZcY/Q9rG6Ifi9c+5vqlvHPCUJFT5XUGG5RKgOKU
J062fRtN+rLYZUV+BjafxQauvC8wSWeYja63VSUruvmNj8xkx2zE/Juc+yjLjTXp
IocmaiFeAO6fUtNjDeFVkhf5LNb59vECyrHD2SQIrhgXpO4Q3dVNA5rw576PwTzN
h/AMfHKIjE4xQA1SZuYJmNnmVZLIZBlQAF9Ntd03rfadZ+yDiOXCCs9FkHibELhC
HULgCsnuDJHcrGNd5/Ddm5hxGQ0ASitgHeMZ0kcIOwKDOzOU53lDza6/Y09T7sYJ
PQe7z0cvj7aE4B+Ax1ZoZGPzpJlZtGXCsu9aTEGEnKzmsFqwcSsnw3JB31IGKAyk
T1hhTiaCeIY/OwwwNUY2yvcCAwEAAQ==
-----END PUBLIC KEY-----
"""

WINDOW = timedelta(hours=24)  # a 429 makes them send the same body again for over an hour, so their five minutes would lose events
_AHEAD = timedelta(minutes=10)  # their clock may run before ours
_CURRENT, _LEGACY = "x-ghl-signature", "x-wh-signature"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys whose signatures are accepted; several while one replaces another. RSA only if the legacy way is switched on."""

    ed25519: tuple[Ed25519PublicKey, ...]
    rsa: tuple[RSAPublicKey, ...] = ()


def read_keys(files: str, *, accepts_legacy: bool = False) -> Keys:
    """The keys in these PEM files (separated by commas), HighLevel's own for none. Raises `ConfigurationError` naming the file."""
    pems = []
    for name in filter(None, (part.strip() for part in files.split(","))):
        try:
            pems.append(Path(name).read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"JORGE_GHL_WEBHOOK_KEYS: the key file {name} can't be read") from error
    return keys_from(pems or (HIGHLEVEL_ED25519, HIGHLEVEL_RSA), accepts_legacy=accepts_legacy)


def keys_from(pems: Sequence[str], *, accepts_legacy: bool = False) -> Keys:
    """The keys in these PEM texts, by kind; a text may hold several."""
    current, legacy = [], []
    for pem in (f"{part}-----END PUBLIC KEY-----\n" for text in pems for part in text.split("-----END PUBLIC KEY-----")[:-1]):
        try:
            key = load_pem_public_key(pem.strip().encode())
        except ValueError as error:
            raise ConfigurationError("JORGE_GHL_WEBHOOK_KEYS holds a key that can't be read") from error
        if isinstance(key, Ed25519PublicKey):
            current.append(key)
        elif isinstance(key, RSAPublicKey):
            legacy.append(key)
        else:
            raise ConfigurationError("JORGE_GHL_WEBHOOK_KEYS holds a key that is neither Ed25519 nor RSA")
    if not current and not (legacy and accepts_legacy):
        raise ConfigurationError("JORGE_GHL_WEBHOOK_KEYS holds no key that webhooks could be checked with")
    return Keys(tuple(current), tuple(legacy) if accepts_legacy else ())


def is_signed(raw: bytes, headers: Mapping[str, str], keys: Keys) -> bool:
    """Whether the exact raw body carries a signature of one of the keys. A missing one, or the text `N/A`, is none."""
    told = {name.lower(): value for name, value in headers.items()}
    current, legacy = _signature(told.get(_CURRENT)), _signature(told.get(_LEGACY))
    if current is not None:
        return any(_verifies(key, current, raw) for key in keys.ed25519)
    return legacy is not None and any(_verifies_rsa(key, legacy, raw) for key in keys.rsa)


def is_timely(event: ProviderEvent, now: datetime) -> bool:
    """Whether it was sent within the last 24 hours. One that names no time counts as timely: its id then guards against repeats."""
    return event.at is None or now - WINDOW <= event.at <= now + _AHEAD


def parse(raw: bytes, *, received_at: datetime | None = None) -> ProviderEvent:
    """What a body says. Never raises: what can't be read comes back as an event of kind `other`, as it came.

    A message that names no time that can be read is taken as written when it was received: it may say stop.
    """
    event_id = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return ProviderEvent(
            event_id=event_id, name="", kind=EventKind.OTHER, raw={"text": raw.decode("utf-8", "replace")[:10_000]}
        )
    inner = data.get("data")
    fields = {**data, **inner} if isinstance(inner, dict) else data  # the guide shows a nested form, live ones are flat
    event = ProviderEvent(
        event_id=reading.word(data, "webhookId") or event_id,
        name=reading.word(data, "type"),
        kind=EventKind.OTHER,
        location_id=reading.word(fields, "locationId"),
        at=reading.time_of(data.get("timestamp")),
        raw=data,
    )
    if received_at and reading.time_of(fields.get("timestamp")) is None:
        fields = {**fields, "timestamp": received_at.isoformat()}
    return _with_subject(event, fields)


def content_key(event: ProviderEvent) -> str:
    """The same for events that say the same of the same thing: one change there comes as two or three events here."""
    left_out = {"type", "timestamp", "webhookId", "versionId", "appId", "deliveryId"}
    content = json.dumps({name: value for name, value in event.raw.items() if name not in left_out}, sort_keys=True)
    return f"{event.kind.value}:{hashlib.sha256(content.encode()).hexdigest()}"


def _with_subject(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderEvent:
    read = next((read for prefix, read in _READERS.items() if event.name.startswith(prefix)), None)
    return read(event, fields) if read else event


def _contact_event(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderEvent:
    contact = reading.contact_of(fields)
    kind = {"ContactDelete": EventKind.CONTACT_DELETED, "ContactDndUpdate": EventKind.DND}.get(event.name, EventKind.CONTACT)
    return replace(event, kind=kind, contact=contact) if contact.contact_id else event


def _message_event(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderEvent:
    message = _message(event, fields)
    return replace(event, kind=EventKind.MESSAGE, message=message) if message else event


def _opportunity_event(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderEvent:
    kind = EventKind.OPPORTUNITY_DELETED if event.name.endswith("Delete") else EventKind.OPPORTUNITY
    return replace(event, kind=kind, opportunity=reading.opportunity_of(fields))


def _appointment_event(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderEvent:
    kind = EventKind.APPOINTMENT_DELETED if event.name.endswith("Delete") else EventKind.APPOINTMENT
    return replace(event, kind=kind, appointment=reading.appointment_of(reading.part(fields, "appointment")))


def _task_event(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderEvent:
    task = reading.task_of(fields)
    kind = EventKind.TASK_DELETED if event.name.endswith("Delete") else EventKind.TASK
    return replace(event, kind=kind, task=replace(task, is_completed=task.is_completed or event.name == "TaskComplete"))


def _note_event(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderEvent:
    kind = EventKind.NOTE_DELETED if event.name.endswith("Delete") else EventKind.NOTE
    return replace(event, kind=kind, note=reading.note_of(fields))


def _email_event(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderEvent:
    stat = _email_stat(fields.get("webhookPayload"))
    return replace(event, kind=EventKind.EMAIL_STAT, email_stat=stat) if stat else event


_READERS: dict[str, Callable[[ProviderEvent, Mapping[str, Any]], ProviderEvent]] = {
    "Contact": _contact_event,
    "InboundMessage": _message_event,
    "OutboundMessage": _message_event,
    "Opportunity": _opportunity_event,
    "Appointment": _appointment_event,
    "Task": _task_event,
    "Note": _note_event,
    "LCEmailStats": _email_event,
}


def _message(event: ProviderEvent, fields: Mapping[str, Any]) -> ProviderMessage | None:
    """A message; inbound when either the type or the direction says so: a text taken for ours would be an opt-out unheard."""
    named = fields.get("dateAdded")
    added = named if reading.time_of(named) else fields.get("timestamp")
    message = reading.message_of({**{key: fields[key] for key in fields if key != "type"}, "dateAdded": added})
    if message is None:
        return None
    is_inbound = message.is_inbound or event.name == "InboundMessage"
    # The documented text messages name no id; the event's own then stands in.
    return replace(message, is_inbound=is_inbound, message_id=message.message_id or f"event:{event.event_id}")


def _email_stat(payload: object) -> EmailStat | None:
    """The mail service's report, in its own hyphenated words."""
    if not isinstance(payload, Mapping) or not payload.get("event"):
        return None
    message = payload.get("message")
    headers = message.get("headers") if isinstance(message, Mapping) else None
    status = payload.get("delivery-status")
    code = status.get("code") if isinstance(status, Mapping) else None
    is_hard = isinstance(code, int) and 500 <= code < 600
    return EmailStat(
        event=str(payload["event"]).lower(),
        recipient=str(payload.get("recipient") or "").lower(),
        mail_id=str(headers.get("message-id") or "") if isinstance(headers, Mapping) else "",
        is_permanent=str(payload.get("severity") or "").lower() == "permanent" or is_hard,
        at=reading.time_of(payload.get("timestamp")),
    )


def _signature(header: str | None) -> bytes | None:
    if not header or header.strip().upper() == "N/A":
        return None
    try:
        return base64.b64decode(header.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _verifies(key: Ed25519PublicKey, signature: bytes, raw: bytes) -> bool:
    try:
        key.verify(signature, raw)
    except InvalidSignature:
        return False
    return True


def _verifies_rsa(key: RSAPublicKey, signature: bytes, raw: bytes) -> bool:
    try:
        key.verify(signature, raw, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
