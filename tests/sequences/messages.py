"""A message that nothing speaks against, to bend in a test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.records.follow_up import Consent, StepKind
from engine.sequences.facts import GateFacts, Whereabouts

NOON = datetime(2026, 3, 11, 19, 0, tzinfo=UTC)  # a Wednesday, noon in California
PHONE, EMAIL = "+19095550123", "ana@example.com"
ADDRESS = "1 Example Street, Ontario, CA 91761"
LINK = "https://example.com/unsubscribe/abc"


def consent(**changes):
    given = Consent(
        lead_id=1,
        address=PHONE,
        channels=(StepKind.SMS, StepKind.CALL_TASK),
        purpose="marketing",
        disclosure="I agree to texts from Salas Realty",
        method="web form",
        evidence="form 12",
        given_at=NOON - timedelta(days=5),
    )
    return replace(given, **changes)


def text(**changes):
    facts = GateFacts(
        kind=StepKind.SMS,
        lead_id=1,
        address=PHONE,
        whereabouts=Whereabouts(phone=PHONE, zip_code="91730", city="Rancho Cucamonga", state="CA"),
        body="Hi Ana, Jorge with Salas Realty. Still thinking about a move? Reply STOP to opt out.",
        due_at=NOON - timedelta(hours=1),
        max_late_hours=48,
        is_kill_switch_on=False,
        paused_since=None,
        consents=(consent(),),
        opt_outs=(),
        is_do_not_contact=False,
        is_on_national_list=False,
        national_list_as_of=NOON - timedelta(days=10),
        inquired_at=NOON - timedelta(days=5),
        sent_at=(),
        last_stop_text_at=None,
        has_unknown_outcome=False,
        is_duplicate=False,
        is_first_message=True,
        brand="Salas Realty",
        agent_name="Jorge",
    )
    return replace(facts, **changes)


def email(**changes):
    body = f"Hello Ana,\n\nJorge here.\n\n--\nSalas Realty, {ADDRESS}\nUnsubscribe: {LINK}"
    facts = text(
        kind=StepKind.EMAIL,
        address=EMAIL,
        subject="Your move",
        body=body,
        html=f'<p>Jorge here.</p><p>Salas Realty, {ADDRESS} <a href="{LINK}">Unsubscribe</a></p>',
        consents=(consent(address=EMAIL, channels=(StepKind.EMAIL,)),),
        postal_address=ADDRESS,
        unsubscribe_url=LINK,
    )
    return replace(facts, **changes)


def call(**changes):
    return replace(text(kind=StepKind.CALL_TASK, subject="Call Ana", body="Ask when Ana wants to move."), **changes)
