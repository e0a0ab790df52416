"""A large synthetic export, as CRMs write them, for the measurements. Seeded; every person in it is invented."""

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.commands.demo import FIRST_NAMES, LAST_NAMES

COLUMNS = (
    "ID", "First Name", "Last Name", "Email 1", "Phone 1", "Lead Source", "Date Added", "Price Range", "Timeframe", "Financing",
    "Property Type", "Beds", "Baths", "City", "State", "Zip", "Tags", "Message",
)  # fmt: skip
_SOURCES = ("Zillow", "Realtor.com", "Facebook Ads", "Google Ads", "IDX Website", "Open House", "Referral", "FSBO", "Sign Call", "")
_BUDGETS = ("500k-750k", "$1.2M", "under 600k", "450,000 to 500,000", "around 800k", "", "", "650000")
_TIMES = ("ASAP", "1-3 months", "3-6 months", "6-12 months", "just looking", "", "")
_MONEY = ("pre-approved", "cash buyer", "need a lender", "talking to a lender", "", "")
_KINDS = ("Single Family", "Condo", "Townhouse", "", "")
_CITIES = (
    ("Rancho Cucamonga", "91730"),
    ("Ontario", "91762"),
    ("Fontana", "92335"),
    ("Upland", "91786"),
    ("Austin", "78704"),
    ("", ""),
)
_MESSAGES = (
    "Is the house on Haven Ave still available? We are pre-approved.",
    "Just looking around, no rush.",
    "Can we see it this weekend? We need to move by March.",
    "What is the HOA fee?",
    "",
    "",
)


def write_leads(path: Path, n_rows: int, *, seed: int = 11) -> Path:
    """Write `n_rows` synthetic leads; about one in a hundred can't be taken (nothing says who it is)."""
    chance, newest = random.Random(seed), datetime(2026, 11, 20, 18, tzinfo=UTC)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_row(chance, n, newest) for n in range(n_rows))
    return path


def _row(chance: random.Random, n: int, newest: datetime) -> tuple[object, ...]:
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    city, postcode = chance.choice(_CITIES)
    added = newest - timedelta(minutes=chance.randrange(500_000))
    is_nobody = chance.random() < 0.01
    return (
        "" if is_nobody else f"S{n}",
        "" if is_nobody else first,
        "" if is_nobody else last,
        "" if is_nobody else f"{first}.{last}.{n}@example.com".lower(),
        ""
        if is_nobody or chance.random() < 0.2
        else f"({chance.choice((909, 951, 626, 512))}) {200 + n // 10_000:03d}-{n % 10_000:04d}",
        chance.choice(_SOURCES),
        added.strftime("%m/%d/%Y %I:%M %p"),
        chance.choice(_BUDGETS),
        chance.choice(_TIMES),
        chance.choice(_MONEY),
        chance.choice(_KINDS),
        chance.choice(("", "2", "3", "4")),
        chance.choice(("", "1", "2", "2.5")),
        city,
        "CA" if city else "",
        postcode,
        "synthetic",
        chance.choice(_MESSAGES),
    )
