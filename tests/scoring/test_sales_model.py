"""The price model's files: the same prices after loading, and a clear refusal of what is damaged or foreign."""

import json

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from engine.errors import BadInput, ModelUnusable
from engine.scoring.price_trees import fit_price_trees, price_trees_from
from engine.scoring.sales import SalesResult, train_sales
from engine.scoring.sales_model import load_sales_champion, load_sales_model, promote_sales
from tests.scoring.sales_frames import AT, sales


@pytest.fixture(scope="module")
def trained() -> SalesResult:
    return train_sales(sales(400), price="Price", time="Sold", columns="lead", at=AT)


def test_the_compiled_trees_say_what_scikit_learn_says():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(700, 5)).astype(np.float32)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    target = np.nan_to_num(matrix[:, 0]) + 0.3 * np.nan_to_num(matrix[:, 1]) ** 2 + rng.normal(0, 0.1, 700)
    with threadpool_limits(limits=1):  # more threads wait for one another far longer than these few rows take
        trees = fit_price_trees(matrix, target, seed=4)
    known = {"learning_rate": 0.06, "max_depth": 8, "l2_regularization": 1.0, "early_stopping": False, "random_state": 4}
    known |= {"max_iter": 200, "max_leaf_nodes": 6, "min_samples_leaf": 14, "max_features": 1.0}
    mean = HistGradientBoostingRegressor(**known)
    high = HistGradientBoostingRegressor(loss="quantile", quantile=0.9, **known)
    fresh = rng.normal(size=(500, 5)).astype(np.float32)
    fresh[rng.random(fresh.shape) < 0.1] = np.nan
    for model, ours in ((mean, trees.mean), (high, trees.high)):
        with threadpool_limits(limits=1):
            theirs = model.fit(matrix.astype(np.float64), target).predict(fresh.astype(np.float64))
        np.testing.assert_allclose(ours.predict(fresh), theirs, atol=1e-9, rtol=0)
    again = price_trees_from(trees.to_arrays())
    assert all(np.array_equal(a, b) for a, b in zip(again.predict(fresh), trees.predict(fresh), strict=True))


def test_a_saved_model_says_the_same_prices(trained, tmp_path):
    version = trained.model.save(tmp_path)
    again = load_sales_model(tmp_path, version)
    days = np.full(400, 20_100.0)
    for ours, theirs in zip(trained.model.predict(sales(400), days), again.predict(sales(400), days), strict=True):
        assert np.array_equal(ours, theirs)
    assert again.version == version
    assert not list((tmp_path / version).glob("*.pkl"))


def test_one_row_and_many_say_the_same(trained):
    frame, days = sales(400), np.full(400, 20_100.0)
    together = trained.model.predict(frame, days)[1]
    alone = [trained.model.predict(frame[row], days[:1])[1][0] for row in range(5)]
    assert together[:5].tolist() == alone


def test_a_damaged_foreign_or_changed_model_is_refused(trained, tmp_path):
    version = trained.model.save(tmp_path)
    promote_sales(tmp_path, version)
    manifest = tmp_path / version / "manifest.json"
    kept = manifest.read_bytes()
    manifest.write_text(json.dumps({**json.loads(kept), "format": 1}))
    with pytest.raises(ModelUnusable, match="changed since it was promoted"):
        load_sales_champion(tmp_path)
    with pytest.raises(ModelUnusable, match="in the form this version reads"):
        load_sales_model(tmp_path, version)
    manifest.write_bytes(kept)
    stored = tmp_path / version / "model.npz"
    stored.write_bytes(stored.read_bytes()[:-9])
    with pytest.raises(ModelUnusable, match="damaged"):
        load_sales_champion(tmp_path)


def test_only_a_model_of_what_leads_tell_is_promoted(trained, tmp_path):
    assert load_sales_champion(tmp_path) is None
    wide = train_sales(sales(200), price="Price", at=AT).model.save(tmp_path)
    with pytest.raises(BadInput, match="--columns lead"):
        promote_sales(tmp_path, wide)
    promote_sales(tmp_path, trained.model.save(tmp_path))
    champion = load_sales_champion(tmp_path)
    assert champion is not None
    assert champion.version == trained.model.version


def test_the_card_says_how_close_it_comes_and_what_was_left_out(trained, tmp_path):
    card = (tmp_path / trained.model.save(tmp_path) / "card.md").read_text()
    assert "80 % interval holds" in card
    assert "* Parcel ID: names the row or the property" in card
