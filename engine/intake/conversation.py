"""Messages, calls and visits as other systems list them, read into interactions."""

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.intake.dates import DateOrder, read_time
from engine.intake.signals import signals_of
from engine.intake.words import read_yes_no
from engine.records import Channel, Direction, Interaction, Market

_CHANNELS = {
    "text": Channel.SMS, "txt": Channel.SMS, "imessage": Channel.SMS, "whatsapp": Channel.SMS, "mms": Channel.SMS,
    "message": Channel.SMS, "type_sms": Channel.SMS,
    "mail": Channel.EMAIL, "e-mail": Channel.EMAIL, "type_email": Channel.EMAIL,
    "phone": Channel.CALL, "phone_call": Channel.CALL, "voicemail": Channel.CALL, "voice": Channel.CALL, "type_call": Channel.CALL,
    "form": Channel.WEB, "website": Channel.WEB, "site": Channel.WEB, "chat": Channel.WEB, "live_chat": Channel.WEB,
    "inquiry": Channel.WEB, "portal": Channel.WEB,
    "meeting": Channel.APPOINTMENT, "showing": Channel.APPOINTMENT, "visit": Channel.APPOINTMENT, "tour": Channel.APPOINTMENT,
    "open_house": Channel.APPOINTMENT,
    "notes": Channel.NOTE, "comment": Channel.NOTE,
}  # fmt: skip
_CHANNELS.update({channel.value: channel for channel in Channel})
_DIRECTIONS = {
    "in": Direction.INBOUND, "incoming": Direction.INBOUND, "received": Direction.INBOUND, "from_lead": Direction.INBOUND,
    "lead": Direction.INBOUND,
    "out": Direction.OUTBOUND, "outgoing": Direction.OUTBOUND, "sent": Direction.OUTBOUND, "to_lead": Direction.OUTBOUND,
    "agent": Direction.OUTBOUND,
}  # fmt: skip
_DIRECTIONS.update({direction.value: direction for direction in Direction})
_LONGEST_BODY = 100_000


def message_interaction(body: str, at: datetime) -> Interaction:
    """What the lead wrote into a form, as an inbound message."""
    signals = signals_of(body)
    return Interaction(
        at=at,
        channel=Channel.WEB,
        direction=Direction.INBOUND,
        body=body,
        n_words=signals.n_words,
        n_questions=signals.n_questions,
        urgency=signals.urgency,
    )


def interaction_from(entry: object, seq: int, market: Market, otherwise: datetime, order: DateOrder | None) -> Interaction | str:
    """One entry of a history, or why it can't be taken. An entry without time is dated by the lead."""
    if not isinstance(entry, Mapping):
        return "an entry of the history isn't an object"
    channel = _CHANNELS.get(_word(entry, "channel", "type", "kind") or "note")
    direction = _DIRECTIONS.get(_word(entry, "direction") or "inbound")
    if channel is None or direction is None:
        return f"an entry of the history has an unknown {'channel' if channel is None else 'direction'}"
    at = _time(entry, market, otherwise, order)
    if at is None:
        return "an entry of the history has a time that can't be read"
    body = str(entry.get("body") or entry.get("text") or entry.get("message") or "").replace("\x00", "").strip()[:_LONGEST_BODY]
    body = body.encode("utf-8", errors="ignore").decode("utf-8")
    signals = signals_of(body)
    kept = entry.get("was_kept")
    return Interaction(
        at=at,
        channel=channel,
        direction=direction,
        body=body,
        seq=seq,
        is_automated=read_yes_no(str(entry.get("is_automated") or "no")) is True,
        was_kept=None if kept is None else read_yes_no("yes" if kept is True else "no" if kept is False else str(kept)),
        n_words=signals.n_words,
        n_questions=signals.n_questions,
        urgency=signals.urgency,
    )


def _word(entry: Mapping[object, object], *names: str) -> str:
    value = next((entry[name] for name in names if entry.get(name)), "")
    return str(value).strip().lower().replace(" ", "_")


def _time(entry: Mapping[object, object], market: Market, otherwise: datetime, order: DateOrder | None) -> datetime | None:
    value = next((entry[name] for name in ("at", "timestamp", "date", "time", "created_at") if entry.get(name)), None)
    if value is None:
        return otherwise
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else read_time(value.isoformat(), market.time_zone, order)
    return read_time(str(value).strip(), market.time_zone, order)
