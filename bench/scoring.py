"""One lead in this process, from its events to its reasons, price and commission; and the same forest explained by shap."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import shap
from sklearn.ensemble import RandomForestClassifier

from engine import commands
from engine.records import Lead, Market
from engine.runtime import Engine, open_engine
from engine.scoring.forest import compile_forest, shap_values
from engine.scoring.frame import features_of, frame_of
from engine.scoring.generator import generate
from engine.settings import load_settings

AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
N_LEADS, N_ROUNDS = 400, 5


def run() -> list[dict[str, object]]:
    """Medians of several hundred leads; the ratios are of one run."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(load_settings(home=Path(folder)))
        leads = sample_leads(N_LEADS, engine.preferences.market)
        commands.score_leads(engine, leads[:1], AT)  # the kernels are compiled once, at the first lead
        times = sorted(_each(engine, leads))
        figures = [
            figure("one lead: events → probability, reasons, price, commission (median)", times[len(times) // 2], "≤ 10 ms"),
            figure("the same, 99th percentile", times[int(len(times) * 0.99)], ""),
            *_against_shap(engine),
        ]
        engine.close()
    return figures


def sample_leads(n: int, market: Market) -> list[Lead]:
    """Synthetic leads with their conversations."""
    return list(generate(n, seed=5, at=AT, market=market).leads)


def figure(what: str, seconds: float, target: str) -> dict[str, object]:
    """A duration in milliseconds."""
    return {"what": what, "value": round(seconds * 1e3, 2), "unit": "ms", "target": target}


def _each(engine: Engine, leads: list[Lead]) -> list[float]:
    times = []
    for lead in leads * N_ROUNDS:
        begun = time.perf_counter()
        commands.score_leads(engine, [lead], AT)
        times.append(time.perf_counter() - begun)
    return times


def _against_shap(engine: Engine) -> list[dict[str, object]]:
    """The exact reasons of one forest (100 trees, depth 8, leaf 10) by our kernel and by shap.TreeExplainer, on the same rows."""
    vocabulary = engine.scorer.bundle.vocabulary
    known = generate(8_000, seed=5, at=AT, market=engine.preferences.market)
    matrix = features_of(frame_of(known.leads, market=engine.preferences.market, at=AT, vocabulary=vocabulary))
    model = RandomForestClassifier(100, max_depth=8, min_samples_leaf=10, max_features=0.5, random_state=0, n_jobs=2).fit(
        matrix, known.closed
    )
    forest, explainer, rows = compile_forest(model), shap.TreeExplainer(model), matrix[:300]
    ours = statistics.median(_timed(lambda: shap_values(forest, rows)) for _ in range(N_ROUNDS))
    theirs = statistics.median(_timed(lambda: explainer.shap_values(rows)) for _ in range(3))
    one, one_theirs = _one(lambda row: shap_values(forest, row), rows), _one(explainer.shap_values, rows)
    difference = float(np.abs(shap_values(forest, rows) - explainer.shap_values(rows)[:, :, 1]).max())
    return [
        {"what": "exact reasons, 300 leads: shap.TreeExplainer's time over ours", "value": round(theirs / ours, 1), "unit": "×"},
        {"what": "exact reasons, one lead: shap.TreeExplainer's time over ours", "value": round(one_theirs / one, 1), "unit": "×"},
        {"what": "largest difference to shap.TreeExplainer", "value": f"{difference:.0e}", "unit": "", "target": "≤ 1e-12"},
    ]


def _one(explain: Callable[[np.ndarray], object], rows: np.ndarray) -> float:
    return statistics.median(_timed(lambda row=row: explain(row[None, :])) for row in rows[:100])


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
