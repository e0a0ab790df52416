"""What GoHighLevel told by itself and what became of it, for whoever looks after the office: their bodies hold anybody's words."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.access import Actor, Permission, require
from engine.errors import NotFound
from engine.intake.cells import safe_cell
from engine.runtime import Engine
from engine.store import webhook_events
from engine.store.webhook_events import DONE, FAILED, KEPT, WAITING

STATES = (FAILED, WAITING, KEPT, DONE)
_MOST_LINES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookLine:
    """One event without its body."""

    event_number: int
    name: str
    contact_id: str
    state: str
    received_at: datetime
    n_tries: int
    next_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPage:
    """How many events came, by name and state, and a page of them, the newest first."""

    by_name: Mapping[str, Mapping[str, int]]
    by_state: Mapping[str, int]
    rows: Sequence[WebhookLine]
    n_here: int


def webhook_page(engine: Engine, actor: Actor, *, state: str = "", name: str = "", limit: int = 50, offset: int = 0) -> WebhookPage:
    """Events in that state and of that name (empty: any)."""
    require(actor, Permission.CHANGE_SETTINGS)
    with engine.ledger.read() as connection:
        counts = webhook_events.counts(connection)
        found = webhook_events.list_events(
            connection, states=(state,) if state else (), name=name or None, limit=limit, offset=offset
        )
    by_name: defaultdict[str, dict[str, int]] = defaultdict(dict)
    by_state: defaultdict[str, int] = defaultdict(int)
    for (called, stands), n in sorted(counts.items()):
        by_name[called][stands] = n
        by_state[stands] += n
    n_here = sum(n for (called, stands), n in counts.items() if state in ("", stands) and name in ("", called))
    lines = [WebhookLine(**{field: getattr(one, field) for field in WebhookLine.__slots__}) for one in found]
    return WebhookPage(by_name=dict(by_name), by_state=dict(by_state), rows=lines, n_here=n_here)


def webhook_body(engine: Engine, actor: Actor, *, event_number: int) -> str:
    """An event's body as it came, laid out; empty once it is done. Raises `NotFound`."""
    require(actor, Permission.CHANGE_SETTINGS)
    with engine.ledger.read() as connection:
        event = webhook_events.load(connection, event_number)
    if event is None:
        raise NotFound("There is no webhook of that number")
    try:
        return json.dumps(json.loads(event.raw), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return event.raw


def webhooks_csv(engine: Engine, actor: Actor, *, state: str = "", name: str = "") -> bytes:
    """The filtered events as CSV without their bodies, at most 50,000 lines; times are UTC."""
    page = webhook_page(engine, actor, state=state, name=name, limit=_MOST_LINES)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(("Number", "Received (UTC)", "Event", "Contact", "State", "Tries", "Next try (UTC)", "Why"))
    for one in page.rows:
        times = [at.isoformat(timespec="seconds") if at else "" for at in (one.received_at, one.next_at)]
        told = (safe_cell(one.name), safe_cell(one.contact_id), one.state, one.n_tries, times[1], safe_cell(one.problem))
        writer.writerow((one.event_number, times[0], *told))
    return written.getvalue().encode("utf-8-sig")
