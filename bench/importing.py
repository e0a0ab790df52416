"""100,000 leads into the ledger, and into DuckDB behind it."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.file import ROOT, environment
from bench.leads_csv import write_leads

N_ROWS = 100_000


def run() -> list[dict[str, object]]:
    """Import the file twice, then build the analytical store."""
    with tempfile.TemporaryDirectory() as folder:
        source = write_leads(Path(folder) / "leads.csv", N_ROWS)
        first, seconds = _timed(folder, "import", str(source))
        again, again_seconds = _timed(folder, "import", str(source))
        _, rebuild_seconds = _timed(folder, "rebuild")
    assert json.loads(first)["create"] + json.loads(first)["rejected"] + json.loads(first)["update"] == N_ROWS
    assert json.loads(again)["create"] == json.loads(again)["update"] == 0
    return [
        {"what": "100,000 leads into the ledger, checked and scored", "value": round(seconds, 1), "unit": "s"},
        {"what": "the same file again (changes nothing)", "value": round(again_seconds, 1), "unit": "s"},
        {"what": "analytical store rebuilt from 100,000 leads", "value": round(rebuild_seconds, 1), "unit": "s"},
    ]


def _timed(folder: str, *verb: str) -> tuple[str, float]:
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "engine", *verb], cwd=ROOT, capture_output=True, text=True, check=True, env=environment(folder)
    )
    return done.stdout, time.perf_counter() - begun
