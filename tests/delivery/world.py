"""An office with leads who agreed to be written to, a clock that can be moved, and GoHighLevel's double: what delivery is tried on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from engine.clock import Clock
from engine.delivery import enrolling, office, plans
from engine.delivery.leases import Delivery, Patience
from engine.ghl.client import GhlClient, Provider
from engine.ghl.double_state import LOCATION, PRIVATE_TOKEN
from engine.ghl.limiter import LocalBudget
from engine.ghl.oauth import PrivateToken
from engine.ghl.wire import Wire
from engine.records import Lead, Source
from engine.records.follow_up import Consent, StepKind
from engine.sequences.cadence import Sequence, SequenceStep
from engine.sequences.message import Template
from engine.sequences.rules import DEFAULT, GateRules, as_data
from engine.store import consents, leads
from engine.store.ledger import Ledger
from engine.store.preferences import set_setting

NOON = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)  # a Tuesday, 12:00 in California
KEY = b"k" * 32
SENDER = {
    "brand": "Salas Realty",
    "agent_name": "Jorge Salas",
    "agent_phone": "+19095550100",
    "postal_address": "1 Main St, Rancho Cucamonga, CA 91730",
    "from_number": "+19095550100",
    "from_email": "jorge@example.com",
    "public_url": "https://leads.example.com",
}
SWIFT = Patience(lease=timedelta(seconds=60), settle=timedelta(seconds=5))


@dataclass
class MovedClock:
    """A clock that stands until it is moved."""

    at: datetime = NOON
    speed: float = field(default=1.0)

    def now(self) -> datetime:
        return self.at

    def move(self, **passed: float) -> None:
        self.at += timedelta(**passed)


def text(number: int, day: int = 0, **facts: object) -> tuple[SequenceStep, Template]:
    """A text of a sequence, with words of its own."""
    key = f"text-{number}"
    step = SequenceStep(number=number, day=day, kind=StepKind.SMS, template=key, **{"min_gap_hours": 0.0, **facts})  # type: ignore[arg-type]
    body = f"{{{{greeting}}}}, {{{{agent_name}}}} with {{{{brand}}}}. Note {number}: still thinking of a move?"
    return step, Template(key=key, kind=StepKind.SMS, body=body)


def email(number: int, day: int = 0) -> tuple[SequenceStep, Template]:
    """An e-mail of a sequence."""
    key = f"email-{number}"
    step = SequenceStep(number=number, day=day, kind=StepKind.EMAIL, template=key, min_gap_hours=0.0, max_late_hours=96)
    return step, Template(
        key=key,
        kind=StepKind.EMAIL,
        subject="Your move",
        body=f"{{{{greeting}}}}, letter {number}: where do you stand?\n\n{{{{agent_name}}}}",
    )


def call(number: int, day: int = 0) -> tuple[SequenceStep, Template]:
    """A call of a sequence."""
    key = f"call-{number}"
    step = SequenceStep(number=number, day=day, kind=StepKind.CALL_TASK, template=key, min_gap_hours=0.0, max_late_hours=96)
    return step, Template(key=key, kind=StepKind.CALL_TASK, subject="Call {{full_name}}", body="Ask when.")


def plan_of(*parts: tuple[SequenceStep, Template], name: str = "trial") -> plans.Plan:
    """A sequence of these steps."""
    steps = tuple(step for step, _ in parts)
    words = {(one.key, "en"): one for _, one in parts}
    return plans.Plan(sequence=Sequence(key=name, name=name, version=1, steps=steps), templates=words)


def person(n: int, **facts: object) -> Lead:
    """A lead in Rancho Cucamonga."""
    given: dict[str, object] = {
        "first_name": "Ana",
        "last_name": "Ibáñez",
        "phone": f"+1909{5550000 + n:07d}" if n < 5000 else f"+1909{2000000 + n:07d}",
        "email": f"ana{n}@example.com",
        "zip_code": "91730",
        "city": "Rancho Cucamonga",
        "state": "CA",
        "source": Source.OWN_SITE,
        "created_at": NOON - timedelta(days=1),
    }
    return Lead(**{**given, **facts})  # type: ignore[arg-type]


def agreed(lead_id: int, lead: Lead, at: datetime = NOON - timedelta(days=1)) -> list[Consent]:
    """Written consent to texts and e-mails."""
    return [
        Consent(
            lead_id=lead_id,
            address=address,
            channels=(StepKind.SMS, StepKind.EMAIL, StepKind.CALL_TASK),
            purpose="marketing",
            disclosure="I agree that Salas Realty may text and e-mail me.",
            method="web form",
            evidence="form 1",
            given_at=at,
        )
        for address in (lead.phone, lead.email)
        if address
    ]


def set_up(ledger: Ledger, at: datetime, rules: GateRules = DEFAULT, **sender: str) -> None:
    """The office's follow-up settings, and a national list that is current and names nobody."""
    with ledger.write(at=at - timedelta(days=2)) as txn:
        set_setting(txn, office.SENDER, {**SENDER, **sender})
        set_setting(txn, office.RULES, as_data(rules))
        set_setting(txn, office.DO_NOT_CALL, {"as_of": (at - timedelta(days=2)).isoformat()})


def take_in(ledger: Ledger, people: list[Lead], at: datetime) -> list[int]:
    """Leads who agreed."""
    with ledger.write(at=at) as txn:
        ids = leads.insert_leads(txn, people, at=at)
        consents.add_consents(txn, [one for number, lead in zip(ids, people, strict=True) for one in agreed(number, lead)])
    return ids


def begin(ledger: Ledger, plan: plans.Plan, lead_ids: list[int], at: datetime) -> int:
    """Enrol them; answers the sequence's number."""
    with ledger.write(at=at) as txn:
        number = plans.add(txn, plan)
    for start in range(0, len(lead_ids), 500):
        with ledger.write(at=at) as txn:
            refused = enrolling.enrol(txn, number, lead_ids[start : start + 500], how="hand")
        assert not refused
    return number


def client(url: str, clock: Clock, timeout_s: float = 0.4) -> GhlClient:
    """The product's own client, on the double, with little patience."""
    wire = Wire(
        PrivateToken(PRIVATE_TOKEN),
        LocalBudget(),
        clock,
        base_url=url,
        timeout=httpx.Timeout(timeout_s),
        longest_body_seconds=timeout_s,
    )
    return GhlClient(wire, LOCATION, clock)


def delivery(ledger: Ledger, clock: Clock, provider: Provider, *, owner: str = "test", patience: Patience = SWIFT) -> Delivery:
    """One process's means to deliver."""
    return Delivery(ledger=ledger, clock=clock, provider=provider, owner=owner, key=KEY, patience=patience)


def open_ledger(folder: Path) -> Ledger:
    """A ledger of its own."""
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.sqlite3'}")
    ledger.migrate()
    return ledger
