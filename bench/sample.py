"""Makes the synthetic leads of data/sample/leads.csv. Nobody in it exists: names are drawn from lists, phones are 555-01xx numbers.

`python -m bench.sample` rewrites the file; `leads_csv(n_rows, seed)` makes one of any size for tests and benchmarks.
"""

import csv
import io
import random
from datetime import datetime, timedelta
from pathlib import Path

COLUMNS = (
    "Lead ID",
    "First Name",
    "Last Name",
    "Phone",
    "Email",
    "Lead Source",
    "Created",
    "Assigned To",
    "Budget",
    "Timeframe",
    "Financing",
    "Proof of Funds",
    "Home to Sell",
    "Property Type",
    "Beds",
    "Baths",
    "City",
    "State",
    "Zip",
    "Listing Price",
    "Tags",
    "Message",
    "Notes",
    "Do Not Contact",
    "Deal Name",
    "Deal Stage",
    "Deal Price",
    "Deal Close Date",
    "Data Kind",
)
SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample" / "leads.csv"
N_SAMPLE_ROWS = 240
_LAST_DAY = datetime(2026, 11, 20, 18, 0)  # noqa: DTZ001 - written without a zone, as such files are
_CODES = ("909", "951", "626", "760", "714", "840")  # area codes of the Inland Empire and around
_FIRST = [
    "Ana",
    "Ben",
    "Carla",
    "Diego",
    "Elena",
    "Felix",
    "Grace",
    "Hugo",
    "Ines",
    "Jonah",
    "Kira",
    "Liam",
    "Maya",
    "Nico",
    "Olga",
    "Pablo",
    "Quinn",
    "Rosa",
    "Sam",
    "Tara",
    "Uma",
    "Victor",
    "Wren",
    "Ximena",
    "Yusuf",
    "Zoe",
    "Alma",
    "Boris",
    "Clara",
    "Dante",
]
_LAST = [
    "Abbott",
    "Barrera",
    "Castillo",
    "Dunn",
    "Escobar",
    "Fontaine",
    "Garza",
    "Hale",
    "Ibarra",
    "Jensen",
    "Keller",
    "Lozano",
    "Mercer",
    "Navarro",
    "Ortega",
    "Pruitt",
    "Quintero",
    "Rivera",
    "Salas",
    "Tran",
    "Underwood",
    "Vega",
    "Whitaker",
    "Xiong",
    "Yates",
    "Zamora",
    "Ashby",
    "Boone",
    "Cruz",
    "Delgado",
]
_AGENTS = ("Maria Lopez", "Dev Patel", "Chris Morgan", "")
_PLACES = (
    ("Rancho Cucamonga", "91730"), ("Rancho Cucamonga", "91739"), ("Upland", "91786"), ("Ontario", "91764"),
    ("Fontana", "92336"), ("Claremont", "91711"), ("Chino Hills", "91709"),
    ("Eastvale", "92880"), ("Redlands", "92373"), ("Austin", "78704"),
)  # fmt: skip
_SOURCES = {
    "Zillow": 26, "Realtor.com": 14, "Facebook Lead Ad": 13, "Instagram": 6, "Google Ads": 11, "IDX Website": 9, "Open House": 6,
    "Past client referral": 6, "Sphere": 4, "FSBO": 2, "Expired": 2, "Sign call": 2, "": 1,
}  # fmt: skip
_TIMES = ("ASAP", "0-3 months", "3-6 months", "6-12 months", "1 year", "just looking", "next summer", "", "", "")
_FINANCING = (
    "pre-approved",
    "Pre-approved, letter in hand",
    "cash buyer",
    "talking to lender",
    "need lender",
    "VA loan approved",
    "",
    "",
    "",
)
_TYPES = ("Single Family", "SFR", "Condo", "Townhome", "Duplex", "Manufactured", "", "")
_TAGS = ("buyer", "seller", "investor", "first contact", "newsletter", "relocation", "luxury", "tour requested")
_MESSAGES = (
    "Hi, is this one still available? Can we see it this weekend?",
    "We need to move by March, our lease is up.",
    "Just looking for now, no rush.",
    "Not in a hurry but curious what homes go for in the area.",
    "Please call me asap, ready to make an offer.",
    "What are the HOA fees? And is the price negotiable?",
    "We already sold our house and need to close by January.",
    "Pre-approved up to our budget, can we schedule a tour?",
    "Thinking about selling next year. What would it be worth?",
    "Can you send more pictures, please?",
    "Stop by tomorrow?\nWe are free after five.",
    "",
    "",
    "",
)
_NOTES = ("Met at the open house on Example St", "Prefers text", "Asked for a market report", "Left voicemail", "", "", "", "")
_STAGES = ("Appointment Set", "Active Client", "Offer Submitted", "Under Contract", "Under Contract", "Closed", "Lost")


def leads_csv(n_rows: int, seed: int, *, with_flaws: bool = True) -> str:
    """A CSV of synthetic leads. With flaws, a few rows can't be taken and a few are somebody a second time."""
    draw = random.Random(seed)
    rows = [_lead(draw, number) for number in range(1, n_rows + 1)]
    if with_flaws:
        _spoil(draw, rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _lead(draw: random.Random, number: int) -> dict[str, str]:
    first, last = draw.choice(_FIRST), draw.choice(_LAST)
    city, zip_code = draw.choice(_PLACES)
    price = draw.randrange(320, 1450, 5) * 1000
    created = _LAST_DAY - timedelta(minutes=draw.randrange(0, 540 * 24 * 60))
    row = {
        "Lead ID": f"S{number:06d}",
        "First Name": first,
        "Last Name": last,
        "Phone": _phone(draw, number) if draw.random() < 0.9 else "",
        "Email": f"{first}.{last}{number}@example.com" if draw.random() < 0.85 else "",
        "Lead Source": draw.choices(list(_SOURCES), list(_SOURCES.values()))[0],
        "Created": _written(draw, created),
        "Assigned To": draw.choice(_AGENTS),
        "Budget": _budget(draw, price),
        "Timeframe": draw.choice(_TIMES),
        "Financing": draw.choice(_FINANCING),
        "Proof of Funds": draw.choice(("yes", "no", "", "", "")),
        "Home to Sell": draw.choice(("yes", "no", "no", "", "")),
        "Property Type": draw.choice(_TYPES),
        "Beds": draw.choice(("2", "3", "3+", "4", "5", "", "")),
        "Baths": draw.choice(("1", "2", "2.5", "3", "", "", "")),
        "City": city if draw.random() < 0.8 else "",
        "State": "TX" if city == "Austin" else "CA",
        "Zip": zip_code if draw.random() < 0.6 else "",
        "Listing Price": f"${price:,}" if draw.random() < 0.45 else "",
        "Tags": ", ".join(sorted(draw.sample(_TAGS, draw.choice((0, 0, 1, 1, 2, 3))))),
        "Message": draw.choice(_MESSAGES),
        "Notes": draw.choice(_NOTES),
        "Do Not Contact": "yes" if draw.random() < 0.03 else "",
        "Deal Name": "",
        "Deal Stage": "",
        "Deal Price": "",
        "Deal Close Date": "",
        "Data Kind": "synthetic",
    }
    if draw.random() < 0.17:
        row.update(_deal(draw, price, draw.choice(_STAGES)))
    return row


def _phone(draw: random.Random, number: int) -> str:
    """Unique within 600 rows of the sample's size; beyond that the other exchanges keep large files free of accidental twins."""
    exchange = "555" if number <= 600 else f"{200 + (number // 600) % 799:03d}"
    code, line = _CODES[number % 6], 100 + (number // 6) % 100  # 555-0100 to 555-0199 are kept for examples
    return draw.choice(("({}) {}-0{}", "{}-{}-0{}", "{}.{}.0{}", "+1 {} {} 0{}")).format(code, exchange, line)


def _written(draw: random.Random, at: datetime) -> str:
    return at.strftime(draw.choice(("%Y-%m-%d %H:%M", "%m/%d/%Y %I:%M %p", "%b %d %Y %I:%M %p")))


def _budget(draw: random.Random, price: int) -> str:
    low, high = round(price * 0.9 / 5000) * 5, round(price * 1.1 / 5000) * 5
    (f"${price / 1e6:.2f}M", f"{price}", f"around {price // 1000}k")
    up_to = f"under {high}" if high < 1000 else f"under ${high / 1000:.2f}M"
    forms = (
        f"{low}k-{high}k",
        f"${low * 1000:,} - ${high * 1000:,}",
        up_to,
        f"around {price // 1000}k",
        f"${price / 1e6:.2f}M",
        f"{price}",
        "",
        "ask me",
    )
    return draw.choices(forms, (20, 20, 8, 8, 10, 10, 22, 2))[0]


def _deal(draw: random.Random, price: int, stage: str) -> dict[str, str]:
    """A deal that closes between November 2026 and March 2027; closed ones closed before, lost ones have no date."""
    closes = datetime(2026, 11, 23) + timedelta(days=draw.randrange(0, 128))  # noqa: DTZ001 - a day
    if stage == "Closed":
        closes = datetime(2026, 11, 19) - timedelta(days=draw.randrange(0, 240))  # noqa: DTZ001 - a day
    dated = stage in ("Offer Submitted", "Under Contract", "Closed")
    return {
        "Deal Name": f"{draw.randrange(100, 9900)} Example St",
        "Deal Stage": stage,
        "Deal Price": f"${price + draw.randrange(-20, 20) * 1000:,}",
        "Deal Close Date": closes.strftime("%m/%d/%Y") if dated else "",
    }


def _spoil(draw: random.Random, rows: list[dict[str, str]]) -> None:
    """One row in about forty says nobody, and one in about thirty says somebody again, otherwise written."""
    places = draw.sample(range(len(rows) // 2, len(rows)), len(rows) // 40 + len(rows) // 30)
    for n, place in enumerate(places):
        if n < len(rows) // 40:
            rows[place].update(
                {
                    "Lead ID": "",
                    "First Name": "",
                    "Last Name": "",
                    "Phone": draw.choice(("call me", "555-0123", "")),
                    "Email": draw.choice(("ana@gmail.con", "not an address", "")),
                }
            )
            continue
        twin = rows[draw.randrange(0, len(rows) // 2)]
        rows[place].update({name: twin[name] for name in ("First Name", "Last Name", "Phone")}, Email=twin["Email"].upper())


if __name__ == "__main__":
    SAMPLE.parent.mkdir(parents=True, exist_ok=True)
    SAMPLE.write_text(leads_csv(N_SAMPLE_ROWS, seed=20261122), encoding="utf-8")
