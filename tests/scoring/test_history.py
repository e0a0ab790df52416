"""Training on a team's own history: what is left out, what is promised, and that nothing depends on chance or on the file's order."""

import json

import numpy as np
import polars as pl
import pytest

from engine.errors import BadInput, ModelUnusable
from engine.scoring.history import TrainResult, evaluate_frame, train_frame
from engine.scoring.history_model import HistoryModel, load_history_version
from tests.scoring.history_frames import AT, leads, noise


@pytest.fixture(scope="module")
def trained() -> TrainResult:
    return train_frame(leads(), outcome="Won", time="Created", at=AT)


def reasons(result: TrainResult) -> dict[str, str]:
    return {each["column"]: each["reason"] for each in result.report["excluded"]}


def without_seconds(result: TrainResult) -> dict[str, object]:
    return {key: value for key, value in result.report.items() if key != "seconds"}


def test_the_report_has_the_keys_that_scripts_read(trained):
    report = trained.report
    figures = {"auc", "log_loss", "brier", "ece", "lift_top_decile"}
    assert {"rows", "positives", "split", "excluded", "models", "champion", "constant", "skill", "seconds"} <= set(report)
    assert set(report["split"]) == {"kind", "train", "test"}
    assert all(figures <= set(model) for model in report["models"].values())
    assert figures | {"name", "selective"} <= set(report["champion"])
    selective = {"threshold", "target", "accuracy", "coverage", "constant_accuracy", "positives_found"}
    assert selective <= set(report["champion"]["selective"])
    assert {"log_loss", "accuracy"} <= set(report["constant"])
    assert json.loads(json.dumps(report)) == report


def test_a_history_with_a_signal_has_skill_on_its_last_fifth(trained):
    split = trained.report["split"]
    assert split["kind"] == "temporal"
    assert abs(split["test"] - 180) <= 3  # the cut moves to the edge of its day
    assert trained.report["skill"] is True
    assert trained.report["champion"]["log_loss"] < trained.report["constant"]["log_loss"]


def test_an_identifier_is_left_out(trained):
    assert reasons(trained)["Lead Id"].startswith("is an identifier")


def test_a_column_copied_from_the_outcome_is_left_out_and_changes_nothing_else():
    frame = leads()
    leaky = frame.with_columns(pl.when(pl.col("Won") == "yes").then(pl.lit("A")).otherwise(pl.lit("B")).alias("Grp"))
    found = train_frame(leaky, outcome="Won", time="Created", at=AT)
    assert reasons(found)["Grp"].startswith("leakage guard: alone it ranks the outcome almost perfectly")
    assert "Grp" not in found.report["used"]
    assert found.report["champion"]["auc"] < 0.9


def test_of_a_place_only_whether_it_is_named_is_used():
    frame = leads()
    city = [["Austin", "Dallas", ""][place % 3] for place in range(len(frame))]
    found = train_frame(frame.with_columns(pl.Series("City", city)), outcome="Won", time="Created", at=AT)
    assert "only whether it is filled in" in reasons(found)["City"]
    assert found.model is not None
    assert {feature.how for feature in found.model.encoder.features if feature.column == "City"} == {"filled"}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_pure_noise_has_no_skill_and_no_model(tmp_path, seed):
    found = train_frame(noise(seed=seed), outcome="won", at=AT)
    assert found.report["skill"] is False
    assert found.save(tmp_path) is None


def test_no_column_left_means_no_skill():
    found = train_frame(leads(300).select("Lead Id", "Won"), outcome="Won", at=AT)
    assert found.report["skill"] is False
    assert found.report["champion"]["name"] == "constant"


def test_the_same_seed_gives_the_same_report(trained):
    assert without_seconds(train_frame(leads(), outcome="Won", time="Created", at=AT)) == without_seconds(trained)


def test_rows_in_any_order_and_columns_in_any_order_give_the_same_figures(trained):
    shuffled = leads().sample(fraction=1.0, shuffle=True, seed=5)
    assert without_seconds(train_frame(shuffled, outcome="Won", time="Created", at=AT)) == without_seconds(trained)


def test_without_a_time_every_row_is_judged_once_in_folds_and_the_files_order_changes_nothing():
    frame = leads(400)
    first = train_frame(frame, outcome="Won", exclude=["Created"], at=AT)
    second = train_frame(frame.reverse(), outcome="Won", exclude=["Created"], at=AT)
    assert first.report["split"] == {"kind": "folds", "train": 320, "test": 400}
    assert without_seconds(first) == without_seconds(second)


def test_rolling_retraining_takes_the_files_order_as_time():
    found = train_frame(leads(500), outcome="Won", exclude=["Created"], retrain_every=50, at=AT)
    assert found.report["split"] == {"kind": "temporal", "train": 400, "test": 100}


def test_a_test_window_of_one_outcome_shows_no_skill():
    frame = leads(400).with_columns(pl.when(pl.int_range(pl.len()) >= 300).then(pl.lit("no")).otherwise(pl.col("Won")).alias("Won"))
    assert train_frame(frame, outcome="Won", time="row", exclude=["Created"], at=AT).report["skill"] is False


def test_no_day_is_half_learned_and_half_tested():
    frame = leads(500).sort("Created")
    split = train_frame(frame, outcome="Won", time="Created", at=AT).report["split"]
    assert frame["Created"][split["train"] - 1] != frame["Created"][split["train"]]


def test_rows_without_an_outcome_are_counted_and_not_used():
    frame = leads(500).with_columns(pl.when(pl.int_range(pl.len()) < 20).then(pl.lit("")).otherwise(pl.col("Won")).alias("Won"))
    report = train_frame(frame, outcome="Won", time="Created", at=AT).report
    assert (report["rows"], report["rows_without_outcome"]) == (480, 20)


@pytest.mark.parametrize(
    ("change", "arguments", "sentence"),
    [
        ({}, {"outcome": "Sold"}, "there is no column 'Sold'"),
        ({"Won": "maybe"}, {"outcome": "Won"}, "every row's 'Won' is 'maybe'"),
        ({}, {"outcome": "Source"}, "say which value of 'Source' is the good outcome"),
        ({}, {"outcome": "Won", "positive": "sold"}, "no row's 'Won' is 'sold'"),
        ({}, {"outcome": "Won", "time": "Source"}, "neither dates nor running numbers"),
        ({}, {"outcome": "Won", "exclude": ["Sauce"]}, "there is no column 'Sauce' to exclude"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_words(change, arguments, sentence):
    frame = leads(100).with_columns(**{name: pl.lit(value) for name, value in change.items()})
    with pytest.raises(BadInput, match=sentence):
        train_frame(frame, at=AT, **arguments)


def test_too_few_rows_are_refused():
    with pytest.raises(BadInput, match="too few to learn from"):
        train_frame(leads(15), outcome="Won", at=AT)


def test_a_saved_model_says_the_same_as_the_fitted_one(trained, tmp_path):
    version = trained.save(tmp_path)
    again = HistoryModel.load(tmp_path / version)
    rows = leads(200, seed=11)
    assert np.abs(again.predict(rows) - trained.model.predict(rows)).max() <= 1e-12
    assert again.version == version
    one_by_one = np.concatenate([again.predict(rows[place : place + 1]) for place in range(20)])
    assert np.array_equal(one_by_one, again.predict(rows)[:20])


def test_a_new_row_with_unknown_values_still_gets_a_probability_between_0_and_1(trained):
    row = pl.DataFrame({"Source": ["never seen"], "Minutes on site": ["n/a"], "Budget": ["a lot"], "Created": ["2030-01-01"]})
    said = trained.model.predict(row)
    assert 0 < said[0] < 1


def test_a_new_row_that_lacks_a_column_is_refused_by_name(trained):
    with pytest.raises(BadInput, match="the model needs the column"):
        trained.model.predict(leads(5).drop("Source"))


def test_a_damaged_model_is_refused(trained, tmp_path):
    version = trained.save(tmp_path)
    with pytest.raises(ModelUnusable, match="not the version"):
        load_history_version(tmp_path, "../elsewhere")
    arrays = tmp_path / version / "model.npz"
    arrays.write_bytes(arrays.read_bytes()[:-20])
    with pytest.raises(ModelUnusable, match="damaged"):
        HistoryModel.load(tmp_path / version)


def test_a_model_of_an_earlier_form_says_to_train_anew(trained, tmp_path):
    folder = tmp_path / str(trained.save(tmp_path))
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 102', '"format": 101'))
    with pytest.raises(ModelUnusable, match="train it anew"):
        HistoryModel.load(folder)


def test_evaluating_on_new_rows_gives_the_same_kind_of_figures(trained):
    report = evaluate_frame(leads(400, seed=12), outcome="Won", time="Created", model=trained.model, version=trained.model.version)
    assert report["rows_seen_in_training"] == 0
    assert report["skill"] is True
    assert set(trained.report["champion"]) - {"brier_skill"} <= set(report["champion"])


def test_evaluating_on_the_training_rows_repeats_the_held_out_figures(trained):
    report = evaluate_frame(leads(), outcome="Won", time="Created", model=trained.model, version=trained.model.version)
    assert report["rows_seen_in_training"] == 900
    assert report["champion"] == trained.report["champion"]
    assert "held out" in report["note"]
