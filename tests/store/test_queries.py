"""The figures of the views, each against numbers worked out by hand in the comments."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.records import Band, Channel, Lead, Source, Stage
from engine.store import analytics as analytics_module
from engine.store import leads, opportunities, people, projection, scores
from engine.store.analytics import Analytics
from engine.store.ledger import Ledger, Txn
from engine.triage.worth import response_curve, worth_figures
from engine.views.inbox import filter_of
from tests.store.office import AT, answer, deal, later, lead, said, score, seed

ANA, BEN = 1, 2
NOW = later(hours=1)
FRAME: dict[str, Any] = {"people": None, "unassigned": False, "search": None, "shelf": "both"}
PAGE = {
    "agents": None,
    "band": None,
    "order": "score",
    "limit": 50,
    "offset": 0,
    "now": NOW,
    "w": worth_figures(response_curve([(0, 0)] * 5), {}),
}

OPEN = ("new", "contacted", "appointment", "active", "offer", "under_contract")
DEALS = {
    "today": AT.date(),
    "zone": "UTC",
    "agents": None,
    "odds": {"key": list(OPEN), "value": [[0.25, 0.2]] * len(OPEN)},  # on the day it came to its stage, and from the next on
    "f": {
        "people": None,
        "unassigned": False,
        "source": None,
        "min_days": None,
        "closing": None,
        "only_assumed": False,
        "search": None,
    },
}
ROWS = {"stages": ["under_contract"], "order": "closing", "by_stage": False, "limit": 5, "offset": 0}


def add(txn: Txn, one: Lead, probability: float | None = None, band: Band = Band.WARM, owner: int | None = None) -> int:
    (lead_id,) = leads.insert_leads(txn, [one], at=AT)
    if owner:
        leads.assign(txn, lead_id, owner)
    if probability is not None:
        scores.save_scores(txn, [score(lead_id, probability=probability, band=band)])
    return lead_id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Analytics]:
    """Six leads:

    1 José, hot, Ana's, wrote and was answered in 5 minutes, deal on offer, gross 3,600,000 on the default rate
    2 Mei, hot, nobody's, wrote and only a machine answered, no deal
    3 Olu, hot, Ben's, came yesterday, answered, wrote again two hours later, under contract, gross 1,000,001 as agreed, closes in May
    4 Pat, warm, nobody's, nothing ever happened, came three days ago, closed this month, gross 500,000
    5 Quin, not scored, must not be contacted
    6 Rio, cold, Ben's, lost deal
    """
    ledger, analytics = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}"), Analytics.open(tmp_path / "a.duckdb")
    ledger.migrate()
    yesterday = AT - timedelta(days=1)
    with ledger.write(at=AT) as txn:
        seed(txn)
        for user_id, name in ((ANA, "Ana"), (BEN, "Ben")):
            account = people.User(user_id, name.lower(), name, None, people.Role.AGENT, False, False, AT)
            people.insert_user(txn.connection, account, "hash")
            txn.emit("user_changed", "users", user_id)
        add(txn, lead(1, first_name="José", interactions=(said(), answer())), 0.5, Band.HOT, ANA)
        add(
            txn,
            lead(2, first_name="Mei", interactions=(said(), answer(is_automated=True), answer(channel=Channel.NOTE))),
            0.7,
            Band.HOT,
        )
        told = (said(at=yesterday), answer(at=yesterday + timedelta(hours=1)), said(at=yesterday + timedelta(hours=2)))
        add(txn, lead(3, first_name="Olu", created_at=yesterday, interactions=told), 0.6, Band.HOT, BEN)
        budget = {"budget_low_cents": 40_000_000, "budget_high_cents": 60_000_000}
        add(txn, lead(4, first_name="Pat", source=Source.SPHERE, created_at=AT - timedelta(days=3), interactions=(), **budget), 0.3)
        add(txn, lead(5, first_name="Quin", is_do_not_contact=True))
        add(txn, lead(6, first_name="Rio", source=None, interactions=()), 0.1, Band.COLD, BEN)
        opportunities.insert_opportunities(
            txn,
            [
                deal(1),
                deal(3, stage=Stage.UNDER_CONTRACT, gci_cents=1_000_001, price_cents=None, rate_source="agreement"),
                deal(4, stage=Stage.CLOSED, gci_cents=500_000, closed_on=AT.date(), closes_on=None),
                deal(6, stage=Stage.LOST, gci_cents=None, closed_on=AT.date()),
            ],
        )
    projection.catch_up(ledger, analytics)
    yield analytics
    analytics.close()
    ledger.close()


def asked(store: Analytics, **filters: Any) -> dict[str, Any]:
    page = {name: filters.pop(name) for name in PAGE.keys() & filters.keys()}
    frame = {name: filters.pop(name) if name in filters else value for name, value in FRAME.items()}
    (found,) = store.query("inbox", {**PAGE, **page, "f": frame | filter_of(**filters)})
    return found


def rows(store: Analytics, ids: list[int], **given: Any) -> list[dict[str, Any]]:
    scope = {name: PAGE[name] for name in ("agents", "now", "w")}
    found = {row["lead_id"]: row for row in store.query("inbox_rows", {**scope, **given, "lead_ids": ids})}
    return [found[lead_id] for lead_id in ids if lead_id in found]


def names(store: Analytics, **filters: Any) -> list[str]:
    return [row["name"].split()[0] for row in rows(store, asked(store, **filters)["lead_ids"] or [])]


def counts(store: Analytics, **filters: Any) -> dict[str | None, int]:
    return {group["band"]: group["n"] for group in asked(store, **filters)["counts"] or []}


def test_the_queue_goes_by_probability_and_the_unscored_come_last(store: Analytics):
    assert names(store) == ["Mei", "Olu", "José", "Pat", "Rio", "Quin"]
    assert counts(store) == {"hot": 3, "warm": 1, "cold": 1, None: 1}


def test_a_row_of_the_queue_says_all_that_is_shown(store: Analytics):
    (row,) = rows(store, asked(store, search="josé")["lead_ids"])
    assert (row["lead_id"], row["name"], row["phone"], row["email"]) == (1, "José Ibáñez 1", "+19095550001", "ana1@example.com")
    assert (row["band"], row["score"], row["probability"], row["has_enough_evidence"]) == ("hot", 78, 0.5, True)
    assert (row["reasons_for"], row["reasons_against"]) == (["reason 0", "reason 1", "reason 2"], ["reason 0"])
    assert (row["expected_cents"], row["rate_source"], row["stage"]) == (1_116_000, "default", "offer")
    assert (row["created_at"], row["last_inbound_at"], row["first_outbound_at"]) == (AT, AT, later(minutes=5))
    assert (row["assigned_to"], row["assigned_name"], row["is_do_not_contact"]) == (ANA, "Ana", False)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"band": "hot"}, ["Mei", "Olu", "José"]),
        ({"source": "sphere"}, ["Pat"]),
        ({"stage": "offer"}, ["José"]),
        ({"stage": "closed"}, ["Pat"]),
        ({"agents": [ANA]}, ["Mei", "José", "Pat", "Quin"]),  # her own and nobody's
        ({"agents": [ANA, BEN]}, ["Mei", "Olu", "José", "Pat", "Rio", "Quin"]),  # a team of both
        ({"people": [ANA]}, ["José"]),
        ({"unassigned": True}, ["Mei", "Pat", "Quin"]),
        ({"agents": [BEN], "people": [BEN]}, ["Olu", "Rio"]),
        ({"source": ["sphere", "portal"], "stage": "offer"}, ["José"]),
        ({"match": "any", "source": "sphere", "stage": "offer"}, ["José", "Pat"]),
        ({"match": "any", "bands": ["cold"], "assigned": ANA}, ["José", "Rio"]),
        ({"match": "any"}, ["Mei", "Olu", "José", "Pat", "Rio", "Quin"]),  # nothing asked, nothing hidden
        ({"match": "any", "agents": [ANA], "bands": ["cold", "warm"]}, ["Pat"]),  # any of them, of what she may see
        ({"assigned": 0, "bands": ["hot"]}, ["Mei"]),
        ({"text": "IBANEZ 4"}, ["Pat"]),
        ({"budget_to_cents": 50_000_000}, ["Pat"]),  # who says 400,000 to 600,000
        ({"budget_from_cents": 70_000_000}, []),
        ({"limit": 2, "offset": 1}, ["Olu", "José"]),
        ({"search": "jose ibanez"}, ["José"]),  # without the accents
        ({"search": "(909) 555-0004"}, ["Pat"]),  # however a number is written
        ({"search": "ana2@example"}, ["Mei"]),
        ({"search": "100%_"}, []),
        ({"order": "newest"}, ["Mei", "José", "Rio", "Quin", "Olu", "Pat"]),
        # Mei was answered by a machine and wrote a note to herself: she waits since she came, Olu since he wrote again, an hour
        # later yesterday. Pat's and Rio's deals have ended; Quin must not be contacted; José was answered.
        ({"only_waiting": True, "order": "waiting"}, ["Olu", "Mei"]),
    ],
)
def test_the_queue_is_filtered_and_ordered(store: Analytics, filters: dict[str, Any], found: list[str]):
    assert names(store, **filters) == found


@pytest.mark.parametrize("filters", [{"agents": [ANA]}, {"unassigned": True}, {"search": "909555"}, {"only_waiting": True}])
def test_the_counts_count_what_the_queue_shows(store: Analytics, filters: dict[str, Any]):
    assert sum(counts(store, **filters).values()) == len(names(store, **filters))


def test_sources_count_leads_hot_ones_and_expectations(store: Analytics):
    # Portal: José, Mei, Olu and Quin, three hot, three scored with 1,116,000 each.
    rows = [tuple(row.values()) for row in store.query("sources", {"agents": None})]
    assert rows == [("portal", 4, 3, 3_348_000), ("sphere", 1, 0, 1_116_000), (None, 1, 0, 1_116_000)]


def test_the_pipeline_adds_up_stage_by_stage(store: Analytics):
    rows = {row["stage"]: row for row in store.query("pipeline_columns", DEALS)}
    assert list(rows) == [stage.value for stage in Stage]
    figures = ("n_deals", "n_unpriced", "price_cents", "gross_cents", "weighted_cents", "assumed_cents")
    # Offer: 3,600,000 × 0.5. Under contract: 1,000,001 × 0.85 = 850,000.85, to the cent 850,001.
    assert [rows["offer"][name] for name in figures] == [1, 0, 60_000_000, 3_600_000, 1_800_000, 3_600_000]
    assert [rows["under_contract"][name] for name in figures] == [1, 0, 0, 1_000_001, 850_001, 0]
    assert rows["offer"]["predicted_cents"] == 900_000  # 3,600,000 × 0.25, its chance on the first day
    assert [rows["lost"][name] for name in figures] == [1, 1, 60_000_000, 0, 0, 0]
    assert [rows["new"][name] for name in figures] == [0, 0, 0, 0, 0, 0]
    assert all(isinstance(rows[stage][name], int) for stage in rows for name in figures)


def test_an_agents_pipeline_has_his_own_deals_and_nobodys(store: Analytics):
    rows = store.query("pipeline_columns", DEALS | {"agents": [ANA]})
    assert {row["stage"]: row["n_deals"] for row in rows if row["n_deals"]} == {"offer": 1, "closed": 1}


def test_a_stages_deals_name_the_lead_and_the_money(store: Analytics):
    (row,) = store.query("pipeline_rows", DEALS | ROWS)
    assert (row["lead_id"], row["name"], row["assigned_name"]) == (3, "Olu Ibáñez 3", "Ben")
    assert (row["price_cents"], row["gci_cents"], row["weighted_cents"]) == (None, 1_000_001, 850_001)
    assert (row["closes_on"], row["stage_since"], row["rate_source"]) == (date(2026, 5, 1), AT, "agreement")
    assert store.query("pipeline_rows", DEALS | ROWS | {"agents": [ANA]}) == []


def test_leads_without_a_deal_are_summed_apart(store: Analytics):
    # Mei alone: Quin has no deal either but no score.
    assert store.query("leads_outside_pipeline", {"agents": None}) == [{"n_leads": 1, "expected_cents": 1_116_000}]


def home(store: Analytics, agent_id: int | None = None) -> dict[str, Any]:
    day_start = AT.replace(hour=8, minute=0, second=0, microsecond=0)
    dates = {"today": AT.date(), "month_start": AT.date().replace(day=1), "year_start": date(2026, 1, 1)}
    (row,) = store.query("home_numbers", {"agents": None if agent_id is None else [agent_id], "day_start": day_start, **dates})
    return row


def test_the_days_numbers(store: Analytics):
    assert home(store) == {
        "n_leads": 6,
        "n_scored": 5,
        "n_hot": 3,
        "n_hot_waiting": 2,  # Mei and Olu
        "oldest_waiting_since": AT - timedelta(hours=22),  # Olu's second message
        "n_new_today": 4,  # all but Olu and Pat
        "n_answered_today": 1,
        "median_answer_minutes": 5.0,
        "answered_in_five_rate": 0.25,
        "n_open_deals": 2,
        "open_gci_cents": 4_600_001,
        "weighted_gci_cents": 2_650_001,
        "n_under_contract": 1,
        "under_contract_gci_cents": 1_000_001,
        "next_closing_on": date(2026, 5, 1),
        "expected_fall_through": pytest.approx(0.15),
        "closed_month_gci_cents": 500_000,
        "closed_year_gci_cents": 500_000,
        "n_closed_year": 1,
        "assumed_rate_share": pytest.approx(1_800_000 / 2_650_001),
    }


def test_an_agents_numbers_are_of_his_own_and_nobodys_leads(store: Analytics):
    row = home(store, ANA)
    assert (row["n_leads"], row["n_hot"], row["n_open_deals"], row["open_gci_cents"]) == (4, 2, 1, 3_600_000)


def test_an_empty_office_has_no_rates_to_show(analytics: Analytics):
    row = home(analytics)
    assert (row["n_leads"], row["open_gci_cents"], row["n_under_contract"]) == (0, 0, 0)
    unknown = ("oldest_waiting_since", "median_answer_minutes", "answered_in_five_rate", "next_closing_on", "assumed_rate_share")
    assert [row[name] for name in unknown] == [None] * 5


def test_every_query_begins_with_what_it_promises():
    files = sorted((Path(analytics_module.__file__).parent / "queries").glob("*.sql"))
    assert [file.name for file in files if not file.read_text(encoding="utf-8").startswith("-- ")] == []
    assert files
