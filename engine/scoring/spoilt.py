"""Synthetic leads as an export with the faults that real exports have: duplicates, opt-outs, label noise, a column that leaks.

For tests and measurements of training; everything in it is synthetic and tagged so.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import polars as pl

from engine.clock import to_micros
from engine.records import Channel, Direction, Interaction, Lead, Market
from engine.scoring.features import FEATURES
from engine.scoring.frame import features_of, frame_of
from engine.scoring.generator import TAG, SyntheticLeads

OUTCOME, TRAP = "Outcome", "Escrow officer"
_AGENTS = ("Agent Sample", "Agent Example", "Agent Demo", "Agent Trial", "Agent Mock", "Agent Draft")
_SAID_IN_WORDS = ("source", "financing_status", "property_type")


def history(
    leads: SyntheticLeads,
    *,
    market: Market,
    target: Literal["closed", "meets"] = "closed",
    has_trap: bool = False,
    noise_rate: float = 0.0,
    seed: int = 0,
) -> pl.DataFrame:
    """The leads as a labelled export, all text. `has_trap` adds a column that is filled in only once a deal is under contract;
    `noise_rate` is the share of outcomes noted wrongly."""  # fmt: skip
    rng = np.random.default_rng([seed, 6])
    features = features_of(frame_of(leads.leads, market=market, at=leads.at))
    came = leads.closed if target == "closed" else leads.meets
    noted = came ^ (rng.random(len(came)) < noise_rate)
    columns: dict[str, Sequence[str]] = {
        "Lead Id": [lead.external_id or "" for lead in leads.leads],
        "Created": ["" if lead.created_at is None else f"{lead.created_at:%Y-%m-%d}" for lead in leads.leads],
        "Agent": rng.choice(_AGENTS, len(leads)).tolist(),
        "Lead Source": [lead.source_text for lead in leads.leads],
        "Financing": ["" if lead.financing is None else lead.financing.value.replace("_", "-") for lead in leads.leads],
        "Property type": ["" if lead.property_type is None else lead.property_type.value.replace("_", " ") for lead in leads.leads],
    }
    for place, feature in enumerate(FEATURES):
        if feature.name not in _SAID_IN_WORDS:
            columns[feature.label] = ["" if np.isnan(value) else f"{value:.6g}" for value in features[:, place]]
    if has_trap:
        columns[TRAP] = [f"Officer {number % 7}" if closed else "" for number, closed in enumerate(noted.tolist())]
    columns["Data"] = [TAG] * len(leads)
    columns[OUTCOME] = np.where(noted, "yes", "no").tolist()
    return pl.DataFrame(columns)


def with_duplicates(leads: Sequence[Lead], rate: float, *, seed: int) -> list[Lead]:
    """The leads, and some of them again as another form sent them: same phone or e-mail, other spelling, another system's id."""
    rng = np.random.default_rng([seed, 7])
    known = [lead for lead in leads if lead.phone or lead.email]
    again: list[int] = rng.choice(len(known), round(rate * len(known)), replace=False).tolist() if known else []
    return [*leads, *(_again(known[place]) for place in again)]


def with_opt_outs(leads: Sequence[Lead], rate: float, *, seed: int) -> list[Lead]:
    """The same leads, some of whom have written STOP by then."""
    rng = np.random.default_rng([seed, 8])
    return [_stopped(lead) if rng.random() < rate else lead for lead in leads]


def _again(lead: Lead) -> Lead:
    return replace(
        lead,
        external_id=f"{lead.external_id}-again",
        first_name=lead.first_name.upper(),
        last_name=f" {lead.last_name.lower()} ",
        phone=lead.phone if lead.email is None or lead.lead_id % 2 else None,
        interactions=(),
    )


def _stopped(lead: Lead) -> Lead:
    last = max((event.at for event in lead.interactions), key=to_micros, default=lead.created_at)
    if last is None or lead.phone is None:
        return replace(lead, is_do_not_contact=True)
    seq = 1 + max((event.seq for event in lead.interactions), default=0)
    stop = Interaction(at=last, channel=Channel.SMS, direction=Direction.INBOUND, body="STOP", seq=seq, n_words=1)
    return replace(lead, is_do_not_contact=True, interactions=(*lead.interactions, stop))
