"""Small synthetic histories with a known truth, and the real ones when they lie beside the project."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

AT = datetime(2026, 3, 1, 15, tzinfo=UTC)
DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"


def leads(n_rows: int = 900, *, seed: int = 7) -> pl.DataFrame:
    """Leads of which the source and the minutes on the site decide, in part; everything as text."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["portal", "referral", "own site"], n_rows, p=[0.5, 0.2, 0.3])
    minutes = np.round(rng.gamma(2.0, 5.0, n_rows), 1)
    odds = -2.2 + 2.0 * (source == "referral") + 0.12 * minutes
    won = rng.random(n_rows) < 1 / (1 + np.exp(-odds))
    days = np.sort(rng.integers(0, 400, n_rows))
    created = np.datetime64("2024-01-01") + days
    budget = rng.normal(500_000, 90_000, n_rows).round(-3).astype(int)
    return pl.DataFrame(
        {
            "Lead Id": [f"L-{number:05d}" for number in rng.permutation(n_rows)],
            "Created": [str(day) for day in created],
            "Source": source.tolist(),
            "Minutes on site": [str(value) if rng.random() > 0.1 else "" for value in minutes],
            "Budget": [f"${value:,}" for value in budget],
            "Won": np.where(won, "yes", "no").tolist(),
        }
    )


def noise(n_rows: int = 600, *, seed: int = 3) -> pl.DataFrame:
    """Columns that know nothing of the outcome."""
    rng = np.random.default_rng(seed)
    columns = {f"number {place}": rng.normal(size=n_rows).round(3).astype(str).tolist() for place in range(6)}
    columns["letter"] = rng.choice(list("abcd"), n_rows).tolist()
    return pl.DataFrame(columns | {"won": rng.choice(["0", "1"], n_rows, p=[0.7, 0.3]).tolist()})


def x_education() -> pl.DataFrame:
    """An education company's web leads."""
    return pl.read_csv(DATASETS / "x_education" / "Leads.csv", infer_schema=False)


def bank() -> pl.DataFrame:
    """Telemarketing calls in the order they were made."""
    with zipfile.ZipFile(DATASETS / "bank" / "bank-additional.zip") as archive:
        return pl.read_csv(archive.read("bank-additional/bank-additional-full.csv"), separator=";", infer_schema=False)


def olist(*, with_closed_columns: bool = False) -> pl.DataFrame:
    """Marketing-qualified leads of January to May 2018, with what became of them."""
    first = pl.read_csv(DATASETS / "olist" / "olist_marketing_qualified_leads_dataset.csv", infer_schema=False)
    closed = pl.read_csv(DATASETS / "olist" / "olist_closed_deals_dataset.csv", infer_schema=False)
    day = pl.col("first_contact_date").str.to_date("%d-%m-%Y")
    joined = first.join(closed, on="mql_id", how="left").with_columns(
        won=pl.col("won_date").is_not_null().cast(pl.Int8).cast(pl.String)
    )
    joined = joined.filter((day >= pl.date(2018, 1, 1)) & (day < pl.date(2018, 6, 1)))
    return joined if with_closed_columns else joined.select(*first.columns, "won")
