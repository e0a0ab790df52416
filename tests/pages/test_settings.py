"""Settings: every part shows, saves, tells its history and goes back; wider hours are signed for; only the owner sees it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine import commands, views
from engine.access import SYSTEM
from engine.errors import NotAllowed
from engine.records.office import OfficeSetting, Signature
from engine.runtime import Engine
from tests.pages.conftest import HOSTILE, person, seen

Visit = Callable[..., AppTest]


def press(browser: AppTest, key: str) -> AppTest:
    return next(button for button in browser.button if button.key == key).click().run()


def box(browser: AppTest, kind: str, label: str):
    return next(found for found in browser.get(kind) if found.label.startswith(label))


def page(office: Engine) -> views.OfficePage:
    return views.office_page(office, SYSTEM)


@pytest.mark.parametrize("part", ["market", "bands", "rate", "sender", "rules"])
def test_every_part_opens(office: Engine, visit: Visit, part: str):
    browser = visit(office, "settings", show=part)
    assert "Before any change" in seen(browser)
    assert not browser.error


def test_the_market_is_set_and_told_in_the_history(office: Engine, visit: Visit):
    browser = visit(office, "settings")
    box(browser, "number_input", "Median").set_value(612_000)
    box(browser, "text_input", "Where that").set_value("CAR report, February 2026")
    press(browser, "save-market")
    assert office.preferences.market.median_price_cents == 61_200_000
    assert "Median price: $580,000 → $612,000" in seen(browser)


def test_another_state_brings_its_own_zones_and_profile(office: Engine, visit: Visit):
    browser = visit(office, "settings")
    box(browser, "selectbox", "State").set_value("TX").run()
    assert box(browser, "selectbox", "Time zone").value == "America/Chicago"
    box(browser, "text_area", "ZIP").set_value("787, 786")
    press(browser, "save-market")
    assert office.preferences.market.time_zone == "America/Chicago"
    assert "SB 1968" in seen(browser)


def test_a_wrong_zip_is_refused_in_words_and_nothing_changes(office: Engine, visit: Visit):
    browser = visit(office, "settings")
    box(browser, "text_area", "ZIP").set_value("upland")
    press(browser, "save-market")
    assert "neither a ZIP code" in "".join(toast.value for toast in browser.toast)
    assert len(page(office).history[OfficeSetting.MARKET]) == 1


def test_bands_are_previewed_before_they_are_saved(office: Engine, visit: Visit):
    browser = visit(office, "settings", show="bands")
    box(browser, "number_input", "Warm").set_value(0.1)
    box(browser, "number_input", "Hot").set_value(0.2).run()
    now = views.band_preview(office, SYSTEM, hot=0.002, warm=0.001)
    assert (now.hot, now.n_moving > 0) == (4, True)
    assert f"<b>{now.n_moving} leads would change band</b>" in seen(browser)
    press(browser, "save-bands")
    assert office.preferences.bands.hot == pytest.approx(0.002)
    press(browser, "own-bands")
    assert office.preferences.bands is None


def test_warm_above_hot_can_not_be_saved(office: Engine, visit: Visit):
    browser = visit(office, "settings", show="bands")
    box(browser, "number_input", "Warm").set_value(50.0).run()
    assert next(button for button in browser.button if button.key == "save-bands").disabled


def test_a_former_rate_is_brought_back(office: Engine, visit: Visit):
    browser = visit(office, "settings", show="rate")
    box(browser, "number_input", "Default").set_value(2.5).run()
    press(browser, "save-rate")
    assert office.preferences.commission_rate == 0.025
    press(browser, "back-commission_rate-1")
    assert office.preferences.commission_rate == 0.06
    assert "Default rate: 2.5% → 6%" in seen(browser)


def test_what_the_gate_misses_is_said_until_it_is_there(office: Engine, visit: Visit):
    browser = visit(office, "settings", show="sender")
    assert "Still missing" in seen(browser)
    values = ("Rivera Homes", "Jorge", "(909) 555-0100", "(909) 555-0199", "j@example.com", "https://leads.example.com")
    labels = ("Brand", "Agent who", "Agent’s", "Number", "Address", "Public")
    for label, value in zip(labels, values, strict=True):
        box(browser, "text_input", label).set_value(value)
    box(browser, "text_input", "Postal").set_value("1 Example Street, Ontario, CA 91761")
    press(browser, "save-sender")
    assert "Still missing" not in seen(browser)
    assert page(office).sender["agent_phone"] == "+19095550100"


def test_narrower_hours_need_no_signature(office: Engine, visit: Visit):
    browser = visit(office, "settings", show="rules")
    box(browser, "selectbox", "From").set_value(11 * 60).run()
    assert not browser.warning
    press(browser, "save-rules")
    assert page(office).rules["opens_minute"] == 11 * 60


def test_wider_hours_are_saved_only_with_a_reason_and_a_name(office: Engine, visit: Visit):
    browser = visit(office, "settings", show="rules")
    box(browser, "selectbox", "Until").set_value(20 * 60).run()
    told = "".join(warning.value for warning in browser.warning).replace("\\", "")
    assert "Messages go out until 8:00 PM instead of 6:00 PM" in told
    press(browser, "save-rules")
    assert page(office).rules["closes_minute"] == 18 * 60
    box(browser, "text_area", "Why").set_value("Our buyers work shifts and asked for evenings")
    box(browser, "text_input", "Type your name").set_value(person(office, "owner").name)
    press(browser, "save-rules")
    assert page(office).rules["closes_minute"] == 20 * 60


def test_going_back_to_wider_hours_asks_for_a_signature_too(office: Engine, visit: Visit):
    commands.change_office(office, SYSTEM, OfficeSetting.RULES, {"opens_minute": 12 * 60})
    browser = visit(office, "settings", show="rules")
    press(browser, "back-follow_up_rules-1")
    assert page(office).rules["opens_minute"] == 12 * 60
    reason = "Noon was only meant for the holiday week"
    commands.restore_setting(
        office, SYSTEM, OfficeSetting.RULES, None, signature=Signature(reason=reason, name=f" {SYSTEM.name.upper()} ")
    )
    assert page(office).rules["opens_minute"] == 10 * 60


def test_what_people_wrote_is_shown_as_it_is(office: Engine, visit: Visit):
    commands.change_office(office, SYSTEM, OfficeSetting.SENDER, {"brand": HOSTILE})
    assert "<img" not in seen(visit(office, "settings", show="sender"))


@pytest.mark.parametrize("username", ["lea", "maria", "amir", "rita"])
def test_only_who_may_change_settings_may_look(office: Engine, username: str):
    somebody = person(office, username)
    with pytest.raises(NotAllowed):
        views.office_page(office, somebody)
    with pytest.raises(NotAllowed):
        commands.change_office(office, somebody, OfficeSetting.RETENTION, 30)
