"""Ten thousand mutated files: never a traceback, never a lost row. Seeded, so that every finding can be made again."""

import random
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.leads_csv import write_leads
from engine import intake
from engine.errors import JorgeError
from engine.records import Market

N_FILES = 10_000
AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
MARKET = Market(
    name="Inland Empire", state="CA", time_zone="America/Los_Angeles", median_price_cents=60_000_000, median_price_source="bench",
    service_zips=("917",),
)  # fmt: skip
_SCRAPS = (
    b'"', b"'", b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\n", b"\\", b'""', b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\x8b",
    b"sep=;\n", b"Total,,,\n", b"\n\n", b"Name,Email,Phone\n", b"=1+1", b"NaN", b"1e999", b"99/99/9999", b"0000-00-00", b"#REF!",
    b"\xc3", b"\xed\xa0\x80", b"{}", b"[[[[", b"99999999999999999999", b"+" * 40, b"a" * 5_000, b"\xf0\x9f\x8f\xa0", b"<br/>",
)  # fmt: skip


def run() -> list[dict[str, object]]:
    """The whole campaign; it stops at the first file that breaks something."""
    ended = campaign(N_FILES)
    return [
        {"what": "mutated files read without a traceback or a lost row", "value": ended.total(), "unit": "files"},
        {"what": "of these refused with one sentence", "value": ended["refused"], "unit": "files"},
    ]


def campaign(n_files: int, *, seed: int = 5) -> Counter[str]:
    """Mutate, read, count: how many files were read, how many refused. Raises naming the seed of a file that broke something."""
    ended: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        seeds = _seeds(Path(folder))
        for number in range(n_files):
            path = Path(folder) / "mutated.csv"
            path.write_bytes(mutated(random.Random(f"{seed} {number}"), seeds))
            try:
                ended[read(path)] += 1
                assert not ended["refused without a word"], "a refusal says why"
            except Exception as error:
                raise AssertionError(f"file {number} of seed {seed}: {traceback.format_exc(limit=-3)}") from error
    return ended


def read(path: Path) -> str:
    """Read a file to its end: 'read', or 'refused' when the product says in one sentence that it can't."""
    try:
        table = intake.open_table(path)
        mapping = intake.mapping_of(intake.guess_mapping(table.columns, [row.cells for row in table.sample]))
        last = 0
        for row, again in zip(intake.read_leads(table, mapping, MARKET, AT), table.rows(), strict=True):
            assert (row.line, row.cells) == (again.line, again.cells), "the same file read twice differs"
            assert (row.reading.lead is None) == bool(row.reading.problems), "a row is a lead, or says why it is none"
            assert row.line > last, "each line is read once, in order"
            last = row.line
    except JorgeError as error:
        return "refused" if error.message else "refused without a word"
    return "read"


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A file with a few mutations of bytes, lines or as a whole."""
    content = chance.choice(seeds)
    for _ in range(chance.randint(1, 5)):
        content = chance.choice(_MUTATIONS)(chance, content)
    return content


def _scrap(chance: random.Random, content: bytes) -> bytes:
    place = chance.randint(0, len(content))
    return content[:place] + chance.choice(_SCRAPS) + content[place + chance.randint(0, 3) :]


def _cut(chance: random.Random, content: bytes) -> bytes:
    first, last = sorted(chance.choices(range(len(content) + 1), k=2))
    return content[:first] + content[last:] if chance.random() < 0.5 else content[first:last] or content


def _lines(chance: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(4)
    if kind == 0:
        lines[first], lines[second] = lines[second], lines[first]
    elif kind == 1:
        lines.insert(first, lines[second])
    elif kind == 2:
        del lines[first]
    else:
        lines[first:first] = [b"Report of all leads\n", b"\n"]
    return b"".join(lines)


def _swapped(chance: random.Random, content: bytes) -> bytes:
    """Another delimiter, quote or line end throughout."""
    old, new = chance.choice(
        ((b",", b";"), (b",", b"\t"), (b",", b"|"), (b'"', b"'"), (b"\n", b"\r"), (b"\n", b"\r\n"), (b",", b", "))
    )
    return content.replace(old, new)


def _recoded(chance: random.Random, content: bytes) -> bytes:
    """In another encoding, or cut short in the middle of a character."""
    coded = content.decode("utf-8", "replace").encode(
        chance.choice(("utf-16", "utf-16-le", "cp1252", "utf-8-sig", "latin-1")), "replace"
    )
    return coded[: len(coded) - chance.randint(0, 1)]


def _bytes(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), chance.randint(1, 20))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


_MUTATIONS = (_scrap, _scrap, _scrap, _cut, _lines, _lines, _swapped, _recoded, _bytes)


def _seeds(folder: Path) -> list[bytes]:
    plain = write_leads(folder / "seed.csv", 25).read_bytes()
    quoted = b'"Name","Email","Phone","Notes"\n' + b'"Abbott, Ana","ana@example.com","909-555-0101","two\nlines, ""so"""\n' * 4
    stacked = b"Leads\n\nName;Phone\nAna;909-555-0101\nTotal;1\n\nName;Email\nBen;ben@example.com\n"
    dated = b"Name\tEmail\tDate Added\tSMS consent\tConsent date\nAna\tana@example.com\t02/03/2026\tyes\t02/03/2026\n"
    bare = b"Ana Abbott,ana@example.com,909-555-0101\nBen Brandt,ben@example.com,909-555-0102\n"
    return [plain, quoted, stacked, dated, bare]


if __name__ == "__main__":
    print(campaign(int(sys.argv[1]) if len(sys.argv) > 1 else N_FILES))
