"""A campaign of faults and kills: contacts with steps due, real programs that are killed again and again, a provider that fails at random.

Used small in the suite and large by `python -m bench follow_up`. What it counts are deliveries to the (pretended) people.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from socket import socket
from urllib.parse import urlencode

import httpx
from sqlalchemy import func, select

from engine.clock import Clock, clock_from
from engine.ghl import double_talk
from engine.ghl.double import Double
from engine.ghl.double_exchange import Ask, Reply
from engine.ghl.double_server import DoubleServer
from engine.ghl.double_state import LOCATION, PRIVATE_TOKEN, State
from engine.records.follow_up import StepState
from engine.sequences.rules import GateRules
from engine.store.follow_up_tables import attempts, opt_outs, steps
from engine.store.ghl_tables import ghl_contacts
from engine.store.ledger import Ledger
from tests.delivery import world
from tests.ghl import contract

ROOT = Path(__file__).resolve().parents[2]
SPEED = 8
CLOCK = f"2026-03-03T18:05:00Zx{SPEED}"  # a Tuesday, 10:05 in California: sending hours are open for almost an hour of real time
FAULTS = ("429", "500", "500_sent", "502_lagged", "timeout", "timeout_sent", "reset", "reset_sent", "html_sent", "empty_sent")
RULES = GateRules(messages_per_day=3, messages_per_week=21)
# Loud enough for three messages in a day: the campaign tries sending, the caps have tests of their own.


@dataclass
class Outcome:
    """What a campaign came to."""

    kills: Counter[str] = field(default_factory=Counter)  # by program
    n_steps: int = 0
    n_contacts: int = 0
    n_requests: int = 0  # held against the contract file, where it is at hand
    n_stops: int = 0
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[tuple[str, str]] = field(default_factory=Counter)  # by contact and words
    problems: list[str] = field(default_factory=list)


@dataclass
class CheckedDouble(Double):
    """The double, with every request held against HighLevel's own contract file."""

    n_checked: int = 0
    violations: list[str] = field(default_factory=list)

    def answer(self, ask: Ask) -> Reply:
        """Answer, and remember what the contract doesn't allow."""
        if contract.FILE.exists():
            self._check(ask)
        return super().answer(ask)

    def _check(self, ask: Ask) -> None:
        body = json.dumps(ask.body).encode() if int(ask.headers.get("content-length") or 0) else b""
        url = f"http://double{ask.path}?{urlencode(ask.query)}"
        self.n_checked += 1
        try:
            contract.check_request(httpx.Request(ask.method, url, headers=ask.headers, content=body))
        except (contract.Violation, ValueError) as error:
            self.violations.append(f"{ask.method} {ask.path}: {error}")


@contextmanager
def double_of(clock: Clock, folder: Path, *, webhook_url: str = "") -> Iterator[DoubleServer]:
    """GoHighLevel's double on a port of this machine, on the programs' clock."""
    state = State(path=folder / "double.sqlite3", clock=clock)
    (folder / "double.pem").write_text(state.public_key, encoding="ascii")
    server = DoubleServer(CheckedDouble(state=state, limit=1_000_000), webhook_url=webhook_url)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.double.state.close()


class Programs:
    """Two sidecars, each with a folder of its own on one ledger, and perhaps the web process; killed and started again."""

    def __init__(self, folder: Path, ledger_url: str, port: int, *, with_web: bool) -> None:
        self.folder, self.ledger_url, self.port, self.double_url = folder, ledger_url, port, ""
        self.names = ["sidecar", "second sidecar", *(["web process"] if with_web else [])]
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start one of them on its folder."""
        home = self.folder / ("second" if name == "second sidecar" else "home")
        home.mkdir(exist_ok=True)
        shutil.copy(self.folder / "clock.json", home)  # one time for all
        told = {"HOME": str(home), "LEDGER_URL": self.ledger_url, "CLOCK": CLOCK, "PORT": str(self.port)}
        told |= {"GHL_TOKEN": PRIVATE_TOKEN, "GHL_LOCATION_ID": LOCATION, "GHL_BASE_URL": self.double_url}
        told |= {"GHL_WEBHOOK_KEYS": str(self.folder / "double.pem"), "OWNER_PASSWORD": "blue-door-84-maple"}
        told["SECRET_KEY"] = "one-key-for-all-who-share-a-ledger-" * 2  # it signs the links to unsubscribe
        environment = {**os.environ, **{f"JORGE_{key}": value for key, value in told.items()}}
        command = ["-m", "engine", "web"] if name == "web process" else ["-m", "tests.delivery.swift_sidecar"]
        with (self.folder / "programs.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log)
        self._running[name] = process

    def kill(self, name: str) -> bool:
        """SIGKILL; says whether it was alive until then."""
        process = self._running[name]
        was_alive = process.poll() is None
        process.kill()
        process.wait()
        return was_alive

    def kill_all(self) -> None:
        """The end."""
        for name in self._running:
            self.kill(name)


def campaign(
    folder: Path,
    ledger_url: str,
    *,
    n_contacts: int,
    n_kills: int,
    seed: int,
    patience_s: float,
    fault_rate: float = 0.25,
    with_web: bool = False,
) -> Outcome:
    """Run the programs until every step has come to its end and so many were killed at random moments."""
    chance, began = random.Random(seed), time.monotonic()
    clock = clock_from(CLOCK, folder)
    ledger = Ledger.open(ledger_url)
    ledger.migrate()
    world.set_up(ledger, clock.now(), RULES)
    ids = world.take_in(ledger, [world.person(n) for n in range(n_contacts)], clock.now() - timedelta(hours=1))
    plan = world.plan_of(world.text(1), world.email(2), world.call(3))
    world.begin(ledger, plan, ids, clock.now() - timedelta(minutes=10))
    outcome = Outcome(n_contacts=n_contacts, n_steps=3 * n_contacts)
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    programs = Programs(folder, ledger_url, port, with_web=with_web)
    with double_of(clock, folder, webhook_url=f"http://127.0.0.1:{port}/api/webhooks/ghl" if with_web else "") as double:
        programs.double_url = double.url
        script = double.double.script
        script.chaos_rate, script.chaos_names, script.chaos_seconds = fault_rate, FAULTS, 5.0
        script.chance.seed(seed)
        for name in programs.names:
            programs.start(name)
        try:
            _disturb(ledger, double, programs, outcome, chance, n_kills, began + patience_s)
        finally:
            programs.kill_all()
        _judge(ledger, double, outcome)
    ledger.close()
    outcome.seconds = time.monotonic() - began
    return outcome


def _disturb(
    ledger: Ledger, double: DoubleServer, programs: Programs, outcome: Outcome, chance: random.Random, n_kills: int, until: float
) -> None:
    """Kill programs while there is work; let a few people answer STOP meanwhile; stop when nothing is open any more."""
    n_leaving = max(1, outcome.n_contacts // 20)
    while time.monotonic() < until:
        _wait_for_calls(ledger, chance, until)
        if _n_open(ledger) == 0:
            return
        if outcome.kills.total() < n_kills:
            name = chance.choice(programs.names)
            outcome.kills[name] += programs.kill(name)
            programs.start(name)
        if outcome.n_stops < n_leaving:
            outcome.n_stops += _say_stop(double, chance)
    outcome.problems.append(f"{_n_open(ledger)} steps were still open when the time was up")


def _wait_for_calls(ledger: Ledger, chance: random.Random, until: float) -> None:
    """Until a few more messages were tried, so that kills fall into the work however slow the machine is; seconds when nothing is."""
    wanted, patience = _n_calls(ledger) + chance.randrange(12), min(until, time.monotonic() + chance.uniform(3, 20))
    while time.monotonic() < patience and _n_calls(ledger) < wanted:
        time.sleep(chance.uniform(0.01, 0.2))


def _n_calls(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(attempts).where(attempts.c.event == "call")).scalar_one()


def _say_stop(double: DoubleServer, chance: random.Random) -> int:
    """One of the contacts answers STOP, at the provider: the office hears of it by webhook or by synchronising."""
    state = double.double.state
    with state.lock:
        contacts = sorted(state.kinds["contacts"])
        if not contacts:
            return 0
        state.begin()
        try:
            double_talk.receive(state, chance.choice(contacts), "STOP", "SMS", "")
        finally:
            state.commit()
    return 1


def _n_open(ledger: Ledger) -> int:
    open_ones = steps.c.state.in_(["pending", "leased", "sending", "unknown"])
    # A person who answered is paused, then opted out: what waits without a turn is nobody's business.
    has_turn = (steps.c.state != "pending") | steps.c.next_at.is_not(None)
    with ledger.read() as connection:
        n: int = connection.execute(select(func.count()).select_from(steps).where(open_ones, has_turn)).scalar_one()
    return n


def _judge(ledger: Ledger, double: DoubleServer, outcome: Outcome) -> None:
    """The invariants: never twice, once unless there is a reason, nothing after an opt-out beyond what was on its way."""
    with ledger.read() as connection:
        rows = connection.execute(select(steps)).all()
        lead_of = dict(connection.execute(select(ghl_contacts.c.contact_id, ghl_contacts.c.lead_id)).all())
        calls = Counter(connection.execute(select(attempts.c.step_id).where(attempts.c.event == "call")).scalars())
        left = dict(connection.execute(select(opt_outs.c.lead_id, opt_outs.c.recorded_at)).all())
        began = dict(connection.execute(select(attempts.c.step_id, attempts.c.at).where(attempts.c.event == "call")).all())
    checked = double.double
    assert isinstance(checked, CheckedDouble)
    outcome.n_requests = checked.n_checked
    outcome.problems += [f"against the contract: {one}" for one in sorted(set(checked.violations))[:20]]
    told = checked.state.deliveries()
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
