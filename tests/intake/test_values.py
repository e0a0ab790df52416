"""Amounts, dates, numbers and words are read as people mean them, or not at all."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake import guess_date_order, signals_of
from engine.intake.dates import read_date, read_time
from engine.intake.money import read_budget, read_price
from engine.intake.phones import email_of, phone_of, split_emails, split_phones
from engine.intake.places import precision_of
from engine.intake.stages import read_stage
from engine.intake.timeline import read_timeline
from engine.intake.words import (
    read_count,
    read_do_not_contact,
    read_financing,
    read_property_type,
    read_rooms,
    read_source,
    read_yes_no,
    split_name,
)
from engine.records import Financing, PropertyType, Source, Stage

ZONE = "America/Los_Angeles"
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("500k-750k", 500, 750), ("$500,000 - $750,000", 500, 750), ("450,000 to 500,000", 450, 500), ("500-750k", 500, 750),
        ("1.2 - 1.5 million", 1200, 1500),
        ("between 450k and 500k", 450, 500), ("750 - 1.2m", 750, 1200), ("$400K–$450K", 400, 450), ("700-800", 700, 800),
        ("$0 - $500,000", None, 500),
        ("$1.2M", 1200, 1200), ("around 800k", 800, 800), ("525000", 525, 525), ("525000.00", 525, 525), ("450.000 €", 450,
        450), ("1,2 million", 1200, 1200),
        ("under 600", None, 600), ("up to 1.1mm", None, 1100), ("max $900K", None, 900), ("$750k or less", None, 750), ("500k+",
        500, None), ("over 1M", 1000, None),
        ("min 500k", 500, None), ("600k for 3 beds", 600, 600), ("half a million", 500, 500), ("750k-500k", 500, 750),
    ],
)  # fmt: skip
def test_a_budget_is_read(text: str, low: int | None, high: int | None):
    assert read_budget(text) == (low and low * 100_000, high and high * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        "ask me",
        "$2,500/mo",
        "2500 per month",
        "2500",
        "12",
        "-500000",
        "909-555-0101",
        "2026-01-01",
        "3-5",
        "20%",
        "9e99",
        "1" * 40,
        "",
    ],
)
def test_what_is_no_budget_for_certain_is_not_read(text: str):
    assert read_budget(text) is None


def test_a_price_is_one_amount():
    assert [read_price(text) for text in ("$612,500", "612500.50", "$1.2M", "$999.99", "500k-600k", "under 500k", "(500,000)",
    "12")] == [
        61_250_000, 61_250_050, 120_000_000, 99_999, None, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-06-08T10:28:39-07:00", "2026-06-08 17:28:39"), ("Jul 22 2026 02:09 PM", "2026-07-22 21:09"),
        ("3/15/2024 2:30 PM", "2024-03-15 21:30"),
        ("2024-03-12 09:14", "2024-03-12 16:14"), ("45000.5", "2023-03-15 19:00"), ("13/01/2024", "2024-01-13 08:00"),
        ("15.03.2024", "2024-03-15 07:00"),
        ("22 Jul 2026", "2026-07-22 07:00"), ("Wed, 22 Jul 2026 14:09:00 GMT", "2026-07-22 14:09"), ("3/15/24 12:00 AM",
        "2024-03-15 07:00"),
        ("1709251200", "2024-03-01 00:00"), ("2024-03-12 09:14:00 UTC", "2024-03-12 09:14"),
        ("Mon Jun 08 2026 10:28:39 GMT-0700 (PDT)", "2026-06-08 17:28:39"),
        ("2024-12-01", "2024-12-01 08:00"),  # a day starts at the market's midnight: 8 hours before UTC in winter
    ],
)  # fmt: skip
def test_a_time_is_read_into_utc(text: str, wanted: str):
    assert read_time(text, ZONE) == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-02-30",
        "31/31/2024",
        "Mar 2027",
        "12:30",
        "0000-00-00",
        "9/9/9999",
        "13:00 PM 1/1/2024",
        "",
        "5",
        "May 7",
        "1/1/2024 25:00",
    ],
)
def test_what_is_no_time_for_certain_is_not_read(text: str):
    assert read_time(text, ZONE) is None


def test_the_order_of_day_and_month_is_the_columns():
    assert guess_date_order(["03/04/2024", "13/04/2024"]) == "dmy"
    assert guess_date_order(["03/04/2024", "04/13/2024"]) == "mdy"
    assert guess_date_order(["03/04/2024", "2024-01-13", ""]) is None
    assert guess_date_order(["13/04/2024", "04/13/2024"]) is None
    assert (read_date("03/04/2024", ZONE, "dmy"), read_date("03/04/2024", ZONE, "mdy")) == (date(2024, 4, 3), date(2024, 3, 4))


@pytest.mark.parametrize(
    "text",
    [
        "(909) 555-0123",
        "909.555.0123",
        "+1 909 555 0123 x12",
        "1-909-555-0123",
        "9095550123.0",
        "tel:+19095550123",
        "909-555-0123 (cell)",
        "cell: 9095550123",
    ],
)
def test_a_number_has_one_form(text: str):
    assert phone_of(text) == "+19095550123"


@pytest.mark.parametrize(
    "text",
    ["555-0123", "call me", "1234567890", "5555555555", "0123456789", "9.09555E+09", "", "+", "909555012", "90955501234567890123"],
)
def test_what_nobody_can_dial_is_no_number(text: str):
    assert phone_of(text) is None


def test_foreign_numbers_are_read_by_their_own_plan():
    assert [phone_of("+34 600 123 456"), phone_of("011 34 600 123 456"), phone_of("55 1234 5678", "MX")] == [
        "+34600123456",
        "+34600123456",
        "+525512345678",
    ]


def test_a_cell_may_hold_several():
    assert [phone_of(part) for part in split_phones("909-555-0101 / 909-555-0102; 9095550103")] == [
        "+19095550101",
        "+19095550102",
        "+19095550103",
    ]
    assert split_emails("Ana <a@x.com>, b@x.com; c@x.com") == ["a@x.com"]
    assert split_emails("a@x.com; c@x.com") == ["a@x.com", "c@x.com"]


@pytest.mark.parametrize(("text", "email"), [("ANA@Example.COM", "ana@example.com"), ("mailto:a@b.co", "a@b.co"), ("ana@x.com.",
    "ana@x.com"), ("a@gmail.con", None),
                                             ("a@gmial.com", None), ("a@b", None), ("a b@c.com", None), ("a..b@c.com", None),
                                             ("@c.com", None), ("", None)])  # fmt: skip
def test_an_address_is_lower_case_or_refused_and_never_mended(text: str, email: str | None):
    assert email_of(text) == email


@pytest.mark.parametrize(
    ("text", "days"),
    [("ASAP", 14), ("3-6 months", 135), ("0-3 months", 45), ("6+ months", 180), ("within 90 days", 90), ("1 year", 365),
    ("a few months", 90), ("just looking", 730),
     ("no rush", 730), ("next month", 30), ("by March", 113), ("next summer", 235), ("spring 2027", 144), ("2027-03-01", 99),
     ("June 2026", None), ("maybe", None),
     ("6", None), ("", None), ("may be soon", None)],
)  # fmt: skip
def test_a_timeline_is_days_from_now(text: str, days: int | None):
    assert read_timeline(text, TODAY) == days


@pytest.mark.parametrize(
    ("text", "financing"),
    [("pre-approved", "pre_approved"), ("preapproval letter", "pre_approved"), ("VA loan approved", "pre_approved"), ("yes",
    "pre_approved"), ("cash buyer", "cash"),
     ("all cash", "cash"), ("no loan needed", "cash"), ("need lender", "needs"), ("not pre-approved", "needs"), ("no", "needs"),
     ("Not approved yet", "needs"),
     ("talking to lender", "in_progress"), ("Pre-Qualified", "in_progress"), ("approval pending", "in_progress"), ("not cash",
     None), ("Conventional", None)],
)  # fmt: skip
def test_financing_is_read_and_denials_are_heard(text: str, financing: str | None):
    assert read_financing(text) == (financing and Financing(financing))


@pytest.mark.parametrize(
    ("text", "source"),
    [("Zillow", Source.PORTAL), ("Realtor.com", Source.PORTAL), ("Facebook Lead Ad", Source.PAID_SOCIAL), ("TikTok",
    Source.PAID_SOCIAL), ("Google Ads", Source.PPC),
     ("IDX website", Source.OWN_SITE), ("Open House 12 Elm", Source.OPEN_HOUSE), ("Past client referral", Source.SPHERE),
     ("FSBO", Source.EXPIRED_FSBO),
     ("sign call", Source.SIGN_CALL), ("paid_social", Source.PAID_SOCIAL), ("Cold call", Source.OTHER)],
)  # fmt: skip
def test_a_source_is_of_a_kind(text: str, source: Source):
    assert read_source(text) is source


@pytest.mark.parametrize(
    ("text", "stage"),
    [("open Buyers Pipeline Under Contract", Stage.UNDER_CONTRACT), ("open Sales New Lead", Stage.NEW), ("won Buyers Closed",
    Stage.CLOSED), ("lost Buyers Offer", Stage.LOST),
     ("Attempted contact", Stage.CONTACTED), ("Active Client", Stage.ACTIVE), ("Pending", Stage.UNDER_CONTRACT), ("Trash",
     Stage.LOST), ("Appointment Set", Stage.APPOINTMENT),
     ("offer submitted", Stage.OFFER), ("under_contract", Stage.UNDER_CONTRACT), ("Not contacted", Stage.NEW), ("Sphere", None)],
)  # fmt: skip
def test_stages_of_other_systems_are_known(text: str, stage: Stage | None):
    assert read_stage(text) == stage


def test_small_words_are_read():
    assert [read_yes_no(text) for text in ("Yes", "n", "TRUE", "0", "perhaps")] == [True, False, True, False, None]
    assert [read_do_not_contact(text) for text in ("yes", "DNC", "out", "clean", "not on DNC", "Federal", "SMS")] == [
        True,
        True,
        True,
        False,
        False,
        True,
        None,
    ]
    assert [read_property_type(text) for text in ("SFR", "condo", "Townhome", "Duplex", "castle")] == [
        PropertyType.SINGLE_FAMILY, PropertyType.CONDO, PropertyType.TOWNHOUSE, PropertyType.MULTI_FAMILY, None,
    ]  # fmt: skip
    assert [read_count(text) for text in ("3", "3+", "3-4", "2.5", "3 or more", "many", "100")] == [3, 3, 3, 2.5, 3, None, None]
    assert [read_rooms(text) for text in ("3bd/2ba", "3/2", "4 bed 2.5 bath", "studio")] == [(3, 2), (3, 2), (4, 2.5), (0, None)]
    assert [precision_of(text) for text in ("", "Inland Empire", "CA", "Upland", "Upland, CA 91786", "12 Example St")] == [
        0,
        1,
        1,
        2,
        3,
        3,
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [("Rivera, Ana", ("Ana", "Rivera")), ("Dr. Ana Rivera", ("Ana", "Rivera")), ("Rivera Lopez, Ana Maria", ("Ana Maria",
    "Rivera Lopez")), ("Ana", ("Ana", "")),
     ("John Smith Jr.", ("John", "Smith Jr.")), ("Juan de la Cruz", ("Juan", "de la Cruz")), ("Mr. & Mrs. Smith", ("",
     "Smith")), ("李雷", ("李雷", "")), ("12345", None)],
)  # fmt: skip
def test_a_name_has_two_parts(text: str, name: tuple[str, str] | None):
    assert split_name(text) == name


@pytest.mark.parametrize(
    "text", ["asap", "need to move by March", "urgent!!", "I am in a hurry", "our lease is up, ready to make an offer"]
)
def test_haste_is_heard(text: str):
    assert signals_of(text).urgency >= 0.5


@pytest.mark.parametrize(
    "text", ["not in a hurry", "no rush", "just looking", "I'm not ready to buy", "We don't need to move asap", "maybe next year"]
)
def test_calm_is_heard_even_in_hasty_words(text: str):
    assert signals_of(text).urgency <= -0.3


@pytest.mark.parametrize("text", ["", "We have three kids and go to church", "Do you speak Spanish? I use a wheelchair",
    "My wife is pregnant", "I am a single mother from Mexico",
                                  "Is there a mosque or synagogue nearby?", "We are retired and disabled"])  # fmt: skip
def test_who_a_person_is_has_no_weight(text: str):
    assert signals_of(text).urgency == 0.0


@given(st.text(max_size=200))
def test_signals_stay_in_their_range(text: str):
    signals = signals_of(text)
    assert -1 <= signals.urgency <= 1
    assert signals.n_words >= 0
    assert signals.n_questions <= len(text)


@given(st.text(max_size=60))
def test_numbers_and_addresses_read_twice_are_read_once(text: str):
    for reader in (phone_of, email_of):
        once = reader(text)
        assert once is None or reader(once) == once


@given(st.integers(50_000, 5_000_000), st.integers(50_000, 5_000_000))
def test_a_range_holds_its_ends_in_any_form(a: int, b: int):
    low, high = sorted((a, b))
    for form in (f"{a}-{b}", f"${a:,} to ${b:,}", f"{a / 1000}k - {b / 1000}k", f"between {a} and {b}"):
        assert read_budget(form) == (low * 100, high * 100)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001
def test_the_same_minute_reads_the_same_in_every_form(at: datetime):
    at = at.replace(second=0, microsecond=0)
    forms = ("%Y-%m-%d %H:%M", "%m/%d/%Y %I:%M %p", "%b %d %Y %I:%M %p", "%d %B %Y %H:%M", "%Y/%m/%d %H:%M:%S")
    assert len({read_time(at.strftime(form), ZONE, "mdy") for form in forms}) == 1
