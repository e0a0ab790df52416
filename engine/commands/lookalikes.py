"""New people of a file who are like somebody already known: the same name, and nearly the same phone, e-mail or address."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from engine.commands.planning import Stretch
from engine.records import Lead
from engine.runtime import Engine
from engine.store import import_choices
from engine.store.import_choices import Lookalike
from engine.store.row_index import RowIndex

_MOST = 200  # shown of one import: beyond that the file is the problem
_CHUNK = 2_000  # leads of the ledger at a time
_TOLD = ("first_name", "last_name", "phone", "email", "street", "zip_code")
_NEAR = 2  # digits that differ: one mistyped, or two that changed places
_ALIKE = 0.9  # of two addresses' letters are the same


def note_people(index: RowIndex, stretch: Stretch) -> None:
    """Remember the new people of a stretch by name, for `find_lookalikes`."""
    index.add_people(
        (_named(lead.first_name, lead.last_name), stretch.lines[place], [getattr(lead, name) or "" for name in _TOLD])
        for place, lead in stretch.created.items()
        if lead.last_name and lead.first_name
    )


def find_lookalikes(engine: Engine, index: RowIndex) -> list[Lookalike]:
    """Who among a file's new people is like a lead of the ledger; at most 200, by line."""
    found: list[Lookalike] = []
    after = 0
    while len(found) < _MOST:
        with engine.ledger.read() as connection:
            known = import_choices.named_leads(connection, after, _CHUNK)
        if not known:
            break
        after = known[-1].lead_id
        namesakes = index.people_named(_named(one.first_name, one.last_name) for one in known)
        for one in known:
            for line, told in namesakes.get(_named(one.first_name, one.last_name), ()):
                first, last, phone, email, street, zip_code = told
                said = Lead(first_name=first, last_name=last, phone=phone, email=email, street=street, zip_code=zip_code)
                if why := _why(said, one.phone, one.email, one.address):
                    found.append(Lookalike(line=line, lead_id=one.lead_id, name=f"{said.first_name} {said.last_name}", why=why))
    return sorted(found, key=lambda one: (one.line, one.lead_id))[:_MOST]


def _named(first: str, last: str) -> str:
    return f"{first.casefold()} {last.casefold()}"


def _why(lead: Lead, phone: str, email: str, address: str) -> str:
    """What besides the name is nearly the same; empty when nothing is."""
    if lead.phone and phone and _is_near_phone(lead.phone, phone):
        return "the same name, nearly the same phone"
    if lead.email and email and _is_near_email(lead.email, email):
        return "the same name, nearly the same e-mail"
    own = f"{lead.street or ''} {lead.zip_code or ''}".strip()
    if lead.street and own.casefold() == address.casefold():
        return "the same name and address"
    return ""


def _is_near_phone(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) <= _NEAR


def _is_near_email(one: str, other: str) -> bool:
    """The same name at another provider, or a slip of the pen."""
    return one.split("@", maxsplit=1)[0] == other.split("@", maxsplit=1)[0] or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def as_data(found: Sequence[Lookalike]) -> list[Mapping[str, object]]:
    """Lookalikes as `import --dry-run` prints them."""
    return [{"line": one.line, "name": one.name, "lead_id": one.lead_id, "why": one.why} for one in found]
