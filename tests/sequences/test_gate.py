"""The gate: every reason, in its order, with the boundaries of each rule; what isn't known never sends."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records.follow_up import Decision, GateReason, OptOut, StepKind
from engine.sequences.facts import Whereabouts
from engine.sequences.gate import verdict
from engine.sequences.rules import DEFAULT, GateRules
from tests.sequences.messages import EMAIL, NOON, PHONE, call, consent, email, text

ALL = (StepKind.SMS, StepKind.EMAIL, StepKind.CALL_TASK)


def reason(facts, at=NOON, rules=DEFAULT):
    return verdict(facts, at, rules).reason


def stop(at=NOON - timedelta(hours=2), **changes):
    return replace(OptOut(address=PHONE, channels=ALL, source="sms", at=at), **changes)


@pytest.mark.parametrize("facts", [text(), email(), call()], ids=["text", "email", "call"])
def test_a_message_that_nothing_speaks_against_goes(facts):
    found = verdict(facts, NOON, DEFAULT)
    assert (found.decision, found.reason, found.until) == (Decision.SEND, None, None)
    assert found.rule_version.startswith("2026-")


UNKNOWN = {
    "is_kill_switch_on": GateReason.KILL_SWITCH,
    "opt_outs": GateReason.OPTED_OUT,
    "consents": GateReason.OPTED_OUT,
    "is_do_not_contact": GateReason.DNC_INTERNAL,
    "sent_at": GateReason.FREQUENCY_CAP,
    "has_unknown_outcome": GateReason.UNKNOWN_OUTCOME,
    "is_duplicate": GateReason.DUPLICATE,
    "address": GateReason.CONSENT_SCOPE,
}


@pytest.mark.parametrize("facts", [text(), email()], ids=["text", "email"])
@pytest.mark.parametrize("name", UNKNOWN)
def test_a_fact_that_could_not_be_read_blocks(name, facts):
    found = verdict(replace(facts, **{name: None}), NOON, DEFAULT)
    assert (found.decision, found.reason) == (Decision.BLOCK, UNKNOWN[name])


@pytest.mark.parametrize("name", [name for name in UNKNOWN if name != "address"])
def test_a_call_task_is_blocked_by_what_is_not_known_too(name):
    assert verdict(replace(call(), **{name: None}), NOON, DEFAULT).decision is Decision.BLOCK


def test_a_lead_without_a_number_gets_no_call_task():
    assert reason(replace(call(consents=()), address=None)) is GateReason.NO_RECIPIENT


@given(st.sets(st.sampled_from(sorted(UNKNOWN)), min_size=1))
def test_no_mix_of_unknown_facts_sends(names):
    assert verdict(replace(text(), **dict.fromkeys(names)), NOON, DEFAULT).decision is not Decision.SEND


def test_reasons_come_in_their_order():
    everything_wrong = text(
        is_kill_switch_on=True,
        opt_outs=(stop(),),
        paused_since=NOON,
        consents=(),
        is_do_not_contact=True,
        is_on_national_list=True,
        inquired_at=None,
        sent_at=(NOON - timedelta(hours=1),),
        body="{{name}}",
        composer="llm",
        max_late_hours=0.5,
        has_unknown_outcome=True,
        is_duplicate=True,
    )
    fixes = [
        (GateReason.KILL_SWITCH, {"is_kill_switch_on": False}),
        (GateReason.OPTED_OUT, {"opt_outs": ()}),
        (GateReason.PAUSED_REPLY, {"paused_since": None}),
        (GateReason.NO_CONSENT, {"consents": (consent(channels=(StepKind.EMAIL,)),)}),
        (GateReason.CONSENT_SCOPE, {"consents": (consent(method="verbal"),)}),
        (GateReason.DNC_INTERNAL, {"is_do_not_contact": False}),
        (GateReason.DNC_NATIONAL, {"is_on_national_list": None}),
        (GateReason.DNC_STALE, {"is_on_national_list": False}),
        (GateReason.FREQUENCY_CAP, {"sent_at": ()}),
        (GateReason.CONTENT, {"body": text().body}),
        (GateReason.AI_DISCLOSURE, {"composer": "template"}),
        (GateReason.STALE_STEP, {"max_late_hours": 48}),
        (GateReason.UNKNOWN_OUTCOME, {"has_unknown_outcome": False}),
        (GateReason.DUPLICATE, {"is_duplicate": False}),
    ]
    facts = everything_wrong
    for expected, fix in fixes:
        assert reason(facts) is expected
        facts = replace(facts, **fix)
    assert reason(facts) is None


def test_the_kill_switch_holds_rather_than_ends_a_message():
    found = verdict(text(is_kill_switch_on=True), NOON, DEFAULT)
    assert (found.decision, found.until) == (Decision.HOLD, NOON + timedelta(minutes=15))


@pytest.mark.parametrize("facts", [text, email, call])
def test_an_opt_out_by_text_stops_every_channel(facts):
    assert reason(facts(opt_outs=(stop(channels=(StepKind.SMS,)),))) is GateReason.OPTED_OUT


def test_another_systems_switch_stops_just_its_own_channel():
    dnd = stop(source="ghl_dnd", channels=(StepKind.SMS,))
    assert reason(text(opt_outs=(dnd,))) is GateReason.OPTED_OUT
    assert reason(email(opt_outs=(dnd,))) is None


def test_a_wrong_number_is_off_for_texts_and_calls_but_not_for_the_leads_e_mail():
    wrong = stop(source="wrong_number")
    assert [reason(facts(opt_outs=(wrong,))) for facts in (text, call, email)] == [GateReason.OPTED_OUT, GateReason.OPTED_OUT, None]


def test_an_opt_out_of_another_lead_with_the_same_phone_counts():
    assert reason(text(lead_id=2, opt_outs=(stop(),))) is GateReason.OPTED_OUT


@pytest.mark.parametrize(("minutes", "expected"), [(-1, GateReason.OPTED_OUT), (0, GateReason.OPTED_OUT), (1, None)])
def test_only_a_consent_newer_than_the_opt_out_lifts_it(minutes, expected):
    opted_out = NOON - timedelta(hours=2)
    again = consent(given_at=opted_out + timedelta(minutes=minutes))
    assert reason(text(opt_outs=(stop(opted_out),), consents=(again,))) is expected


def test_a_consent_of_tomorrow_lifts_nothing():
    assert reason(text(opt_outs=(stop(),), consents=(consent(given_at=NOON + timedelta(days=1)),))) is GateReason.OPTED_OUT


@pytest.mark.parametrize(
    "changes",
    [{"channels": (StepKind.EMAIL,)}, {"address": "+19095550199"}, {"purpose": "transactional"}],
    ids=["e-mail only", "another number", "not marketing"],
)
def test_a_consent_to_something_else_does_not_do(changes):
    assert reason(text(consents=(consent(**changes),))) is GateReason.CONSENT_SCOPE


def test_an_imported_lead_without_consent_is_not_written_to():
    assert reason(text(consents=())) is GateReason.NO_CONSENT


def test_a_person_may_call_without_a_written_consent():
    assert reason(call(consents=())) is None


@pytest.mark.parametrize(("days", "expected"), [(90, None), (91, GateReason.DNC_NATIONAL)])
def test_an_inquiry_opens_the_door_for_90_days(days, expected):
    on_list = call(consents=(), is_on_national_list=True, inquired_at=NOON - timedelta(days=days))
    assert reason(on_list) is expected


@pytest.mark.parametrize(("days", "expected"), [(548, None), (549, GateReason.DNC_NATIONAL)])
def test_a_deal_opens_the_door_for_18_months(days, expected):
    on_list = call(consents=(), is_on_national_list=True, inquired_at=None, transacted_at=NOON - timedelta(days=days))
    assert reason(on_list) is expected


def test_day_30_is_inside_the_inquirys_90_days():
    at = NOON + timedelta(days=30)
    facts = call(consents=(), is_on_national_list=True, inquired_at=NOON, national_list_as_of=at, due_at=at)
    assert reason(facts, at=at) is None


@pytest.mark.parametrize(("days", "expected"), [(31, None), (32, GateReason.DNC_STALE)])
def test_the_national_list_may_be_31_days_old(days, expected):
    assert reason(call(consents=(), national_list_as_of=NOON - timedelta(days=days))) is expected


def test_no_national_list_blocks_what_rests_on_no_written_consent():
    nothing = {"is_on_national_list": None, "national_list_as_of": None}
    assert reason(call(consents=(), **nothing)) is GateReason.DNC_STALE
    assert reason(text(consents=(consent(method="verbal"),), **nothing)) is GateReason.DNC_STALE
    assert reason(text(**nothing)) is None  # 47 CFR 64.1200(c)(2)(ii)
    strict = replace(DEFAULT, does_written_consent_outrank_national_list=False)
    assert reason(text(**nothing), rules=strict) is GateReason.DNC_STALE


def test_the_offices_own_list_outranks_every_consent():
    assert reason(text(is_do_not_contact=True)) is GateReason.DNC_INTERNAL


def test_at_night_a_message_waits_for_the_morning():
    night = datetime(2026, 3, 12, 5, 10, tzinfo=NOON.tzinfo)  # 22:10 in California
    found = verdict(text(due_at=night), night, DEFAULT)
    assert (found.decision, found.reason) == (Decision.HOLD, GateReason.QUIET_HOURS)
    assert found.until == datetime(2026, 3, 12, 17, 0, tzinfo=NOON.tzinfo)  # 10:00


@pytest.mark.parametrize("phone", ["+18005551234", "+19005551234", "+1909555", "12"])
def test_a_number_without_a_place_is_not_texted(phone):
    where = Whereabouts(phone=phone, zip_code="91730", state="CA")
    assert reason(text(whereabouts=where)) is GateReason.NO_TIME_ZONE


def test_an_e_mail_to_nowhere_waits_for_hours_that_suit_the_whole_country():
    assert reason(email(whereabouts=Whereabouts())) is GateReason.QUIET_HOURS  # 15:00 in New York, 9:00 in Honolulu
    later = NOON + timedelta(hours=2)
    assert reason(email(whereabouts=Whereabouts(), due_at=later), at=later) is None


def test_one_message_in_24_hours():
    found = verdict(text(sent_at=(NOON - timedelta(hours=23),)), NOON, DEFAULT)
    assert (found.decision, found.reason, found.until) == (Decision.HOLD, GateReason.FREQUENCY_CAP, NOON + timedelta(hours=1))
    assert reason(text(sent_at=(NOON - timedelta(hours=24),))) is None


def test_three_messages_in_seven_days():
    sent = tuple(NOON - timedelta(days=days) for days in (2, 4, 6))
    found = verdict(text(sent_at=sent), NOON, DEFAULT)
    assert (found.reason, found.until) == (GateReason.FREQUENCY_CAP, NOON + timedelta(days=1))
    assert reason(text(sent_at=(*sent[:2], NOON - timedelta(days=7)))) is None


def test_never_more_than_three_in_24_hours_whatever_is_set():
    with pytest.raises(Exception, match="Messages a day: 1 to 3"):
        GateRules(messages_per_day=4)


def test_a_call_task_is_no_message():
    assert reason(call(sent_at=(NOON - timedelta(hours=1),))) is None


@pytest.mark.parametrize("days", [29, 30])
def test_the_stop_words_come_back_every_30_days(days):
    facts = text(body="Jorge, Salas Realty: any news?", is_first_message=False, last_stop_text_at=NOON - timedelta(days=days))
    assert reason(facts) is (GateReason.CONTENT if days == 30 else None)


def test_whether_it_is_the_first_message_unknown_asks_for_the_stop_words():
    facts = text(body="Jorge, Salas Realty: any news?", is_first_message=None, last_stop_text_at=NOON)
    assert reason(facts) is GateReason.CONTENT


def test_machine_written_words_need_a_person_or_where_waived_a_disclosure():
    assert reason(text(composer="llm")) is GateReason.AI_DISCLOSURE
    assert reason(text(composer="llm", has_person_approval=True)) is None
    waived = replace(DEFAULT, is_approval_needed_for_llm=False)
    said = "This is Jorge's automated assistant at Salas Realty. Any news? Reply STOP to opt out."
    assert reason(text(composer="llm", has_ai_disclosure=True), rules=waived) is GateReason.AI_DISCLOSURE
    assert reason(text(composer="llm", body=said), rules=waived) is GateReason.AI_DISCLOSURE
    assert reason(text(composer="llm", body=said, has_ai_disclosure=True), rules=waived) is None
    assert reason(text(composer="somebody"), rules=waived) is GateReason.AI_DISCLOSURE


def test_an_e_mail_shows_its_postal_address_in_both_forms():
    assert reason(email(postal_address="")) is GateReason.EMAIL_NO_ADDRESS
    assert reason(email(html="<p>Jorge, Salas Realty</p>")) is GateReason.EMAIL_NO_ADDRESS
    assert reason(email(body="Jorge, Salas Realty")) is GateReason.EMAIL_NO_ADDRESS


def test_an_e_mail_holds_its_own_unsubscribe_link():
    assert reason(email(unsubscribe_url="")) is GateReason.EMAIL_NO_UNSUBSCRIBE
    assert reason(email(unsubscribe_url="https://example.com/unsubscribe/other")) is GateReason.EMAIL_NO_UNSUBSCRIBE
    assert reason(email(unsubscribe_url="javascript:alert(1)")) is GateReason.EMAIL_NO_UNSUBSCRIBE


@pytest.mark.parametrize(("minutes", "expected"), [(0, None), (1, GateReason.STALE_STEP)])
def test_a_step_may_be_so_late_and_not_a_minute_more(minutes, expected):
    facts = text(due_at=NOON - timedelta(hours=48, minutes=minutes))
    assert reason(facts) is expected


def test_a_step_from_the_future_waits():
    found = verdict(text(due_at=NOON + timedelta(minutes=3)), NOON, DEFAULT)
    assert (found.decision, found.until) == (Decision.HOLD, NOON + timedelta(minutes=3))


@pytest.mark.parametrize("hours", [float("nan"), float("inf")])
def test_a_lateness_that_is_no_number_blocks(hours):
    assert reason(text(max_late_hours=hours)) is GateReason.STALE_STEP


def test_a_text_goes_to_a_phone_and_an_e_mail_to_an_address():
    assert reason(call(address=EMAIL, consents=())) is GateReason.NO_RECIPIENT


def test_a_naive_time_sends_nothing():
    with pytest.raises(ValueError, match="aware"):
        verdict(text(), NOON.replace(tzinfo=None), DEFAULT)


def test_the_content_objection_names_the_phrase():
    found = verdict(text(body="Jorge, Salas Realty: a family-friendly area. Reply STOP to opt out."), NOON, DEFAULT)
    assert found.reason is GateReason.CONTENT
    assert "family-friendly" in found.detail
