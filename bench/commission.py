"""10,000 deals: how long the Commission page's reads and the working out of every deal's money take, in processor seconds."""

import json
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from engine import commands, views
from engine.access import SYSTEM
from engine.clock import FixedClock
from engine.commission.files import plan_data
from engine.records import Lead, Opportunity, Stage
from engine.runtime import open_engine
from engine.settings import Settings
from engine.store import leads, opportunities, projection
from engine.store.analytics import Analytics

N_DEALS = 10_000


def main() -> None:
    """Fill a throw-away ledger and print what each part took."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Settings(home=Path(folder), _env_file=None))  # type: ignore[call-arg]
        engine.clock = FixedClock(engine.clock.now())
        engine.store = Analytics.open(Path(folder) / "analytics.duckdb")
        commands.ensure_owner(engine, "blue-door-84-maple")
        commands.set_plan(engine, SYSTEM, plan_data(commands.example_plans()["exp-team"]), date(2020, 1, 1))
        first = fill(engine.ledger, engine.clock.now())
        took = {"deals": N_DEALS}
        took["projection_s"] = spent(lambda: projection.rebuild(engine.ledger, engine.store))
        commands.change_deal(engine, SYSTEM, first, {"bonus_cents": 100})
        took["one_change_s"] = spent(lambda: projection.catch_up(engine.ledger, engine.store))
        took["list_s"] = spent(lambda: views.commission(engine, SYSTEM, offset=4_000))
        took["deal_s"] = spent(lambda: views.deal_card(engine, SYSTEM, opportunity_id=first))
        took["caps_s"] = spent(lambda: views.agent_caps(engine, SYSTEM))
        took["csv_s"] = spent(lambda: views.deals_csv(engine, SYSTEM))
        print(json.dumps(took))
        engine.close()


def fill(ledger, at) -> int:  # type: ignore[no-untyped-def]
    """Ten thousand leads with a deal each, worked by one person; answers the first deal's number."""
    on = at.date()
    with ledger.write(at=at) as txn:
        people = [Lead(first_name=f"Synthetic {n}", assigned_to=1, created_at=at) for n in range(N_DEALS)]
        ids = leads.insert_leads(txn, people, at=at)
        deal = Opportunity(
            lead_id=0, stage=Stage.UNDER_CONTRACT, price_cents=50_000_000, price_source="stated", commission_rate=0.03,
            rate_source="default", gci_cents=1_500_000, opened_at=at, stage_since=at,
        )  # fmt: skip
        new = [replace(deal, lead_id=lead, closes_on=on + timedelta(days=n % 400)) for n, lead in enumerate(ids)]
        return opportunities.insert_opportunities(txn, new)[0]


def spent(work) -> float:  # type: ignore[no-untyped-def]
    """Processor seconds of one call."""
    before = time.process_time()
    work()
    return round(time.process_time() - before, 3)


if __name__ == "__main__":
    main()
