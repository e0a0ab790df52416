"""Health and downloads over HTTP."""

import pytest

from tests.api.conftest import Server


def test_live_and_ready_need_no_sign_in_and_say_nothing_of_the_office(server: Server):
    with server.browser() as stranger:
        assert stranger.get("/api/health/live").json() == {"status": "live"}
        ready = stranger.get("/api/health/ready")
    assert set(ready.json()) == {"status", "missing"}
    assert (ready.status_code == 200) == (ready.json()["missing"] == {})


@pytest.mark.parametrize("kind", ["rejected", "scored"])
def test_a_file_of_an_import_that_is_not_there_is_a_404_in_json(server: Server, kind: str):
    with server.signed_in() as owner:
        answer = owner.get(f"/download/batches/999/{kind}.csv")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_number_that_is_none_is_told_by_its_field(server: Server):
    with server.signed_in() as owner:
        answer = owner.get("/download/batches/first/rejected.csv")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "batch_id"
