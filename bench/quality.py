"""`make evaluate`: how good the engine is on real data that nobody here wrote; the README's second table is rebuilt from it."""

import argparse
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl

from bench.__main__ import ROOT, keep, rebuild_table
from engine import commands
from engine.settings import Settings, load_settings

DATASETS = ROOT.parent / "shared" / "datasets"
RESULTS = ROOT / "bench" / "quality.jsonl"
MARKS = "<!-- quality: made by `make evaluate` -->", "<!-- end of quality -->"

Figure = dict[str, object]
Report = dict[str, object]


def main() -> int:
    """Train and measure on each data set (or those named), keep the figures, rebuild the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help=f"which ones (default: all): {', '.join(MEASURED)}")
    parser.add_argument("--table-only", action="store_true", help="only rebuild the README's table from the kept results")
    asked = parser.parse_args()
    unknown = [name for name in asked.datasets if name not in MEASURED]
    if unknown:
        parser.error(f"there is no data set '{unknown[0]}'")
    if not asked.table_only and not DATASETS.is_dir():
        print(
            f"evaluate: the reference data is not beside the project (looked in {DATASETS}); nothing was measured", file=sys.stderr
        )
        return 1
    for name in [] if asked.table_only else asked.datasets or MEASURED:
        print(f"→ {name}", flush=True)
        for figure in _measured(name):
            print(f"   {figure['what']}: {figure['value']} {figure['unit']} ({figure['target']})", flush=True)
            keep(name, figure, RESULTS)
    rebuild_table(RESULTS, list(MEASURED), MARKS)
    return 0


def _measured(name: str) -> list[Figure]:
    """The figures of one data set; models are made in a folder of their own and thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        return MEASURED[name](load_settings(home=Path(folder), models=Path(folder) / "models"), Path(folder))


def _x_education(settings: Settings, _folder: Path) -> list[Figure]:
    report = _trained(settings, DATASETS / "x_education" / "Leads.csv", outcome="Converted", time="Lead Number")
    sure = _champion(report, "accuracy_most_confident_80")
    return [
        *_odds("X Education, later fifth", report, "≤ 0.39", "≥ 0.895"),
        _figure("X Education: accuracy on the 80 % most confident", sure, "", "≥ 0.885"),
    ]


def _bank(settings: Settings, folder: Path) -> list[Figure]:
    with zipfile.ZipFile(DATASETS / "bank" / "bank-additional.zip") as archive:
        source = Path(archive.extract("bank-additional/bank-additional-full.csv", folder))
    report = _trained(settings, source, outcome="y", time="row", retrain_every=1000)
    return _odds("Bank, later fifth, retrained every 1,000 rows", report, "≤ 0.55", "≥ 0.76")


def _olist(settings: Settings, folder: Path) -> list[Figure]:
    first = pl.read_csv(DATASETS / "olist" / "olist_marketing_qualified_leads_dataset.csv", infer_schema=False)
    closed = pl.read_csv(DATASETS / "olist" / "olist_closed_deals_dataset.csv", infer_schema=False, columns=["mql_id"])
    day = pl.col("first_contact_date").str.to_date("%d-%m-%Y")
    # January to May: later leads had no time to close before the data ends.
    known = first.filter(day.is_between(pl.date(2018, 1, 1), pl.date(2018, 5, 31)))
    source = folder / "olist.csv"
    known.with_columns(won=pl.col("mql_id").is_in(closed["mql_id"].implode()).cast(pl.Int8)).write_csv(source)
    report = _trained(settings, source, outcome="won", time="first_contact_date")
    return _odds("Olist, later fifth of January to May 2018", report, "≤ 0.312", "≥ 0.69")


def _king_county(settings: Settings, _folder: Path) -> list[Figure]:
    source = DATASETS / "kc_house" / "kc_house_data.csv"
    return _priced(settings, source, "King County, later fifth", "price", "date", {"all": "≤ 9.0 %", "lead": "≤ 15.4 %"})


def _austin(settings: Settings, _folder: Path) -> list[Figure]:
    source = DATASETS / "austin" / "AustinHousingDataRough_2.csv"
    return _priced(settings, source, "Austin, five folds", "latestPrice", None, {"all": "≤ 9.3 %", "lead": "≤ 14.5 %"})


def _trained(settings: Settings, source: Path, *, outcome: str, time: str, retrain_every: int | None = None) -> Report:
    return commands.train(
        settings, source, outcome=outcome, time=time, positive=None, exclude=(), retrain_every=retrain_every, promote=False
    )


def _odds(what: str, report: Report, log_loss: str, auc: str) -> list[Figure]:
    return [
        _figure(f"{what}: log loss", _champion(report, "log_loss"), "", log_loss),
        _figure(f"{what}: AUC", _champion(report, "auc"), "", auc),
    ]


def _champion(report: Report, name: str) -> float:
    champion = report["champion"]
    assert isinstance(champion, dict)
    return round(float(champion[name]), 4)


def _priced(settings: Settings, source: Path, what: str, price: str, time: str | None, aims: dict[str, str]) -> list[Figure]:
    figures = []
    for columns, words in (("all", "all attributes"), ("lead", "ZIP, beds and baths")):
        report = commands.prices(
            settings, source, price=price, time=time, exclude=(), columns=columns, adjustment_rate=0.0, promote=False
        )
        interval = report["interval"]
        assert isinstance(interval, dict)
        figures += [
            _figure(f"{what}, {words}: median error of the price", round(float(str(report["median_ape"])), 2), "%", aims[columns]),
            _figure(f"{what}, {words}: prices inside their 80 % interval", round(100 * interval["coverage"], 1), "%", "78–82 %"),
        ]
    return figures


def _figure(what: str, value: float, unit: str, target: str) -> Figure:
    return {"what": what, "value": value, "unit": unit, "target": target}


MEASURED: dict[str, Callable[[Settings, Path], list[Figure]]] = {
    "x_education": _x_education,
    "bank": _bank,
    "olist": _olist,
    "king_county": _king_county,
    "austin": _austin,
}


if __name__ == "__main__":
    sys.exit(main())
