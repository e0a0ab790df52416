"""From whatever somebody sends to leads: files, columns, the one normaliser, identity. Pure: no database, no network."""

from engine.intake.batch import (
    RowReader,
    RowReading,
    date_order_of,
    fingerprint,
    has_ambiguous_dates,
    payload_of,
    payload_of_record,
    read_leads,
)
from engine.intake.cells import safe_cell
from engine.intake.dates import DateOrder, guess_date_order
from engine.intake.fields import FIELDS, SPECS, FieldSpec
from engine.intake.identity import POLICIES, POLICY_FIELDS, merge
from engine.intake.limits import Limits
from engine.intake.lines import Dialect, Row
from engine.intake.mapping import Guess, guess_mapping, is_missing, mapping_of
from engine.intake.normalise import Problem, Reading, lead_from
from engine.intake.signals import Signals, signals_of
from engine.intake.table import TableFile, open_table
from engine.intake.workbook import Sheet, sheets_of, workbook_rows

__all__ = [
    "FIELDS",
    "POLICIES",
    "POLICY_FIELDS",
    "SPECS",
    "DateOrder",
    "Dialect",
    "FieldSpec",
    "Guess",
    "Limits",
    "Problem",
    "Reading",
    "Row",
    "RowReader",
    "RowReading",
    "Sheet",
    "Signals",
    "TableFile",
    "date_order_of",
    "fingerprint",
    "guess_date_order",
    "guess_mapping",
    "has_ambiguous_dates",
    "is_missing",
    "lead_from",
    "mapping_of",
    "merge",
    "open_table",
    "payload_of",
    "payload_of_record",
    "read_leads",
    "safe_cell",
    "sheets_of",
    "signals_of",
    "workbook_rows",
]
