"""`make screenshots`: the README's pictures, taken in a real browser of an office with the synthetic sample leads."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.file import ROOT
from tests.stories.conftest import CHROMIUM, QUIET, Office, sign_in

FIGURES = ROOT / "docs" / "figures"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PICTURES = (
    ("home-light", "/", "text=Act on these first", DESK, "light"),
    ("inbox-light", "/inbox", "button:has-text('Claim')", DESK, "light"),
    ("lead-dark", "/lead?lead=3", "text=Speaks for closing", DESK, "dark"),
    ("pipeline-phone", "/pipeline", ".column header", PHONE, "light"),
)


def main() -> int:
    """Take them all; each from a browser of its own."""
    if CHROMIUM is None:
        print("No Chromium found: install it (Debian: apt-get install chromium) to take pictures.", file=sys.stderr)
        return 1
    FIGURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        office = Office(Path(folder) / "home")
        office.engine("setup")
        office.engine("import", str(ROOT / "data" / "sample" / "leads.csv"))
        office.spawn("scheduler.py")
        office.start_web()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for picture in PICTURES:
            take(browser, office, *picture)
        office.close()
    return 0


def take(browser: Browser, office: Office, name: str, path: str, content: str, size: dict[str, int], scheme: str) -> None:
    """One picture of one page, once its content stands."""
    context = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=1, is_mobile=size is PHONE)
    page = context.new_page()
    page.set_default_timeout(60_000)
    sign_in(page, office, path)
    page.locator(content).first.wait_for()
    page.wait_for_timeout(2_500)  # fonts and charts settle
    page.screenshot(path=FIGURES / f"{name}.png")
    context.close()
    print(f"docs/figures/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
