"""The forest as flat arrays: compiled from scikit-learn, predicts bit-equal to it, explained exactly. Serves without scikit-learn."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import ModelUnusable
from engine.scoring import kernels
from engine.scoring.kernels import BLOCK, Bytes, Floats, Ints, Longs, Places, Singles

MAX_DISTINCT_ON_A_PATH = 2 * kernels.POINTS
_MIN_ROWS_FOR_BLOCK = 10  # below, row by row is faster than a block that is mostly empty
_MIN_ROWS_FOR_THREADS = 1024


@dataclass(frozen=True, slots=True)
class Questions:
    """The inner nodes as the kernels walk them: numbered within each tree from the root down, leaves folded into their parents."""

    starts: Longs
    asked: Places
    threshold: Floats
    missing_left: Bytes
    up: Places
    side: Bytes  # of the question above: 0 left, 1 right
    level: Bytes
    twin: Ints  # twice the nearest question above on the same feature, plus the side taken there; -1 without one
    twin_level: Bytes
    below: Longs  # the question to the left at 2k, to the right at 2k + 1; -1 for a leaf
    leaf: Floats  # questions x 2: the share of the mean of a leaf to the left and right
    ways: Floats
    slope: Floats
    sharpness: Floats
    steps: Places
    deepest: int


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees one after the other. `feature` is -1 at leaves; children come after their parent, the left one first."""

    roots: Longs
    feature: Ints
    threshold: Singles
    left: Ints
    right: Ints
    missing_left: Bytes
    value: Floats
    cover: Floats
    n_features: int
    # derived, not stored
    depths: Longs  # how many questions a row of each tree is asked at most
    asked: Places  # the feature of an inner node; 0 at leaves, where the answer is not used
    onward: Places  # where a row goes: right at 2 x node, left beside it; a leaf leads to itself
    questions: Questions

    @property
    def base_value(self) -> float:
        """The mean prediction the explanations start from; base value + SHAP values = prediction."""
        return float(np.mean(self.value[self.roots[:-1]]))

    @property
    def n_nodes(self) -> int:
        """How many nodes all trees have together."""
        return int(self.feature.shape[0])


def compile_forest(model: Any) -> Forest:
    """Flatten a fitted two-class RandomForestClassifier, its missing-value directions included."""
    trees = [estimator.tree_ for estimator in model.estimators_]
    starts = np.cumsum([0] + [tree.node_count for tree in trees]).astype(np.int64)
    shifts = np.repeat(starts[:-1], np.diff(starts))

    def joined(read: Callable[[Any], Any]) -> Any:
        return np.concatenate([read(tree) for tree in trees])

    feature = joined(lambda tree: tree.feature)
    is_leaf = feature < 0
    return _forest(
        roots=starts,
        feature=np.where(is_leaf, -1, feature),
        threshold=_floored(joined(lambda tree: tree.threshold)),
        left=np.where(is_leaf, -1, joined(lambda tree: tree.children_left) + shifts),
        right=np.where(is_leaf, -1, joined(lambda tree: tree.children_right) + shifts),
        missing_left=joined(lambda tree: tree.missing_go_to_left),
        value=joined(lambda tree: tree.value[:, 0, 1]),
        cover=joined(lambda tree: tree.weighted_n_node_samples),
        n_features=int(model.n_features_in_),
    )


def forest_to_arrays(forest: Forest) -> dict[str, np.ndarray]:
    """What a model file keeps of a forest."""
    names = ("roots", "feature", "threshold", "left", "right", "missing_left", "value", "cover")
    kept: dict[str, np.ndarray] = {f"forest_{name}": getattr(forest, name) for name in names}
    kept["forest_feature"] = forest.feature.astype(np.int16)
    kept["forest_n_features"] = np.array(forest.n_features, np.int64)
    return kept


def forest_from_arrays(arrays: Mapping[str, np.ndarray]) -> Forest:
    """The forest that `forest_to_arrays` wrote; raises `ModelUnusable` when the arrays do not make one."""
    names = ("roots", "feature", "threshold", "left", "right", "missing_left", "value", "cover")
    try:
        forest = {name: arrays[f"forest_{name}"] for name in names}
        n_features = int(arrays["forest_n_features"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"The model file lacks a part of its forest: {error}") from error
    _check(forest, n_features)
    return _forest(n_features=n_features, **forest)


def predict(forest: Forest, matrix: np.ndarray) -> Floats:
    """The forest's own P(class 1) of each row: the same bits as scikit-learn's `predict_proba(matrix)[:, 1]`."""
    rows = np.ascontiguousarray(matrix, dtype=np.float32)
    out = np.empty(rows.shape[0])

    def work(start: int, stop: int) -> None:
        kernels.predict_rows(
            rows[start:stop],
            forest.roots,
            forest.depths,
            forest.asked,
            forest.threshold,
            forest.missing_left,
            forest.onward,
            forest.value,
            out[start:stop],
        )

    _in_blocks(work, rows.shape[0], 4096)
    return out


def shap_values(forest: Forest, matrix: np.ndarray) -> Floats:
    """Exact path-dependent SHAP values (rows x features) of P(class 1); the same bits for one row and in a batch."""
    rows = np.ascontiguousarray(matrix, dtype=np.float32)
    out = np.zeros((rows.shape[0], forest.n_features))

    def work(start: int, stop: int) -> None:
        for first in range(start, stop, BLOCK):
            last = min(first + BLOCK, stop)
            if last - first < _MIN_ROWS_FOR_BLOCK:
                for row in range(first, last):
                    _explain_one(forest.questions, rows[row], out[row])
            else:
                out[first:last] = _explain_many(forest.questions, rows[first:last])

    _in_blocks(work, len(rows), 8 * BLOCK)
    return out


def _explain_one(q: Questions, row: Singles, out: Floats) -> None:
    asking = (q.starts, q.asked, q.threshold, q.missing_left, q.up, q.side, q.twin)
    kernels.explain_row(row, *asking, q.below, q.leaf, q.ways, q.slope, q.sharpness, out)


def _explain_many(q: Questions, rows: Singles) -> Floats:
    """At most BLOCK rows, filled up with rows that nobody reads."""
    x, out = np.zeros((rows.shape[1], BLOCK)), np.zeros((rows.shape[1], BLOCK))
    x[:, : len(rows)] = rows.T
    asking = (q.steps, q.asked, q.threshold, q.missing_left, q.up, q.side, q.level, q.twin, q.twin_level)
    kernels.explain_block(x.reshape(-1), *asking, q.below, q.leaf, q.ways, q.slope, q.sharpness, q.deepest, out.reshape(-1))
    return out[:, : len(rows)].T


def _forest(*, roots: Any, feature: Any, left: Any, right: Any, value: Any, cover: Any, n_features: int, **rest: Any) -> Forest:
    roots = np.ascontiguousarray(roots, np.int64)
    feature, left, right = (np.ascontiguousarray(part, np.int32) for part in (feature, left, right))
    value, cover = np.ascontiguousarray(value, np.float64), np.ascontiguousarray(cover, np.float64)
    threshold = np.ascontiguousarray(rest["threshold"], np.float32)
    missing_left = np.ascontiguousarray(rest["missing_left"], np.uint8)
    questions = _questions(roots, feature, left, right, value, cover, threshold, missing_left)
    return Forest(
        roots=roots,
        feature=feature,
        threshold=threshold,
        left=left,
        right=right,
        missing_left=missing_left,
        value=value,
        cover=cover,
        n_features=n_features,
        depths=_depths(roots, questions),
        asked=np.maximum(feature, 0).astype(np.uint32),
        onward=np.where(feature[:, None] < 0, np.arange(len(feature))[:, None], np.stack([right, left], 1))
        .astype(np.uint32)
        .ravel(),
        questions=questions,
    )


def _questions(
    roots: Longs, feature: Ints, left: Ints, right: Ints, value: Floats, cover: Floats, threshold: Singles, missing_left: Bytes
) -> Questions:
    n = int(np.sum(feature >= 0))
    node, starts, level = np.zeros(n, np.int64), np.zeros(len(roots), np.int64), np.zeros(n, np.int64)
    up, side, below = np.zeros(n, np.uint32), np.zeros(n, np.uint8), np.full(2 * n, -1, np.int64)
    steps = np.zeros(2 * n, np.uint32)
    kernels.plan_questions(roots, feature, left, right, node, up, side, level, below, steps, starts)
    deepest = int(level.max(initial=0))
    if deepest > kernels.DEEPEST:
        raise ModelUnusable(f"A tree asks {deepest} questions in a row; at most {kernels.DEEPEST} can be explained")
    children = np.stack([left[node], right[node]], axis=1)
    asked, twin = feature[node].astype(np.uint32), np.zeros(n, np.int32)
    ways, slope, sharpness = np.zeros((n, 3, kernels.POINTS)), np.zeros((n, 3)), np.zeros((n, kernels.POINTS))
    share = cover[children] / cover[node][:, None]
    n_distinct = kernels.table_questions(starts, asked, up, side, share, kernels.POINT_AT, twin, ways, slope, sharpness)
    if n_distinct > MAX_DISTINCT_ON_A_PATH:
        raise ModelUnusable(f"A tree asks {n_distinct} things on one path; only {MAX_DISTINCT_ON_A_PATH} can be explained")
    return Questions(
        starts=starts,
        asked=asked,
        threshold=threshold[node].astype(np.float64),
        missing_left=missing_left[node],
        up=up,
        side=side,
        level=level.astype(np.uint8),
        twin=twin,
        twin_level=level[twin // 2].astype(np.uint8) if n else np.zeros(0, np.uint8),
        below=below,
        leaf=np.where(feature[children] < 0, value[children] / (len(roots) - 1), 0.0),
        ways=ways,
        slope=slope,
        sharpness=sharpness,
        steps=steps,
        deepest=deepest,
    )


def _depths(roots: Longs, questions: Questions) -> Longs:
    depths = np.zeros(len(roots) - 1, np.int64)
    tree = np.repeat(np.arange(len(depths)), np.diff(questions.starts))
    np.maximum.at(depths, tree, questions.level.astype(np.int64) + 1)
    return depths


def _floored(threshold: Floats) -> Singles:
    """Thresholds as 32-bit floats that decide `x <= threshold` like the 64-bit ones for every 32-bit x."""
    single = threshold.astype(np.float32)
    return np.where(single.astype(np.float64) > threshold, np.nextafter(single, np.float32(-np.inf)), single)


def _check(forest: dict[str, np.ndarray], n_features: int) -> None:
    """Refuse arrays that would lead a kernel outside them."""
    roots, feature, left, right = (np.asarray(forest[name], np.int64) for name in ("roots", "feature", "left", "right"))
    n_nodes = len(feature)
    is_whole = len(roots) >= 2 and roots[0] == 0 and roots[-1] == n_nodes and bool(np.all(np.diff(roots) > 0))
    same_length = all(len(part) == n_nodes for name, part in forest.items() if name != "roots")
    if not (is_whole and same_length and bool(np.all(feature < n_features))):
        raise ModelUnusable("The model file's forest does not hang together")
    inner = np.flatnonzero(feature >= 0)
    ends = np.repeat(roots[1:], np.diff(roots))
    is_forward = (left[inner] > inner) & (right[inner] > left[inner]) & (right[inner] < ends[inner])
    if not bool(np.all(is_forward)):
        raise ModelUnusable("The model file's forest has a branch that leads nowhere")


def _in_blocks(work: Callable[[int, int], None], n_rows: int, block: int) -> None:
    """Run `work` on blocks of rows: in this thread, or in two when there are many (the kernels release the GIL)."""
    starts = range(0, n_rows, block)
    if n_rows < _MIN_ROWS_FOR_THREADS:
        for start in starts:
            work(start, min(start + block, n_rows))
        return
    with ThreadPoolExecutor(max_workers=2) as threads:
        list(threads.map(lambda start: work(start, min(start + block, n_rows)), starts))
