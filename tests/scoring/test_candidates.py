"""The candidates' shared contract, and that their arrays say what scikit-learn says."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from engine.errors import ModelUnusable
from engine.scoring import candidates, source_prior, tree_models
from engine.scoring.candidates import BlendModel
from engine.scoring.odds import log_odds, sigmoid

RNG = np.random.default_rng(4)
MATRIX = np.column_stack([RNG.normal(size=800), RNG.gamma(2.0, 3.0, 800), RNG.integers(0, 2, 800)]).astype(np.float32)
MATRIX[RNG.random(MATRIX.shape) < 0.05] = np.nan
OUTCOME = (RNG.random(800) < 1 / (1 + np.exp(-np.nan_to_num(MATRIX[:, 0]) - np.nan_to_num(MATRIX[:, 2])))).astype(np.float64)
WEIGHTS = np.ones(800)
LEVELS = (source_prior.KNOWN, source_prior.KNOWN, source_prior.SOURCE)
FITS = {
    "logistic": lambda: candidates.fit_logistic(MATRIX, OUTCOME, WEIGHTS, seed=0, looseness=0.5),
    "random_forest": lambda: candidates.fit_forest(MATRIX, OUTCOME, WEIGHTS, seed=0, max_features=0.5),
    "boosted_trees": lambda: candidates.fit_boosted(MATRIX, OUTCOME, WEIGHTS, seed=0),
    "source_prior": lambda: candidates.fit_source_prior(MATRIX, OUTCOME, WEIGHTS, levels=LEVELS, unknown_odds=-4.4),
    "blend": lambda: BlendModel((FITS["logistic"](), FITS["random_forest"](), FITS["boosted_trees"](), FITS["source_prior"]())),
}


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="module", params=list(FITS))
def model(request):
    return FITS[request.param]()


def test_probabilities_lie_between_0_and_1(model):
    said = model.predict_proba(MATRIX)
    assert said.shape == (800,)
    assert ((said > 0) & (said < 1)).all()


def test_one_row_is_told_the_same_as_in_a_batch(model):
    said = model.predict_proba(MATRIX)
    alone = np.concatenate([model.predict_proba(MATRIX[place : place + 1]) for place in range(50)])
    assert np.array_equal(alone, said[:50])


def test_its_arrays_make_the_same_model_again(model):
    again = candidates.model_from_arrays(model.name, model.to_arrays())
    assert np.array_equal(again.predict_proba(MATRIX), model.predict_proba(MATRIX))


def test_the_effects_and_the_base_add_up_to_the_prediction(model):
    total = model.effects(MATRIX).sum(axis=1) + sigmoid(np.array(model.base_odds))
    assert np.abs(total - model.predict_proba(MATRIX)).max() <= 1e-12
    odds = model.effects_on_odds(MATRIX).sum(axis=1) + model.base_odds
    assert np.abs(odds - log_odds(model.predict_proba(MATRIX))).max() <= 1e-9


def test_one_row_is_explained_the_same_as_in_a_batch(model):
    effects = model.effects(MATRIX)
    for place in range(20):
        assert np.array_equal(model.effects(MATRIX[place : place + 1])[0], effects[place])


def test_features_that_a_model_was_never_shown_have_no_effect(model):
    wide = np.column_stack([MATRIX[:50], np.full(50, 7.0, np.float32)])
    if model.name in {"logistic", "random_forest", "boosted_trees"}:
        assert np.array_equal(model.predict_proba(wide), model.predict_proba(MATRIX[:50]))
        assert not model.effects(wide)[:, 3].any()


def test_the_boosted_trees_effects_are_those_of_the_reference():
    """shap's own TreeExplainer on scikit-learn's own model."""
    import shap

    reference = _reference_boosted()
    explained = shap.TreeExplainer(reference)
    model = FITS["boosted_trees"]()
    assert np.abs(explained.shap_values(MATRIX.astype(np.float64)) - model.effects_on_odds(MATRIX)).max() <= 1e-6
    assert abs(float(np.ravel(explained.expected_value)[0]) - model.base_odds) <= 1e-6


def test_the_forests_effects_are_those_of_the_reference():
    import shap

    grown = tree_models._grown(MATRIX, OUTCOME, WEIGHTS, 0, 0.5)
    explained = shap.TreeExplainer(grown).shap_values(MATRIX[:200].astype(np.float64))[:, :, 1]
    assert np.abs(explained - FITS["random_forest"]().effects(MATRIX[:200])).max() <= 1e-6


def test_the_logistic_effects_are_those_of_the_reference():
    """shap's LinearExplainer on the terms, each feature the sum of its terms."""
    import shap

    model = FITS["logistic"]()
    terms = model._terms(MATRIX)
    masker = shap.maskers.Independent(terms, max_samples=len(terms))
    explained = shap.LinearExplainer((model.weight, model.bias), masker).shap_values(terms)
    by_feature = np.column_stack([explained[:, model.source == place].sum(axis=1) for place in range(MATRIX.shape[1])])
    assert np.abs(by_feature - model.effects_on_odds(MATRIX)).max() <= 1e-6


def test_the_blends_effects_are_the_mean_of_its_parts():
    model = FITS["blend"]()
    mean = np.mean([part.effects_on_odds(MATRIX) for part in model.parts], axis=0)
    assert np.abs(mean - model.effects_on_odds(MATRIX)).max() <= 1e-12


def test_arrays_that_lack_a_part_are_refused(model):
    arrays = model.to_arrays()
    arrays.pop(next(iter(arrays)))
    with pytest.raises(ModelUnusable):
        candidates.model_from_arrays(model.name, arrays)


def test_the_boosted_trees_say_what_scikit_learn_says():
    reference = _reference_boosted()
    said = FITS["boosted_trees"]().predict_proba(MATRIX)
    assert np.abs(said - reference.predict_proba(MATRIX.astype(np.float64))[:, 1]).max() <= 1e-12


def test_a_model_of_an_unknown_kind_is_refused():
    with pytest.raises(ModelUnusable, match="does not know"):
        candidates.model_from_arrays("oracle", {})


def _reference_boosted():
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=tree_models.N_ROUNDS, learning_rate=0.03, max_leaf_nodes=tree_models.BOOST_LEAVES, l2_regularization=20.0,
        max_features=0.3, min_samples_leaf=20, early_stopping=False, random_state=0,
    ).fit(MATRIX.astype(np.float64), OUTCOME, sample_weight=WEIGHTS)  # fmt: skip


def test_without_a_single_row_the_source_prior_says_the_published_rates():
    from engine.scoring.source_rates import RATE_OF, UNKNOWN_RATE

    odds = {name: np.log(rate / (1 - rate)) for name, rate in RATE_OF.items()}
    unknown = float(np.log(UNKNOWN_RATE / (1 - UNKNOWN_RATE)))
    nothing = np.zeros((0, 1), np.float32)
    model = candidates.fit_source_prior(nothing, np.zeros(0), np.zeros(0), levels=[source_prior.PUBLISHED], unknown_odds=unknown)
    rows = np.array([[value] for value in (*odds.values(), np.nan)], np.float32)
    assert model.predict_proba(rows) == pytest.approx([*RATE_OF.values(), UNKNOWN_RATE], rel=1e-5)


def test_a_source_with_few_rows_stays_near_its_published_rate_and_one_with_many_goes_where_they_say():
    """Twenty per cent published; nobody of five closed, nobody of five hundred closed."""
    published = float(np.log(0.2 / 0.8))
    said = []
    for n_rows in (5, 500):
        others = np.tile([[published, 0.0]], (200, 1))
        mine = np.tile([[published, 1.0]], (n_rows, 1))
        matrix = np.vstack([others, mine]).astype(np.float32)
        outcome = np.concatenate([np.arange(200) % 5 == 0, np.zeros(n_rows)]).astype(float)
        levels = (source_prior.PUBLISHED, source_prior.SOURCE)
        model = candidates.fit_source_prior(matrix, outcome, np.ones(len(matrix)), levels=levels, unknown_odds=published)
        said.append(float(model.predict_proba(np.array([[published, 1.0]], np.float32))[0]))
    assert 0.1 < said[0] < 0.2
    assert said[1] < 0.03
