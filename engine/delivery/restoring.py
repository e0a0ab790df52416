"""After a backup came back: whatever may have gone out since it was made is looked up before it could go again."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from engine.clock import Clock
from engine.records.follow_up import StepState
from engine.store import feed
from engine.store.follow_up_tables import steps
from engine.store.ledger import Ledger, Txn
from engine.store.preferences import get_setting, set_setting

_NAME = "restored"
_OVERLAP = timedelta(minutes=10)


def mark_restored(txn: Txn, *, backup_at: datetime) -> int:
    """Have every step that could have gone out since the backup looked up first; answers how many."""
    since = backup_at - _OVERLAP
    waiting = update(steps).where(
        steps.c.state == StepState.PENDING.value, or_(steps.c.due_at <= txn.at, steps.c.next_at <= txn.at)
    )
    n_marked: int = txn.connection.execute(waiting.values(check_since=since)).rowcount
    held = update(steps).where(steps.c.state == StepState.LEASED.value)
    back = {"state": StepState.PENDING.value, "fence": steps.c.fence + 1, "check_since": since, "lease_until": None}
    n_marked += txn.connection.execute(held.values(**back)).rowcount
    going = update(steps).where(steps.c.state == StepState.SENDING.value)
    lost = {"state": StepState.UNKNOWN.value, "fence": steps.c.fence + 1, "next_at": txn.at, "lease_until": None, "n_misses": 0}
    n_marked += txn.connection.execute(going.values(**lost)).rowcount
    set_setting(txn, _NAME, {"at": txn.at.isoformat(), "backup_at": backup_at.isoformat()})
    txn.audit("restore", "settings", 0, {"backup_at": backup_at.isoformat(), "n_steps": n_marked})
    return n_marked


def still_to_do(ledger: Ledger, clock: Clock, *, is_live: bool) -> str:
    """Why nothing may be sent yet after a restore: opt-outs since the backup come in by synchronising first. Empty when it may."""
    if not is_live:
        return ""
    with ledger.read() as connection:
        restored = get_setting(connection, _NAME, clock.now())
        if restored is None:
            return ""
        beats = {beat.name: beat for beat in feed.load_heartbeats(connection)}
    synced = beats.get("ghl_sync")
    is_done = synced is not None and synced.is_ok and synced.at > datetime.fromisoformat(restored["at"])
    return "" if is_done else "A backup came back; nothing is sent until GoHighLevel's news since then are in"
