"""The words of a reason: what a feature's value means, as an agent would say it aloud in a breath. Names no protected trait."""

from collections.abc import Callable, Sequence

from engine.scoring.features import COLUMN, FEATURES
from engine.scoring.frame import Vocabulary

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
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


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
    said = f"${value / 1e6:,.2f}M" if value >= 1e6 else f"${value / 1e3:,.0f}k"
    return said, f"budget around {said}"


def _width(value: float) -> tuple[str, str]:
    said = f"{value:.0%}"
    return said, "one clear budget" if value < 0.05 else f"budget range {said} wide"


def _ratio(value: float) -> tuple[str, str]:
    said = f"{value:.0%}"
    return said, f"budget is {said} of the market's median"


def _of_all(text: str) -> Callable[[float], tuple[str, str]]:
    return lambda value: (f"{value:.0%}", text.format(share=f"{value:.0%}"))


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
    "criteria_count": lambda value: (f"{value:.0f}", "no wishes named" if value < 1 else f"named {value:.0f} wishes"),
    "message_words_median": _words,
    "question_rate": _of_all("asks something in {share} of messages"),
    "channel_count": _count("no channel used yet", "in touch on {said}", "channel"),
    "contactability": _reach,
    "transactions_before": _count("no earlier deal with us", "{said} with us before", "deal"),
    "appointments_kept": _count("no appointment kept yet", "kept {said}", "appointment"),
}
HISTORY_COLUMN = COLUMN["inbound_count_14d"]  # missing only when no history at all is known
