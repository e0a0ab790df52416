"""The exploration slice: a small, stated share of leads whom people should contact whatever their score.

A model that decides who is called learns only about those who were: nobody answers who was never asked. So a lot, not the score, draws
one lead in twenty each week. It is drawn from the lead's number and the week alone, so that it is the same on every machine,
for every agent, and can't be chosen. The score orders people's work only; nothing here or in it removes anybody from follow-up.
"""

import hashlib
from datetime import datetime

RATE = 0.05


def is_in_slice(lead_id: int, at: datetime, rate: float = RATE) -> bool:
    """Whether this lead is in the slice in the week of `at` (ISO weeks, UTC)."""
    year, week, _ = at.isocalendar()
    drawn = hashlib.blake2b(f"{lead_id} {year}-{week}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn) < rate * 2**64
