import pytest

from engine import commands, views
from engine.access import SYSTEM
from engine.commands import batches

from .conftest import seen

FILE = b"Full Name,Cell,E-mail,Wo\nDora Lane,(909) 555-0131,dora@example.com,Upland\n,(909) 123,ed at example,x\n"


@pytest.fixture(autouse=True)
def no_second_process(monkeypatch):
    """The tests do the background work themselves, when they want it done."""
    monkeypatch.setattr(batches, "_start_worker", lambda engine: None)


def upload(browser, name="team.csv", content=FILE):
    browser.file_uploader[0].upload(name, content).run()
    return browser


def test_a_file_is_on_disk_and_out_of_the_widget_at_once(office, visit):
    browser = upload(visit(office, "imports"))
    assert len(list((office.settings.home / "files").iterdir())) == 1
    assert not browser.file_uploader
    assert "Dora Lane" in seen(browser)


def test_unsure_columns_stand_open_with_the_reason(office, visit):
    browser = upload(visit(office, "imports"))
    labels = [box.label for box in browser.selectbox]
    assert labels == ["Field for Wo"]
    assert "worth a second look" in seen(browser)


def test_what_cannot_be_read_is_refused_in_words(office, visit):
    browser = upload(visit(office, "imports"), "x.csv", b"\x00\x01\x02\x03" * 500)
    assert browser.error
    assert "Traceback" not in seen(browser)
    browser.button(key="other_file").click().run()
    assert browser.file_uploader


def test_from_file_to_inbox(office, visit):
    browser = upload(visit(office, "imports"))
    browser.selectbox[0].select("city").run()
    browser.button(key="check").click().run()
    number = int(browser.query_params["batch"])
    assert "Waiting to start" in seen(browser)

    commands.work_on_batch(office, number)
    browser.run()
    page = seen(browser)
    assert views.batch_card(office, SYSTEM, batch_id=number).batch.mapping["Wo"] == "city"
    assert "Take 1 row into the ledger" in page
    assert "isn&#x27;t" in page or "isn't" in page  # the reason of the rejected row
    assert f"/download/batches/{number}/rejected.csv" in page

    browser.button(key="agree").click().run()
    commands.work_on_batch(office, number)
    office.show_changes()
    browser.run()
    assert "Taken in." in seen(browser)
    assert f"/download/batches/{number}/scored.csv" in seen(browser)
    assert "Dora Lane" in seen(visit(office, "inbox", search="dora"))


def test_only_scoring_leaves_the_ledger_as_it_was(office, visit):
    browser = upload(visit(office, "imports"))
    browser.button(key="check").click().run()
    commands.work_on_batch(office, int(browser.query_params["batch"]))
    browser.run().button(key="only_score").click().run()
    number = int(browser.query_params["batch"])
    commands.work_on_batch(office, number)
    office.show_changes()
    browser.run()
    assert "Nothing of this file was taken into the ledger" in seen(browser)
    assert views.inbox(office, SYSTEM, search="dora").n_total == 0


def test_a_checked_import_can_be_dropped(office, visit):
    browser = upload(visit(office, "imports"))
    browser.button(key="check").click().run()
    number = int(browser.query_params["batch"])
    commands.work_on_batch(office, number)
    browser.run().button(key="cancel").click().run()
    assert views.batch_card(office, SYSTEM, batch_id=number).batch.state == "cancelled"


def test_two_columns_for_one_field_must_be_settled_first(office, visit):
    browser = upload(visit(office, "imports"))
    browser.selectbox[0].select("email").run()
    assert browser.warning
    assert browser.button(key="check").disabled


@pytest.mark.parametrize("number", ["999", "0"])
def test_an_import_that_is_not_there_is_said_in_words(office, visit, number):
    browser = visit(office, "imports", batch=number)
    assert f"There is no import {number}" in browser.error[0].value


AMBIGUOUS = b"Full Name,Cell,Date Added\nDora Lane,(909) 555-0131,03/04/2025\nEmil Park,(909) 555-0132,05/06/2025\n"


def test_dates_that_nothing_decides_are_asked_for(office, visit):
    browser = upload(visit(office, "imports"), "dates.csv", AMBIGUOUS)
    assert browser.button(key="check").disabled
    browser.radio[0].set_value("dmy").run()
    browser.button(key="check").click().run()
    number = int(browser.query_params["batch"])
    commands.work_on_batch(office, number)
    commands.agree_to_batch(office, SYSTEM, number)
    commands.work_on_batch(office, number)
    office.show_changes()
    [row] = views.inbox(office, SYSTEM, search="dora").rows
    assert views.lead_record(office, SYSTEM, lead_id=row.lead_id).lead.created_at.month == 4


def test_an_import_is_taken_back_on_its_page_after_a_look_at_what_that_does(office, visit):
    browser = upload(visit(office, "imports"))
    browser.button(key="check").click().run()
    number = int(browser.query_params["batch"])
    commands.work_on_batch(office, number)
    commands.agree_to_batch(office, SYSTEM, number)
    commands.work_on_batch(office, number)
    office.show_changes()
    browser.run().button(key="undo").click().run()
    assert "Remove 1 lead, restore 0" in seen(browser)
    browser.button(key="undo_now").click().run()
    assert "Taking the import back" in seen(browser)
    commands.work_on_batch(office, number)
    office.show_changes()
    assert "Taken back." in seen(browser.run())
    assert views.inbox(office, SYSTEM, search="dora").n_total == 0
