"""Messages: placeholders, cleaned names, segments, the lint at save and at send, the e-mail's duties, answers that never vary."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInput, ConfigurationError
from engine.records.follow_up import StepKind
from engine.sequences import canned
from engine.sequences.content_lint import Content, has_stop_text, problems_of
from engine.sequences.fair_housing import steering_phrases
from engine.sequences.message import Template, Words, clean_name, problems_of_template, render
from engine.sequences.segments import count_segments, is_gsm
from engine.sequences.templates import CANNED, CONFIRMATION, DEFAULTS, template_for
from engine.sequences.unsubscribe import address_digest, read_unsubscribe, sign_unsubscribe

WORDS = Words(
    lead_id=7,
    step_number=1,
    agent_name="Jorge",
    brand="Salas Realty",
    first_name="ANA",
    last_name="o'neill",
    area="Rancho Cucamonga",
    postal_address="1 Example Street, Ontario, CA 91761",
    unsubscribe_url="https://example.com/u/abc.def",
)
TEXT = template_for("day-3-text", "en")
EMAIL = template_for("day-14-email", "en")
KEY = bytes(range(32))


def saying(body, **changes):
    return Template(key="t", kind=StepKind.SMS, body=body, **changes)


def text_content(body, **changes):
    content = Content(kind=StepKind.SMS, body=body, brand="Salas Realty", agent_name="Jorge", needs_stop_text=False)
    return problems_of(replace(content, **changes))


@pytest.mark.parametrize("template", DEFAULTS.values(), ids=lambda template: f"{template.key}-{template.language}")
def test_the_shipped_words_pass_their_own_lint(template):
    assert problems_of_template(template, brand="Salas Realty Group", agent_name="Jorge") == ()
    made = render(template, replace(WORDS, brand="Salas Realty Group"))
    if template.kind is StepKind.SMS:
        assert len(made.body) <= 160
        assert made.n_segments == 1
        assert made.has_stop_text


def test_a_text_greets_names_the_office_and_says_how_to_stop():
    assert render(TEXT, WORDS).body == (
        "Hi Ana, Jorge with Salas Realty. Still thinking about a move in Rancho Cucamonga? "
        "Happy to send what's new or answer a question. Reply STOP to opt out."
    )
    assert "Reply STOP" not in render(TEXT, replace(WORDS, needs_stop_text=False)).body


def test_without_a_name_or_a_town_it_reads_well_too():
    assert render(TEXT, replace(WORDS, first_name="", area="")).body.startswith(
        "Hello, Jorge with Salas Realty. Still thinking about a move? "
    )


@pytest.mark.parametrize(
    "name",
    ["{{agent}}", "http://evil.example", "evil.example", "Bob 909-555-0100", "None", "N/A", "<b>x</b>", "a" * 31, "Ana\u202e!"],
)
def test_what_is_no_name_is_not_said(name):
    assert clean_name(name) == ""
    assert render(TEXT, replace(WORDS, first_name=name)).body.startswith("Hello, ")


@pytest.mark.parametrize(
    ("name", "said"), [("MARÍA JOSÉ", "María José"), ("o'neill", "O'Neill"), ("McKay", "McKay"), (" ana ", "Ana")]
)
def test_names_are_said_as_people_write_them(name, said):
    assert clean_name(name) == said


def test_a_template_holds_no_code():
    for body in ("{{ 7*7 }}", "{{ words.__class__ }}", "{{first_name", "{{}}", "{{ self }}", "{{first_name|upper}}"):
        with pytest.raises(BadInput):
            render(saying(body), WORDS)
    assert render(saying("{% for x in y %} ${HOME} {first_name}", language="en"), WORDS).body.startswith("{% for")
    assert text_content("Jorge, Salas Realty {% for x in y %}") != ()


def test_a_placeholder_without_a_value_is_refused_not_left_empty():
    with pytest.raises(BadInput, match="first_name"):
        render(saying("Hi {{first_name}}"), replace(WORDS, first_name=""))


def test_words_like_those_that_went_before_are_marked():
    first = render(TEXT, WORDS).body
    again = render(TEXT, replace(WORDS, step_number=4, earlier_bodies=(first,)))
    assert again.body.startswith("(4) Hi Ana")
    assert render(template_for("day-30-text", "en"), replace(WORDS, earlier_bodies=(first,))).body.startswith("Hi Ana")


def test_an_accent_does_not_double_the_price_of_a_text():
    made = render(TEXT, replace(WORDS, first_name="Łucía"))
    assert made.body.startswith("Hi Lucia")
    assert made.n_segments == 1


@pytest.mark.parametrize(
    ("text", "n"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2), ("á" * 70, 1), ("á" * 71, 2)],
)
def test_segments_are_counted_as_carriers_do(text, n):
    assert count_segments(text) == n


def test_a_letter_of_two_places_is_never_split():
    assert count_segments("a" * 152 + "€" + "a" * 152) == 3  # 152, then the sign moves on: 154 left for 153 places
    assert count_segments("😀" * 35) == 1
    assert count_segments("😀" * 66) == 2  # 33 to each of 67 places
    assert count_segments("😀" * 67) == 3


@given(st.text(alphabet="ab€á😀^ñ", max_size=400))
def test_more_letters_never_take_fewer_segments(text):
    assert count_segments(text) <= count_segments(text + "a")
    assert is_gsm(text) or count_segments(text) >= len(text) / 70


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Jorge here. Any news?", "which brokerage"),
        ("Salas Realty here. Any news?", "who writes"),
        ("Hi {{first_name}}, Jorge, Salas Realty", "placeholder"),
        ("Hi {first_name}, Jorge, Salas Realty", "placeholder"),
        ("Hi [FIRST NAME], Jorge, Salas Realty", "placeholder"),
        ("Hi <first_name>, Jorge, Salas Realty", "placeholder"),
        ("Hi %FIRST_NAME%, Jorge, Salas Realty", "placeholder"),
        ("Hi None, Jorge, Salas Realty", "placeholder"),
        ("Hi nan, Jorge, Salas Realty", "placeholder"),
        ("Jorge, Salas Realty: the price is null", "placeholder"),
        ("Jorge, Salas Realty: see bit.ly/abc", "bit.ly"),
        ("Jorge, Salas Realty: see https://tinyurl.com/abc", "tinyurl.com"),
        ("Jorge, Salas Realty: or call (909) 555-0199", "neither the lead's nor the office's"),
        ("Jorge, Salas Realty: or write to bob@example.com", "neither the lead's nor the office's"),
        ("Jorge, Salas Realty: 123-45-6789", "social security"),
        ("Jorge, Salas Realty: good schools", "Fair housing"),
        ("Jorge, Salas Realty. " + "a" * 300, "segments"),
        ("  ", "no words"),
    ],
)
def test_the_lint_says_what_is_wrong(body, said):
    assert any(said in problem for problem in text_content(body))


@pytest.mark.parametrize(
    "body",
    [
        "Jorge, Salas Realty. The single-family home on 5th sold for $525,000.",
        "Jorge, Salas Realty. See https://salasrealty.example/homes/2026-03-11/9095550199",
        "Jorge, Salas Realty. Not a bit. Nancy from escrow says hi.",
        "Jorge, Salas Realty. Call me at +1 909 555 0123.",
    ],
)
def test_the_lint_lets_ordinary_words_pass(body):
    assert text_content(body, contacts=("+19095550123",)) == ()


@pytest.mark.parametrize(
    "body", ["Reply STOP to opt out", "reply with STOP", "Text “stop” to end", "Responda STOP", "Envíe la palabra STOP"]
)
def test_ways_to_say_how_to_stop(body):
    assert has_stop_text(body)


@pytest.mark.parametrize("body", ["Stop by any time", "We never stop", "reply by Monday, one stop away"])
def test_not_every_stop_says_how_to(body):
    assert not has_stop_text(body)


def test_an_e_mail_carries_address_link_and_headers():
    made = render(EMAIL, WORDS)
    for part in (made.body, made.html):
        assert WORDS.postal_address in part
        assert WORDS.unsubscribe_url in part
    assert dict(made.headers) == {
        "List-Unsubscribe": "<https://example.com/u/abc.def>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@pytest.mark.parametrize("field", ["postal_address", "unsubscribe_url"])
def test_an_e_mail_without_address_or_link_is_not_made(field):
    with pytest.raises(BadInput):
        render(EMAIL, replace(WORDS, **{field: " "}))


def test_no_line_is_smuggled_into_a_header_nor_a_tag_into_the_page():
    with pytest.raises(BadInput):
        render(EMAIL, replace(WORDS, unsubscribe_url="https://example.com/\r\nBcc: x"))
    assert "<script>" not in render(EMAIL, replace(WORDS, brand="<script>alert(1)</script>")).html


def test_a_subject_is_truthful_and_one_line():
    email = Content(
        kind=StepKind.EMAIL, subject="Re: your offer", body="Jorge, Salas Realty", brand="Salas Realty", agent_name="Jorge"
    )
    assert any("truthful" in problem for problem in problems_of(email))
    assert problems_of(replace(email, subject="Your move")) == ()
    assert any("no subject" in problem for problem in problems_of(replace(email, subject="")))


def test_an_unsubscribe_link_says_whom_it_is_for_and_cannot_be_made_up():
    token = sign_unsubscribe(7, "Ana@Example.com", key=KEY)
    found = read_unsubscribe(token, key=KEY)
    assert (found.lead_id, found.address_digest) == (7, address_digest("ana@example.com", key=KEY))
    assert "ana" not in token.casefold()
    assert read_unsubscribe(token, key=KEY[::-1]) is None
    assert (
        read_unsubscribe(sign_unsubscribe(8, "ana@example.com", key=KEY).split(".")[0] + "." + token.split(".")[1], key=KEY) is None
    )
    with pytest.raises(ConfigurationError):
        sign_unsubscribe(7, "ana@example.com", key=b"short")


@given(st.text(max_size=120))
def test_no_text_passes_for_a_link(token):
    assert read_unsubscribe(token, key=KEY) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("are you a bot?", "are_you_a_bot"),
        ("Is this a real person?", "are_you_a_bot"),
        ("¿Eres un robot?", "are_you_a_bot"),
        ("Is it safe around there?", "is_it_safe"),
        ("¿Es seguro el barrio?", "is_it_safe"),
        ("how are the schools", "who_lives_there"),
        ("is it good for kids", "who_lives_there"),
        ("What kind of people live there", "who_lives_there"),
        ("Is there a safe deposit box?", None),
        ("what's the HOA", None),
        ("Who is this?", None),
    ],
)
def test_questions_with_one_lawful_answer_get_it(text, key):
    found = canned.answer_to(text)
    assert (found.key if found else None) == key


@pytest.mark.parametrize("answer", CANNED, ids=lambda answer: answer.key)
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_fixed_answers_steer_nobody(answer, language):
    words = canned.answer_words(answer, language=language, agent_name="Jorge", brand="Salas Realty")
    assert steering_phrases(words) == ()
    assert "{" not in words


def test_the_confirmation_is_one_segment_without_marketing():
    for language in CONFIRMATION:
        words = canned.confirmation_words(language=language, brand="Salas Realty Group")
        assert count_segments(words) <= 2
        assert not any(word in words.casefold() for word in ("http", "home", "casa", "call", "offer"))
    assert "automated assistant" in canned.disclosure_words(language="en", agent_name="Jorge")
    assert "STOP" in canned.help_words(language="en", brand="Salas Realty", agent_name="Jorge", agent_phone="+19095550100")
