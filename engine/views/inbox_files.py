"""The queue to take away: exactly the leads that pass the filters, in their order, within what the person may see."""

from typing import Any

from engine.access import Actor, scope_of
from engine.runtime import Engine
from engine.views.inbox import MOST_EXPORTED, inbox_places, rows_of
from engine.views.table_files import as_csv, as_xlsx

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("Lead", "lead_id"), ("Name", "name"), ("Phone", "phone"), ("E-mail", "email"), ("Source", "source"), ("City", "city"),
    ("Band", "band"), ("Band by the model", "model_band"), ("Score", "score"), ("Chance to close", "probability"),
    ("Chance low", "probability_low"), ("Chance high", "probability_high"), ("Why here", "why"), ("For", "reasons_for"),
    ("Against", "reasons_against"), ("Stage", "stage"), ("With", "assigned_name"), ("Came", "created_at"),
    ("Waiting since", "waiting_since"), ("Last activity", "last_activity_at"), ("Consent", "consent"),
    ("Do not contact", "is_do_not_contact"), ("Tags", "tags"), ("Asleep", "is_asleep"),
    ("Expected commission", "expected_cents"), ("Worth of acting now, a minute", "worth_cents"),
)  # fmt: skip


def queue_csv(engine: Engine, actor: Actor, **asked: Any) -> bytes:
    """The leads as CSV, at most 10,000; the filters are those of `inbox_places`."""
    return as_csv(*_table(engine, actor, **asked))


def queue_xlsx(engine: Engine, actor: Actor, **asked: Any) -> bytes:
    """The same as a workbook."""
    return as_xlsx("Queue", *_table(engine, actor, **asked))


def _table(engine: Engine, actor: Actor, **asked: Any) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    columns = [pair for pair in _COLUMNS if scope_of(actor).sees_money or not pair[1].endswith("_cents")]
    places = inbox_places(engine, actor, **{**asked, "limit": MOST_EXPORTED, "offset": 0})
    rows = rows_of(engine, actor, places.lead_ids)
    return columns, [[_cell(getattr(row, name)) for _, name in columns] for row in rows]


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, tuple) else value
