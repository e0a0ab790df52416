# ruff: noqa: C901, PLR0912  (the compiled loops are one pass with many counters)
"""Leads as a structure of arrays, and the one feature function: the same for one lead and for a million.

Only what was known at the scoring time counts: events after `at` are not read. Events are in the total order (lead, at, seq);
ties beyond that are broken by what the events say, so that the order in which they were handed in never matters.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numba import njit

from engine.clock import to_micros
from engine.records import Channel, Direction, Interaction, Lead, Market
from engine.scoring.features import N_FEATURES, VOCABULARY
from engine.scoring.kernels import Floats, Longs

Vocabulary = Mapping[str, Sequence[str]]

CHANNEL_CODE = {channel: code for code, channel in enumerate(Channel)}
_NOTE, _APPOINTMENT, _WEB = CHANNEL_CODE[Channel.NOTE], CHANNEL_CODE[Channel.APPOINTMENT], CHANNEL_CODE[Channel.WEB]
_MINUTE, _HOUR, _DAY = 60_000_000.0, 3_600_000_000.0, 86_400_000_000.0

# The columns of `LeadFrame.facts`.
(
    CREATED,
    BUDGET_LOW,
    BUDGET_HIGH,
    TIMELINE,
    FINANCING,
    PROOF,
    SELLS_FIRST,
    KIND,
    BEDS,
    BATHS,
    CRITERIA,
    SPECIFICITY,
    IN_AREA,
    CONTACTABILITY,
    SOURCE,
    REPEAT,
    TRANSACTIONS,
    LISTING,
    ZIP,  # for prices alone: no feature reads it
) = range(19)

# The columns of `LeadFrame.events`, beside the times.
_E_SEQ, _E_CHANNEL, _E_INBOUND, _E_AUTOMATED, _E_KEPT, _E_WORDS, _E_QUESTIONS, _E_URGENCY = range(8)


@dataclass(frozen=True, slots=True)
class LeadFrame:
    """Leads and their events as arrays. `starts[i]` to `starts[i + 1]` are lead i's events; dollars are dollars, NaN is unknown."""

    at_us: int
    market_median: float
    facts: Floats  # leads x 19
    starts: Longs
    event_at: Longs  # microseconds since 1970
    events: Floats  # events x 8

    def __len__(self) -> int:
        return int(self.facts.shape[0])


def frame_of(leads: Sequence[Lead], *, market: Market, at: datetime, vocabulary: Vocabulary = VOCABULARY) -> LeadFrame:
    """The leads as arrays, as they stood at `at`."""
    codes = {name: _codes(vocabulary[name]) for name in ("financing_status", "property_type", "source")}
    financing, kinds, sources = codes["financing_status"], codes["property_type"], codes["source"]
    facts = np.array([_facts(lead, financing, kinds, sources) for lead in leads], dtype=np.float64).reshape(len(leads), 19)
    starts, event_at, events = _events(leads)
    return LeadFrame(
        at_us=to_micros(at),
        market_median=market.median_price_cents / 100,
        facts=facts,
        starts=starts,
        event_at=event_at,
        events=events,
    )


def features_of(frame: LeadFrame) -> Floats:
    """The 28 features of every lead (rows in the leads' order, columns in the registry's); missing is NaN."""
    out = np.empty((len(frame), N_FEATURES))
    _fill(frame.at_us, frame.market_median, frame.facts, frame.starts, frame.event_at, frame.events, out)
    return out


def _codes(words: Sequence[str]) -> dict[str, float]:
    return {word: float(code) for code, word in enumerate(words)}


def _code(codes: Mapping[str, float], word: str | None) -> float | None:
    """The word's code; a word the model has not learned counts as 'other'."""
    return None if word is None else codes.get(word, codes["other"])


def _dollars(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def _facts(
    lead: Lead, financing: Mapping[str, float], kinds: Mapping[str, float], sources: Mapping[str, float]
) -> tuple[float | None, ...]:
    return (
        None if lead.created_at is None else to_micros(lead.created_at),
        _dollars(lead.budget_low_cents),
        _dollars(lead.budget_high_cents),
        lead.timeline_days,
        _code(financing, lead.financing),
        lead.has_proof_of_funds,
        lead.sells_first,
        _code(kinds, lead.property_type),
        lead.beds,
        lead.baths,
        lead.n_criteria,
        lead.location_specificity,
        lead.in_service_area,
        (lead.phone is not None) + (lead.email is not None),
        _code(sources, lead.source),
        lead.is_repeat_contact,
        lead.n_transactions,
        _dollars(lead.listing_price_cents),
        float(lead.zip_code[:5]) if lead.zip_code[:5].isdecimal() else None,
    )


def _events(leads: Sequence[Lead]) -> tuple[Longs, Longs, Floats]:
    counts = np.fromiter((len(lead.interactions) for lead in leads), np.int64, len(leads))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    told = [event for lead in leads for event in lead.interactions]
    event_at = np.fromiter((to_micros(event.at) for event in told), np.int64, len(told))
    events = np.array([_event(event) for event in told], dtype=np.float64).reshape(len(told), 8)
    if len(told) > 1:
        owner = np.repeat(np.arange(len(leads)), counts)
        order = np.lexsort((*events.T[:0:-1], events[:, _E_SEQ], event_at, owner))
        event_at, events = event_at[order], events[order]
    return starts, event_at, events


def _event(event: Interaction) -> tuple[float, ...]:
    return (
        event.seq,
        CHANNEL_CODE[event.channel],
        event.direction == Direction.INBOUND,
        event.is_automated,
        math.nan if event.was_kept is None else event.was_kept,
        event.n_words,
        event.n_questions,
        event.urgency,
    )


@njit(nogil=True, cache=True)
def _fill(at: int, market: float, facts: Floats, starts: Longs, event_at: Longs, events: Floats, out: Floats) -> None:
    most = 1
    for lead in range(facts.shape[0]):
        most = max(most, starts[lead + 1] - starts[lead])
    replies, words = np.empty(most), np.empty(most)
    for lead in range(facts.shape[0]):
        row, fact = out[lead], facts[lead]
        row[:] = np.nan
        _fill_facts(at, market, fact, row)
        stop = starts[lead]
        while stop < starts[lead + 1] and event_at[stop] <= at:
            stop += 1
        if stop > starts[lead]:
            _fill_events(at, fact[CREATED], event_at[starts[lead] : stop], events[starts[lead] : stop], replies, words, row)


@njit(nogil=True, cache=True)
def _fill_facts(at: int, market: float, fact: Floats, row: Floats) -> None:
    low, high = fact[BUDGET_LOW], fact[BUDGET_HIGH]
    low, high = (high if np.isnan(low) else low), (low if np.isnan(high) else high)
    middle = (low + high) / 2.0
    if middle > 0.0:
        row[5] = middle
        row[6] = abs(high - low) / middle
        row[7] = middle / market
    row[8] = fact[TIMELINE]
    if not np.isnan(fact[CREATED]):
        row[10] = max(0.0, (at - fact[CREATED]) / _DAY)
    row[11] = fact[SPECIFICITY]
    row[12] = fact[IN_AREA]
    row[13] = fact[KIND]
    row[14] = fact[BEDS]
    row[15] = fact[BATHS]
    row[16] = fact[CRITERIA]
    row[17] = fact[FINANCING]
    row[18] = fact[PROOF]
    row[19] = fact[SELLS_FIRST]
    row[23] = fact[CONTACTABILITY]
    row[24] = fact[SOURCE]
    row[25] = fact[REPEAT]
    row[26] = fact[TRANSACTIONS]


@njit(nogil=True, cache=True)
def _fill_events(at: int, created: float, event_at: Longs, events: Floats, replies: Floats, words: Floats, row: Floats) -> None:
    n_sent = n_answered = n_inbound = n_recent = n_texts = n_asking = n_urgent = n_kept = 0
    urgency = 0.0
    channels = 0
    waiting_since = np.int64(-1)
    last_inbound = first_sent = np.int64(-1)
    for place in range(events.shape[0]):
        event, when = events[place], event_at[place]
        channel = int(event[_E_CHANNEL])
        if channel == _APPOINTMENT:
            n_kept += event[_E_KEPT] == 1.0
            continue
        if channel == _NOTE:
            continue
        if event[_E_INBOUND] == 0.0:
            if channel != _WEB:
                n_sent += 1
                waiting_since = when
            if first_sent < 0 and event[_E_AUTOMATED] == 0.0 and (np.isnan(created) or when >= created):
                first_sent = when
            continue
        if event[_E_AUTOMATED] == 1.0:
            continue
        if waiting_since >= 0:
            replies[n_answered] = (when - waiting_since) / _MINUTE
            n_answered += 1
            waiting_since = np.int64(-1)
        n_inbound += 1
        n_recent += when > at - 14 * _DAY
        last_inbound = when
        channels |= 1 << channel
        if event[_E_WORDS] > 0.0:
            words[n_texts] = event[_E_WORDS]
            n_texts += 1
            n_asking += event[_E_QUESTIONS] > 0.0
        if event[_E_URGENCY] != 0.0:
            urgency += event[_E_URGENCY]
            n_urgent += 1
    if n_answered > 0:
        row[0] = np.median(replies[:n_answered])
    if n_sent > 0:
        row[1] = n_answered / n_sent
    row[2] = n_recent
    if n_inbound > 0:
        row[3] = (at - last_inbound) / _HOUR
    if first_sent >= 0 and not np.isnan(created):
        row[4] = (first_sent - created) / _MINUTE
    if n_texts > 0 or n_urgent > 0:
        row[9] = urgency / max(1, n_urgent)
    if n_texts > 0:
        row[20] = np.median(words[:n_texts])
        row[21] = n_asking / n_texts
    n_channels = 0
    while channels > 0:
        n_channels += channels & 1
        channels >>= 1
    row[22] = n_channels
    row[27] = n_kept
