"""What a person may ask for about himself: a copy of everything, or to be forgotten everywhere."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.access import Actor, Permission, require
from engine.errors import NotFound
from engine.runtime import Engine
from engine.store import leads, privacy
from engine.store.privacy import Traces

_LIST = "forgotten.jsonl"
_BLOCK = 1 << 20
ANALYTICS_STALE = "analytics.stale"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done for one person."""

    lead_id: int
    files_removed: tuple[str, ...]
    note: str = (
        "Backups keep him until they run out after 35 days; one that comes back forgets him again. "
        "The analytical store's file is made anew at the next start."
    )


def export_lead(engine: Engine, actor: Actor, lead_id: int) -> dict[str, list[dict[str, Any]]]:
    """Everything the ledger keeps about one person, by table; raises `NotFound`."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.read() as connection:
        if not leads.load_leads(connection, [lead_id], only_visible=True):
            raise NotFound("There is no such lead")
        told = privacy.export(connection, lead_id)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        txn.audit("export_lead", "leads", lead_id, {})
    return told


def forget_lead(engine: Engine, actor: Actor, lead_id: int) -> Forgotten:
    """Take one person out of the ledger, the kept files and what is derived from them. It can't be undone."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        batches = privacy.batches_of(connection, lead_id)
    if not found:
        raise NotFound("There is no such lead")
    lead = found[0]
    _write_down(engine, [one for one in (lead.phone, lead.email, *lead.other_phones, *lead.other_emails) if one])
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        privacy.forget(txn, lead)
    removed = _remove_files(engine, privacy.traces_of(lead), batches)
    engine.show_changes()
    engine.ledger.scrub()
    (engine.settings.home / ANALYTICS_STALE).touch()
    return Forgotten(lead_id, tuple(removed))


def forget_again(engine: Engine) -> int:
    """Forget, in a ledger that came back from a backup, everybody who was forgotten since it was made; answers how many."""
    path = engine.settings.home / _LIST
    if not path.is_file():
        return 0
    hashes = [one for line in path.read_text(encoding="utf-8").splitlines() if line for one in json.loads(line)["hashes"]]
    with engine.ledger.read() as connection:
        found = privacy.find_by_hashes(connection, hashes)
    for lead_id in found:
        with engine.ledger.write(at=engine.clock.now()) as txn:
            [lead] = leads.load_leads(txn.connection, [lead_id])
            privacy.forget(txn, lead)
    if found:
        engine.ledger.scrub()
    return len(found)


def drop_stale_analytics(engine: Engine) -> bool:
    """Remove the analytical store's file when somebody was forgotten since it was made; the web process then makes it anew.

    Only while the web process does not run.
    """
    mark = engine.settings.home / ANALYTICS_STALE
    if not mark.exists():
        return False
    for path in (
        engine.settings.analytics_path,
        engine.settings.analytics_path.with_name(engine.settings.analytics_path.name + ".wal"),
    ):
        path.unlink(missing_ok=True)
    mark.unlink()
    return True


def _write_down(engine: Engine, addresses: list[str]) -> None:
    """Outside the ledger, by hash: a backup that comes back must not bring him back."""
    with engine.ledger.read() as connection:
        told = {"at": engine.clock.now().isoformat(), "hashes": privacy.hashes_of(connection, addresses)}
    path = engine.settings.home / _LIST
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")


def _remove_files(engine: Engine, traces: Traces, batches: list[tuple[int, str]]) -> list[str]:
    """Files an import kept, and scored files, that hold this person: whole, since a row can't be taken out of a fingerprinted file."""
    home = engine.settings.home
    of_batches = {home / "files" / file_hash for _, file_hash in batches}
    of_batches |= {engine.settings.scored_path(batch_id) for batch_id, _ in batches}
    kept = [path for folder in ("files", "results") for path in (home / folder).glob("*") if path.is_file()]
    gone = [path for path in kept if path in of_batches or _holds(path, traces)]
    for path in gone:
        path.unlink(missing_ok=True)
    return sorted(str(path.relative_to(home)) for path in gone)


def _holds(path: Path, traces: Traces) -> bool:
    """Whether a text file holds any trace, read in blocks that overlap."""
    tail = ""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            text = tail + block.decode("utf-8", errors="replace")
            if traces.are_in(text):
                return True
            tail = text[-300:]
    return False
