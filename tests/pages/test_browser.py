"""What only a real browser can tell: changes appear in open pages, rows stay where they are, the face keeps its looks."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from engine import commands
from engine.access import SYSTEM
from engine.records import Channel
from engine.runtime import Engine, open_engine
from engine.settings import ROOT

from .conftest import settings

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]

PATIENCE = 60_000  # ms; a busy machine is slow, a broken page never comes


@pytest.fixture(scope="module")
def folder(busy_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("browser") / "home"
    shutil.copytree(busy_home, home)
    return home


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The product's own web process on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {"JORGE_HOME": str(folder), "JORGE_CLOCK": settings(folder).clock, "JORGE_MODELS": str(ROOT / "models")}
    with (folder.parent / "server.log").open("wb") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env={**os.environ, **ours},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    until = time.monotonic() + 600  # ten seconds of work, on a machine that may be twenty times too busy
    while time.monotonic() < until:
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/health/live", timeout=5)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    web.terminate()
    web.wait(60)


@pytest.fixture(scope="module")
def office(folder: Path) -> Iterator[Engine]:
    """The same ledger from another process's side: what the sidecar or the command line would change."""
    engine = open_engine(settings(folder))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def signed_in(chromium, address, width=1440):
    page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/auth/sign-in")
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", "blue-door-84-maple")
    page.click("button[type=submit]")
    page.wait_for_selector(".jc-title")
    return page


def rows(page):
    return page.eval_on_selector_all(".jc-lead .jc-who b", "found => found.map(each => each.textContent)")


def test_a_change_elsewhere_appears_in_place_without_a_reload(chromium, address, office):
    page = signed_in(chromium, address)
    page.goto(f"{address}/inbox?order=newest")
    page.wait_for_selector('.live[data-state="live"]')
    page.wait_for_selector(".jc-lead")
    page.wait_for_function("!document.querySelector('[data-testid=stApp][data-test-script-state=running]')")
    before = rows(page)
    page.evaluate("window.wasNotReloaded = true")

    commands.log_touch(office, SYSTEM, 1, Channel.CALL, "spoke")
    page.wait_for_selector('.st-key-row-1 .jc-clock:has-text("Answered")')
    commands.take_lead(office, SYSTEM, {"name": "Zoe New", "phone": "(909) 555-0177"})
    page.wait_for_selector('.st-key-new-pill:has-text("1 new")')
    assert rows(page) == before

    page.click(".st-key-new-pill button")
    page.wait_for_selector('.jc-lead:has-text("Zoe New")')
    assert rows(page)[0] == "Zoe New"
    assert page.evaluate("window.wasNotReloaded")


def test_a_message_to_the_person_leaves_the_page_its_looks(chromium, address):
    page = signed_in(chromium, address)
    page.goto(f"{address}/lead?lead=1")
    page.click('button:has-text("No answer")')
    page.wait_for_selector('.jc-time li:has-text("No answer")')
    page.click('button:has-text("Undo")')
    page.wait_for_selector('[data-testid="stToast"]')
    assert page.eval_on_selector(".jc-figs", "figures => getComputedStyle(figures).display") == "grid"


def test_nothing_is_wider_than_a_phone(chromium, address):
    page = signed_in(chromium, address, width=390)
    for path in ("home", "inbox", "lead?lead=1", "pipeline", "import"):
        page.goto(f"{address}/{path}")
        page.wait_for_selector(".jc-title")
        page.wait_for_timeout(500)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, path


def test_a_figure_leads_to_its_rows(chromium, address):
    page = signed_in(chromium, address)
    page.click(".st-key-card-contract", position={"x": 150, "y": 20})
    page.wait_for_url("**/pipeline?stage=under_contract")
    page.wait_for_selector('.jc-deal:has-text("Cora Under")')


def test_a_session_that_ends_elsewhere_closes_the_open_page(chromium, address):
    page = signed_in(chromium, address)
    page.goto(f"{address}/inbox")
    page.wait_for_selector('.live[data-state="live"]')
    other = page.context.new_page()
    other.goto(f"{address}/auth/sign-out")
    other.click("button")
    page.wait_for_selector('.ended:has-text("Your session has ended")')
    page.wait_for_selector('[role="dialog"]', state="attached")  # Streamlit's own, which must not stand in the way
    link = page.locator('.ended a:has-text("Sign in again")').bounding_box()
    page.mouse.click(link["x"] + link["width"] / 2, link["y"] + link["height"] / 2)  # a real click: nothing lies over it
    page.wait_for_url("**/auth/sign-in?next=**")


def test_pages_ask_nothing_of_other_hosts(chromium, address):
    page = signed_in(chromium, address)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("home", "inbox", "lead?lead=1", "pipeline", "import"):
        page.goto(f"{address}/{path}")
        page.wait_for_selector(".jc-title")
        page.wait_for_timeout(500)
    assert not [url for url in asked if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))]


def test_an_action_is_done_by_key_and_taken_back_beside_the_queue(chromium, address, office):
    page = signed_in(chromium, address)
    page.goto(f"{address}/inbox?order=newest")
    page.wait_for_selector('.live[data-state="live"]')
    page.wait_for_selector(".st-key-step_next button")
    page.wait_for_function("!document.querySelector('[data-testid=stApp][data-test-script-state=running]')")
    page.keyboard.press("j")
    page.wait_for_selector(".jc-drawer-head")
    n_rows = len(rows(page))
    page.keyboard.press("2")
    page.wait_for_selector('.jc-undo-told:has-text("left a voicemail")')
    for _ in range(300):  # the part is being drawn again; the queue is there whenever it is done
        if len(rows(page)) == n_rows:
            break
        page.wait_for_timeout(100)
    assert len(rows(page)) == n_rows  # the queue never disappears
    page.wait_for_function("!document.querySelector('[data-testid=stApp][data-test-script-state=running]')")
    page.keyboard.press("u")
    page.wait_for_selector('[data-testid="stToast"]:has-text("Taken back")')
    page.wait_for_selector(".jc-undo-told", state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_in_the_inbox_can_be_read(chromium, address, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = signed_in(chromium, address)
    page.emulate_media(color_scheme=scheme)
    for path, content in (
        ("inbox?lead=1", ".jc-drawer-head"),
        ("lead?lead=1", ".jc-time"),
        ("response", ".jc-table"),
        ("routing", ".jc-empty"),
    ):
        page.goto(f"{address}/{path}")
        page.wait_for_selector(content)
        page.wait_for_timeout(500)
        found = axe.run(page, options={"runOnly": ["color-contrast", "button-name", "link-name", "label"]})
        worst = [
            (one["id"], node["target"], node["failureSummary"]) for one in found.response["violations"] for node in one["nodes"]
        ]
        assert not worst, (path, worst[:5])


def test_what_agents_do_most_is_three_taps_at_most_on_a_phone(chromium, address, office):
    page = signed_in(chromium, address, width=390)
    page.goto(f"{address}/inbox?search=rivera")
    row = page.locator(".st-key-row-1")
    row.wait_for()
    for one in ("a:has-text('Call')", "a:has-text('E-mail')"):  # one tap
        assert row.locator(one).first.bounding_box()["height"] >= 44, one
    assert "No consent" in row.locator(".jc-tap-off").get_attribute("title")  # and no text without his consent
    for one in ("button:has-text('Log')", "button:has-text('Snooze')", "button:has-text('Open')"):  # two: the menu, then the choice
        assert row.locator(one).first.bounding_box()["height"] >= 44, one
    row.locator("button:has-text('Open')").click()
    page.wait_for_selector(".jc-drawer-head")
    for key in ("outcome_spoke", "outcome_appointment", "drawer_note", "drawer_stage", "drawer_tag", "drawer_snooze"):
        assert page.locator(f".st-key-{key} button").bounding_box()["height"] >= 44, key
    page.locator(".st-key-drawer_stage button").click()  # the third tap chooses
    page.locator("button:has-text('Offer')").first.click()
    page.wait_for_selector('.jc-undo-told:has-text("offer")')
    page.locator(".st-key-undo button").click()
    page.wait_for_selector('[data-testid="stToast"]:has-text("Taken back")')
