"""The words of a reason: what a feature's value means, as an agent would say it aloud in a breath. Names no protected trait.

Values that round to the same words have the same step (`steps_of`), so that a batch is worded once a step and not once a lead.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numba import njit

from engine.scoring.features import COLUMN, FEATURES
from engine.scoring.frame import Vocabulary
from engine.scoring.kernels import Bytes, Floats, Longs

_NO_HISTORY = "no contact on record yet"
_NO_ANSWER = "has not answered yet"
_MISSING = {
    "budget_midpoint": "no budget named",
    "budget_specificity": "no budget named",
    "budget_to_market_ratio": "no budget named",
    "timeline_stated_days": "no timeline stated",
    "days_since_created": "unknown when the lead came",
    "in_service_area": "no area named",
    "property_type": "no kind of property named",
    "criteria_count": "no wishes noted",
    "financing_status": "financing unknown",
    "has_proof_of_funds": "no proof of funds yet",
    "sells_first": "unknown whether another sale comes first",
    "source": "source unknown",
    "is_repeat_contact": "unknown whether in touch before",
    "transactions_before": "unknown whether a past client",
    "reply_rate": "we have not written yet",
    "first_response_minutes": "nobody has answered this lead yet",
}
_FROM_EVENTS = frozenset(
    {
        "lead_reply_minutes",
        "reply_rate",
        "inbound_count_14d",
        "hours_since_last_inbound",
        "first_response_minutes",
        "urgency_signal",
        "message_words_median",
        "question_rate",
        "channel_count",
        "appointments_kept",
    }
)
_FINANCING = {
    "cash": "pays cash",
    "pre_approved": "pre-approved",
    "in_progress": "financing in progress",
    "needs": "needs financing",
    "other": "other financing",
}
_SOURCES = {
    "portal": "came from a portal",
    "paid_social": "came from a social ad",
    "ppc": "came from a search ad",
    "own_site": "came from our own site",
    "open_house": "came to an open house",
    "sphere": "referred or from our sphere",
    "expired_fsbo": "expired or for-sale-by-owner",
    "sign_call": "called from a sign",
    "other": "came from another source",
}
_AREA = ("no area named", "named a metro area", "named a city", "named an exact area")


def missing_text(column: int, *, has_history: bool) -> str:
    """What a missing value means, in words."""
    name = FEATURES[column].name
    if name in _FROM_EVENTS and not has_history:
        return _NO_HISTORY
    return _MISSING.get(name, _NO_ANSWER)


def value_words(column: int, value: float, vocabulary: Vocabulary) -> tuple[str, str]:
    """The value with its unit, and the sentence that an agent reads aloud."""
    feature = FEATURES[column]
    if feature.kind == "category":
        return _category(feature.name, value, vocabulary)
    if feature.kind == "flag":
        return ("yes" if value else "no"), _FLAGS[feature.name][1 if value else 0]
    return _NUMBERS[feature.name](value)


def span(minutes: float) -> str:
    """A time span in words: 8 minutes, 3 hours, 12 days."""
    for size, unit in ((1440.0, "day"), (60.0, "hour")):
        if minutes >= 2 * size or (size == 60.0 and minutes >= 90.0):
            return _counted(round(minutes / size), unit)
    return _counted(max(1, round(minutes)), "minute")


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}{'es' if word.endswith('sh') else 's'}"


def _category(name: str, value: float, vocabulary: Vocabulary) -> tuple[str, str]:
    words: Sequence[str] = vocabulary[name]
    word = words[int(value)] if int(value) < len(words) else "other"
    text = {"financing_status": _FINANCING, "source": _SOURCES}.get(name, {}).get(word, f"asks for: {word.replace('_', ' ')}")
    return word.replace("_", " "), text


def _timeline(days: float) -> tuple[str, str]:
    said = _counted(round(days), "day")
    return said, "wants to act now" if days < 1 else f"wants to act within {said}"


def _urgency(signal: float) -> tuple[str, str]:
    word = "urgent" if signal > 0.2 else "unhurried" if signal < -0.2 else "neutral"
    return word, {"urgent": "writes with urgency", "unhurried": "writes 'just looking'", "neutral": "no urgency in messages"}[word]


def _count(text_none: str, text_some: str, unit: str) -> Callable[[float], tuple[str, str]]:
    def words(value: float) -> tuple[str, str]:
        said = _counted(round(value), unit)
        return said, text_some.format(said=said) if value >= 1 else text_none

    return words


def _dollars(value: float) -> tuple[str, str]:
    said = f"${round(value / 1e4) / 100:,.2f}M" if value >= 1e6 else f"${round(value / 1e3):,}k"
    return said, f"budget around {said}"


def _width(value: float) -> tuple[str, str]:
    said = _percent(value)
    return said, "one clear budget" if value < 0.05 else f"budget range {said} wide"


def _ratio(value: float) -> tuple[str, str]:
    said = _percent(value)
    return said, f"budget is {said} of the market's median"


def _of_all(text: str) -> Callable[[float], tuple[str, str]]:
    return lambda value: (_percent(value), text.format(share=_percent(value)))


def _percent(value: float) -> str:
    return f"{round(value * 100)}%"


def _after(text: str, minutes_per_unit: float) -> Callable[[float], tuple[str, str]]:
    def words(value: float) -> tuple[str, str]:
        said = span(value * minutes_per_unit)
        return said, text.format(said=said)

    return words


def _words(value: float) -> tuple[str, str]:
    said = _counted(round(value), "word")
    return said, f"writes about {said} a message"


def _area(value: float) -> tuple[str, str]:
    text = _AREA[min(3, max(0, int(value)))]
    return text.removeprefix("named ").removeprefix("no area named") or "none", text


def _reach(value: float) -> tuple[str, str]:
    text = ("no valid phone or e-mail", "only one way to reach", "valid phone and e-mail")[min(2, max(0, int(value)))]
    return f"{value:.0f} of 2", text


_FLAGS = {
    "in_service_area": ("outside our service area", "in our service area"),
    "has_proof_of_funds": ("no proof of funds", "has proof of funds"),
    "sells_first": ("no other sale to wait for", "must sell first"),
    "is_repeat_contact": ("first time in touch", "came back to us"),
}
_NUMBERS: dict[str, Callable[[float], tuple[str, str]]] = {
    "lead_reply_minutes": _after("answers within {said}", 1.0),
    "reply_rate": _of_all("answered {share} of our messages"),
    "inbound_count_14d": _count("nothing heard in 14 days", "{said} in the last 14 days", "message"),
    "hours_since_last_inbound": _after("last heard from {said} ago", 60.0),
    "first_response_minutes": _after("we answered after {said}", 1.0),
    "budget_midpoint": _dollars,
    "budget_specificity": _width,
    "budget_to_market_ratio": _ratio,
    "timeline_stated_days": _timeline,
    "urgency_signal": _urgency,
    "days_since_created": _after("came to us {said} ago", 1440.0),
    "location_specificity": _area,
    "beds_needed": _count("no bedrooms named", "{said}", "bedroom"),
    "baths_needed": _count("no bathrooms named", "{said}", "bathroom"),
    "criteria_count": _count("no wishes named", "named {said}", "wish"),
    "message_words_median": _words,
    "question_rate": _of_all("asks something in {share} of messages"),
    "channel_count": _count("no channel used yet", "in touch on {said}", "channel"),
    "contactability": _reach,
    "transactions_before": _count("no earlier deal with us", "{said} with us before", "deal"),
    "appointments_kept": _count("no appointment kept yet", "kept {said}", "appointment"),
}
HISTORY_COLUMN = COLUMN["inbound_count_14d"]  # missing only when no history at all is known

_PLAIN, _COUNT, _PERCENT, _DOLLARS, _SPAN, _MOOD = range(6)
_MINUTES = {
    "lead_reply_minutes": 1.0,
    "first_response_minutes": 1.0,
    "hours_since_last_inbound": 60.0,
    "days_since_created": 1440.0,
}
_STEP_OF_UNIT = {"fraction": _PERCENT, "ratio": _PERCENT, "dollars": _DOLLARS, "-1 to 1": _MOOD}
_WHOLE = ("location_specificity", "contactability")
_HOW = np.array(
    [
        _SPAN
        if feature.name in _MINUTES
        else _PLAIN
        if feature.kind != "number" or feature.name in _WHOLE
        else _STEP_OF_UNIT.get(feature.unit, _COUNT)
        for feature in FEATURES
    ],
    np.uint8,
)
_SCALE = np.array([_MINUTES.get(feature.name, 1.0) for feature in FEATURES])
STEP_BITS = 44
_MOST = float(1 << (STEP_BITS - 6))


def steps_of(matrix: Floats, order: Longs) -> Longs:
    """For each place of `order` (a column of the row; -1 for none) a number that tells its words apart: column, then step."""
    out = np.empty(order.shape, np.int64)
    _fill_steps(matrix, order, _HOW, _SCALE, HISTORY_COLUMN, out)
    return out


@njit(nogil=True, cache=True)
def _fill_steps(matrix: Floats, order: Longs, how: Bytes, scale: Floats, history: int, out: Longs) -> None:
    for row in range(order.shape[0]):
        for place in range(order.shape[1]):
            column = order[row, place]
            if column < 0:
                out[row, place] = -1
                continue
            value = matrix[row, column]
            out[row, place] = column << STEP_BITS
            if not np.isnan(value):
                out[row, place] += 2 + _step(value * scale[column], how[column])
            elif not np.isnan(matrix[row, history]):
                out[row, place] += 1


@njit(nogil=True, cache=True)
def _step(value: float, how: int) -> int:
    """The same step only for values with the same words."""
    value = min(max(value, -8.0), _MOST)
    step = int(value + 8.0)  # whole numbers: codes, flags, grades
    if how == _MOOD:
        step = 2 if value > 0.2 else 1 if value < -0.2 else 0
    elif how == _PERCENT:
        step = 2 * (int(np.rint(value * 100.0)) + 800) + int(value < 0.05)
    elif how == _DOLLARS:
        step = 2 * int(np.rint(value / 1e4)) + 17 if value >= 1e6 else 2 * (int(np.rint(value / 1e3)) + 8)
    elif how == _SPAN and value >= 2880.0:
        step = 3 * int(np.rint(value / 1440.0)) + 2
    elif how == _SPAN:
        step = 3 * int(np.rint(value / 60.0)) + 1 if value >= 90.0 else 3 * (int(np.rint(value)) + 8)
    elif how == _COUNT:
        step = 2 * (int(np.rint(value)) + 8) + int(value < 1.0)
    return step
