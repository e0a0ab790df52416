"""What a person chooses for an import is heeded: what a match may change, whom rows are joined to; and it is remembered."""

import pytest

from engine import commands, intake, views
from engine.access import SYSTEM
from engine.commands import Choices
from engine.commands.files import choices_of, dry_run, import_file
from engine.errors import BadInput
from engine.runtime import open_engine
from engine.settings import ROOT, Settings
from engine.store import leads

FIRST = "First Name,Last Name,Phone,Email,City\nAna,Rivera,909-555-0101,ana@example.com,Upland\n"
SECOND = "First Name,Last Name,Phone,Email,City,Notes\nAna,Rivera,909-555-0101,,Ontario,a yard\n"
NEAR = "First Name,Last Name,Phone\nAna,Rivera,909-555-0110\n"


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(Settings(home=tmp_path / "home", models=ROOT / "models", clock="2026-03-02T18:00:00Z", _env_file=None))
    yield engine
    engine.close()


def take(engine, tmp_path, text, choices=None):
    path = tmp_path / "leads.csv"
    path.write_text(text)
    return import_file(engine, SYSTEM, path, None, choices=choices, say=lambda n_rows: None)


def ana(engine):
    with engine.ledger.read() as connection:
        [lead] = leads.load_leads(connection, leads.newest_ids(connection, 10))
    return lead


@pytest.mark.parametrize(
    ("on_match", "city", "notes"),
    [
        ("", "Upland", "a yard"),
        ("overwrite", "Ontario", "a yard"),
        ("keep", "Upland", ""),
        ("fill,location=overwrite,notes=keep", "Ontario", ""),
    ],
)
def test_a_match_changes_what_it_may(engine, tmp_path, on_match, city, notes):
    take(engine, tmp_path, FIRST)
    take(engine, tmp_path, SECOND, choices_of(on_match, ""))
    assert (ana(engine).city, ana(engine).notes, ana(engine).email) == (city, notes, "ana@example.com")


def test_a_choice_that_is_none_is_refused(engine):
    for wrong in ("sometimes", "shoes=keep"):
        with pytest.raises(BadInput):
            choices_of(wrong, "")


def test_somebody_nearly_known_is_shown_and_joined_only_by_a_person(engine, tmp_path):
    take(engine, tmp_path, FIRST)
    path = tmp_path / "near.csv"
    path.write_text(NEAR)
    said = dry_run(engine, path, None)
    assert (said["create"], [one["why"] for one in said["fuzzy"]]) == (1, ["the same name, nearly the same phone"])
    with path.open("rb") as file:
        upload = commands.keep_upload(engine, SYSTEM, path.name, file)
    mapping = intake.mapping_of(commands.preview_upload(engine, SYSTEM, upload).guesses)
    number = commands.start_batch(engine, SYSTEM, upload=upload, mapping=mapping)
    commands.work_on_batch(engine, number)
    [pair] = views.similar_people(engine, SYSTEM, batch_id=number)
    commands.agree_to_batch(engine, SYSTEM, number, joins={pair.line: pair.lead_id})
    assert commands.work_on_batch(engine, number).n_updated == 1
    assert ana(engine).other_phones == ("+19095550110",)


def test_a_header_that_came_before_is_known(engine, tmp_path):
    take(engine, tmp_path, FIRST, Choices(policy={"*": "keep"}))
    path = tmp_path / "again.csv"
    path.write_text(FIRST)
    with path.open("rb") as file:
        upload = commands.keep_upload(engine, SYSTEM, path.name, file)
    sender = commands.preview_upload(engine, SYSTEM, upload).sender
    assert sender is not None
    assert (sender.policy, sender.mapping["Phone"]) == ({"*": "keep"}, "phone")
