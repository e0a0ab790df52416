"""Files are read as a person would read them, or refused with a sentence."""

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UnreadableFile
from engine.intake import Limits, Row, open_table
from tests.intake.facts import DATASETS, write

needs_datasets = pytest.mark.skipif(not DATASETS.exists(), reason="the reference data isn't on this machine")
LEADS = "First Name,Last Name,Phone,Email\nAna,Rivera,909-555-0101,ana@example.com\nBen,Dunn,909-555-0102,ben@example.com\n"
CELLS = [("Ana", "Rivera", "909-555-0101", "ana@example.com"), ("Ben", "Dunn", "909-555-0102", "ben@example.com")]


def cells_of(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in open_table(path).rows()]


@pytest.mark.realdata
@needs_datasets
@pytest.mark.parametrize("path", sorted((DATASETS / "csv/pollock/csv").glob("*.csv")), ids=lambda path: path.stem)
def test_a_polluted_file_reads_as_its_clean_twin(path: Path):
    wanted = json.loads((DATASETS / f"csv/pollock/parameters/{path.name}_parameters.json").read_text())
    with (DATASETS / "csv/pollock/clean" / path.name).open(newline="") as file:
        clean = [tuple(row) for row in csv.reader(file)]
    table = open_table(path)
    assert table.n_columns == wanted["n_columns"]
    if wanted["header_lines"]:
        assert list(table.columns) == wanted["column_names"]
        assert table.header_row == wanted["preamble_lines"] + 1
    else:
        assert table.header_row is None
        assert table.columns[0] == "column_1"
    assert cells_of(path) == clean[1 if wanted["header_lines"] else 0 :]


SPECTRUM = {
    "comma_in_quotes": [("John", "Doe", "120 any st.", "Anytown, WW", "08123")],
    "empty": [("1", "", ""), ("2", "3", "4")],
    "empty_crlf": [("1", "", ""), ("2", "3", "4")],
    "escaped_quotes": [("1", 'ha "ha" ha'), ("3", "4")],
    "json": [("1", '{"type": "Point", "coordinates": [102.0, 0.5]}')],
    "newlines": [("1", "2", "3"), ("Once upon \na time", "5", "6"), ("7", "8", "9")],
    "newlines_crlf": [("1", "2", "3"), ("Once upon \r\na time", "5", "6"), ("7", "8", "9")],
    "quotes_and_newlines": [("1", 'ha \n"ha" \nha'), ("3", "4")],
    "simple": [("1", "2", "3")],
    "simple_crlf": [("1", "2", "3")],
    "utf8": [("1", "2", "3"), ("4", "5", "ʤ")],
}


@pytest.mark.realdata
@needs_datasets
@pytest.mark.parametrize("name", sorted(SPECTRUM))
def test_a_file_of_the_csv_spectrum_reads_as_its_truth(name: str):
    assert cells_of(DATASETS / f"csv/csv-spectrum/{name}.csv") == SPECTRUM[name]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "mac_roman"]
)
def test_any_common_encoding_is_found(tmp_path: Path, encoding: str):
    names = ["José", "Nuñez", "Zoë", "François", "Müller", "Peña"]
    text = "First Name,City,Phone\n" + "".join(f"{name},Montréal,909-555-01{n:02}\n" for n, name in enumerate(names))
    table = open_table(write(tmp_path, text.encode(encoding)))
    assert [row.cells[0] for row in table.rows()] == names
    assert table.columns == ("First Name", "City", "Phone")


def test_stray_windows_bytes_in_a_utf8_file_are_read_and_no_row_is_lost(tmp_path: Path):
    raw = "Name,City\nJosé,Cañon\nZoë,Montréal\n".encode() + "Renée,Köln\n".encode("cp1252") + "Ana,Peñasco\n".encode()
    assert cells_of(write(tmp_path, raw)) == [("José", "Cañon"), ("Zoë", "Montréal"), ("Renée", "Köln"), ("Ana", "Peñasco")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_delimiter_and_line_end_is_found(tmp_path: Path, delimiter: str, newline: str):
    path = write(tmp_path, LEADS.replace(",", delimiter).replace("\n", newline))
    table = open_table(path)
    assert (table.dialect.delimiter, table.dialect.newline) == (delimiter, newline)
    assert cells_of(path) == CELLS


def test_the_line_of_a_record_is_where_it_starts(tmp_path: Path):
    path = write(tmp_path, 'Name,Message\nAna,"one\ntwo\nthree"\n\nBen,"four"\n')
    assert list(open_table(path).rows()) == [Row(2, ("Ana", "one\ntwo\nthree")), Row(6, ("Ben", "four"))]


def test_a_preamble_is_skipped_and_the_header_found(tmp_path: Path):
    table = open_table(write(tmp_path, "Export of all people\nmade on 2026-11-20\n\n" + LEADS))
    assert (table.header_row, table.columns[0]) == (4, "First Name")
    assert [row.line for row in table.rows()] == [5, 6]


def test_a_file_without_header_keeps_its_first_row(tmp_path: Path):
    path = write(tmp_path, LEADS.split("\n", 1)[1])
    table = open_table(path)
    assert (table.header_row, table.columns) == (None, ("column_1", "column_2", "column_3", "column_4"))
    assert cells_of(path) == CELLS


def test_empty_and_repeated_columns_get_names_of_their_own(tmp_path: Path):
    table = open_table(write(tmp_path, "Phone,,Phone,\n909-555-0101,x,909-555-0102,y\n909-555-0103,x,909-555-0104,y\n"))
    assert table.columns == ("Phone", "column_2", "Phone_2", "column_4")


def test_short_rows_are_filled_and_long_rows_keep_their_cells(tmp_path: Path):
    path = write(tmp_path, "Name,Phone,City\nAna,909-555-0101\nBen,909-555-0102,Upland,more,\nCleo,909-555-0103,Ontario\n")
    assert cells_of(path) == [
        ("Ana", "909-555-0101", ""),
        ("Ben", "909-555-0102", "Upland", "more"),
        ("Cleo", "909-555-0103", "Ontario"),
    ]


def test_rows_of_empty_cells_count_unless_only_such_rows_follow(tmp_path: Path):
    path = write(tmp_path, "Name,Phone\nAna,909-555-0101\n,\nBen,909-555-0102\n,\n,\n")
    assert cells_of(path) == [("Ana", "909-555-0101"), ("", ""), ("Ben", "909-555-0102")]


def test_a_quote_that_nobody_closes_costs_its_own_row_only(tmp_path: Path):
    rows = "".join(f"Name{n},909-555-01{n:02},City\n" for n in range(50))
    path = write(tmp_path, "Name,Phone,City\n" + '"Ana,909-555-0199,Upland\n' + rows + 'Zoe,"909-555-0198","Ontario, CA"\n')
    table = cells_of(path)
    assert len(table) == 52
    assert table[0] == ('"Ana', "909-555-0199", "Upland")
    assert table[-1] == ("Zoe", "909-555-0198", "Ontario, CA")


def test_an_inch_sign_in_a_cell_is_no_quote(tmp_path: Path):
    path = write(tmp_path, 'Name,Note,City\nAna,a 5" pipe,Upland\nBen,"he said ""hi""",Ontario\n')
    assert cells_of(path) == [("Ana", 'a 5" pipe', "Upland"), ("Ben", 'he said "hi"', "Ontario")]


def test_backslashes_before_quotes_are_understood(tmp_path: Path):
    path = write(tmp_path, 'Name,Note\n"Ana","she said \\"hi, there\\" twice"\n"Ben","plain"\n')
    assert cells_of(path) == [("Ana", 'she said "hi, there" twice'), ("Ben", "plain")]


def test_excels_separator_line_is_no_row(tmp_path: Path):
    table = open_table(write(tmp_path, "sep=;\n" + LEADS.replace(",", ";")))
    assert (table.header_row, table.dialect.delimiter, len(list(table.rows()))) == (2, ";", 2)


def test_a_header_of_two_rows_is_joined(tmp_path: Path):
    text = "Contact,Contact,Contact\nFirst Name,Phone,Email\nAna,909-555-0101,ana@example.com\nBen,909-555-0102,ben@example.com\n"
    table = open_table(write(tmp_path, text))
    assert [row.cells[0] for row in table.rows()] == ["Ana", "Ben"]


def test_a_workbook_reads_like_its_csv(tmp_path: Path):
    book = xlsxwriter.Workbook(str(tmp_path / "leads.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["First Name", "Phone", "Created", "Budget"])
    sheet.write_row(1, 0, ["Ana", 9095550101])
    sheet.write_datetime(1, 2, datetime(2026, 3, 4, 5, 6), book.add_format({"num_format": "mm/dd/yyyy hh:mm"}))  # noqa: DTZ001
    sheet.write(1, 3, 500000)
    sheet.write_row(2, 0, ["Ben\nJunior", "909-555-0102"])
    book.close()
    table = open_table(tmp_path / "leads.xlsx")
    assert table.dialect.kind == "xlsx"
    assert list(table.rows()) == [
        Row(2, ("Ana", "9095550101", "2026-03-04 05:06:00", "500000")),
        Row(3, ("Ben\nJunior", "909-555-0102", "", "")),
    ]


def _zip_of(name: str, content: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return raw.getvalue()


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "only blanks": (b"\n \n\n", "no text"),
    "gzip": (gzip.compress(LEADS.encode() * 100), "gzip"),
    "zip": (_zip_of("leads.csv", LEADS.encode()), "zip"),
    "bzip2": (bz2.compress(LEADS.encode()), "bzip2"),
    "empty bzip2": (bz2.compress(b""), "bzip2"),
    "xz": (lzma.compress(LEADS.encode()), "xz"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(range(50)), "zstd"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "PDF"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "picture"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(20), "picture"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xlsx"),
    "parquet": (b"PAR1" + bytes(20), "Parquet"),
    "database": (b"SQLite format 3\x00" + bytes(100), "database"),
    "web page": (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "NUL bytes": (LEADS.encode() + b"Cleo,\x00,909-555-0103,\n", "NUL"),
    "NUL bytes late": (LEADS.encode() * 40_000 + b"\x00", "NUL"),
    "noise": (random.Random(1).randbytes(3000).replace(b"\x00", b"\x01").replace(b"\x1f\x8b", b""), "binary"),
    "giant cell": (b"Name,Note\nAna," + b"x" * 100_001 + b"\n", "100,000 characters"),
    "giant quoted cell": (b'Name,Note\nAna,"' + b"x\n" * 60_000 + b'"\nBen,y\n', "too large|100,000 characters"),
    "giant line": (b"Name,Note\nAna," + b"x" * 9_000_000, "too large"),
    "too many columns": (",".join(f"c{n}" for n in range(10_000)).encode() + b"\n" + b",".join([b"1"] * 10_000), "10,000 columns"),
    "broken workbook": (_zip_of("xl/workbook.xml", b"<oops"), "damaged"),
}


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_what_is_no_table_is_refused_with_a_sentence_whatever_its_name(tmp_path: Path, kind: str):
    content, word = REFUSED[kind]
    with pytest.raises(UnreadableFile, match=word):
        list(open_table(write(tmp_path, content)).rows())


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path):
    path = write(tmp_path, _zip_of("xl/workbook.xml", b"0" * 2_000_000), "bomb.xlsx")
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        open_table(path, limits=Limits(max_unpacked_bytes=1_000_000))


def test_a_small_workbook_that_asks_for_a_huge_table_is_refused(tmp_path: Path):
    book = xlsxwriter.Workbook(str(tmp_path / "far.xlsx"))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Name")
    sheet.write(1_048_575, 1_999, "x")
    book.close()
    with pytest.raises(UnreadableFile, match="1,048,576 rows and 2,000 columns"):
        open_table(tmp_path / "far.xlsx")


def test_a_small_workbook_that_repeats_a_long_text_is_refused(tmp_path: Path):
    book = xlsxwriter.Workbook(str(tmp_path / "long.xlsx"))
    sheet = book.add_worksheet()
    for row in range(200):
        sheet.write(row, 0, "x" * 30_000)
    book.close()
    with pytest.raises(UnreadableFile, match="repeats long texts"):
        open_table(tmp_path / "long.xlsx", limits=Limits(max_repeated_chars=5_000_000))


def test_more_bytes_or_rows_than_allowed_are_refused(tmp_path: Path):
    path = write(tmp_path, LEADS)
    with pytest.raises(UnreadableFile, match="bytes"):
        open_table(path, limits=Limits(max_bytes=50))
    with pytest.raises(UnreadableFile, match="more than 1 rows"):
        list(open_table(path, limits=Limits(max_rows=1)).rows())


@settings(max_examples=300, deadline=None)
@given(raw=st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "ignore"))))
def test_any_bytes_are_a_table_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, raw: bytes):
    path = write(tmp_path_factory.mktemp("any"), raw)
    try:
        table = open_table(path)
        rows = list(table.rows())
    except UnreadableFile:
        return
    assert all(len(row.cells) >= table.n_columns for row in rows)
    assert [row.line for row in rows] == sorted(row.line for row in rows)
    assert len(set(table.columns)) == len(table.columns)


_CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.one_of(_CELL, st.sampled_from(['a "quoted" word', "two\nlines", "a, b; c|d", "it's"])), min_size=4, max_size=4),
        max_size=20,
    ),
    dialect=st.sampled_from([(",", "\n"), (";", "\r\n"), ("\t", "\n"), ("|", "\r\n")]),
)
def test_what_a_csv_writer_wrote_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], dialect: tuple[str, str]
):
    kept = [["Ana", "909-555-0101", "ana@example.com", "hi"], *rows, ["Ben", "909-555-0102", "ben@example.com", "bye"]]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=dialect[0], lineterminator=dialect[1], quoting=csv.QUOTE_ALL)
    writer.writerows([["First Name", "Phone", "Email", "Notes"], *kept])
    path = write(tmp_path_factory.mktemp("written"), out.getvalue())
    assert cells_of(path) == [tuple(row) for row in kept]
