"""Files that came in: kept whole under their SHA-256 before anybody is told that they arrived, then looked at."""

import csv
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from engine import intake
from engine.access import Actor, Permission, require
from engine.errors import BadInput, NotFound, UnreadableFile
from engine.runtime import Engine
from engine.store import import_choices
from engine.store.import_choices import Sender

MAX_UPLOAD_MB = 512
MAX_BYTES = MAX_UPLOAD_MB * 1024 * 1024
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file kept in the home folder."""

    file_hash: str
    file_name: str
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file looks like before anything is done with it."""

    upload: Upload
    dialect: Mapping[str, object]
    header_row: int | None
    columns: tuple[str, ...]
    guesses: Mapping[str, intake.Guess]
    sample: tuple[intake.Row, ...]
    header_hash: str = ""
    sender: Sender | None = None  # what was chosen the last time a file with this header came
    n_tables: int = 1
    has_ambiguous_dates: bool = False  # day or month first: nothing in the file says


def keep_upload(engine: Engine, actor: Actor, file_name: str, file: BinaryIO) -> Upload:
    """Copy a file to disk, block by block, and make it durable; raises `BadInput` when it is too large or empty."""
    require(actor, Permission.IMPORT)
    folder = engine.settings.home / "files"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, n_bytes = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept:
        try:
            while block := file.read(_BLOCK):
                n_bytes += len(block)
                if n_bytes > MAX_BYTES:
                    raise BadInput(f"This file is larger than {MAX_UPLOAD_MB} MB; split it and send the parts")
                digest.update(block)
                kept.write(block)
            if not n_bytes:
                raise BadInput("This file is empty")
            kept.flush()
            os.fsync(kept.fileno())
        except BaseException:
            Path(kept.name).unlink(missing_ok=True)
            raise
    Path(kept.name).replace(folder / digest.hexdigest())
    return Upload(file_hash=digest.hexdigest(), file_name=Path(file_name).name[:200], n_bytes=n_bytes)


def sheet_names(engine: Engine, actor: Actor, upload: Upload) -> tuple[str, ...]:
    """The sheets of a workbook that hold anything; none for a file that is no workbook, or one that can't be read."""
    require(actor, Permission.IMPORT)
    try:
        return tuple(sheet.name for sheet in intake.sheets_of(upload_path(engine, upload.file_hash), intake.Limits()))
    except UnreadableFile:
        return ()


def choose_sheet(engine: Engine, actor: Actor, upload: Upload, sheet: str) -> Upload:
    """Keep one sheet of a workbook as a file of its own, to be read instead; raises `UnreadableFile` when there is no such sheet."""
    require(actor, Permission.IMPORT)
    path, limits = upload_path(engine, upload.file_hash), intake.Limits()
    if sheet not in {one.name for one in intake.sheets_of(path, limits)}:
        raise UnreadableFile(f"This file has no sheet {sheet!r} with rows")
    with tempfile.TemporaryFile(dir=path.parent) as kept, TextIOWrapper(kept, encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(row.cells for row in intake.workbook_rows(path, limits, sheet))
        text.flush()
        kept.seek(0)
        return keep_upload(engine, actor, f"{Path(upload.file_name).stem} ({sheet}).csv", kept)


def upload_path(engine: Engine, file_hash: str) -> Path:
    """Where a kept file lies; raises `NotFound` when this machine hasn't got it."""
    path = engine.settings.home / "files" / Path(file_hash).name
    if not path.is_file():
        raise NotFound("The file of this import isn't on this machine")
    return path


def header_hash(columns: Sequence[str]) -> str:
    """What a sender is known by: his header's names, in order."""
    return hashlib.sha256(json.dumps([name.strip().casefold() for name in columns]).encode()).hexdigest()


def preview_upload(engine: Engine, actor: Actor, upload: Upload) -> Preview:
    """Read the first rows of a file and guess what its columns mean; raises `UnreadableFile` with the reason."""
    require(actor, Permission.IMPORT)
    table = intake.open_table(upload_path(engine, upload.file_hash))
    named = header_hash(table.columns)
    with engine.ledger.read() as connection:
        sender = import_choices.sender_of(connection, named)
    guesses = intake.guess_mapping(table.columns, [row.cells for row in table.sample])
    return Preview(
        upload=upload,
        dialect=asdict(table.dialect),
        header_row=table.header_row,
        columns=table.columns,
        guesses=guesses,
        sample=table.sample,
        header_hash=named,
        sender=sender,
        n_tables=1 + len(table.sections),
        has_ambiguous_dates=intake.has_ambiguous_dates(table, intake.mapping_of(guesses)),
    )
