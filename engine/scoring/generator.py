"""Labelled-synthetic leads with their outcome and the exact odds that the best possible judge would have given them.

Everything made here is synthetic and tagged so. The world's rules stand in `world`, its exact odds in `posterior`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from engine.records import Financing, Interaction, Lead, Market, PropertyType, Source
from engine.scoring import world
from engine.scoring.kernels import Floats
from engine.scoring.posterior import APPOINTMENT, Draws, posterior
from engine.scoring.touches import converse

TAG = "synthetic"
_FAR = 1e9  # days; what never happens
_KINDS = (PropertyType.SINGLE_FAMILY, PropertyType.CONDO, PropertyType.TOWNHOUSE, PropertyType.MULTI_FAMILY, PropertyType.LAND)
_KIND_SHARE = np.array([0.58, 0.20, 0.14, 0.05, 0.03])
_KIND_SHIFT = np.array([0.08, -0.22, -0.10, 0.20, -0.55])
_FINANCING = (Financing.NEEDS, Financing.IN_PROGRESS, Financing.PRE_APPROVED, Financing.CASH)
_LISTING_SOURCES = (Source.PORTAL, Source.PPC, Source.OWN_SITE, Source.SIGN_CALL, Source.OPEN_HOUSE)
_FIRST = ("Alex", "Sam", "Jordan", "Taylor", "Morgan", "Casey", "Riley", "Jamie", "Avery", "Quinn", "Rowan", "Devon")
_LAST = ("Sample", "Example", "Demo", "Trial", "Mock", "Specimen", "Model", "Testa", "Pattern", "Draft")


@dataclass(frozen=True, slots=True)
class SyntheticLeads:
    """Leads as known at `at`, with what became of them and the exact odds given what was known."""

    at: datetime
    leads: list[Lead]
    closed: np.ndarray  # closes within the horizon after `at`
    posterior: Floats  # the exact odds of that
    price_dollars: Floats  # what the deal is or would be about
    closes_at: list[datetime | None]
    meets: np.ndarray  # comes to terms on an appointment within ninety days after `at`; one that has been is none to come
    meets_posterior: Floats  # the exact odds of that

    def __len__(self) -> int:
        return len(self.leads)


def generate(n_leads: int, *, seed: int, at: datetime, market: Market, mix: Floats = world.MIX) -> SyntheticLeads:
    """`n_leads` open leads of every age as they stand at `at`; the same seed gives the same leads. Another mix of sources is a drift."""
    rng = np.random.default_rng(seed)
    prior = world.priors()
    parts: list[SyntheticLeads] = []
    n_made = 0
    while n_made < n_leads:
        part = _make(max(256, int((n_leads - n_made) * 1.05)), rng, prior, at, market, n_made + 1, mix)
        parts.append(part)
        n_made += len(part)
    return _joined(parts, n_leads)


def known_outcome(leads: SyntheticLeads, observed_until: datetime) -> Floats:
    """The outcome as a team would know it at `observed_until`: 1 closed, 0 did not in time, NaN not known yet."""
    is_over = observed_until >= leads.at + timedelta(days=world.HORIZON_DAYS)
    has_closed = np.array([closing is not None and closing <= observed_until for closing in leads.closes_at], bool)
    return np.where(has_closed & leads.closed, 1.0, 0.0 if is_over else np.nan)


def _make(n: int, rng: np.random.Generator, prior: Floats, at: datetime, market: Market, first: int, mix: Floats) -> SyntheticLeads:
    source = rng.choice(len(world.SOURCES), n, p=mix)
    state = _pick(rng, prior[source])
    money = _money(n, rng, world.FIT[state], source)
    draws, closing = _draw(n, rng, source, state, money)
    open_rows = np.flatnonzero(closing > draws.age)
    events = {int(i): _history(int(i), state, draws, rng, at) for i in open_rows if draws.is_recorded[i]}
    odds, meeting = posterior(draws, prior, mix=mix), posterior(draws, prior, target=APPOINTMENT, mix=mix)
    until_met = (draws.appointment - draws.age)[open_rows]
    median = market.median_price_cents / 100
    days_left = (closing - draws.age)[open_rows]
    return SyntheticLeads(
        at,
        [_lead(int(i), first + place, draws, money, events.get(int(i), ()), at, median) for place, i in enumerate(open_rows)],
        days_left <= world.HORIZON_DAYS,
        odds[open_rows],
        np.exp(money["price"][open_rows]) * median,
        [at + timedelta(days=float(days)) if days < _FAR / 2 else None for days in days_left],
        (until_met > 0) & (until_met <= world.APPOINTMENT_HORIZON_DAYS),
        meeting[open_rows],
    )


def _joined(parts: Sequence[SyntheticLeads], n: int) -> SyntheticLeads:
    return SyntheticLeads(
        parts[0].at,
        [lead for part in parts for lead in part.leads][:n],
        np.concatenate([part.closed for part in parts])[:n],
        np.concatenate([part.posterior for part in parts])[:n],
        np.concatenate([part.price_dollars for part in parts])[:n],
        [closing for part in parts for closing in part.closes_at][:n],
        np.concatenate([part.meets for part in parts])[:n],
        np.concatenate([part.meets_posterior for part in parts])[:n],
    )


def _pick(rng: np.random.Generator, share: Floats) -> np.ndarray:
    """One column for each row of shares."""
    above = rng.random(len(share))[:, None] > np.cumsum(share, axis=1)
    picked: np.ndarray = np.minimum(np.sum(above, axis=1), share.shape[1] - 1)
    return picked


def _money(n: int, rng: np.random.Generator, fit: np.ndarray, source: np.ndarray) -> dict[str, Floats]:
    """Logs of price, budget and list price over the market's median, and the property they are about."""
    kind = rng.choice(len(_KINDS), n, p=_KIND_SHARE)
    beds = np.clip(rng.normal(3.1, 0.9, n).round(), 1, 6)
    baths = np.clip((beds * 0.7 + rng.normal(0, 0.5, n)).round(), 1, 5)
    expected = _KIND_SHIFT[kind] + 0.09 * (beds - 3) + 0.06 * (baths - 2)
    price = expected + rng.normal(0, world.PRICE_SPREAD, n)
    budget = price + world.BUDGET_SHIFT[fit] + rng.normal(0, world.BUDGET_SPREAD, n)
    asked = np.isin(source, [world.SOURCES.index(name) for name in _LISTING_SOURCES]) & (rng.random(n) < 0.35)
    listing = np.where(asked, price + rng.normal(0, world.LISTING_SPREAD, n), np.nan)
    return {"kind": kind, "beds": beds, "baths": baths, "expected": expected, "price": price, "budget": budget, "listing": listing}


def _draw(
    n: int, rng: np.random.Generator, source: np.ndarray, state: np.ndarray, money: dict[str, Floats]
) -> tuple[Draws, Floats]:
    """What happens to each lead, what of it is known at its age, and the day of its life on which it closes."""
    intent = world.INTENT[state]
    is_recorded = rng.random(n) < 0.62
    is_dated = is_recorded | (rng.random(n) < 0.85)
    age = _ages(n, rng, is_dated)
    speed = rng.choice(5, n, p=world.RESPONSE_SHARE)
    response = rng.uniform(world.RESPONSE_FROM, world.RESPONSE_TO, (n, 5))[np.arange(n), speed] / 1440.0
    mode = (rng.random(n) >= world.FAST_SHARE[intent]).astype(np.int64)
    reply = world.ANCHOR_DAYS[speed] + rng.exponential(1.0, n) * world.REPLY_DAYS[mode, intent]
    reply = np.where(rng.random(n) < world.P_REPLY[speed, state], reply, _FAR)
    meets = (reply < _FAR) & (rng.random(n) < world.P_APPOINTMENT[state])
    appointment = np.where(meets, reply + rng.exponential(world.APPOINTMENT_DAYS, n), _FAR)
    kept = rng.random(n) < world.P_KEPT[state]
    closes = meets & (rng.random(n) < world.P_CLOSE[state] * np.where(kept, 1.0, world.MISSED_FACTOR))
    closing = np.where(closes, appointment + world.ESCROW_DAYS + rng.exponential(world.CLOSE_DAYS, n), _FAR)
    filled = rng.random((n, len(world.FIELDS))) < world.P_AT_ONCE
    filled |= (reply <= age)[:, None] & (rng.random(filled.shape) < world.P_AFTER_REPLY)
    is_bare = ~is_recorded & (rng.random(n) < world.BARE_SHARE)
    filled[is_bare] = False
    values = _values(n, rng, state)
    values["specificity"][is_bare] = 0
    draws = Draws(
        age=age,
        is_recorded=is_recorded,
        is_dated=is_dated,
        source=np.where(rng.random(n) < 0.05, -1, source),
        speed=speed,
        response=np.where(speed == world.NEVER_CONTACTED, _FAR, response),
        reply=reply,
        appointment=appointment,
        kept=kept,
        filled=filled,
        values=values,
        budget=money["budget"] - money["expected"],
        listing=np.where(is_bare, np.nan, money["listing"] - money["expected"]),
        loglik=np.zeros((n, world.N_INTENT)),
    )
    return draws, closing


def _ages(n: int, rng: np.random.Generator, is_dated: np.ndarray) -> Floats:
    """Some just came (minutes), the others came an hour to fourteen months ago."""
    new = rng.uniform(1.0, 90.0, n) / 1440.0
    older = np.exp(rng.uniform(np.log(1.0 / 24.0), np.log(420.0), n))
    return np.where(is_dated, np.where(rng.random(n) < 0.2, new, older), rng.choice(world.AGES_WHEN_UNDATED, n))


def _values(n: int, rng: np.random.Generator, state: np.ndarray) -> dict[str, np.ndarray]:
    intent, finance, fit = world.INTENT[state], world.FINANCE[state], world.FIT[state]
    drawn = {
        "timeline": _pick(rng, world.P_TIMELINE[intent]),
        "width": _pick(rng, world.P_WIDTH[intent]),
        "specificity": _pick(rng, world.P_SPECIFICITY[intent]),
        "in_area": rng.random(n) < world.P_IN_AREA[fit],
        "criteria": rng.poisson(world.MEAN_CRITERIA[intent]),
        "financing": _pick(rng, world.P_FINANCING[finance]),
        "proof": rng.random(n) < world.P_PROOF[finance],
        "sells": rng.random(n) < world.P_SELLS_FIRST[finance],
        "phone": rng.random(n) < world.P_PHONE[intent],
        "email": rng.random(n) < world.P_EMAIL[intent],
        "repeat": rng.random(n) < world.P_REPEAT[intent],
        "transactions": _pick(rng, world.P_TRANSACTIONS[intent]),
    }
    return {name: np.asarray(value, np.int64) for name, value in drawn.items()}


def _history(i: int, state: np.ndarray, draws: Draws, rng: np.random.Generator, at: datetime) -> tuple[Interaction, ...]:
    age = float(draws.age[i])
    events, loglik = converse(
        born=at - timedelta(days=age),
        age=age,
        intent=int(world.INTENT[state[i]]),
        response=float(draws.response[i]),
        reply=float(draws.reply[i]),
        appointment=float(draws.appointment[i]),
        kept=bool(draws.kept[i]),
        rng=rng,
    )
    draws.loglik[i] = loglik
    return events


def _lead(
    i: int, lead_id: int, draws: Draws, money: dict[str, Floats], events: tuple[Interaction, ...], at: datetime, median: float
) -> Lead:
    """Lead i as the office would know it: only what is filled, tagged as synthetic."""
    v = {name: int(value[i]) for name, value in draws.values.items()}
    has = dict(zip(world.FIELDS, draws.filled[i].tolist(), strict=True))
    source = None if draws.source[i] < 0 else world.SOURCES[draws.source[i]]
    middle = float(np.exp(money["budget"][i])) * median * 100
    width = float(world.WIDTHS[v["width"]])
    spot = v["specificity"]
    first, last = _FIRST[lead_id % len(_FIRST)], _LAST[lead_id // len(_FIRST) % len(_LAST)]
    return Lead(
        lead_id=lead_id,
        external_id=f"{TAG}-{lead_id}",
        first_name=first,
        last_name=last,
        phone=f"+1512555{100 + lead_id % 100:04d}" if v["phone"] else None,  # 555-0100 to 0199 are kept for fiction
        email=f"{first}.{last}.{lead_id}@example.com".lower() if v["email"] else None,
        source=source,
        source_text="" if source is None else source.value.replace("_", " "),
        created_at=at - timedelta(days=float(draws.age[i])) if draws.is_dated[i] else None,
        budget_low_cents=round(middle * (1 - width / 2)) if has["budget"] else None,
        budget_high_cents=round(middle * (1 + width / 2)) if has["budget"] else None,
        timeline_days=int(world.TIMELINES[v["timeline"]]) if has["timeline"] else None,
        financing=_FINANCING[v["financing"]] if has["financing"] else None,
        has_proof_of_funds=bool(v["proof"]) if has["proof"] else None,
        sells_first=bool(v["sells"]) if has["sells"] else None,
        property_type=_KINDS[int(money["kind"][i])] if has["kind"] else None,
        beds=float(money["beds"][i]) if has["beds"] else None,
        baths=float(money["baths"][i]) if has["baths"] else None,
        n_criteria=v["criteria"] if has["criteria"] else None,
        state="TX" if spot > 0 else "",
        city="Austin" if spot > 1 else "",
        zip_code="78701" if spot > 2 else "",
        location_specificity=spot,
        in_service_area=bool(v["in_area"]) if spot > 0 else None,
        listing_price_cents=None if np.isnan(draws.listing[i]) else round(float(np.exp(money["listing"][i])) * median * 100),
        is_repeat_contact=bool(v["repeat"]) if has["repeat"] else None,
        n_transactions=v["transactions"] if has["transactions"] else None,
        tags=(TAG,),
        interactions=events,
    )
