"""The office's settings: checked, kept with who and when, audited, brought back; leads are scored anew even after a kill."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import commands
from engine.access import SYSTEM
from engine.commands import rescoring
from engine.delivery.office import settings_at
from engine.errors import BadInput, NotFound
from engine.records.office import OfficeSetting, Signature
from engine.runtime import open_engine
from engine.runtime.office_settings import kept_values
from engine.settings import ROOT, Settings
from engine.store import scores, watermarks
from engine.store.markets import SHIPPED_MARKET
from engine.store.tables import audit

from .conftest import START

MARKET = asdict(SHIPPED_MARKET) | {"service_zips": list(SHIPPED_MARKET.service_zips)}
REASON = "Our buyers work shifts and answer in the evening"


class MovingClock:
    """One clock that goes on; the office's settings keep hold of it."""

    at = START

    def now(self):
        return self.at


def later(office, **passed):
    office.clock.at += timedelta(**passed)


@pytest.fixture
def office(tmp_path):
    engine = open_engine(Settings(home=tmp_path, models=ROOT / "models", _env_file=None))
    engine.clock = MovingClock()
    yield engine
    engine.close()


def change(office, setting, value, **more):
    later(office, minutes=1)
    return commands.change_office(office, SYSTEM, setting, value, **more)


def values(office, setting):
    with office.ledger.read() as connection:
        return [kept.value for kept in kept_values(connection, setting)]


def audited(office):
    with office.ledger.read() as connection:
        return list(connection.execute(select(audit.c.action, audit.c.detail).order_by(audit.c.audit_id)))


def take(office, number):
    return commands.take_lead(office, SYSTEM, {"name": f"Lead {number}", "phone": f"(909) 555-0{100 + number}", "budget": "500k"})


def score(office, lead_id):
    with office.ledger.read() as connection:
        return scores.current(connection, [lead_id])[lead_id]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"state": "ZZ"}, "no state"),
        ({"time_zone": "America/New_York"}, "CA keeps America/Los_Angeles"),
        ({"median_price_cents": 100}, "between"),
        ({"median_price_source": " "}, "where the median price is from"),
        ({"service_zips": "91x"}, "neither a ZIP code"),
        ({"service_zips": ""}, "Name 1 to"),
        ({"name": "x" * 81}, "2 to 80"),
    ],
)
def test_a_wrong_market_is_refused_in_words_and_changes_nothing(office, said, words):
    with pytest.raises(BadInput, match=words):
        change(office, OfficeSetting.MARKET, MARKET | said)
    assert values(office, OfficeSetting.MARKET) == [MARKET]


def test_zip_codes_are_kept_once_and_those_within_another_left_out(office):
    change(office, OfficeSetting.MARKET, MARKET | {"service_zips": "92501, 917;91710 917"})
    assert office.preferences.market.service_zips == ("917", "92501")


@pytest.mark.parametrize(("hot", "warm"), [(0.1, 0.1), (0.1, 0.2), (1.0, 0.1), (0.1, 0.0)])
def test_bands_rise_from_warm_to_hot(office, hot, warm):
    with pytest.raises(BadInput, match="Warm begins"):
        change(office, OfficeSetting.BANDS, {"hot": hot, "warm": warm})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"agent_phone": "call me"}, "can't be dialled"),
        ({"from_email": "jorge at home"}, "no e-mail address"),
        ({"postal_address": "Main Street"}, "postal address"),
        ({"public_url": "http://leads.example.com"}, "https"),
        ({"brand": "x" * 201}, "200 characters"),
    ],
)
def test_a_wrong_sender_is_refused_in_words(office, said, words):
    with pytest.raises(BadInput, match=words):
        change(office, OfficeSetting.SENDER, said)


def test_what_is_set_as_sender_is_what_the_sidecar_reads(office):
    change(office, OfficeSetting.SENDER, {"brand": "  Rivera   Homes ", "public_url": "https://leads.example.com/"})
    with office.ledger.read() as connection:
        sender = settings_at(connection, office.clock.now()).sender
    assert (sender.brand, sender.public_url) == ("Rivera Homes", "https://leads.example.com")


def test_a_change_is_audited_with_both_values_and_the_same_again_is_none(office):
    assert change(office, OfficeSetting.RETENTION, 30)
    assert not change(office, OfficeSetting.RETENTION, 30)
    found = [detail for action, detail in audited(office) if action == "change_setting"]
    assert found == [{"name": "follow_up_retention_days", "from": 90, "to": 30}]


def test_a_former_value_is_brought_back_as_a_new_change(office):
    change(office, OfficeSetting.BANDS, {"hot": 0.2, "warm": 0.05})
    first = office.clock.now()
    change(office, OfficeSetting.BANDS, {"hot": 0.3, "warm": 0.05})
    later(office, minutes=1)
    commands.restore_setting(office, SYSTEM, OfficeSetting.BANDS, first)
    assert [value and value["hot"] for value in values(office, OfficeSetting.BANDS)] == [0.2, 0.3, 0.2, None]
    later(office, minutes=1)
    commands.restore_setting(office, SYSTEM, OfficeSetting.BANDS, None)
    assert office.preferences.bands is None
    with pytest.raises(NotFound):
        commands.restore_setting(office, SYSTEM, OfficeSetting.BANDS, START)


def test_a_rate_keeps_its_sides_in_the_history(office):
    change(office, OfficeSetting.RATE, {"rate": 0.05, "by_side": {"buyer": 0.025}})
    at = office.clock.now()
    change(office, OfficeSetting.RATE, {"rate": 0.04, "by_side": {}})
    later(office, minutes=1)
    commands.restore_setting(office, SYSTEM, OfficeSetting.RATE, at)
    assert values(office, OfficeSetting.RATE)[0] == {"rate": 0.05, "by_side": {"buyer": 0.025}}


@pytest.mark.parametrize(
    "signature",
    [None, Signature(reason="because", name=SYSTEM.name), Signature(reason=REASON, name="Somebody else")],
)
def test_more_messages_than_before_are_not_let_out_unsigned(office, signature):
    with pytest.raises(BadInput):
        change(office, OfficeSetting.RULES, {"messages_per_day": 2}, signature=signature)
    assert values(office, OfficeSetting.RULES)[0]["messages_per_day"] == 1


def test_what_was_signed_for_stands_in_the_audit(office):
    change(office, OfficeSetting.RULES, {"messages_per_day": 2}, signature=Signature(reason=REASON, name=SYSTEM.name))
    detail = audited(office)[-1].detail
    assert (detail["reason"], detail["lets_out"]) == (REASON, ["2 messages to one person in 24 hours instead of 1"])


def test_the_law_is_no_setting_even_when_signed(office):
    signed = Signature(reason=REASON, name=SYSTEM.name)
    for said in ({"messages_per_day": 4}, {"consent_needed_for": []}, {"national_list_days": 60}, {"no_such_rule": 1}):
        with pytest.raises(BadInput):
            change(office, OfficeSetting.RULES, said, signature=signed)


def test_new_bands_reach_every_lead(office):
    ids = [take(office, number) for number in range(3)]
    change(office, OfficeSetting.BANDS, {"hot": 0.0002, "warm": 0.0001})
    assert commands.rescore_wanted(office) == 3
    assert {score(office, lead_id).band.value for lead_id in ids} == {"hot"}
    assert commands.rescore_wanted(office) == 0


def test_a_new_rate_reaches_what_leads_are_expected_to_pay(office):
    lead_id = take(office, 1)
    change(office, OfficeSetting.RATE, {"rate": 0.02, "by_side": {}})
    commands.rescore_wanted(office)
    assert score(office, lead_id).commission.rate == 0.02


def test_killed_in_between_scoring_goes_on_where_it_was(office, monkeypatch):
    ids = [take(office, number) for number in range(5)]
    change(office, OfficeSetting.BANDS, {"hot": 0.0002, "warm": 0.0001})
    monkeypatch.setattr(rescoring, "_CHUNK", 2)
    seen, real = [], rescoring.rescore_leads

    def dying(engine, actor, lead_ids):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(list(lead_ids))
        return real(engine, actor, lead_ids)

    monkeypatch.setattr(rescoring, "rescore_leads", dying)
    with pytest.raises(KeyboardInterrupt):
        commands.rescore_wanted(office)
    monkeypatch.setattr(rescoring, "rescore_leads", real)
    assert commands.rescore_wanted(office) == 1
    assert seen == [ids[:2], ids[2:4]]


def test_a_change_while_leads_are_scored_begins_again(office, monkeypatch):
    for number in range(4):
        take(office, number)
    change(office, OfficeSetting.BANDS, {"hot": 0.2, "warm": 0.1})
    monkeypatch.setattr(rescoring, "_CHUNK", 2)
    real, n_calls = rescoring.rescore_leads, []

    def meddling(engine, actor, lead_ids):
        n_calls.append(1)
        if len(n_calls) == 1:
            change(office, OfficeSetting.BANDS, {"hot": 0.3, "warm": 0.1})
        return real(engine, actor, lead_ids)

    monkeypatch.setattr(rescoring, "rescore_leads", meddling)
    assert commands.rescore_wanted(office) == 6
    with office.ledger.read() as connection:
        assert watermarks.read(connection, rescoring.MARK)["is_done"]
