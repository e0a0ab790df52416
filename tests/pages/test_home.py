from .conftest import seen


def test_the_numbers_are_those_of_the_ledger(office, visit):
    page = seen(visit(office))
    # Cora's deal: $500,000 at the default 6 % is $30,000 gross; under contract it closes 85 times in 100.
    assert "$25.5k" in page
    assert "of $30.0k gross in 1 open deal" in page
    assert "1 · $30.0k" in page
    assert "100% assumed" in page
    assert "synthetic leads" in page


def test_no_new_lead_is_no_data_and_not_zero_percent(empty_office, visit):
    assert "0%" not in seen(visit(empty_office))


def test_a_lead_of_today_without_an_answer_is_said(office, visit):
    assert "None answered" in seen(visit(office))


def test_nothing_closed_is_said_in_words(office, visit):
    assert "None this year" in seen(visit(office))


def test_what_happened_is_told(office, visit):
    page = seen(visit(office))
    assert "opened a deal for" in page
    assert "Cora Under" in page


def test_only_those_who_wait_stand_among_the_first(office, visit):
    browser = visit(office)
    first = [container for container in browser.get("html") if "jc-row-line" in str(getattr(container, "value", ""))]
    assert not any("Ben Ortiz" in container.value for container in first)
