"""A small office's facts for the stores' tests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.records import (
    Band,
    Channel,
    CommissionEstimate,
    Direction,
    Interaction,
    Lead,
    Opportunity,
    PriceEstimate,
    Reason,
    Score,
    Source,
    Stage,
)
from engine.store import batches, opportunities
from engine.store.ledger import Txn

AT = datetime(2026, 3, 2, 17, 30, 15, 123456, tzinfo=UTC)
WIN_RATES = {
    "new": 0.02,
    "contacted": 0.05,
    "appointment": 0.15,
    "active": 0.3,
    "offer": 0.5,
    "under_contract": 0.85,
    "closed": 1.0,
}


def later(**passed: float) -> datetime:
    """A moment after the tests' own."""
    return AT + timedelta(**passed)


def seed(txn: Txn) -> None:
    """The pipeline's stages."""
    opportunities.seed_stages(
        txn,
        [
            {
                "stage": stage,
                "label": stage.value.replace("_", " ").capitalize(),
                "position": place,
                "win_rate": WIN_RATES.get(stage.value, 0.0),
                "win_rate_source": "assumed",
                "is_open": stage not in {Stage.CLOSED, Stage.LOST},
            }
            for place, stage in enumerate(Stage)
        ],
    )


def lead(n: int = 1, **facts: Any) -> Lead:
    """A lead with a phone and an e-mail of his own, who wrote once."""
    given: dict[str, Any] = {
        "first_name": "Ana",
        "last_name": f"Ibáñez {n}",
        "phone": f"+1909555{n:04d}",
        "email": f"ana{n}@example.com",
        "source": Source.PORTAL,
        "created_at": AT,
        "city": "Upland",
        "tags": ("buyer",),
        "extra": {"Campaign": "spring"},
        "interactions": (said(),),
    }
    return Lead(**{**given, **facts})


def said(**facts: Any) -> Interaction:
    """A message from a lead."""
    given = {"at": AT, "channel": Channel.SMS, "direction": Direction.INBOUND, "body": "Is it still available?", "n_words": 4}
    return Interaction(**{**given, **facts})


def answer(**facts: Any) -> Interaction:
    """A person's answer, five minutes later."""
    return said(**{"at": later(minutes=5), "direction": Direction.OUTBOUND, "body": "It is.", **facts})


def score(lead_id: int, **facts: Any) -> Score:
    """A hot lead's score."""
    reasons = tuple(Reason(feature=f"f{k}", value="yes", effect=0.1 * k, text=f"reason {k}") for k in range(4))
    given: dict[str, Any] = {
        "lead_id": lead_id,
        "probability": 0.31,
        "probability_low": 0.2,
        "probability_high": 0.42,
        "score": 78,
        "band": Band.HOT,
        "confidence": 0.8,
        "has_enough_evidence": True,
        "n_similar": 40,
        "n_similar_closed": 12,
        "reasons_for": reasons,
        "reasons_against": reasons[:1],
        "price": PriceEstimate(low_cents=50_000_000, p50_cents=60_000_000, high_cents=70_000_000, basis="stated budget"),
        "commission": CommissionEstimate(
            price_cents=60_000_000, rate=0.06, rate_source="default", gci_cents=3_600_000, expected_cents=1_116_000
        ),
        "model_version": "m1",
        "inputs_hash": "ab" * 32,
        "scored_at": AT,
    }
    return Score(**{**given, **facts})


def deal(lead_id: int, **facts: Any) -> Opportunity:
    """A lead's deal at the offer stage, on the default rate: 600,000 dollars at 6 %."""
    given: dict[str, Any] = {
        "lead_id": lead_id,
        "stage": Stage.OFFER,
        "price_cents": 60_000_000,
        "price_source": "stated",
        "commission_rate": 0.06,
        "rate_source": "default",
        "gci_cents": 3_600_000,
        "opened_at": AT,
        "stage_since": AT,
        "closes_on": date(2026, 5, 1),
    }
    return Opportunity(**{**given, **facts})


def new_batch(txn: Txn, **facts: Any) -> int:
    """An import that is being worked on."""
    given = {"file_name": "leads.csv", "file_hash": "f" * 64, "fingerprint": "p" * 64, "purpose": "ledger", "state": "importing"}
    return batches.create(txn, **{**given, "mapping": {"Name": "full_name"}, **facts})
