"""What the intake tests share: a market, a moment, and short ways to read."""

from datetime import UTC, datetime
from pathlib import Path

from engine.intake import Reading, RowReading, guess_mapping, lead_from, mapping_of, open_table, read_leads
from engine.records import Lead, Market

MARKET = Market(
    name="Inland Empire",
    state="CA",
    time_zone="America/Los_Angeles",
    median_price_cents=60_000_000,
    median_price_source="made up for tests",
    service_zips=("917", "923"),
)
AT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"


def read(**payload: object) -> Reading:
    """A payload read at AT in MARKET."""
    return lead_from(payload, market=MARKET, at=AT)


def lead_of(**payload: object) -> Lead:
    """The lead of a payload that must give one."""
    reading = read(**{"name": "Ana Rivera", **payload})
    assert reading.lead is not None
    return reading.lead


def write(folder: Path, content: str | bytes, name: str = "leads.csv") -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_file(path: Path) -> list[RowReading]:
    """Every row of a file, mapped by guess."""
    table = open_table(path)
    mapping = mapping_of(guess_mapping(table.columns, [row.cells for row in table.sample]))
    return list(read_leads(table, mapping, MARKET, AT))
