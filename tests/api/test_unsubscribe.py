"""The link of an e-mail: looking at it changes nothing, using it holds, a forged one is told so."""

from fastapi.testclient import TestClient

from engine import runtime
from engine.api.document import served
from engine.runtime import open_engine
from engine.sequences.unsubscribe import sign_unsubscribe
from engine.settings import Settings, secret_key
from engine.store import consents
from tests.delivery import world


def test_looking_changes_nothing_and_the_click_holds(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path, _env_file=None)
    engine = open_engine(settings)
    monkeypatch.setattr(runtime, "_running", [engine])
    [lead_id] = world.take_in(engine.ledger, [world.person(1)], engine.clock.now())
    link = f"/unsubscribe/{sign_unsubscribe(lead_id, 'ana1@example.com', key=secret_key(settings))}"

    def opted_out():
        with engine.ledger.read() as connection:
            return consents.opt_outs_of(connection, lead_id, ["ana1@example.com"])

    http = TestClient(served())
    assert http.get(link).status_code == 200
    assert opted_out() == ()
    one_click = {"List-Unsubscribe": "One-Click"}
    assert [http.post(link, data=one_click).status_code for _ in range(2)] == [200, 200]
    assert len(opted_out()) == 2  # the e-mail, and with it the phone
    assert http.post(link[:-3] + "abc").status_code == 404
    engine.close()
