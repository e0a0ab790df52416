"""What monitoring counts is what stands in the ledger."""

from pathlib import Path

from sqlalchemy import insert

from engine.store import monitoring
from engine.store.follow_up_tables import steps
from engine.store.ledger import Ledger
from tests.store.office import AT, later


def step(number: int, **facts: object) -> dict[str, object]:
    blank = {column.name: "" for column in steps.c if str(column.type) == "TEXT"}
    zero = {"max_late_hours": 0.0, "min_gap_hours": 0.0, "fence": 0, "attempts": 0, "n_misses": 0, "is_held_out": False}
    none = dict.fromkeys(("next_at", "lease_until", "tried_at", "check_since", "finished_at"))
    return {
        **blank,
        **zero,
        **none,
        "step_id": number,
        "enrolment_id": 1,
        "lead_id": number,
        "step_no": number,
        "kind": "sms",
        "due_at": AT,
        **facts,
    }


def test_an_empty_ledger_has_empty_queues(ledger: Ledger):
    with ledger.read() as connection:
        assert {(queue.n, queue.since) for queue in monitoring.queues(connection, AT).values()} == {(0, None)}
        assert (monitoring.sends(connection), monitoring.n_sessions(connection, AT)) == ({}, 0)


def test_due_and_unclear_steps_are_counted_with_the_age_of_the_oldest(tmp_path: Path):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    opened.migrate()
    with opened.write(at=AT) as txn:
        txn.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # steps of no enrolment: gone again before the end
        rows = [
            step(1, state="pending", next_at=later(hours=-2)),
            step(2, state="pending", next_at=later(hours=-1)),
            step(3, state="pending", next_at=later(hours=1)),
            step(4, state="unknown", tried_at=later(hours=-3)),
            step(5, state="sent"),
            step(6, state="sent"),
            step(7, state="blocked", kind="email"),
        ]
        txn.connection.execute(insert(steps), rows)
        queues = monitoring.queues(txn.connection, AT)
        sends = monitoring.sends(txn.connection)
        txn.connection.execute(steps.delete())
    opened.close()
    assert (queues["steps_due"].n, queues["steps_due"].since) == (2, later(hours=-2))
    assert (queues["steps_unknown"].n, queues["steps_unknown"].since) == (1, later(hours=-3))
    assert sends == {("sms", "sent"): 2, ("email", "blocked"): 1}
