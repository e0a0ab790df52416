"""The office's nouns as plain, frozen records. Money is integer cents, times are aware UTC, rates are fractions.

Leads, scores and what belongs to them can be imported from here; deals, follow-up and the inbox have modules of their own.
"""

from engine.records.lead import (
    Band,
    Channel,
    CommissionEstimate,
    Deal,
    Direction,
    Financing,
    Interaction,
    Lead,
    Market,
    Opportunity,
    PriceEstimate,
    PropertyType,
    Reason,
    Rejection,
    Score,
    Source,
    Stage,
)

__all__ = [
    "Band",
    "Channel",
    "CommissionEstimate",
    "Deal",
    "Direction",
    "Financing",
    "Interaction",
    "Lead",
    "Market",
    "Opportunity",
    "PriceEstimate",
    "PropertyType",
    "Reason",
    "Rejection",
    "Score",
    "Source",
    "Stage",
]
