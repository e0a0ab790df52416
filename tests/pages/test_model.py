import pytest

from engine import commands, views
from engine.access import SYSTEM
from engine.errors import NotAllowed
from engine.records import Stage

from .conftest import person, seen


def test_the_owner_sees_what_the_model_is_and_that_it_is_synthetic(office, visit):
    page = seen(visit(office, "model"))
    for words in (
        "prior-2",
        "made-up leads",
        "(synthetic)",
        "Said and came",
        "Lift by tenth",
        "Which bands may stand alone",
        "all cold",
    ):
        assert words in page
    for words in ("Fair housing", "drawn by lot", "What is not in the model", "The 28 features", "Prices", "What moves the scores"):
        assert words in page


def test_all_features_stand_there_with_their_review(office, visit):
    page = seen(visit(office, "model"))
    assert page.count("stands for no protected class") >= 15
    assert "How precise, never which area" in page
    assert "Never given as a reason" in page


@pytest.mark.parametrize("username", ["maria", "lea", "amir", "rita"])
def test_only_the_owner_has_the_page_and_its_figures(office, visit, username):
    assert "Model" not in [page.title for page in getattr(visit(office, "home", username), "pages", [])]
    with pytest.raises(NotAllowed):
        views.model_page(office, person(office, username))


def test_the_evidence_meter_counts_ended_deals(office, visit):
    assert "0 of 20" in seen(visit(office, "model"))
    deal = commands.open_deal(office, SYSTEM, 1, Stage.OFFER, price_cents=40_000_000)
    commands.move_stage(office, SYSTEM, deal, Stage.LOST)
    page = seen(visit(office, "model"))
    assert "1 of 20" in page
    assert "0 closed, 1 lost" in page


def test_only_deals_scored_before_they_ended_were_foretold(office):
    found = views.model_page(office, SYSTEM).outcomes
    assert (found.n_closed, found.n_lost, found.n_foretold, found.reliability) == (0, 0, 0, ())
