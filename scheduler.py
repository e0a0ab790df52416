"""The sidecar: APScheduler ticks that call engine.jobs. It decides nothing; what is due stands in the ledger."""

import fcntl
import logging
import secrets
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TextIO

from apscheduler.schedulers.blocking import BlockingScheduler

from engine import jobs
from engine.errors import ConfigurationError, JorgeError
from engine.logs import begin_logging
from engine.settings import load_settings

log = logging.getLogger("scheduler")


def main() -> int:
    """Run the ticks until the process is told to stop."""
    settings = load_settings()
    begin_logging(settings)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _only_one(settings.home / "sidecar.lock")
    sidecar = jobs.open_sidecar(settings, seat=_seat(lock))
    # Times live in memory: what is due stands in the ledger, so nothing is lost with the process.
    ticks = BlockingScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    for tick in sidecar.ticks():
        when = (
            {"trigger": "interval", "seconds": tick.every_s} if tick.at_hour is None else {"trigger": "cron", "hour": tick.at_hour}
        )
        ticks.add_job(sidecar.run, args=[tick], id=tick.name, **when)
        if tick.name == "sync_in":  # news first: who said STOP while the sidecar was off is known at once
            ticks.add_job(sidecar.run, args=[tick], id="sync_in at once")
    signal.signal(signal.SIGTERM, lambda *_: ticks.shutdown(wait=False))
    stopping = threading.Event()
    jobs.begin_watchdog(lambda: sidecar.last_sign_s, stopping)
    sidecar.run(sidecar.ticks()[0])
    log.info("the sidecar is running")
    try:
        ticks.start()
    except KeyboardInterrupt:
        log.info("the sidecar was asked to stop")
    finally:
        stopping.set()
        sidecar.close()
        lock.close()
    return 0


def _only_one(path: Path) -> TextIO:
    """Hold the home folder's sidecar lock for as long as this process lives."""
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConfigurationError("Another sidecar already works on this data folder") from None
    return lock


def _seat(lock: TextIO) -> str:
    """A name that every sidecar under this lock bears, and no other: this machine, and a word kept in the lock's file."""
    lock.seek(0)
    word = lock.read(16)
    if not word:
        word = secrets.token_hex(4)
        lock.write(word)
        lock.flush()
    return f"{socket.gethostname()}-{word}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except JorgeError as error:
        log.error(error.message)
        sys.exit(1)
