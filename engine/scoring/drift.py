"""Whether the leads of late are still those a model knows: stability of what it reads and says, and outcomes against the odds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.scoring.columns import Numbers

N_BINS = 10
LEAST_ROWS = 100  # in each window: with fewer, chance alone looks like a shift
SHIFTED, ANOTHER = 0.10, 0.25  # the usual reading of the index (Siddiqi, Credit Risk Scorecards, 2006): watch it, act on it
LEAST_ENDED = 30
_DOUBT = 0.01
_FAR = 2.576  # standard errors: once in a hundred by chance


@dataclass(frozen=True, slots=True)
class Reference:
    """How rows were spread when the model learned: per feature the edges between bins (NaN where fewer) and each bin's share.

    The first bin is for what is missing. `n_rows` is how many rows that was.
    """

    edges: Numbers  # features x 9
    shares: Numbers  # features x 11
    n_rows: int


@dataclass(frozen=True, slots=True)
class Shift:
    """How far one thing has moved: the index, what chance alone may give, and the verdict in words."""

    index: float
    by_chance: float
    word: str

    @property
    def is_alarm(self) -> bool:
        """Whether somebody should look."""
        return self.word == "another population"


def reference_of(matrix: Numbers) -> Reference:
    """The spread of these rows, feature by feature, in tenths (fewer where values repeat)."""
    edges = np.full((matrix.shape[1], N_BINS - 1), np.nan)
    for place, column in enumerate(matrix.T):
        known = column[~np.isnan(column)]
        cuts = np.unique(np.quantile(known, np.linspace(0.1, 0.9, N_BINS - 1))) if len(known) else np.empty(0)
        # A value that fills a whole tenth stands alone: a flag's two values lie on either side of an edge.
        cuts = cuts[cuts < known.max()] if len(known) else cuts
        edges[place, : len(cuts)] = cuts
    return Reference(edges, _shares(edges, matrix), len(matrix))


def stability(reference: Reference, matrix: Numbers) -> list[Shift]:
    """The population stability index of each feature between the reference and these rows: sum of (p - q) ln(p / q) over the bins.

    An index that chance alone gives once in a hundred times (the index is near chi-square over both windows' rows; Yurdakul 2018)
    is no shift, however large it looks.
    """
    from scipy.stats import chi2

    shifts = []
    for edges, before, now in zip(reference.edges, reference.shares, _shares(reference.edges, matrix), strict=True):
        n_bins = 2 + int(np.sum(~np.isnan(edges)))
        p, q = (_softened(shares[:n_bins], n) for shares, n in ((now, len(matrix)), (before, reference.n_rows)))
        index = float(((p - q) * np.log(p / q)).sum())
        by_chance = float(chi2.ppf(1 - _DOUBT, n_bins - 1)) * (1 / len(matrix) + 1 / reference.n_rows)
        shifts.append(Shift(round(index, 4), round(by_chance, 4), _word(index, by_chance)))
    return shifts


def outcome_shift(said: Numbers, came: np.ndarray) -> tuple[float, str]:
    """How many standard errors the closings lie off what was said of the same deals, and that in words."""
    spread = float(np.sqrt((said * (1.0 - said)).sum()))
    off = (float(came.sum()) - float(said.sum())) / spread if spread > 0 else 0.0
    word = "as foretold" if abs(off) < _FAR else "more close than was foretold" if off > 0 else "fewer close than was foretold"
    return round(off, 2), word


def strongest(shifts: Sequence[Shift]) -> Shift:
    """The shift of what several features say of one column: the largest."""
    return max(shifts, key=lambda shift: (_ORDER.index(shift.word), shift.index))


_ORDER = ("steady", "has shifted", "another population")


def _word(index: float, by_chance: float) -> str:
    if index < SHIFTED or index <= by_chance:
        return "steady"
    return "has shifted" if index < ANOTHER else "another population"


def _shares(edges: Numbers, matrix: Numbers) -> Numbers:
    shares = np.zeros((len(edges), N_BINS + 1))
    for place, column in enumerate(matrix.T):
        cuts = edges[place][~np.isnan(edges[place])]
        bins = np.where(np.isnan(column), 0, 1 + np.searchsorted(cuts, column, side="left"))
        shares[place] = np.bincount(bins, minlength=N_BINS + 1)[: N_BINS + 1] / max(1, len(column))
    return shares


def _softened(shares: Numbers, n_rows: int) -> Numbers:
    """Half a row more in each bin, so that an empty one is unlikely rather than impossible."""
    soft: Numbers = (shares * n_rows + 0.5) / (n_rows + 0.5 * len(shares))
    return soft
