"""Numbers and times as people read them: money, odds, waits, dates. Pure text; what isn't known is a dash, never a zero."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

UNKNOWN = "–"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def money(cents: int | None) -> str:
    """Whole dollars for tables: `$31,500`."""
    if cents is None:
        return UNKNOWN
    return f"{_sign(cents)}${round(abs(cents) / 100):,}"


def exact_money(cents: int | None) -> str:
    """To the cent for statements: `$31,500.00`."""
    if cents is None:
        return UNKNOWN
    return f"{_sign(cents)}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def exact_rate(fraction: float | None) -> str:
    """A rate as agreed, to a millionth: `2.43%`, `3%`."""
    return UNKNOWN if fraction is None else f"{fraction * 100:.4f}".rstrip("0").rstrip(".") + "%"


def compact_money(cents: int | None) -> str:
    """At most six characters for cards: `$31.5k`, `$1.2M`."""
    if cents is None:
        return UNKNOWN
    dollars = abs(cents) / 100
    if dollars >= 999_950:
        return f"{_sign(cents)}${_short(dollars / 1_000_000)}M"
    if dollars >= 999.5:
        return f"{_sign(cents)}${_short(dollars / 1_000)}k"
    return f"{_sign(cents)}${dollars:.0f}"


def rate(fraction: float | None) -> str:
    """A share in percent, whole unless under ten: `2.4%`, `31%`."""
    if fraction is None:
        return UNKNOWN
    percent = fraction * 100
    if 0 < percent < 0.05:
        return "<0.1%"
    return f"{percent:.0f}%" if percent >= 9.95 or percent == 0 else f"{percent:.1f}%"


def odds(probability: float | None) -> str:
    """A probability as people weigh it: `about 1 in 8`, `about 6 in 10`. Never none, never certain."""
    if probability is None:
        return UNKNOWN
    if probability < 0.005:
        return "under 1 in 200"
    if probability < 0.36:
        return f"about 1 in {round(1 / probability)}"
    tenths = round(probability * 10)
    return "more than 9 in 10" if tenths >= 10 else f"about {tenths} in 10"


def interval(low: float | None, high: float | None) -> str:
    """The honest width of a probability: `9–16%`."""
    if low is None or high is None:
        return ""
    first, last = rate(low), rate(high)
    return last if first == last else f"{first.removesuffix('%')}–{last}"


def wait(span: timedelta) -> str:
    """How long something has taken: `3m 12s`, `2h 05m`, then `3d`."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < _HOUR:
        return f"{seconds // _MINUTE}m {seconds % _MINUTE:02d}s"
    if seconds < _DAY:
        return f"{seconds // _HOUR}h {seconds % _HOUR // _MINUTE:02d}m"
    days = seconds // _DAY
    return f"{days}d" if days < 365 else f"{days / 365.25:.1f}y"


def minutes(span: float) -> str:
    """A number of minutes as a wait."""
    return wait(timedelta(minutes=span))


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago, roughly: `just now`, `8 min ago`, `3 d ago`."""
    if at is None:
        return UNKNOWN
    seconds = (now - at).total_seconds()
    if seconds < 45:
        return "just now"
    if seconds < _HOUR:
        return f"{max(1, round(seconds / _MINUTE))} min ago"
    if seconds < _DAY:
        return f"{round(seconds / _HOUR)} h ago"
    days = round(seconds / _DAY)
    return f"{days} d ago" if days < 60 else f"{round(days / 30.4)} mo ago" if days < 730 else f"{days / 365.25:.0f} y ago"


def local_time(at: datetime | None, zone: str) -> str:
    """The moment on the office's clock, with its zone: `Mar 14, 2026, 10:42 AM PDT`."""
    if at is None:
        return UNKNOWN
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local.year}, {clock(at, zone)} {local:%Z}"


def clock(at: datetime, zone: str) -> str:
    """The time of day on the office's clock: `10:42 AM`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M %p}"


def day(on: date | None) -> str:
    """A date without its year: `Mar 14`."""
    return UNKNOWN if on is None else f"{on:%b} {on.day}"


def count(n: int, noun: str, nouns: str = "") -> str:
    """A number with its noun: `1 lead`, `1,204 leads`."""
    return f"{n:,} {noun if n == 1 else nouns or noun + 's'}"


def phone(number: str | None) -> str:
    """A phone number as Americans write it: `(909) 555-0123`; others as they are."""
    if not number:
        return ""
    digits = number.removeprefix("+1")
    if number.startswith("+1") and len(digits) == 10:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return number


_SAID = {"ppc": "Search ad", "expired_fsbo": "Expired or FSBO", "pre_approved": "Pre-approved", "own_site": "Own website"}


def said(word: str | None) -> str:
    """One of the office's own words as text: `under_contract` is `Under contract`."""
    return _SAID.get(word or "") or (word or "").replace("_", " ").capitalize()


def sentence(words: str) -> str:
    """Words with a capital first."""
    return words[:1].upper() + words[1:]


def _sign(cents: int) -> str:
    return "−" if cents < 0 else ""


def _short(amount: float) -> str:
    return f"{amount:.1f}" if amount < 99.95 else f"{amount:.0f}"
