"""How often leads of each source close, as published: where a team without a history of its own starts from. Data, each with its origin.

The ranges are marketing-grade: guides and vendors quoting one another, over no stated horizon. A value at or under the low end is
taken, because who publishes such figures has reason to round them up. A team's own outcomes replace them within some dozens of leads.
"""

from dataclasses import dataclass

from engine.records import Source


@dataclass(frozen=True, slots=True)
class SourceRate:
    """One source's rate: share of its leads that close within twelve months, what was published, and by whom."""

    source: Source
    rate: float
    published: str
    origin: str


_GUIDE = "blakesuddath.com, What actually works in real estate lead generation (2025 table)"
_ROUND_UP = "realestateagentleads.com, Lead conversion rates by source (February 2026), quoting NAR and Opendoor"

SOURCE_RATES: tuple[SourceRate, ...] = (
    SourceRate(Source.PORTAL, 0.008, "0.4 to 1.2 % over all internet leads; 1.5 to 5 % for portals", f"{_ROUND_UP}; {_GUIDE}"),
    SourceRate(Source.PAID_SOCIAL, 0.006, "under the 0.4 to 1.2 % of internet leads: asked for nothing yet", f"own reading of {_ROUND_UP}"),
    SourceRate(Source.PPC, 0.015, "above the 0.4 to 1.2 % of internet leads: searched for it", f"own reading of {_ROUND_UP}"),
    SourceRate(Source.OWN_SITE, 0.022, "above search ads: came by himself", f"own reading of {_ROUND_UP}"),
    SourceRate(Source.OPEN_HOUSE, 0.06, "5 to 10 %", _GUIDE),
    SourceRate(Source.SPHERE, 0.20, "15 to 25 %; over 30 %", f"{_GUIDE}; {_ROUND_UP}"),
    SourceRate(Source.EXPIRED_FSBO, 0.08, "13.1 % (for sale by owner) and 20.7 % (expired) of those contacted are sold", _GUIDE),
    SourceRate(Source.SIGN_CALL, 0.05, "none found; near open houses, as the caller stands before the home", "own estimate"),
    SourceRate(Source.OTHER, 0.012, "0.4 to 1.2 % on average", _ROUND_UP),
)  # fmt: skip
RATE_OF: dict[str, float] = {one.source.value: one.rate for one in SOURCE_RATES}
UNKNOWN_RATE = RATE_OF[Source.OTHER.value]
