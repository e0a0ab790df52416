"""New people of a file who are like somebody already known: the same name, and nearly the same phone, e-mail or address."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from engine.commands.planning import Plan
from engine.records import Lead
from engine.runtime import Engine
from engine.store import import_choices
from engine.store.import_choices import Lookalike

_MOST = 200  # shown of one import: beyond that the file is the problem
_CHUNK = 2_000
_NEAR = 2  # digits that differ: one mistyped, or two that changed places
_ALIKE = 0.9  # of two addresses' letters are the same


def find_lookalikes(engine: Engine, plan: Plan) -> list[Lookalike]:
    """Who among the plan's new leads is like a lead of the ledger; at most 200, by line."""
    named: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, lead in enumerate(plan.created):
        if lead.last_name and lead.first_name:
            named[(lead.first_name.casefold(), lead.last_name.casefold())].append(place)
    found: list[Lookalike] = []
    last_names = sorted({last for _, last in named})
    for start in range(0, len(last_names), _CHUNK):
        with engine.ledger.read() as connection:
            known = import_choices.namesakes(connection, last_names[start : start + _CHUNK])
        for lead_id, first, last, phone, email, address in known:
            for place in named.get((first.casefold(), last.casefold()), ()):
                lead = plan.created[place]
                if why := _why(lead, phone, email, address):
                    line = plan.created_lines[place]
                    found.append(Lookalike(line=line, lead_id=lead_id, name=f"{lead.first_name} {lead.last_name}", why=why))
    return sorted(found, key=lambda one: (one.line, one.lead_id))[:_MOST]


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
