"""Who of a large file stands where: a temporary index on disk, so that a file of any length is planned in little memory.

It belongs to one reading of one file and is gone with it; nothing in it is the record of anything.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import pysqlite3.dbapi2 as sqlite

Key = tuple[str, str]
_T = TypeVar("_T")
_MOST_ASKED = 10_000  # values in one IN (…): SQLite takes 32,766
_SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -131072; PRAGMA temp_store = FILE;
CREATE TABLE keys (key TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE rows (place INTEGER NOT NULL, line INTEGER NOT NULL, cells TEXT NOT NULL, PRIMARY KEY (place, line)) WITHOUT ROWID;
CREATE TABLE people (name TEXT NOT NULL, line INTEGER NOT NULL, told TEXT NOT NULL);
"""


class RowIndex:
    """The people of a file by what they are recognised by, with the rows each was made of. `place` counts them from 0."""

    def __init__(self) -> None:
        self._db = sqlite.connect("", isolation_level=None)  # no name: SQLite's own temporary file, which nobody else can open
        self._db.executescript(_SCHEMA)
        self._is_sorted = False

    def close(self) -> None:
        """Drop it."""
        self._db.close()

    def find(self, keys: Iterable[Key]) -> dict[Key, int]:
        """The places of the people these keys belong to."""
        asked = {_text(key): key for key in keys}
        found: dict[Key, int] = {}
        for some in _chunks(list(asked)):
            marks = ",".join("?" * len(some))
            rows = self._db.execute(f"SELECT key, place FROM keys WHERE key IN ({marks})", some)  # noqa: S608 (marks alone)
            found |= {asked[text]: place for text, place in rows}
        return found

    def add(self, keys: Mapping[Key, int], rows: Iterable[tuple[int, int, Sequence[str]]]) -> None:
        """Note keys, each with its first owner, and the rows (place, line, cells) that people are made of."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", [(_text(key), place) for key, place in keys.items()])
        self._db.executemany("INSERT INTO rows VALUES (?, ?, ?)", [(place, line, json.dumps(cells)) for place, line, cells in rows])
        self._db.execute("COMMIT")

    def rows_of(self, places: Iterable[int]) -> dict[int, list[tuple[int, tuple[str, ...]]]]:
        """The rows (line, cells) of each of these people, in the order in which they were noted."""
        found: defaultdict[int, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
        for some in _chunks(sorted(set(places))):
            asked = f"SELECT place, line, cells FROM rows WHERE place IN ({','.join('?' * len(some))}) ORDER BY place, line"  # noqa: S608
            for place, line, cells in self._db.execute(asked, some):
                found[place].append((line, tuple(json.loads(cells))))
        return found

    def add_people(self, people: Iterable[tuple[str, int, Sequence[str]]]) -> None:
        """Note new people by name: (name, line, what else is known of them)."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO people VALUES (?, ?, ?)", [(name, line, json.dumps(told)) for name, line, told in people])
        self._db.execute("COMMIT")

    def people_named(self, names: Iterable[str]) -> dict[str, list[tuple[int, list[str]]]]:
        """The people of these names noted before, each as (line, what else is known)."""
        if not self._is_sorted:
            self._db.execute("CREATE INDEX people_by_name ON people (name)")
            self._is_sorted = True
        found: defaultdict[str, list[tuple[int, list[str]]]] = defaultdict(list)
        for some in _chunks(sorted(set(names))):
            asked = f"SELECT name, line, told FROM people WHERE name IN ({','.join('?' * len(some))})"  # noqa: S608 (marks alone)
            for name, line, told in self._db.execute(asked, some):
                found[name].append((line, json.loads(told)))
        return found


def _text(key: Key) -> str:
    return f"{key[0]}:{key[1]}"


def _chunks(items: list[_T]) -> Iterable[list[_T]]:
    return (items[start : start + _MOST_ASKED] for start in range(0, len(items), _MOST_ASKED))
