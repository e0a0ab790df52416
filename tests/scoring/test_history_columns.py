"""How cells of text become numbers, dates, categories and free text."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInput
from engine.scoring.columns import read_column, read_outcome, type_column


def read(*values: str | None) -> tuple[str, list[float | str | None]]:
    cells = pl.Series("column", list(values), dtype=pl.String)
    type_ = type_column(cells)
    column = read_column(cells, type_)
    return type_.kind, column.numbers.tolist() if len(column.numbers) else column.levels.to_list()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (("$1,200.50", "750"), [1200.5, 750.0]),
        (("12%", "3 %"), [12.0, 3.0]),
        (("1.234,5", "2,25"), [1234.5, 2.25]),
        (("(40)", "7"), [-40.0, 7.0]),
    ],
)
def test_numbers_are_read_as_a_person_reads_them(cells, numbers):
    assert read(*cells) == ("number", numbers)


@pytest.mark.parametrize(
    ("cell", "other", "day"),
    [
        ("2024-01-05", "2024-01-06", 19727.0),
        ("05-01-2024", "25-01-2024", 19727.0),
        ("01/05/2024", "01/25/2024", 19727.0),
        ("25/01/2024", "26/01/2024", 19747.0),
        ("Jan 5, 2024", "Jan 6, 2024", 19727.0),
        ("2024-01-05T12:00:00Z", "2024-01-06T12:00:00Z", 19727.5),
        ("1/5/2024 12:00 PM", "1/25/2024 1:00 PM", 19727.5),
    ],
)
def test_dates_are_read_in_their_columns_own_form(cell, other, day):
    kind, numbers = read(cell, other)
    assert kind == "date"
    assert numbers[0] == day  # days since 1970-01-01


def test_placeholders_are_missing():
    assert read("Google", "Select", "", None, "unknown", "N/A", "Google")[1] == ["Google", None, None, None, None, None, "Google"]


def test_codes_with_leading_zeros_are_no_numbers():
    assert read("00501", "00544", "10001")[0] == "category"


def test_sentences_are_free_text():
    assert read("wants three beds near work", "asked about the price again", "will call back on Monday")[0] == "text"


@given(st.lists(st.text(max_size=30) | st.none(), max_size=30))
def test_any_column_of_text_can_be_read(values):
    cells = pl.Series("column", values, dtype=pl.String)
    column = read_column(cells, type_column(cells))
    assert len(column.is_missing) == len(values)


@pytest.mark.parametrize(
    ("cells", "outcome"), [(("Yes", "no", ""), [1.0, 0.0, np.nan]), (("1", "0"), [1.0, 0.0]), (("won", "lost"), [1.0, 0.0])]
)
def test_the_good_outcome_is_understood_where_the_values_say_it(cells, outcome):
    assert np.array_equal(read_outcome(pl.Series("out", list(cells)), None), outcome, equal_nan=True)


def test_the_good_outcome_can_be_named_among_many():
    assert read_outcome(pl.Series("out", ["Signed", "open", "gone"]), "signed").tolist() == [1.0, 0.0, 0.0]


def test_two_values_that_say_nothing_are_asked_about():
    with pytest.raises(BadInput, match="--positive"):
        read_outcome(pl.Series("out", ["a", "b"]), None)
