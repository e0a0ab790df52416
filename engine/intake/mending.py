"""Rows whose separators or quotes went wrong, read as a person reads them: by what stands in the columns of the rows around.

A row is mended only when one small slip (a separator too many or too few, a quote too many, another delimiter in this row)
explains it far better than reading it as it stands. Its file keeps it as it came; the reading says that it was mended.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from engine.intake.lines import Dialect
from engine.intake.mapping import knows_header, shape_of
from engine.intake.profiles import Profile, profiles_of

Cut = Callable[[str], list[str]]

_MARGIN = 6.0  # by so much (natural logarithm) a mended reading must be likelier than the row as it stands
_LONGEST_LINE = 5_000
_MOST_QUOTES = 40
_MOST_ROWS = 5_000  # of one file: a file with more of them is written that way
_MOST_WIDTH = 60
_ENOUGH_ROWS = 5
_SOUND = 0.8  # of the sample's rows must be as wide as the table
_OTHER_CELL = -9.0  # a filled cell that no column takes
_BROKEN = -15.0  # a cell with a separator and a quote in it was cut in the wrong place
_HALF = -4.0  # a cell with an odd number of quotes
_UNLIKELY = {"a delimiter inside a text": 3.0, "an empty cell left out": 4.0}
_OTHERS = (",", ";", "\t", "|")
_MARK = "\ue000"  # stands in for a quote that is meant literally
_MOST_TOKENS = 80
_MOST_WORDS = 16  # of one cell, where words stand between spaces that separate


_WORDS = re.compile(r'("(?:[^"]|"")*"|[^ ]*) ')


class Fitting(Protocol):
    """Says how well a text suits a place."""

    @property
    def is_wordy(self) -> bool: ...
    def fit(self, value: str) -> float: ...


class _Name:
    """A place for a column's name."""

    is_wordy = False

    def fit(self, value: str) -> float:
        """Better where it is a name we know."""
        return 0.0 if knows_header(value) else -2.0 - 2.0 * value.count(" ")


class Candidate(NamedTuple):
    """Another way to read a row, and the slip that would explain it."""

    cells: tuple[str, ...]
    slip: str


class Mender:
    """Mends the rows of one table. Ask it about rows that are not as wide as the table."""

    def __init__(self, profiles: Sequence[Profile], dialect: Dialect) -> None:
        self._profiles, self._dialect = profiles, dialect
        self._n_asked = 0

    @property
    def width(self) -> int:
        """How many cells a sound row has."""
        return len(self._profiles)

    def mend(self, text: str, cells: Sequence[str], cut: Cut) -> Candidate | None:
        """The row as it was meant; None when it is better left as it stands. `cut` parses a line as the file's own."""
        if len(text) > _LONGEST_LINE or self._n_asked >= _MOST_ROWS:
            return None
        self._n_asked += 1
        best, best_fit = None, self._fit(cells) + _MARGIN
        for one in self._candidates(text, list(cells), cut):
            fit = self._fit(one.cells) - _UNLIKELY.get(one.slip, 0.0)
            if fit > best_fit:
                best, best_fit = one, fit
        return best

    def mend_header(self, text: str, cells: Sequence[str], cut: Cut) -> Candidate | None:
        """A header row as it was meant: as many names as the table has columns."""
        if len(text) > _LONGEST_LINE or sum(map(knows_header, cells)) < 1:
            return None
        found = max(
            (one for one in self._header_candidates(text, list(cells), cut) if _are_names(one.cells)),
            key=lambda one: sum(map(knows_header, one.cells)) - sum(self._dialect.quote in cell for cell in one.cells),
            default=None,
        )
        return found if found and sum(map(knows_header, found.cells)) >= max(2, sum(map(knows_header, cells)) - 1) else None

    def _fit(self, cells: Sequence[str]) -> float:
        padded = [*cells, *[""] * (self.width - len(cells))]
        beyond = sum(_OTHER_CELL if cell.strip() else -2.0 for cell in padded[self.width :])
        broken = self._dialect.delimiter + self._dialect.quote
        beyond += sum(_BROKEN for cell in padded if cell.find(broken) >= 0 or self._dialect.delimiter in (cell[:1], cell[-1:]))
        if self._dialect.quote:
            beyond += sum(_HALF for cell in padded if cell.count(self._dialect.quote) % 2)
        return beyond + sum(profile.fit(cell) for profile, cell in zip(self._profiles, padded, strict=False))

    def _candidates(self, text: str, cells: list[str], cut: Cut) -> Iterator[Candidate]:
        n_more = len(cells) - self.width
        if n_more > 0:
            yield from _without_empty(cells, n_more)
        if n_more == 1:
            yield from _joined(cells, self._dialect.delimiter)
        if n_more == -1:
            yield from _split(cells)
        if n_more < 0:
            yield from self._other_delimiters(text)
            yield from self._between_spaces(text, self._profiles)
        yield from self._other_quotes(text, cut)

    def _header_candidates(self, text: str, cells: list[str], cut: Cut) -> Iterator[Candidate]:
        n_more = len(cells) - self.width
        if n_more > 0:
            yield from _without_empty(cells, n_more)
        if n_more == -1:
            yield from (one for one in _split(cells) if _are_names(one.cells))
        if n_more < 0:
            yield from self._other_delimiters(text)
            yield from self._between_spaces(text, [_Name()] * self.width)
        yield from self._other_quotes(text, cut)

    def _other_delimiters(self, text: str) -> Iterator[Candidate]:
        for mark in _OTHERS:
            if mark != self._dialect.delimiter and text.count(mark) >= self.width - 1:
                yield from self._as_wide(_cut_by(text, mark, self._dialect.quote), "another delimiter in this row")

    def _other_quotes(self, text: str, cut: Cut) -> Iterator[Candidate]:
        """Readings with one quote taken literally, or with a separator where two cells met at a quote."""
        quote, delimiter = self._dialect.quote, self._dialect.delimiter
        places = [match.start() for match in re.finditer(re.escape(quote), text)] if quote else []
        for place in places[:_MOST_QUOTES]:
            literal = cut(text[:place] + _MARK + text[place + 1 :])
            yield from self._as_wide([cell.replace(_MARK, quote) for cell in literal], "a quote too many")
            for at in (place, place + 1):
                yield from self._as_wide(cut(text[:at] + delimiter + text[at:]), "a separator too few")

    def _as_wide(self, cells: Sequence[str], slip: str) -> Iterator[Candidate]:
        if len(cells) == self.width:
            yield Candidate(tuple(cells), slip)

    def _between_spaces(self, text: str, profiles: Sequence[Fitting]) -> Iterator[Candidate]:
        """A row whose separators became spaces: its words are dealt out to the columns in the likeliest way."""
        tokens = _WORDS.findall(text.rstrip("\r\n") + " ") if self._dialect.quote == '"' else []
        if not self.width <= len(tokens) <= _MOST_TOKENS or self.width > _MOST_WIDTH:
            return
        best: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
        for place, profile in enumerate(profiles):
            best = _dealt_one_more(best, tokens, profile, n_after=self.width - place - 1)
        if len(tokens) in best:
            yield Candidate(best[len(tokens)][1], "spaces for separators")


def mender_of(rows: Sequence[Sequence[str]], width: int, dialect: Dialect) -> Mender | None:
    """A mender for a table whose first data rows are these; None where too few are as wide as the table to learn from."""
    sound = [row for row in rows if len(row) == width]
    if width < 3 or len(sound) < max(_ENOUGH_ROWS, _SOUND * len(rows)) or dialect.kind != "csv":
        return None
    return Mender(profiles_of(sound, width), dialect)


def _dealt_one_more(
    best: dict[int, tuple[float, tuple[str, ...]]], tokens: list[str], profile: Fitting, *, n_after: int
) -> dict[int, tuple[float, tuple[str, ...]]]:
    """The likeliest ways to give one more column its words, by the number of words used up."""
    longer: dict[int, tuple[float, tuple[str, ...]]] = {}
    for start, (score, cells) in best.items():
        last = min(len(tokens) - n_after, start + (_MOST_WORDS if profile.is_wordy else 3))
        for end in range(start + 1, last + 1):
            if end > start + 1 and any(token[:1] == '"' for token in tokens[start:end]):
                break  # what stands in quotes is a cell by itself
            cell = _unquoted(" ".join(tokens[start:end]))
            total = score + profile.fit(cell)
            if end not in longer or total > longer[end][0]:
                longer[end] = (total, (*cells, cell))
    return longer


def _without_empty(cells: list[str], n_more: int) -> Iterator[Candidate]:
    """Without as many neighbouring empty cells as there are too many."""
    for place in range(len(cells) - n_more + 1):
        if not any(cell.strip() for cell in cells[place : place + n_more]):
            yield Candidate((*cells[:place], *cells[place + n_more :]), "a separator too many")


def _joined(cells: list[str], delimiter: str) -> Iterator[Candidate]:
    """With two neighbours as one: a delimiter that belongs to a text nobody quoted."""
    for place in range(len(cells) - 1):
        if cells[place] and cells[place + 1]:
            both = cells[place] + delimiter + cells[place + 1]
            yield Candidate((*cells[:place], both, *cells[place + 2 :]), "a delimiter inside a text")


def _split(cells: list[str]) -> Iterator[Candidate]:
    """With one cell as two, cut anywhere between its characters."""
    for place, cell in enumerate(cells):
        for at in range(1, min(len(cell), 200)):
            if not cell[at - 1].isspace() and not cell[at].isspace() and _may_part(cell, at):
                yield Candidate((*cells[:place], cell[:at], cell[at:], *cells[place + 1 :]), "a separator too few")
        yield Candidate((*cells[:place], "", *cells[place:]), "an empty cell left out")


def _may_part(cell: str, at: int) -> bool:
    """Two values rarely meet inside a word."""
    before, first, second = cell[at - 1], cell[at], cell[at + 1 : at + 2]
    return not (before.isalpha() and first.isalpha()) or (first.isupper() and (before.islower() or second.islower()))


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells can be columns' names: all there, all different, none a value."""
    filled = [cell.strip().lower() for cell in cells if cell.strip()]
    return len(filled) == len(cells) == len(set(filled)) and all(shape_of(cell) == "text" for cell in cells)


def _unquoted(word: str) -> str:
    return word[1:-1].replace('""', '"') if len(word) > 1 and word[0] == word[-1] == '"' else word


def _cut_by(text: str, delimiter: str, quote: str) -> list[str]:
    try:
        return next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter, quotechar=quote or None, strict=False), [])
    except csv.Error:
        return []
