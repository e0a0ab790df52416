from engine import commands
from engine.access import SYSTEM
from engine.records import Stage
from engine.views import pipeline

from .conftest import seen


def test_the_sums_are_gross_weighted_and_assumed(office, visit):
    page = seen(visit(office, "pipeline"))
    # $500,000 at 6 % = $30,000 gross; times 0.85 = $25,500 weighted; all of it on the default rate.
    assert "$30,000" in page
    assert "$25,500" in page
    assert "100%" in page
    assert "the model’s estimate for 3 scored leads" in page


def test_a_stage_opens_its_deals(office, visit):
    browser = visit(office, "pipeline", stage="under_contract")
    assert "Cora Under" in seen(browser)
    assert "No deal stands in" in seen(visit(office, "pipeline", stage="offer"))


def test_nonsense_in_the_address_shows_the_open_deals(office, visit):
    assert "Cora Under" in seen(visit(office, "pipeline", stage="nonsense"))


def test_filters_take_deals_away(office, visit):
    assert "Cora Under" in seen(visit(office, "pipeline", view="list", closing="none"))
    assert "Cora Under" not in seen(visit(office, "pipeline", view="list", closing="slipped"))


def test_a_move_can_be_undone(office, visit):
    browser = visit(office, "pipeline", view="list")
    done = commands.move_deal(office, SYSTEM, 1, Stage.OFFER)
    assert done.told == "Cora Under moved to offer"
    browser.run()
    commands.undo_action(office, SYSTEM, done.action_id)
    [stage] = [column for column in pipeline(office, SYSTEM).stages if column.n_deals]
    assert stage.stage == "under_contract"


def test_those_who_see_no_money_see_the_deals_without_it(office, visit):
    page = seen(visit(office, "pipeline", "rita", view="list"))
    assert "Cora Under" in page
    assert "$" not in page


def test_funnel_and_sources_say_how_much_data_is_missing(office, visit):
    page = seen(visit(office, "sources"))
    assert "Funnel" in page
    assert "Open house" in page
    assert "not enough data: 0 of 20" in page
    assert "$" not in seen(visit(office, "sources", "rita"))
