"""The pipeline's sums are those of its deals; a money change moves the store as if it were made anew; sources and stages tell the truth."""

import csv
import io
import random
from datetime import date, timedelta

import pytest

from bench.deals import GOES_ON, fill
from engine import commands, views
from engine.access import SYSTEM, Actor, Role
from engine.commission.files import plan_data
from engine.commission.source_returns import pending_range, share
from engine.errors import BadInput, NotAllowed, NotFound
from engine.records import Stage
from engine.records.deal import Agreement, DealSide
from engine.store import projection
from engine.store.analytics import Analytics

from .conftest import START, later

TODAY = START.date()
ZONE = "America/Los_Angeles"


@pytest.fixture
def busy(office, tmp_path):
    """An office with 400 synthetic deals and eXp's team plan; its store follows."""
    commands.set_plan(office, SYSTEM, plan_data(commands.example_plans()["exp-team"]), date(2020, 1, 1))
    fill(office, 400)
    office.store = Analytics.open(tmp_path / "analytics.duckdb")
    projection.catch_up(office.ledger, office.store)
    return office


def rows(engine, **filters):
    return views.pipeline_deals(engine, SYSTEM, limit=10_000, **filters)


@pytest.mark.parametrize(
    "filters", [{}, {"closing": "slipped"}, {"only_assumed": True}, {"source": "portal"}, {"min_days": 14}, {"search": "maria"}]
)
def test_each_columns_sums_are_those_of_its_deals(busy, filters):
    page, deals, odds = views.pipeline(busy, SYSTEM, **filters), rows(busy, **filters), busy.forecasts.odds(ZONE)
    assert sum(stage.n_deals for stage in page.stages) == len(deals)
    for stage in page.stages:
        mine = [deal for deal in deals if deal.stage == stage.stage]
        assert (stage.n_deals, stage.gross_cents) == (len(mine), sum(deal.gci_cents for deal in mine))
        assert stage.weighted_cents == sum(deal.weighted_cents for deal in mine)
        assert stage.predicted_cents == sum(deal.predicted_cents for deal in mine)
        for deal in mine if stage.is_open else []:
            chance = odds[Stage(deal.stage)].chance(min(deal.days_in_stage, 365))
            assert deal.chance == pytest.approx(chance)
            assert abs(deal.predicted_cents - deal.gci_cents * chance) <= 0.5
    assert page.predicted_cents == sum(stage.predicted_cents for stage in page.stages if stage.is_open)


def test_a_few_changes_move_the_stores_money_as_if_it_were_made_anew(busy, tmp_path):
    chance = random.Random(3)
    deals = [deal.opportunity_id for deal in rows(busy) if deal.stage in ("active", "offer", "under_contract")]
    for turn in range(6):
        number = chance.choice(deals)
        commands.change_deal(
            busy, SYSTEM, number, {"bonus_cents": chance.randrange(90_000), "closes_on": TODAY + timedelta(turn * 20)}
        )
        if turn == 2:
            commands.close_deal(busy, SYSTEM, deals[0], sold_price_cents=90_000_000, closed_on=TODAY)
        if turn == 3:
            commands.reverse_deal(busy, SYSTEM, deals[0], "slip")
        if turn == 4:
            commands.move_deal(busy, SYSTEM, deals[1], Stage.LOST)
        projection.catch_up(busy.ledger, busy.store)
    anew = Analytics.open(tmp_path / "anew.duckdb")
    projection.catch_up(busy.ledger, anew)
    for table in ("deal_money", "deal_pays", "deal_meters", "entry_pays", "opportunities", "stage_moves"):
        assert kept(busy.store, table) == kept(anew, table), table
    anew.close()


def kept(store, table):
    with store.write() as cursor:
        return sorted(map(repr, cursor.execute(f"SELECT * FROM {table}").fetchall()))


def test_a_move_can_be_taken_back_and_closing_has_its_own_way(busy):
    number = next(deal.opportunity_id for deal in rows(busy) if deal.stage == "active")
    done = commands.move_deal(busy, SYSTEM, number, Stage.OFFER)
    commands.undo_action(busy, SYSTEM, done.action_id)
    projection.catch_up(busy.ledger, busy.store)
    assert next(deal for deal in rows(busy) if deal.opportunity_id == number).stage == "active"
    with pytest.raises(BadInput, match="its own card"):
        commands.move_deal(busy, SYSTEM, number, Stage.CLOSED)
    with pytest.raises(NotFound):
        commands.move_deal(busy, Actor(999, "x", "X", Role.AGENT), rows(busy, search="maria")[0].opportunity_id, Stage.OFFER)


def test_a_closing_day_that_is_put_off_is_counted_and_one_brought_forward_is_not(office, tmp_path):
    lead = commands.take_lead(office, SYSTEM, {"name": "Ana Rivera", "email": "a@example.com"})
    deal = commands.open_deal(office, SYSTEM, lead, Stage.ACTIVE, 50_000_000)
    for days in (10, 30, 20, 40):
        commands.change_deal(office, SYSTEM, deal, {"closes_on": TODAY + timedelta(days)})
    office.store = Analytics.open(tmp_path / "analytics.duckdb")
    projection.catch_up(office.ledger, office.store)
    [row] = rows(office, closing="slipped")
    assert (row.n_moves, row.first_closes_on, row.slip) == (2, TODAY + timedelta(10), "moved")
    later(office, days=41)
    assert rows(office, closing="overdue")[0].slip == "overdue"


def test_the_files_hold_what_the_person_may_see(busy):
    found = list(csv.DictReader(io.StringIO(views.pipeline_csv(busy, SYSTEM).decode("utf-8-sig"))))
    assert len(found) == 400
    assert float(found[0]["Predicted"]) >= 0
    hidden = views.pipeline_csv(busy, Actor(9, "rita", "Rita", Role.READ_ONLY)).decode()
    assert "Gross" not in hidden
    assert "Rate" not in hidden
    assert views.pipeline_xlsx(busy, SYSTEM)[:2] == views.sources_xlsx(busy, SYSTEM)[:2] == b"PK"
    assert views.weekly_pdf(busy, SYSTEM).startswith(b"%PDF-")
    with pytest.raises(NotAllowed):
        views.weekly_pdf(busy, Actor(9, "rita", "Rita", Role.READ_ONLY))


def test_the_funnel_finds_the_odds_that_the_deals_were_made_with(busy):
    page = views.sources_page(busy, SYSTEM)
    for stage, true in list(zip(page.stages, GOES_ON, strict=True))[:3]:
        assert stage.goes_on.low - 0.04 < true < stage.goes_on.high + 0.04
    assert page.stages[0].n_reached == 400
    assert sum(row.closed_cents for row in page.sources) == sum(row.gci_cents for row in rows(busy, stages=["closed"]))
    for row in page.sources:
        assert row.pending_low_cents <= row.pending_mean_cents <= row.pending_high_cents
        assert (row.returned is None) == (row.spend_cents is None)
    assert sum(cohort.n_leads for cohort in page.cohorts) == 400
    assert all(row.closed_cents is None for row in views.sources_page(busy, Actor(9, "rita", "Rita", Role.READ_ONLY)).sources)


def test_too_few_leads_say_no_rate():
    assert (share(3, 19).rate, share(3, 19).needed) == (None, 20)
    assert share(10, 20).low < 0.5 < share(10, 20).high


def test_the_range_of_pending_deals_is_that_of_their_own_odds():
    assert pending_range([]) == (0, 0, 0)
    assert pending_range([(100.0, 1.0)]) == (100, 100, 100)
    # One deal in two of a hundred at $1: 50 on average; 8 times in 10 between 44 and 56 (binomial, spread 5).
    assert pending_range([(100.0, 0.5)] * 100) == pytest.approx((4_400, 5_000, 5_600), abs=100)


def test_an_agreement_is_ended_once_its_day_is_told(office):
    lead = commands.take_lead(office, SYSTEM, {"name": "Ana Rivera", "email": "a@example.com"})
    deal = commands.open_deal(office, SYSTEM, lead, Stage.ACTIVE, 50_000_000)
    flat = Agreement(
        lead_id=lead, opportunity_id=deal, side=DealSide.BUYER, state="CA", signed_on=TODAY, expires_on=TODAY + timedelta(60),
        flat_cents=900_000,
    )  # fmt: skip
    number = commands.record_agreement(office, SYSTEM, flat)
    with pytest.raises(BadInput, match="before it was signed"):
        commands.end_agreement(office, SYSTEM, number, TODAY - timedelta(1))
    commands.end_agreement(office, SYSTEM, number, TODAY)
    office.store = Analytics.open(office.settings.home / "analytics_t.duckdb")
    projection.catch_up(office.ledger, office.store)
    [row] = views.agreements(office, SYSTEM)
    assert (row.state, row.agreement.flat_cents, row.agreement.ended_on) == ("ended", 900_000, TODAY)
    with pytest.raises(NotFound):
        commands.end_agreement(office, SYSTEM, 999, TODAY)
