"""Files of many stretches: the same outcome as in one piece, shown little by little, and once begun only forward."""

import csv
from dataclasses import replace
from functools import partial

import pytest

from engine import views
from engine.access import SYSTEM
from engine.commands import batches, files, reading_ahead, taking_in
from engine.commands.scoring import score_leads
from engine.commands.stored_scores import score_to_store
from engine.errors import Conflict
from engine.store import batches as batch_store
from engine.store import leads, scores
from tests.commands.conftest import later
from tests.commands.test_batches import SILENT, everybody, write

PEOPLE = [f"Ana{n} Abbott,ana{n}@example.com,909-555-{n:04d},Zillow,,,,500k-750k\n" for n in range(101, 108)]
RICHER = "Ana101 Abbott,second@example.com,909-555-0101,,Under contract,650000,2026-12-15,\n"  # two stretches further down
BY_SECOND = "Somebody,second@example.com,,Referral,,,,\n"  # known by what that row added
ROWS = [*PEOPLE, RICHER, ",,,Zillow,,,,\n", BY_SECOND, PEOPLE[3]]


@pytest.fixture
def short_stretches(monkeypatch):
    monkeypatch.setattr(reading_ahead, "_STRETCH", 2)


def shown(office):
    found = everybody(office)
    with office.ledger.read() as connection:
        told = scores.current(connection, [lead.lead_id for lead in found])
    return [
        (
            lead.name,
            lead.phone,
            lead.email,
            lead.other_emails,
            lead.interactions,
            told[lead.lead_id].probability,
            told[lead.lead_id].reasons_for,
        )
        for lead in found
    ]


def result_rows(office, batch_id):
    with views.scored_file(office, SYSTEM, batch_id=batch_id).open(newline="") as file:
        return list(csv.DictReader(file))


def test_somebody_who_comes_up_again_far_below_is_one_lead_with_the_score_of_all_his_rows(office, tmp_path, short_stretches):
    report = files.import_file(office, SYSTEM, write(tmp_path, *ROWS), None, **SILENT)
    assert (report["rows"], report["create"], report["update"], report["unchanged"], report["rejected"]) == (11, 7, 1, 2, 1)
    first = everybody(office)[0]
    assert (first.email, first.other_emails) == ("ana101@example.com", ("second@example.com",))
    with office.ledger.read() as connection:
        kept = scores.current(connection, [first.lead_id])[first.lead_id]
    [anew] = score_leads(office, [replace(first, created_at=None)], kept.scored_at)
    assert (kept.probability, kept.reasons_for) == (anew.probability, anew.reasons_for)
    rows = result_rows(office, report["batch"])
    assert [row["status"] for row in rows] == ["created"] * 7 + ["updated", "rejected", "unchanged", "unchanged"]
    assert {rows[0]["probability"], rows[7]["probability"], rows[9]["probability"]} == {f"{kept.probability:.6f}"}


def test_a_check_counts_what_the_import_then_does(office, tmp_path, short_stretches):
    path = write(tmp_path, *ROWS)
    told = files.dry_run(office, path, None)
    done = files.import_file(office, SYSTEM, path, None, **SILENT)
    assert {name: told[name] for name in ("rows", "create", "update", "unchanged")} == {
        name: done[name] for name in ("rows", "create", "update", "unchanged")
    }
    assert (len(told["rejected"]), told["effect"]["n_addressed"], told["effect"]["n_deals"]) == (1, 7, 1)


def test_columns_of_scores_say_what_records_say(office, tmp_path):
    files.import_file(office, SYSTEM, write(tmp_path, *PEOPLE), None, **SILENT)
    found = everybody(office)
    at = office.clock.now()
    told, records = score_to_store(office, found, at), score_leads(office, found, at)
    with office.ledger.write(at=at) as txn:
        scores.save_scores(txn, records)
    assert told.columns["probability"] == [score.probability for score in records]
    assert told.columns["expected_cents"] == [score.commission.expected_cents for score in records]
    with office.ledger.read() as connection:
        stored = connection.exec_driver_sql(
            "SELECT reasons_for, reasons_against, inputs FROM scores WHERE is_current ORDER BY lead_id"
        )
        rows = stored.all()
    assert [row[0] for row in rows] == told.columns["reasons_for"]
    assert [row[1] for row in rows] == told.columns["reasons_against"]
    assert [row[2] for row in rows] == told.columns["inputs"]


class Killed(BaseException):
    pass


def test_an_import_killed_while_it_is_shown_goes_on_and_shows_the_rest_once(office, tmp_path, monkeypatch):
    monkeypatch.setattr(batch_store, "reveal", partial(batch_store.reveal, limit=2))
    monkeypatch.setattr(batch_store, "N_SHOWN", 2)
    more, calls = partial(batch_store.reveal_more, limit=2), []

    def killed(*asked):
        calls.append(asked)
        if len(calls) == 2:
            raise Killed
        return more(*asked)

    monkeypatch.setattr(taking_in.batches, "reveal_more", killed)
    with pytest.raises(Killed):
        files.import_file(office, SYSTEM, write(tmp_path, *PEOPLE), None, **SILENT)
    assert len(everybody(office)) == 4
    with pytest.raises(Conflict):  # the lease of the killed worker runs on
        batches.work_on_batch(office, 1)
    later(office, minutes=1)
    done = batches.work_on_batch(office, 1)
    assert (done.state, done.n_created) == ("done", 7)
    assert len({lead.phone for lead in everybody(office)}) == len(everybody(office)) == 7
    with office.ledger.read() as connection:
        assert len(leads.find_by_keys(connection, [key for lead in everybody(office) for key in lead.keys])) == 14
