"""The verb `prices`: a file of sales in, a report out, and a promoted model where a lead's columns were used."""

import json

import pytest

from bench import quality
from engine import commands
from engine.__main__ import main
from engine.errors import BadInput
from engine.scoring.sales_model import load_sales_champion
from engine.settings import load_settings
from tests.scoring.sales_frames import sales


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "sales.csv"
    sales(300).write_csv(path)
    return path


@pytest.fixture
def ask(tmp_path, source):
    settings = load_settings(home=tmp_path / "home", models=tmp_path / "models")
    given = {"price": "Price", "time": "Sold", "exclude": (), "adjustment_rate": 0.0}
    return settings, lambda **more: commands.prices(settings, source, **{**given, "columns": "lead", "promote": False, **more})


def test_a_model_is_kept_and_prices_leads_only_when_promoted(ask):
    settings, prices = ask
    version = prices()["model_version"]
    assert (settings.own_models / str(version) / "manifest.json").exists()
    assert load_sales_champion(settings.own_models) is None
    promoted = prices(promote=True)
    assert promoted["promoted"] is True
    champion = load_sales_champion(settings.own_models)
    assert champion is not None
    assert champion.version == promoted["model_version"]


def test_a_model_of_more_than_leads_tell_is_not_promoted(ask):
    settings, prices = ask
    with pytest.raises(BadInput, match="--columns lead"):
        prices(columns="all", promote=True)
    assert not settings.own_models.exists()


def test_the_command_line_writes_the_report(source, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JORGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JORGE_MODELS", str(tmp_path / "models"))
    report = tmp_path / "report.json"
    assert main(["prices", str(source), "--price", "Price", "--time", "Sold", "--exclude", "Sq Ft", "--report", str(report)]) == 0
    assert {"column": "Sq Ft", "reason": "left out by request"} in json.loads(report.read_text())["excluded"]
    assert main(["prices", str(source), "--price", "Worth"]) == 1
    assert "there is no column 'Worth'" in capsys.readouterr().err


def test_measuring_on_real_data_says_when_there_is_none(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(quality, "DATASETS", tmp_path / "nowhere")
    monkeypatch.setattr("sys.argv", ["bench.quality"])
    assert quality.main() == 1
    assert "the reference data is not beside the project" in capsys.readouterr().err
