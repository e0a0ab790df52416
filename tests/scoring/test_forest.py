"""The forest as arrays: equal to scikit-learn to the last bit, explained as shap explains it, missing values included."""

import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from engine.errors import ModelUnusable
from engine.scoring.forest import compile_forest, forest_from_arrays, forest_to_arrays, predict, shap_values


def drawn(seed: int, n_rows: int, n_features: int, missing: float):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n_rows, n_features)).round(1).astype(np.float32)
    rows[rng.random(rows.shape) < missing] = np.nan
    odds = np.nan_to_num(rows[:, 0]) - np.isnan(rows[:, -1]) + rng.normal(size=n_rows)
    outcome = odds > np.median(odds)
    return rows, outcome


def fitted(rows, outcome, seed=0, n_trees=20, depth=8, leaf=3, kind=RandomForestClassifier):
    return kind(n_trees, max_depth=depth, min_samples_leaf=leaf, random_state=seed, n_jobs=1).fit(rows, outcome)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n_features=st.integers(2, 12),
    missing=st.sampled_from([0.0, 0.2, 0.7]),
    depth=st.integers(1, 8),
    kind=st.sampled_from([RandomForestClassifier, ExtraTreesClassifier]),
)
def test_predictions_are_scikit_learns_to_the_last_bit_and_reasons_are_shaps(seed, n_features, missing, depth, kind):
    rows, outcome = drawn(seed, 150, n_features, missing)
    model = fitted(rows, outcome, seed, n_trees=7, depth=depth, kind=kind)
    forest = compile_forest(model)
    assert np.array_equal(predict(forest, rows), model.predict_proba(rows)[:, 1])
    ours = shap_values(forest, rows[:40])
    assert np.max(np.abs(ours - shap.TreeExplainer(model).shap_values(rows[:40])[:, :, 1])) < 1e-12
    assert np.allclose(ours.sum(axis=1) + forest.base_value, predict(forest, rows[:40]), atol=1e-12)


def test_missing_values_go_where_training_sent_them():
    rows, outcome = drawn(1, 400, 3, 0.4)
    model = fitted(rows, outcome)
    forest = compile_forest(model)
    directions = np.concatenate([tree.tree_.missing_go_to_left for tree in model.estimators_])
    assert set(np.unique(directions)) == {0, 1}
    nothing_known = np.full((1, 3), np.nan, np.float32)
    assert np.array_equal(predict(forest, nothing_known), model.predict_proba(nothing_known)[:, 1])


def test_a_value_exactly_on_a_threshold_goes_left_as_in_scikit_learn():
    rows, outcome = drawn(2, 300, 4, 0.0)
    model = fitted(rows, outcome)
    forest = compile_forest(model)
    on_thresholds = np.repeat(rows[:1], 200, axis=0)
    inner = np.flatnonzero(forest.feature >= 0)[:200]
    on_thresholds[np.arange(len(inner)), forest.feature[inner]] = forest.threshold[inner]
    assert np.array_equal(predict(forest, on_thresholds), model.predict_proba(on_thresholds)[:, 1])


@pytest.mark.parametrize("n_rows", [1, 2, 9, 10, 63, 65, 137, 1500])
def test_one_row_and_a_batch_give_the_same_bits(n_rows):
    rows, outcome = drawn(3, 1500, 6, 0.3)
    forest = compile_forest(fitted(rows, outcome, leaf=5))
    batch = shap_values(forest, rows[:n_rows])
    for row in range(0, n_rows, max(1, n_rows // 25)):
        assert np.array_equal(batch[row], shap_values(forest, rows[row : row + 1])[0])
        assert predict(forest, rows[:n_rows])[row] == predict(forest, rows[row : row + 1])[0]


def test_a_forest_comes_back_from_its_arrays_unchanged():
    rows, outcome = drawn(4, 300, 5, 0.3)
    forest = compile_forest(fitted(rows, outcome))
    again = forest_from_arrays(forest_to_arrays(forest))
    assert np.array_equal(predict(again, rows), predict(forest, rows))
    assert np.array_equal(shap_values(again, rows[:30]), shap_values(forest, rows[:30]))


@pytest.mark.parametrize("part", ["left", "right", "feature", "roots"])
def test_arrays_that_would_lead_outside_are_refused(part):
    rows, outcome = drawn(5, 300, 5, 0.0)
    arrays = forest_to_arrays(compile_forest(fitted(rows, outcome)))
    arrays[f"forest_{part}"] = arrays[f"forest_{part}"] + 10_000
    with pytest.raises(ModelUnusable):
        forest_from_arrays(arrays)


def test_a_tree_that_asks_too_many_things_on_one_path_is_refused():
    rows, outcome = drawn(6, 3000, 20, 0.0)
    with pytest.raises(ModelUnusable, match="only 8"):
        compile_forest(fitted(rows, outcome, n_trees=3, depth=16, leaf=1))
