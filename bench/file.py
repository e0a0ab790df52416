"""A file of 100,000 leads through the command line: parsed, checked, featurised, scored with reasons and written back."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.leads_csv import write_leads

ROOT = Path(__file__).resolve().parent.parent
N_ROWS = 100_000


def run() -> list[dict[str, object]]:
    """One run of `python -m engine score`; its own summary is the measurement."""
    with tempfile.TemporaryDirectory() as folder:
        source = write_leads(Path(folder) / "leads.csv", N_ROWS)
        command = [sys.executable, "-m", "engine", "score", str(source), "-o", str(Path(folder) / "scored.csv")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment(folder))
    summary = json.loads(done.stderr.strip().splitlines()[-1])
    return [
        {"what": "100,000-row CSV scored with reasons, file to file", "value": summary["seconds"], "unit": "s", "target": "≤ 60 s"},
        {"what": "peak memory of that", "value": summary["peak_rss_mib"], "unit": "MiB", "target": "≤ 2,048 MiB"},
    ]


def environment(folder: str, **more: str) -> dict[str, str]:
    """A process environment with its own data folder."""
    import os

    return {**os.environ, "JORGE_HOME": str(Path(folder) / "home"), "PYTHONHASHSEED": "0", **more}
