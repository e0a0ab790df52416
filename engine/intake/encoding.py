"""Which encoding a text file is written in. One pass over the bytes; the text itself is decoded later, as it streams."""

import codecs
import itertools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from engine.errors import UnreadableFile
from engine.intake.limits import Limits

_CHUNK = 1 << 20
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_TYPOGRAPHIC = frozenset("“”‘’–—…•€£¿¡°ªº«»©®™´·¨½¼¾\xa0")
_ENOUGH_BAD = 5_000
_MOST_CONTROLS = 0.02  # more control characters than that share of the bytes (and a few) is no text


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over a text file's bytes tells: how to decode it and how its lines end."""

    encoding: str  # Python's name
    errors: str  # 'strict', or the handler that reads stray bytes as Windows-1252
    newline: str


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that the file's own encoding can't as Windows-1252 (what Excel pastes into UTF-8 files)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_WINDOWS[byte] for byte in bad), error.end


# Windows-1252 leaves five bytes undefined; those read as the same code point.
_WINDOWS = [bytes([n]).decode("cp1252", errors="ignore") or chr(n) for n in range(256)]
STRAY_BYTES = "stray-bytes-as-windows-1252"
codecs.register_error(STRAY_BYTES, _as_windows)


def survey(path: Path, limits: Limits) -> Survey:
    """Find encoding and line ends, refusing bytes that aren't text."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _wide(head)
    if marked and marked != "utf-8-sig":
        _check_wide(path, marked)
        return Survey(marked, "strict", _newline(head.decode(marked, errors="ignore").encode("utf-8", errors="ignore")))
    if len(_CONTROLS.findall(head[:65536])) > max(3, _MOST_CONTROLS * len(head[:65536])):
        raise UnreadableFile("This file holds binary data, not text")
    newline = _newline(head)
    n_bad, n_good, sample = _scan(path, limits)
    if n_bad == 0:
        return Survey(marked or "utf-8", "strict", newline)
    if marked or n_good > n_bad:
        return Survey(marked or "utf-8", STRAY_BYTES, newline)
    return Survey(_eight_bit(sample), STRAY_BYTES, newline)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: in Latin text every other byte is zero."""
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    half = max(1, len(head[:4096]) // 2)
    if odd > 0.6 * half and even < 0.05 * half and half > 1:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.05 * half and half > 1:
        return "utf-16-be"
    return None


def _check_wide(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                if "\x00" in decoder.decode(chunk):
                    raise UnreadableFile("This file holds NUL bytes: it is damaged or not text")
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            raise UnreadableFile(f"This file says it is {encoding.upper()} text, but can't be read as such") from error


def _scan(path: Path, limits: Limits) -> tuple[int, int, bytes]:
    """Whole file: bytes that aren't UTF-8, characters that are, and some of the lines' parts with such bytes."""
    n_bad = n_good = since_newline = 0
    sample = bytearray()
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\x00" in chunk:
                raise UnreadableFile("This file holds NUL bytes: it is damaged or not text")
            since_newline = _longest_open_line(chunk, since_newline, limits)
            if n_bad > _ENOUGH_BAD or (chunk.isascii() and not rest):
                continue  # the encoding is plain by now; only NULs and giant lines are still looked for
            bad, good, rest = _count_utf8(rest + chunk)
            n_bad, n_good = n_bad + bad, n_good + good
            if bad and len(sample) < 65536:
                sample += _surroundings(chunk)
    return n_bad + len(rest), n_good, bytes(sample)


def _longest_open_line(chunk: bytes, since_newline: int, limits: Limits) -> int:
    """How many bytes the line that is still open has so far; a line beyond any reason is refused before it is loaded."""
    first = min((place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0), default=-1)
    length = since_newline + (first if first >= 0 else len(chunk))
    if length > limits.max_line_bytes:
        raise UnreadableFile(f"A line of this file is longer than {limits.max_line_bytes:,} bytes: a cell in it is too large")
    return length if first < 0 else len(chunk) - 1 - max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))


def _count_utf8(data: bytes) -> tuple[int, int, bytes]:
    """Bytes that don't decode, characters beyond ASCII that do, and the unfinished character at the end."""
    n_bad = n_good = start = 0
    while start < len(data):
        try:
            text = data[start:].decode("utf-8")
        except UnicodeDecodeError as error:
            good = data[start : start + error.start]
            n_good += len(good.decode("utf-8")) - len(_HIGH.sub(b"", good))
            if error.reason == "unexpected end of data" and start + error.end == len(data):
                return n_bad, n_good, data[start + error.start :]
            n_bad += error.end - error.start
            start += error.end
            if n_bad > 1000:  # plainly another encoding: the rest needn't be counted
                return n_bad, n_good, b""
        else:
            return n_bad, n_good + len(text) - len(_HIGH.sub(b"", data[start:])), b""
    return n_bad, n_good, b""


def _surroundings(chunk: bytes) -> bytes:
    found = itertools.islice(_HIGH.finditer(chunk), 2000)
    return b" ".join(chunk[max(0, match.start() - 12) : match.end() + 12] for match in found)


def _eight_bit(sample: bytes) -> str:
    """The encoding in which the bytes beyond ASCII read as letters inside words."""
    scored = sorted(((_plausibility(sample.decode(name, errors="replace")), -place, name) for place, name in enumerate(_EIGHT_BIT)))
    best, _, name = scored[-1]
    if best > 0:
        return name
    guess = from_bytes(sample).best()
    return guess.encoding if guess and guess.encoding not in ("ascii", "utf_8") else "cp1252"


_EIGHT_BIT = ("cp1252", "mac_roman", "cp850")


def _plausibility(text: str) -> float:
    """Above 0 when the characters beyond ASCII look like those of a Western European office."""
    score = 0.0
    for place, char in enumerate(text):
        if char < "\x80":
            continue
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if char in _TYPOGRAPHIC:
            score += 0.3
        elif unicodedata.category(char) == "Ll" and char <= "ÿ" and (before.isalpha() or after.isalpha()):
            score += 1.0
        elif unicodedata.category(char) == "Lu" and char <= "ÿ" and not before.islower():
            score += 0.5
        else:
            score -= 1.0
    return score


def _newline(head: bytes) -> str:
    pairs = head.count(b"\r\n")
    counts = {"\r\n": pairs, "\n": head.count(b"\n") - pairs, "\r": head.count(b"\r") - pairs}
    best = max(counts, key=lambda end: counts[end])
    return best if counts[best] else "\n"
