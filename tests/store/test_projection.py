"""The projection: whatever happened in the ledger, following it step by step shows the same as making it anew."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.records import Band, Channel, Direction, Stage
from engine.store import batches, feed, leads, opportunities, people, projection, scores
from engine.store.analytics import Analytics
from engine.store.ledger import Ledger, Txn
from tests.store.office import AT, answer, deal, later, lead, new_batch, said, score, seed

TABLES = ("leads", "touches", "scores", "opportunities", "stages", "batches", "users", "meta")


def contents(analytics: Analytics) -> dict[str, list[Any]]:
    with analytics.write() as cursor:
        return {table: cursor.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in TABLES}


class World:
    """A ledger under change: the leads, deals and imports that a drawn step may pick from."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.leads: list[int] = []
        self.deals: list[int] = []
        self.open_batches: list[int] = []
        self.n = 0

    def take(self, step: Callable[["World", Txn, int], None], pick: int) -> None:
        self.n += 1
        with self.ledger.write(at=later(minutes=self.n)) as txn:
            step(self, txn, pick)


def chosen(items: list[int], pick: int) -> list[int]:
    return [items[pick % len(items)]] if items else []


def add_lead(world: World, txn: Txn, pick: int) -> None:
    new = [lead(1_000 * world.n + k, interactions=(said(), answer())[: pick % 3]) for k in range(1 + pick % 3)]
    world.leads += leads.insert_leads(txn, new, at=txn.at)


def begin_batch(world: World, txn: Txn, pick: int) -> None:
    batch_id = new_batch(txn)
    new = [lead(1_000 * world.n + k) for k in range(pick % 4)]
    ids = leads.insert_leads(txn, new, batch_id=batch_id, at=txn.at, is_visible=False)
    scores.save_scores(txn, [score(lead_id) for lead_id in ids])
    opportunities.insert_opportunities(txn, [deal(lead_id) for lead_id in ids[:1]])
    world.open_batches.append(batch_id)


def finish_batch(world: World, txn: Txn, pick: int) -> None:
    for batch_id in chosen(world.open_batches, pick):
        world.open_batches.remove(batch_id)
        assert batches.reveal(txn, batch_id) == []
        known = chosen(world.leads, pick)
        for lead_id in known:
            leads.update_lead(txn, lead_id, lead(lead_id, city="Merged"), ["city"])
        batches.finish(txn, batch_id)
        page = leads.visible_ids(txn.connection)
        world.leads = page


def drop_batch(world: World, txn: Txn, pick: int) -> None:
    for batch_id in chosen(world.open_batches, pick):
        world.open_batches.remove(batch_id)
        batches.discard(txn, batch_id)
        batches.fail(txn, batch_id, "dropped")


def merge(world: World, txn: Txn, pick: int) -> None:
    """Two leads turn out to be one person."""
    for lead_id in chosen(world.leads[1:], pick):
        leads.remove_leads(txn, [lead_id])
        world.leads.remove(lead_id)
        gone = opportunities.of_leads(txn.connection, [lead_id])
        assert gone == []
        leads.update_lead(txn, world.leads[0], lead(world.leads[0], other_emails=(f"m{world.n}@example.com",)), ["other_emails"])
    world.deals = [one.opportunity_id for one in opportunities.of_leads(txn.connection, world.leads)]


def touch(world: World, txn: Txn, pick: int) -> None:
    for lead_id in chosen(world.leads, pick):
        event = said(
            at=txn.at,
            channel=list(Channel)[pick % len(Channel)],
            direction=list(Direction)[pick % 2],
            is_automated=pick % 3 == 0,
        )
        leads.add_interaction(txn, lead_id, event)


def rescore(world: World, txn: Txn, pick: int) -> None:
    for lead_id in chosen(world.leads, pick):
        bare = {"price": None, "commission": None, "reasons_for": ()} if pick % 2 else {}
        scores.save_scores(txn, [score(lead_id, scored_at=txn.at, probability=pick / 100, band=list(Band)[pick % 3], **bare)])


def open_deal(world: World, txn: Txn, pick: int) -> None:
    new = [deal(lead_id, gci_cents=None if pick % 2 else pick * 1_000) for lead_id in chosen(world.leads, pick)]
    world.deals += opportunities.insert_opportunities(txn, new)


def move_deal(world: World, txn: Txn, pick: int) -> None:
    for deal_id in chosen(world.deals, pick):
        stage = list(Stage)[pick % len(Stage)]
        opportunities.move_stage(txn, deal_id, stage, closed_on=date(2026, 4, 1) if stage is Stage.CLOSED else None)


def assign(world: World, txn: Txn, pick: int) -> None:
    for lead_id in chosen(world.leads, pick):
        leads.assign(txn, lead_id, pick % 3 or None)


def hire(world: World, txn: Txn, pick: int) -> None:
    user_id = txn.next_id("users")
    user = people.User(user_id, f"agent{user_id}", "Agent", None, people.Role.AGENT, False, False, txn.at)
    people.insert_user(txn.connection, user, "hash")
    txn.emit("user_changed", "users", user_id)


STEPS = [add_lead, begin_batch, finish_batch, drop_batch, merge, touch, rescore, open_deal, move_deal, assign, hire]
CATCH_UP = None


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Analytics, Analytics]]:
    """One store that follows, one that is always made anew; each drawn ledger is another one to them."""
    folder = tmp_path_factory.mktemp("stores")
    followed, anew = Analytics.open(folder / "a.duckdb"), Analytics.open(folder / "b.duckdb")
    yield followed, anew
    followed.close()
    anew.close()


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from([*STEPS, CATCH_UP, CATCH_UP]), st.integers(0, 99)), max_size=25))
def test_following_the_feed_shows_what_making_it_anew_shows(stores: tuple[Analytics, Analytics], steps):
    followed, anew = stores
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.open(f"sqlite:///{folder}/ledger.sqlite3")) as ledger:
        ledger.migrate()
        with ledger.write(at=AT) as txn:
            seed(txn)
        projection.catch_up(ledger, followed)
        world = World(ledger)
        for step, pick in steps:
            if step is CATCH_UP:
                projection.catch_up(ledger, followed)
            else:
                world.take(step, pick)
        assert projection.catch_up(ledger, followed) == projection.rebuild(ledger, anew) == followed.last_seq
        assert contents(followed) == contents(anew)


def fill(ledger: Ledger) -> World:
    world = World(ledger)
    for pick, step in enumerate([add_lead, *STEPS] * 2, 2):
        world.take(step, pick)
    return world


def test_both_ledgers_project_to_the_same_rows_however_they_got_there(ledger: Ledger, analytics: Analytics):
    projection.catch_up(ledger, analytics)
    world = fill(ledger)
    assert projection.catch_up(ledger, analytics) > 0
    followed = contents(analytics)
    assert len(followed["leads"]) == len(world.leads) > 0
    assert all(followed[table] for table in TABLES)
    projection.rebuild(ledger, analytics)
    assert contents(analytics) == followed


def test_catching_up_takes_in_a_feed_longer_than_a_page(ledger: Ledger, analytics: Analytics, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(projection, "_PAGE", 3)
    projection.catch_up(ledger, analytics)
    fill(ledger)
    with ledger.read() as connection:
        assert projection.catch_up(ledger, analytics) == feed.last_seq(connection) > 10
    followed = contents(analytics)
    projection.rebuild(ledger, analytics)
    assert contents(analytics) == followed


def test_nothing_new_changes_nothing(ledger: Ledger, analytics: Analytics):
    last = projection.catch_up(ledger, analytics)
    mark = analytics.mark()
    assert (projection.catch_up(ledger, analytics), analytics.mark()) == (last, mark)


def test_a_store_of_another_ledger_is_made_anew(tmp_path: Path, analytics: Analytics):
    for name, n_leads in (("one", 2), ("two", 5)):
        ledger = Ledger.open(f"sqlite:///{tmp_path / name}.sqlite3")
        ledger.migrate()
        with ledger.write(at=AT) as txn:
            leads.insert_leads(txn, [lead(n) for n in range(n_leads)], at=AT)
        projection.catch_up(ledger, analytics)
        assert len(contents(analytics)["leads"]) == n_leads
        ledger.close()


def test_a_store_ahead_of_a_ledger_brought_back_from_a_backup_is_made_anew(tmp_path: Path, analytics: Analytics):
    file, backup = tmp_path / "ledger.sqlite3", tmp_path / "backup.sqlite3"

    def add(n: int, hours: int) -> None:
        ledger = Ledger.open(f"sqlite:///{file}")
        ledger.migrate()
        with ledger.write(at=later(hours=hours)) as txn:
            leads.insert_leads(txn, [lead(n)], at=AT)
        projection.catch_up(ledger, analytics)
        ledger.close()

    add(1, hours=0)
    shutil.copy(file, backup)
    add(2, hours=1)
    shutil.copy(backup, file)
    add(3, hours=2)  # as many changes as were lost: only their moments differ
    assert [row[3] for row in contents(analytics)["leads"]] == ["+19095550001", "+19095550003"]


def test_wide_texts_stay_in_the_ledger(ledger: Ledger, analytics: Analytics):
    with ledger.write(at=AT) as txn:
        leads.insert_leads(txn, [lead(1, notes="a secret note", interactions=(said(body="a secret message"),))], at=AT)
    projection.catch_up(ledger, analytics)
    assert "secret" not in str(contents(analytics))
