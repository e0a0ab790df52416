"""Workbooks of several sheets: the first table by itself, another when asked for."""

import pytest
from xlsxwriter import Workbook

from engine.access import SYSTEM
from engine.commands import files, uploads
from engine.errors import UnreadableFile
from tests.commands.test_batches import SILENT, everybody


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.xlsx"
    with Workbook(path) as made:
        made.add_worksheet("Cover").write_row(0, 0, ["Leads of the office"])
        for name in ("Buyers", "Sellers"):
            sheet = made.add_worksheet(name)
            sheet.write_row(0, 0, ["Name", "Email"])
            sheet.write_row(1, 0, [f"Ana {name}", f"{name.lower()}@example.com"])
        made.add_worksheet("Empty")
    return path


def test_by_default_the_first_sheet_that_looks_like_a_table_is_read(office, book):
    files.import_file(office, SYSTEM, book, None, **SILENT)
    assert [lead.email for lead in everybody(office)] == ["buyers@example.com"]


def test_another_sheet_is_read_when_asked_for(office, book):
    assert files.dry_run(office, book, None, sheet="Sellers")["create"] == 1
    files.import_file(office, SYSTEM, book, None, sheet="Sellers", **SILENT)
    assert [lead.email for lead in everybody(office)] == ["sellers@example.com"]


def test_the_sheets_with_rows_are_offered_and_no_others(office, book, tmp_path):
    with book.open("rb") as file:
        upload = uploads.keep_upload(office, SYSTEM, "book.xlsx", file)
    assert uploads.sheet_names(office, SYSTEM, upload) == ("Cover", "Buyers", "Sellers")
    with pytest.raises(UnreadableFile, match="Nobody"):
        uploads.choose_sheet(office, SYSTEM, upload, "Nobody")
    plain = tmp_path / "plain.csv"
    plain.write_text("Name\nAna\n")
    with plain.open("rb") as file:
        assert uploads.sheet_names(office, SYSTEM, uploads.keep_upload(office, SYSTEM, "plain.csv", file)) == ()
