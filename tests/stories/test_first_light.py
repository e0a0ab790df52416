"""A broker who has never seen it signs in, uploads his CRM's export, sees every row checked, his hot leads and his pipeline's worth."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import ROOT, Office, opened, sign_in

SAMPLE = ROOT / "data" / "sample" / "leads.csv"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def office(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office and one web process for these stories, empty when the first begins."""
    with opened(installed, tmp_path_factory.mktemp("first-light")) as made:
        made.start_web()
        yield made


def upload(page, office, path):
    page.goto(f"{office.url}/import")
    page.locator('input[type="file"]').set_input_files(path)
    page.get_by_role("button", name="Check every row").click()


def test_from_an_empty_office_to_hot_leads_and_a_pipeline(office, page):
    sign_in(page, office)
    page.get_by_role("link", name=re.compile("Upload")).or_(page.get_by_role("button", name=re.compile("Upload"))).first.wait_for()

    upload(page, office, SAMPLE)
    take = page.get_by_role("button", name=re.compile(r"Take \d+ rows? into the ledger"))
    take.wait_for(timeout=90_000)
    page.get_by_text("Rejected rows").first.wait_for()
    take.click()
    page.get_by_text("Taken in.").wait_for(timeout=90_000)

    with page.expect_download() as rejected:
        page.get_by_role("link", name="Rejected rows").first.click()
    lines = rejected.value.path().read_text().splitlines()
    assert lines[0].endswith("line,error_reason")
    assert len(lines) > 1
    with page.expect_download() as scored:
        page.get_by_role("link", name="Scored file").click()
    assert len(scored.value.path().read_text().splitlines()) >= len(SAMPLE.read_text().splitlines())

    page.goto(f"{office.url}/inbox?band=hot")
    page.get_by_role("button", name="Claim").first.wait_for()
    assert page.locator('a[href^="tel:"]').count() > 0
    assert page.locator('a[href^="mailto:"]').count() > 0
    page.goto(f"{office.url}/lead?lead=3")
    page.get_by_text("Speaks for closing").wait_for()
    page.goto(f"{office.url}/pipeline")
    page.wait_for_selector('.jc-title:has-text("Pipeline")')
    page.goto(f"{office.url}/")
    page.get_by_text("Act on these first").wait_for()


def test_a_file_in_disguise_is_refused_with_one_sentence(office, page, tmp_path):
    sign_in(page, office)
    disguised = tmp_path / "leads.csv"
    disguised.write_bytes(b"\x1f\x8b\x08\x00" + bytes(500))
    page.goto(f"{office.url}/import")
    page.locator('input[type="file"]').set_input_files(disguised)
    page.get_by_role("alert").first.wait_for()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    page.get_by_role("button", name="Choose another file").click()
    page.locator('input[type="file"]').wait_for(state="attached")


def test_a_change_from_another_process_appears_without_a_reload(office, page, tmp_path):
    office.engine("import", str(SAMPLE))
    sign_in(page, office, "/")
    page.get_by_text("Act on these first").wait_for()
    page.evaluate("window.untouched = true")
    newcomer = tmp_path / "newcomer.csv"
    newcomer.write_text(
        "Name,Email,Source,Message\nNorma Newcomer,norma@example.com,Referral,We are pre-approved and want to see it today!\n"
    )
    office.engine("import", str(newcomer))
    seen_at = time.monotonic()
    page.get_by_text("newcomer.csv").first.wait_for(timeout=60_000)
    print(f"seen {time.monotonic() - seen_at:.2f} s after the import's process had ended")
    assert page.evaluate("window.untouched") is True


def test_what_was_signed_out_stays_out(office, page, chromium):
    sign_in(page, office)
    cookies = page.context.cookies()
    page.get_by_text("Sign out").click()
    page.wait_for_selector("input[name=password]")
    thief = chromium.new_context()
    thief.add_cookies(cookies)
    tab = thief.new_page()
    tab.goto(f"{office.url}/inbox")
    tab.wait_for_selector("input[name=password]", timeout=60_000)
    thief.close()
