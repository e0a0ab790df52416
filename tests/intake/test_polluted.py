"""Polluted files are read as a person reads them; whatever is done to a file, it is a table or a refusal, and no row is lost."""

import csv
import os
import random
from pathlib import Path

import pytest

from engine.errors import UnreadableFile
from engine.intake import guess_mapping, mapping_of, open_table, read_leads
from tests.intake import polluted
from tests.intake.facts import AT, DATASETS, MARKET, write
from tests.intake.polluted import Clean, Polluted

SOURCE = DATASETS / "csv/pollock/csv/file_preamble.csv"
N_MUTATED = int(os.environ.get("JORGE_TEST_MUTATIONS", "300"))


def difference(one: Polluted, folder: Path) -> str:
    """What is read otherwise than a person would; empty when nothing is."""
    table = open_table(write(folder, one.content))
    if table.header_row != one.header_line:
        return f"header on line {table.header_row}"
    if (table.columns if table.header_row else None) != one.columns:
        return f"columns {table.columns}"
    rows = tuple(row.cells for row in table.rows())
    return (
        "" if rows == one.rows else f"rows {[found for found in rows if found not in one.rows][:2]}, {len(rows)} of {len(one.rows)}"
    )


@pytest.mark.parametrize("one", list(polluted.whole_files(polluted.leads())), ids=lambda one: one.name)
def test_a_file_that_is_polluted_as_a_whole_reads_as_the_clean_one(one: Polluted, tmp_path: Path):
    assert difference(one, tmp_path) == ""


def test_of_files_with_one_broken_row_nearly_all_read_as_the_clean_one(tmp_path: Path):
    files = list(polluted.broken_rows(polluted.leads(), every=9))
    wrong = {one.name: told for one in files if (told := difference(one, tmp_path))}
    assert len(files) > 120
    assert len(wrong) <= 0.02 * len(files), wrong


@pytest.mark.realdata
@pytest.mark.skipif(not SOURCE.exists(), reason="the reference data isn't on this machine")
def test_at_least_95_of_100_files_polluted_like_the_pollock_benchmark_read_as_the_clean_one(tmp_path: Path):
    with SOURCE.open(newline="") as file:
        rows = [tuple(row) for row in csv.reader(file)][2:]
    source = Clean(rows[0], tuple(rows[1:]), frozenset({6, 7}))
    files = [*polluted.whole_files(source), *polluted.broken_rows(source, every=21)]
    wrong = {one.name: told for one in files if (told := difference(one, tmp_path))}
    assert len(files) > 120
    assert len(wrong) <= 0.05 * len(files), wrong


def test_a_row_that_was_mended_says_so(tmp_path: Path):
    broken = next(one for one in polluted.broken_rows(polluted.leads()) if one.name == "one separator too many, row 3 column 1")
    table = open_table(write(tmp_path, broken.content))
    readings = list(read_leads(table, mapping_of(guess_mapping(table.columns, [row.cells for row in table.sample])), MARKET, AT))
    said = [[problem.reason for problem in one.reading.warnings if "mended" in problem.reason] for one in readings]
    assert said == [[], [], ["mended: a separator too many"], *[[]] * 37]


def test_what_is_left_out_as_no_row_can_be_looked_at(tmp_path: Path):
    first, second = "Name,Phone,City\nAna,909-555-0101,Upland\nTotal,1,\n", "Name,Cell,City\nBen,909-555-0102,Ontario\n"
    table = open_table(write(tmp_path, f"{first}\nSellers\n{second}Exported on 11/20/2026\n"))
    assert [row.cells for row in table.rows()] == [("Ana", "909-555-0101", "Upland", ""), ("Ben", "", "Ontario", "909-555-0102")]
    assert table.columns == ("Name", "Phone", "City", "Cell")
    assert table.left_out == {3: "Total, 1", 5: "Sellers", 6: "Name, Cell, City", 8: "Exported on 11/20/2026"}


def test_a_spreadsheets_formula_that_keeps_zeros_is_read_as_its_text(tmp_path: Path):
    table = open_table(write(tmp_path, 'Name,Zip,Phone\nAna,="01730","=""909-555-0101"""\nBen,="02139",909-555-0102\n'))
    assert [row.cells for row in table.rows()] == [("Ana", "01730", "909-555-0101"), ("Ben", "02139", "909-555-0102")]


def test_an_export_of_134_columns_keeps_every_column(tmp_path: Path):
    columns = ["First Name", "Last Name", "Email 1", "Phone 1", *(f"Custom Field {n}" for n in range(130))]
    rows = [[f"Ana{n}", "Rivera", f"ana{n}@example.com", f"909-555-{n:04}", *["x" if n % 3 else ""] * 130] for n in range(20)]
    table = open_table(write(tmp_path, "\n".join(",".join(row) for row in [columns, *rows])))
    assert list(table.columns) == columns
    assert [list(row.cells) for row in table.rows()] == rows


def test_a_file_full_of_rows_of_all_lengths_is_left_as_it_is(tmp_path: Path):
    rows = [["Ana", "909-555-0101", "Upland", "a", "b"][: 1 + n % 5] for n in range(30)]
    table = open_table(write(tmp_path, "\n".join(",".join(row) for row in [["Name", "Phone", "City", "Tag", "Note"], *rows])))
    assert [[cell for cell in row.cells if cell] for row in table.rows()] == rows


@pytest.mark.parametrize("seed", range(N_MUTATED))
def test_a_mutated_file_is_a_table_or_a_refusal_and_every_row_has_its_reading(seed: int, tmp_path: Path):
    chance = random.Random(seed)
    base = list(polluted.whole_files(polluted.leads(12, seed % 7)))
    content = polluted.mutated(chance.choice(base).content, chance)
    try:
        table = open_table(write(tmp_path, content))
        rows = list(table.rows())
    except UnreadableFile:
        return
    mapping = mapping_of(guess_mapping(table.columns, [row.cells for row in table.sample]))
    readings = list(read_leads(table, mapping, MARKET, AT))
    assert [reading.line for reading in readings] == [row.line for row in rows]
    assert all((one.reading.lead is None) == bool(one.reading.problems) for one in readings)
    assert all(len(row.cells) >= table.n_columns for row in rows)
