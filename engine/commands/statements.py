"""Statements of deals in a file under a plan in a file: nothing is stored."""

from collections.abc import Mapping
from pathlib import Path

from engine.commission.book import statement_json, statements
from engine.commission.files import deals_from, plan_from, read_json
from engine.commission.plan import DEFAULT_RATE
from engine.commission.states import over_agreed_cents
from engine.errors import BadInput


def statements_of_files(plan_path: Path, deals_path: Path) -> list[Mapping[str, object]]:
    """Each deal's statement in the file's order, caps filled in the order of closing days; raises `BadInput` naming the field."""
    plan = plan_from(read_json(_text(plan_path), str(plan_path)))
    deals, agents = deals_from(read_json(_text(deals_path), str(deals_path)), default_rate=DEFAULT_RATE)
    found = zip(deals, statements([plan], deals, agents=agents), strict=True)
    return [
        {
            **statement_json(statement),
            "rate_source": deal.rate_source.value,
            "is_assumed": deal.is_assumed,
            "over_agreed_cents": over_agreed_cents(deal, statement),
        }
        for deal, statement in found
    ]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't UTF-8 text"
        raise BadInput(f"{path} can't be read: {reason}") from None
