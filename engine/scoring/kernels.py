# ruff: noqa: C901, PLR0912, PLR0917  (compiled loops take their arrays one by one and are walked in one go)
"""The numba loops under the forest: prediction and exact TreeSHAP. Knows arrays only; `forest` gives them meaning.

The explanation is Quadrature-TreeSHAP (Wettenstein, Mitchell, Yu, arXiv 2605.04497): the Shapley value of a leaf is the integral
of a polynomial of degree below eight, which four Gauss-Legendre points integrate exactly. Everything that does not depend on the
lead is tabled once per edge, so a lead costs two passes over the nodes. No fast-math: one row and a block give the same bits.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

POINTS = 4  # exact up to eight distinct features on a path
_nodes, _weights = np.polynomial.legendre.leggauss(POINTS)
POINT_AT: NDArray[np.float64] = (_nodes + 1.0) / 2.0
POINT_WEIGHT: NDArray[np.float64] = _weights / 2.0

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@njit(nogil=True, cache=True)
def predict_rows(
    rows: Singles,
    roots: Longs,
    feature: Ints,
    threshold: Singles,
    left: Ints,
    right: Ints,
    missing_left: Bytes,
    value: Floats,
    out: Floats,
) -> None:
    """Mean leaf value of each row, summed in tree order and then divided, as scikit-learn does (bit for bit)."""
    n_trees = roots.shape[0] - 1
    for row in range(rows.shape[0]):
        total = 0.0
        for tree in range(n_trees):
            node = roots[tree]
            while feature[node] >= 0:
                x = rows[row, feature[node]]
                goes_left = missing_left[node] == 1 if np.isnan(x) else x <= threshold[node]
                node = left[node] if goes_left else right[node]
            total += value[node]
        out[row] = total / n_trees


@njit(nogil=True, cache=True)
def table_edges(
    roots: Longs,
    feature: Ints,
    left: Ints,
    right: Ints,
    cover: Floats,
    point_at: Floats,
    point_weight: Floats,
    parent: Ints,
    twin: Ints,
    is_right: Bytes,
    depth: Ints,
    ratio: Floats,
    coefficient: Floats,
) -> int:
    """Fill the tables of every edge (named by its lower node); returns the most distinct features met on one path.

    `twin` is the edge above on the same feature, or -1. Tables hold three cases: neither edge satisfied, only the upper, both.
    """
    share = np.ones(feature.shape[0])
    n_distinct = np.zeros(feature.shape[0], np.int32)
    most = 0
    for tree in range(roots.shape[0] - 1):
        for node in range(roots[tree], roots[tree + 1]):
            if node == roots[tree]:
                parent[node] = -1
                twin[node] = -1
            else:
                above = parent[node]
                same = above
                while parent[same] >= 0 and feature[parent[same]] != feature[above]:
                    same = parent[same]
                twin[node] = same if parent[same] >= 0 else -1
                before = share[same] if twin[node] >= 0 else 1.0
                share[node] = before * cover[node] / cover[above]
                n_distinct[node] = n_distinct[above] + (0 if twin[node] >= 0 else 1)
                most = max(most, n_distinct[node])
                for q in range(POINTS):
                    t = point_at[q]
                    for case in range(3):
                        met = 1.0 if case == 2 else 0.0
                        met_before = 0.0 if case == 0 else 1.0
                        now = share[node] * (1.0 - t) + met * t
                        then = before * (1.0 - t) + met_before * t
                        at = node * 3 + case
                        ratio[at, q] = now / then
                        coefficient[at, q] = point_weight[q] * ((met - share[node]) / now - (met_before - before) / then)
                        if case == 0:
                            coefficient[at, q] = 0.0
            if feature[node] >= 0:
                parent[left[node]] = node
                parent[right[node]] = node
                depth[left[node]] = depth[node] + 1
                depth[right[node]] = depth[node] + 1
                is_right[right[node]] = 1
        for node in range(roots[tree], roots[tree + 1]):  # from here on counted within the tree
            parent[node] = max(parent[node] - roots[tree], 0)
            twin[node] = max(twin[node] - roots[tree], 0)
    return most


@njit(nogil=True, cache=True)
def plan_steps(roots: Longs, left: Ints, right: Ints, parent: Ints, steps: Ints, kinds: Bytes, starts: Longs) -> None:
    """The walk of each tree below its root: 0 enter an inner node, 1 a leaf, 2 leave an inner node."""
    n_steps = 0
    for tree in range(roots.shape[0] - 1):
        starts[tree] = n_steps
        root = np.int32(roots[tree])
        node, came_from = root, np.int32(-1)
        while True:
            if left[node] < 0 or came_from == right[node]:  # done with this node: up again
                if node == root:
                    break
                steps[n_steps] = node
                kinds[n_steps] = 1 if left[node] < 0 else 2
                n_steps += 1
                came_from, node = node, np.int32(parent[node] + root)
            elif came_from == left[node]:
                came_from, node = np.int32(-1), right[node]
                n_steps = _enter(node, left, steps, kinds, n_steps)
            else:
                node = left[node]
                n_steps = _enter(node, left, steps, kinds, n_steps)
        starts[tree + 1] = n_steps


@njit(nogil=True, cache=True)
def _enter(node: int, left: Ints, steps: Ints, kinds: Bytes, n_steps: int) -> int:
    if left[node] < 0:
        return n_steps
    steps[n_steps] = node
    kinds[n_steps] = 0
    return n_steps + 1


@njit(nogil=True, cache=True)
def explain_row(
    row: Singles,
    roots: Longs,
    asked: Ints,
    asked_above: Ints,
    threshold: Singles,
    missing_left: Bytes,
    leaf_value: Floats,
    parent: Ints,
    twin: Ints,
    is_right: Bytes,
    steps: Ints,
    kinds: Bytes,
    starts: Longs,
    ratio: Floats,
    coefficient: Floats,
    out: Floats,
) -> None:
    """Exact SHAP values of one row into `out`. Adds in the same order as `explain_block`, so that both give the same bits."""
    n_features = out.shape[0]
    largest = 0
    for tree in range(roots.shape[0] - 1):
        largest = max(largest, roots[tree + 1] - roots[tree])
    weight = np.ones((largest, 4))
    below = np.empty((largest, 4))
    goes_left = np.zeros(largest, np.uint8)
    is_met = np.ones(largest, np.uint8)
    table = np.zeros(largest, np.int32)
    sums = np.zeros((n_features, 4))
    for tree in range(roots.shape[0] - 1):
        root = roots[tree]
        for node in range(root, roots[tree + 1]):
            here = np.uint32(node - root)
            x = row[np.uint32(asked[node])]
            goes_left[here] = np.uint8(x <= threshold[node]) | (np.uint8(np.isnan(x)) & missing_left[node])
            if node == root:
                below[0, 0] = below[0, 1] = below[0, 2] = below[0, 3] = 0.0
                continue
            above = np.uint32(parent[node])
            was_met = is_met[np.uint32(twin[node])]
            met = was_met & (goes_left[above] ^ is_right[node])
            is_met[here] = met
            case = np.uint32(3 * node + np.int64(was_met) + np.int64(met))
            table[here] = case
            v = leaf_value[node]
            w0 = weight[above, 0] * ratio[case, 0]
            w1 = weight[above, 1] * ratio[case, 1]
            w2 = weight[above, 2] * ratio[case, 2]
            w3 = weight[above, 3] * ratio[case, 3]
            weight[here, 0], weight[here, 1], weight[here, 2], weight[here, 3] = w0, w1, w2, w3
            below[here, 0], below[here, 1], below[here, 2], below[here, 3] = w0 * v, w1 * v, w2 * v, w3 * v
        for step in range(starts[tree], starts[tree + 1]):
            if kinds[step] == 0:
                continue
            node = steps[step]
            here = np.uint32(steps[step] - root)
            above = np.uint32(parent[node])
            case = np.uint32(table[here])
            moved = np.uint32(asked_above[node])
            w0, w1, w2, w3 = below[here, 0], below[here, 1], below[here, 2], below[here, 3]
            s0 = sums[moved, 0] + w0 * coefficient[case, 0]
            s1 = sums[moved, 1] + w1 * coefficient[case, 1]
            s2 = sums[moved, 2] + w2 * coefficient[case, 2]
            s3 = sums[moved, 3] + w3 * coefficient[case, 3]
            w0, w1, w2, w3 = w0 + below[above, 0], w1 + below[above, 1], w2 + below[above, 2], w3 + below[above, 3]
            sums[moved, 0], sums[moved, 1], sums[moved, 2], sums[moved, 3] = s0, s1, s2, s3
            below[above, 0], below[above, 1], below[above, 2], below[above, 3] = w0, w1, w2, w3
    for column in range(n_features):
        out[column] = (sums[column, 0] + sums[column, 1]) + (sums[column, 2] + sums[column, 3])


@njit(nogil=True, cache=True)
def explain_block(
    columns: Singles,
    roots: Longs,
    asked: Ints,
    asked_above: Ints,
    threshold: Singles,
    missing_left: Bytes,
    leaf_value: Floats,
    depth: Ints,
    twin_depth: Ints,
    is_right: Bytes,
    steps: Ints,
    kinds: Bytes,
    starts: Longs,
    ratio: Floats,
    coefficient: Floats,
    out: Floats,
) -> None:
    """Exact SHAP values of many rows at once (`columns`: features x rows) into `out` (features x rows).

    Each step of the walk is done for all rows in one vector loop; what is needed of the path lies in a stack of `depth`.
    """
    n_features, n_rows = columns.shape
    deepest = 1
    for node in range(depth.shape[0]):
        deepest = max(deepest, depth[node])
    weight = np.ones((deepest + 1, 4, n_rows))
    below = np.zeros((deepest + 1, 4, n_rows))
    case = np.zeros((deepest + 1, n_rows), np.int64)
    goes_left = np.zeros((deepest + 1, n_rows), np.int64)
    sums = np.zeros((n_features, 4, n_rows))
    for tree in range(roots.shape[0] - 1):
        root = roots[tree]
        _decide(goes_left[0], columns[asked[root]], threshold[root], np.int64(missing_left[root]))
        for step in range(starts[tree], starts[tree + 1]):
            node = steps[step]
            kind = kinds[step]
            level = depth[node]
            if kind < 2:
                if twin_depth[node] == 0:
                    _meet(case[level], goes_left[level - 1], np.int64(is_right[node]))
                else:
                    _meet_again(case[level], goes_left[level - 1], np.int64(is_right[node]), case[twin_depth[node]])
            r0, r1, r2 = ratio[3 * node], ratio[3 * node + 1], ratio[3 * node + 2]
            c1, c2 = coefficient[3 * node + 1], coefficient[3 * node + 2]
            if kind == 0:
                _decide(goes_left[level], columns[asked[node]], threshold[node], np.int64(missing_left[node]))
                for q in range(4):
                    _go_down(weight[level, q], weight[level - 1, q], below[level, q], case[level], r0[q], r1[q], r2[q])
            elif kind == 1:
                added = sums[asked_above[node]]
                for q in range(4):
                    value = leaf_value[node]
                    _add_leaf(
                        weight[level - 1, q], below[level - 1, q], added[q], case[level], value, r0[q], r1[q], r2[q], c1[q], c2[q]
                    )
            else:
                added = sums[asked_above[node]]
                for q in range(4):
                    _go_up(below[level, q], below[level - 1, q], added[q], case[level], c1[q], c2[q])
    for column in range(n_features):
        for row in range(n_rows):
            four = sums[column]
            out[column, row] = (four[0, row] + four[1, row]) + (four[2, row] + four[3, row])


@njit(nogil=True, cache=True)
def _decide(goes_left: Longs, values: Singles, threshold: float, missing_left: np.int64) -> None:
    for row in range(goes_left.shape[0]):
        x = values[row]
        goes_left[row] = np.int64(x <= threshold) | (np.int64(np.isnan(x)) & missing_left)


@njit(nogil=True, cache=True)
def _meet(case: Longs, goes_left: Longs, is_right: np.int64) -> None:
    for row in range(case.shape[0]):
        case[row] = 1 + (goes_left[row] ^ is_right)


@njit(nogil=True, cache=True)
def _meet_again(case: Longs, goes_left: Longs, is_right: np.int64, twin: Longs) -> None:
    for row in range(case.shape[0]):
        case[row] = (twin[row] >> 1) * (1 + (goes_left[row] ^ is_right))


@njit(nogil=True, cache=True)
def _go_down(weight: Floats, above: Floats, below: Floats, case: Longs, r0: float, r1: float, r2: float) -> None:
    for row in range(weight.shape[0]):
        met = case[row]
        weight[row] = above[row] * (r2 if met == 2 else (r1 if met == 1 else r0))
        below[row] = 0.0


@njit(nogil=True, cache=True)
def _add_leaf(
    above: Floats, below: Floats, sums: Floats, case: Longs, value: float, r0: float, r1: float, r2: float, c1: float, c2: float
) -> None:
    for row in range(above.shape[0]):
        met = case[row]
        w = above[row] * (r2 if met == 2 else (r1 if met == 1 else r0)) * value
        below[row] += w
        sums[row] += w * (c2 if met == 2 else (c1 if met == 1 else 0.0))


@njit(nogil=True, cache=True)
def _go_up(here: Floats, above: Floats, sums: Floats, case: Longs, c1: float, c2: float) -> None:
    for row in range(here.shape[0]):
        met = case[row]
        w = here[row]
        above[row] += w
        sums[row] += w * (c2 if met == 2 else (c1 if met == 1 else 0.0))
