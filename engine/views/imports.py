"""Imports: what came in, how far it is, what became of each row."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path

from engine import intake
from engine.access import Actor, Permission, require
from engine.errors import NotFound
from engine.records import Rejection
from engine.runtime import Engine
from engine.store import batches, import_choices, leads, people
from engine.store.batches import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCard:
    """One import as its page shows it. `state`: queued, checking, checked, agreed, importing, done, failed, cancelled, undoing, undone."""

    batch: Batch
    created_by_name: str
    rejections: tuple[Rejection, ...]  # the first ones; the rest are in the file to download
    n_merged_in_file: int
    has_scored_file: bool


def field_labels() -> dict[str, str]:
    """The lead fields a column can feed: name → label, as a person picks one."""
    return {spec.name: spec.label for spec in intake.FIELDS}


def batch_list(engine: Engine, actor: Actor, *, limit: int = 20) -> tuple[Batch, ...]:
    """The newest imports."""
    return batch_history(engine, actor, limit=limit).batches


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHistory:
    """A page of the imports, the newest first, and how many there are in all."""

    batches: tuple[Batch, ...]
    n_total: int


def batch_history(
    engine: Engine, actor: Actor, *, states: tuple[str, ...] = (), search: str = "", limit: int = 20, offset: int = 0
) -> BatchHistory:
    """The imports in one of these states (none named: in any) whose file's name holds the text."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        found = batches.search(connection, states=states, name=search, limit=limit, offset=offset)
        return BatchHistory(batches=tuple(found), n_total=batches.n_found(connection, states=states, name=search))


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A new person of a checked import beside the lead he is like."""

    line: int
    name: str
    why: str
    lead_id: int
    lead_name: str
    lead_phone: str
    lead_email: str


def similar_people(engine: Engine, actor: Actor, *, batch_id: int) -> tuple[Similar, ...]:
    """Who of a checked import is like somebody known, by line."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        found = import_choices.lookalikes(connection, batch_id)
        known = {lead.lead_id: lead for lead in leads.load_leads(connection, sorted({one.lead_id for one in found}))}
    return tuple(
        Similar(
            line=one.line,
            name=one.name,
            why=one.why,
            lead_id=one.lead_id,
            lead_name=known[one.lead_id].name,
            lead_phone=known[one.lead_id].phone or "",
            lead_email=known[one.lead_id].email or "",
        )
        for one in found
        if one.lead_id in known
    )


def sender_of(engine: Engine, actor: Actor, *, header_hash: str) -> import_choices.Sender | None:
    """What was chosen the last time a file with this header came."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        return import_choices.sender_of(connection, header_hash)


def import_template() -> str:
    """An empty file with a column for each field, as a CSV, with one made-up row to show what goes where."""
    names = [spec.label for spec in _template_fields()]
    return _csv_line(names) + _csv_line([_EXAMPLES.get(spec.name, "") for spec in _template_fields()])


def import_template_xlsx() -> bytes:
    """The same as an Excel workbook."""
    import xlsxwriter

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Leads")
        sheet.write_row(0, 0, [spec.label for spec in _template_fields()], book.add_format({"bold": True}))
        for column, spec in enumerate(_template_fields()):
            sheet.write_string(1, column, _EXAMPLES.get(spec.name, ""))
        sheet.autofit()
    return out.getvalue()


_EXAMPLES = {
    "first_name": "Ana",
    "last_name": "Example",
    "phone": "(909) 555-0101",
    "email": "ana@example.com",
    "source": "Open House",
    "created_at": "2026-11-20",
    "budget": "500k-750k",
    "timeline": "1-3 months",
    "financing": "pre-approved",
    "city": "Upland",
    "zip_code": "91786",
}


def _template_fields() -> list[intake.FieldSpec]:
    return [spec for spec in intake.FIELDS if spec.name in _IN_TEMPLATE]


_IN_TEMPLATE = frozenset(
    {*_EXAMPLES, "property_type", "beds", "baths", "state", "tags", "notes", "message", "assigned_to", "do_not_contact"}
)


def batch_card(engine: Engine, actor: Actor, *, batch_id: int, n_rejections: int = 50) -> BatchCard:
    """One import with its first rejected rows; raises `NotFound`."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        batch = batches.load(connection, batch_id)
        rejections = tuple(rejection for rejection, _ in islice(batches.iter_rejections(connection, batch_id), n_rejections))
        n_merged = batches.n_merged_in_file(connection, batch_id)
        names = people.names(connection)
    return BatchCard(
        batch=batch,
        created_by_name=names.get(batch.created_by, "Command line"),
        rejections=rejections,
        n_merged_in_file=n_merged,
        has_scored_file=engine.settings.scored_path(batch_id).is_file(),
    )


def scored_file(engine: Engine, actor: Actor, *, batch_id: int) -> Path:
    """The scored file of an import; raises `NotFound` while there is none on this machine."""
    batch_card(engine, actor, batch_id=batch_id, n_rejections=0)
    path = engine.settings.scored_path(batch_id)
    if not path.is_file():
        raise NotFound("This import has no scored file here")
    return path


def rejected_rows(engine: Engine, actor: Actor, *, batch_id: int) -> Iterator[str]:
    """The rejected rows as a CSV, piece by piece: the columns as they came, then the line and `error_reason`."""
    card = batch_card(engine, actor, batch_id=batch_id, n_rejections=0)
    columns = [str(name) for name in card.batch.report.get("columns", [])]
    yield _csv_line([*columns, "line", "error_reason"])
    with engine.ledger.read() as connection:
        for rejection, cells in batches.iter_rejections(connection, batch_id):
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            yield _csv_line([*padded, str(rejection.line), f"{rejection.column}: {rejection.reason}"])


def _csv_line(cells: list[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(map(intake.safe_cell, cells))
    return line.getvalue()


def left_by_undo(plan_rows: Iterable[tuple[int, str, str]]) -> str:
    """The leads that an undo leaves as they are, as a CSV: number, name, reason."""
    return "".join(
        [_csv_line(["lead", "name", "reason"]), *(_csv_line([str(number), name, why]) for number, name, why in plan_rows)]
    )


__all__ = [
    "Batch",
    "BatchCard",
    "BatchHistory",
    "Similar",
    "batch_card",
    "batch_history",
    "batch_list",
    "field_labels",
    "import_template",
    "import_template_xlsx",
    "left_by_undo",
    "rejected_rows",
    "sender_of",
    "similar_people",
]
