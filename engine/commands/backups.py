"""Copies of the ledger on the command line: make one, bring one back. What may have been sent since is looked up before anything goes."""

import fcntl
from pathlib import Path

from engine.commands.privacy import forget_again
from engine.delivery.restoring import mark_restored
from engine.errors import Conflict, StoreUnavailable
from engine.runtime import open_engine
from engine.settings import Settings
from engine.store import copies
from engine.store.analytics import Analytics


def back_up(settings: Settings, folder: Path) -> str:
    """Write a consistent copy of the ledger into a folder, while everything runs; answers a sentence."""
    engine = open_engine(settings)
    try:
        made = copies.back_up(settings.ledger, folder, at=engine.clock.now())
    finally:
        engine.close()
    return f"{made} ({made.stat().st_size:,} bytes)"


def restore(settings: Settings, source: Path) -> str:
    """Bring the newest copy in a folder (or the one named) back; answers a sentence. Web process and sidecar must be stopped."""
    copy = copies.newest(source)
    made_at = copies.made_at(copy)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.home / "sidecar.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("The sidecar is running on this data; stop it first") from None
        _refuse_beside_the_web_process(settings)
        aside = copies.bring_back(copy, settings.ledger)
        engine = open_engine(settings)
        try:
            with engine.ledger.write(at=engine.clock.now()) as txn:
                n_steps = mark_restored(txn, backup_at=made_at)
            n_forgotten = forget_again(engine)
        finally:
            engine.close()
    kept = f"; the ledger from before is {aside.name}" if aside else ""
    again = f"; {n_forgotten} forgotten again" if n_forgotten else ""
    return f"back at {made_at:%Y-%m-%d %H:%M:%S} UTC, {n_steps} messages are looked up before they could go again{again}{kept}"


def _refuse_beside_the_web_process(settings: Settings) -> None:
    if not settings.analytics_path.exists():
        return
    try:
        Analytics.open(settings.analytics_path).close()
    except StoreUnavailable as error:
        if "process" in error.message.lower():
            raise Conflict("The web process is running on this data; stop it first") from None
        raise
