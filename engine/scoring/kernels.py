# ruff: noqa: PLR0917  (compiled loops take their arrays one by one)
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
                is_right[right[node]] = 1
        for node in range(roots[tree], roots[tree + 1]):  # from here on counted within the tree
            parent[node] = max(parent[node] - roots[tree], 0)
            twin[node] = max(twin[node] - roots[tree], 0)
    return most


@njit(nogil=True, cache=True)
def explain_rows(
    rows: Singles,
    roots: Longs,
    asked: Ints,
    asked_above: Ints,
    threshold: Singles,
    missing_left: Bytes,
    leaf_value: Floats,
    parent: Ints,
    twin: Ints,
    is_right: Bytes,
    ratio: Floats,
    coefficient: Floats,
    out: Floats,
) -> None:
    """Exact SHAP values of each row into `out` (rows x features). Trees outside, rows inside: a tree's tables stay in cache.

    Loops over the four points are written out, loads before stores, so that the compiler makes each one vector instruction.
    """
    n_rows, n_features = out.shape
    largest = 0
    for tree in range(roots.shape[0] - 1):
        largest = max(largest, roots[tree + 1] - roots[tree])
    weight = np.ones((largest, 4))
    below = np.zeros((largest, 4))
    goes_left = np.zeros(largest, np.uint8)
    is_met = np.ones(largest, np.uint8)
    table = np.zeros(largest, np.int32)
    sums = np.zeros((n_rows * n_features, 4))
    for tree in range(roots.shape[0] - 1):
        root = roots[tree]
        n_nodes = roots[tree + 1] - root
        t_feature = asked[root : root + n_nodes]
        t_asked = asked_above[root : root + n_nodes]
        t_threshold = threshold[root : root + n_nodes]
        t_missing = missing_left[root : root + n_nodes]
        t_parent = parent[root : root + n_nodes]
        t_twin = twin[root : root + n_nodes]
        t_right = is_right[root : root + n_nodes]
        t_value = leaf_value[root : root + n_nodes]
        t_ratio = ratio[3 * root : 3 * (root + n_nodes)]
        t_coefficient = coefficient[3 * root : 3 * (root + n_nodes)]
        for row in range(n_rows):
            x_row = rows[row]
            row_sums = sums[row * n_features : (row + 1) * n_features]
            goes_left[0] = np.uint8(x_row[np.uint32(t_feature[0])] <= t_threshold[0]) | (
                np.uint8(np.isnan(x_row[np.uint32(t_feature[0])])) & t_missing[0]
            )
            below[0, 0] = below[0, 1] = below[0, 2] = below[0, 3] = 0.0
            for node in range(1, n_nodes):
                above = np.uint32(t_parent[node])
                was_met = is_met[np.uint32(t_twin[node])]
                met = was_met & (goes_left[above] ^ t_right[node])
                case = np.uint32(3 * node + np.int64(was_met) + np.int64(met))
                table[node] = case
                x = x_row[np.uint32(t_feature[node])]
                is_met[node] = met
                goes_left[node] = np.uint8(x <= t_threshold[node]) | (np.uint8(np.isnan(x)) & t_missing[node])
                w0 = weight[above, 0] * t_ratio[case, 0]
                w1 = weight[above, 1] * t_ratio[case, 1]
                w2 = weight[above, 2] * t_ratio[case, 2]
                w3 = weight[above, 3] * t_ratio[case, 3]
                v = t_value[node]
                weight[node, 0], weight[node, 1], weight[node, 2], weight[node, 3] = w0, w1, w2, w3
                below[node, 0], below[node, 1], below[node, 2], below[node, 3] = w0 * v, w1 * v, w2 * v, w3 * v
            for back in range(n_nodes - 1):
                node = n_nodes - 1 - back
                above = np.uint32(t_parent[node])
                case = np.uint32(table[node])
                column = np.uint32(t_asked[node])
                w0, w1, w2, w3 = below[node, 0], below[node, 1], below[node, 2], below[node, 3]
                s0 = row_sums[column, 0] + t_coefficient[case, 0] * w0
                s1 = row_sums[column, 1] + t_coefficient[case, 1] * w1
                s2 = row_sums[column, 2] + t_coefficient[case, 2] * w2
                s3 = row_sums[column, 3] + t_coefficient[case, 3] * w3
                row_sums[column, 0], row_sums[column, 1], row_sums[column, 2], row_sums[column, 3] = s0, s1, s2, s3
                w0, w1, w2, w3 = w0 + below[above, 0], w1 + below[above, 1], w2 + below[above, 2], w3 + below[above, 3]
                below[above, 0], below[above, 1], below[above, 2], below[above, 3] = w0, w1, w2, w3
    for row in range(n_rows):
        for place in range(n_features):
            four = sums[row * n_features + place]
            out[row, place] = (four[0] + four[1]) + (four[2] + four[3])
