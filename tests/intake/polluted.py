"""Polluted files: a clean table written as no two programs agree to, each with what a person reads in it. Seeded; all invented."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Polluted:
    """A file's bytes, and the columns (None: no header) and rows that a person finds in it."""

    name: str
    content: bytes
    columns: Cells | None
    rows: tuple[Cells, ...]
    header_line: int | None = 1


@dataclass(frozen=True, slots=True)
class Clean:
    """A table as its writer meant it. `quoted` names the columns whose values stand in quotes throughout."""

    columns: Cells
    rows: tuple[Cells, ...]
    quoted: frozenset[int] = frozenset()

    def line(self, cells: Sequence[str], delimiter: str = ",", quote: str = '"', escape: str | None = None) -> str:
        """One record, without its line end."""
        return delimiter.join(self.pieces(cells, delimiter, quote, escape))

    def pieces(self, cells: Sequence[str], delimiter: str = ",", quote: str = '"', escape: str | None = None) -> list[str]:
        """The cells as written, quoted where need be."""
        return [
            self._written(cell, place, delimiter, quote, quote if escape is None else escape) for place, cell in enumerate(cells)
        ]

    def _written(self, cell: str, place: int, delimiter: str, quote: str, escape: str) -> str:
        needs = delimiter in cell or quote in cell or "\n" in cell or cell != cell.strip()
        if not needs and not (cell and place in self.quoted):
            return cell
        return quote + cell.replace(quote, escape + quote) + quote


_FIRST = (
    "Ana",
    "Ben",
    "Cleo",
    "Dora",
    "Emil",
    "Faye",
    "Gus",
    "Hana",
    "Ivan",
    "June",
    "Karl",
    "Lena",
    "Milo",
    "Nora",
    "Otto",
    "Pia",
)
_LAST = ("Rivera", "Dunn", "Okafor", "Park", "Silva", "Tran", "Usman", "Vega", "Weber", "Young", "Zhang", "Abbott", "Bauer", "Cruz")
_NOTES = (
    "Wants a yard, three beds and a quiet street.",
    'Asked about the 5" pipe in the garage',
    "Pre-approved; moves in spring",
    "Call after work, never on Sundays",
    'Said "not before May", twice',
    "Saw the house on Haven Ave, liked it",
)
_CITIES = ("Upland", "Ontario", "Fontana", "Rancho Cucamonga", "Chino Hills")


def leads(n_rows: int = 40, seed: int = 5) -> Clean:
    """Made-up leads in nine columns of different shapes."""
    chance = random.Random(seed)
    rows = []
    for n in range(n_rows):
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        rows.append(
            (
                f"{chance.randrange(1, 13):02}/{chance.randrange(13, 29)}/2026",
                f"{first} {last}",
                f"909-555-{100 + n:04}",
                f"{first}.{last}{n}@example.com".lower(),
                chance.choice(_CITIES),
                f"91{chance.randrange(700, 800)}",
                f"${chance.randrange(300, 900)},000",
                chance.choice(_NOTES),
                chance.choice(("", "", "call back")),
            )
        )
    columns = ("Date Added", "Full Name", "Phone", "Email", "City", "Zip", "Budget", "Notes", "Comments")
    return Clean(columns, tuple(rows), frozenset({7}))


def whole_files(clean: Clean) -> Iterator[Polluted]:
    """Pollutions of the file as such: line ends, delimiters, quotes, escapes, headers, preambles, footers, stacked tables."""
    lines = [clean.line(clean.columns), *(clean.line(row) for row in clean.rows)]
    head, body = lines[0], lines[1:]

    def made(name: str, text: str, columns: Cells | None = clean.columns, header: int | None = 1, rows: object = None) -> Polluted:
        kept = clean.rows if rows is None else tuple(rows)  # type: ignore[arg-type]
        return Polluted(name, text.encode(), columns, kept, header)

    for name, end in (("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")):
        yield made(f"line ends {name}", end.join(lines) + end)
    yield made("no last line end", "\n".join(lines))
    yield made("two last line ends", "\r\n".join(lines) + "\r\n\r\n")
    yield made("blank lines between", "\n\n".join(lines) + "\n")
    for name, mark in (("semicolon", ";"), ("tab", "\t"), ("bar", "|"), ("comma and space", ", "), ("space", " ")):
        written = [mark.join(_all_quoted(clean, cells, mark)) for cells in (clean.columns, *clean.rows)]
        yield made(f"delimiter {name}", "\r\n".join(written) + "\r\n")
    apostrophes = [clean.line(cells, quote="'") for cells in (clean.columns, *clean.rows)]
    yield made("quoted with apostrophes", "\n".join(apostrophes) + "\n")
    yield made(
        "quotes escaped by backslash", "\n".join(clean.line(row, escape="\\") for row in (clean.columns, *clean.rows)) + "\n"
    )
    if not any('",' in cell for row in clean.rows for cell in row):  # such a cell has no one reading
        unescaped = [clean.line(row, escape="") for row in (clean.columns, *clean.rows)]
        yield made("quotes not escaped", "\n".join(unescaped) + "\n")
    n = len(clean.columns)
    yield made("no header", "\n".join(body) + "\n", None, None)
    yield made("header only", head + "\n", rows=())
    yield made("one row", "\n".join(lines[:2]) + "\n", rows=clean.rows[:1])
    for k in (2, 3):
        joined = tuple(" ".join([name] * k) for name in clean.columns)
        yield made(f"header of {k} rows", "\n".join([head] * k + body) + "\n", joined)
    pad = "," * (n - 1)
    yield made("preamble with delimiters", "\n".join([f"PREAMBLE{pad}", pad, *lines]) + "\n", header=3)
    yield made(
        "preamble without delimiters", "\n".join(["Export of all people", "made on 2026-11-20", "", *lines]) + "\n", header=4
    )
    yield made("footer without delimiters", "\n".join([*lines, "", f"Total records: {len(body)}"]) + "\n")
    yield made("footer with delimiters", "\n".join([*lines, f"Total{pad}", f"Exported by Ana on 11/20/2026{pad}"]) + "\n")
    yield made("header again halfway", "\n".join([*lines[:10], head, *lines[10:]]) + "\n")
    less, more = n - 1, (*clean.columns, "col1")
    twice = clean.rows + clean.rows
    fewer = [clean.line(row[:less]) for row in (clean.columns, *clean.rows)]
    cut = clean.rows + tuple((*row[:less], "") for row in clean.rows)
    yield made("two tables, the same columns", "\n".join([*lines, *lines]) + "\n", rows=twice)
    yield made("two tables, the second narrower", "\n".join([*lines, *fewer]) + "\n", rows=cut)
    wider = tuple((*row, "") for row in clean.rows) + tuple((*row, "x") for row in clean.rows)
    second = [clean.line(row) for row in (more, *((*row, "x") for row in clean.rows))]
    yield made("two tables, the second wider", "\n".join([*lines, "", *second]) + "\n", more, rows=wider)
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        yield Polluted(f"encoding {encoding}", ("\r\n".join(lines) + "\r\n").encode(encoding), clean.columns, clean.rows)


def _all_quoted(clean: Clean, cells: Cells, mark: str) -> list[str]:
    return clean.pieces(cells, mark[0] if mark != ", " else ",")


def broken_rows(clean: Clean, *, every: int = 1) -> Iterator[Polluted]:
    """Pollutions of one row each: a separator too many, one too few, a quote too many, another delimiter in that row."""
    lines = [clean.line(clean.columns), *(clean.line(row) for row in clean.rows)]
    all_cells = [clean.columns, *clean.rows]
    n = 0
    for place, cells in enumerate(all_cells):
        pieces = clean.pieces(cells)
        for column in range(len(pieces)):
            candidates = [(f"one separator too many, row {place} column {column}", _with_more(pieces, column), cells)]
            if column:
                candidates.append((f"one separator too few, row {place} column {column}", _with_less(pieces, column), cells))
            candidates.append((f"one quote too many, row {place} column {column}", *_with_quote(pieces, cells, column)))
            for name, line, wanted in candidates:
                n += 1
                if n % every == 0:
                    yield _with_line(clean, lines, place, name, line, wanted)
        n += 1
        if n % every == 0:
            yield _with_line(clean, lines, place, f"spaces for separators, row {place}", " ".join(pieces), cells)


def _with_more(pieces: list[str], column: int) -> str:
    return ",".join([*pieces[:column], "", *pieces[column:]])


def _with_less(pieces: list[str], column: int) -> str:
    return ",".join([*pieces[: column - 1], pieces[column - 1] + pieces[column], *pieces[column + 1 :]])


def _with_quote(pieces: list[str], cells: Cells, column: int) -> tuple[str, Cells]:
    piece = pieces[column]
    marked = '""' + piece[1:] if piece.startswith('"') else '"' + piece
    wanted = (*cells[:column], '"' + cells[column], *cells[column + 1 :])
    return ",".join([*pieces[:column], marked, *pieces[column + 1 :]]), wanted


def _with_line(clean: Clean, lines: list[str], place: int, name: str, line: str, wanted: Cells) -> Polluted:
    text = "\r\n".join([*lines[:place], line, *lines[place + 1 :]]) + "\r\n"
    if place == 0:
        return Polluted(name, text.encode(), wanted, clean.rows)
    return Polluted(name, text.encode(), clean.columns, (*clean.rows[: place - 1], wanted, *clean.rows[place:]))


_MARKS = (b'"', b"'", b",", b";", b"\n", b"\r", b"\r\n", b"\t", b",,,", b'""', b"\xe9", b"\xef\xbb\xbf", b"\\", b"|", b'="1"')


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The bytes after a few blows: cut, doubled, moved, flipped, or with marks thrown in."""
    raw = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        at, upto = sorted((chance.randrange(len(raw) + 1), chance.randrange(len(raw) + 1)))
        upto = min(upto, at + chance.randrange(1, 60))
        blow = chance.randrange(5)
        if blow == 0:
            del raw[at:upto]
        elif blow == 1:
            raw[at:at] = raw[at:upto]
        elif blow == 2 and raw:
            raw[min(at, len(raw) - 1)] = chance.randrange(1, 256)
        else:
            raw[at:at] = chance.choice(
                (b'"', b"'", b",", b";", b"\n", b"\r", b"\r\n", b"\t", b",,,", b'""', b"\xe9", b"\xef\xbb\xbf", b"\\")
            )
        raw = raw or bytearray(b"x")
    return bytes(raw)


def family(name: str) -> str:
    """The kind of a pollution, without the place where it was done."""
    return re.sub(r", row \d+.*$", "", name)
