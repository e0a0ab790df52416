"""How large a file may be, and which files are refused at the first bytes, whatever they are called."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UnreadableFile


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may hold. Beyond it the file is refused with a sentence, never cut."""

    max_bytes: int = 1_000_000_000
    max_rows: int = 5_000_000
    max_columns: int = 2_000
    max_cell_chars: int = 100_000
    max_line_bytes: int = 8_000_000
    max_unpacked_bytes: int = 400_000_000  # of a workbook, which is a zip
    max_cells: int = 20_000_000  # of a workbook's sheet, counted from its first corner to its last
    max_repeated_chars: int = 1_000_000_000  # of a workbook's texts, each as often as cells show it


_MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x1f\x9d", "a compressed archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x04\x22\x4d\x18", "an lz4 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-zip archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (save it as .xlsx or CSV)"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a rich-text document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
)
_BZIP_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")  # a block, or the end of an empty archive


def refuse_disguised(path: Path, limits: Limits) -> bool:
    """Refuse what can't be a table; answers whether the file is an Excel workbook (else it is to be read as text)."""
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("The file is empty")
    if size > limits.max_bytes:
        raise UnreadableFile(f"The file has {size:,} bytes; at most {limits.max_bytes:,} can be read at once")
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(b"PK\x03\x04") and _is_workbook(path):
        return True
    looked_at = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    kind = next((name for magic, name in _MAGICS if _starts(head, looked_at, magic)), None)
    if kind is None and head.startswith(b"BZh") and head[4:10] in _BZIP_BLOCKS:
        kind = "a bzip2 archive"
    if kind is None and head.startswith(b"RIFF") and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        kind = "a picture, sound or film"
    if kind:
        raise UnreadableFile(f"This is {kind}, not a CSV or Excel table")
    return False


def _starts(head: bytes, looked_at: bytes, magic: bytes) -> bool:
    return looked_at[: len(magic)].lower() == magic if magic.startswith(b"<") else head.startswith(magic)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
