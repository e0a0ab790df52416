"""The contest between candidates: fitted before each window, compared on the earlier ones, calibrated, judged on the test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.scoring import candidates
from engine.scoring.calibration import Calibrator, fit_calibrator
from engine.scoring.candidates import BlendModel, Model
from engine.scoring.columns import Numbers
from engine.scoring.encoding import Encoder, fit_encoder, with_shrunk
from engine.scoring.odds import log_odds, sigmoid
from engine.scoring.report import row_losses
from engine.scoring.screening import Screening
from engine.scoring.selective import choose_threshold, confidence
from engine.scoring.source_prior import AGENT, KNOWN, PUBLISHED, SOURCE
from engine.scoring.source_rates import UNKNOWN_RATE
from engine.scoring.windows import History, Plan, Rows, Window, has_both

BLEND = "blend"
SMALL = 1_000  # rows: up to here the published rates compete
_HALF_LIVES = (None, 1.0, 0.5, 0.25, 0.1)  # of the training rows: how fast the past counts less
_LOOSENESS = (0.03, 0.1, 0.5)  # of the logistic regression's ridge, tightest first
_AS_GOOD = 0.001  # log loss: differences below it are noise, and the tighter ridge is the safer
_MIN_WEIGHT = 0.01
_MAX_ROWS_TO_TUNE = 8_000
_FIRST_EDGE = 1e-4
_LEAN = 20.0  # about as strong as a hundred rows: little data leaves the model's own probabilities alone
_BEYOND_CHANCE = 1.645
_LEVEL = {"published": PUBLISHED, "kind": SOURCE, "agent": AGENT}
_N_WINDOWS_KEPT = 6  # how far back calibration and threshold look


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is fitted the same way in every window: the columns, how fast the past fades, the ridge, and the forest's width."""

    screening: Screening
    time: str | None
    seed: int
    half_life: float | None = None
    looseness: float = 0.1
    max_features: float | str = 0.5
    is_small: bool = False
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # columns of sources: level → which of ours it is
    agent: str | None = None  # the column that says whose lead it is


@dataclass(frozen=True, slots=True)
class Outing:
    """One window's raw predictions by each candidate, with what came."""

    window: Window
    raw: Mapping[str, Numbers]
    outcome: Numbers


@dataclass(frozen=True, slots=True)
class Verdict:
    """A candidate's calibrated probabilities of the test rows, and which of them may stand without a person."""

    probability: Numbers
    outcome: Numbers
    is_auto: NDArray[np.bool_]
    threshold: float | None
    calibrator: Calibrator


@dataclass(frozen=True, slots=True)
class Fitted:
    """The candidates fitted on some rows, and the recipe that makes their matrix."""

    encoder: Encoder
    models: tuple[Model, ...]


def tune(history: History, plan: Plan, recipe: Recipe) -> Recipe:
    """Choose on earlier rows only: how fast the past should fade, how tight the ridge, how many features a branch may ask."""
    if plan.kind == "folds":
        return recipe  # each fold tunes itself on its own training rows
    earlier = [window for window in plan.windows if not window.is_test]
    return _tuned(history, earlier, earlier[-1].train, recipe, _HALF_LIVES)


def tune_on(history: History, rows: Rows, recipe: Recipe) -> Recipe:
    """The same choice without a time, on a quarter of these rows held back (their order is as good as shuffled)."""
    cut = len(rows) * 3 // 4
    if not has_both(history.outcome[rows[:cut]]):
        return recipe  # too few of one outcome to choose by: the middle of every choice stands
    return _tuned(history, [Window(rows[:cut], rows[cut:], is_test=False)], rows, recipe, (None,))


def run(history: History, plan: Plan, recipe: Recipe) -> list[Outing]:
    """Fit all candidates before each window and let them predict it."""
    outings = []
    for window in plan.windows:
        used = tune_on(history, window.train, recipe) if plan.kind == "folds" else recipe
        fitted = fit(history, window.train, used)
        matrix = matrix_of(history, window.predict, fitted.encoder)
        raw = {model.name: model.predict_proba(matrix) for model in fitted.models}
        raw[BLEND] = candidates.blend(list(raw.values()))
        outings.append(Outing(window, raw, history.outcome[window.predict]))
    return outings


def fit(history: History, rows: Rows, recipe: Recipe) -> Fitted:
    """Fit every candidate on these rows."""
    encoder, matrix, weights = _prepared(history, rows, recipe)
    kept = weights >= _MIN_WEIGHT * weights.max()
    matrix, outcome, weights = matrix[kept], history.outcome[rows][kept], weights[kept]
    shared = matrix[:, : encoder.n_shared]
    logistic = candidates.fit_logistic(shared, outcome, weights, seed=recipe.seed, looseness=recipe.looseness)
    forest = candidates.fit_forest(shared, outcome, weights, seed=recipe.seed, max_features=recipe.max_features)
    boosted = candidates.fit_boosted(shared, outcome, weights, seed=recipe.seed)
    if not recipe.is_small:
        return Fitted(encoder, (logistic, forest, boosted))
    levels = [_LEVEL.get(feature.how, KNOWN) for feature in encoder.features]
    unknown_odds = float(log_odds(np.array(UNKNOWN_RATE)))
    prior = candidates.fit_source_prior(matrix, outcome, weights, levels=levels, unknown_odds=unknown_odds)
    return Fitted(encoder, (logistic, forest, boosted, prior))


def pick(fitted: Fitted, name: str) -> Model:
    """The candidate of this name."""
    return BlendModel(fitted.models) if name == BLEND else next(model for model in fitted.models if model.name == name)


def choose_champion(outings: Sequence[Outing]) -> str:
    """The blend, unless one candidate alone is better in every one of these windows, and by more than chance gives.

    Candidates within chance of each other trade places when the market drifts; their mean can't be caught out by one. In a
    small history the published rates are one of them: alone they beat every other candidate, and the mean with them beats them
    (`python -m bench.small`).
    """
    gains = {
        name: [row_losses(outing.raw[BLEND], outing.outcome) - row_losses(outing.raw[name], outing.outcome) for outing in outings]
        for name in outings[0].raw
        if name != BLEND
    }
    best = max(gains, key=lambda name: float(np.concatenate(gains[name]).mean()))
    gain = np.concatenate(gains[best])
    is_beyond_chance = gain.mean() > _BEYOND_CHANCE * gain.std() / np.sqrt(len(gain))
    return best if is_beyond_chance and all(part.mean() > 0 for part in gains[best]) else BLEND


def judge(outings: Sequence[Outing], plan: Plan, name_of: Callable[[Sequence[Outing]], str]) -> Verdict:
    """Calibrated test probabilities of the candidate that `name_of` picks from windows outside the ones being judged."""
    return _judge_folds(outings, name_of) if plan.kind == "folds" else _judge_in_time(outings, name_of)


def matrix_of(history: History, rows: Rows, encoder: Encoder) -> NDArray[np.float32]:
    """The models' matrix of these rows."""
    days = None if history.row_days is None else history.row_days[rows]
    return encoder.apply(history.take(rows), days).astype(np.float32)


def _judge_in_time(outings: Sequence[Outing], name_of: Callable[[Sequence[Outing]], str]) -> Verdict:
    name = name_of([outing for outing in outings if not outing.window.is_test])
    said: list[Numbers] = []
    autos: list[NDArray[np.bool_]] = []
    threshold: float | None = None
    for place, outing in enumerate(outings):
        start = max(0, place - _N_WINDOWS_KEPT)
        calibrator = calibrate_in_time([(past.raw[name], past.outcome) for past in outings[start:place]])
        said.append(calibrator.apply(outing.raw[name]))
        if outing.window.is_test:
            # The first window was said without a calibrator: it can't speak for the calibrated ones.
            first = max(start, 1) if place > 1 else start
            threshold = choose_threshold(
                np.concatenate(said[first:place]), np.concatenate([past.outcome for past in outings[first:place]])
            )
            autos.append(_auto(said[-1], threshold))
    tests = [place for place, outing in enumerate(outings) if outing.window.is_test]
    final = calibrate_in_time([(outing.raw[name], outing.outcome) for outing in outings[-_N_WINDOWS_KEPT:]])
    outcome = np.concatenate([outings[place].outcome for place in tests])
    return Verdict(np.concatenate([said[place] for place in tests]), outcome, np.concatenate(autos), threshold, final)


def _judge_folds(outings: Sequence[Outing], name_of: Callable[[Sequence[Outing]], str]) -> Verdict:
    said, autos = [], []
    for outing in outings:
        others = [other for other in outings if other is not outing]
        calibrator, threshold = _from_folds(others, name_of(others))
        said.append(calibrator.apply(outing.raw[name_of(others)]))
        autos.append(_auto(said[-1], threshold))
    final, threshold = _from_folds(outings, name_of(outings))
    return Verdict(
        np.concatenate(said), np.concatenate([outing.outcome for outing in outings]), np.concatenate(autos), threshold, final
    )


def _from_folds(outings: Sequence[Outing], name: str) -> tuple[Calibrator, float | None]:
    raw, outcome = np.concatenate([outing.raw[name] for outing in outings]), np.concatenate([outing.outcome for outing in outings])
    calibrator = fit_calibrator(raw, outcome)
    return calibrator, choose_threshold(calibrator.apply(raw), outcome)


def calibrate_in_time(past: Sequence[tuple[Numbers, Numbers]]) -> Calibrator:
    """A sigmoid with the slope that all past windows share, turned about the newest one's mean; it carries no shift on.

    Each window's own shift is the wandering of its base rate, which the refitted model has taken up already. Carrying it
    into the next window made two of three real histories worse, while the slope was steady on all.
    """
    if not past:
        return Calibrator("sigmoid", np.array([1.0, 0.0]), np.zeros(0), _FIRST_EDGE, 1 - _FIRST_EDGE)
    odds = [log_odds(raw) for raw, _ in past]
    middles = np.array([part.mean() for part in odds])
    place = np.repeat(np.arange(len(past)), [len(part) for part in odds])
    design = np.column_stack([np.concatenate(odds) - middles[place], *(place == each for each in range(len(past)))]).astype(
        np.float64
    )
    slope = max(0.0, _shared_slope(design, middles[place], np.concatenate([came for _, came in past])))
    edge = 0.5 / (len(design) + 2)
    return Calibrator("sigmoid", np.array([slope, middles[-1] * (1.0 - slope)]), np.zeros(0), edge, 1 - edge)


def _shared_slope(design: Numbers, middle: Numbers, outcome: Numbers) -> float:
    """Newton's method for one slope and a shift per window, leaning a little towards slope 1 and shift 0."""
    lean = np.array([_LEAN, *(1.0 for _ in range(design.shape[1] - 1))])
    belief = np.array([1.0, *(0.0 for _ in range(design.shape[1] - 1))])
    line = belief.copy()
    for _ in range(50):
        said = sigmoid(design @ line + middle)
        gradient = design.T @ (said - outcome) + lean * (line - belief)
        curvature = (design * (said * (1 - said))[:, None]).T @ design + np.diag(lean)
        step = np.linalg.solve(curvature, gradient)
        line = line - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-10:
            break
    return float(line[0])


def _auto(probability: Numbers, threshold: float | None) -> NDArray[np.bool_]:
    return confidence(probability) >= threshold if threshold is not None else np.zeros(len(probability), dtype=np.bool_)


def _prepared(history: History, rows: Rows, recipe: Recipe) -> tuple[Encoder, NDArray[np.float32], Numbers]:
    columns = history.take(rows)
    used = [columns[name] for name in recipe.screening.used]
    encoder = fit_encoder(
        used, filled_only=recipe.screening.filled_only, has_row_days=history.row_days is not None, time=recipe.time
    )
    if recipe.is_small:
        encoder = with_shrunk(encoder, columns, sources=recipe.sources, agent=recipe.agent)
    return encoder, matrix_of(history, rows, encoder), _weights(len(rows), recipe.half_life)


def _weights(n_rows: int, half_life: float | None) -> Numbers:
    """Newer rows count more. The weights add up to the number of rows they are worth (Kish), so that ridges keep their meaning."""
    if half_life is None:
        return np.ones(n_rows)
    weights: Numbers = 0.5 ** (np.arange(n_rows - 1, -1, -1) / (half_life * n_rows))
    worth: Numbers = weights * (weights.sum() / (weights**2).sum())
    return worth


def _probe(history: History, window: Window, recipe: Recipe) -> float:
    encoder, matrix, weights = _prepared(history, window.train, recipe)
    kept = weights >= _MIN_WEIGHT * weights.max()
    model = candidates.fit_logistic(
        matrix[kept, : encoder.n_shared],
        history.outcome[window.train][kept],
        weights[kept],
        seed=recipe.seed,
        looseness=recipe.looseness,
    )
    said = model.predict_proba(matrix_of(history, window.predict, encoder))
    return float(row_losses(said, history.outcome[window.predict]).mean())


def _tuned(history: History, windows: Sequence[Window], rows: Rows, recipe: Recipe, half_lives: Sequence[float | None]) -> Recipe:
    tries = [replace(recipe, half_life=share, looseness=loose) for loose in _LOOSENESS for share in half_lives]
    losses = [float(np.mean([_probe(history, window, each) for window in windows])) for each in tries]
    best = next(each for each, loss in zip(tries, losses, strict=True) if loss <= min(losses) + _AS_GOOD)
    # Among the half lives of that ridge the best one, not merely the first that is good enough.
    same = [(loss, place) for place, (each, loss) in enumerate(zip(tries, losses, strict=True)) if each.looseness == best.looseness]
    chosen = tries[min(same)[1]]
    return replace(chosen, max_features=_tuned_width(history, rows, chosen))


def _tuned_width(history: History, rows: Rows, recipe: Recipe) -> float | str:
    encoder, matrix, weights = _prepared(history, rows, recipe)
    latest = slice(-_MAX_ROWS_TO_TUNE, None)
    return candidates.choose_max_features(
        matrix[latest, : encoder.n_shared], history.outcome[rows][latest], weights[latest], seed=recipe.seed
    )
