"""An import's life: leases, findings, and a batch that is whole or absent whoever is killed when."""

import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from engine.errors import NotFound
from engine.records import Rejection
from engine.settings import ROOT, child_environment
from engine.store import batches, feed, leads, opportunities, projection, scores
from engine.store.analytics import Analytics
from engine.store.batches import KeyConflict
from engine.store.ledger import Ledger
from engine.store.tables import hidden_keys, interactions, lead_keys
from engine.store.tables import leads as leads_table
from engine.store.tables import opportunities as opportunities_table
from engine.store.tables import scores as scores_table
from tests.store.office import AT, deal, later, lead, new_batch, score

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Met:
    line: int
    ref: int
    in_ledger: bool
    matched_by: str = "phone"
    earlier_line: int | None = None
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)


def start(ledger: Ledger, **facts: object) -> int:
    with ledger.write(at=AT, actor_id=2) as txn:
        return new_batch(txn, **facts)


def bring(ledger: Ledger, batch_id: int, *numbers: int) -> list[int]:
    """Add hidden leads with scores and deals, as an import does."""
    with ledger.write(at=AT) as txn:
        ids = leads.insert_leads(txn, [lead(n) for n in numbers], batch_id=batch_id, at=AT, is_visible=False)
        scores.save_scores(txn, [score(lead_id) for lead_id in ids])
        opportunities.insert_opportunities(txn, [deal(lead_id) for lead_id in ids])
    return ids


def load(ledger: Ledger, batch_id: int) -> batches.Batch:
    with ledger.read() as connection:
        return batches.load(connection, batch_id)


def n_rows(ledger: Ledger) -> list[int]:
    tables = (leads_table, interactions, scores_table, opportunities_table, lead_keys, hidden_keys)
    with ledger.read() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_a_batch_begins_with_what_is_known_of_it(ledger: Ledger):
    batch = load(ledger, start(ledger, state="queued"))
    assert (batch.state, batch.created_by, batch.created_at, batch.n_rows, batch.n_done) == ("queued", 2, AT, None, 0)
    assert batch.mapping == {"Name": "full_name"}


def test_an_import_that_is_not_there_is_not_found(ledger: Ledger):
    with pytest.raises(NotFound, match="99"):
        load(ledger, 99)


def test_the_newest_batches_come_first_and_a_file_knows_its_own(ledger: Ledger):
    first, second, third = start(ledger), start(ledger, file_hash="other"), start(ledger)
    with ledger.read() as connection:
        assert [batch.batch_id for batch in batches.list_batches(connection, limit=2)] == [third, second]
        assert [batch.batch_id for batch in batches.of_file(connection, "f" * 64)] == [third, first]


@pytest.mark.parametrize(("before", "after"), [("queued", "checking"), ("agreed", "importing"), ("importing", "importing")])
def test_a_lease_gives_one_worker_its_work(ledger: Ledger, before: str, after: str):
    batch_id = start(ledger, state=before)
    with ledger.write(at=AT) as txn:
        taken = batches.take_lease(txn, batch_id, until=AT + MINUTE, max_attempts=3)
        assert taken is not None
        assert (taken.state, taken.lease_until) == (after, AT + MINUTE)
        assert batches.take_lease(txn, batch_id, until=AT + MINUTE, max_attempts=3) is None


@pytest.mark.parametrize("state", ["checked", "done", "failed", "cancelled"])
def test_a_batch_with_nothing_to_do_gives_no_lease(ledger: Ledger, state: str):
    batch_id = start(ledger, state=state)
    with ledger.write(at=AT) as txn:
        assert batches.take_lease(txn, batch_id, until=AT + MINUTE, max_attempts=3) is None


def test_a_killed_worker_is_noticed_when_its_lease_runs_out(ledger: Ledger):
    batch_id = start(ledger, state="agreed")
    with ledger.write(at=AT) as txn:
        batches.take_lease(txn, batch_id, until=AT + MINUTE, max_attempts=3)
        batches.tell_progress(txn, batch_id, n_done=10, until=AT + 2 * MINUTE)
    with ledger.read() as connection:
        stale = [[batch.batch_id for batch in batches.stale(connection, AT + k * MINUTE)] for k in (1, 2)]
        due = [[batch.batch_id for batch in batches.due(connection, AT + k * MINUTE)] for k in (1, 2)]
    assert stale == due == [[], [batch_id]]


def test_what_was_interrupted_too_often_is_given_up(ledger: Ledger):
    batch_id = start(ledger, state="agreed")
    for k in range(4):
        with ledger.write(at=later(hours=k)) as txn:
            taken = batches.take_lease(txn, batch_id, until=later(hours=k, minutes=1), max_attempts=3)
    batch = load(ledger, batch_id)
    assert (taken, batch.state, batch.lease_until) == (None, "failed", None)
    assert "interrupted 3 times" in batch.message


def test_a_batch_moves_only_from_where_it_is_expected(ledger: Ledger):
    batch_id = start(ledger, state="checked")
    with ledger.write(at=AT) as txn:
        assert not batches.move(txn, batch_id, from_states=("queued",), to_state="cancelled")
        assert batches.move(txn, batch_id, from_states=("checked", "queued"), to_state="agreed")
    assert load(ledger, batch_id).state == "agreed"


def test_rejected_rows_come_back_by_line_with_their_cells(ledger: Ledger):
    batch_id = start(ledger)
    found = [
        (Rejection(line=9, column="Phone", reason="no digits", value="x"), ("Ana", "x")),
        (Rejection(line=2, column="", reason="empty row"), ()),
    ]
    for _ in range(2):  # a second attempt begins by taking away what the first one found
        with ledger.write(at=AT) as txn:
            batches.discard(txn, batch_id)
            for one in found:
                batches.keep_rejections(txn, batch_id, [one])
    with ledger.read() as connection:
        kept = list(batches.iter_rejections(connection, batch_id))
    assert kept == [
        (Rejection(line=2, column="", reason="empty row"), []),
        (Rejection(line=9, column="Phone", reason="no digits"), ["Ana", "x"]),
    ]


def test_counts_report_and_end_are_kept(ledger: Ledger):
    batch_id = start(ledger)
    counts = SimpleNamespace(n_rows=10, n_created=5, n_updated=2, n_unchanged=1, n_rejected=2)
    with ledger.write(at=later(hours=1)) as txn:
        batches.keep_counts(txn, batch_id, counts, {"columns": ["Name"]})
        batches.keep_counts(txn, batch_id, counts, None)
        batches.finish(txn, batch_id)
    batch = load(ledger, batch_id)
    assert (batch.n_rows, batch.n_done, batch.n_created, batch.report) == (10, 10, 5, {"columns": ["Name"]})
    assert (batch.state, batch.finished_at, batch.lease_until) == ("done", later(hours=1), None)


def test_hidden_leads_are_seen_by_nobody_until_the_reveal(ledger: Ledger):
    with ledger.read() as connection:
        before = feed.last_seq(connection)
    batch_id = start(ledger)
    ids = bring(ledger, batch_id, 1, 2)
    with ledger.read() as connection:
        assert (leads.n_leads(connection), leads.visible_ids(connection)) == (0, [])
        assert leads.find_by_keys(connection, lead(1).keys) == {}
        assert leads.load_leads(connection, ids, only_visible=True) == []
        assert {change.kind for change in feed.changes_since(connection, before)} == {"batches"}
    with ledger.write(at=AT) as txn:
        assert batches.reveal(txn, batch_id) == []
    with ledger.read() as connection:
        assert leads.visible_ids(connection) == ids
        assert set(leads.find_by_keys(connection, lead(1).keys).values()) == {ids[0]}
        news = [change.event_type for change in feed.changes_since(connection, before)]
    assert news == ["batch_changed", "leads_shown"]
    assert n_rows(ledger)[-1] == 0


def test_a_reveal_that_meets_somebody_new_shows_nothing_and_says_whom(ledger: Ledger):
    batch_id = start(ledger)
    hidden, _ = bring(ledger, batch_id, 1, 2)
    with ledger.write(at=AT) as txn:
        (other,) = leads.insert_leads(txn, [lead(1, phone=None)], at=AT)
    with ledger.write(at=AT) as txn:
        assert batches.reveal(txn, batch_id) == [KeyConflict("email", "ana1@example.com", hidden, other)]
    with ledger.read() as connection:
        assert leads.visible_ids(connection) == [other]


def test_two_new_leads_of_a_file_may_share_a_key_and_the_first_has_it(ledger: Ledger):
    batch_id = start(ledger)
    with ledger.write(at=AT) as txn:
        both = [lead(1, email="home@example.com"), lead(2, email="home@example.com")]
        first, second = leads.insert_leads(txn, both, batch_id=batch_id, at=AT, is_visible=False)
        assert batches.reveal(txn, batch_id) == []
    with ledger.read() as connection:
        assert leads.visible_ids(connection) == [first, second]
        assert leads.find_by_keys(connection, [("email", "home@example.com")]) == {("email", "home@example.com"): first}


def test_discarding_leaves_no_trace_of_what_was_hidden(ledger: Ledger):
    clean = n_rows(ledger)
    batch_id = start(ledger)
    bring(ledger, batch_id, 1, 2, 3)
    with ledger.write(at=AT) as txn:
        batches.keep_rejections(txn, batch_id, [(Rejection(line=1, column="", reason="x"), ())])
    with ledger.write(at=AT) as txn:
        assert batches.discard(txn, batch_id) == 3
    with ledger.read() as connection:
        assert list(batches.iter_rejections(connection, batch_id)) == []
    assert n_rows(ledger) == clean


def test_discarding_cannot_harm_what_is_shown(ledger: Ledger):
    batch_id = start(ledger)
    bring(ledger, batch_id, 1, 2)
    with ledger.write(at=AT) as txn:
        batches.keep_rejections(txn, batch_id, [(Rejection(line=1, column="", reason="x"), ())])
        batches.reveal(txn, batch_id)
        batches.finish(txn, batch_id)
    before = n_rows(ledger)
    with ledger.write(at=AT) as txn:
        assert batches.discard(txn, batch_id) == 0
    with ledger.read() as connection:
        assert len(list(batches.iter_rejections(connection, batch_id))) == 1
    assert n_rows(ledger) == before


def test_merges_name_the_lead_they_went_into(ledger: Ledger):
    batch_id = start(ledger)
    ids = bring(ledger, batch_id, 1, 2)
    met = [Met(2, ref=77, in_ledger=True, after={"created_at": AT}), Met(5, ref=1, in_ledger=False, earlier_line=3)]
    with ledger.write(at=AT) as txn:
        batches.keep_merges(txn, batch_id, met, dict(enumerate(ids)))
    with ledger.read() as connection:
        rows = connection.execute(select(batches.merges).order_by(batches.merges.c.line)).all()
    assert [(row.lead_id, row.in_file_with_line) for row in rows] == [(77, None), (ids[1], 3)]
    assert rows[0].after == {"created_at": AT.isoformat()}


KILLED = """
import os, signal, sys
from engine.store import batches, leads, opportunities, scores
from engine.store.ledger import Ledger
from tests.store.office import AT, deal, lead, score
ledger, batch_id, n_kept = Ledger.open(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for chunk in range(4):
    with ledger.write(at=AT) as txn:
        ids = leads.insert_leads(txn, [lead(chunk * 50 + k) for k in range(50)], batch_id=batch_id, at=AT, is_visible=False)
        scores.save_scores(txn, [score(lead_id) for lead_id in ids])
        opportunities.insert_opportunities(txn, [deal(lead_id) for lead_id in ids])
        if chunk == n_kept:
            os.kill(os.getpid(), signal.SIGKILL)
with ledger.write(at=AT) as txn:
    batches.reveal(txn, batch_id)
    batches.finish(txn, batch_id)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("n_kept", [0, 2, 4])
def test_an_import_killed_at_any_moment_shows_nothing_and_can_be_done_again(
    ledger: Ledger, url: str, analytics: Analytics, n_kept: int
):
    batch_id = start(ledger)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(batch_id), str(n_kept)], cwd=ROOT, env=child_environment(), check=False
    )
    assert killed.returncode == -signal.SIGKILL
    again = Ledger.open(url)
    again.migrate()
    projection.catch_up(again, analytics)
    with again.read() as connection:
        assert (leads.n_leads(connection), batches.load(connection, batch_id).state) == (0, "importing")
    assert analytics.query("sources", {"agents": None}) == []
    with again.write(at=AT) as txn:
        assert batches.discard(txn, batch_id) == 50 * n_kept
    ids = bring(again, batch_id, 1, 2)
    with again.write(at=AT) as txn:
        assert batches.reveal(txn, batch_id) == []
    projection.catch_up(again, analytics)
    with again.read() as connection:
        assert leads.visible_ids(connection) == ids
    assert analytics.query("sources", {"agents": None})[0]["n_leads"] == 2
    again.close()
