"""The filter of machine-composed texts, and personal data taken out before anybody outside reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.minimising import minimised
from engine.conversation.outbound import Fault, faults_of
from engine.conversation.script import scripts

SOURCE = "budget 500k-750k, 30 days, 3 beds"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("It is a great family neighborhood.", Fault.FAIR_HOUSING),
        ("Your home is worth $912,000.", Fault.FIGURE),
        ("Homes rose 12% there.", Fault.FIGURE),
        ("It is worth nine hundred thousand, easily", Fault.FIGURE),
        ("See https://evil.example.com", Fault.LINK),
        ("[here](javascript:alert(1))", Fault.LINK),
        ("Look at bit.ly/x", Fault.LINK),
        ("Call (909) 555-0199", Fault.CONTACT),
        ("Write to spy@example.com", Fault.CONTACT),
        ("Maria Lopez wants it too", Fault.CONTACT),
        ("We guarantee a sale", Fault.PROMISE),
        ("It will sell in weeks", Fault.PROMISE),
        ("You're pre-approved", Fault.PROMISE),
        ("Yes " * 60, Fault.LENGTH),
        ("   ", Fault.EMPTY),
        ("He\u200bllo", Fault.LINK),
    ],
)
def test_what_may_not_go_out_is_found(text, fault):
    assert fault in {finding.fault for finding in faults_of(text, sources=SOURCE, others=("Maria Lopez",))}


@pytest.mark.parametrize(
    "text",
    [
        "Would 30 days be a problem?",
        "You said up to $750,000 for 3 beds. Still right?",
        "Thanks! What would make you sell?",
        "Call me at (909) 555-0100 or mail jorge@example.com.",
        "Is it a single-family home with a family room?",
    ],
)
def test_what_rests_on_the_source_may_go(text):
    assert faults_of(text, sources=SOURCE, contacts=("+19095550100", "jorge@example.com")) == ()


def test_personal_data_is_replaced_by_its_kind():
    told = "I'm Ana, my wife Maria is at 909-555-0102, ana@example.com, 1420 Maple Street Apt 4. See www.x.com. SSN 123-45-6789"
    expected = "I'm [NAME], my wife [NAME] is at [PHONE], [EMAIL], [ADDRESS]. See [LINK] SSN [NUMBER]"
    assert minimised(told, names=("Ana",)) == expected


@given(st.text(max_size=60), st.text(max_size=60), st.from_regex(r"[2-9][0-8][0-9]-[2-9][0-9]{2}-[0-9]{4}", fullmatch=True))
def test_no_phone_and_no_known_name_gets_through(before, after, phone):
    shown = minimised(f"{before} {phone} Zebulon {after}", names=("Zebulon Quist", "Zebulon"))
    assert phone not in shown
    assert "zebulon" not in shown.casefold()


def test_every_text_of_the_dialogues_passes_the_filter():
    for script in scripts().values():
        texts = [script.greeting, script.done, script.take_away]
        texts += [text for one in script.questions for text in (*one.asks.values(), one.repair)]
        for text in texts:
            assert not [found for found in faults_of(text, sources=text) if found.fault is not Fault.LENGTH], text
