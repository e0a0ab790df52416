"""Follow-up under fire and under load: the whole campaign of faults and kills, claims a second, a large office's tick, a year of ticks.

`python -m bench follow_up` takes most of an hour; `python -m bench.follow_up quick` is the campaign alone with a tenth of it.
"""

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from engine.delivery import ensuring, leases, reconciling, sending
from engine.delivery.plans import Plan
from engine.ghl.dry_run import DryRun
from engine.sequences.cadence import DEFAULT
from engine.sequences.templates import DEFAULTS
from engine.store import steps
from engine.store.ledger import Ledger
from tests.delivery import chaos, world
from tests.store.conftest import new_database, postgresql_server

N_CONTACTS, N_KILLS, N_ENROLMENTS = 500, 100, 100_000


def run() -> Iterator[dict[str, object]]:
    """Every figure; a broken promise ends it with the reason."""
    yield from _claims()
    yield from _large_office(N_ENROLMENTS)
    yield from _a_year()
    yield from _campaigns(N_CONTACTS, N_KILLS)


def _campaigns(n_contacts: int, n_kills: int) -> Iterator[dict[str, object]]:
    """The same campaign on a new ledger of each kind; PostgreSQL where its programs are installed."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _campaign("SQLite", Path(folder), f"sqlite:///{Path(folder) / 'ledger.sqlite3'}", n_contacts, n_kills)
    with postgresql_server() as server, tempfile.TemporaryDirectory() as folder:
        yield from _campaign("PostgreSQL", Path(folder), new_database(server, "campaign"), n_contacts, n_kills)


def _campaign(store: str, folder: Path, url: str, n_contacts: int, n_kills: int) -> list[dict[str, object]]:
    outcome = chaos.campaign(folder, url, n_contacts=n_contacts, n_kills=n_kills, seed=20260303, patience_s=3_300, with_web=True)
    assert not outcome.problems, outcome.problems[:10]
    told = ", ".join(f"{n} {end}" for end, n in outcome.ends.most_common())
    killed = ", ".join(f"{name} {n}" for name, n in sorted(outcome.kills.items()))
    print(f"   {store}: {outcome.n_steps} steps in {outcome.seconds:.0f} s: {told}; killed: {killed}", flush=True)
    what = f"{n_contacts} contacts, {outcome.n_steps} steps, a quarter of the calls failing, {store}"
    return [
        {"what": f"most deliveries of one step ({what})", "value": max(outcome.deliveries.values()), "unit": "", "target": "1"},
        {
            "what": f"steps that ended neither delivered once nor for a reason a person sees ({store})",
            "value": len(outcome.problems),
            "unit": "",
            "target": "0",
        },
        {
            "what": f"SIGKILLs of web process and sidecars meanwhile ({store})",
            "value": outcome.kills.total(),
            "unit": "",
            "target": "≥ 100",
        },
        {
            "what": f"requests to GoHighLevel held against its contract, none against it ({store})",
            "value": outcome.n_requests,
            "unit": "",
            "target": "0 violations",
        },
    ]


def _claims(n_leads: int = 4_000, batch: int = 100) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = world.open_ledger(Path(folder))
        world.set_up(ledger, world.NOON)
        _enrol(ledger, world.plan_of(world.text(1)), n_leads)
        at, n_claimed = world.NOON + timedelta(days=1), 0
        began = time.perf_counter()
        while True:
            with ledger.write(at=at) as txn:
                got = len(steps.claim(txn, owner="bench", until=at + timedelta(minutes=10), limit=batch))
            if not got:
                break
            n_claimed += got
        seconds = time.perf_counter() - began
        ledger.close()
    assert n_claimed == n_leads
    return [
        {
            "what": "steps claimed a second (SQLite, 100 a transaction)",
            "value": round(n_claimed / seconds),
            "unit": "/s",
            "target": "≥ 1,000 /s",
        }
    ]


def _large_office(n_leads: int) -> list[dict[str, object]]:
    """Everybody on the shipped sequence, nothing due: what a tick costs then, and with ten due steps in a dry run."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = world.open_ledger(Path(folder))
        world.set_up(ledger, world.NOON)
        _enrol(ledger, Plan(sequence=DEFAULT, templates=DEFAULTS), n_leads)
        clock = world.MovedClock(world.NOON + timedelta(hours=1))
        means = world.delivery(ledger, clock, DryRun())
        quiet = _tick_seconds(means)
        clock.move(days=3, hours=2)
        busy = _tick_seconds(means)
        ledger.close()
    return [
        {
            "what": f"a tick with {n_leads:,} enrolments, nothing due",
            "value": round(quiet * 1000, 1),
            "unit": "ms",
            "target": "≤ 1,000 ms",
        },
        {
            "what": f"a tick with {n_leads:,} steps due (ten are decided)",
            "value": round(busy * 1000, 1),
            "unit": "ms",
            "target": "≤ 1,000 ms",
        },
    ]


def _tick_seconds(means: leases.Delivery) -> float:
    """The slowest of five ticks."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        leases.sweep(means)
        reconciling.reconcile_due(means)
        sending.deliver_due(means)
        took.append(time.perf_counter() - began)
    return max(took)


def _enrol(ledger: Ledger, plan: Plan, n_leads: int) -> None:
    for start in range(0, n_leads, 5_000):
        people = [world.person(n, phone=f"+1909{2_000_000 + n}") for n in range(start, min(start + 5_000, n_leads))]
        ids = world.take_in(ledger, people, world.NOON)
        from engine.delivery import enrolling, plans
        from engine.store import enrolments

        with ledger.write(at=world.NOON) as txn:
            known = enrolments.all_sequences(txn.connection)
            number = known[0].sequence_id if known else plans.add(txn, plan)
            enrolling.enrol(txn, number, ids, how="batch")


def _a_year(n_leads: int = 20) -> list[dict[str, object]]:
    """Every hour of a year ticked through, with leads coming in each month: does the process grow?"""
    with tempfile.TemporaryDirectory() as folder:
        ledger, clock = world.open_ledger(Path(folder)), world.MovedClock()
        world.set_up(ledger, clock.now())
        means = world.delivery(ledger, clock, DryRun())
        plan, after_a_month = Plan(sequence=DEFAULT, templates=DEFAULTS), 0
        for hour in range(365 * 24):
            if hour % 730 == 0:
                _newcomers(ledger, plan, clock, n_leads, hour)
            leases.sweep(means)
            reconciling.reconcile_due(means)
            sending.deliver_due(means)
            if hour % 24 == 0:
                ensuring.empty_old_words(ledger, clock)
            clock.move(hours=1)
            if hour == 730:
                gc.collect()
                after_a_month = _rss_kib()
        gc.collect()
        grown = (_rss_kib() - after_a_month) / 1024
        ledger.close()
    return [
        {
            "what": "memory grown from the first month to the end of a simulated year",
            "value": round(grown, 1),
            "unit": "MiB",
            "target": "flat",
        }
    ]


def _newcomers(ledger: Ledger, plan: Plan, clock: world.MovedClock, n_leads: int, hour: int) -> None:
    from engine.delivery import enrolling, plans
    from engine.store import enrolments

    people = [world.person(n, phone=f"+1909{3_000_000 + hour + n}", email=f"p{hour}-{n}@example.com") for n in range(n_leads)]
    ids = world.take_in(ledger, people, clock.now())
    with ledger.write(at=clock.now()) as txn:
        known = enrolments.all_sequences(txn.connection)
        number = known[0].sequence_id if known else plans.add(txn, plan)
        enrolling.enrol(txn, number, ids, how="batch")


def _rss_kib() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize() // 1024


if __name__ == "__main__":
    if sys.argv[1:] == ["quick"]:
        for figure in _campaigns(N_CONTACTS // 10, N_KILLS // 10):
            print(figure)
    else:
        for figure in run():
            print(figure)
