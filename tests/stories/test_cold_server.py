"""A server that has just started, and a stranger whose very first request is a page's deep link: nothing is shown."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.stories.conftest import Office, opened, sign_in

PAGES = ("/", "/inbox", "/lead?lead=1", "/pipeline", "/import")
SECRET = "Marisol Canary"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def with_a_lead(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an office with one lead whose name must not leak."""
    folder = tmp_path_factory.mktemp("stocked")
    office = Office(Path(shutil.copytree(installed, folder / "home")))
    source = folder / "one.csv"
    source.write_text(f"Name,Email,Source\n{SECRET},marisol.canary@example.com,Referral\n")
    office.engine("import", str(source))
    return office.home


@pytest.fixture
def stocked(with_a_lead: Path, tmp_path: Path) -> Iterator[Office]:
    """That office, with a server that nobody has asked anything."""
    with opened(with_a_lead, tmp_path) as office:
        office.start_web()
        yield office


# Each address needs a server of its own.
@pytest.mark.parametrize(
    "path", [pytest.param("/", marks=pytest.mark.long), pytest.param("/inbox", marks=pytest.mark.long), "/lead?lead=1"]
)
def test_the_first_visitor_of_a_cold_server_sees_the_sign_in_alone_and_once_signed_in_what_he_came_for(stocked, page, path):
    page.goto(f"{stocked.url}{path}")
    page.wait_for_selector("input[name=password]")
    page.wait_for_timeout(500)
    assert "/auth/sign-in" in page.url
    assert SECRET not in page.content()
    assert page.locator('[data-testid="stApp"]').count() == 0
    sign_in(page, stocked, path)
    page.get_by_text(SECRET).locator("visible=true").first.wait_for()


def test_streamlits_own_doors_are_shut_on_a_cold_server(stocked):
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
