"""The synthetic world's rules: what a lead wants (hidden), what shows of it, and the exact odds of a closing given what shows.

Hidden: intent (5) x finance (3) x fit (3). Given these, everything that shows is independent. Delays are exponential, so every
chance is a closed form. Base rates and mix of sources are marketing-grade figures, parameters rather than findings.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from engine.records import Source
from engine.scoring.kernels import Floats

HORIZON_DAYS = 365.0
APPOINTMENT_HORIZON_DAYS = 90.0
BASE_RATES = {
    Source.PORTAL: 0.008,
    Source.PAID_SOCIAL: 0.006,
    Source.PPC: 0.015,
    Source.OWN_SITE: 0.022,
    Source.OPEN_HOUSE: 0.06,
    Source.SPHERE: 0.20,
    Source.EXPIRED_FSBO: 0.08,
    Source.SIGN_CALL: 0.05,
}
SOURCES = tuple(BASE_RATES)
MIX = np.array([0.42, 0.20, 0.12, 0.10, 0.05, 0.06, 0.03, 0.02])

N_INTENT, N_FINANCE, N_FIT = 5, 3, 3
INTENT, FINANCE, FIT = (part.ravel() for part in np.meshgrid(range(N_INTENT), range(N_FINANCE), range(N_FIT), indexing="ij"))
N_STATES = len(INTENT)

# Our first response: a treatment. Each class answers between two ages (minutes) and starts the reply clock at its end.
RESPONSE_SHARE = np.array([0.25, 0.25, 0.25, 0.15, 0.10])
RESPONSE_FROM = np.array([1.0, 5.0, 60.0, 600.0, 2880.0])
RESPONSE_TO = np.array([5.0, 60.0, 600.0, 2880.0, 2880.0])
NEVER_CONTACTED = 4
ANCHOR_DAYS = RESPONSE_TO / 1440.0
_RESPONSE_LIFT = np.array([0.9, 0.4, 0.0, -0.5, -1.2])

P_REPLY = expit(-1.4 + 0.9 * INTENT[None, :] + _RESPONSE_LIFT[:, None])  # classes x states
# A reply comes fast (minutes) or slow (days).
FAST_SHARE = np.array([0.10, 0.20, 0.35, 0.50, 0.65])
REPLY_DAYS = np.array([[60.0, 45.0, 25.0, 12.0, 8.0], [36000.0, 25920.0, 14400.0, 7200.0, 4320.0]]) / 1440.0  # fast, slow x intent
P_APPOINTMENT = expit(-3.4 + 0.9 * INTENT + 0.5 * FINANCE + 0.5 * FIT)
APPOINTMENT_DAYS = 12.0
P_KEPT = np.array([0.50, 0.60, 0.72, 0.82, 0.90])[INTENT]
P_CLOSE = expit(-2.1 + 0.75 * FINANCE + 0.8 * FIT + 0.4 * INTENT)
MISSED_FACTOR = 0.25  # a missed appointment leaves a quarter of the odds
ESCROW_DAYS, CLOSE_DAYS = 30.0, 61.0
Q_CLOSE = P_APPOINTMENT * (P_KEPT + MISSED_FACTOR * (1.0 - P_KEPT)) * P_CLOSE  # from reply to closing

# What shows, given intent, finance or fit (rows).
TIMELINES = np.array([14, 30, 60, 90, 180, 365])
P_TIMELINE = np.array(
    [
        [0.02, 0.03, 0.05, 0.10, 0.25, 0.55],
        [0.03, 0.06, 0.10, 0.16, 0.30, 0.35],
        [0.06, 0.12, 0.20, 0.25, 0.22, 0.15],
        [0.14, 0.26, 0.25, 0.20, 0.10, 0.05],
        [0.34, 0.33, 0.17, 0.10, 0.04, 0.02],
    ]
)
WIDTHS = np.array([0.0, 0.1, 0.2, 0.4, 0.8])
P_WIDTH = np.array(
    [
        [0.15, 0.08, 0.17, 0.25, 0.35],
        [0.18, 0.12, 0.20, 0.25, 0.25],
        [0.20, 0.18, 0.25, 0.22, 0.15],
        [0.22, 0.25, 0.28, 0.17, 0.08],
        [0.25, 0.30, 0.27, 0.13, 0.05],
    ]
)
P_SPECIFICITY = np.array(
    [
        [0.45, 0.28, 0.17, 0.10],
        [0.36, 0.27, 0.22, 0.15],
        [0.25, 0.25, 0.28, 0.22],
        [0.16, 0.20, 0.30, 0.34],
        [0.10, 0.14, 0.30, 0.46],
    ]
)
P_IN_AREA = np.array([0.55, 0.85, 0.97])
MEAN_CRITERIA = np.array([1.0, 1.8, 2.8, 3.8, 4.8])
P_FINANCING = np.array([[0.60, 0.30, 0.07, 0.03], [0.25, 0.40, 0.28, 0.07], [0.04, 0.12, 0.52, 0.32]])
P_PROOF = np.array([0.05, 0.25, 0.75])
P_SELLS_FIRST = np.array([0.55, 0.30, 0.18])
P_PHONE = np.array([0.62, 0.72, 0.82, 0.90, 0.95])
P_EMAIL = np.array([0.70, 0.75, 0.80, 0.84, 0.88])
P_REPEAT = np.array([0.05, 0.08, 0.12, 0.18, 0.25])
P_TRANSACTIONS = np.array([[0.96, 0.03, 0.01], [0.95, 0.04, 0.01], [0.92, 0.06, 0.02], [0.88, 0.09, 0.03], [0.82, 0.13, 0.05]])
# Each inbound message.
URGENCIES = np.array([-0.6, 0.0, 0.5, 1.0])
P_URGENCY = np.array(
    [
        [0.30, 0.65, 0.04, 0.01],
        [0.20, 0.70, 0.08, 0.02],
        [0.10, 0.70, 0.15, 0.05],
        [0.05, 0.60, 0.23, 0.12],
        [0.02, 0.48, 0.28, 0.22],
    ]
)
MEAN_WORDS = np.array([5.0, 8.0, 11.0, 14.0, 17.0])  # geometric
P_QUESTION = np.array([0.15, 0.22, 0.30, 0.38, 0.45])
# Each later touch: answered or not, and how fast (log minutes), within the time before the next touch.
P_ANSWER = np.array([0.15, 0.30, 0.45, 0.60, 0.75])
ANSWER_LOG_MINUTES = np.log([600.0, 240.0, 90.0, 30.0, 12.0])
ANSWER_SPREAD = 1.2
ANSWER_WINDOW_MINUTES = 2700.0
# Money: log of the price over the market's median, and what the lead says of it.
PRICE_SPREAD, BUDGET_SPREAD, LISTING_SPREAD = 0.35, 0.17, 0.08
BUDGET_SHIFT = np.array([-0.30, -0.03, 0.02])  # by fit

# Fields a lead fills in at once, and those filled after a reply; independent of what he wants.
FIELDS = ("budget", "timeline", "kind", "beds", "baths", "criteria", "financing", "proof", "sells", "repeat", "transactions")
P_AT_ONCE = np.array([0.25, 0.30, 0.45, 0.30, 0.25, 0.30, 0.22, 0.05, 0.10, 0.40, 0.30])
P_AFTER_REPLY = np.array([0.60, 0.60, 0.50, 0.50, 0.50, 0.50, 0.55, 0.30, 0.45, 0.20, 0.20])
BARE_SHARE = 0.4  # of leads without history: an export that left out what the lead wants and where
AGES_WHEN_UNDATED = np.array([1.0, 7.0, 30.0, 60.0, 120.0, 240.0, 400.0, 700.0])

_INTENT_SHARE = np.array([0.36, 0.28, 0.18, 0.12, 0.06])
_FINANCE_SHARE = np.array([0.45, 0.35, 0.20])
_FIT_SHARE = np.array([0.30, 0.45, 0.25])


def chain_cdf(days: Floats, *means: Floats | float) -> Floats:
    """P(sum of exponential delays with these (different) means is at most `days`)."""
    rates = [1.0 / np.asarray(mean) for mean in means]
    late: Floats = np.zeros(np.broadcast_shapes(np.shape(days), *(np.shape(rate) for rate in rates)))
    after = np.maximum(days, 0.0)
    for i, rate in enumerate(rates):
        weight = np.ones(())
        for j, other in enumerate(rates):
            if i != j:
                weight = weight * other / (other - rate)
        late = late + weight * np.exp(-rate * after)
    return np.where(np.asarray(days) > 0.0, np.clip(1.0 - late, 0.0, 1.0), 0.0)


def reply_waits(elapsed: Floats) -> Floats:
    """P(the reply, if one ever comes, has not come) by mode (fast, slow): (..., 2, states)."""
    mode_share = np.stack([FAST_SHARE, 1.0 - FAST_SHARE])[:, INTENT]
    waits: Floats = mode_share * np.exp(-elapsed[..., None, None] / REPLY_DAYS[:, INTENT])
    return waits


def from_reply_mode(days: Floats) -> Floats:
    """P(reply, appointment and closing all within `days` | they come), by mode: (..., 2, states)."""
    by_intent = chain_cdf(days[..., None, None] - ESCROW_DAYS, REPLY_DAYS, APPOINTMENT_DAYS, CLOSE_DAYS)
    return by_intent[..., INTENT]


def meets_from_reply_mode(days: Floats) -> Floats:
    """P(reply and appointment both within `days` | they come), by mode: (..., 2, states)."""
    by_intent = chain_cdf(days[..., None, None], REPLY_DAYS, APPOINTMENT_DAYS)
    return by_intent[..., INTENT]


def meets_from_reply(days: Floats) -> Floats:
    """P(appointment within `days` of the reply | it comes)."""
    return chain_cdf(np.asarray(days), APPOINTMENT_DAYS)


def from_reply(days: Floats) -> Floats:
    """P(appointment and closing within `days` of the reply | they come)."""
    return chain_cdf(np.asarray(days) - ESCROW_DAYS, APPOINTMENT_DAYS, CLOSE_DAYS)


def from_appointment(days: Floats) -> Floats:
    """P(closing within `days` of the appointment | it comes)."""
    return chain_cdf(np.asarray(days) - ESCROW_DAYS, CLOSE_DAYS)


def priors() -> Floats:
    """P(state | source): sources x states, tilted so that each source closes at its base rate within the horizon."""
    within = from_reply_mode(HORIZON_DAYS - ANCHOR_DAYS)  # classes x 2 x states
    mode_share = np.stack([FAST_SHARE, 1.0 - FAST_SHARE])[:, INTENT]
    closes = (RESPONSE_SHARE[:, None] * P_REPLY * (within * mode_share).sum(axis=1)).sum(axis=0) * Q_CLOSE

    def excess(tilt: float, rate: float) -> float:
        return float(_tilted(tilt) @ closes) - rate

    return np.stack([_tilted(brentq(excess, -6.0, 6.0, args=(rate,))) for rate in BASE_RATES.values()])


def _tilted(tilt: float) -> Floats:
    intent = _INTENT_SHARE * np.exp(tilt * np.arange(N_INTENT))
    state: Floats = (intent / intent.sum())[INTENT] * _FINANCE_SHARE[FINANCE] * _FIT_SHARE[FIT]
    return state
