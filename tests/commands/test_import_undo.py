"""Taking an import back: exactly, whatever is killed when, and never over somebody's work."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine import commands
from engine.access import SYSTEM, Actor, Role
from engine.clock import FixedClock
from engine.errors import Conflict, NotAllowed
from engine.runtime import open_engine
from engine.settings import Settings
from engine.store import leads as lead_store
from engine.store.table_types import metadata

AT = datetime(2026, 4, 1, 15, tzinfo=UTC)
KNOWN = "name,email,phone,budget\nAnn Lee,ann@example.com,,\nBob Roe,bob@example.com,909-555-0102,$400k\n"
MORE = (
    "name,email,phone,budget,stage,notes\n"
    "Ann Lee,ann@example.com,909-555-0101,$500k,Under contract,wants a yard\n"
    "Cat Poe,cat@example.com,909-555-0103,$600k,,\nDan Fox,dan@example.com,909-555-0104,$700k,,\n"
)
OFFICE = ("leads", "interactions", "lead_keys", "opportunities", "hidden_keys", "snoozes")


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(Settings(home=tmp_path / "home", _env_file=None))
    engine.clock = FixedClock(AT)
    yield engine
    engine.close()


def tick(engine, minutes=1):
    engine.clock = FixedClock(engine.clock.now() + timedelta(minutes=minutes))


def brought(engine, tmp_path, content, name):
    tick(engine)
    path = tmp_path / name
    path.write_text(content)
    return commands.import_file(engine, SYSTEM, path, None, say=lambda n: None)["batch"]


def taken_back(engine, batch_id, **options):
    tick(engine)
    return commands.undo_import_now(engine, SYSTEM, batch_id, say=lambda n: None, **options)


def state_of(engine):
    """Every row that the office sees, to the last column; scores apart, which are made anew."""
    with engine.ledger.read() as connection:
        tables = [metadata.tables[name] for name in OFFICE]
        return {table.name: sorted(connection.execute(select(table)).mappings().all(), key=str) for table in tables}


def lead_of(engine, email):
    with engine.ledger.read() as connection:
        [lead_id] = lead_store.find_by_keys(connection, [("email", email)]).values()
    return lead_id


def test_what_an_import_did_is_undone_to_the_last_column(engine, tmp_path):
    brought(engine, tmp_path, KNOWN, "known.csv")
    before = state_of(engine)
    batch_id = brought(engine, tmp_path, MORE, "more.csv")
    assert state_of(engine) != before
    assert taken_back(engine, batch_id) == {"batch": batch_id, "removed": 2, "restored": 1, "kept": []}
    assert state_of(engine) == before


def test_asking_first_changes_nothing(engine, tmp_path):
    brought(engine, tmp_path, KNOWN, "known.csv")
    batch_id = brought(engine, tmp_path, MORE, "more.csv")
    before = state_of(engine)
    assert taken_back(engine, batch_id, dry_run=True)["removed"] == 2
    assert state_of(engine) == before


def test_a_lead_somebody_worked_on_since_stays_with_the_reason(engine, tmp_path):
    batch_id = brought(engine, tmp_path, KNOWN, "known.csv")
    tick(engine)
    commands.add_note(engine, SYSTEM, lead_of(engine, "ann@example.com"), "called, wants a yard")
    done = taken_back(engine, batch_id)
    assert (done["removed"], [kept["name"] for kept in done["kept"]]) == (1, ["Ann Lee"])
    assert "worked on since" in done["kept"][0]["reason"]
    assert lead_of(engine, "ann@example.com")


def test_a_known_lead_changed_since_keeps_what_it_is(engine, tmp_path):
    brought(engine, tmp_path, KNOWN, "known.csv")
    batch_id = brought(engine, tmp_path, MORE, "more.csv")
    ann = lead_of(engine, "ann@example.com")
    with engine.ledger.write(at=AT + timedelta(hours=1)) as txn:
        [lead] = lead_store.load_leads(txn.connection, [ann])
        lead_store.update_lead(txn, ann, type(lead)(lead_id=ann, phone="+19095550199"), ["phone"])
    done = taken_back(engine, batch_id)
    assert [kept["lead_id"] for kept in done["kept"]] == [ann]
    with engine.ledger.read() as connection:
        assert lead_store.load_leads(connection, [ann])[0].phone == "+19095550199"


def test_two_imports_are_taken_back_the_later_one_first(engine, tmp_path):
    first = brought(engine, tmp_path, KNOWN, "known.csv")
    second = brought(engine, tmp_path, MORE, "more.csv")
    assert taken_back(engine, second)["kept"] == []
    assert taken_back(engine, first) == {"batch": first, "removed": 2, "restored": 0, "kept": []}
    assert state_of(engine)["leads"] == []


def test_an_interrupted_undo_goes_on_where_it_was(engine, tmp_path, monkeypatch):
    brought(engine, tmp_path, KNOWN, "known.csv")
    before = state_of(engine)
    batch_id = brought(engine, tmp_path, MORE, "more.csv")
    tick(engine)
    commands.undo_import(engine, SYSTEM, batch_id)
    with monkeypatch.context() as patch:
        patch.setattr("engine.commands.import_undo._restore_all", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            commands.work_on_batch(engine, batch_id)
    tick(engine)
    commands.work_on_batch(engine, batch_id)
    assert state_of(engine) == before
    assert commands.undone(engine, SYSTEM, batch_id).n_remove == 2


def test_the_same_file_can_come_again_after_its_undo(engine, tmp_path):
    batch_id = brought(engine, tmp_path, KNOWN, "known.csv")
    taken_back(engine, batch_id)
    again = brought(engine, tmp_path, KNOWN, "known.csv")
    assert again != batch_id
    assert lead_of(engine, "bob@example.com")


def test_an_import_is_taken_back_once(engine, tmp_path):
    batch_id = brought(engine, tmp_path, KNOWN, "known.csv")
    taken_back(engine, batch_id)
    with pytest.raises(Conflict, match="already"):
        taken_back(engine, batch_id)


def test_only_those_who_may_import_take_back(engine, tmp_path):
    batch_id = brought(engine, tmp_path, KNOWN, "known.csv")
    with pytest.raises(NotAllowed):
        commands.undo_import(engine, Actor(9, "eve", "Eve", Role.READ_ONLY), batch_id)
