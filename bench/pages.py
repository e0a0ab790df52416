"""What a person waits for: the first paint of the inbox, the pipeline and the pages of money, with 100,000 leads and 10,000 deals."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.importing import N_ROWS, _timed
from bench.leads_csv import write_leads
from tests.stories.conftest import CHROMIUM, QUIET, Office, sign_in

N_VISITS = 5
PAGES = {"Inbox": ("/inbox", "button:has-text('Claim')"), "Pipeline": ("/pipeline", ".column header")}
N_DEALS = 10_000
MONEY = {
    "Home": ("/", ".st-key-card-trust .jc-fig"),
    "Pipeline": ("/pipeline", ".column header"),
    "Pipeline’s list": ("/pipeline?view=list", "text=In order of"),
    "Funnel & sources": ("/sources", "text=By source"),
    "Commission": ("/commission", ".jc-figs"),
    "Forecast": ("/forecast", ".jc-figs"),
    "Goals & team": ("/goals", ".jc-title"),
}


def run() -> list[dict[str, object]]:
    """Each page opened several times as a new document; the median from the request to its content."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        office = Office(Path(folder) / "home")
        office.engine("setup")
        _timed(folder, "import", str(write_leads(Path(folder) / "leads.csv", N_ROWS)))
        office.start_web()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(60_000)
        sign_in(page, office)
        figures = [
            {
                "what": f"{name}: first paint with 100,000 leads (median of {N_VISITS})",
                "value": round(first_paint(page, office.url + path, content), 2),
                "unit": "s",
                "target": "≤ 1.5 s",
            }
            for name, (path, content) in PAGES.items()
        ]
        office.close()
        figures += money_pages(browser, office)
        browser.close()
    return figures


def money_pages(browser: Browser, office: Office) -> list[dict[str, object]]:
    """The pages of money once thousands of synthetic deals have joined the office's leads."""
    subprocess.run(
        [sys.executable, "-m", "bench.deals", str(office.home), "--deals", str(N_DEALS)], check=True, env=office.environment
    )
    office.start_web()
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(60_000)
    sign_in(page, office)
    figures: list[dict[str, object]] = [
        {
            "what": f"{name}: first paint with {N_DEALS:,} deals and {N_ROWS:,} leads (median of {N_VISITS})",
            "value": round(first_paint(page, office.url + path, content), 2),
            "unit": "s",
            "target": "≤ 1 s",
        }
        for name, (path, content) in MONEY.items()
    ]
    office.close()
    return figures


def first_paint(page: Page, url: str, content: str) -> float:
    """Median seconds until the page's own content stands."""
    times = []
    for _ in range(N_VISITS + 1):
        begun = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.locator(content).first.wait_for()
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:])  # the first visit fills the browser's cache
