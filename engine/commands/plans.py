"""What the office sets for its commission: the plan and from when, the agents' cap years, the default rate, what sources cost."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NoReturn

from engine.access import Actor, Permission, require
from engine.commands.deals import default_rates, show_sums
from engine.commands.leads import change
from engine.commands.rescoring import want_rescoring
from engine.commission.files import plan_data, plan_from, read_json
from engine.errors import BadInput
from engine.intake.words import read_source
from engine.records.deal import AgentTerms, DealSide, Plan, RateSource
from engine.runtime import Engine
from engine.settings import ROOT
from engine.store import deals, opportunities, people, preferences, statements

_PLANS = ROOT / "data" / "sample" / "plans"
_MONTH = re.compile(r"^(\d{4})-(\d{2})(?:-\d{2})?$")
_DOLLARS = re.compile(r"^\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.(\d{1,2}))?$")
_MAX_ROWS = 5_000


def example_plans() -> dict[str, Plan]:
    """The published plans that ship as examples, by file name."""
    return {path.stem: plan_from(read_json(path.read_text(encoding="utf-8"), path.name)) for path in sorted(_PLANS.glob("*.json"))}


def set_plan(engine: Engine, actor: Actor, data: Mapping[str, object], effective_on: date) -> int:
    """Let a plan hold from a day on (closed deals keep the statements they have); the same plan again changes nothing.

    A plan that names no lead broker means the office's first owner, so that team splits are somebody's in every sum.
    """
    require(actor, Permission.CHANGE_SETTINGS)
    plan = plan_from(data)
    with change(engine, actor) as txn:
        plan = replace(plan, lead_broker=plan.lead_broker or str(people.first_owner(txn.connection)))
        for kept in statements.load_plans(txn.connection):
            if kept.effective_on == effective_on and plan_data(kept) == {
                **plan_data(plan),
                "effective_on": effective_on.isoformat(),
            }:
                return kept.plan_id
        number = statements.add_plan(txn, plan, effective_on)
        txn.audit("set_plan", "commission_plans", number, {"name": plan.name, "effective_on": effective_on})
    engine.show_changes()
    return number


def set_agent_terms(engine: Engine, actor: Actor, user_id: int, terms: AgentTerms) -> None:
    """Set when an agent's cap year begins, his own cap, and what he had paid before this ledger."""
    require(actor, Permission.CHANGE_SETTINGS)
    if terms.opening_used_cents < 0 or (terms.cap_cents or 0) < 0:
        raise BadInput("Amounts can't be negative", field="cap_cents")
    if terms.opening_used_cents and terms.opening_on is None:
        raise BadInput("Say as of which day that much was paid", field="opening_on")
    with change(engine, actor) as txn:
        if people.user_by_id(txn.connection, user_id) is None:
            raise BadInput("There is no such account", field="user_id")
        statements.set_agent_terms(txn, user_id, terms)
        txn.audit("set_agent_terms", "agent_terms", user_id, {"anniversary_on": terms.anniversary_on, "cap_cents": terms.cap_cents})
    engine.show_changes()


def set_default_rate(engine: Engine, actor: Actor, rate: float, *, by_side: Mapping[str, float] | None = None) -> int:
    """Set the assumed commission rate, and one for each side if wanted; open deals that rest on it follow. Answers how many did."""
    require(actor, Permission.CHANGE_SETTINGS)
    sides = dict(by_side or {})
    if not 0 < rate <= 0.2 or any(not 0 <= value <= 0.2 for value in sides.values()) or not set(sides) <= {"listing", "buyer"}:
        raise BadInput("A rate is between 0 and 20%", field="commission_rate")
    with change(engine, actor) as txn:
        preferences.set_setting(txn, "commission_rate", rate)
        preferences.set_setting(txn, "side_rates", sides)
        found = [deal for deal in deals.open_terms(txn.connection) if deal.rate_source is RateSource.DEFAULT and not deal.closed_on]
        for deal in found:
            rates = default_rates(deal.side, rate, sides)
            if deal.side is DealSide.BOTH:
                deals.save_terms(txn, deal.deal_id, {"buyer_rate": rates["buyer_rate"]})
            opportunities.update_opportunity(txn, deal.deal_id, {"commission_rate": rates["rate"]})
            show_sums(txn, replace(deal, rate=rates["rate"], buyer_rate=rates.get("buyer_rate", 0.0)))
        txn.audit("set_default_rate", "settings", 0, {"rate": rate, "by_side": sides, "n_deals": len(found)})
        want_rescoring(txn)  # leads without a deal are expected to pay by it
    engine.show_changes()
    return len(found)


def set_spend(engine: Engine, actor: Actor, source: str, month: date, cost_cents: int) -> None:
    """Set what a source cost in a month."""
    require(actor, Permission.CHANGE_SETTINGS)
    if cost_cents < 0:
        raise BadInput("A cost can't be negative", field="cost_cents")
    with change(engine, actor) as txn:
        statements.set_spend(txn, [(read_source(source).value, month.replace(day=1), cost_cents)])
        txn.audit("set_spend", "spend", 0, {"source": source, "month": month, "cost_cents": cost_cents})
    engine.show_changes()


def import_spend(engine: Engine, actor: Actor, raw: bytes) -> int:
    """Take in a CSV with the columns source, month (2026-03) and cost ($1,250); all of it or nothing. Answers how many rows."""
    require(actor, Permission.CHANGE_SETTINGS)
    rows = _spend_rows(raw)
    with change(engine, actor) as txn:
        statements.set_spend(txn, [(source, month, cents) for (source, month), cents in rows.items()])
        txn.audit("import_spend", "spend", 0, {"n_rows": len(rows)})
    engine.show_changes()
    return len(rows)


def _spend_rows(raw: bytes) -> dict[tuple[str, date], int]:
    """Cents by source and month; rows of the same source and month add up. Raises `BadInput` with the line and the column."""
    try:
        table = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), strict=True)
        names = {str(name).strip().lower(): str(name) for name in table.fieldnames or ()}
        rows = list(table)
    except (UnicodeDecodeError, csv.Error):
        raise BadInput("This isn't a CSV in UTF-8", field="file") from None
    for name in ("source", "month", "cost"):
        if name not in names:
            raise BadInput(f"The column “{name}” is missing", field=name)
    if len(rows) > _MAX_ROWS:
        raise BadInput(f"More than {_MAX_ROWS:,} rows", field="file")
    found: dict[tuple[str, date], int] = {}
    for line, row in enumerate(rows, 2):
        said = {name: (row[names[name]] or "").strip() for name in ("source", "month", "cost")}
        key = (read_source(said["source"]).value if said["source"] else _refuse(line, "source"), _month(said["month"], line))
        found[key] = found.get(key, 0) + _cost(said["cost"], line)
    return found


def _month(text: str, line: int) -> date:
    match = _MONTH.match(text)
    if not match or not 1 <= int(match[2]) <= 12:
        raise BadInput(f"Line {line}: “{text[:40]}” is not a month like 2026-03", field="month")
    return date(int(match[1]), int(match[2]), 1)


def _cost(text: str, line: int) -> int:
    """Dollars as a bill has them, in cents: `1250`, `$1,250.50`."""
    match = _DOLLARS.match(text)
    if not match:
        _refuse(line, "cost")
    return int(match[1].replace(",", "")) * 100 + int((match[2] or "0").ljust(2, "0"))


def _refuse(line: int, name: str) -> NoReturn:
    raise BadInput(f"Line {line}: the {name} is missing or can't be read", field=name)
