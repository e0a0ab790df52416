"""Team & access: keys are made and shown once, rotated and revoked; people get their roles; only the owner sees it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine import commands, views
from engine.access import SYSTEM
from engine.commands import people
from engine.errors import NotAllowed
from engine.records.key import KeyScope
from engine.runtime import Engine
from tests.pages.conftest import person, seen

Visit = Callable[..., AppTest]


def press(browser: AppTest, key: str) -> AppTest:
    return next(button for button in browser.button if button.key == key).click().run()


def make_key(engine: Engine, name: str = "Website form") -> commands.NewKey:
    return commands.issue_key(engine, SYSTEM, user_id=1, name=name, scopes=[KeyScope.SCORE])


def test_a_key_is_made_and_shown_once(office: Engine, visit: Visit):
    browser = visit(office, "keys")
    next(box for box in browser.text_input if box.label == "Which program uses it").set_value("Zapier")
    next(button for button in browser.button if button.label == "Make the key").click().run()
    [secret] = [block.value for block in browser.code]
    assert commands.actor_from_bearer(office, secret).scopes == {KeyScope.SCORE, KeyScope.LEADS_READ}
    assert "Zapier" in seen(browser)
    press(browser, "forget_secret")
    assert not browser.code
    assert secret not in seen(browser)


def test_a_key_without_a_name_is_refused_in_words(office: Engine, visit: Visit):
    browser = visit(office, "keys")
    next(button for button in browser.button if button.label == "Make the key").click().run()
    assert not browser.code
    assert commands.list_keys(office, SYSTEM) == []


def test_a_key_is_revoked_on_the_page(office: Engine, visit: Visit):
    made = make_key(office)
    browser = visit(office, "keys")
    press(browser, f"revoke-{made.key.key_id}")
    assert "revoked" in seen(browser)
    assert not commands.list_keys(office, SYSTEM)[0].is_good(office.clock.now())


def test_a_key_is_rotated_on_the_page_and_the_new_one_shown(office: Engine, visit: Visit):
    made = make_key(office)
    browser = visit(office, "keys")
    press(browser, f"rotate-{made.key.key_id}")
    assert [block.value for block in browser.code] != []
    assert commands.list_keys(office, SYSTEM)[0].replaces == made.key.key_id


def test_names_that_mean_something_to_a_browser_are_shown_as_they_are(office: Engine, visit: Visit):
    make_key(office, "<img src=x onerror=alert(1)>")
    assert "<img" not in seen(visit(office, "keys"))


def test_a_person_is_added_and_his_one_time_password_shown_once(office: Engine, visit: Visit):
    browser = visit(office, "keys")
    for label, value in (("Name", "Nina New"), ("Signs in as", "nina")):
        next(box for box in browser.text_input if box.label == label).set_value(value)
    next(button for button in browser.button if button.label == "Add").click().run()
    assert people.user_called(office, "nina").must_change_password
    assert len([block.value for block in browser.code]) == 1


def test_a_person_is_shut_out_at_once(office: Engine, visit: Visit):
    browser = visit(office, "keys")
    press(browser, f"disable-{person(office, 'maria').user_id}")
    assert people.user_called(office, "maria").is_disabled


def test_only_who_manages_people_may_look(office: Engine):
    for username in ("lea", "maria", "amir", "rita"):
        with pytest.raises(NotAllowed):
            views.access_page(office, person(office, username))
