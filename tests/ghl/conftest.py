"""GoHighLevel's double inside the test, and a client whose every request is held against the contract."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from engine.clock import FixedClock
from engine.ghl.client import GhlClient
from engine.ghl.double import Double
from engine.ghl.double_state import LOCATION, PRIVATE_TOKEN, State
from engine.ghl.limiter import Budget, LocalBudget
from engine.ghl.oauth import PrivateToken
from engine.ghl.wire import Wire
from tests.ghl.contract import Checked

AT = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ANA = {"firstName": "Ana", "lastName": "Rivera", "phone": "+19095550101", "email": "ana@example.com"}


def client_of(double: Double, transport: httpx.BaseTransport, **told) -> GhlClient:
    wire = Wire(
        PrivateToken(PRIVATE_TOKEN), told.pop("budget", None) or wide_budget(), double.state.clock, transport=transport, **told
    )
    return GhlClient(wire, LOCATION, double.state.clock)


def wide_budget() -> LocalBudget:
    """More requests than a test makes."""
    return LocalBudget(Budget(limit=100_000.0))


@pytest.fixture
def double() -> Iterator[Double]:
    made = Double(state=State(clock=FixedClock(AT)), limit=100_000)
    yield made
    made.state.close()


@pytest.fixture
def transport(double: Double) -> Checked:
    return Checked(double.transport())


@pytest.fixture
def client(double: Double, transport: Checked) -> Iterator[GhlClient]:
    made = client_of(double, transport)
    yield made
    made.close()


@pytest.fixture
def ana(client: GhlClient) -> str:
    """A contact's id."""
    return client.upsert_contact(ANA).contact_id
