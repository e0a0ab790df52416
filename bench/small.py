"""`python -m bench.small`: after a small history, what each candidate says of fresh leads, and which one the contest picks.

Synthetic leads whose exact odds are known, so that the figure is the expected extra log loss against them and has no luck in it. The target
is an appointment within ninety days. Each size is drawn several times; histories that are too few to train on are drawn again.
"""

import sys
from datetime import UTC, datetime

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from engine.commands.own_columns import takings_of
from engine.errors import BadInput
from engine.scoring import contest
from engine.scoring.columns import read_column
from engine.scoring.generator import generate
from engine.scoring.history import recipe_of
from engine.scoring.shipped import MARKET, regret
from engine.scoring.spoilt import OUTCOME, history
from engine.scoring.windows import plan_windows, read_history

SIZES = (50, 100, 200, 500, 1_000)
N_DRAWS, N_FRESH = 3, 4_000
AT = datetime(2026, 3, 1, 15, tzinfo=UTC)
_LEFT_OUT = ("Created", "Data", "Lead Id")


def main() -> int:
    """Print a table: rows of history, mean extra log loss of each candidate, of the one picked, and how often each was picked."""
    pool = generate(40_000, seed=1, at=AT, market=MARKET)
    table = history(pool, market=MARKET, target="meets").drop(*_LEFT_OUT)
    fresh = generate(N_FRESH, seed=2, at=AT, market=MARKET)
    new = history(fresh, market=MARKET, target="meets").drop(*_LEFT_OUT)
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    for size in sizes:
        losses: dict[str, list[float]] = {}
        picked: list[str] = []
        for draw in range(N_DRAWS):
            chosen, said = _drawn(table, new, size, draw)
            picked.append(chosen)
            for name, probability in {**said, "picked": said[chosen]}.items():
                losses.setdefault(name, []).append(regret(probability, fresh.meets_posterior))
        told = ", ".join(f"{name} {np.mean(values):.4f}" for name, values in losses.items())
        print(f"{size:>5} rows: {told}; picked {', '.join(picked)}", flush=True)
    return 0


def _drawn(table: pl.DataFrame, new: pl.DataFrame, size: int, draw: int) -> tuple[str, dict[str, np.ndarray]]:
    """One history: which candidate the contest picks, and what each says of the fresh leads, calibrated as it would be kept."""
    for seed in range(1_000 * draw, 1_000 * draw + 1_000):
        rows = table.sample(size, seed=seed)
        try:
            with threadpool_limits(limits=1):
                found = read_history(rows, outcome=OUTCOME, time=None, positive=None)
                plan = plan_windows(found, is_temporal=False, retrain_every=None, seed=0)
                recipe = recipe_of(found, plan, outcome=OUTCOME, time=None, exclude=(), seed=0, takings=takings_of(rows, AT))
                outings = contest.run(found, plan, recipe)
                everything = np.arange(len(found.outcome))
                fitted = contest.fit(found, everything, contest.tune_on(found, everything, recipe))
        except BadInput:
            continue
        columns = {type_.name: read_column(new[type_.name], type_) for type_ in found.types}
        matrix = fitted.encoder.apply(columns, None).astype(np.float32)
        said = {}
        for name in outings[0].raw:
            calibrator = contest.judge(outings, plan, lambda _, name=name: name).calibrator
            said[name] = calibrator.apply(contest.pick(fitted, name).predict_proba(matrix))
        constant = np.full(len(new), (found.outcome.sum() + 0.5) / (len(found.outcome) + 1))
        return contest.choose_champion(outings), {**said, "constant": constant}
    raise SystemExit(f"no history of {size} rows with enough appointments")


if __name__ == "__main__":
    sys.exit(main())
