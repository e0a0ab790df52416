"""What an inbound text asks for: to be left alone, to pause, for help, to be written to again, or nothing of the kind."""

from datetime import datetime

from engine.records.follow_up import OptOutKind


def read_text(text: str) -> OptOutKind:
    """The class of one inbound text, English or Spanish."""
    raise NotImplementedError


def tightened(first: OptOutKind, second: OptOutKind) -> OptOutKind:
    """The stricter of two readings: a second reader may only tighten, never loosen."""
    raise NotImplementedError


def is_confirmation_due(*, opted_out_at: datetime, at: datetime, is_confirmed: bool) -> bool:
    """May the one confirmation still be sent: once, and within 5 minutes (47 CFR 64.1200(a)(12))?"""
    raise NotImplementedError
