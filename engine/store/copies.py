"""Whole copies of the ledger: made while it is in use, checked, and brought back. SQLite by its own means, PostgreSQL by its programs."""

import hashlib
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
from sqlalchemy.engine import URL, make_url

from engine.errors import BadInput, StoreUnavailable

_STAMP = "%Y%m%dT%H%M%SZ"


def back_up(url: str, folder: Path, *, at: datetime) -> Path:
    """Write a consistent copy into `folder` and answer its file; nothing half-written ever bears the final name."""
    address = make_url(url)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_sqlite = address.get_backend_name() == "sqlite"
    target = folder / f"ledger-{at.astimezone(UTC):{_STAMP}}.{'sqlite3' if is_sqlite else 'pgdump'}"
    part = target.with_suffix(target.suffix + ".part")
    part.unlink(missing_ok=True)
    try:
        if is_sqlite:
            _copy_sqlite(Path(str(address.database)), part)
        else:
            _run("pg_dump", address, "--format=custom", "--file", str(part))
        part.chmod(0o600)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        told = {"file": target.name, "at": at.isoformat(), "sha256": digest, "n_bytes": part.stat().st_size}
        target.with_suffix(".json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def newest(folder: Path) -> Path:
    """The newest copy in a folder (or the copy itself); raises `BadInput` when there is none."""
    if folder.is_file():
        return folder
    found = sorted(path for path in folder.glob("ledger-*") if path.suffix in (".sqlite3", ".pgdump"))
    if not found:
        raise BadInput(f"There is no copy of a ledger in {folder}")
    return found[-1]


def made_at(copy: Path) -> datetime:
    """When a copy was made; raises `BadInput` when its description is missing or its bytes are not those described."""
    try:
        told = json.loads(copy.with_suffix(".json").read_text(encoding="utf-8"))
        with copy.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        is_whole, at = digest == told["sha256"], datetime.fromisoformat(told["at"])
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(f"{copy.name} has no description beside it, so nobody knows when it was made") from error
    if not is_whole:
        raise BadInput(f"{copy.name} is damaged: its bytes are not those that were written")
    return at


def bring_back(copy: Path, url: str) -> Path | None:
    """Put a copy in the ledger's place; the ledger that was there is set aside under the name answered. Nothing may have it open."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        _run("pg_restore", address, "--clean", "--if-exists", "--single-transaction", str(copy))
        return None
    place, aside = Path(str(address.database)), None
    fresh = place.with_name(place.name + ".restoring")
    shutil.copyfile(copy, fresh)
    fresh.chmod(0o600)
    _check(fresh)
    if place.exists():
        aside = place.with_name(f"{place.name}.before-restore-{datetime.fromtimestamp(place.stat().st_mtime, UTC):{_STAMP}}")
        _checkpoint(place)
        place.replace(aside)
    for left in ("-wal", "-shm"):
        place.with_name(place.name + left).unlink(missing_ok=True)
    fresh.replace(place)
    return aside


def drop_old(folder: Path, *, before: datetime) -> int:
    """Delete the copies made before then, but never the newest; answers how many."""
    found = sorted(path for path in folder.glob("ledger-*") if path.suffix in (".sqlite3", ".pgdump"))
    old = [path for path in found[:-1] if path.name < f"ledger-{before.astimezone(UTC):{_STAMP}}"]
    for path in old:
        path.unlink()
        path.with_suffix(".json").unlink(missing_ok=True)
    return len(old)


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise StoreUnavailable(f"There is no ledger at {source}")
    reading = sqlite.connect(f"file:{source}?mode=ro", uri=True, timeout=30)
    try:
        # VACUUM INTO reads one moment of the ledger and leaves no deleted row's bytes in the copy.
        reading.execute("VACUUM INTO ?", (str(target),))
    except sqlite.Error as error:
        raise StoreUnavailable(f"The ledger could not be copied: {error}") from error
    finally:
        reading.close()
    _check(target)


def _check(path: Path) -> None:
    opened = sqlite.connect(f"file:{path}?mode=ro", uri=True)
    try:
        [(verdict,)] = opened.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite.Error as error:
        raise BadInput(f"{path.name} is no ledger: {error}") from error
    finally:
        opened.close()
    if verdict != "ok":
        raise BadInput(f"{path.name} is damaged: {verdict}")


def _checkpoint(path: Path) -> None:
    opened = sqlite.connect(str(path), timeout=5)
    try:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        opened.close()


def _run(program: str, address: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise StoreUnavailable(f"{program} isn't installed; a PostgreSQL ledger is copied with it")
    plain = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {"PATH": str(Path(found).parent), **({"PGPASSWORD": address.password} if address.password else {})}
    done = subprocess.run(  # noqa: S603
        [found, f"--dbname={plain}", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=3600
    )
    if done.returncode:
        raise StoreUnavailable(
            f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no word why'}"
        )
