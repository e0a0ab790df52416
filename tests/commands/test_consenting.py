"""Consent by hand: with words, proof and a name, for an address of the lead; a withdrawal holds at once for what it names."""

from datetime import timedelta

import pytest

from engine import commands
from engine.access import SYSTEM
from engine.commands.consenting import record_consent, withdraw_consent
from engine.errors import BadInput
from engine.records.follow_up import Consent, StepKind
from engine.store import consents
from engine.store.tables import audit

from .conftest import START, later

PHONE = "+19095550101"


@pytest.fixture
def ana(office):
    return commands.take_lead(office, SYSTEM, {"name": "Ana Rivera", "phone": PHONE, "email": "ana@example.com"})


def given(lead_id, **facts):
    told = {
        "lead_id": lead_id, "address": PHONE, "channels": (StepKind.SMS,), "purpose": "marketing", "disclosure": "You may text me.",
        "method": "verbal", "evidence": "call noted by Maria", "given_at": START,
    }  # fmt: skip
    return Consent(**{**told, **facts})


def test_a_consent_is_kept_with_its_words_and_who_noted_it(office, ana):
    record_consent(office, SYSTEM, given(ana))
    with office.ledger.read() as connection:
        [kept] = consents.consents_of(connection, ana, PHONE)
        acts = connection.execute(audit.select().where(audit.c.action == "record_consent")).all()
    assert (kept.disclosure, kept.channels) == ("You may text me.", (StepKind.SMS,))
    assert [(act.ref, act.detail["method"]) for act in acts] == [(ana, "verbal")]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "+19095550999"}, "address"),
        ({"channels": ()}, "channels"),
        ({"evidence": "  "}, "disclosure"),
        ({"disclosure": ""}, "disclosure"),
        ({"given_at": START + timedelta(days=1)}, "given_at"),
    ],
)
def test_what_proves_nothing_is_refused_with_the_field(office, ana, wrong, field):
    with pytest.raises(BadInput) as refused:
        record_consent(office, SYSTEM, given(ana, **wrong))
    assert refused.value.field == field


def test_a_withdrawal_of_one_way_is_one_of_all_as_the_rules_are_shipped(office, ana):
    later(office, hours=1)
    withdraw_consent(office, SYSTEM, ana, address=PHONE, channels=[StepKind.SMS], words="No more texts", evidence="call of today")
    with office.ledger.read() as connection:
        gone = consents.opt_outs_of(connection, ana, [PHONE])
    assert {one.address for one in gone} == {PHONE, "ana@example.com"}
    assert all(set(one.channels) == set(StepKind) and one.source == "person" for one in gone)
