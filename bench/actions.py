"""An action in the inbox as a person waits for it: from the click to the changed row, with 100,000 leads, in a real browser."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.importing import N_ROWS, _timed
from bench.leads_csv import write_leads
from tests.stories.conftest import CHROMIUM, QUIET, Office, sign_in

N_TIMES = 10
_ROW = '[class*="st-key-row-"]:has([class*="st-key-claim-"])'

# The clock runs in the page itself: from the click's own event to the frame in which the row has changed.
_WATCH = """([row, claimed]) => {
  window.seen = new Promise(done => document.addEventListener('click', () => {
    const begun = performance.now()
    const look = () => requestAnimationFrame(() => {
      const at = document.querySelector(row), undo = document.querySelector('[class*="st-key-undo-bar-"]')
      const changed = claimed
        ? at && !at.querySelector('.jc-who').textContent.includes('Not taken yet')
        : undo && undo.className !== window.before
      changed ? done(performance.now() - begun) : look()
    })
    look()
  }, {capture: true, once: true}))
  window.before = document.querySelector('[class*="st-key-undo-bar-"]')?.className
}"""


def run() -> list[dict[str, object]]:
    """Claim, note an outcome, snooze: each so many times on other leads; median and the slowest but one in ten."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "home")
        office.engine("setup")
        _timed(folder, "import", str(write_leads(Path(folder) / "leads.csv", N_ROWS)))
        return measure(office)


def measure(office: Office) -> list[dict[str, object]]:
    """The three actions in an office that has its leads."""
    figures: list[dict[str, object]] = []
    web = office.start_web()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.set_default_timeout(60_000)
            sign_in(page, office, "/inbox")
            page.locator(_ROW).first.wait_for()
            for name, act in {"claim": claim, "outcome": log_outcome, "snooze": snooze}.items():
                times, spent = timed(page, web.pid, act)
                what = f"Inbox with 100,000 leads: click to changed row, {name}"
                figures += [
                    {"what": f"{what} (median)", "value": round(statistics.median(times)), "unit": "ms", "target": "≤ 300 ms"},
                    {"what": f"{what} (p90)", "value": round(times[int(len(times) * 0.9)]), "unit": "ms"},
                    {"what": f"{what}: processor time of the web process", "value": round(spent * 1000), "unit": "ms"},
                ]
            browser.close()
    finally:
        office.close()
    return figures


def timed(page: Page, pid: int, act: Callable[[Page, int], float]) -> tuple[list[float], float]:
    """Times in ms, the quickest first, and the web process's processor seconds of one action with all that follows it."""
    act(page, 0)
    page.wait_for_timeout(1_500)
    before, times = cpu_seconds(pid), []
    for number in range(1, N_TIMES + 1):
        times.append(act(page, number))
        page.wait_for_timeout(1_500)  # the feed's own rerun passes before the next click
    return sorted(times), (cpu_seconds(pid) - before) / N_TIMES


def claim(page: Page, number: int) -> float:
    """Take the first lead nobody has."""
    row = key_of(page, _ROW)
    return seen(page, row, lambda: page.locator(f"{row} [class*='st-key-claim-'] button").click(), is_claim=True)


def log_outcome(page: Page, number: int) -> float:
    """Note one lead after the other as not reached."""
    row = key_of(page, '[class*="st-key-row-"]', number)
    page.locator(f"{row} [class*='st-key-log-'] button").click()
    return seen(page, row, page.get_by_role("menuitem", name="No answer").or_(page.get_by_role("option", name="No answer")).click)


def snooze(page: Page, number: int) -> float:
    """Put one lead after the other to sleep until tomorrow."""
    row = key_of(page, '[class*="st-key-row-"]', number)
    page.locator(f"{row} [class*='st-key-snooze-'] button").click()
    choice = page.get_by_role("menuitem", name="Tomorrow morning").or_(page.get_by_role("option", name="Tomorrow morning"))
    return seen(page, row, choice.click)


def key_of(page: Page, which: str, number: int = 0) -> str:
    """The selector of one row that stays the same while its contents change."""
    names = page.locator(which).nth(number).get_attribute("class") or ""
    return "." + next(name for name in names.split() if name.startswith("st-key-row-"))


def seen(page: Page, row: str, click: Callable[[], None], *, is_claim: bool = False) -> float:
    """Milliseconds from the click until the row (or the way back) shows what was done."""
    page.evaluate(_WATCH, [row, is_claim])
    begun = time.perf_counter()
    click()
    taken: float = page.evaluate("() => window.seen")
    return min(taken, (time.perf_counter() - begun) * 1000)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
