"""The forest as flat arrays: compiled from scikit-learn, predicts bit-equal to it, explained exactly. Serves without scikit-learn."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import ModelUnusable
from engine.scoring import kernels
from engine.scoring.kernels import Bytes, Floats, Ints, Longs, Singles

MAX_DISTINCT_ON_A_PATH = 2 * kernels.POINTS
_BLOCK = 128  # rows explained together: their path stays in the second-level cache
_MIN_ROWS_FOR_BLOCK = 24  # below, row by row is faster
_MIN_ROWS_FOR_THREADS = 1024


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
    asked: Ints  # the feature of an inner node; 0 at leaves, where the answer is not used
    asked_above: Ints
    leaf_value: Floats  # share of the mean; 0 at inner nodes
    parent: Ints
    twin: Ints
    is_right: Bytes
    depth: Ints
    twin_depth: Ints
    steps: Ints  # the walk of every tree
    kinds: Bytes
    starts: Longs
    ratio: Floats
    coefficient: Floats

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
            forest.feature,
            forest.threshold,
            forest.left,
            forest.right,
            forest.missing_left,
            forest.value,
            out[start:stop],
        )

    _in_blocks(work, rows.shape[0], 4096)
    return out


def shap_values(forest: Forest, matrix: np.ndarray) -> Floats:
    """Exact path-dependent SHAP values (rows x features) of P(class 1); the same bits for one row and in a batch."""
    rows = np.ascontiguousarray(matrix, dtype=np.float32)
    out = np.empty((rows.shape[0], forest.n_features))
    shared = (forest.roots, forest.asked, forest.asked_above, forest.threshold, forest.missing_left, forest.leaf_value)
    walk = (forest.is_right, forest.steps, forest.kinds, forest.starts, forest.ratio, forest.coefficient)

    def work(start: int, stop: int) -> None:
        if stop - start < _MIN_ROWS_FOR_BLOCK:
            for row in range(start, stop):
                kernels.explain_row(rows[row], *shared, forest.parent, forest.twin, *walk, out[row])
            return
        block = np.empty((forest.n_features, stop - start))
        columns = np.ascontiguousarray(rows[start:stop].T)
        kernels.explain_block(columns, *shared, forest.depth, forest.twin_depth, *walk, block)
        out[start:stop] = block.T

    _in_blocks(work, rows.shape[0], _BLOCK)
    return out


def _forest(*, roots: Any, feature: Any, left: Any, right: Any, value: Any, cover: Any, n_features: int, **rest: Any) -> Forest:
    n_nodes = len(feature)
    edges = (n_nodes * 3, kernels.POINTS)
    parent, twin = np.empty(n_nodes, np.int32), np.empty(n_nodes, np.int32)
    is_right, depth = np.zeros(n_nodes, np.uint8), np.zeros(n_nodes, np.int32)
    ratio, coefficient = np.ones(edges), np.zeros(edges)
    roots = np.ascontiguousarray(roots, np.int64)
    feature, left, right = (np.ascontiguousarray(part, np.int32) for part in (feature, left, right))
    value, cover = np.ascontiguousarray(value, np.float64), np.ascontiguousarray(cover, np.float64)
    points = (kernels.POINT_AT, kernels.POINT_WEIGHT)
    n_distinct = kernels.table_edges(roots, feature, left, right, cover, *points, parent, twin, is_right, depth, ratio, coefficient)
    if n_distinct > MAX_DISTINCT_ON_A_PATH:
        raise ModelUnusable(f"A tree asks {n_distinct} things on one path; only {MAX_DISTINCT_ON_A_PATH} can be explained")
    asked = np.maximum(feature, 0)
    shifts = np.repeat(roots[:-1], np.diff(roots))
    steps, kinds = np.empty(2 * n_nodes, np.int32), np.empty(2 * n_nodes, np.uint8)
    starts = np.zeros(len(roots), np.int64)
    kernels.plan_steps(roots, left, right, parent, steps, kinds, starts)
    return Forest(
        roots=roots,
        feature=feature,
        threshold=np.ascontiguousarray(rest["threshold"], np.float32),
        left=left,
        right=right,
        missing_left=np.ascontiguousarray(rest["missing_left"], np.uint8),
        value=value,
        cover=cover,
        n_features=n_features,
        asked=asked,
        asked_above=asked[parent + shifts],
        leaf_value=np.where(feature < 0, value / (len(roots) - 1), 0.0),
        parent=parent,
        twin=twin,
        is_right=is_right,
        depth=depth,
        twin_depth=depth[twin + shifts],
        steps=steps[: starts[-1]],
        kinds=kinds[: starts[-1]],
        starts=starts,
        ratio=ratio,
        coefficient=coefficient,
    )


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
