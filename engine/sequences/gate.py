"""The one gate: may this message go to this person at this moment? It fails closed: what isn't known blocks."""

from datetime import datetime

from engine.records.follow_up import Verdict
from engine.sequences.facts import GateFacts
from engine.sequences.rules import GateRules


def verdict(facts: GateFacts, at: datetime, rules: GateRules) -> Verdict:
    """Send, hold until a moment, or block, with the first reason in the order of `GateReason`."""
    raise NotImplementedError
