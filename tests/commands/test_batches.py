"""Imports: what becomes of each row, twice the same, two at once, several people with one phone."""

import csv
import json

import pytest

from engine import views
from engine.access import SYSTEM
from engine.commands import batches, files, results, uploads
from engine.commands.batches import agree_to_batch, cancel_batch, start_batch, work_on_batch
from engine.commands.intake import take_lead
from engine.errors import BadInput, Conflict
from engine.records import Stage
from engine.settings import ROOT
from engine.store import leads, opportunities, scores

HEADER = "Name,Email,Phone,Lead Source,Deal Stage,Deal Price,Deal Close Date,Budget\n"
ANA = "Ana Abbott,ana@example.com,909-555-0101,Zillow,,,,500k-750k\n"
BEN = "Ben Brandt,ben@example.com,,Referral,Under contract,650000,2026-04-15,\n"
NOBODY = ",,,Zillow,,,,\n"
SILENT = {"say": lambda n_rows: None}


def write(folder, *rows, name="leads.csv"):
    path = folder / name
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def bring(office, path):
    return files.import_file(office, SYSTEM, path, None, **SILENT)


def everybody(office):
    with office.ledger.read() as connection:
        return leads.load_leads(connection, leads.visible_ids(connection))


def test_each_row_is_created_merged_or_rejected_and_the_parts_add_up(office, tmp_path):
    again = "Ana Abbott,ana.abbott@example.com,(909) 555-0101,,,,,\n"
    report = bring(office, write(tmp_path, ANA, BEN, again, NOBODY))
    assert (report["rows"], report["create"], report["update"], report["rejected"]) == (4, 2, 1, 1)
    [ana, _] = everybody(office)
    assert (ana.email, ana.other_emails) == ("ana@example.com", ("ana.abbott@example.com",))


def test_the_same_file_twice_changes_nothing(office, tmp_path):
    path = write(tmp_path, ANA, BEN, NOBODY)
    bring(office, path)
    before = everybody(office)
    report = bring(office, path)
    assert (report["create"], report["update"], report["unchanged"], report["rejected"]) == (0, 0, 2, 1)
    assert everybody(office) == before


def test_every_lead_is_scored_and_a_stated_deal_stands_in_the_pipeline(office, tmp_path):
    bring(office, write(tmp_path, ANA, BEN))
    with office.ledger.read() as connection:
        found = scores.current(connection, [1, 2])
        [deal] = opportunities.of_leads(connection, [1, 2])
    assert set(found) == {1, 2}
    assert (deal.lead_id, deal.stage, deal.price_cents, deal.gci_cents) == (2, Stage.UNDER_CONTRACT, 65_000_000, 3_900_000)  # 6 %
    assert (deal.price_source, deal.rate_source) == ("stated", "default")


def test_a_second_sighting_fills_blanks_and_overwrites_nothing(office, tmp_path):
    bring(office, write(tmp_path, ANA))
    richer = "Ana Other,ana@example.com,,Facebook,,,,900k\n"
    report = bring(office, write(tmp_path, richer, name="more.csv"))
    [ana] = everybody(office)
    assert report["unchanged"] + report["update"] == 1
    assert (ana.name, ana.budget_low_cents, ana.source_text) == ("Ana Abbott", 50_000_000, "Zillow")


def test_an_agents_name_in_the_file_gives_him_the_lead(office, tmp_path):
    path = tmp_path / "owned.csv"
    path.write_text("Name,Email,Assigned To\nAna Abbott,ana@example.com,jorge\n")
    bring(office, path)
    [ana] = everybody(office)
    assert ana.assigned_to == 1


def test_a_dry_run_says_what_an_import_would_do_and_does_nothing(office, tmp_path):
    report = files.dry_run(office, write(tmp_path, ANA, BEN, NOBODY), None)
    assert (report["rows"], report["create"], report["update"], report["unchanged"]) == (3, 2, 0, 0)
    assert [rejected["line"] for rejected in report["rejected"]] == [4]
    assert report["mapping"]["Email"]["field"] == "email"
    assert report["dialect"]["delimiter"] == ","
    json.dumps(report)
    assert everybody(office) == []


def held(office, path):
    with path.open("rb") as file:
        return uploads.keep_upload(office, SYSTEM, path.name, file)


def start(office, path, **how):
    upload = held(office, path)
    preview = uploads.preview_upload(office, SYSTEM, upload)
    mapping = {column: guess.field for column, guess in preview.guesses.items()}
    return start_batch(office, SYSTEM, upload=upload, mapping=mapping, **how)


def test_a_checked_import_waits_for_a_persons_word(office, tmp_path):
    batch_id = start(office, write(tmp_path, ANA, BEN))
    assert work_on_batch(office, batch_id).state == "checked"
    assert everybody(office) == []
    agree_to_batch(office, SYSTEM, batch_id)
    done = work_on_batch(office, batch_id)
    assert (done.state, done.n_created) == ("done", 2)
    assert len(everybody(office)) == 2
    with pytest.raises(Conflict):
        work_on_batch(office, batch_id)


def test_a_cancelled_import_changes_nothing_and_stays_cancelled(office, tmp_path):
    batch_id = start(office, write(tmp_path, ANA))
    cancel_batch(office, SYSTEM, batch_id)
    with pytest.raises(Conflict):
        work_on_batch(office, batch_id)
    assert everybody(office) == []


def test_two_imports_of_the_same_people_at_once_make_each_of_them_once(office, tmp_path, monkeypatch):
    """The second comes in while the first has its rows hidden: the first notices at the reveal and plans again."""
    second = write(tmp_path, ANA, name="second.csv")
    first = write(tmp_path, ANA, BEN)
    reveal, calls = batches._reveal, []

    def late(*asked):
        if not calls:
            calls.append(1)
            bring(office, second)
        return reveal(*asked)

    monkeypatch.setattr(batches, "_reveal", late)
    report = bring(office, first)
    assert (report["create"], report["unchanged"]) == (1, 1)
    assert sorted(lead.name for lead in everybody(office)) == ["Ana Abbott", "Ben Brandt"]


def test_only_scoring_leaves_the_ledger_alone_and_gives_every_row_back(office, tmp_path):
    batch_id = start(office, write(tmp_path, ANA, NOBODY, BEN), purpose="score", check_first=False)
    assert work_on_batch(office, batch_id).state == "done"
    assert everybody(office) == []
    with views.scored_file(office, SYSTEM, batch_id=batch_id).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["scored", "rejected", "scored"]
    assert rows[0]["Name"] == "Ana Abbott"
    assert 0 < float(rows[0]["probability"]) < 1
    assert rows[1]["error"]


def test_rejected_rows_come_back_as_they_were_with_the_reason(office, tmp_path):
    report = bring(office, write(tmp_path, ANA, '=HYPERLINK("x"),not an address,12,Zillow,,,,\n', NOBODY))
    lines = list(csv.reader("".join(views.rejected_rows(office, SYSTEM, batch_id=report["batch"])).splitlines()))
    assert lines[0][-2:] == ["line", "error_reason"]
    assert all(line[-1] for line in lines[1:])
    assert not any(cell.startswith("=") for line in lines for cell in line)


def test_an_empty_file_and_a_mapping_to_nothing_are_refused(office, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(BadInput, match="empty"):
        held(office, empty)
    with pytest.raises(BadInput, match="no field"):
        files.checked_mapping({"Name": "shoe_size"})


def test_a_lead_from_a_form_meets_the_one_from_a_file(office, tmp_path):
    bring(office, write(tmp_path, ANA))
    lead_id = take_lead(office, SYSTEM, {"name": "Ana A.", "phone": "+1 909 555 0101", "message": "Can we see it today?"})
    [ana] = everybody(office)
    assert lead_id == ana.lead_id
    assert [event.body for event in ana.interactions] == ["Can we see it today?"]


def test_the_sample_file_is_labelled_synthetic_and_comes_in_whole(office):
    report = bring(office, ROOT / "data" / "sample" / "leads.csv")
    assert report["rows"] == report["create"] + report["update"] + report["unchanged"] + report["rejected"]
    assert all("synthetic" in json.dumps(lead.extra) or "synthetic" in lead.tags for lead in everybody(office))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("+15125551234", "+15125551234"),
        ("-12.50", "-12.50"),
        ("plain", "plain"),
        ("＝1", "'＝1"),
        ("-x", "'-x"),
    ],
)
def test_no_cell_leaves_as_a_formula_and_numbers_stay_usable(text, shown):
    assert results.intake.safe_cell(text) == shown
