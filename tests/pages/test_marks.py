from hypothesis import given
from hypothesis import strategies as some

from engine.records import Band, Reason
from pages import marks


def test_a_band_is_told_by_shape_and_word_and_not_by_colour_alone():
    assert {band: marks.SHAPES[band] + marks.WORDS[band] for band in Band} == {
        Band.HOT: "▲Hot",
        Band.WARM: "◆Warm",
        Band.COLD: "○Cold",
    }
    for band in Band:
        assert marks.SHAPES[band] in marks.band(band)
        assert marks.WORDS[band] in marks.band(band)


def test_a_lead_without_a_score_is_not_shown_as_cold():
    assert "Not scored" in marks.score(None, None)


@given(some.text())
def test_whatever_a_person_wrote_stays_text_in_html(said):
    html = marks.figure(said, said, said) + marks.chip(said, title=said) + marks.facts([(said, said)])
    skeleton = marks.figure("x", "x", "x") + marks.chip("x", title="x") + marks.facts([("x", "x")])
    if said:
        assert html.count("<") == skeleton.count("<")
        assert html.count('"') == skeleton.count('"')


@given(some.text())
def test_whatever_a_person_wrote_stays_text_in_markdown(said):
    assert marks.plain(said).replace("\\", "") == said.replace("\\", "")
    assert "$" not in marks.plain(said).replace("\\$", "")


def test_nobody_is_called_who_must_not_be_contacted():
    html = marks.contact_links("+19095550101", "a@example.com", name="Ana", is_do_not_contact=True)
    assert "href" not in html
    assert "Do not contact" in html


def test_contacts_are_one_tap_away():
    html = marks.contact_links("+19095550101", "a@example.com", name="Ana", is_do_not_contact=False)
    assert [part.split('"')[0] for part in html.split('href="')[1:]] == [
        "tel:+19095550101",
        "sms:+19095550101",
        "mailto:a@example.com",
    ]


def test_an_address_cannot_leave_its_link():
    html = marks.contact_links(None, '"><script>?bcc=x@example.com', name="x", is_do_not_contact=False)
    assert "<script" not in html
    assert "?" not in html.split('href="')[1].split('"')[0]


def test_the_strongest_reason_has_the_longest_bar():
    found = [Reason(feature="a", value="1", effect=0.2, text="first"), Reason(feature="b", value="1", effect=0.05, text="second")]
    html = marks.reasons(found, 0.2, is_against=False)
    assert "width:100%" in html
    assert "width:25%" in html
    assert "+20.0" in html


def test_progress_without_a_known_whole_names_no_share():
    assert "aria-valuenow" not in marks.progress(10, None)
    assert 'aria-valuenow="50"' in marks.progress(5, 10)
