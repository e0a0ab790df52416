"""The price model of a team's own sales: prices new homes, and lies on disk as plain files with a manifest. No pickle."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import BadInput, ModelUnusable
from engine.scoring.columns import Column, ColumnType, Numbers, read_column, text_frame, type_as_dict, type_from
from engine.scoring.encoding import Encoder, encoder_from
from engine.scoring.market_index import MarketIndex
from engine.scoring.price_trees import PriceTrees, price_trees_from
from engine.scoring.sales_columns import within_edges
from engine.scoring.whole_files import as_json, manifest_hash, read_listed, read_manifest, write_listed, write_whole

FORMAT = 201  # neither the shipped model's nor a history's: none is ever opened as another
CHAMPION = "sales_champion.json"
_KIND = "price model"
_FILES = ("model.npz", "features.json", "metrics.json", "card.md")
_OPENING = (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError)


@dataclass(frozen=True, slots=True)
class Widening:
    """How much the outer tenths move so that the interval holds what it says: one step a third of the market, cheapest first."""

    edges: Numbers  # log prices between the thirds
    steps: Numbers

    def of(self, middle: Numbers) -> Numbers:
        """The step of each row by its middle."""
        step: Numbers = self.steps[np.searchsorted(self.edges, middle)]
        return step


@dataclass(frozen=True, slots=True)
class SalesModel:
    """Trees without time, the market's index beside them, and the step that makes the interval hold."""

    price: str
    types: tuple[ColumnType, ...]
    edges: dict[str, tuple[float, float]]
    encoder: Encoder
    trees: PriceTrees
    index: MarketIndex
    widening: Widening
    clip: Numbers  # log prices: the range of the sales it learned from
    lead_names: dict[str, str]  # 'zip', 'beds', 'baths': the columns that say them
    known_zips: Numbers
    adjustment_rate: float  # what the team adds to the index of its own judgement: 0.02 is two per cent up
    report: dict[str, Any]
    trained_at: datetime

    @property
    def version(self) -> str:
        """The model's name: the day it was made and a fingerprint of what it is."""
        contents = self._contents()
        fingerprint = hashlib.sha256(contents["model.npz"] + contents["features.json"]).hexdigest()[:10]
        return f"sales-{self.trained_at:%Y%m%d}-{fingerprint}"

    def predict(self, frame: pl.DataFrame, days: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Low, middle and high price in dollars of each row, sold on these days (since 1970): an 80 % interval."""
        frame = text_frame(frame)
        missing = [type_.name for type_ in self.types if type_.name not in frame.columns]
        if missing:
            raise BadInput(f"the price model needs the column '{missing[0]}'", field=missing[0])
        columns = {type_.name: read_column(frame[type_.name], type_) for type_ in self.types}
        low, middle, high = self.log_prices(columns, days)
        return np.exp(low), np.exp(middle), np.exp(high)

    def log_prices(self, columns: Mapping[str, Column], days: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """The same of typed columns, as logs."""
        kept = {name: within_edges(columns[name], self.edges) for name in (type_.name for type_ in self.types)}
        low, middle, high = self.trees.predict(self.encoder.apply(kept, days).astype(np.float32))
        level = self.index.at(days) + np.log1p(self.adjustment_rate)
        return widened(low + level, middle + level, high + level, self.widening, self.clip)

    def save(self, models_dir: Path) -> str:
        """Write the model's folder and return its version; the same model gives the same bytes."""
        version = self.version
        write_listed(models_dir / version, self._contents(), version=version, format_=FORMAT)
        return version

    def _contents(self) -> dict[str, bytes]:
        file = io.BytesIO()
        np.savez_compressed(
            file, allow_pickle=False, index_days=self.index.days, index_levels=self.index.levels, index_trend=self.index.trend,
            widening_edges=self.widening.edges, widening_steps=self.widening.steps, clip=self.clip, known_zips=self.known_zips,
            **self.trees.to_arrays(),
        )  # fmt: skip
        facts = {
            "price": self.price, "types": [type_as_dict(type_) for type_ in self.types], "encoder": self.encoder.as_dict(),
            "edges": {name: list(pair) for name, pair in self.edges.items()}, "lead_names": self.lead_names,
            "adjustment_rate": self.adjustment_rate, "trained_at": self.trained_at.isoformat(),
        }  # fmt: skip
        named = {"features.json": as_json(facts), "metrics.json": as_json(self.report), "card.md": card(self.report).encode()}
        return {"model.npz": file.getvalue(), **named}


def widened(low: Numbers, middle: Numbers, high: Numbers, widening: Widening, clip: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The interval with its step, inside the range of known prices and around the middle."""
    step = widening.of(middle)
    middle_in: Numbers = np.clip(middle, *clip)
    return np.clip(np.minimum(low - step, middle), *clip), middle_in, np.clip(np.maximum(high + step, middle), *clip)


def load_sales_model(models_dir: Path, version: str) -> SalesModel:
    """Open a model's folder; raises `ModelUnusable` when it is damaged, foreign or of another format."""
    contents = _checked(models_dir / Path(version).name)
    try:
        facts = json.loads(contents["features.json"])
        with np.load(io.BytesIO(contents["model.npz"]), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return _model(facts, arrays, json.loads(contents["metrics.json"]))
    except _OPENING as error:
        raise ModelUnusable(f"The price model '{version}' can't be read: {error}") from error


def promote_sales(models_dir: Path, version: str) -> SalesModel:
    """Let this model price leads from now on, in one atomic write, once it has been opened whole."""
    model = load_sales_model(models_dir, version)
    if set(model.lead_names) != {"zip", "beds", "baths"} or len(model.types) != len(model.lead_names):
        raise BadInput("leads tell ZIP, beds and baths only: train with `--columns lead` on sales that have all three")
    if any(type_.kind != "number" for type_ in model.types):
        raise BadInput("leads tell ZIP, beds and baths as numbers: in these sales one of them is not")
    line = {"version": version, "manifest_sha256": manifest_hash(models_dir / version, kind=_KIND)}
    write_whole(models_dir / CHAMPION, as_json(line))
    return model


def load_sales_champion(models_dir: Path) -> SalesModel | None:
    """The promoted price model, or None when none was promoted; a damaged one raises `ModelUnusable`."""
    path = models_dir / CHAMPION
    if not path.exists():
        return None
    try:
        line = json.loads(path.read_bytes())
        version, fingerprint = str(line["version"]), str(line["manifest_sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable("The file that names the promoted price model can't be read") from error
    if manifest_hash(models_dir / Path(version).name, kind=_KIND) != fingerprint:
        raise ModelUnusable(f"The price model '{version}' was changed since it was promoted")
    return load_sales_model(models_dir, version)


def card(report: Mapping[str, Any]) -> str:
    """The model card: what it learned from, how close it comes, and what it was not allowed to see."""
    interval, baselines = report["interval"], report["baselines"]
    lines = [
        f"# Price model for '{report['price']}'", "",
        f"Learned from {report['rows']:,} sales. Figures are of {report['split']['test']:,} sales it had not seen "
        f"({report['split']['kind']}); the model kept here was then fitted on all.", "",
        "| figure | value |", "|---|---|", f"| median error | {report['median_ape']:.2f} % |",
        f"| mean error | {report['mean_ape']:.2f} % |", f"| within ten per cent | {report['within_10']:.1%} |",
        f"| 80 % interval holds | {interval['coverage']:.1%} |", f"| median width of the interval | {interval['median_width']:.1%} |",
        *(f"| median error of the {name.replace('_', ' ')} | {value:.2f} % |" for name, value in baselines.items()), "",
        "## Left out", "", *(f"* {each['column']}: {each['reason']}" for each in report["excluded"]),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _model(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], report: dict[str, Any]) -> SalesModel:
    days, levels, trend, edges, steps, clip, zips = (
        np.asarray(arrays[name], np.float64)
        for name in ("index_days", "index_levels", "index_trend", "widening_edges", "widening_steps", "clip", "known_zips")
    )
    return SalesModel(
        price=str(facts["price"]),
        types=tuple(type_from(each) for each in facts["types"]),
        edges={str(name): (float(pair[0]), float(pair[1])) for name, pair in facts["edges"].items()},
        encoder=encoder_from(facts["encoder"]),
        trees=price_trees_from(arrays),
        index=MarketIndex(days, levels, trend),
        widening=Widening(edges, steps),
        clip=clip,
        lead_names={str(asked): str(name) for asked, name in facts["lead_names"].items()},
        known_zips=zips,
        adjustment_rate=float(facts["adjustment_rate"]),
        report=report,
        trained_at=datetime.fromisoformat(facts["trained_at"]),
    )


def _checked(folder: Path) -> dict[str, bytes]:
    manifest = read_manifest(folder)
    if manifest.format != FORMAT or manifest.version != folder.name:
        raise ModelUnusable(f"'{folder.name}' is not a price model in the form this version reads")
    return read_listed(folder, _FILES, manifest, kind=_KIND)
