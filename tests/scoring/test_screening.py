"""Which columns a model may not see, and the reason it says."""

import numpy as np
import polars as pl
import pytest

from engine.scoring.columns import text_frame
from engine.scoring.denylist import is_known_after_contact, is_place, protected_trait
from engine.scoring.screening import auc, screen
from engine.scoring.windows import read_history
from tests.scoring.history_frames import leads


def reasons(frame: pl.DataFrame, *, time: str | None = "Created", exclude: tuple[str, ...] = ()) -> dict[str, str]:
    history = read_history(text_frame(frame), outcome="Won", time=time, positive=None)
    found = screen(history.columns, history.outcome, time=time, exclude=exclude, row_days=history.row_days)
    return {each.column: each.reason for each in found.excluded}


def with_column(name: str, values: list[str | None], n_rows: int = 900) -> pl.DataFrame:
    return leads(n_rows).with_columns(pl.Series(name, values))


def test_honest_columns_are_kept():
    assert set(reasons(leads())) == {"Lead Id"}


def test_a_column_filled_for_winners_only_is_left_out_even_when_it_is_mostly_empty():
    frame = leads()
    rare = [str(place % 7) if won == "yes" and place % 9 == 0 else "" for place, won in enumerate(frame["Won"])]
    found = reasons(frame.with_columns(pl.Series("Memo number", rare)))
    assert found["Memo number"].startswith("leakage guard: where it is filled in, 100% of the rows are positive")


def test_a_date_after_the_rows_own_time_is_left_out():
    frame = leads()
    later = pl.col("Created").str.to_date() + pl.duration(days=pl.int_range(pl.len()) % 40)
    found = reasons(frame.with_columns(later.cast(pl.String).alias("Visited")))
    assert "after the row's own time" in found["Visited"]


@pytest.mark.parametrize(
    ("name", "values", "trait"),
    [
        ("Gender", ["x", "y"], "sex"),
        ("maritalStatus", ["1", "2"], "marital status"),
        ("client_age", ["31", "54"], "age"),
        ("Number of children", ["0", "2"], "familial status"),
        ("Preferred language", ["a", "b"], "language"),
        ("Field 7", ["Married", "Single"], "marital status"),
        ("Field 8", ["male", "female"], "sex"),
    ],
)
def test_a_protected_trait_is_left_out_by_its_name_or_by_its_values(name, values, trait):
    frame = leads(300)
    column = pl.Series(name, [values[place % 2] for place in range(300)])
    assert reasons(frame.with_columns(column))[name] == f"protected trait: {trait}"


def test_a_column_named_by_the_caller_is_left_out():
    assert reasons(leads(300), exclude=("Source",))["Source"] == "left out by request"


def test_a_running_number_is_an_identifier_but_may_be_the_time():
    frame = with_column("Number", [str(50_000 + 3 * place) for place in range(900)])
    assert reasons(frame)["Number"] == "is an identifier: a running number"
    assert "Number" not in reasons(frame, time="Number")


def test_a_constant_and_an_empty_column_say_so():
    frame = with_column("Market", ["Austin"] * 900).with_columns(pl.lit("").alias("Fax"))
    found = reasons(frame)
    assert (found["Market"], found["Fax"]) == ("is constant", "is empty")


def test_a_column_of_too_many_levels_is_left_out_and_a_column_of_many_is_kept():
    frame = with_column("Campaign", [f"c{place % 400}" for place in range(900)])
    assert reasons(frame)["Campaign"] == "has too many levels: 400 in 900 rows"
    assert "Page" not in reasons(with_column("Page", [f"p{place % 60}" for place in range(900)]))


def test_values_that_all_but_name_the_outcome_for_both_classes_are_left_out():
    rng = np.random.default_rng(1)
    won = leads()["Won"].to_list()
    notes = [("paid" if out == "yes" else "gone") if rng.random() < 0.7 else str(rng.choice(["a", "b"])) for out in won]
    assert reasons(with_column("Field 3", notes))["Field 3"].startswith("leakage guard")


def test_a_name_that_may_mean_after_contact_is_left_out_only_if_it_behaves_so():
    rng = np.random.default_rng(2)
    won = np.array(leads()["Won"].to_list()) == "yes"
    telling = rng.gamma(2.0, 100.0, 900) * np.where(won, 4.0, 1.0)
    harmless = rng.gamma(2.0, 100.0, 900)
    assert (
        "far stronger than any other column" in reasons(with_column("duration", [f"{value:.1f}" for value in telling]))["duration"]
    )
    assert "duration" not in reasons(with_column("duration", [f"{value:.1f}" for value in harmless]))


@pytest.mark.parametrize(
    "name", ["Tags", "Lead Quality", "Last Notable Activity", "asymmetriqueScore", "call_duration", "Closed At", "Deal Stage"]
)
def test_what_crms_fill_in_after_contact_is_known_by_name(name):
    assert is_known_after_contact(name)


@pytest.mark.parametrize("name", ["Lead Source", "Total Time Spent on Website", "previous contacts", "Tagline", "wonderful"])
def test_what_is_known_before_contact_is_not_mistaken_for_it(name):
    assert not is_known_after_contact(name)


@pytest.mark.parametrize(
    "name", ["Lead age (days)", "Listing Age", "single_family", "Multi-Family", "partner channel", "Page views", "message count"]
)
def test_harmless_names_are_not_protected(name):
    assert protected_trait(name) is None


@pytest.mark.parametrize("name", ["ZIP", "property_city", "postalCode", "Neighborhood", "State"])
def test_places_are_known_by_name(name):
    assert is_place(name)


def test_auc_counts_ties_by_half():
    # pairs: (.5 vs .5) counts a half, (.9 vs .5) one, (.5 vs .1) one, (.9 vs .1) one: 3.5 of 4
    assert auc(np.array([0.5, 0.9, 0.5, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])) == 0.875
