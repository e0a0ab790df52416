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


def test_nonsense_in_the_address_shows_the_furthest_stage(office, visit):
    assert "Cora Under" in seen(visit(office, "pipeline", stage="nonsense"))


def test_a_move_can_be_undone(office, visit):
    browser = visit(office, "pipeline")
    before = commands.move_stage(office, SYSTEM, 1, Stage.OFFER)
    browser.session_state["moved"] = (1, "Cora Under", before.value, "Offer")
    browser.run()
    assert "moved to Offer" in seen(browser)
    browser.button(key="undo_move").click().run()
    [stage] = [column for column in pipeline(office, SYSTEM).stages if column.n_deals]
    assert stage.stage == "under_contract"
    assert "moved to Offer" not in seen(browser)
