"""1,000,000 leads into the ledger while somebody works in the inbox: seconds, memory of all processes together, clicks meanwhile."""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.actions import cpu_seconds, log_outcome
from bench.importing import _timed
from bench.leads_csv import write_leads
from tests.stories.conftest import CHROMIUM, QUIET, Office, sign_in

N_ROWS = 1_000_000
_PAUSE_MS = 2_000  # between clicks


def run() -> list[dict[str, object]]:
    """The web process with 1,000 leads and a browser on its inbox; then the large file, from the command line."""
    return measure(N_ROWS)


def measure(n_rows: int) -> list[dict[str, object]]:
    """The same with any number of rows."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "home")
        office.engine("setup")
        _timed(folder, "import", str(write_leads(Path(folder) / "few.csv", 1_000, seed=12)))
        source = write_leads(Path(folder) / "leads.csv", n_rows)
        web = office.start_web()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
                page = browser.new_page(viewport={"width": 1440, "height": 1000})
                page.set_default_timeout(60_000)
                sign_in(page, office, "/inbox")
                page.locator('[class*="st-key-row-"]').first.wait_for()
                web_before, begun, times, peak, spent = cpu_seconds(web.pid), time.perf_counter(), [], 0, 0.0
                worker = office.spawn("-m", "engine", "import", str(source))
                while worker.poll() is None:
                    own = [worker.pid, *_children(worker.pid)]
                    peak, spent = max(peak, sum(map(_memory, [web.pid, *own]))), max(spent, sum(map(_cpu, own)))
                    times.append(log_outcome(page, len(times) % 10))
                    page.wait_for_timeout(_PAUSE_MS)
                seconds = time.perf_counter() - begun
                page.wait_for_timeout(_PAUSE_MS)
                web_spent = cpu_seconds(web.pid) - web_before
                browser.close()
        finally:
            office.close()
    times.sort()
    what = f"{n_rows:,} leads into the ledger, checked and scored, beside a worked inbox"
    return [
        {"what": what, "value": round(seconds, 1), "unit": "s", "target": "≤ 300 s"},
        {"what": f"{what}: processor time of the import", "value": round(spent, 1), "unit": "s"},
        {"what": f"{what}: processor time of the web process", "value": round(web_spent, 1), "unit": "s"},
        {"what": f"{what}: most memory, all processes", "value": round(peak / 2**20, 2), "unit": "GiB", "target": "≤ 4 GiB"},
        {"what": f"{what}: an outcome noted meanwhile (median)", "value": round(statistics.median(times)), "unit": "ms"},
        {"what": f"{what}: an outcome noted meanwhile (p90)", "value": round(times[int(len(times) * 0.9)]), "unit": "ms"},
    ]


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    except FileNotFoundError:
        return []


def _cpu(pid: int) -> float:
    try:
        return cpu_seconds(pid)
    except FileNotFoundError:
        return 0.0


def _memory(pid: int) -> int:
    """KiB that this process holds, what it shares counted in part."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    except (FileNotFoundError, ProcessLookupError, StopIteration):
        return 0


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1])), indent=1))
