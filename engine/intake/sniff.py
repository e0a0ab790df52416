"""How a text table is written: its delimiter and quotes, judged on a sample of whole lines."""

import csv
import re
from collections import Counter
from typing import NamedTuple

from engine.intake.lines import Dialect

_DELIMITERS = (",", ";", "\t", "|")
_RARE = ("~", "^", "#", "@", "&", ":", " ")
_SAMPLE_LINES = 200
_CLEVER_CHARS = 6_000  # CleverCSV tries every dialect it can think of: a longer sample makes it slow, not wiser


def sniff_dialect(sample: str, encoding: str, newline: str) -> Dialect:
    """The dialect in which most lines of the sample have the same number of cells."""
    lines = [line for line in sample.splitlines(keepends=True) if line.strip()][:_SAMPLE_LINES]
    delimiter = _delimiter(lines)
    quote = _quote(sample, delimiter)
    escape = "\\" if quote == '"' and _is_escaped(sample, quote) else ""
    return Dialect(encoding, delimiter, quote, newline, "csv", escape, _skips_space(lines, delimiter, quote))


def _delimiter(lines: list[str]) -> str:
    declared = re.match(r"^\ufeff?sep=(.)\r?\n?$", lines[0], re.IGNORECASE) if lines else None
    if declared:
        return declared[1]
    fits = {mark: _fit(lines, mark) for mark in (*_DELIMITERS, *_RARE)}
    best = max(_DELIMITERS, key=lambda mark: fits[mark])
    if fits[best].share >= 0.8 or len(lines) < 2:
        return best
    rarest = max(_RARE, key=lambda mark: fits[mark])
    if fits[rarest].share >= 0.95 and fits[rarest].width >= max(4, 2 * fits[best].width) and len(lines) > 4:
        return rarest
    if fits[best].share < 0.5 and fits[rarest].share >= 0.9 and fits[rarest].width > 2 and len(lines) > 2:
        return rarest
    return _clever(lines) or best


class _Fit(NamedTuple):
    """How well a delimiter suits: the share of lines with the commonest number of cells, and that number."""

    share: float
    width: int


def _fit(lines: list[str], mark: str) -> _Fit:
    if not any(mark in line for line in lines):
        return _Fit(0.0, 1)
    return max(_fit_quoted(lines, mark, quote) for quote in ('"', "'"))


def _fit_quoted(lines: list[str], mark: str, quote: str) -> _Fit:
    widths = _widths(lines, mark, quote)
    width, n = max(((n, k) for n, k in Counter(widths).items() if n > 1), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
    return _Fit(n / max(1, len(widths)), width) if n else _Fit(0.0, 1)


def _widths(lines: list[str], mark: str, quote: str) -> list[int]:
    try:
        return [
            len(cells) for cells in csv.reader(lines, delimiter=mark, quotechar=quote, skipinitialspace=mark != " ") if any(cells)
        ]
    except csv.Error:
        return [line.count(mark) + 1 for line in lines]


def _clever(lines: list[str]) -> str | None:
    """CleverCSV's opinion, for files in which no delimiter stands out."""
    from clevercsv import Detector  # takes a third of a second to load, and few files need it

    sample = ""
    for line in lines:
        if len(sample) + len(line) > _CLEVER_CHARS:
            break
        sample += line
    try:
        found = Detector().detect(sample, delimiters=[*_DELIMITERS, "~", "^"])
    except (ValueError, IndexError, ZeroDivisionError, csv.Error):
        return None
    return found.delimiter if found and found.delimiter in (*_DELIMITERS, "~", "^") else None


def _quote(sample: str, delimiter: str) -> str:
    """The quote character that wraps whole cells more often; the double quote when neither does."""
    return max(('"', "'"), key=lambda quote: (_n_wrapped(sample, delimiter, quote), quote == '"'))


def _n_wrapped(sample: str, delimiter: str, quote: str) -> int:
    mark, q = re.escape(delimiter), re.escape(quote)
    return len(re.findall(rf"(?:^|{mark}) ?{q}[^{q}\r\n]*{q}(?=\s*(?:{mark}|$))", sample, re.MULTILINE))


def _is_escaped(sample: str, quote: str) -> bool:
    """Quotes inside quotes are written with a backslash, not doubled."""
    doubled = len(re.findall(rf"[^{quote}\\\s,;|]{quote}{quote}[^{quote}]", sample))
    return len(re.findall(rf"\\{quote}(?:(?=[^{quote},;|\s])|{quote}(?=[,;|\t\r\n]))", sample)) > doubled


def _skips_space(lines: list[str], delimiter: str, quote: str) -> bool:
    """A space after each delimiter belongs to the delimiter."""
    if delimiter in (" ", "\t"):
        return False
    n_marks = sum(line.count(delimiter) for line in lines)
    n_spaced = sum(line.count(delimiter + " ") for line in lines)
    n_opening = sum(line.count(delimiter + " " + quote) for line in lines)
    n_tight = sum(line.count(delimiter + quote) for line in lines)
    return n_marks > 0 and (n_spaced >= 0.95 * n_marks or n_opening > max(0, n_tight))
