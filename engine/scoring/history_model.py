"""The model of a team's own history: scores new rows of the same columns, and lies on disk as plain files with a manifest. No pickle."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import BadInput, ModelUnusable
from engine.scoring.calibration import Calibrator, calibrator_from_arrays, calibrator_to_arrays
from engine.scoring.candidates import Model, model_from_arrays
from engine.scoring.columns import ColumnType, Numbers, read_column, text_frame, type_as_dict, type_from
from engine.scoring.drift import Reference
from engine.scoring.encoding import Encoder, encoder_from
from engine.scoring.evidence import Evidence, evidence_from_arrays, evidence_to_arrays
from engine.scoring.takings import Taking, taking_as_dict, taking_from
from engine.scoring.whole_files import as_json, read_listed, read_manifest, write_listed

_OLDEST, FORMAT = 101, 102  # not the shipped model's: neither is ever opened as the other
_FILES = ("model.npz", "features.json", "metrics.json", "card.md")
_VERSION = re.compile(r"history-[A-Za-z0-9._-]{1,60}")
_OPENING = (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as a model reads them: its matrix, and how much of what moves it each row says (0 to 1), and in how many columns."""

    matrix: NDArray[np.float32]
    known_share: Numbers
    n_known: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HistoryModel:
    """The champion of a contest, fitted on the whole history, with all it takes to read new rows of the same columns."""

    types: tuple[ColumnType, ...]
    time: str | None
    outcome: str
    encoder: Encoder
    model: Model
    calibrator: Calibrator
    threshold: float | None
    row_hashes: NDArray[np.uint64]  # of the rows it learned from, so that they never count as a test
    report: dict[str, Any]
    trained_at: datetime
    evidence: Evidence  # the probabilities it gave to rows held out, with what came of them, and each feature's share
    base_rate: float  # of the rows it learned from
    least_known: float  # nineteen of twenty rows it learned from said at least this share of what moves it
    reference: Reference  # how those rows were spread
    takings: dict[str, Taking]  # which columns are fields of our leads
    filled: dict[str, float]  # how often each column was filled in when the model learned

    @classmethod
    def load(cls, folder: Path) -> "HistoryModel":
        """Open a model's folder; raises `ModelUnusable` when it is damaged, foreign or of another format."""
        contents = _checked(folder)
        try:
            facts = json.loads(contents["features.json"])
            with np.load(io.BytesIO(contents["model.npz"]), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return _model(facts, arrays, json.loads(contents["metrics.json"]))
        except _OPENING as error:
            raise ModelUnusable(f"The model '{folder.name}' can't be read: {error}") from error

    @property
    def version(self) -> str:
        """The model's name: the day it was made and a fingerprint of what it is."""
        contents = self._contents()
        fingerprint = hashlib.sha256(contents["model.npz"] + contents["features.json"]).hexdigest()[:10]
        return f"history-{self.trained_at:%Y%m%d}-{fingerprint}"

    def predict(self, frame: pl.DataFrame) -> Numbers:
        """The calibrated probability of each row, in the frame's order."""
        return self.calibrator.apply(self.raw(frame))

    def raw(self, frame: pl.DataFrame) -> Numbers:
        """The champion's own probability of each row, before calibration."""
        return self.model.predict_proba(self.read(frame).matrix)

    def read(self, frame: pl.DataFrame) -> Rows:
        """The rows as the model reads them; raises `BadInput` naming a column that isn't there."""
        frame = text_frame(frame)
        missing = [type_.name for type_ in self.types if type_.name not in frame.columns]
        if missing:
            raise BadInput(
                f"the model needs the column '{missing[0]}'" + (f" and {len(missing) - 1} more" if missing[1:] else ""),
                field=missing[0],
            )
        columns = {type_.name: read_column(frame[type_.name], type_) for type_ in self.types}
        is_dated = self.time in columns and columns[str(self.time)].type.kind == "date"
        days = columns[str(self.time)].numbers if is_dated else None
        known = {name: ~column.is_missing for name, column in columns.items()}
        weights = self.weights
        total = sum(weights.values()) or 1.0
        share: Numbers = sum(
            (np.multiply(weight, known[name], dtype=np.float64) for name, weight in weights.items()), np.zeros(len(frame))
        )
        n_known = sum((known[name].astype(np.int64) for name in weights), np.zeros(len(frame), np.int64))
        return Rows(self.encoder.apply(columns, days).astype(np.float32), share / total, n_known)

    @property
    def weights(self) -> dict[str, float]:
        """The columns that can be empty, each with its share of what moves the model. Of places only whether they are filled counts."""
        shares: dict[str, float] = {}
        for feature, share in zip(self.encoder.features, self.evidence.importance.tolist(), strict=True):
            if feature.how != "filled" and feature.column != self.time:
                shares[feature.column] = shares.get(feature.column, 0.0) + share
        return shares

    def save(self, models_dir: Path) -> str:
        """Write the model's folder and return its version; the same model gives the same bytes."""
        version = self.version
        write_listed(models_dir / version, self._contents(), version=version, format_=FORMAT)
        return version

    def _contents(self) -> dict[str, bytes]:
        arrays = {f"model.{name}": array for name, array in self.model.to_arrays().items()}
        file = io.BytesIO()
        np.savez_compressed(
            file,
            allow_pickle=False,
            row_hashes=self.row_hashes,
            **arrays,
            **calibrator_to_arrays(self.calibrator),
            **evidence_to_arrays(self.evidence),
            **_spread_as_arrays(self.reference),
        )
        facts = {
            "types": [type_as_dict(type_) for type_ in self.types], "time": self.time, "outcome": self.outcome, "model": self.model.name,
            "threshold": self.threshold, "encoder": self.encoder.as_dict(), "trained_at": self.trained_at.isoformat(),
            "base_rate": self.base_rate, "least_known": self.least_known, "filled": self.filled,
            "takings": {name: taking_as_dict(taking) for name, taking in self.takings.items()},
        }  # fmt: skip
        return {
            "model.npz": file.getvalue(),
            "features.json": as_json(facts),
            "metrics.json": as_json(self.report),
            "card.md": card(self.report).encode(),
        }


def load_history_version(models_dir: Path, version: str) -> HistoryModel:
    """A history's model by its version."""
    return HistoryModel.load(_folder(models_dir, version))


def card(report: Mapping[str, Any]) -> str:
    """The model card: what it learned from, how well it does, and what it was not allowed to see."""
    champion, selective = report["champion"], report["champion"]["selective"]
    lines = [
        f"# {champion['name'].replace('_', ' ').capitalize()} for '{report['outcome']}'", "",
        f"Learned from {report['rows']:,} rows, {report['positives']:,} of them positive. Figures are of "
        f"{report['split']['test']:,} rows it had not seen ({report['split']['kind']}); the model kept was then fitted on all.", "",
        "| figure | model | constant answer |", "|---|---|---|",
        f"| log loss | {champion['log_loss']:.4f} | {report['constant']['log_loss']:.4f} |",
        f"| AUC | {champion['auc']:.3f} | 0.500 |", f"| calibration error | {champion['ece']:.3f} | |",
        f"| lift of the top tenth | {champion['lift_top_decile']:.2f} | 1.00 |", "", _promise(selective), "", "## Left out", "",
        *(f"* {each['column']}: {each['reason']}" for each in report["excluded"]),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _promise(selective: Mapping[str, Any]) -> str:
    if selective["threshold"] is None:
        return "No confidence above which its own answer may stand was found: every lead goes to a person."
    accuracy = "none came" if selective["accuracy"] is None else f"{selective['accuracy']:.1%} were right"
    handled = f"{selective['coverage']:.0%} of the rows, of which {accuracy}"
    return f"Above a confidence of {selective['threshold']:.3f} its own answer may stand: {handled}."


def _model(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], report: dict[str, Any]) -> HistoryModel:
    kept = {name.removeprefix("model."): array for name, array in arrays.items() if name.startswith("model.")}
    threshold = facts["threshold"]
    return HistoryModel(
        types=tuple(type_from(each) for each in cast("list[dict[str, object]]", facts["types"])),
        time=facts["time"],
        outcome=str(facts["outcome"]),
        encoder=encoder_from(facts["encoder"]),
        model=model_from_arrays(str(facts["model"]), kept),
        calibrator=calibrator_from_arrays(arrays),
        threshold=None if threshold is None else float(threshold),
        row_hashes=np.asarray(arrays["row_hashes"], np.uint64),
        report=report,
        trained_at=datetime.fromisoformat(facts["trained_at"]),
        evidence=evidence_from_arrays(arrays),
        base_rate=float(facts["base_rate"]),
        least_known=float(facts["least_known"]),
        reference=Reference(arrays["spread_edges"], arrays["spread_shares"], int(arrays["spread_rows"])),
        takings={name: taking_from(taking) for name, taking in facts["takings"].items()},
        filled={name: float(share) for name, share in facts["filled"].items()},
    )


def _spread_as_arrays(reference: Reference) -> dict[str, NDArray[Any]]:
    return {"spread_edges": reference.edges, "spread_shares": reference.shares, "spread_rows": np.array(reference.n_rows)}


def _checked(folder: Path) -> dict[str, bytes]:
    manifest = read_manifest(folder)
    if _OLDEST <= manifest.format < FORMAT:
        raise ModelUnusable(f"'{folder.name}' was trained by an earlier version of the product: train it anew from the same file")
    if manifest.format != FORMAT or manifest.version != folder.name:
        raise ModelUnusable(f"'{folder.name}' is not a model of a team's own history in the form this version reads")
    return read_listed(folder, _FILES, manifest)


def _folder(models_dir: Path, version: str) -> Path:
    if not _VERSION.fullmatch(version):
        raise ModelUnusable(f"'{version}' is not the version of a history's model")
    return models_dir / version
