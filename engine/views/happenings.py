"""What just happened in the office, for the first page: who did what to which lead."""

from dataclasses import dataclass
from datetime import datetime

from engine.access import Actor, scope_of
from engine.runtime import Engine
from engine.store import people
from engine.store.happenings import newest_happenings

_WORDS = {
    "add_lead": "added",
    "complete_lead": "completed",
    "claim_lead": "took",
    "assign_lead": "handed over",
    "outbound_call": "called",
    "outbound_sms": "texted",
    "outbound_email": "wrote to",
    "outbound_note": "noted something about",
    "outbound_appointment": "met",
    "open_deal": "opened a deal for",
    "move_stage": "moved the deal of",
    "import": "imported",
}
_FROM_THE_LEAD = {
    "inbound_sms": "texted",
    "inbound_email": "wrote an e-mail",
    "inbound_call": "called",
    "inbound_web": "came to the site",
    "inbound_appointment": "came by",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One line: `who` did `what` to `whom`; `more` says what came of it. `lead_id` is None when it was not about one lead."""

    at: datetime
    who: str
    what: str
    whom: str
    more: str
    lead_id: int | None


def news(engine: Engine, actor: Actor, *, limit: int = 10) -> tuple[News, ...]:
    """The newest things that happened, within what the person may see."""
    with engine.ledger.read() as connection:
        found = newest_happenings(connection, [*_WORDS, *_FROM_THE_LEAD], agents=scope_of(actor).agents, limit=limit)
        names = people.names(connection)
    lines = []
    for event in found:
        is_from_lead = event.action in _FROM_THE_LEAD
        lines.append(
            News(
                at=event.at,
                who=event.lead_name if is_from_lead else names.get(event.actor_id, "Command center"),
                what=_FROM_THE_LEAD[event.action] if is_from_lead else _WORDS[event.action],
                whom="" if is_from_lead else event.lead_name or event.file_name,
                more=_more(event.action, event.detail),
                lead_id=event.lead_id,
            )
        )
    return tuple(lines)


def _more(action: str, detail: object) -> str:
    facts = detail if isinstance(detail, dict) else {}
    if action == "move_stage":
        return f"to {str(facts.get('to', '')).replace('_', ' ')}"
    if action == "import":
        return f"{facts.get('n_created', 0):,} new, {facts.get('n_updated', 0):,} updated"
    return ""
