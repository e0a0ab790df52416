import pytest

from engine import commands
from engine.access import SYSTEM
from engine.records import Channel

from .conftest import HOSTILE, LEADS, person, seen


def names(browser):
    """The names on the rows, from top to bottom."""
    rows = [element.value for element in browser.get("html") if 'class="jc-lead"' in str(element.value)]
    return [row.split('class="jc-who"><b>')[1].split("</b>")[0] for row in rows]


def button(browser, key):
    return browser.button(key=key)


def test_the_queue_names_everybody_with_reasons_and_odds(office, visit):
    browser = visit(office, "inbox")
    assert len(names(browser)) == len(LEADS)
    page = seen(browser)
    assert "in 10" in page or "about 1 in" in page
    assert "jc-points" in page
    assert "assumed rate" in page


def test_what_a_lead_is_called_stays_text(office, visit):
    page = seen(visit(office, "inbox"))
    assert HOSTILE not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_who_must_not_be_contacted_has_no_links(office, visit):
    browser = visit(office, "inbox", search="ortiz")
    assert names(browser) == ["Ben Ortiz"]
    assert "tel:" not in seen(browser)
    assert "Do not contact" in seen(browser)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"search": "upland"}, {"Ana Rivera"}),
        ({"source": "open_house"}, {"Cora Under"}),
        ({"whose": "mine"}, set()),
        ({"band": "nonsense", "order": "; drop table", "page": "999999", "search": "rivera"}, {"Ana Rivera"}),
    ],
)
def test_filters_come_from_the_address_and_nonsense_is_ignored(office, visit, asked, expected):
    assert set(names(visit(office, "inbox", **asked))) == expected


def test_a_filter_is_written_into_the_address(office, visit):
    browser = visit(office, "inbox")
    browser.selectbox(key="asked-whose").select("mine").run()
    assert browser.query_params["whose"] == "mine"
    assert "No lead passes these filters" in seen(browser)


def test_claiming_makes_the_lead_mine(office, visit):
    browser = visit(office, "inbox", "maria", search="rivera")
    button(browser, "claim-1").click().run()
    assert "Maria" in seen(browser)
    assert "Ana Rivera is yours" in seen(browser)
    with pytest.raises(KeyError):
        button(browser, "claim-1")


def test_who_comes_second_hears_who_was_first(office, visit):
    browser = visit(office, "inbox", "maria", search="rivera")
    commands.claim_lead(office, person(office, "lea"), 1)
    button(browser, "claim-1").click().run()
    assert any("took this lead first" in toast.value or "another agent" in toast.value for toast in browser.toast)


def test_a_lead_that_changes_keeps_its_place_until_somebody_asks(office, visit):
    browser = visit(office, "inbox", order="newest")
    before = names(browser)
    new = commands.take_lead(office, SYSTEM, {"name": "Zoe New", "phone": "(909) 555-0199", "created_at": "2026-03-02T18:00:00Z"})
    commands.log_touch(office, SYSTEM, 1, Channel.CALL, "spoke")
    browser.run()
    assert names(browser) == before
    assert "Answered" in seen(browser)
    assert button(browser, "show_new").label == "1 new — show"
    button(browser, "show_new").click().run()
    assert names(browser)[0] == "Zoe New"
    assert new == len(LEADS) + 1


def test_a_read_only_person_can_look_but_not_act(office, visit):
    browser = visit(office, "inbox", "rita")
    assert len(names(browser)) == len(LEADS)
    assert not [element for element in browser.button if element.key and element.key.startswith("claim")]


def test_an_agent_never_sees_another_agents_lead(office, visit):
    commands.claim_lead(office, person(office, "lea"), 1)
    assert "Ana Rivera" not in seen(visit(office, "inbox", "maria"))
    assert "Ana Rivera" in seen(visit(office, "inbox", "owner"))


def test_a_page_holds_15_rows_and_leads_to_the_next(office, visit):
    for number in range(20):
        commands.take_lead(office, SYSTEM, {"name": f"Lead {number:02d}", "phone": f"(909) 555-{2000 + number}"})
    browser = visit(office, "inbox")
    assert len(names(browser)) == 15
    button(browser, "page_on").click().run()
    assert browser.query_params["page"] == "2"
    assert len(names(browser)) == len(LEADS) + 20 - 15
