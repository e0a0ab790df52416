"""The first model, for a team that has no history yet: trained on labelled-synthetic leads, and saying so wherever it is shown."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from engine.records import Market
from engine.scoring import fairness, quality
from engine.scoring.bundle import Bundle, Metrics, save_bundle
from engine.scoring.evidence import Evidence, fit_to_truth, gather
from engine.scoring.features import VOCABULARY
from engine.scoring.forest import shap_values
from engine.scoring.frame import LeadFrame, features_of, frame_of
from engine.scoring.generator import SyntheticLeads, generate
from engine.scoring.kernels import Floats
from engine.scoring.price import fit_price, prices_of
from engine.scoring.quality import Tables
from engine.scoring.registry import promote
from engine.scoring.scale import SCALE_PROBABILITY, SCALE_SCORE, Bands
from engine.scoring.scorer import Scorer
from engine.scoring.training import Fit, fit_forest, log_loss

VERSION = "prior-2"
N_TRAIN, N_TRUTH, N_FRESH = 60_000, 20_000, 40_000
N_MARKED = 4_000  # fresh leads scored twice, with and without a group's markers
INTERVAL_COVERAGE = 0.85  # of the true odds, on synthetic leads
# Synthetic leads live in a synthetic market; every price is learnt as a ratio to its median.
MARKET = Market(
    name="synthetic market",
    state="TX",
    time_zone="America/Chicago",
    median_price_cents=40_000_000,
    median_price_source="synthetic",
    service_zips=(),
)


def train_shipped(models_dir: Path, *, seed: int, at: datetime) -> Bundle:
    """Generate, fit, calibrate, measure on fresh leads, write and promote the first model. The same seed and time give the same files."""
    train, frame, matrix = _leads(N_TRAIN, seed, at)
    fit = fit_forest(matrix, train.closed, seed=seed)
    importance = np.abs(shap_values(fit.forest, matrix[:5_000])).mean(axis=0)
    evidence = _evidence(fit, gather(fit.unseen, train.closed, importance), seed, at)
    draft = Bundle(
        version=VERSION,
        forest=fit.forest,
        calibrator=fit.calibrator,
        evidence=evidence,
        price=fit_price(frame, train.price_dollars),
        bands=Bands(),
        scale_probability=SCALE_PROBABILITY,
        scale_score=SCALE_SCORE,
        vocabulary=VOCABULARY,
        is_synthetic=True,
    )
    metrics, tables = _measured(draft, fit, seed, at)
    fairness.require_even(tables["selection"])
    bundle = replace(draft, metrics=metrics, tables=tables, card=_card(metrics, draft))
    save_bundle(bundle, models_dir)
    return promote(models_dir, VERSION)


def _leads(n: int, seed: int, at: datetime) -> tuple[SyntheticLeads, LeadFrame, Floats]:
    leads = generate(n, seed=seed, at=at, market=MARKET)
    frame = frame_of(leads.leads, market=MARKET, at=at)
    return leads, frame, features_of(frame)


def _evidence(fit: Fit, evidence: Evidence, seed: int, at: datetime) -> Evidence:
    """Interval and confidence, set on leads the forest has not seen and whose true odds are known."""
    from engine.scoring.forest import predict

    truth, _, matrix = _leads(N_TRUTH, seed + 1, at)
    probability = fit.calibrator.apply(predict(fit.forest, matrix))
    return fit_to_truth(evidence, probability, matrix, truth.posterior, Bands(), INTERVAL_COVERAGE)


def _measured(bundle: Bundle, fit: Fit, seed: int, at: datetime) -> tuple[Metrics, Tables]:
    """How good the model is on fresh synthetic leads, beside the best possible and the constant answer."""
    fresh, frame, matrix = _leads(N_FRESH, seed + 2, at)
    scorer, evidence = Scorer(bundle), bundle.evidence
    p, truth, closed = scorer.probabilities(matrix), fresh.posterior, fresh.closed
    spread = evidence.spread(*evidence.similar(p), matrix)
    low, high = evidence.interval(p, spread)
    confidence = evidence.confidence(p, spread, bundle.bands)
    band, true_band = bundle.bands.places(p), bundle.bands.places(truth)
    is_right = band == true_band
    prices = prices_of(bundle.price, frame, MARKET)
    is_inside = [one.low_cents <= said * 100 <= one.high_cents for one, said in zip(prices, fresh.price_dollars, strict=True)]
    off = [abs(one.p50_cents / 100 / said - 1.0) for one, said in zip(prices, fresh.price_dollars, strict=True)]
    tables: Tables = {
        "reliability": quality.reliability(p, closed, quality.RELIABILITY_EDGES),
        "lift": quality.lift_by_decile(p, closed),
        "selective": quality.selective(confidence, band, true_band),
        "confidence": quality.reliability(confidence, is_right, quality.CONFIDENCE_EDGES),
        "effects": quality.effects_by_feature(evidence.importance),
        "prices": quality.price_coverage(prices, fresh.price_dollars),
        "selection": fairness.selection_rates(p, fairness.assign_groups(len(p), seed), bundle.bands),
        "what_if_groups_differed": fairness.what_if_groups_differed(scorer, matrix, bundle.bands, seed),
    }
    measured: dict[str, float] = {
        "auc": auc(p, closed),
        "auc_best_possible": auc(truth, closed),
        "log_loss": log_loss(p, closed),
        "log_loss_best_possible": log_loss(truth, closed),
        "log_loss_constant": log_loss(np.full(len(p), closed.mean()), closed),
        "regret": regret(p, truth),
        "ece": ece(p, closed),
        "brier": float(np.mean((p - closed) ** 2)),
        "base_rate": float(closed.mean()),
        "interval_coverage_of_true_odds": float(np.mean((low <= truth) & (truth <= high))),
        "band_right": float(is_right.mean()),
        "mean_confidence": float(confidence.mean()),
        "share_below_confidence_085": float(np.mean(confidence < 0.85)),
        "price_interval_coverage": float(np.mean(is_inside)),
        "price_median_error": float(np.median(off)),
        "max_features": fit.max_features,
        "out_of_bag_log_loss": fit.log_loss,
    }
    shares = {
        f"share_{name}": float(np.mean(bundle.bands.places(p) == place)) for place, name in enumerate(("cold", "warm", "hot"))
    }
    counts: Metrics = {
        "n_train": N_TRAIN,
        "n_fresh": N_FRESH,
        "n_nodes": fit.forest.n_nodes,
        "seed": seed,
        "trained_at": at.isoformat(),
    }
    figures = {name: round(value, 5) for name, value in {**measured, **shares, **_promise(confidence, band, true_band)}.items()}
    return {**figures, **counts, **_fairness(scorer, fresh, tables), "data": "synthetic"}, tables


def _promise(confidence: Floats, band: np.ndarray, true_band: np.ndarray) -> dict[str, float]:
    """The threshold is chosen on one half of the fresh leads; what it does is told from the other half."""
    half = len(band) // 2
    threshold = quality.promise_threshold(confidence[:half], (band == true_band)[:half])
    if threshold is None:
        return {"promise_coverage": 0.0}
    kept = confidence[half:] >= threshold
    right, constant = (band == true_band)[half:][kept], (true_band == 0)[half:][kept]
    return {
        "promise_threshold": threshold,
        "promise_right": float(right.mean()),
        "promise_coverage": float(kept.mean()),
        "promise_constant": float(constant.mean()),
    }


def _fairness(scorer: Scorer, fresh: SyntheticLeads, tables: Tables) -> Metrics:
    """What the fair-housing checks found."""
    n_moved = fairness.n_moved(scorer, fresh.leads[:N_MARKED], market=MARKET, at=fresh.at)
    return {
        "selection_ratio": fairness.selection_ratio(tables["selection"]),
        "n_marked": N_MARKED,
        "n_moved_by_markers": n_moved,
        "n_texts_checked": len(fairness.scoring_texts(scorer.bundle.vocabulary)),
        "n_texts_denied": len(fairness.lint(scorer.bundle.vocabulary)),
    }


def regret(probability: Floats, truth: Floats) -> float:
    """Expected extra log loss against the exact odds (needs no drawn outcomes, so it has no noise of theirs)."""
    p, q = np.clip(probability, 1e-12, 1 - 1e-12), np.clip(truth, 1e-12, 1 - 1e-12)
    return float(np.mean(q * np.log(q / p) + (1 - q) * np.log((1 - q) / (1 - p))))


def ece(probability: Floats, outcome: np.ndarray, n_bins: int = 15) -> float:
    """Expected calibration error over bins of equally many leads."""
    order = np.argsort(probability, kind="stable")
    bins = np.array_split(order, n_bins)
    return float(sum(len(rows) * abs(probability[rows].mean() - outcome[rows].mean()) for rows in bins) / len(order))


def auc(probability: Floats, outcome: np.ndarray) -> float:
    """P(a lead that closed was given more than one that did not)."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(outcome, probability))


def _card(metrics: Metrics, bundle: Bundle) -> str:
    scale = ", ".join(f"{p:g} → {s:g}" for p, s in zip(bundle.scale_probability, bundle.scale_score, strict=True))
    return f"""# Model {bundle.version}

**Trained on synthetic leads.** No real person and no team's history is in it: it is the starting point for a team without one, and is
replaced by the team's own model as outcomes arrive. Its figures below are of synthetic leads and promise nothing about real ones.

What it says: the calibrated probability that a lead closes within 12 months of being scored. Base rates by source are
marketing-grade figures (portal 0.8 %, paid social 0.6 %, search ads 1.5 %, own site 2.2 %, open house 6 %, sphere 20 %,
expired or for sale by owner 8 %, sign call 5 %), counted from the day a lead comes.

A Random Forest ({metrics["n_nodes"]:,} nodes) on 28 features in eight groups, calibrated on out-of-bag scores; its reasons are exact.

| on {metrics["n_fresh"]:,} fresh synthetic leads | this model | best possible | constant answer |
|---|---|---|---|
| log loss | {metrics["log_loss"]} | {metrics["log_loss_best_possible"]} | {metrics["log_loss_constant"]} |
| AUC | {metrics["auc"]} | {metrics["auc_best_possible"]} | 0.5 |

Regret against the exact odds {metrics["regret"]}; calibration error {metrics["ece"]}; base rate {metrics["base_rate"]}.
The interval holds the exact odds for {metrics["interval_coverage_of_true_odds"]:.1%} of the leads.
The band is right for {metrics["band_right"]:.1%}, said with a mean confidence of {metrics["mean_confidence"]:.1%}.
{_promise_line(metrics)}
Prices: the 80 % interval holds {metrics["price_interval_coverage"]:.1%}; the middle is off by {metrics["price_median_error"]:.1%} (median).

Scale (probability → score): {scale}. Bands: hot from {bundle.bands.hot:.0%}, warm from {bundle.bands.warm:.0%}.

{_fairness_lines(metrics)}

Not in the model: who the lead is. Names, places, ages, households and the words of messages are no features; how precisely an
area is named is. Rooms wanted are read for matching, have no effect in the data, and are never given as a reason.
Every feature's review stands in `features.json`.
"""


def _promise_line(metrics: Metrics) -> str:
    if "promise_threshold" not in metrics:
        return "No confidence was found above which its bands may stand alone."
    return (
        f"Above a confidence of {metrics['promise_threshold']} its band may stand alone: {metrics['promise_coverage']:.1%} of the leads, "
        f"of whom {metrics['promise_right']:.1%} are in the right band; calling every one of them cold would be right for "
        f"{metrics['promise_constant']:.1%}."
    )


def _fairness_lines(metrics: Metrics) -> str:
    return (
        f"Fair housing: {metrics['n_moved_by_markers']} of {metrics['n_marked']:,} leads got another score (to the bit) with another "
        f"group's name, place and sentences;\n{metrics['n_texts_denied']} of {metrics['n_texts_checked']:,} texts of registry and reasons "
        f"name a protected trait; groups drawn by lot are called hot at rates\nwith the ratio {metrics['selection_ratio']} (at least "
        f"{fairness.LEAST_RATIO} is required for release). Drawn groups test the machinery, not the world."
    )
