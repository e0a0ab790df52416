"""The life of a team's own model: it scores files and leads with its reasons, is promoted and rolled back, and running engines follow."""

import csv
import json
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from engine import commands
from engine.__main__ import main
from engine.access import SYSTEM, Actor, Role
from engine.clock import FixedClock
from engine.errors import BadInput, ModelUnusable, NotAllowed
from engine.runtime import open_engine
from engine.scoring import registry
from engine.scoring.history import train_frame
from engine.scoring.takings import Taking
from engine.settings import Settings
from engine.store import scores
from engine.store.tables import audit, changes
from tests.scoring.history_frames import leads

from .conftest import START, later, open_office

AGENT = Actor(user_id=7, username="maria", name="Maria", role=Role.AGENT)
MEANINGS = {"portal": "portal", "referral": "sphere", "own site": "own_site"}
TAKINGS = {"Source": Taking("source", MEANINGS), "Budget": Taking("budget"), "Created": Taking("created_at")}


@pytest.fixture(scope="module")
def trained():
    return train_frame(leads(600), outcome="Won", time="Created", at=START, takings=TAKINGS)


@pytest.fixture
def engine(tmp_path, trained):
    engine = open_office(tmp_path)
    trained.save(engine.settings.own_models)
    yield engine
    engine.close()


@pytest.fixture
def version(trained):
    return trained.model.version


def take(engine, number=1, **more):
    facts = {"name": f"Ana {number}", "phone": f"(909) 555-01{number:02d}", "created_at": "2026-03-01", **more}
    return commands.take_lead(engine, SYSTEM, facts)


def current(engine, lead_id):
    with engine.ledger.read() as connection:
        return scores.current(connection, [lead_id])[lead_id]


def test_a_promoted_model_scores_leads_from_their_fields_and_kept_cells(engine, version, trained):
    commands.promote_model(engine, SYSTEM, version)
    lead = take(engine, source="referral", budget="$500,000", extra={"Minutes on site": "22.5"})
    score = current(engine, lead)
    assert score.model_version == version
    row = leads(1).with_columns()[0:0]
    told = {"Source": ["referral"], "Budget": ["500000"], "Minutes on site": ["22.5"], "Created": ["2026-03-01"]}
    assert score.probability == pytest.approx(float(trained.model.predict(type(row)(told))[0]), abs=1e-12)
    texts = [reason.text for reason in (*score.reasons_for, *score.reasons_against)]
    assert any(text.startswith("Source: referral") for text in texts)
    assert any(text == "Minutes on site: 22.5" for text in texts)
    assert score.price is not None
    assert score.commission is not None


def test_its_effects_add_up_to_what_it_says(engine, version, trained):
    commands.promote_model(engine, SYSTEM, version)
    score = current(engine, take(engine, source="portal", extra={"Minutes on site": "3"}))
    model = trained.model.model
    matrix = np.frombuffer(score.inputs, "<f4")[None, :]
    base = 1 / (1 + np.exp(-model.base_odds))
    effects = np.frombuffer(score.effects, "<f4").astype(float)
    assert effects.sum() + base == pytest.approx(float(model.predict_proba(matrix)[0]), abs=1e-5)


def test_a_source_in_other_words_is_read_by_its_meaning(engine, version):
    commands.promote_model(engine, SYSTEM, version)
    first = take(engine, 1, source="referral", extra={"Minutes on site": "9"})
    other = take(engine, 2, source="Past client", extra={"Minutes on site": "9"})
    assert current(engine, other).probability == current(engine, first).probability


def test_a_lead_who_says_too_little_of_its_columns_is_scored_by_the_shipped_model(engine, version):
    commands.promote_model(engine, SYSTEM, version)
    score = current(engine, take(engine))
    assert score.model_version == registry.champion_version(engine.settings.models)


def test_a_running_engine_elsewhere_follows_promotion_and_rollback(engine, version, tmp_path):
    other = open_engine(Settings(home=tmp_path, _env_file=None))
    other.clock = FixedClock(START)
    shipped = other.scorer.version
    commands.promote_model(engine, SYSTEM, version)
    later(other, seconds=1)
    assert other.scorer.version == version
    later(engine, minutes=1)
    assert commands.roll_back_model(engine, SYSTEM) == shipped
    later(other, minutes=2)
    assert other.scorer.version == shipped
    later(engine, minutes=1)
    assert commands.roll_back_model(engine, SYSTEM) == version
    other.close()


def test_each_change_of_model_leaves_an_audit_line_and_news(engine, version):
    commands.promote_model(engine, SYSTEM, version)
    commands.promote_model(engine, SYSTEM, version)  # twice is once
    later(engine, minutes=1)
    commands.roll_back_model(engine, SYSTEM)
    with engine.ledger.read() as connection:
        lines = connection.execute(select(audit.c.action, audit.c.detail).where(audit.c.action.like("%_model"))).all()
        news = connection.execute(select(changes.c.event_type).where(changes.c.event_type == "model_promoted")).all()
    assert [line.action for line in lines] == ["promote_model", "roll_back_model"]
    assert lines[1].detail["before"] == version
    assert len(news) == 2


def test_there_is_nothing_to_roll_back_to_at_first(engine):
    with pytest.raises(BadInput, match="nothing to go back to"):
        commands.roll_back_model(engine, SYSTEM)


def test_only_who_may_change_settings_changes_the_model(engine, version):
    for command in (
        lambda: commands.promote_model(engine, AGENT, version),
        lambda: commands.roll_back_model(engine, AGENT),
        lambda: commands.rescore_all(engine, AGENT),
        lambda: commands.list_models(engine, AGENT),
    ):
        with pytest.raises(NotAllowed):
            command()


def test_a_damaged_model_is_not_promoted_and_one_damaged_later_leaves_the_shipped_one(engine, version, tmp_path):
    arrays = engine.settings.own_models / version / "model.npz"
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:-10])
    with pytest.raises(ModelUnusable, match="damaged"):
        commands.promote_model(engine, SYSTEM, version)
    assert engine.champion.promoted(START) is None
    arrays.write_bytes(whole)
    commands.promote_model(engine, SYSTEM, version)
    arrays.write_bytes(whole[:-10])
    other = open_office(tmp_path, START + timedelta(minutes=1))
    assert not registry.is_own(other.scorer.version)
    assert "damaged" in other.champion.problem
    finding = next(one for one in commands.examine(other.settings) if one.subject == "own model")
    assert not finding.is_ok
    other.close()


def test_leads_that_were_here_are_scored_anew_by_the_promoted_model(engine, version):
    lead = take(engine, source="referral", budget="$500,000", extra={"Minutes on site": "22.5"})
    assert current(engine, lead).model_version != version
    commands.promote_model(engine, SYSTEM, version)
    later(engine, minutes=10)
    assert commands.rescore_all(engine, SYSTEM) == 1
    assert current(engine, lead).model_version == version


def written(path, frame):
    frame.write_csv(path)
    return path


def scored(settings, source, target, **more):
    done = commands.score_to_file(settings, source, target, **{"mapping": None, "model": None, "progress": lambda n: None, **more})
    with target.open(newline="", encoding="utf-8") as file:
        return done, list(csv.DictReader(file))


def test_a_file_with_its_columns_is_scored_by_the_promoted_model_row_by_row(engine, version, trained, tmp_path):
    commands.promote_model(engine, SYSTEM, version)
    frame = leads(60, seed=21).drop("Won")
    done, rows = scored(engine.settings, written(tmp_path / "in.csv", frame), tmp_path / "out.csv")
    assert (done["model_version"], done["scored"], done["rejected"]) == (version, 60, 0)
    assert [float(row["probability"]) for row in rows] == pytest.approx(trained.model.predict(frame).tolist(), abs=1e-6)
    assert all(row["reason_1"] or row["reason_against_1"] for row in rows)
    assert {row["band"] for row in rows} <= {"hot", "warm", "cold"}


def test_a_file_without_its_columns_is_scored_by_the_shipped_model_and_says_why(engine, version, tmp_path):
    commands.promote_model(engine, SYSTEM, version)
    frame = leads(5, seed=21).drop("Won", "Minutes on site")
    done, rows = scored(engine.settings, written(tmp_path / "in.csv", frame), tmp_path / "out.csv")
    assert not registry.is_own(str(done["model_version"]))
    assert "'Minutes on site'" in str(done["passed_over"])
    assert len(rows) == 5
    with pytest.raises(BadInput, match="Minutes on site"):
        scored(engine.settings, tmp_path / "in.csv", tmp_path / "again.csv", model=version)


def test_the_command_line_trains_promotes_lists_and_rolls_back(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JORGE_HOME", str(tmp_path / "home"))
    source = written(tmp_path / "history.csv", leads(400))
    assert main(["train", str(source), "--outcome", "Won", "--time", "Created", "--promote"]) == 0
    version = json.loads(capsys.readouterr().out)["model_version"]
    assert (tmp_path / "home" / "models" / version / "manifest.json").exists()
    assert main(["models", "list"]) == 0
    assert f"* {version}" in capsys.readouterr().out
    assert main(["evaluate", str(source), "--outcome", "Won", "--time", "Created"]) == 0
    assert json.loads(capsys.readouterr().out)["model_version"] == version
    assert main(["models", "rollback"]) == 0
    assert main(["doctor"]) == 0
    assert "none is promoted" in capsys.readouterr().out
