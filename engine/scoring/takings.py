"""Where a lead of the ledger keeps what a column of a team's own history says: as the file had it, as a field of his, or as a signal.

The model learned from cells as they were written; a lead has what intake made of them. A cell kept beside the lead is taken as it is.
A field is written back the way the history wrote it: numbers and dates in the column's form, words as the most frequent level that
intake reads to the same meaning. What can't be had is missing, and counts as such.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import cast

import numpy as np

from engine.records import Lead
from engine.scoring.columns import ColumnType
from engine.scoring.features import FEATURES
from engine.scoring.kernels import Floats

_SIGNALS = {name.lower(): place for place, one in enumerate(FEATURES) for name in (one.name, one.label, one.name.replace("_", " "))}


@dataclass(frozen=True, slots=True)
class Taking:
    """A column of a history that is a field of our leads, and what each of its levels means there."""

    field: str
    meanings: dict[str, str] = dataclass_field(default_factory=dict)  # level → what intake reads it as


def taking_as_dict(taking: Taking) -> dict[str, object]:
    """A taking as plain data, for the model's file."""
    return {"field": taking.field, "meanings": taking.meanings}


def taking_from(data: Mapping[str, object]) -> Taking:
    """The taking that `taking_as_dict` wrote."""
    return Taking(str(data["field"]), dict(cast("Mapping[str, str]", data["meanings"])))


def where_from(column: str, type_: ColumnType, taking: Taking | None) -> str:
    """Where a lead's value comes from, in words; what nothing else gives must be kept beside him under the column's own name."""
    if taking is not None and _is_written(type_, taking):
        return f"the lead's {taking.field.replace('_', ' ')}"
    return "what the lead did" if column.strip().lower() in _SIGNALS else "kept beside the lead by an import"


def text_of(
    column: str,
    type_: ColumnType,
    taking: Taking | None,
    counts: Mapping[str, int],
    lead: Lead,
    row: Floats,
    kept: Mapping[str, str],
) -> str:
    """What the history's column would say of this lead; empty where nobody knows. `row` holds his features, `kept` his extra cells."""
    as_it_was = kept.get(_plain(column))
    if as_it_was is not None:
        return as_it_was
    if taking is not None and _is_written(type_, taking):
        return _written(type_, taking, counts, lead)
    place = _SIGNALS.get(column.strip().lower())
    return "" if place is None or np.isnan(row[place]) else f"{row[place]:.10g}"


def kept_cells(lead: Lead) -> dict[str, str]:
    """The cells that came with a lead and no field took, by plain name."""
    return {_plain(name): text for name, text in lead.extra.items()}


def plain_name(column: str) -> str:
    """A column's name without case and spaces around it."""
    return _plain(column)


def _plain(column: str) -> str:
    return " ".join(column.split()).casefold()


def _is_written(type_: ColumnType, taking: Taking) -> bool:
    if type_.kind == "number":
        return taking.field in _NUMBERS or taking.field in _YES_NO
    if type_.kind == "date":
        return taking.field == "created_at"
    return taking.field in _TEXTS or bool(taking.meanings)


def _written(type_: ColumnType, taking: Taking, counts: Mapping[str, int], lead: Lead) -> str:
    if type_.kind == "number":
        number = _NUMBERS[taking.field](lead) if taking.field in _NUMBERS else _flag(_YES_NO[taking.field](lead))
        return "" if number is None else _number(number, has_comma=type_.has_decimal_comma)
    if type_.kind == "date":
        return "" if lead.created_at is None else _date(lead.created_at, type_.date_format)
    text = _TEXTS[taking.field](lead) if taking.field in _TEXTS else ""
    if not taking.meanings or text in counts:
        return text
    meaning = _meaning(taking.field, lead)
    same = [level for level, meant in taking.meanings.items() if meant == meaning]
    return max(same, key=lambda level: (counts.get(level, 0), level), default=text)


def _meaning(field_: str, lead: Lead) -> str | None:
    if field_ in _YES_NO:
        answer = _YES_NO[field_](lead)
        return None if answer is None else "yes" if answer else "no"
    meant = _MEANT[field_](lead) if field_ in _MEANT else None
    return None if meant is None else str(meant)


def _number(number: float, *, has_comma: bool) -> str:
    text = f"{number:.10g}"
    return text.replace(".", ",") if has_comma else text


def _flag(answer: bool | None) -> float | None:
    return None if answer is None else float(answer)


def _date(at: datetime, form: str) -> str:
    """A moment in the column's form. Polars writes fractions of a second with their point."""
    return at.strftime(form.replace("%.f", ".%f"))


def budget_meaning(low_cents: int | None, high_cents: int | None) -> str | None:
    """A budget as one word, so that equal ones are told to be equal."""
    return None if low_cents is None and high_cents is None else f"{low_cents or ''}-{high_cents or ''}"


def _dollars(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def _middle(lead: Lead) -> float | None:
    ends = [end for end in (lead.budget_low_cents, lead.budget_high_cents) if end is not None]
    return sum(ends) / len(ends) / 100 if ends else None


_NUMBERS: dict[str, Callable[[Lead], float | None]] = {
    "budget": _middle,
    "budget_low": lambda lead: _dollars(lead.budget_low_cents),
    "budget_high": lambda lead: _dollars(lead.budget_high_cents),
    "listing_price": lambda lead: _dollars(lead.listing_price_cents),
    "beds": lambda lead: lead.beds,
    "baths": lambda lead: lead.baths,
    "transactions": lambda lead: lead.n_transactions,
    "timeline": lambda lead: lead.timeline_days,
}
_YES_NO: dict[str, Callable[[Lead], bool | None]] = {
    "proof_of_funds": lambda lead: lead.has_proof_of_funds,
    "sells_first": lambda lead: lead.sells_first,
    "is_repeat_contact": lambda lead: lead.is_repeat_contact,
    "do_not_contact": lambda lead: lead.is_do_not_contact,
}
_MEANT: dict[str, Callable[[Lead], object | None]] = {
    "source": lambda lead: lead.source and lead.source.value,
    "financing": lambda lead: lead.financing and lead.financing.value,
    "property_type": lambda lead: lead.property_type and lead.property_type.value,
    "timeline": lambda lead: lead.timeline_days,
    "budget": lambda lead: budget_meaning(lead.budget_low_cents, lead.budget_high_cents),
}
# Texts that the ledger keeps as they came. Of places only whether there is one counts.
_TEXTS: dict[str, Callable[[Lead], str]] = {
    "source": lambda lead: lead.source_text,
    "assigned_to": lambda lead: lead.assigned_text,
    "street": lambda lead: lead.street,
    "city": lambda lead: lead.city,
    "state": lambda lead: lead.state,
    "zip_code": lambda lead: lead.zip_code,
    "location": lambda lead: lead.location_text,
    "notes": lambda lead: lead.notes,
    "tags": lambda lead: ", ".join(lead.tags),
}
