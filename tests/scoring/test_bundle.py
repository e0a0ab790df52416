"""Model files: whole or refused with a sentence; nothing in them can run."""

import io
import json
import shutil
import zipfile

import numpy as np
import pytest

from engine.errors import ModelUnusable
from engine.scoring.bundle import load_bundle, save_bundle
from engine.scoring.registry import champion_version, load_champion, promote, versions
from engine.scoring.scorer import Scorer

from .conftest import MODELS


@pytest.fixture
def models(tmp_path):
    return shutil.copytree(MODELS, tmp_path / "models", ignore=shutil.ignore_patterns("history-*"))


@pytest.fixture
def folder(models):
    return models / champion_version(models)


def test_a_model_comes_back_from_its_files_scoring_alike(champion, synthetic, market, at, tmp_path):
    again = load_bundle(save_bundle(champion, tmp_path))
    leads = synthetic.leads[:50]
    assert Scorer(again).score(leads, market=market, at=at) == Scorer(champion).score(leads, market=market, at=at)


def test_saving_the_same_model_twice_gives_the_same_bytes(champion, tmp_path):
    one, two = save_bundle(champion, tmp_path / "a"), save_bundle(champion, tmp_path / "b")
    assert all((one / file.name).read_bytes() == file.read_bytes() for file in two.iterdir())


def test_the_shipped_model_is_small_and_says_it_is_synthetic(champion):
    folder = MODELS / champion.version
    assert sum(file.stat().st_size for file in folder.iterdir()) < 4_000_000
    assert champion.is_synthetic
    assert "Trained on synthetic leads" in champion.card


@pytest.mark.parametrize("name", ["model.npz", "features.json", "metrics.json", "card.md"])
def test_a_changed_file_is_refused_by_name(models, folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelUnusable, match=f"damaged: {name}"):
        load_champion(models)


@pytest.mark.parametrize("name", ["model.npz", "features.json", "manifest.json"])
def test_a_missing_file_is_refused(models, folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelUnusable):
        load_champion(models)


def test_a_half_written_file_is_refused(models, folder):
    content = (folder / "model.npz").read_bytes()
    (folder / "model.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelUnusable):
        load_champion(models)


def test_another_format_is_refused_with_both_numbers(models, folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(ModelUnusable, match="format 99; this engine reads format 1"):
        load_bundle(folder)


def test_a_manifest_that_was_rewritten_is_refused(models, folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "note": "hello"}))
    with pytest.raises(ModelUnusable, match="changed since it was promoted"):
        load_champion(models)


def test_a_pickle_inside_is_not_opened(champion, tmp_path):
    folder = save_bundle(champion, tmp_path)
    with np.load(folder / "model.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["forest_value"] = np.array([{"not": "numbers"}], dtype=object)
    file = io.BytesIO()
    np.savez(file, **arrays)
    _replace(folder, "model.npz", file.getvalue())
    with pytest.raises(ModelUnusable):
        load_bundle(folder)


def test_a_model_for_other_features_is_refused(champion, tmp_path):
    folder = save_bundle(champion, tmp_path)
    facts = json.loads((folder / "features.json").read_text())
    facts["names"][0] = "shoe_size"
    _replace(folder, "features.json", json.dumps(facts).encode())
    with pytest.raises(ModelUnusable, match="other features"):
        load_bundle(folder)


def test_something_else_entirely_is_refused(models, folder):
    with zipfile.ZipFile(folder / "model.npz", "w") as file:
        file.writestr("hello.txt", "hello")
    with pytest.raises(ModelUnusable):
        load_champion(models)


def test_without_a_champion_the_sentence_says_what_to_do(tmp_path):
    with pytest.raises(ModelUnusable, match="make model"):
        load_champion(tmp_path)


@pytest.mark.parametrize("version", ["../elsewhere", "", "a/b", ".hidden"])
def test_a_version_cannot_lead_out_of_the_folder(models, version):
    with pytest.raises(ModelUnusable):
        promote(models, version)
    (models / "champion.json").write_text(json.dumps({"version": version, "manifest_sha256": "0"}))
    with pytest.raises(ModelUnusable):
        load_champion(models)


def test_a_damaged_model_is_not_promoted_and_the_champion_stays(models, folder):
    shutil.copytree(folder, models / "next-1")
    before = (models / "champion.json").read_bytes()
    with pytest.raises(ModelUnusable, match="holds the model"):
        promote(models, "next-1")
    assert (models / "champion.json").read_bytes() == before
    assert {"next-1", folder.name} <= set(versions(models))


def _replace(folder, name, content):
    """Put other content under a manifest that agrees with it."""
    import hashlib

    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"][name] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
