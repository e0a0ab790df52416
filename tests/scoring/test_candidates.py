"""The candidates' shared contract, and that their arrays say what scikit-learn says."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from engine.errors import ModelUnusable
from engine.scoring import candidates
from engine.scoring.candidates import BlendModel

RNG = np.random.default_rng(4)
MATRIX = np.column_stack([RNG.normal(size=800), RNG.gamma(2.0, 3.0, 800), RNG.integers(0, 2, 800)]).astype(np.float32)
MATRIX[RNG.random(MATRIX.shape) < 0.05] = np.nan
OUTCOME = (RNG.random(800) < 1 / (1 + np.exp(-np.nan_to_num(MATRIX[:, 0]) - np.nan_to_num(MATRIX[:, 2])))).astype(np.float64)
WEIGHTS = np.ones(800)
FITS = {
    "logistic": lambda: candidates.fit_logistic(MATRIX, OUTCOME, WEIGHTS, seed=0, looseness=0.5),
    "random_forest": lambda: candidates.fit_forest(MATRIX, OUTCOME, WEIGHTS, seed=0, max_features=0.5),
    "boosted_trees": lambda: candidates.fit_boosted(MATRIX, OUTCOME, WEIGHTS, seed=0),
    "blend": lambda: BlendModel((FITS["logistic"](), FITS["random_forest"](), FITS["boosted_trees"]())),
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


def test_arrays_that_lack_a_part_are_refused(model):
    arrays = model.to_arrays()
    arrays.pop(next(iter(arrays)))
    with pytest.raises(ModelUnusable):
        candidates.model_from_arrays(model.name, arrays)


def test_the_boosted_trees_say_what_scikit_learn_says():
    from sklearn.ensemble import HistGradientBoostingClassifier

    reference = HistGradientBoostingClassifier(
        max_iter=candidates.N_ROUNDS, learning_rate=0.03, max_leaf_nodes=candidates.BOOST_LEAVES, l2_regularization=20.0,
        max_features=0.3, min_samples_leaf=20, early_stopping=False, random_state=0,
    ).fit(MATRIX.astype(np.float64), OUTCOME, sample_weight=WEIGHTS)  # fmt: skip
    said = FITS["boosted_trees"]().predict_proba(MATRIX)
    assert np.abs(said - reference.predict_proba(MATRIX.astype(np.float64))[:, 1]).max() <= 1e-12


def test_a_model_of_an_unknown_kind_is_refused():
    with pytest.raises(ModelUnusable, match="does not know"):
        candidates.model_from_arrays("oracle", {})
