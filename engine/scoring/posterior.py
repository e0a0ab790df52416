"""The exact odds in the synthetic world: P(closes within the horizon | everything that was known of the lead), by Bayes' rule."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.scoring import world
from engine.scoring.kernels import Floats


@dataclass(frozen=True, slots=True)
class Draws:
    """What happened to each synthetic lead (days of its life) and what shows of it at its age."""

    age: Floats
    is_recorded: np.ndarray  # whether the history is known; else only the lead's fields are
    is_dated: np.ndarray  # whether it is known when the lead came
    source: np.ndarray  # place in world.SOURCES, -1 unknown
    speed: np.ndarray  # class of our first response
    response: Floats  # day of our first response, huge when never
    reply: Floats
    appointment: Floats
    kept: np.ndarray
    filled: np.ndarray  # leads x world.FIELDS
    values: dict[str, np.ndarray]
    budget: Floats  # log of the budget over what kind and size of the property lead one to expect
    listing: Floats  # the same of the list price, NaN where no property was asked about
    loglik: Floats  # leads x intents: the conversation


@dataclass(frozen=True, slots=True)
class Target:
    """What is foretold: a closing, or an appointment. `share` of the states' replies lead to it, in these times, within the horizon."""

    share: Floats
    from_reply_mode: Callable[[Floats], Floats]
    from_reply: Callable[[Floats], Floats]
    horizon_days: float


CLOSING = Target(world.Q_CLOSE, world.from_reply_mode, world.from_reply, world.HORIZON_DAYS)
APPOINTMENT = Target(world.P_APPOINTMENT, world.meets_from_reply_mode, world.meets_from_reply, world.APPOINTMENT_HORIZON_DAYS)


def posterior(draws: Draws, prior: Floats, *, target: Target = CLOSING, mix: Floats = world.MIX) -> Floats:
    """P(the target comes within its horizon after now | not closed yet, what is known) for each lead.

    An appointment that has been is none to come.
    """
    known_prior = np.vstack([prior, mix @ prior])[draws.source]
    weight = known_prior * np.exp(_shown(draws))
    odds = np.empty(len(draws.age))
    for rows, chances in (
        (draws.is_recorded, _recorded),
        (~draws.is_recorded & draws.is_dated, _unrecorded),
        (~draws.is_recorded & ~draws.is_dated, _undated),
    ):
        chosen = np.flatnonzero(rows)
        closing, staying = chances(draws, chosen, target)
        odds[chosen] = (weight[chosen] * closing).sum(axis=1) / (weight[chosen] * staying).sum(axis=1)
    return odds


def _shown(draws: Draws) -> Floats:
    """Log likelihood of the fields and of the conversation for every state, up to a constant per lead."""
    v, filled = draws.values, dict(zip(world.FIELDS, draws.filled.T, strict=True))
    intent, finance, fit = draws.loglik.copy(), np.zeros((len(draws.age), 3)), np.zeros((len(draws.age), 3))

    def add(to: Floats, table: Floats, value: np.ndarray, where: np.ndarray | None = None) -> None:
        """`table` holds P(value | state) as states x values."""
        told = np.log(table.T[value])
        to += told if where is None else told * where[:, None]

    add(intent, world.P_TIMELINE, v["timeline"], filled["timeline"])
    add(intent, world.P_WIDTH, v["width"], filled["budget"])
    add(intent, world.P_SPECIFICITY, v["specificity"], draws.is_recorded)
    add(fit, _yes_or_no(world.P_IN_AREA), v["in_area"], v["specificity"] > 0)
    intent += filled["criteria"][:, None] * (v["criteria"][:, None] * np.log(world.MEAN_CRITERIA) - world.MEAN_CRITERIA)
    add(finance, world.P_FINANCING, v["financing"], filled["financing"])
    add(finance, _yes_or_no(world.P_PROOF), v["proof"], filled["proof"])
    add(finance, _yes_or_no(world.P_SELLS_FIRST), v["sells"], filled["sells"])
    add(intent, _yes_or_no(world.P_PHONE), v["phone"])
    add(intent, _yes_or_no(world.P_EMAIL), v["email"])
    add(intent, _yes_or_no(world.P_REPEAT), v["repeat"], filled["repeat"])
    add(intent, world.P_TRANSACTIONS, v["transactions"], filled["transactions"])
    fit += _money(draws) * filled["budget"][:, None]
    return intent[:, world.INTENT] + finance[:, world.FINANCE] + fit[:, world.FIT]


def _yes_or_no(p: Floats) -> Floats:
    return np.column_stack([1.0 - p, p])


def _money(draws: Draws) -> Floats:
    """Log likelihood of the budget for each fit; the list price, where known, narrows down the price it was taken from."""
    price, budget, listing = world.PRICE_SPREAD**2, world.BUDGET_SPREAD**2, world.LISTING_SPREAD**2
    has_listing = np.isfinite(draws.listing)
    pull = price / (price + listing)
    middle = np.where(has_listing, pull * np.nan_to_num(draws.listing), 0.0)
    variance = np.where(has_listing, price * (1.0 - pull), price) + budget
    distance = draws.budget[:, None] - middle[:, None] - world.BUDGET_SHIFT
    loglik: Floats = -0.5 * distance**2 / variance[:, None]
    return loglik


def _recorded(draws: Draws, rows: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    """With the history known. Each lead stands in one of four places: not contacted, not replied, replied, met."""
    closing, staying = np.empty((len(rows), world.N_STATES)), np.empty((len(rows), world.N_STATES))
    age, response, reply, met = draws.age[rows], draws.response[rows], draws.reply[rows], draws.appointment[rows]
    for stage, work in (
        ((response > age) & (reply > age), _not_contacted),
        ((response <= age) & (reply > age), _not_replied),
        ((reply <= age) & (met > age), _replied),
        (met <= age, _met),
    ):
        here = np.flatnonzero(stage)
        closing[here], staying[here] = work(draws, rows[here], target)
    return closing, staying


def _not_contacted(draws: Draws, rows: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    age, speeds = draws.age[rows], np.arange(len(world.ANCHOR_DAYS))
    span = world.RESPONSE_TO - world.RESPONSE_FROM
    ahead = np.clip((world.RESPONSE_TO - age[:, None] * 1440.0) / np.where(span > 0.0, span, 1.0), 0.0, 1.0)
    ahead[:, world.NEVER_CONTACTED] = 1.0
    closing, staying = np.zeros((len(rows), world.N_STATES)), np.zeros((len(rows), world.N_STATES))
    for speed in speeds:
        share = (world.RESPONSE_SHARE[speed] * ahead[:, speed])[:, None]
        close, stay = _waiting(age, np.full(len(rows), speed), target)
        closing += share * close
        staying += share * stay
    return closing, staying


def _not_replied(draws: Draws, rows: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    return _waiting(draws.age[rows], draws.speed[rows], target)


def _waiting(age: Floats, speed: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    """No reply up to now: P(and the target comes within the horizon), P(no reply)."""
    since = age - world.ANCHOR_DAYS[speed]
    waits = world.reply_waits(np.maximum(since, 0.0))
    within = target.from_reply_mode(target.horizon_days + np.minimum(since, 0.0))
    p_reply = world.P_REPLY[speed]
    return p_reply * target.share * (waits * within).sum(axis=1), 1.0 - p_reply + p_reply * waits.sum(axis=1)


def _arrival(draws: Draws, rows: np.ndarray) -> Floats:
    """Density of the reply's time."""
    since = draws.reply[rows] - world.ANCHOR_DAYS[draws.speed[rows]]
    density: Floats = world.P_REPLY[draws.speed[rows]] * (world.reply_waits(since) / world.REPLY_DAYS[:, world.INTENT]).sum(axis=1)
    return density


def _replied(draws: Draws, rows: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    arrival = _arrival(draws, rows)
    since = draws.age[rows] - draws.reply[rows]
    waits = np.exp(-since / world.APPOINTMENT_DAYS)[:, None]
    closing = arrival * waits * target.share * target.from_reply(np.array(target.horizon_days))
    return closing, arrival * (1.0 - world.P_APPOINTMENT * (1.0 - waits))


def _met(draws: Draws, rows: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    kept = draws.kept[rows][:, None]
    path = _arrival(draws, rows) * world.P_APPOINTMENT * np.where(kept, world.P_KEPT, 1.0 - world.P_KEPT)
    p_close = world.P_CLOSE * np.where(kept, 1.0, world.MISSED_FACTOR)
    since = draws.age[rows] - draws.appointment[rows]
    by_now, by_then = world.from_appointment(since)[:, None], world.from_appointment(since + world.HORIZON_DAYS)[:, None]
    to_come = 1.0 if target is CLOSING else 0.0
    return to_come * path * p_close * (by_then - by_now), path * (1.0 - p_close * by_now)


def _unrecorded(draws: Draws, rows: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    """With only the fields known: which are filled says whether the lead has replied; speed and history are averaged over."""
    return _fields_only(draws.age[rows], draws.filled[rows], draws.values["specificity"][rows], target)


def _undated(draws: Draws, rows: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    parts = [
        _fields_only(np.full(len(rows), age), draws.filled[rows], draws.values["specificity"][rows], target)
        for age in world.AGES_WHEN_UNDATED
    ]
    return sum(part[0] for part in parts), sum(part[1] for part in parts)  # type: ignore[return-value]


def _fields_only(age: Floats, filled: np.ndarray, specificity: np.ndarray, target: Target) -> tuple[Floats, Floats]:
    late = 1.0 - (1.0 - world.P_AT_ONCE) * (1.0 - world.P_AFTER_REPLY)
    shown = (1.0 - world.BARE_SHARE) * world.P_SPECIFICITY.T[specificity][:, world.INTENT]
    is_empty = ~filled.any(axis=1) & (specificity == 0)  # perhaps only because the export left it out
    left_out = world.BARE_SHARE * is_empty[:, None]
    if_waiting = shown * np.where(filled, world.P_AT_ONCE, 1.0 - world.P_AT_ONCE).prod(axis=1)[:, None] + left_out
    if_replied = shown * np.where(filled, late, 1.0 - late).prod(axis=1)[:, None] + left_out
    closing, staying = np.zeros((len(age), world.N_STATES)), np.zeros((len(age), world.N_STATES))
    for speed, share in enumerate(world.RESPONSE_SHARE):
        waiting_close, waiting = _waiting(age, np.full(len(age), speed), target)
        since = age - world.ANCHOR_DAYS[speed]
        mode_share = np.stack([world.FAST_SHARE, 1.0 - world.FAST_SHARE])[:, world.INTENT]
        closed = world.P_REPLY[speed] * world.Q_CLOSE * (mode_share * world.from_reply_mode(since)).sum(axis=1)
        scale = world.P_REPLY[speed] * target.share
        come, come_then = (
            scale * (mode_share * target.from_reply_mode(days)).sum(axis=1) for days in (since, since + target.horizon_days)
        )
        closing += share * (if_waiting * waiting_close + if_replied * (come_then - come - waiting_close))
        staying += share * (if_waiting * waiting + if_replied * (1.0 - waiting - closed))
    return closing, staying
