"""A model as one thing: everything a score needs, and its folder of plain files. No pickle; the manifest is checked before opening."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import ModelUnusable
from engine.scoring.calibration import Calibrator, calibrator_from_arrays, calibrator_to_arrays
from engine.scoring.evidence import Evidence, evidence_from_arrays, evidence_to_arrays
from engine.scoring.features import FEATURES, NAMES
from engine.scoring.forest import Forest, forest_from_arrays, forest_to_arrays
from engine.scoring.kernels import Floats
from engine.scoring.price import PriceModel, price_from_arrays, price_to_arrays
from engine.scoring.quality import Tables
from engine.scoring.scale import Bands
from engine.scoring.whole_files import as_json, read_listed, read_manifest, write_listed

if TYPE_CHECKING:
    from engine.scoring.sales_model import SalesModel

FORMAT = 1
FILES = ("model.npz", "features.json", "metrics.json", "card.md")
_OPENING = (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError)

Metrics = dict[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model with its calibration, evidence, price model, scale and bands."""

    version: str
    forest: Forest
    calibrator: Calibrator
    evidence: Evidence
    price: PriceModel
    bands: Bands
    scale_probability: Floats
    scale_score: Floats
    vocabulary: dict[str, tuple[str, ...]]
    is_synthetic: bool  # trained on synthetic leads: shown wherever its figures are
    metrics: Metrics = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)  # how far it can be believed, in rows: `quality`, `fairness`
    card: str = ""
    sales: "SalesModel | None" = None  # the team's own promoted price model: a folder of its own, not part of this one's


def save_bundle(bundle: Bundle, models_dir: Path) -> Path:
    """Write the model's folder; the same model gives the same bytes."""
    folder = models_dir / bundle.version
    contents = {
        "model.npz": _npz(bundle),
        "features.json": as_json(_features(bundle)),
        "metrics.json": as_json({**bundle.metrics, "tables": bundle.tables}),
        "card.md": bundle.card.encode(),
    }
    write_listed(folder, contents, version=bundle.version, format_=FORMAT, is_synthetic=bundle.is_synthetic)
    return folder


def load_bundle(folder: Path) -> Bundle:
    """Open a model's folder; raises `ModelUnusable` when it is damaged, foreign or of another format."""
    contents = _checked(folder)
    try:
        facts = json.loads(contents["features.json"])
        with np.load(io.BytesIO(contents["model.npz"]), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        metrics = json.loads(contents["metrics.json"])
        tables = metrics.pop("tables", {})
        return _bundle(folder.name, facts, arrays, metrics, tables, contents["card.md"].decode())
    except _OPENING as error:
        raise ModelUnusable(f"The model '{folder.name}' can't be read: {error}") from error


def _checked(folder: Path) -> dict[str, bytes]:
    """The folder's files, each equal to what the manifest says of it."""
    manifest = read_manifest(folder)
    if manifest.format != FORMAT:
        raise ModelUnusable(f"The model '{folder.name}' has format {manifest.format}; this engine reads format {FORMAT}")
    if manifest.version != folder.name:
        raise ModelUnusable(f"The folder '{folder.name}' holds the model '{manifest.version}'")
    return read_listed(folder, FILES, manifest)


def _bundle(
    version: str, facts: Mapping[str, object], arrays: Mapping[str, np.ndarray], metrics: Metrics, tables: Tables, card: str
) -> Bundle:
    if facts["names"] != list(NAMES):
        raise ModelUnusable(f"The model '{version}' was made for other features than this engine's")
    forest = forest_from_arrays(arrays)
    if forest.n_features != len(NAMES):
        raise ModelUnusable(f"The model '{version}' reads {forest.n_features} features; this engine makes {len(NAMES)}")
    bands, vocabulary = facts["bands"], facts["vocabulary"]
    if not (isinstance(bands, dict) and isinstance(vocabulary, dict)):
        raise ModelUnusable(f"The model '{version}' lacks its bands or its vocabulary")
    return Bundle(
        version=version,
        forest=forest,
        calibrator=calibrator_from_arrays(arrays),
        evidence=evidence_from_arrays(arrays),
        price=price_from_arrays(arrays),
        bands=Bands(hot=float(bands["hot"]), warm=float(bands["warm"])),
        scale_probability=np.asarray(arrays["scale_probability"], np.float64),
        scale_score=np.asarray(arrays["scale_score"], np.float64),
        vocabulary={name: tuple(words) for name, words in vocabulary.items()},
        is_synthetic=bool(facts["is_synthetic"]),
        metrics=metrics,
        tables=tables,
        card=card,
    )


def _features(bundle: Bundle) -> dict[str, object]:
    return {
        "names": list(NAMES),
        "vocabulary": {name: list(words) for name, words in bundle.vocabulary.items()},
        "bands": {"hot": bundle.bands.hot, "warm": bundle.bands.warm},
        "is_synthetic": bundle.is_synthetic,
        "registry": [
            {
                name: getattr(feature, name)
                for name in ("name", "group", "kind", "unit", "missing", "purpose", "filled_by", "proxy_review")
            }
            for feature in FEATURES
        ],
    }


def _npz(bundle: Bundle) -> bytes:
    arrays = {
        **forest_to_arrays(bundle.forest),
        **calibrator_to_arrays(bundle.calibrator),
        **evidence_to_arrays(bundle.evidence),
        **price_to_arrays(bundle.price),
        "scale_probability": bundle.scale_probability,
        "scale_score": bundle.scale_score,
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()
