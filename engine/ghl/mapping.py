"""From GoHighLevel's contacts and opportunities to what the one normaliser reads, and from scores to the tags and fields there.

A contact becomes the same payload that a row of a file does: `engine.intake.lead_from` gives both their meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from engine.intake.fields import field_named
from engine.intake.stages import read_stage
from engine.records import Band, Channel, Deal, Score, Stage
from engine.records.follow_up import ProviderMessage, StepKind
from engine.records.ghl import CustomField, ProviderContact, ProviderOpportunity, ProviderPipeline, ProviderUser

OUR_TAG = "jorge: "  # every tag of ours begins like this; no other is ever taken away
SCORE_FIELD, BAND_FIELD, REASON_FIELD, PRICE_FIELD = "Jorge score", "Jorge band", "Jorge reasons", "Jorge price estimate"
OUR_FIELDS: dict[str, str] = {SCORE_FIELD: "NUMERICAL", BAND_FIELD: "TEXT", REASON_FIELD: "LARGE_TEXT", PRICE_FIELD: "MONETORY"}
BAND_TAGS: dict[Band, str] = {band: f"{OUR_TAG}{band.value}" for band in Band}
# A custom field may say what the contact's own fields don't; those never come from one.
_OWN_FIELDS = frozenset(
    {"first_name", "last_name", "name", "phone", "email", "source", "street", "city", "state", "zip_code", "country"}
    | {"created_at", "assigned_to", "tags", "external_id"}
)
_SURE = 0.9
CHANNELS: dict[StepKind, Channel] = {
    StepKind.SMS: Channel.SMS,
    StepKind.EMAIL: Channel.EMAIL,
    StepKind.CALL_TASK: Channel.CALL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The location's own vocabulary: what its ids stand for."""

    fields: Mapping[str, CustomField] = field(default_factory=dict)
    pipelines: Mapping[str, ProviderPipeline] = field(default_factory=dict)
    users: Mapping[str, ProviderUser] = field(default_factory=dict)


def payload_of(contact: ProviderContact, frame: Frame) -> dict[str, object]:
    """What a contact says of a lead, by the names of `engine.intake.FIELDS`."""
    user = frame.users.get(contact.assigned_to)
    told: dict[str, object] = {
        "external_id": contact.contact_id,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone": contact.phone,
        "email": contact.email,
        "source": contact.source,
        "street": contact.street,
        "city": contact.city,
        "state": contact.state,
        "zip_code": contact.zip_code,
        "country": contact.country,
        "created_at": contact.added_at,
        "assigned_to": user.name if user else "",
        "tags": "; ".join(tag.replace(";", ",") for tag in contact.tags if not tag.lower().startswith(OUR_TAG)),
    }
    extra: dict[str, str] = {}
    for field_id, value in contact.custom_fields.items():
        known = frame.fields.get(field_id)
        if known is None or not value or known.name in OUR_FIELDS:
            continue  # a field that isn't known yet: synchronising asks for its name and reads the contact again
        name = known.name
        found = field_named(name)
        if found and found[1] >= _SURE and found[0] not in _OWN_FIELDS and not told.get(found[0]):
            told[found[0]] = value
        else:
            extra[name] = value
    return {name: value for name, value in told.items() if value} | ({"extra": extra} if extra else {})


def deal_of(opportunity: ProviderOpportunity, frame: Frame) -> tuple[Deal, str]:
    """What an opportunity says of a deal, and in words what had to be assumed (empty: nothing)."""
    pipeline = frame.pipelines.get(opportunity.pipeline_id)
    stages = {stage.stage_id: stage.name for stage in pipeline.stages} if pipeline else {}
    name = stages.get(opportunity.stage_id, "")
    stage, assumed = _stage_of(opportunity.status, name)
    price = opportunity.value_cents or None  # 0 there means that nobody said
    return Deal(stage=stage, price_cents=price, closes_on=opportunity.closes_on, name=opportunity.name), assumed


def _stage_of(status: str, name: str) -> tuple[Stage, str]:
    if status == "won":
        return Stage.CLOSED, ""
    if status in ("lost", "abandoned"):
        return Stage.LOST, ""
    stage = read_stage(name) if name else None
    if stage is None:
        return Stage.ACTIVE, f"GoHighLevel's stage '{name or '?'}' isn't one we know; taken as active"
    # An open opportunity in a stage called "Closed" is still open there.
    return (Stage.UNDER_CONTRACT if stage is Stage.CLOSED else stage), ""


def values_of(score: Score) -> dict[str, str | float]:
    """What is written to our custom fields, by their names. Reasons are the model's own words, without the person's."""
    reasons = "; ".join(reason.text for reason in score.reasons_for[:3])
    told: dict[str, str | float] = {SCORE_FIELD: score.score, BAND_FIELD: score.band.value, REASON_FIELD: reasons}
    if score.price is not None:
        told[PRICE_FIELD] = round(score.price.p50_cents / 100)
    return told


def body_of(message: ProviderMessage) -> str:
    """A message as text: an e-mail's HTML without its tags, and without what it quotes of ours."""
    if message.kind is not StepKind.EMAIL:
        return message.body
    reader = _Text()
    reader.feed(message.body)
    reader.close()
    text = "\n".join(line.strip() for line in "".join(reader.parts).splitlines())
    lines = _QUOTED.split(text, maxsplit=1)[0].splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if not line.startswith(">"))).strip()


# Where a reply ends and what it answers begins: our own footer's "unsubscribe" must not be heard as theirs.
_QUOTED = re.compile(
    r"^(?:On .{4,120}\bwrote:|-{2,} ?Original Message ?-{2,}|_{10,}|From: .+@.+)\s*$", re.MULTILINE | re.IGNORECASE
)
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "blockquote"})
_SILENT = frozenset({"style", "script", "head", "blockquote"})


class _Text(HTMLParser):
    """The words of an HTML body; quoted blocks and styles are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")
        classes = dict(attrs).get("class") or ""
        if tag in _SILENT or (tag == "div" and "gmail_quote" in classes):
            self._silent.append(tag)
        elif self._silent and tag == self._silent[-1]:
            self._silent.append(tag)  # nested: its end isn't the quote's end

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
