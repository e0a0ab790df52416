"""What a contact, an opportunity and a message mean here; the same as a row of a file would."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import intake
from engine.ghl import reading
from engine.ghl.mapping import Frame, body_of, deal_of, payload_of
from engine.records import Stage
from engine.records.follow_up import ProviderMessage, StepKind
from engine.records.ghl import ProviderOpportunity, ProviderPipeline, ProviderStage
from engine.store.markets import SHIPPED_MARKET
from tests.ghl.conftest import AT

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30)


@settings(deadline=None)
@given(
    first=st.from_regex(r"[A-Z][a-z]{1,10}", fullmatch=True),
    last=st.from_regex(r"[A-Z][a-z]{1,10}", fullmatch=True),
    phone=st.from_regex(r"\+1909555[0-9]{4}", fullmatch=True),
    city=texts,
    source=texts,
    tags=st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=4, unique=True),
)
def test_a_contact_and_a_row_with_the_same_words_make_the_same_lead(first, last, phone, city, source, tags):
    data = {"id": "CON1", "firstName": first, "lastName": last, "phone": phone, "city": city, "source": source, "tags": tags}
    row = {"external_id": "CON1", "first_name": first, "last_name": last, "phone": phone, "city": city, "source": source}
    there = intake.lead_from(payload_of(reading.contact_of(data), Frame()), market=SHIPPED_MARKET, at=AT)
    here = intake.lead_from(row | {"tags": ", ".join(tags)}, market=SHIPPED_MARKET, at=AT)
    assert there == here


@pytest.mark.parametrize(
    ("status", "stage", "expected"),
    [
        ("open", "New Lead", Stage.NEW),
        ("open", "Under contract", Stage.UNDER_CONTRACT),
        ("open", "Closed", Stage.UNDER_CONTRACT),  # still open there
        ("won", "New Lead", Stage.CLOSED),
        ("lost", "Offer", Stage.LOST),
        ("abandoned", "Offer", Stage.LOST),
        ("open", "Zebra", Stage.ACTIVE),
    ],
)
def test_a_stage_there_is_one_of_ours(status, stage, expected):
    pipeline = ProviderPipeline(pipeline_id="P", name="Buyers", stages=(ProviderStage(stage_id="S", name=stage),))
    opportunity = ProviderOpportunity(opportunity_id="O", contact_id="C", pipeline_id="P", stage_id="S", status=status)
    deal, assumed = deal_of(opportunity, Frame(pipelines={"P": pipeline}))
    assert deal.stage is expected
    assert bool(assumed) is (stage == "Zebra")


def test_money_is_exact():
    for value, cents in (
        (525_000, 52_500_000),
        (0.1, 10),
        ("612500.50", 61_250_050),
        (None, None),
        (-5, None),
        ("x", None),
        (True, None),
    ):
        assert reading.cents_of(value) == cents


def test_both_casings_and_forms_read_alike():
    old = {
        "id": "C",
        "first_name": "Ana",
        "postal_code": "91786",
        "date_added": "2026-03-02T17:00:00Z",
        "dnd_settings": {"SMS": {"status": "active"}},
    }
    new = {
        "id": "C",
        "firstName": "Ana",
        "postalCode": "91786",
        "dateAdded": 1772470800000,
        "dndSettings": {"sms": {"status": "active"}},
    }
    assert reading.contact_of(old) == reading.contact_of(new)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Yes</p>", "Yes"),
        ("Yes<br>please", "Yes\nplease"),
        ("Yes<blockquote>Reply STOP</blockquote>", "Yes"),
        ("Yes\n\nOn Mon, Mar 2, 2026 at 9:00 AM Jorge wrote:\n> Reply STOP to opt out", "Yes"),
        ("<style>stop{}</style><div>Stop</div>", "Stop"),
        ("<div>unsubscribe me</div>", "unsubscribe me"),
        ("3 &lt; 4 &amp; so on", "3 < 4 & so on"),
    ],
)
def test_an_emails_own_words_are_read_without_what_it_quotes(html, text):
    message = ProviderMessage(
        message_id="M", contact_id="C", kind=StepKind.EMAIL, is_inbound=True, body=html, status="", source="", added_at=AT
    )
    assert body_of(message) == text


@settings(deadline=None)
@given(html=st.text(max_size=200))
def test_no_email_breaks_the_reader(html):
    message = ProviderMessage(
        message_id="M", contact_id="C", kind=StepKind.EMAIL, is_inbound=True, body=html, status="", source="", added_at=AT
    )
    assert isinstance(body_of(message), str)
