"""A server that has just started, and a stranger whose very first request is a page's deep link: nothing is shown."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.stories.conftest import sign_in

PAGES = ("/", "/inbox", "/lead?lead=1", "/pipeline", "/import")
SECRET = "Marisol Canary"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def stocked(office, tmp_path):
    """An office with one lead whose name must not leak."""
    source = tmp_path / "one.csv"
    source.write_text(f"Name,Email,Source\n{SECRET},marisol.canary@example.com,Referral\n")
    office.engine("import", str(source))
    return office


@pytest.mark.parametrize("path", ["/", "/inbox", "/lead?lead=1"])  # each needs a server of its own
def test_the_first_visitor_of_a_cold_server_sees_the_sign_in_and_nothing_else(stocked, page, path):
    stocked.start_web()
    page.goto(f"{stocked.url}{path}")
    page.wait_for_selector("input[name=password]")
    page.wait_for_timeout(500)
    assert "/auth/sign-in" in page.url
    assert SECRET not in page.content()
    assert page.locator('[data-testid="stApp"]').count() == 0


def test_streamlits_own_doors_are_shut_on_a_cold_server(stocked):
    stocked.start_web()
    with pytest.raises(InvalidStatus) as refusal:
        connect(stocked.url.replace("http", "ws") + "/_stcore/stream", origin=stocked.url)
    assert refusal.value.response.status_code in {401, 403}
    with httpx.Client(base_url=stocked.url) as stranger:
        assert stranger.put("/_stcore/upload_file/a/b", files={"file": ("x.csv", b"a,b")}).status_code in {401, 403}
        assert stranger.get("/media/anything.csv").status_code in {401, 403}
        assert stranger.get("/download/batches/1/rejected.csv").status_code in {401, 403, 303}
        for path in PAGES:
            answer = stranger.get(path, headers={"Accept": "text/html"})
            assert answer.status_code == 303
            assert SECRET not in answer.text


def test_after_signing_in_the_deep_link_leads_where_it_pointed(stocked, page):
    stocked.start_web()
    sign_in(page, stocked, "/lead?lead=1")
    page.get_by_role("heading", name=SECRET).wait_for()
