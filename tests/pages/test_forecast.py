from engine import commands
from engine.access import SYSTEM
from engine.records import Stage

from .conftest import person, seen


def test_the_forecast_of_the_one_deal_is_shown_with_what_it_rests_on(office, visit):
    page = seen(visit(office, "forecast"))
    assert "Next 90 days" in page
    assert "Cora Under" in page
    assert "100%" in page  # all of it on the default rate
    assert "Not enough yet: 0 of the 8 past weeks needed to judge" in page


def test_without_deals_the_page_says_so(empty_office, visit):
    assert "No deals yet" in seen(visit(empty_office, "forecast"))


def test_roles_without_money_see_no_forecast(office, visit):
    page = seen(visit(office, "forecast", "rita"))
    assert "Money is not shown to your role" in page
    assert "$" not in page


def test_an_agent_sees_no_deals_of_others_and_no_back_test(office, visit):
    page = seen(visit(office, "forecast", "maria"))
    assert "Cora Under" not in page
    assert "Did past forecasts hold" not in page


def test_nonsense_in_the_address_shows_today(office, visit):
    assert "Cora Under" in seen(visit(office, "forecast", "owner", as_of="nonsense", by="years", since="x", bar="<b>"))


def test_what_moved_is_told_with_the_deals_behind_it(office, visit):
    commands.move_stage(office, SYSTEM, 1, Stage.OFFER)
    page = seen(visit(office, "forecast", "owner", since="1"))
    assert "reconstructed" in page
    assert "/commission?deal=1" in page


def test_a_what_if_stands_beside_the_forecast(office, visit):
    browser = visit(office, "forecast")
    browser.multiselect(key="tried_deals").select(1).run()
    page = seen(browser)
    assert "This year, GCI" in page
    assert not browser.exception


def test_the_owner_sets_the_goal_and_the_team_page_follows(office, visit):
    assert "No goal yet" in seen(visit(office, "goals"))
    commands.set_goal(office, person(office, "owner"), 2026, 36_500_000)
    page = seen(visit(office, "goals"))
    assert "$365k" in page
    assert "behind a straight line" in page


def test_the_switched_off_leaderboard_is_not_shown_to_the_team(office, visit):
    commands.set_leaderboard(office, person(office, "owner"), is_shown=False)
    assert "Leaderboard" not in seen(visit(office, "goals", "maria"))
    assert "nobody but you sees it" in seen(visit(office, "goals"))


def test_goals_hide_money_from_roles_without_it(office, visit):
    assert "$" not in seen(visit(office, "goals", "rita"))
