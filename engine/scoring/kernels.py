# ruff: noqa: C901, E741, PLR0912, PLR0915, PLR0917  (compiled loops take their arrays one by one and are walked in one go)
"""The numba loops under the forest: prediction and exact TreeSHAP. Knows arrays only; `forest` gives them meaning.

The explanation is Quadrature-TreeSHAP (Wettenstein, Mitchell, Yu, arXiv 2605.04497): the Shapley value of a leaf is the integral
of a polynomial of degree below eight, which four Gauss-Legendre points integrate exactly. Two things make it cheap: the two ways
on from a question share its weight (their ratios add up to 1), so that all a question adds to its feature is the difference of
what lies below, times its weight; and what does not depend on the lead is tabled once per question. Leaves cost nothing.
No fast-math: one row and a block do the same sums in the same order and give the same bits.

The way a row takes at a question is 2 for left, 1 for right, and 0 where it has left this path at an earlier question on the same
feature (its "twin"): from there both ways are open, by cover alone.
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
Places = NDArray[np.uint32]  # unsigned: the compiler then knows that no index is negative, and uses vectors

BLOCK = 64  # rows explained together: their paths stay in the nearest cache
DEEPEST = 255
_FULL_0, _FULL_1, _FULL_2, _FULL_3 = (float(weight) for weight in POINT_WEIGHT)


@njit(nogil=True, cache=True)
def predict_rows(
    rows: Singles,
    roots: Longs,
    depths: Longs,
    asked: Places,
    threshold: Singles,
    missing_left: Bytes,
    onward: Places,
    value: Floats,
    out: Floats,
) -> None:
    """Mean leaf value of each row, summed in tree order and then divided, as scikit-learn does (bit for bit).

    A block goes down a tree level by level, leaves leading to themselves: many steps at once instead of one that waits.
    """
    n_trees = roots.shape[0] - 1
    at = np.empty(BLOCK, np.int64)
    for start in range(0, rows.shape[0], BLOCK):
        n = min(BLOCK, rows.shape[0] - start)
        for row in range(n):
            out[start + row] = 0.0
        for tree in range(n_trees):
            at[:n] = roots[tree]
            for _ in range(depths[tree]):
                for row in range(n):
                    node = at[row]
                    x = rows[start + row, asked[node]]
                    goes_left = np.int64(x <= threshold[node]) | (np.int64(np.isnan(x)) & np.int64(missing_left[node]))
                    at[row] = np.int64(onward[2 * node + goes_left])
            for row in range(n):
                out[start + row] += value[at[row]]
        for row in range(n):
            out[start + row] /= n_trees


@njit(nogil=True, cache=True)
def plan_questions(
    roots: Longs,
    feature: Ints,
    left: Ints,
    right: Ints,
    node_of: Longs,
    up: Places,
    side: Bytes,
    level: Longs,
    below: Longs,
    steps: Places,
    starts: Longs,
) -> None:
    """Number the questions of each tree from the root down, and lay out the walk: 2k enters question k, 2k + 1 leaves it."""
    n_asked = n_steps = 0
    waiting = np.empty(2 * feature.shape[0], np.int64)
    for tree in range(roots.shape[0] - 1):
        starts[tree] = n_asked
        waiting[0], n_waiting = roots[tree], 1
        above = np.full(roots[tree + 1] - roots[tree], -1, np.int64)  # 2 x question + side
        if feature[roots[tree]] < 0:
            continue
        while n_waiting > 0:  # first the right side: the walk below then leaves in exactly the opposite order
            n_waiting -= 1
            node = waiting[n_waiting]
            came = above[node - roots[tree]]
            node_of[n_asked] = node
            if came >= 0:
                up[n_asked], side[n_asked] = came // 2, came % 2
                level[n_asked] = level[came // 2] + 1
                below[came] = n_asked
            for which in range(2):
                child = right[node] if which == 1 else left[node]
                above[child - roots[tree]] = 2 * n_asked + which
                if feature[child] >= 0:
                    waiting[n_waiting] = child
                    n_waiting += 1
            n_asked += 1
        waiting[0], n_waiting = 2 * starts[tree], 1
        while n_waiting > 0:
            n_waiting -= 1
            step = waiting[n_waiting]
            steps[n_steps] = step
            n_steps += 1
            if step % 2 == 0:
                waiting[n_waiting] = step + 1
                n_waiting += 1
                for which in range(1, -1, -1):
                    if below[step + which] >= 0:
                        waiting[n_waiting] = 2 * below[step + which]
                        n_waiting += 1
    starts[roots.shape[0] - 1] = n_asked


@njit(nogil=True, cache=True)
def table_questions(
    starts: Longs,
    asked: Places,
    up: Places,
    side: Bytes,
    cover: Floats,
    point_at: Floats,
    twin: Ints,
    ways: Floats,
    slope: Floats,
    sharpness: Floats,
) -> int:
    """Fill what depends on no lead; returns the most distinct features met on one path.

    `cover` holds the shares of the rows that go left and right. `ways[k, w]` is the ratio of the weight that goes on to the left for a
    row that took way w, at each point; the rest goes on to the right. `slope[k, w]` is how strongly the difference below counts.
    """
    n_distinct = np.zeros(asked.shape[0], np.int64)
    share = np.empty((asked.shape[0], 2))  # of the rows that agree with all questions on this feature so far
    most = 0
    for tree in range(starts.shape[0] - 1):
        first = starts[tree]
        for k in range(first, starts[tree + 1]):
            twin[k] = -1
            node = np.int64(k)
            while node > first and twin[k] < 0:
                came = side[node]
                node = np.int64(up[node])
                if asked[node] == asked[k]:
                    twin[k] = 2 * node + came
            n_distinct[k] = (n_distinct[up[k]] if k > first else 0) + (1 if twin[k] < 0 else 0)
            most = max(most, n_distinct[k])
            before = 1.0 if twin[k] < 0 else share[twin[k] // 2, twin[k] % 2]
            share[k, 0], share[k, 1] = before * cover[k, 0], before * cover[k, 1]
            slope[k, 0], slope[k, 1], slope[k, 2] = 0.0, -share[k, 0], share[k, 1]
            for q in range(POINTS):
                t = point_at[q]
                whole = 1.0 if twin[k] < 0 else before * (1.0 - t) + t
                sharpness[k, q] = 1.0 / (whole * whole)
                ways[k, 0, q] = cover[k, 0]
                ways[k, 1, q] = share[k, 0] * (1.0 - t) / whole
                ways[k, 2, q] = (share[k, 0] * (1.0 - t) + t) / whole
    return most


@njit(nogil=True, cache=True)
def explain_row(
    row: Singles,
    starts: Longs,
    asked: Places,
    threshold: Floats,
    missing_left: Bytes,
    up: Places,
    side: Bytes,
    twin: Ints,
    below: Longs,
    leaf: Floats,
    ways: Floats,
    slope: Floats,
    sharpness: Floats,
    out: Floats,
) -> None:
    """Exact SHAP values of one row, added to `out`."""
    most = 0
    for tree in range(starts.shape[0] - 1):
        most = max(most, starts[tree + 1] - starts[tree])
    weight, worth = np.empty((most, 4)), np.empty((most, 4))
    way = np.empty(most, np.int64)
    for tree in range(starts.shape[0] - 1):
        first = starts[tree]
        for k in range(first, starts[tree + 1]):
            here = np.uint32(k - first)
            x = row[asked[k]]
            is_left = not x > threshold[k] if missing_left[k] == 1 else x <= threshold[k]
            way[here] = 2 if is_left else 1
            if twin[k] >= 0 and way[np.uint32(twin[k] // 2 - first)] != 2 - twin[k] % 2:
                way[here] = 0
            if k == first:
                weight[0, 0], weight[0, 1], weight[0, 2], weight[0, 3] = _FULL_0, _FULL_1, _FULL_2, _FULL_3
                continue
            above = np.uint32(np.int64(up[k]) - first)
            was, from_ = np.uint32(way[above]), up[k]
            a, b, c, d = ways[from_, was, 0], ways[from_, was, 1], ways[from_, was, 2], ways[from_, was, 3]
            if side[k] == 1:
                a, b, c, d = 1.0 - a, 1.0 - b, 1.0 - c, 1.0 - d
            weight[here, 0] = weight[above, 0] * a
            weight[here, 1] = weight[above, 1] * b
            weight[here, 2] = weight[above, 2] * c
            weight[here, 3] = weight[above, 3] * d
        for k in range(starts[tree + 1] - 1, first - 1, -1):
            here = np.uint32(k - first)
            taken = np.uint32(way[here])
            l0 = l1 = l2 = l3 = leaf[k, 0]
            r0 = r1 = r2 = r3 = leaf[k, 1]
            if below[2 * k] >= 0:
                at = np.uint32(below[2 * k] - first)
                l0, l1, l2, l3 = worth[at, 0], worth[at, 1], worth[at, 2], worth[at, 3]
            if below[2 * k + 1] >= 0:
                at = np.uint32(below[2 * k + 1] - first)
                r0, r1, r2, r3 = worth[at, 0], worth[at, 1], worth[at, 2], worth[at, 3]
            d0, d1, d2, d3 = l0 - r0, l1 - r1, l2 - r2, l3 - r3
            worth[here, 0] = r0 + ways[k, taken, 0] * d0
            worth[here, 1] = r1 + ways[k, taken, 1] * d1
            worth[here, 2] = r2 + ways[k, taken, 2] * d2
            worth[here, 3] = r3 + ways[k, taken, 3] * d3
            if twin[k] >= 0:
                d0, d1, d2, d3 = d0 * sharpness[k, 0], d1 * sharpness[k, 1], d2 * sharpness[k, 2], d3 * sharpness[k, 3]
            moved = (weight[here, 0] * d0 + weight[here, 1] * d1) + (weight[here, 2] * d2 + weight[here, 3] * d3)
            out[asked[k]] += slope[k, taken] * moved


@njit(nogil=True, cache=True)
def explain_block(
    x: Floats,
    steps: Places,
    asked: Places,
    threshold: Floats,
    missing_left: Bytes,
    up: Places,
    side: Bytes,
    level: Bytes,
    twin: Ints,
    twin_level: Bytes,
    below: Longs,
    leaf: Floats,
    ways: Floats,
    slope: Floats,
    sharpness: Floats,
    deepest: int,
    out: Floats,
) -> None:
    """Exact SHAP values of BLOCK rows, added to `out`. `x` and `out` are features x rows, flat.

    One function and flat arrays on purpose: a call or a slice inside the walk counts references, which costs more than the work.
    The four points of a question lie BLOCK apart: a, b, c, d below are where they start.
    """
    n = BLOCK
    weight, worth = np.empty((deepest + 1) * 4 * n), np.empty((deepest + 2) * 8 * n)
    way = np.empty((deepest + 1) * n, np.int64)
    for i in range(n):
        weight[i], weight[n + i], weight[2 * n + i], weight[3 * n + i] = _FULL_0, _FULL_1, _FULL_2, _FULL_3
    for step in steps:
        k = np.int64(step >> 1)
        deep, column = np.int64(level[k]), np.int64(asked[k]) * n
        here, w = deep * n, deep * 4 * n
        has_twin = twin[k] >= 0
        if step & 1 == 0:
            limit = threshold[k]
            if missing_left[k] == 1:
                for i in range(n):
                    way[here + i] = np.int64(1) if x[column + i] > limit else np.int64(2)
            else:
                for i in range(n):
                    way[here + i] = np.int64(2) if x[column + i] <= limit else np.int64(1)
            if has_twin:
                before, met = np.int64(twin_level[k]) * n, np.int64(2) - np.int64(twin[k] & 1)
                for i in range(n):
                    way[here + i] = way[here + i] if way[before + i] == met else np.int64(0)
            if deep > 0:
                j = np.int64(up[k])
                u, above = ((deep - 1) & DEEPEST) * 4 * n, ((deep - 1) & DEEPEST) * n
                z = ways[j, 0, 0]
                a1, b1, c1, d1 = ways[j, 1, 0], ways[j, 1, 1], ways[j, 1, 2], ways[j, 1, 3]
                a2, b2, c2, d2 = ways[j, 2, 0], ways[j, 2, 1], ways[j, 2, 2], ways[j, 2, 3]
                if side[k] == 1:
                    z, a1, b1, c1, d1 = 1.0 - z, 1.0 - a1, 1.0 - b1, 1.0 - c1, 1.0 - d1
                    a2, b2, c2, d2 = 1.0 - a2, 1.0 - b2, 1.0 - c2, 1.0 - d2
                if twin[j] >= 0:
                    for i in range(n):
                        is_left, is_off = way[above + i] == 2, way[above + i] == 0
                        weight[w + i] = weight[u + i] * (z if is_off else (a2 if is_left else a1))
                        weight[w + n + i] = weight[u + n + i] * (z if is_off else (b2 if is_left else b1))
                        weight[w + 2 * n + i] = weight[u + 2 * n + i] * (z if is_off else (c2 if is_left else c1))
                        weight[w + 3 * n + i] = weight[u + 3 * n + i] * (z if is_off else (d2 if is_left else d1))
                else:
                    for i in range(n):
                        is_left = way[above + i] == 2
                        weight[w + i] = weight[u + i] * (a2 if is_left else a1)
                        weight[w + n + i] = weight[u + n + i] * (b2 if is_left else b1)
                        weight[w + 2 * n + i] = weight[u + 2 * n + i] * (c2 if is_left else c1)
                        weight[w + 3 * n + i] = weight[u + 3 * n + i] * (d2 if is_left else d1)
            continue
        to, l, r = (2 * deep + np.int64(side[k])) * 4 * n, (deep + 1) * 8 * n, (deep + 1) * 8 * n + 4 * n
        z, to_right, to_left = ways[k, 0, 0], slope[k, 1], slope[k, 2]
        a1, b1, c1, d1 = ways[k, 1, 0], ways[k, 1, 1], ways[k, 1, 2], ways[k, 1, 3]
        a2, b2, c2, d2 = ways[k, 2, 0], ways[k, 2, 1], ways[k, 2, 2], ways[k, 2, 3]
        left_leaf, right_leaf = leaf[k, 0], leaf[k, 1]
        if below[2 * k] < 0 and below[2 * k + 1] < 0 and not has_twin:
            d = left_leaf - right_leaf
            a1, b1, c1, d1 = right_leaf + a1 * d, right_leaf + b1 * d, right_leaf + c1 * d, right_leaf + d1 * d
            a2, b2, c2, d2 = right_leaf + a2 * d, right_leaf + b2 * d, right_leaf + c2 * d, right_leaf + d2 * d
            for i in range(n):
                is_left = way[here + i] == 2
                worth[to + i] = a2 if is_left else a1
                worth[to + n + i] = b2 if is_left else b1
                worth[to + 2 * n + i] = c2 if is_left else c1
                worth[to + 3 * n + i] = d2 if is_left else d1
            for i in range(n):
                moved = (weight[w + i] * d + weight[w + n + i] * d) + (weight[w + 2 * n + i] * d + weight[w + 3 * n + i] * d)
                out[column + i] += (to_left if way[here + i] == 2 else to_right) * moved
            continue
        if below[2 * k] < 0:
            for i in range(4 * n):
                worth[l + i] = left_leaf
        if below[2 * k + 1] < 0:
            for i in range(4 * n):
                worth[r + i] = right_leaf
        if has_twin:
            s0, s1, s2, s3 = sharpness[k, 0], sharpness[k, 1], sharpness[k, 2], sharpness[k, 3]
            for i in range(n):
                is_left, is_off = way[here + i] == 2, way[here + i] == 0
                moved = (
                    weight[w + i] * ((worth[l + i] - worth[r + i]) * s0)
                    + weight[w + n + i] * ((worth[l + n + i] - worth[r + n + i]) * s1)
                ) + (
                    weight[w + 2 * n + i] * ((worth[l + 2 * n + i] - worth[r + 2 * n + i]) * s2)
                    + weight[w + 3 * n + i] * ((worth[l + 3 * n + i] - worth[r + 3 * n + i]) * s3)
                )
                out[column + i] += (0.0 if is_off else (to_left if is_left else to_right)) * moved
            for i in range(n):
                is_left, is_off = way[here + i] == 2, way[here + i] == 0
                e0, e1, e2, e3 = worth[r + i], worth[r + n + i], worth[r + 2 * n + i], worth[r + 3 * n + i]
                worth[to + i] = e0 + (z if is_off else (a2 if is_left else a1)) * (worth[l + i] - e0)
                worth[to + n + i] = e1 + (z if is_off else (b2 if is_left else b1)) * (worth[l + n + i] - e1)
                worth[to + 2 * n + i] = e2 + (z if is_off else (c2 if is_left else c1)) * (worth[l + 2 * n + i] - e2)
                worth[to + 3 * n + i] = e3 + (z if is_off else (d2 if is_left else d1)) * (worth[l + 3 * n + i] - e3)
            continue
        for i in range(n):
            moved = (weight[w + i] * (worth[l + i] - worth[r + i]) + weight[w + n + i] * (worth[l + n + i] - worth[r + n + i])) + (
                weight[w + 2 * n + i] * (worth[l + 2 * n + i] - worth[r + 2 * n + i])
                + weight[w + 3 * n + i] * (worth[l + 3 * n + i] - worth[r + 3 * n + i])
            )
            out[column + i] += (to_left if way[here + i] == 2 else to_right) * moved
        for i in range(n):
            is_left = way[here + i] == 2
            e0, e1, e2, e3 = worth[r + i], worth[r + n + i], worth[r + 2 * n + i], worth[r + 3 * n + i]
            worth[to + i] = e0 + (a2 if is_left else a1) * (worth[l + i] - e0)
            worth[to + n + i] = e1 + (b2 if is_left else b1) * (worth[l + n + i] - e1)
            worth[to + 2 * n + i] = e2 + (c2 if is_left else c1) * (worth[l + 2 * n + i] - e2)
            worth[to + 3 * n + i] = e3 + (d2 if is_left else d1) * (worth[l + 3 * n + i] - e3)
