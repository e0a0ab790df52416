"""A campaign of faults and kills: contacts with steps due, workers that are killed again and again, a provider that fails at random.

Used small in the suite and large by `python -m bench follow_up`. What it counts are deliveries to the (pretended) people.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from engine.clock import Clock, clock_from
from engine.delivery.inbound import receive_message
from engine.ghl.double import Double
from engine.ghl.double_server import DoubleServer
from engine.ghl.double_state import State
from engine.records import Channel
from engine.records.follow_up import StepState
from engine.sequences.rules import GateRules
from engine.store import leads
from engine.store.follow_up_tables import attempts, opt_outs, steps
from engine.store.ghl_tables import ghl_contacts
from engine.store.ledger import Ledger
from tests.delivery import world

ROOT = Path(__file__).resolve().parents[2]
SPEED = 30
CLOCK = f"2026-03-03T19:00:00Zx{SPEED}"  # a Tuesday, 11:00 in California
FAULTS = ("429", "500", "500_sent", "502_lagged", "timeout", "timeout_sent", "reset", "reset_sent", "html_sent", "empty_sent")
RULES = GateRules(messages_per_day=3, messages_per_week=21)
# Loud enough for three messages in a day: the campaign tries sending, the caps have tests of their own.


@dataclass
class Outcome:
    """What a campaign came to."""

    n_kills: int = 0
    n_steps: int = 0
    n_contacts: int = 0
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[tuple[str, str]] = field(default_factory=Counter)  # by contact and words
    problems: list[str] = field(default_factory=list)


@contextmanager
def double_of(clock: Clock, folder: Path) -> Iterator[DoubleServer]:
    """GoHighLevel's double on a port of this machine, on the workers' clock."""
    server = DoubleServer(Double(state=State(path=folder / "double.sqlite3", clock=clock), limit=1_000_000))
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.double.state.close()


def campaign(
    folder: Path, ledger_url: str, *, n_contacts: int, n_kills: int, seed: int, patience_s: float, fault_rate: float = 0.25
) -> Outcome:
    """Run two workers until every step has come to its end, killing one of them at random moments."""
    chance, began = random.Random(seed), time.monotonic()
    clock = clock_from(CLOCK, folder)
    ledger = Ledger.open(ledger_url)
    ledger.migrate()
    world.set_up(ledger, clock.now(), RULES)
    ids = world.take_in(ledger, [world.person(n) for n in range(n_contacts)], clock.now() - timedelta(hours=1))
    plan = world.plan_of(world.text(1), world.email(2), world.call(3))
    world.begin(ledger, plan, ids, clock.now() - timedelta(minutes=10))
    outcome = Outcome(n_contacts=n_contacts, n_steps=3 * n_contacts)
    with double_of(clock, folder) as double:
        script = double.double.script
        script.chaos_rate, script.chaos_names, script.chaos_seconds = fault_rate, FAULTS, 5.0
        script.chance.seed(seed)
        workers = [_start(ledger_url, double.url, folder) for _ in range(2)]
        try:
            _disturb(ledger, clock, workers, outcome, chance, (ledger_url, double.url, folder), ids, n_kills, began + patience_s)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        _judge(ledger, double, outcome)
    ledger.close()
    outcome.seconds = time.monotonic() - began
    return outcome


def _start(ledger_url: str, double_url: str, folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.delivery.worker", ledger_url, double_url, str(folder), CLOCK]
    with (folder / "workers.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)


def _disturb(ledger, clock, workers, outcome, chance, where, ids, n_kills, until) -> None:  # type: ignore[no-untyped-def]
    """Kill workers while there is work; let a few leads opt out meanwhile; stop when nothing is open any more."""
    leaving = chance.sample(ids, max(1, len(ids) // 20))
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.02, 0.25))
        n_open = _n_open(ledger)
        if n_open == 0:
            return
        if outcome.n_kills < n_kills:
            place = chance.randrange(len(workers))
            workers[place].kill()
            workers[place].wait()
            outcome.n_kills += 1
            workers[place] = _start(*where)
            time.sleep(chance.uniform(0.5, 1.3))  # a new one needs a moment to be worth killing
        if leaving:
            _leave(ledger, clock, leaving.pop())
    outcome.problems.append(f"{_n_open(ledger)} steps were still open when the time was up")


def _n_open(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return len(
            connection.execute(select(steps.c.step_id).where(steps.c.state.in_(["pending", "leased", "sending", "unknown"]))).all()
        )


def _leave(ledger: Ledger, clock: Clock, lead_id: int) -> None:
    with ledger.write(at=clock.now()) as txn:
        [lead] = leads.load_leads(txn.connection, [lead_id])
        receive_message(txn, lead, channel=Channel.SMS, body="STOP")


def _judge(ledger: Ledger, double: DoubleServer, outcome: Outcome) -> None:
    """The invariants: never twice, once unless there is a reason, nothing after an opt-out beyond what was on its way."""
    with ledger.read() as connection:
        rows = connection.execute(select(steps)).all()
        lead_of = dict(connection.execute(select(ghl_contacts.c.contact_id, ghl_contacts.c.lead_id)).all())
        calls = Counter(connection.execute(select(attempts.c.step_id).where(attempts.c.event == "call")).scalars())
        left = dict(connection.execute(select(opt_outs.c.lead_id, opt_outs.c.at)).all())
        began = dict(connection.execute(select(attempts.c.step_id, attempts.c.at).where(attempts.c.event == "call")).all())
    told = double.double.state.deliveries()
    outcome.deliveries = Counter((one["contact_id"], one["body"]) for one in told if "opted out" not in one["body"])
    reached = Counter(lead_of[one["contact_id"]] for one in told if "opted out" not in one["body"])
    for (contact, _), n in outcome.deliveries.items():
        if n > 1:
            outcome.problems.append(f"{contact} got the same message {n} times")
    n_sent, sent_to = 0, Counter[int]()
    for row in rows:
        outcome.ends[f"{row.state} {row.reason}".strip()] += 1
        if row.state == StepState.SENT.value:
            n_sent += 1
            sent_to[row.lead_id] += 1
        if row.lead_id in left and row.step_id in began and began[row.step_id] > left[row.lead_id]:
            outcome.problems.append(f"step {row.step_id} went out after its lead had opted out")
        given_up = (row.state, row.reason) == (StepState.DEAD.value, "unknown_outcome")  # as often as it may: a person has the task
        if row.state not in (StepState.SENT.value, StepState.CANCELLED.value) and not given_up:
            outcome.problems.append(f"step {row.step_id} ended {row.state}: {row.reason} {row.detail}")
    outcome.problems += [
        f"lead {lead_id}: {n} sent, {reached[lead_id]} reached him" for lead_id, n in sent_to.items() if n > reached[lead_id]
    ]
    n_delivered = sum(outcome.deliveries.values())
    if n_delivered < n_sent or n_delivered > n_sent + sum(row.state == "cancelled" and calls[row.step_id] > 0 for row in rows):
        outcome.problems.append(f"{n_delivered} deliveries, {n_sent} steps sent")
