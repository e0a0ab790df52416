import pytest
from streamlit.testing.v1 import AppTest

from engine.access import SYSTEM
from engine.commands import people, sessions
from engine.settings import ROOT

from .conftest import person, seen

PAGES = ["home", "inbox", "lead", "pipeline", "imports"]


def test_nobody_sees_anything_without_a_session(office):
    browser = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=180).run()
    assert "Your session has ended" in seen(browser)
    assert "Ana" not in seen(browser)


def test_a_page_ends_with_its_session(office, visit):
    browser = visit(office, "inbox")
    assert "Ana Rivera" in seen(browser)
    sessions.revoke_sessions(office, SYSTEM, person(office, "owner").user_id)
    browser.run()
    assert "Your session has ended" in seen(browser)
    assert "Ana Rivera" not in seen(browser)


def test_a_disabled_person_sees_nothing(office, visit):
    browser = visit(office, "inbox", "maria")
    people.disable_user(office, SYSTEM, person(office, "maria").user_id)
    browser.run()
    assert "Ana Rivera" not in seen(browser)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("username", ["owner", "lea", "maria", "amir"])
def test_every_page_opens_for_everybody_who_has_it(office, visit, page, username):
    browser = visit(office, page, username)
    assert not browser.error


def test_who_may_not_import_has_no_import_page(office, visit):
    browser = visit(office, "home", "rita")
    with pytest.raises(ValueError, match="imports"):
        browser.switch_page("imports.py").run()


@pytest.mark.parametrize("page", ["home", "inbox", "pipeline", "imports"])
def test_every_page_says_on_the_first_day_why_it_is_empty(empty_office, visit, page):
    browser = visit(empty_office, page)
    assert not browser.error
    assert any(words in seen(browser) for words in ("No leads yet", "Nothing in the pipeline yet", "None yet"))


@pytest.mark.parametrize("page", ["home", "inbox", "lead", "pipeline"])
@pytest.mark.parametrize("username", ["rita", "amir"])
def test_money_is_hidden_from_those_it_is_not_for(office, visit, page, username):
    browser = visit(office, page, username, **({"lead": "4"} if page == "lead" else {}))
    marks = "\n".join(element.value if hasattr(element, "value") else element.body for element in browser.get("html")[1:])
    assert "$30" not in marks
    assert "jc-pay" not in marks
    assert "Gross" not in marks
