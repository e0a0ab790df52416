"""Follow-up over the API: what is told of sequences, and one lead put on, stood still, let go on and taken off, within a person's scope."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import commands
from engine.access import SYSTEM
from engine.delivery import plans
from engine.records.key import KeyScope
from engine.runtime import Engine
from tests.api.rest import Api, api, opened, person


@pytest.fixture(scope="module")
def office(api_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    for engine in opened(api_home, tmp_path_factory.mktemp("sequences")):
        with engine.ledger.write(at=engine.clock.now()) as txn:
            plans.seed(txn)
        yield engine


@pytest.fixture
def owner(office: Engine) -> Iterator[Api]:
    with api(office) as client:
        yield client


def lead(office: Engine, number: int, agent: str = "") -> int:
    lead_id = commands.take_lead(office, SYSTEM, {"name": f"Se Quence {number}", "phone": f"(909) 555-02{number:02d}"})
    if agent:
        commands.assign_lead(office, SYSTEM, lead_id, person(office, agent).user_id)
    return lead_id


def first_sequence(client: Api) -> str:
    return f"/v1/sequences/{client.get('/v1/sequences').json()['sequences'][0]['sequence_id']}"


def test_a_sequence_is_told_with_its_steps_and_switched(office: Engine, owner: Api):
    path = first_sequence(owner)
    told = owner.get(path).json()
    assert [step["number"] for step in told["steps"]] == list(range(1, len(told["steps"]) + 1))
    assert [step["day"] for step in told["steps"]][-1] == 30
    assert owner.patch(path, json={"is_active": False}).json()["is_active"] is False
    assert owner.post(f"{path}/enrolments", json={"lead_id": lead(office, 0)}).status_code == 422
    assert owner.patch(path, json={"is_active": True}).json()["is_active"] is True
    assert owner.get("/v1/sequences/999999").status_code == 404


def test_a_lead_is_put_on_paused_let_go_on_and_taken_off(office: Engine, owner: Api):
    path, lead_id = first_sequence(owner), lead(office, 1)
    put_on = owner.post(f"{path}/enrolments", json={"lead_id": lead_id})
    assert (put_on.status_code, put_on.json()["lead_id"], put_on.json()["how"]) == (201, lead_id, "hand")
    assert put_on.json()["state"] in ("active", "held_out")
    twice = owner.post(f"{path}/enrolments", json={"lead_id": lead_id})
    assert (twice.status_code, twice.json()["error"]["message"]) == (409, "Already on this sequence")
    one = f"{path}/enrolments/{put_on.json()['enrolment_id']}"
    states = [owner.patch(one, json={"state": wanted}).json()["state"] for wanted in ("paused", "paused", "active", "stopped")]
    assert states == ["paused", "paused", "active", "stopped"]
    assert owner.patch(one, json={"state": "active"}).status_code == 409
    listed = owner.get(f"{path}/enrolments", params={"lead_id": lead_id}).json()
    assert [(row["state"], row["end_reason"]) for row in listed["enrolments"]] == [("stopped", "a person stopped it")]


def test_enrolments_are_read_page_after_page(office: Engine, owner: Api):
    path = first_sequence(owner)
    put_on = [
        owner.post(f"{path}/enrolments", json={"lead_id": lead(office, number)}).json()["enrolment_id"] for number in (11, 12, 13)
    ]
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = owner.get(f"{path}/enrolments", params={"after": after, "limit": 2}).json()
        seen += [row["enrolment_id"] for row in page["enrolments"]]
        after = page["after"]
    assert set(put_on) <= set(seen)
    assert seen == sorted(set(seen))


def test_an_agent_sees_and_steers_nobody_elses_lead(office: Engine, owner: Api):
    path, hers = first_sequence(owner), lead(office, 21, "lea")
    enrolment_id = owner.post(f"{path}/enrolments", json={"lead_id": hers}).json()["enrolment_id"]
    with api(office, "maria") as maria:
        assert maria.get(f"{path}/enrolments", params={"lead_id": hers}).json()["enrolments"] == []
        assert maria.patch(f"{path}/enrolments/{enrolment_id}", json={"state": "stopped"}).status_code == 404
        assert maria.post(f"{path}/enrolments", json={"lead_id": hers}).status_code == 404
        assert maria.patch(path, json={"is_active": False}).status_code == 403
    with api(office, "rita") as reader:
        assert reader.patch(f"{path}/enrolments/{enrolment_id}", json={"state": "paused"}).status_code == 403
    with api(office, "owner", KeyScope.LEADS_READ) as other_key:
        assert other_key.get("/v1/sequences").status_code == 403
