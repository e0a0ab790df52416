import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import commands, views
from engine.access import SYSTEM, Actor, Role
from engine.errors import NotAllowed, NotFound
from engine.records import Band, Channel, Stage
from engine.records.inbox import RoutingPlan, RoutingRule, RoutingShare
from engine.store.tables import audit

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
    browser.button_group(key="asked-whose").set_value("mine").run()
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


def test_the_drawer_stands_beside_the_queue_and_acts(office, visit):
    browser = visit(office, "inbox", "maria", lead="1")
    assert len(names(browser)) == len(LEADS)
    assert "jc-drawer-head" in seen(browser)
    button(browser, "outcome_voicemail").click().run()
    assert "Ana Rivera: left a voicemail" in seen(browser)
    assert "Left a voicemail" in seen(browser)
    button(browser, "undo").click().run()
    assert "Taken back: Ana Rivera: left a voicemail" in next(toast.value for toast in browser.toast).replace("\\", "")
    assert "Left a voicemail" not in seen(browser)


def test_j_and_k_walk_the_queue(office, visit):
    browser = visit(office, "inbox")
    button(browser, "step_next").click().run()
    first = browser.query_params["lead"]
    button(browser, "step_next").click().run()
    assert browser.query_params["lead"] != first
    button(browser, "step_back").click().run()
    assert browser.query_params["lead"] == first
    button(browser, "drawer_close").click().run()
    assert "lead" not in browser.query_params


def test_a_snoozed_lead_waits_on_its_own_shelf_and_comes_back_when_he_replies(office, visit):
    commands.snooze_lead(office, SYSTEM, 1)
    assert "Ana Rivera" not in names(visit(office, "inbox"))
    assert names(visit(office, "inbox", shelf="asleep")) == ["Ana Rivera"]
    commands.log_inbound(office, SYSTEM, 1, Channel.SMS, "Is it still for sale?")
    assert "Ana Rivera" in names(visit(office, "inbox"))


def test_a_view_is_kept_under_a_name_and_opens_from_its_address(office, visit):
    commands.save_view(office, person(office, "lea"), "Upland", "search=upland&page=3&lead=9", is_shared=True)
    [view] = views.saved_view_list(office, person(office, "maria"))
    assert (view.name, view.query, view.is_pinned) == ("Upland", "search=upland", False)
    assert names(visit(office, "inbox", "maria", search="upland")) == ["Ana Rivera"]
    with pytest.raises(NotAllowed):
        commands.delete_view(office, person(office, "maria"), view.view_id)


def test_many_leads_are_counted_before_anything_is_done(office, visit):
    browser = visit(office, "inbox", "maria")
    browser.toggle(key="choosing").set_value(True).run()
    button(browser, "choose_all").click().run()
    assert f"{len(LEADS)} leads chosen: {len(LEADS)} will change" in seen(browser)
    button(browser, "bulk_do").click().run()
    assert f"{len(LEADS)} leads taken" in seen(browser)
    assert views.inbox(office, person(office, "maria"), whose="mine").n_total == len(LEADS)


@pytest.mark.parametrize("asked", [{"lead": "1"}, {"search": "rivera"}, {"whose": "all"}, {"shelf": "both"}, {"order": "worth"}])
def test_no_address_shows_an_agent_another_agents_lead(office, visit, asked):
    visit(office, "inbox", "lea", **asked)  # whatever is kept for who may see it …
    commands.claim_lead(office, person(office, "lea"), 1)
    assert "Ana Rivera" in seen(visit(office, "inbox", "lea", **asked))
    assert "Ana Rivera" not in seen(visit(office, "inbox", "maria", **asked))  # … is not shown to who may not


def test_no_view_hands_an_agent_another_agents_lead(office):
    commands.claim_lead(office, person(office, "lea"), 1)
    maria = person(office, "maria")
    assert 1 not in views.inbox_places(office, maria, order="worth").lead_ids
    assert views.inbox_rows(office, maria, lead_ids=(1,)) == ()
    with pytest.raises(NotFound):
        views.lead_card(office, maria, lead_id=1)
    assert {row.user_id for row in views.response_times(office, maria)} <= {maria.user_id, None}
    preview = commands.preview_bulk(office, maria, [1], commands.BulkAct(kind=commands.BulkKind.SNOOZE))
    assert (preview.n_change, preview.n_left) == (0, 1)


def test_worth_is_probability_times_commission_times_what_is_left_a_minute(office):
    for row in views.inbox(office, SYSTEM, order="worth").rows:
        if row.expected_cents is not None:
            assert row.worth_cents == pytest.approx(row.expected_cents * row.left_share / row.work_minutes)


def test_who_may_not_see_money_sees_no_worth(office, visit):
    assert all(row.worth_cents is None and row.expected_cents is None for row in views.inbox(office, person(office, "amir")).rows)
    assert "jc-pay" not in seen(visit(office, "inbox", "amir", lead="1"))


def test_speed_is_told_by_agent_and_no_data_is_not_nought(office, visit):
    page = seen(visit(office, "response"))
    assert "no data" in page
    assert "HBR 2011" in page
    [nobody] = [row for row in views.response_times(office, SYSTEM, days=30) if row.user_id is None]
    # Ana (6 minutes ago), Cora (10 days ago) and the hostile one (29 days ago) came within 30 days; nobody has answered any.
    assert (nobody.n_leads, nobody.n_answered, nobody.n_due, nobody.in_target_rate) == (3, 0, 3, 0.0)
    assert nobody.median_minutes is None


def test_the_routing_page_switches_the_rules(office, visit):
    maria = person(office, "maria").user_id
    rule = RoutingRule(name="Everybody", shares=(RoutingShare(user_id=maria),))
    commands.set_routing(office, SYSTEM, RoutingPlan(rules=(rule,)))
    browser = visit(office, "routing")
    assert "To Maria 100%" in seen(browser)
    browser.toggle(key="routing_on").set_value(True).run()
    lead = commands.take_lead(office, SYSTEM, {"name": "Zoe New", "phone": "(909) 555-0199"})
    assert "Maria" in seen(visit(office, "lead", lead=str(lead)))
    assert visit(office, "routing", "maria").toggle(key="routing_on").disabled


def test_tags_to_pick_from_are_those_of_leads_one_may_see(office):
    commands.tag_lead(office, SYSTEM, 1, "Investor")
    commands.assign_lead(office, SYSTEM, 1, person(office, "lea").user_id)
    assert "Investor" in views.known_tags(office, SYSTEM)
    assert "Investor" not in views.known_tags(office, person(office, "maria"))


def test_a_text_is_offered_only_with_consent_and_the_row_says_why(office, visit):
    page = seen(visit(office, "inbox", search="rivera"))
    assert "sms:" not in page
    assert "No consent to texts on file" in page
    commands.log_inbound(office, SYSTEM, 1, Channel.SMS, "Is it still for sale?")
    assert "sms:+19095550101" in seen(visit(office, "inbox", search="rivera"))


def test_the_clock_of_a_new_lead_runs_on_in_the_browser(office, visit):
    found = re.search(r'data-seconds="(\d+)"', seen(visit(office, "inbox", search="rivera")))
    assert found
    assert 360 <= int(found[1]) < 3_600  # he came six minutes ago


def test_the_queue_is_taken_away_as_filtered_typed_and_without_formulas(office):
    asked = {"match": "any", "source": ("open_house",), "text": "rivera"}
    rows = list(csv.DictReader(io.StringIO(views.queue_csv(office, SYSTEM, **asked).decode("utf-8-sig"))))
    assert [row["Lead"] for row in rows] == [str(one) for one in views.inbox_places(office, SYSTEM, **asked).lead_ids]
    assert {row["Name"] for row in rows} == {"Ana Rivera", "Cora Under"}
    file = zipfile.ZipFile(io.BytesIO(views.queue_xlsx(office, SYSTEM)))
    sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert len(re.findall("<row ", sheet)) == 1 + len(LEADS)
    assert "<f>" not in sheet
    assert re.search(r'<c r="I2" s="\d"><v>\d+</v>|<c r="I2"><v>\d+</v>', sheet)  # a score is a number
    assert "Expected commission" not in views.queue_csv(office, Actor(9, "rita", "Rita", Role.READ_ONLY)).decode()


def test_a_taken_list_is_in_the_audit_without_the_searched_words(office):
    commands.note_export(office, person(office, "maria"), "queue", {"search": "rivera", "source": ("portal",), "band": None})
    with office.ledger.read() as connection:
        detail = connection.execute(select(audit.c.detail).order_by(audit.c.audit_id.desc()).limit(1)).scalar_one()
    assert detail == {"what": "queue", "asked": {"search": "…", "source": ["portal"]}}


def test_the_scoreboard_counts_who_was_right_and_says_when_it_is_too_early(office):
    [row] = views.inbox(office, SYSTEM, search="rivera").rows
    other = Band.COLD if row.model_band is not Band.COLD else Band.HOT
    commands.set_band(office, SYSTEM, row.lead_id, other, reason="a feeling", until=office.clock.now() + timedelta(days=9))
    opened = {one.band: one for one in views.scoreboard(office, SYSTEM)}[other]
    assert (opened.n_set, opened.n_open, opened.person_right.rate) == (1, 1, None)
    deal = commands.open_deal(office, SYSTEM, row.lead_id, Stage.OFFER, price_cents=40_000_000)
    commands.move_deal(office, SYSTEM, deal, Stage.LOST)
    ended = {one.band: one for one in views.scoreboard(office, SYSTEM)}[other]
    assert (ended.n_open, ended.n_person, ended.n_model) == ((0, 1, 0) if other is Band.COLD else (0, 0, 1))
