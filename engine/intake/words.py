"""Free words of forms and other systems, read into the office's own vocabulary. Order matters: the first phrase that fits decides."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from engine.records import Financing, PropertyType, Source

_T = TypeVar("_T")


def _table(*rows: tuple[_T, str]) -> list[tuple[_T, re.Pattern[str]]]:
    return [(meaning, re.compile(phrases, re.IGNORECASE)) for meaning, phrases in rows]


def _first(table: Sequence[tuple[_T, re.Pattern[str]]], text: str) -> _T | None:
    return next((meaning for meaning, pattern in table if pattern.search(text)), None)


_YES = frozenset(
    (
        "yes",
        "y",
        "true",
        "t",
        "1",
        "1.0",
        "x",
        "✓",
        "si",
        "sí",
        "ja",
        "on",
        "checked",
        "have",
        "has",
        "attached",
        "verified",
        "received",
        "on file",
        "provided",
        "uploaded",
    )
)
_NO = frozenset(
    ("no", "n", "false", "f", "0", "0.0", "nein", "off", "not yet", "none", "unchecked", "never", "does not apply", "doesn't apply")
)


@lru_cache(maxsize=5_000)
def read_yes_no(text: str) -> bool | None:
    """Yes, no, or None when it is neither."""
    word = text.strip().lower().rstrip(".!")
    if word in _YES or word.startswith(("yes,", "yes ", "yes-")):
        return True
    return False if word in _NO or word.startswith(("no,", "no ", "not ")) else None


_DO_NOT_CONTACT = re.compile(
    r"\b(?:dnc|do not (?:call|contact|text|disturb)|don't (?:call|contact|text)|out|opt(?:ed)?[ -]?out|unsubscribed|"
    r"stop(?:ped)?|dnd|on list|listed|blocked|litigator|federal|national|state list|internal)\b",
    re.IGNORECASE,
)
_MAY_CONTACT = re.compile(
    r"\b(?:not (?:on|listed|dnc|opted)|clean|clear|callable|ok|in|opt(?:ed)?[ -]?in|subscribed|active|safe|allowed|"
    r"non[ -]dnc|no dnc)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=5_000)
def read_do_not_contact(text: str) -> bool | None:
    """Whether the cell says that this person must not be called or texted."""
    answer = read_yes_no(text)
    if answer is not None:
        return answer
    if _MAY_CONTACT.search(text):
        return False
    return True if _DO_NOT_CONTACT.search(text) else None


_SOURCES = _table(
    (Source.OPEN_HOUSE, r"open[ _-]?house|\boh\b|spacio|curb ?hero"),
    (Source.EXPIRED_FSBO, r"fsbo|for sale by owner|expired|withdrawn|cancell?ed listing|red ?x\b|vulcan"),
    (Source.SIGN_CALL, r"sign[ _-]?(?:call|rider)|yard sign|\bsign\b|qr code on sign|call capture"),
    (Source.PAID_SOCIAL,
        r"facebook|\bfb\b|instagram|\big\b|tik ?tok|meta ads?|lead ad|snapchat|linkedin|pinterest|paid social|social media|"
        r"twitter|youtube|\bwelingak.*social"),
    (Source.PPC,
        r"google ?(?:ads?|ppc|adwords|lsa|local services)|adwords|\bppc\b|pay[ -]per[ -]click|\bsem\b|bing ads?|\bcpc\b|"
        r"local service ads?|paid search|display ad"),
    (Source.PORTAL,
        r"zillow|realtor\.?com|trulia|redfin|homes\.com|homesnap|opcity|ready ?connect|move\.com|homelight|movoto|\bportal\b|"
        r"premier agent|apartments\.com|homefinder|har\.com|estately|upnest|rocket homes|veterans united|hotpads"),
    (Source.SPHERE,
        r"referr?al|referred|\bsphere\b|\bsoi\b|past client|repeat (?:client|customer|business)|friend|family|word of mouth|"
        r"personal|colleague|\brelative\b|database|networking|alumni|neighbou?r|coworker|\breference\b|empfehlung|recomenda|"
        r"agent[ -]to[ -]agent"),
    (Source.OWN_SITE,
        r"web ?site|\bidx\b|\bweb\b|landing page|own site|site visit|\bseo\b|organic|direct traffic|home ?valuation|web ?form|"
        r"chat|contact form|squeeze page|\bblog\b|kvcore|boldleads|real geeks|sierra interactive|\bcinc\b|boomtown|chime|lofty|"
        r"ylopo"),
)  # fmt: skip
_PLAIN_GOOGLE = re.compile(r"^google$", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def read_source(text: str) -> Source:
    """The kind of source a phrase names; what is named but unknown is OTHER."""
    if _PLAIN_GOOGLE.match(text.strip()):
        return Source.OWN_SITE  # found through search, not an advertisement
    coded = text.strip().lower().replace(" ", "_").replace("-", "_")
    if coded in Source.__members__.values():
        return Source(coded)
    return _first(_SOURCES, text.replace("_", " ")) or Source.OTHER


_NOT = r"(?:not|no|isn'?t|hasn'?t|haven'?t|n'?t|never|without)(?: been| be| yet| a| any| currently| get| gotten)*[ -]+"
_FINANCING = _table(
    (Financing.IN_PROGRESS,
        r"not (?:yet )?(?:pre[ -]?approved|pre[ -]?qualified)[ ,;-]*(?:but|and)? *(?:working|applying|talking|applied|"
        r"in progress)"),
    (Financing.NEEDS,
        rf"{_NOT}(?:pre[ -]?approv|pre[ -]?qualif|lender|loan|financ|mortgage|approved)|need(?:s|ed|ing)?\b[^.,;]*(?:lender|"
        rf"financ|loan|mortgage|pre[ -]?(?:approv|qual))|no lender|looking for (?:a )?(?:lender|loan)|want(?:s)? (?:a )?lender|"
        rf"lender referral|^(?:needs?|none yet)$|(?:not|haven'?t|hasn'?t)(?: yet)? started|bad credit|credit repair"),
    (Financing.IN_PROGRESS,
        r"in[ _-]?progress|in process|applying|applied|application|talk(?:ing|ed|s)? (?:to|with) (?:a |my |the )?(?:lender|bank|"
        r"broker)|working (?:on|with)|pending|submitted|started|getting (?:pre|approved)|speaking (?:to|with)|under ?review|"
        r"underwriting|meeting (?:with )?(?:a |my )?lender|waiting (?:for|on)|pre[ -]?qual"),
    (Financing.PRE_APPROVED,
        r"pre[ _-]?approv|preaprov|approved|approval|letter in hand|has (?:a )?(?:loan|lender)|have (?:a )?(?:loan|lender)|"
        r"loan ready|clear to close|vorab|pre[ -]?underwritten"),
    (Financing.CASH, r"\bcash\b|all[ -]cash|no (?:mortgage|loan|financing) (?:needed|required)|efectivo|barzahl|proof of funds"),
)  # fmt: skip
_NO_LOAN_NEEDED = re.compile(
    r"(?:no|doesn'?t need|don'?t need|not need|without)(?: a| any)? (?:loan|mortgage|financing|lender)(?: is)? (?:needed|"
    r"required|necessary)|cash[^.]*no (?:loan|financing|mortgage|lender)|paying cash|pays cash|^(?:all )?cash\b",
    re.IGNORECASE,
)
_NOT_CASH = re.compile(r"\b(?:not|no|isn'?t|without)\b[^.,;]{0,12}\bcash\b", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def read_financing(text: str) -> Financing | None:
    """How the lead says he will pay; None when the words don't tell."""
    answer = read_yes_no(text)
    if answer is not None and len(text.strip()) <= 5:  # a column "Pre-approved?" with yes and no
        return Financing.PRE_APPROVED if answer else Financing.NEEDS
    if _NO_LOAN_NEEDED.search(text):
        return Financing.CASH
    found = _first(_FINANCING, text)
    if found is Financing.CASH and _NOT_CASH.search(text):
        return None
    return found


_TYPES = _table(
    (PropertyType.TOWNHOUSE, r"town[ _-]?(?:house|home)|row ?house|\bth\b|reihenhaus"),
    (PropertyType.MULTI_FAMILY,
        r"multi[ _-]?(?:family|unit)|duplex|triplex|four ?plex|quad|apartment building|investment propert|income property|"
        r"\d[ -]?units?|2-4|mehrfamilien|multifamiliar"),
    (PropertyType.MANUFACTURED, r"manufactured|mobile home|modular|trailer"),
    (PropertyType.CONDO, r"condo|co-?op|apartment|\bflat\b|\bloft\b|penthouse|wohnung|departamento|apartamento"),
    (PropertyType.LAND, r"\bland\b|\blots?\b|acre|vacant|ranch land|terreno|grundst|\bfarm\b"),
    (PropertyType.SINGLE_FAMILY,
        r"single[ _-]?family|\bsfr\b|\bsfh\b|\bhouse\b|\bhome\b|detached|\bcasa\b|\bhaus\b|einfamilien|villa|ranch|bungalow|"
        r"residential|unifamiliar|cottage|craftsman"),
    (PropertyType.OTHER, r"commercial|office|retail|industrial|warehouse|storage|other|hotel|boat"),
)  # fmt: skip


@lru_cache(maxsize=5_000)
def read_property_type(text: str) -> PropertyType | None:
    """The kind of property a phrase names."""
    return _first(_TYPES, text)


class Rooms(NamedTuple):
    """Bedrooms and bathrooms named in one text."""

    beds: float | None
    baths: float | None


_COUNT = re.compile(
    r"^\s*(?:at least |min(?:imum)? |~)?(\d{1,2}(?:\.(?:0|5|25|75|50|00))?)(?:\s*(?:\+|or more|plus|min))?(?:\s*(?:-|–|to|"
    r"or)\s*\d{1,2}(?:\.\d+)?)?\s*\+?\s*(?:rooms?)?\s*$", re.IGNORECASE)  # fmt: skip
_BEDS = re.compile(
    r"(\d{1,2}(?:\.5)?)\+?(?:\s*(?:-|–|to)\s*\d{1,2})?\+?\s*-?(?:bd|bds|br|bed|beds|bedrooms?|bdrms?|b/r)\b", re.IGNORECASE
)
_BATHS = re.compile(
    r"(\d{1,2}(?:\.\d{1,2})?)\+?(?:\s*(?:-|–|to)\s*\d{1,2}(?:\.\d{1,2})?)?\+?\s*-?(?:ba|bas|bath|baths|bathrooms?)\b", re.IGNORECASE
)
_PAIR = re.compile(r"^\s*(\d{1,2})\s*(?:/|x)\s*(\d{1,2}(?:\.\d{1,2})?)\s*$", re.IGNORECASE)
_MOST_ROOMS = 20


@lru_cache(maxsize=5_000)
def read_rooms(text: str) -> Rooms:
    """The rooms named in a text such as '3bd/2ba' or '3/2'."""
    pair = _PAIR.match(text)
    if pair:
        return Rooms(_count(pair[1]), _count(pair[2]))
    beds, baths = _BEDS.search(text), _BATHS.search(text)
    return Rooms(
        _count(beds[1]) if beds else (0.0 if re.search(r"\bstudio\b", text, re.IGNORECASE) else None),
        _count(baths[1]) if baths else None,
    )


@lru_cache(maxsize=5_000)
def read_count(text: str) -> float | None:
    """The least number of rooms wanted: '3', '3+', '3-4', '3 or more'."""
    match = _COUNT.match(text)
    return _count(match[1]) if match else None


def _count(text: str) -> float | None:
    number = float(text)
    return number if number <= _MOST_ROOMS else None


_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|prof|sra?|srta|herr|frau|rev|hon)\b\.?"
_TITLES = re.compile(rf"^{_TITLE}(?:\s*(?:&|and|y|und)\s*{_TITLE})?\s+", re.IGNORECASE)
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|md|m\.d|phd|ph\.d|esq|cpa|dds|realtor)\.?$", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=100_000)
def split_name(text: str) -> tuple[str, str] | None:
    """First and last name of a whole name, however ordered: 'Rivera, Ana', 'Dr. Ana Rivera', 'Ana'."""
    tidy = tidy_name(text)
    if not _LETTER.search(tidy):
        return None
    parts = [part.strip() for part in tidy.split(",") if part.strip()]
    named = [part for part in parts if not _SUFFIX.match(part)] or parts
    suffixes = [part for part in parts if part not in named]
    if len(named) > 1:
        return tidy_name(" ".join(named[1:])), " ".join([named[0], *suffixes])
    first, _, last = " ".join([*named, *suffixes]).partition(" ")
    return ("", first) if not last and tidy != " ".join(text.split()) and _TITLES.match(text.strip()) else (first, last)


def tidy_name(text: str) -> str:
    """A name without title and doubled spaces."""
    return _TITLES.sub("", " ".join(text.split()).strip(" ,;\"'")).strip()


_REGIONS = {"mexico": "MX", "méxico": "MX", "mx": "MX", "canada": "CA", "ca": "CA", "united kingdom": "GB", "uk": "GB",
    "gb": "GB", "germany": "DE", "deutschland": "DE", "de": "DE", "spain": "ES", "españa": "ES", "es": "ES", "india": "IN",
    "in": "IN", "france": "FR", "fr": "FR", "australia": "AU", "au": "AU", "china": "CN", "cn": "CN", "brazil": "BR",
    "br": "BR", "philippines": "PH", "ph": "PH"}  # fmt: skip


def region_of(country: str) -> str:
    """The telephone region a country's name stands for; the United States when it isn't known."""
    return _REGIONS.get(country.strip().lower(), "US")
