"""Many leads at once, from events to stored reasons: time and memory, each in a fresh process so that its peak is its own."""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from engine import commands
from engine.records import Channel, Financing, PropertyType, Source
from engine.runtime import Engine, open_engine
from engine.scoring.lead_columns import LeadColumns
from engine.settings import load_settings

AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
EVENTS_EACH = 10
_SIZES = {"100,000": 100_000, "1,000,000": 1_000_000}
_AIMS = {"100,000": "≤ 3 s", "1,000,000": "≤ 25 s"}
_MINUTE = 60_000_000


def run() -> list[dict[str, object]]:
    """Two sizes, each `python -m bench.many <n>`; then how long an event loop stands still meanwhile."""
    figures: list[dict[str, object]] = []
    for words, n in _SIZES.items():
        done = json.loads(
            subprocess.run([sys.executable, "-m", "bench.many", str(n)], capture_output=True, text=True, check=True).stdout
        )
        what = f"{words} leads, {n * EVENTS_EACH:,} events → probability, reasons, price, stored"
        figures += [
            {"what": what, "value": done["wall"], "unit": "s", "target": _AIMS[words]},
            {"what": f"{what}: processor time", "value": done["cpu"], "unit": "s"},
            {"what": f"{what}: most memory", "value": done["gib"], "unit": "GiB", "target": "≤ 1.2 GiB"},
        ]
    stall = json.loads(
        subprocess.run([sys.executable, "-m", "bench.many", "stall"], capture_output=True, text=True, check=True).stdout
    )
    return [
        *figures,
        {
            "what": "longest stall of the event loop while 20,000 leads are scored",
            "value": stall,
            "unit": "ms",
            "target": "≤ 25 ms",
        },
    ]


def drawn(n: int, seed: int = 7) -> LeadColumns:
    """Leads and sorted events drawn at random, for their number and spread alone."""
    rng, at = np.random.default_rng(seed), int(AT.timestamp() * 1e6)
    created = at - rng.integers(1, 90 * 1440, n) * _MINUTE
    leads = pl.DataFrame(
        {
            "lead_id": np.arange(1, n + 1),
            "created_at": pl.Series(created).cast(pl.Datetime("us", "UTC")),
            "budget_low_cents": rng.integers(200, 900, n) * 100_000,
            "timeline_days": rng.choice([7, 30, 90, 180, 365], n),
            "financing": _words(rng, Financing, n),
            "property_type": _words(rng, PropertyType, n),
            "source": _words(rng, Source, n),
            "beds": rng.integers(1, 6, n),
            "baths": rng.integers(1, 4, n),
            "n_criteria": rng.integers(0, 6, n),
            "location_specificity": rng.integers(0, 4, n),
            "in_service_area": rng.random(n) < 0.7,
            "email": pl.Series(["x"]).new_from_index(0, n),
        }
    ).with_columns(budget_high_cents=(pl.col("budget_low_cents") * 6) // 5)
    m = n * EVENTS_EACH
    when = np.repeat(created, EVENTS_EACH).reshape(n, EVENTS_EACH)
    when = np.sort(when + (rng.random((n, EVENTS_EACH)) * (at - when)).astype(np.int64), axis=1)
    events = pl.DataFrame(
        {
            "lead_id": np.repeat(np.arange(1, n + 1, dtype=np.int64), EVENTS_EACH),
            "at": pl.Series(when.reshape(-1)).cast(pl.Datetime("us", "UTC")),
            "seq": np.tile(np.arange(EVENTS_EACH, dtype=np.int32), n),
            "channel": _words(rng, Channel, m),
            "direction": _words(rng, ("inbound", "outbound"), m),
            "n_words": rng.integers(0, 40, m, dtype=np.int16),
            "n_questions": rng.integers(0, 2, m, dtype=np.int8),
            "urgency": rng.choice(np.array([-1.0, 0.0, 0.0, 0.5, 1.0]), m),
        }
    )
    return LeadColumns(leads, events)


def _words(rng: np.random.Generator, words: object, n: int) -> pl.Series:
    said = [str(word) for word in words]  # type: ignore[attr-defined]
    return pl.Series(rng.integers(0, len(said), n, dtype=np.uint8)).cat.to(pl.Enum(said))


def store(engine: Engine, columns: LeadColumns, path: Path) -> int:
    """Score the columns block by block into a table of a DuckDB file; answers how many rows stand there."""
    with duckdb.connect(path, config={"memory_limit": "128MB", "threads": 1}) as connection:
        for n_done, block in enumerate(commands.score_columns(engine, columns, AT)):  # noqa: B007  (DuckDB reads `block`)
            connection.execute("INSERT INTO scores FROM block" if n_done else "CREATE TABLE scores AS FROM block")
        return int(connection.execute("SELECT count(*) FROM scores").fetchall()[0][0])


def measure(n: int) -> dict[str, float]:
    """One size in this process, its kernels loaded beforehand."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(load_settings(home=Path(folder)))
        store(engine, drawn(2_000), Path(folder) / "warm.duckdb")
        columns = drawn(n)
        begun, begun_cpu = time.perf_counter(), time.process_time()
        assert store(engine, columns, Path(folder) / "scores.duckdb") == n
        wall, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
        engine.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"wall": round(wall, 2), "cpu": round(cpu, 2), "gib": round(peak / 2**20, 2)}


def stall() -> float:
    """The longest gap, in ms, between the ticks of an event loop while another thread scores a batch."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(load_settings(home=Path(folder)))
        columns = drawn(20_000)
        list(commands.score_columns(engine, columns, AT))
        gap = asyncio.run(_longest_gap(engine, columns))
        engine.close()
    return round(gap * 1e3, 1)


async def _longest_gap(engine: Engine, columns: LeadColumns) -> float:
    work = asyncio.create_task(asyncio.to_thread(lambda: list(commands.score_columns(engine, columns, AT))))
    longest, last = 0.0, time.perf_counter()
    while not work.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await work
    return longest


if __name__ == "__main__":
    print(json.dumps(stall() if sys.argv[1] == "stall" else measure(int(sys.argv[1]))))
