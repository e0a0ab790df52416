"""The API as another program meets it: the brief's own body, each part's answers, and whose rows one sees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import commands
from engine.access import SYSTEM
from engine.records.key import KeyScope
from engine.runtime import Engine
from engine.store.tables import scores
from tests.api.rest import BODY, Api, api, opened, person

SHAPE = {
    "lead_id", "ml_score", "ml_confidence", "classification", "probability", "probability_interval", "reasons", "jorge_commission",
    "escalation", "model_version", "cache_hit", "processing_time_ms", "scored_at",
}  # fmt: skip


@pytest.fixture(scope="module")
def office(api_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from opened(api_home, tmp_path_factory.mktemp("rest"))


@pytest.fixture(scope="module")
def owner(office: Engine) -> Api:
    return api(office)


@pytest.fixture(scope="module")
def maria(office: Engine) -> Api:
    return api(office, "maria")


def body(lead_id: str, **data: object) -> dict[str, object]:
    return {"lead_id": lead_id, "lead_data": data}


def test_the_briefs_own_body_is_answered_in_its_shape_and_stored(owner: Api, office: Engine):
    answer = owner.post("/v1/ml/score", json=BODY)
    told = answer.json()
    assert answer.status_code == 200
    assert told.keys() >= SHAPE
    assert (told["lead_id"], told["cache_hit"]) == ("lead_12345", False)
    assert (told["escalation"] is None) is (told["ml_confidence"] >= 0.85)
    assert (told["escalation"]["to"], told["escalation"]["status"]) == ("person", "queued")
    assert 0 < told["probability_interval"][0] <= told["probability"] <= told["probability_interval"][1] < 1
    assert {reason.keys() == {"feature", "value", "effect", "text"} for reason in told["reasons"]} == {True}
    money = told["jorge_commission"]
    # 6 % of the price, and that times the probability, to the cent
    assert money["estimated_commission"] == pytest.approx(money["estimated_sale_price"] * 0.06, abs=0.01)
    assert money["expected_commission"] == pytest.approx(money["estimated_commission"] * told["probability"], abs=0.01)
    with office.ledger.read() as connection:
        row = connection.execute(scores.select().where(scores.c.lead_id == told["lead_ref"])).one()
    assert (row.source, row.is_current, row.score) == ("api", True, told["ml_score"])


def test_asked_again_with_nothing_new_the_score_is_the_same_and_says_so(owner: Api):
    asked = body("again", name="Ana Again", budget_range="400k")
    first, second = (owner.post("/v1/ml/score", json=asked).json() for _ in range(2))
    assert (first["cache_hit"], second["cache_hit"]) == (False, True)
    assert {name: first[name] for name in SHAPE - {"cache_hit", "processing_time_ms"}} == {
        name: second[name] for name in SHAPE - {"cache_hit", "processing_time_ms"}
    }


def test_what_a_program_says_anew_replaces_what_it_said_before(owner: Api):
    number = owner.post("/v1/ml/score", json=body("moves", name="Mo Ves", budget_range="400k")).json()["lead_ref"]
    again = owner.post("/v1/ml/score", json=body("moves", budget_range="900k", phone="(909) 555-0141")).json()
    lead = owner.get(f"/v1/leads/{number}").json()
    assert again["lead_ref"] == number
    assert (lead["budget_high_cents"], lead["phone"], lead["name"]) == (90_000_000, "+19095550141", "Mo Ves")


def test_the_last_score_is_found_by_the_programs_id_and_by_ours(owner: Api):
    told = owner.post("/v1/ml/score", json=body("find-me", name="Fi Nd")).json()
    by_id, by_number = owner.get("/v1/ml/score/find-me").json(), owner.get(f"/v1/ml/score/{told['lead_ref']}").json()
    assert by_id["probability"] == by_number["probability"] == told["probability"]
    assert owner.get("/v1/ml/score/nobody").status_code == 404


def test_a_batch_answers_each_lead_in_order_or_says_what_is_wrong_with_him(owner: Api, office: Engine):
    other = commands.take_lead(office, SYSTEM, {"name": "Ot Her", "phone": "(909) 555-0142"})
    commands.assign_lead(office, SYSTEM, other, person(office, "lea").user_id)
    agent = api(office, "maria")
    asked = [body("b1", name="Bo One"), body("b2", name="Ot Her", phone="(909) 555-0142"), body("b1", budget_range="1m")]
    told = agent.post("/v1/ml/batch", json={"leads": asked}).json()
    assert [result["lead_id"] for result in told["results"]] == ["b1", "b2", "b1"]
    assert (told["n_scored"], told["n_failed"]) == (2, 1)
    assert told["results"][1]["error"]["code"] == "not_found"
    assert told["results"][0]["result"]["lead_ref"] == told["results"][2]["result"]["lead_ref"]


@pytest.mark.parametrize("n", [0, 101])
def test_a_batch_holds_one_to_a_hundred_leads(owner: Api, n: int):
    answer = owner.post("/v1/ml/batch", json={"leads": [body(f"x{number}") for number in range(n)]})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "leads")


def test_a_lead_is_added_read_changed_and_cleared(owner: Api):
    added = owner.post(
        "/v1/leads", json={"name": "Cy Cle", "phone": "(909) 555-0143", "budget": "500k-750k", "notes": "likes pools"}
    )
    assert added.status_code == 201
    path = f"/v1/leads/{added.json()['lead_id']}"
    changed = owner.patch(path, json={"budget": "600k", "notes": None, "beds": 3}).json()
    assert (changed["budget_high_cents"], changed["notes"], changed["beds"]) == (60_000_000, "", 3.0)
    assert owner.get(path).json() == changed
    refused = owner.patch(path, json={"phone": "12"}).json()["error"]
    assert (refused["code"], refused["field"]) == ("bad_input", "phone")
    assert owner.patch(path, json={"nonsense": 1}).status_code == 422


def test_a_phone_of_somebody_else_is_not_taken_over(owner: Api):
    first = owner.post("/v1/leads", json={"name": "Pho One", "phone": "(909) 555-0144"}).json()
    second = owner.post("/v1/leads", json={"name": "Pho Two", "phone": "(909) 555-0145"}).json()
    answer = owner.patch(f"/v1/leads/{second['lead_id']}", json={"phone": "(909) 555-0144"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (409, "phone")
    assert owner.get(f"/v1/leads/{first['lead_id']}").json()["phone"] == "+19095550144"


def test_leads_are_read_page_after_page_each_once_and_in_order(owner: Api):
    for number in range(5):
        owner.post("/v1/leads", json={"name": f"Page Turner {number}", "email": f"page{number}@example.com"})
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = owner.get("/v1/leads", params={"after": after, "limit": 2, "search": "page turner"}).json()
        seen += [lead["lead_id"] for lead in page["leads"]]
        after = page["after"]
    assert (len(seen), seen) == (5, sorted(set(seen)))


def test_a_deal_is_opened_moved_and_found_in_the_pipeline(owner: Api):
    lead_id = owner.post("/v1/leads", json={"name": "De Al", "email": "deal@example.com"}).json()["lead_id"]
    before = owner.get("/v1/pipeline").json()
    opened_deal = owner.post("/v1/opportunities", json={"lead_id": lead_id, "stage": "offer", "price_cents": 50_000_000})
    assert opened_deal.status_code == 201
    number = opened_deal.json()["opportunity_id"]
    after = owner.get("/v1/pipeline").json()
    assert after["total_cents"] - before["total_cents"] == 3_000_000  # 6 % of $500,000
    assert after["weighted_cents"] - before["weighted_cents"] == 1_500_000  # an offer wins half the time
    weeks, forecast = after["weekly_projection"], owner.get("/v1/commission/forecast").json()["weeks"]
    assert [week["expected_cents"] for week in weeks] == [week["gci"]["mean"] for week in forecast]
    assert 0 < sum(week["expected_cents"] for week in weeks) <= after["total_cents"]  # though the deal names no closing day
    moved = owner.patch(f"/v1/opportunities/{number}", json={"stage": "closed"}).json()
    assert (moved["stage"], moved["closed_on"]) == ("closed", "2026-03-02")
    assert owner.get("/v1/pipeline").json()["total_cents"] == before["total_cents"]
    listed = owner.get("/v1/opportunities", params={"lead_id": lead_id}).json()["opportunities"]
    assert [deal["opportunity_id"] for deal in listed] == [number]


def test_a_file_is_kept_and_queued_and_can_be_dropped(owner: Api, maria: Api, office: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.commands.batches.mind_batches", lambda engine: None)  # no worker: its process has tests of its own
    content = b"Name,Phone\nFi Le,(909) 555-0146\n"
    answer = owner.post("/v1/batches", files={"file": ("leads.csv", content, "text/csv")}, data={"check_first": "true"})
    told = answer.json()
    assert (answer.status_code, told["state"], told["file_name"]) == (202, "queued", "leads.csv")
    path = f"/v1/batches/{told['batch_id']}"
    assert maria.get(path).status_code == maria.delete(path).status_code == maria.get(f"{path}/rejected.csv").status_code == 404
    assert owner.get(f"{path}/rejected.csv").headers["content-type"].startswith("text/csv")
    assert owner.delete(path).json()["state"] == "cancelled"
    assert owner.get("/v1/batches").json()[0]["batch_id"] == told["batch_id"]


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\x00", b"\x00\x00\x00"])
def test_a_file_that_is_no_table_is_refused_in_words(owner: Api, content: bytes):
    answer = owner.post("/v1/batches", files={"file": ("leads.csv", content, "text/csv")})
    assert (answer.status_code, bool(answer.json()["error"]["message"])) == (422, True)


def test_an_agent_sees_and_changes_nothing_of_anothers(office: Engine, maria: Api):
    lead_id = commands.take_lead(office, SYSTEM, {"name": "Le As", "phone": "(909) 555-0147", "external_id": "leas-1"})
    commands.assign_lead(office, SYSTEM, lead_id, person(office, "lea").user_id)
    deal_id = commands.open_deal(office, SYSTEM, lead_id)
    unknown = 999_999
    asked = [
        ("GET", "/v1/leads/{}", lead_id, None),
        ("PATCH", "/v1/leads/{}", lead_id, {"notes": "mine now"}),
        ("PATCH", "/v1/leads/{}", lead_id, {"assigned_to": person(office, "maria").user_id}),
        ("GET", "/v1/opportunities/{}", deal_id, None),
        ("PATCH", "/v1/opportunities/{}", deal_id, {"stage": "lost"}),
        ("GET", "/v1/ml/score/{}", lead_id, None),
    ]
    for method, path, number, sent in asked:
        his, nobodys = (maria.request(method, path.format(one), json=sent) for one in (number, unknown))
        assert (his.status_code, his.json()["error"]) == (
            404,
            nobodys.json()["error"] | {"message": his.json()["error"]["message"]},
        )
    assert maria.post("/v1/opportunities", json={"lead_id": lead_id}).status_code == 404
    assert maria.get("/v1/ml/score/leas-1").status_code == 404
    assert lead_id not in {lead["lead_id"] for lead in maria.get("/v1/leads").json()["leads"]}


def test_a_role_that_sees_no_money_is_told_none(office: Engine):
    assistant = api(office, "amir")
    told = assistant.post("/v1/ml/score", json=body("no-money", name="No Money")).json()
    assert told["jorge_commission"] is None
    pipeline = assistant.get("/v1/pipeline").json()
    assert (pipeline["total_cents"], pipeline["weighted_cents"]) == (None, None)
    assert {stage["gross_cents"] for stage in pipeline["by_stage"]} == {None}
    assert {cents for week in pipeline["weekly_projection"] for name, cents in week.items() if name.endswith("_cents")} <= {None}
    assert assistant.get(f"/v1/leads/{told['lead_ref']}").json()["score"]["expected_commission_cents"] is None


def test_a_role_may_do_with_a_key_what_it_may_do_on_the_pages(office: Engine):
    reader = api(office, "rita")
    assert reader.get("/v1/leads").status_code == 200
    for answer in (
        reader.post("/v1/ml/score", json=BODY),
        reader.post("/v1/leads", json={"name": "No Way"}),
        reader.get("/v1/batches"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("scope", list(KeyScope))
def test_a_key_is_good_only_for_what_it_was_made_for(office: Engine, scope: KeyScope):
    one = api(office, "owner", scope)
    needed = {
        "/v1/leads": KeyScope.LEADS_READ,
        "/v1/opportunities": KeyScope.DEALS_READ,
        "/v1/pipeline": KeyScope.DEALS_READ,
        "/v1/batches": KeyScope.BATCHES,
        "/v1/ml/score/nobody": KeyScope.SCORE,
    }
    for path, wanted in needed.items():
        assert (one.get(path).status_code == 403) == (wanted is not scope), path


def test_the_model_tells_its_figures(owner: Api):
    told = owner.get("/v1/ml/model").json()
    assert told["version"]
    assert told["metrics"]["auc"] > 0.5
    assert {"said", "came", "n"} <= told["calibration"][0].keys()
