"""A lead's story and state as marks: lines of the timeline, consent, a band set by hand, the routing trace."""

from engine.records import Channel, Direction, Interaction
from engine.records.inbox import Routing
from engine.views import JudgedOverride, StoryEntry
from pages import marks, ui, words

_DID = {
    Channel.SMS: "text",
    Channel.EMAIL: "e-mail",
    Channel.CALL: "call",
    Channel.WEB: "visit to the site",
    Channel.APPOINTMENT: "appointment",
    Channel.NOTE: "note",
}
_CONSENT = {
    "given": ("Consent on file", "money", "He agreed to be texted or written to; the proof stands with his consent"),
    "unknown": ("No consent on file", "warm", "A person may call; nothing automatic is texted or written"),
    "opted_out": ("Opted out", "hot", "He asked not to be contacted"),
}
_VERDICTS = {
    "person": "the person was right",
    "model": "the model was right",
    "both": "both said the same",
    "open": "not decided yet",
}


def entry(line: StoryEntry) -> str:
    """One line of the story."""
    if line.message is not None:
        return _message(line.message)
    who = f"{marks.text(line.who)} " if line.who else ""
    detail = f" {marks.text(line.detail)}" if line.detail else ""
    return f'<li class="jc-did"><b>{who}{marks.text(line.what)}{detail}</b>{_when(line.at)}</li>'


def consent_chip(consent: str, *, is_paused: bool = False) -> str:
    """What may go out to him by itself."""
    label, kind, title = _CONSENT[consent]
    paused = marks.chip("Follow-up paused", "info", "Nothing automatic goes out until a person resumes it") if is_paused else ""
    return marks.chip(label, kind, title) + paused


def override_line(one: JudgedOverride) -> str:
    """A person's band beside the model's, how long it holds, and who was right."""
    theirs = one.override
    state = f"until {words.day(theirs.expires_at.astimezone(ui.office()).date())}" if one.holds else _VERDICTS[one.verdict]
    return (
        f"<li><b>{marks.text(one.who)}: {marks.band(theirs.band)}</b> beside the model’s {marks.band(theirs.model_band)} "
        f'({words.rate(theirs.model_probability)})<span class="jc-when">{marks.text(state)}</span>'
        f"<p>{marks.text(theirs.reason)}</p></li>"
    )


def trace(hop: Routing, names: dict[int, str]) -> str:
    """One hop with every rule: why it matched or was skipped."""
    given = names.get(hop.given_to or 0, "nobody")
    rows = "".join(
        f'<li class="{"jc-yes" if step.has_matched else "jc-no"}"><b>{marks.text(step.rule or "End")}</b> {marks.text(step.why)}</li>'
        for step in hop.steps
    )
    on = {"new": "came in", "idle": "lay untouched", "by_hand": "sent by hand"}.get(hop.occasion, hop.occasion)
    return f'<div class="jc-hop"><b>To {marks.text(given)}</b>{_when(hop.at)}<span class="jc-sub">{on}</span><ul>{rows}</ul></div>'


def _message(event: Interaction) -> str:
    is_inbound = event.direction is Direction.INBOUND
    who = "" if event.channel is Channel.NOTE else "Lead’s " if is_inbound else "Our "
    auto = " · automatic" if event.is_automated else ""
    body = f"<p>{marks.text(event.body)}</p>" if event.body else ""
    what = marks.text((who + _DID[event.channel]).capitalize())
    return f'<li class="{"jc-in" if is_inbound else "jc-out"}"><b>{what}</b>{_when(event.at, auto)}{body}</li>'


def _when(at: object, more: str = "") -> str:
    return f'<span class="jc-when" title="{marks.text(ui.local_time(at))}">{words.ago(at, ui.now())}{more}</span>'  # type: ignore[arg-type]
