"""A synthetic office of so many deals, seeded: leads by source, deals with a year of stage history, slips, closings and spend.

`python -m bench.deals HOME --deals 10000` fills the folder's ledger, to look at the money pages with as many deals as a large team has.
"""

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from engine import commands
from engine.access import SYSTEM, Role
from engine.commission.files import plan_data
from engine.commission.plan import gci_cents
from engine.records import Lead, Opportunity, Source, Stage
from engine.runtime import Engine, open_engine
from engine.settings import Settings
from engine.store import leads, opportunities, statements
from engine.store.deal_tables import closing_day_changes, stage_changes
from engine.store.ledger import Txn, execute_many

PASSWORD = "blue-door-84-maple"
STAGES = (Stage.NEW, Stage.CONTACTED, Stage.APPOINTMENT, Stage.ACTIVE, Stage.OFFER, Stage.UNDER_CONTRACT)
GOES_ON = (0.75, 0.6, 0.7, 0.65, 0.7, 0.86)  # the chance to leave a stage for the next one rather than to be lost
STAYS = (4, 9, 14, 25, 7, 32)  # days
SOURCES = (Source.PORTAL, Source.SPHERE, Source.PAID_SOCIAL, Source.OPEN_HOUSE, Source.PPC)
AGENTS = ("Maria", "Lea", "Tom", "Ines", "Paul", "Noor")
NAMES = ("Ana Rivera", "Ben Ortiz", "Cora Lindqvist", "Dev Patel", "Elena Popescu", "Farid Haddad", "Grace O’Neill", "Hugo Brandt")


def fill(engine: Engine, n_deals: int, *, seed: int = 7) -> list[int]:
    """Add so many deals of made-up people with their history; answers the deals' numbers."""
    luck, at = random.Random(seed), engine.clock.now()
    agents = [_agent(engine, number) for number in range(len(AGENTS))]
    with engine.ledger.write(at=at) as txn:
        people = [_lead(luck, number, agents, at) for number in range(n_deals)]
        ids = leads.insert_leads(txn, people, at=at)
        stories = [_story(luck, person, at) for person in people]
        deals = [_deal(luck, lead, person, story, at) for lead, person, story in zip(ids, people, stories, strict=True)]
        numbers = opportunities.insert_opportunities(txn, deals)
        _keep_stories(txn, luck, numbers, deals, stories)
        statements.set_spend(txn, list(_spend(luck, at.date())))
    return numbers


def _agent(engine: Engine, number: int) -> int:
    name = f"agent{number}"
    return commands.add_user(
        engine, SYSTEM, username=name, name=f"Agent {AGENTS[number]}", role=Role.AGENT, password=PASSWORD
    ).user.user_id


def _lead(luck: random.Random, number: int, agents: list[int], at: datetime) -> Lead:
    first, last = NAMES[number % len(NAMES)].split(" ", 1)
    came = at - timedelta(days=luck.randrange(1, 365), minutes=luck.randrange(1440))
    email = f"synthetic{number}@example.com"
    owner = luck.choice(agents) if luck.random() < 0.9 else None
    return Lead(
        first_name=first, last_name=f"{last} {number}", email=email, source=luck.choice(SOURCES), created_at=came, assigned_to=owner
    )


def _story(luck: random.Random, person: Lead, at: datetime) -> list[tuple[Stage, datetime]]:
    """The stages in their order with their moments, as far as they have come by now."""
    moment = (person.created_at or at) + timedelta(hours=luck.randrange(1, 48))
    found = []
    for place, stage in enumerate(STAGES):
        if moment > at:
            break
        found.append((stage, moment))
        moment += timedelta(days=max(0.2, luck.expovariate(1 / STAYS[place])))
        if luck.random() > GOES_ON[place]:
            found += [(Stage.LOST, moment)] if moment <= at else []
            return found
    if len(found) == len(STAGES) and moment <= at:
        found.append((Stage.CLOSED, moment))
    return found or [(Stage.NEW, at)]


def _deal(luck: random.Random, lead_id: int, person: Lead, story: list[tuple[Stage, datetime]], at: datetime) -> Opportunity:
    (stage, since), price = story[-1], luck.randrange(250_000, 1_400_000) * 100
    rate, source = (0.025, "manual") if luck.random() < 0.6 else (0.06, "default")
    names_day = STAGES.index(stage) >= 2 if stage in STAGES else stage is Stage.CLOSED
    closes = since.date() + timedelta(days=luck.randrange(5, 80))
    return Opportunity(
        lead_id=lead_id, name=person.name, stage=stage, price_cents=price, price_source="stated", commission_rate=rate, rate_source=source,
        gci_cents=gci_cents(price, rate), opened_at=story[0][1], stage_since=since,
        closes_on=closes if names_day and luck.random() < 0.8 and stage is not Stage.CLOSED else None,
        closed_on=since.date() if stage is Stage.CLOSED else None,
    )  # fmt: skip


def _keep_stories(
    txn: Txn, luck: random.Random, numbers: list[int], deals: list[Opportunity], stories: list[list[tuple[Stage, datetime]]]
) -> None:
    """The moves before the last one, which the insert has noted, and the closing days that were put off."""
    moves, slips = [], []
    for number, deal, story in zip(numbers, deals, stories, strict=True):
        before = ["", *(stage.value for stage, _ in story)]
        moves += [
            {"opportunity_id": number, "stage_from": was, "stage": stage.value, "at": moment, "actor_id": 0}
            for was, (stage, moment) in zip(before, story[:-1], strict=False)
        ]
        if deal.closes_on and luck.random() < 0.25:
            first = deal.closes_on - timedelta(days=luck.randrange(7, 40))
            slips.append(
                {"opportunity_id": number, "closes_from": first, "closes_on": deal.closes_on, "at": deal.stage_since, "actor_id": 0}
            )
    for table, key, rows in ((stage_changes, "stage_change_id", moves), (closing_day_changes, "closing_day_change_id", slips)):
        start = txn.next_id(table.name, len(rows)) if rows else 0
        execute_many(txn.connection, insert(table), [{**row, key: number} for number, row in enumerate(rows, start)])


def _spend(luck: random.Random, today: date) -> Iterator[tuple[str, date, int]]:
    for back in range(12):
        month = (today.replace(day=1) - timedelta(days=30 * back)).replace(day=1)
        for source in (Source.PORTAL, Source.PAID_SOCIAL, Source.PPC):
            yield source.value, month, luck.randrange(400, 3_000) * 100


def main() -> None:
    """Fill a folder from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.deals", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--deals", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    engine = open_engine(Settings(home=asked.home, _env_file=None))  # type: ignore[call-arg]
    commands.ensure_owner(engine, PASSWORD)
    commands.set_plan(engine, SYSTEM, plan_data(commands.example_plans()["exp-team"]), datetime(2020, 1, 1, tzinfo=UTC).date())
    print(f"{len(fill(engine, asked.deals, seed=asked.seed)):,} synthetic deals in {asked.home}")
    engine.close()


if __name__ == "__main__":
    main()
