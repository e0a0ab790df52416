"""Follow-up's pages: sequences, outbox, health, opt-outs, and the lead's part; what is shown is what was decided, and acts do act."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from engine.access import SYSTEM
from engine.clock import FixedClock
from engine.commands import consenting, follow_up, opt_outs
from engine.delivery import leases, plans, sending
from engine.delivery import office as office_settings
from engine.errors import BadInput
from engine.ghl.dry_run import DryRun
from engine.records.follow_up import Consent, StepKind
from engine.runtime import Engine
from engine.views import health, outbox, outbox_files, sequence_edit, sequences
from engine.views import opt_outs as opt_out_views
from engine.views.sequences import difference, share
from tests.delivery import world
from tests.pages.conftest import HOSTILE, person, seen

Visit = Callable[..., AppTest]
ANA = 1
ANA_PHONE = "+19095550101"


def press(browser: AppTest, key: str) -> AppTest:
    return next(button for button in browser.button if button.key == key).click().run()


def consent(office: Engine, lead_id: int = ANA, address: str = ANA_PHONE) -> None:
    given = Consent(
        lead_id=lead_id, address=address, channels=(StepKind.SMS,), purpose="marketing", disclosure="I agree to texts.", method="web form",
        evidence="form 7", given_at=office.clock.now() - timedelta(days=1),
    )  # fmt: skip
    consenting.record_consent(office, SYSTEM, given)


@pytest.fixture
def running(office: Engine) -> Engine:
    """The busy office with the shipped sequence, Ana on it and a sender."""
    follow_up.set_sender(office, SYSTEM, office_settings.Sender(**world.SENDER))
    follow_up.add_sequence(office, SYSTEM, plans.SHIPPED)
    follow_up.load_do_not_call(office, SYSTEM, ["+19095559999"], as_of=office.clock.now())
    consent(office)
    follow_up.enrol_leads(office, SYSTEM, 1, [ANA])
    return office


def later(office: Engine, **span: float) -> None:
    office.clock = FixedClock(office.clock.now() + timedelta(**span))


def deliver(office: Engine) -> None:
    means = leases.Delivery(ledger=office.ledger, clock=office.clock, provider=DryRun(), owner="test", key=b"k" * 32)
    while sending.deliver_due(means):
        pass
    office.show_changes()


@pytest.mark.parametrize("name", ["sequences", "outbox", "health", "opt_outs"])
@pytest.mark.parametrize("username", ["owner", "maria", "rita"])
def test_every_page_opens_on_the_first_day_for_everybody(empty_office: Engine, visit: Visit, name: str, username: str):
    browser = visit(empty_office, name, username)
    assert not browser.error


def test_the_outbox_says_when_and_why(running: Engine, visit: Visit):
    shown = seen(visit(running, "outbox"))
    assert "Dry run: nothing is sent" in shown
    assert "Text, step 1 of 3-7-14-30 follow-up" in shown
    later(running, days=3, hours=1)
    deliver(running)
    shown = seen(visit(running, "outbox", show="held"))
    assert "Dry run: no GoHighLevel token" in shown
    assert "Rivera" in shown
    story = seen(visit(running, "outbox", show="held", message="1"))
    assert "Decisions of the gate" in story
    assert "Reply STOP to opt out" in story


def test_the_outbox_searches_filters_and_counts(running: Engine):
    page = outbox.outbox_page(running, SYSTEM, "next_days", search="ana riv")
    assert [row.kind for row in page.rows] == ["sms", "call_task"]
    assert outbox.outbox_page(running, SYSTEM, "next_days", search="nobody").n_here == 0
    assert outbox.outbox_page(running, SYSTEM, "next_days", kind="sms").n_here == 1
    assert sum(n for _, _, n in outbox.week_ahead(running, SYSTEM)) == 2


def test_another_agents_messages_are_neither_listed_nor_exported(running: Engine):
    from engine import commands

    lea = person(running, "lea")
    commands.assign_lead(running, SYSTEM, ANA, lea.user_id)
    maria = person(running, "maria")
    assert outbox.outbox_page(running, maria, "next_days").n_here == 0
    assert outbox.week_ahead(running, maria) == []
    assert b"Rivera" not in outbox_files.outbox_csv(running, maria, "next_days")
    assert b"Rivera" in outbox_files.outbox_csv(running, lea, "next_days")


def test_files_hold_the_folder_and_no_formula(running: Engine):
    consent(running, 3, "hostile@example.com")
    follow_up.enrol_leads(running, SYSTEM, 1, [3])
    lines = outbox_files.outbox_csv(running, SYSTEM, "next_days").decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + outbox.outbox_page(running, SYSTEM, "next_days").n_here
    assert outbox_files.outbox_xlsx(running, SYSTEM, "next_days")[:2] == b"PK"


def test_a_step_is_skipped_on_the_page_and_tried_again(running: Engine, visit: Visit):
    press(visit(running, "outbox"), "outbox-skip-1")
    assert outbox.outbox_page(running, SYSTEM, "blocked").rows[0].reason == "skipped_by_person"
    press(visit(running, "outbox", show="blocked"), "outbox-again-1")
    assert outbox.outbox_page(running, SYSTEM, "blocked").n_here == 0


def test_the_kill_switch_asks_why_and_stops_everything(running: Engine, visit: Visit):
    browser = press(visit(running, "health"), "kill_stop")
    assert "Say why" in "".join(toast.value for toast in browser.toast)
    assert not outbox.outbox_page(running, SYSTEM).is_kill_switch_on
    next(box for box in browser.text_input if box.key == "kill_why_on").set_value("Wrong price")
    press(browser, "kill_stop")
    assert outbox.outbox_page(running, SYSTEM).kill_switch_why == "Wrong price"
    assert "Wrong price" in seen(visit(running, "outbox"))
    assert "Wrong price" in seen(visit(running, "health", "maria"))


def test_an_agent_stops_messages_and_only_the_owner_lets_them_go(running: Engine, visit: Visit):
    follow_up.set_kill_switch(running, person(running, "maria"), is_on=True, why="Typo")
    assert not any(button.key == "kill_go" for button in visit(running, "health", "maria").button)
    assert any(button.key == "kill_go" for button in visit(running, "health").button)


def test_the_audit_is_filtered_exported_and_only_the_owners(running: Engine, visit: Visit):
    page = health.audit_page(running, SYSTEM, action="enrol")
    assert [(line.kind, line.ref) for line in page.rows] == [("leads", ANA)]
    assert health.audit_csv(running, SYSTEM, action="enrol").count(b"\n") == 2
    assert "Audit" in seen(visit(running, "health"))
    assert "every change" not in seen(visit(running, "health", "maria"))


def test_a_sequence_shows_no_data_apart_from_none(running: Engine, visit: Visit):
    shown = seen(visit(running, "sequences", sequence="1"))
    assert "no data yet" in shown
    assert "0%" not in shown
    assert "1 under way" in shown


def test_an_edit_is_previewed_saved_and_migrated(running: Engine, visit: Visit):
    browser = visit(running, "sequences", sequence="1", show="steps")
    assert "segment" in seen(browser)
    box = next(area for area in browser.text_area if area.key == "plan-1-1-s1-body")
    browser = box.set_value("{{greeting}}, {{agent_name}} with {{brand}}. Shall we talk this week?").run()
    assert "Step 1 has new words." in seen(browser)
    browser = press(browser, "plan-1-1-save")
    sheet = sequences.sequence_sheet(running, SYSTEM, 1)
    assert (sheet.card.sequence.version, sheet.card.n_on_older) == (2, 1)
    assert sheet.plan.template(1).version == 2
    press(visit(running, "sequences", sequence="1"), "migrate")
    assert sequences.sequence_sheet(running, SYSTEM, 1).card.n_on_older == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{greeting}}, {{agent_name}} with {{brand}}: a safe family neighborhood!", "Fair housing"),
        ("{{greeting}}, {{nobody}} here.", "isn't a placeholder"),
        ("{{greeting}}, " + "very " * 90 + "long. {{agent_name}}, {{brand}}", "segments"),
    ],
)
def test_words_the_gate_would_hold_back_can_not_be_saved(running: Engine, visit: Visit, body: str, said: str):
    browser = visit(running, "sequences", sequence="1", show="steps")
    browser = next(area for area in browser.text_area if area.key == "plan-1-1-s1-body").set_value(body).run()
    assert said in seen(browser)
    assert next(button for button in browser.button if button.key == "plan-1-1-save").disabled
    plan = plans.SHIPPED
    templates = {**plan.templates, ("day-3-text", "en"): replace(plan.template(1), body=body)}
    with pytest.raises(BadInput):
        follow_up.edit_sequence(running, SYSTEM, 1, replace(plan, templates=templates), note="no")


def test_a_batch_is_counted_before_it_is_enrolled(running: Engine):
    told = sequence_edit.preview_batch(running, SYSTEM, 1, 999)
    assert (told.n_leads, told.n_new) == (0, 0)


def test_a_leads_part_shows_hours_and_consent_and_its_buttons_work(running: Engine, visit: Visit):
    browser = visit(running, "lead", lead=str(ANA))
    assert "Sending hours are open" in seen(browser)
    browser = press(browser, "following-pause")
    assert "Paused just now: a person paused it" in seen(browser)
    press(browser, "following-resume")
    browser = press(visit(running, "lead", lead=str(ANA)), "following-opt_out")
    assert "Opted out" in seen(browser)
    assert outbox.outbox_page(running, SYSTEM, "next_days").n_here == 0


def test_at_night_the_lead_says_from_when_he_may_be_texted(running: Engine, visit: Visit):
    later(running, hours=12)  # ten in the evening at the office
    assert "May be texted from 10:00 AM his time, Mar 3" in seen(visit(running, "lead", lead=str(ANA)))


def test_a_call_of_the_follow_up_stands_in_the_inbox_and_is_noted(running: Engine, visit: Visit):
    follow_up.skip_step(running, SYSTEM, 1)
    later(running, days=9)
    deliver(running)
    [task] = outbox.calls_to_make(running, SYSTEM)
    assert "Calls from follow-up" in "".join(one.label for one in visit(running, "inbox").expander)
    press(visit(running, "lead", lead=str(ANA)), f"call-{task.call_task_id}-spoke")
    assert outbox.calls_to_make(running, SYSTEM) == []
    assert outbox.lead_follow_up(running, SYSTEM, ANA).pause is not None


def test_an_address_is_opted_out_by_hand_whoever_has_it(running: Engine, visit: Visit):
    assert opt_outs.opt_out_address(running, SYSTEM, "(909) 555-0101") == ANA
    assert opt_outs.opt_out_address(running, SYSTEM, "stranger@example.com") is None
    page = opt_out_views.opt_out_page(running, SYSTEM)
    assert {row.lead_id for row in page.rows} == {ANA}
    assert page.n_suppressed == {"own_list": 2}
    assert "Ana Rivera" in seen(visit(running, "opt_outs"))
    with pytest.raises(BadInput, match="neither"):
        opt_outs.opt_out_address(running, SYSTEM, "Ana")


def test_the_national_list_is_read_as_the_registry_writes_it(running: Engine):
    raw = b"909,5550101\n9095550102\n+1 (909) 555-0103\r\n909-555-0104\nheader,words\n123\n"
    assert opt_outs.load_do_not_call_file(running, SYSTEM, raw, running.clock.now().date()) == 4
    page = opt_out_views.opt_out_page(running, SYSTEM)
    assert (page.n_do_not_call, page.list_holds_until - page.list_as_of) == (4, timedelta(days=31))
    with pytest.raises(BadInput, match="No ten-digit"):
        opt_outs.load_do_not_call_file(running, SYSTEM, b"\x00\xff", running.clock.now().date())
    with pytest.raises(BadInput, match="day to come"):
        opt_outs.load_do_not_call_file(running, SYSTEM, raw, (running.clock.now() + timedelta(days=9)).date())


def test_forgetting_needs_the_name_typed(running: Engine, visit: Visit):
    browser = visit(running, "opt_outs", person=str(ANA))
    assert next(button for button in browser.button if button.key == "forget_now").disabled
    browser = next(box for box in browser.text_input if box.key == f"forget_{ANA}").set_value("ana  RIVERA").run()
    press(browser, "forget_now")
    found = opt_out_views.opt_out_page(running, SYSTEM)
    assert found.n_suppressed["forgotten"] == 2
    assert "Rivera" not in json.dumps([line.detail for line in health.audit_page(running, SYSTEM, limit=500).rows], default=str)


def test_hostile_names_stay_words(running: Engine, visit: Visit):
    consent(running, 3, "hostile@example.com")
    follow_up.enrol_leads(running, SYSTEM, 1, [3])
    assert HOSTILE.split(" ")[0] not in seen(visit(running, "outbox"))
    assert "&lt;img" in seen(visit(running, "outbox"))


def test_the_hold_outs_effect_has_its_interval():
    apart, low, high = difference(share(56, 70), share(48, 80))
    assert (round(apart, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)  # Newcombe 1998, example (a), method 10
    assert difference(share(0, 0), share(1, 2)) is None
