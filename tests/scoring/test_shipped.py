"""Making the first model: the same seed gives the same files, and it beats the constant answer."""

import pytest

from engine.scoring import shipped
from engine.scoring.registry import load_champion


@pytest.fixture
def small(monkeypatch):
    for name, n in (("N_TRAIN", 5_000), ("N_TRUTH", 1_500), ("N_FRESH", 3_000)):
        monkeypatch.setattr(shipped, name, n)


@pytest.mark.slow
def test_the_same_seed_and_time_give_the_same_files(small, at, tmp_path):
    one, two = (shipped.train_shipped(tmp_path / name, seed=1, at=at) for name in ("one", "two"))
    assert one.metrics == two.metrics
    for file in (tmp_path / "one" / shipped.VERSION).iterdir():
        assert file.read_bytes() == (tmp_path / "two" / shipped.VERSION / file.name).read_bytes()
    assert load_champion(tmp_path / "one").version == shipped.VERSION


def test_the_committed_model_beats_the_constant_answer_and_says_by_how_much(champion):
    metrics = champion.metrics
    assert metrics["log_loss_best_possible"] < metrics["log_loss"] < metrics["log_loss_constant"]
    assert metrics["regret"] <= 0.012
    assert metrics["ece"] <= 0.02
    assert metrics["data"] == "synthetic"
    assert str(metrics["log_loss"]) in champion.card
