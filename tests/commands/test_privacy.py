"""A person who asks to be forgotten is nowhere any more, and still isn't written to when he comes back; and copies of the ledger."""

import json
from pathlib import Path

import pytest

from engine import commands
from engine.access import SYSTEM
from engine.commands import follow_up, privacy
from engine.commands.backups import back_up, restore
from engine.errors import BadInput, Conflict
from engine.records import Channel
from engine.runtime import Engine
from engine.store import consents, leads, steps
from tests.commands.conftest import later, open_office
from tests.delivery import world

NEEDLES = ("Zebulon", "Quackenbush", "zebulon.q@example.com", "9095557788", "(909) 555-7788")
CSV = (
    b"First Name,Last Name,Phone,Email,Notes\n"
    b"Zebulon,Quackenbush,(909) 555-7788,zebulon.q@example.com,likes Upland\n"
    b"Ana,Ruiz,(909) 555-1111,ana@example.com,friend of Zebulon Quackenbush\n"
)


def traces(home: Path) -> list[str]:
    """Files under the home folder with anything of him; the analytical store has a test of its own."""
    found = []
    for path in home.rglob("*"):
        if path.is_file() and not path.name.startswith("analytics"):
            raw = path.read_bytes()
            found += [f"{path.name}: {needle}" for needle in NEEDLES if needle.encode() in raw]
    return found


@pytest.fixture
def with_him(office: Engine, tmp_path: Path) -> int:
    source = tmp_path.parent / f"{tmp_path.name}.csv"
    source.write_bytes(CSV)
    commands.import_file(office, SYSTEM, source, None, say=lambda n_rows: None)
    with office.ledger.read() as connection:
        lead_id = leads.find_by_keys(connection, [("email", "zebulon.q@example.com")])[("email", "zebulon.q@example.com")]
    world.set_up(office.ledger, office.clock.now())
    with office.ledger.write(at=office.clock.now()) as txn:
        [lead] = leads.load_leads(txn.connection, [lead_id])
        consents.add_consents(txn, world.agreed(lead_id, lead))
    number = follow_up.add_sequence(office, SYSTEM, world.plan_of(world.text(1, 3, min_gap_hours=1.0), name="three"))
    follow_up.enrol_leads(office, SYSTEM, number, [lead_id])
    commands.add_note(office, SYSTEM, lead_id, "Zebulon Quackenbush wants to be called at (909) 555-7788")
    commands.log_inbound(office, SYSTEM, lead_id, Channel.EMAIL, "It is me, zebulon.q@example.com")
    return lead_id


def test_a_forgotten_person_is_in_no_file_any_more(office: Engine, with_him: int, tmp_path: Path):
    assert traces(tmp_path)
    done = privacy.forget_lead(office, SYSTEM, with_him)
    assert done.files_removed
    assert traces(tmp_path) == []
    with office.ledger.read() as connection:
        [ana] = leads.load_leads(connection, leads.visible_ids(connection))
        assert {step.state.value for step in steps.of_lead(connection, with_him)} == {"cancelled"}
    assert "Upland" not in ana.notes
    assert ana.notes.startswith("friend of ‹forgotten›")


def test_a_forgotten_person_who_is_imported_again_is_still_not_written_to(office: Engine, with_him: int):
    privacy.forget_lead(office, SYSTEM, with_him)
    later(office, days=1)
    again = commands.take_lead(office, SYSTEM, {"name": "Zebulon Quackenbush", "phone": "(909) 555-7788"})
    with office.ledger.read() as connection:
        assert consents.suppressed(connection, ["+19095557788"]) == {"+19095557788": "forgotten"}
    assert again != with_him


def test_an_export_tells_everything_and_nothing_of_others(office: Engine, with_him: int):
    told = json.dumps(privacy.export_lead(office, SYSTEM, with_him))
    assert all(word in told for word in ("Quackenbush", "zebulon.q@example.com", "consents", "steps", "interactions", "pauses"))
    assert "ana@example.com" not in told


def test_a_copy_comes_back_and_what_may_have_gone_out_is_looked_up(office: Engine, with_him: int, tmp_path: Path):
    settings = office.settings
    assert "sqlite3" in back_up(settings, tmp_path / "copies")
    privacy.forget_lead(office, SYSTEM, with_him)
    office.close()
    told = restore(settings, tmp_path / "copies")
    assert "1 forgotten again" in told
    again = open_office(tmp_path)
    with again.ledger.read() as connection:
        assert len(leads.visible_ids(connection)) == 1
    again.close()


def test_a_damaged_copy_is_refused(office: Engine, tmp_path: Path):
    back_up(office.settings, tmp_path / "copies")
    [copy] = (tmp_path / "copies").glob("*.sqlite3")
    raw = bytearray(copy.read_bytes())
    raw[5000] ^= 255
    copy.write_bytes(raw)
    with pytest.raises(BadInput, match="damaged"):
        restore(office.settings, tmp_path / "copies")


def test_a_restore_beside_a_running_sidecar_is_refused(office: Engine, tmp_path: Path):
    import fcntl

    back_up(office.settings, tmp_path / "copies")
    with (tmp_path / "sidecar.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="sidecar"):
            restore(office.settings, tmp_path / "copies")
