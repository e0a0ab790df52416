"""Phrases that must not stand in a message about housing: they steer, or speak of who may live somewhere.

Fair Housing Act, 42 U.S.C. 3604(c), and California Gov. Code 12955: race, colour, religion, sex, disability, familial status, national
origin; in California also marital status, orientation, age, source of income and more. Bedrooms, baths and square feet are not people.
"""

# ruff: noqa: E501
# A phrase reads better whole.

import re
import unicodedata
from collections.abc import Mapping

_PLACE = r"(?:neighbou?rhoods?|areas?|communit(?:y|ies)|streets?|parts? of (?:town|the city)|blocks?|places? to live|suburbs?|towns?|districts?|zip codes?|zips?)"
_CALM_PLACE = _PLACE.replace("streets?|", "")  # a quiet street is a fact of traffic
_PEOPLE = (
    r"(?:famil(?:y|ies)|kids|children|couples?|newlyweds|singles|bachelors?|retirees|seniors|empty[ -]nesters|students|young professionals"
    r"|professionals|mature (?:adults?|persons?|people)|christians|jews|muslims|catholics|veterans|millennials|parents|moms|dads|women|men"
    r"|immigrants|hispanics|latinos|whites|blacks|asians|older (?:adults|people)|young (?:couples|people|families)|a growing family)"
)
_ORIGIN = (
    r"(?:white|black|african[ -]american|hispanic|latin[oax]|mexican|asian|chinese|indian|korean|vietnamese|filipino|arab|middle eastern"
    r"|european|anglo|caucasian|immigrant|foreign|native american|jewish|christian|catholic|muslim|mormon|hindu|buddhist|protestant)"
)
_FAITH_HOUSE = r"(?:church(?:es)?|synagogues?|mosques?|temples?|parish|cathedrals?|chapels?|shul)"

PHRASES: Mapping[str, tuple[str, ...]] = {
    "families and children": (
        r"family[ -](?:friendly|oriented|centric)",
        rf"family {_PLACE}",
        r"(?:kid|child)(?:ren)?'?s?[ -](?:friendly|safe|free)",
        r"(?:great|good|ideal|perfect|best|wonderful|excellent|suitable|right|nice) (?:\w+ ){0,2}to (?:raise|bring up|start|grow) (?:a |your |the )?(?:family|kids|children)",
        r"raise (?:a|your) family",
        r"\bno (?:kids|children)\b",
        r"adults?[ -]only|adult (?:community|living|building|complex)",
        r"(?:good|great|top|best|excellent|highly|award|strong|better|bad|poor|terrible)(?:[ -](?:rated|ranked|winning|performing|public|local|area|neighbou?rhood|elementary|high|in)){0,3} schools?\b",
        r"school (?:ratings?|scores?|quality|rankings?)",
        r"(?:three|two|four|\d)[ -]person (?:limit|maximum)",
        r"childless|child[ -]free|empty[ -]nest",
        r"how many (?:kids|children)|do you have (?:any )?(?:kids|children)|your (?:kids|children|family size)",
        r"pregnan|expecting a baby|new ?borns?\b",
    ),
    "who it suits": (
        rf"(?:perfect|ideal|great|best|suited|suitable|wonderful|designed|made|right|good|excellent|nice) for (?:a |an |your |the |any )?(?:\w+ ){{0,2}}{_PEOPLE}",
        rf"(?:prefers?|preferred|looking for|seeking|welcomes?|only|wanted|attracts?|appeals? to)\W+(?:\w+ ){{0,2}}{_PEOPLE}\b",
        rf"\b{_PEOPLE}(?: are)? (?:only|preferred|welcome|wanted)\b",
        r"(?:your|our|the right) kind of (?:people|neighbou?rs?)|people like you|(?:like|same)[ -]minded (?:people|neighbou?rs)",
        r"fit (?:right )?in with the neighbou?rs",
        r"bachelor(?:ette)? pad|man cave only|(?:male|female|women|men|ladies|gentlem[ae]n)s?[ -](?:only|preferred)",
        r"(?:married|unmarried) (?:couples?|people|only|buyers?)|no (?:unmarried|gays?|lesbians?)|traditional (?:couples?|famil(?:y|ies)|values)",
        r"active adult|mature (?:community|person|couple)|senior (?:community|living|citizens?)|young (?:crowd|community|vibe)|millennial",
    ),
    "safety and crime": (
        rf"(?:safe|safer|safest|secure|low[ -]crime|crime[ -]free|dangerous|unsafe|sketchy|rough|bad) (?:and \w+ |, ?\w+ |quiet |little |family |residential )?{_PLACE}",
        rf"{_PLACE}\W+(?:(?:that|which|is|are|it|s|very|really|so|feels?|quite|super|pretty|totally|completely) ){{1,3}}(?:safe|secure|dangerous|rough|low[ -]crime)",
        r"(?:low|no|little|high|less|more|zero) crime|crime (?:rates?|is|stat)|gangs?\b|ghetto|the hood\b|wrong side of",
        r"safe (?:for|to) (?:kids|children|walk|famil|women|raise)|safe place to live",
    ),
    "steering by neighbourhood": (
        rf"(?:quiet|peaceful|tranquil|exclusive|elite|prestigious|private|restricted|desirable|upscale|respectable|decent|nice|good|better|best|great|up[ -]and[ -]coming|changing|declining|traditional|established|integrated|diverse|homogeneous|homogenous|tight[ -]knit|close[ -]knit|working[ -]class|blue[ -]collar|wealthy|rich|poor|affluent) (?:\w+ )?{_CALM_PLACE}\b",
        r"(?:kind|type|sort) of (?:people|folks|neighbou?rs)|demographics?|ethnic (?:mix|makeup|area|communit|enclave)|racial|\brace\b|minorit(?:y|ies)",
        rf"\b{_ORIGIN}[ -](?:majority |dominated |friendly )?(?:{_PLACE}|famil(?:y|ies)|neighbou?rs|people|buyers|sellers|homes?|owners?|population|residents|enclave)",
        r"(?:predominantly|mostly|mainly|largely|traditionally|historically) (?:white|black|hispanic|latino|asian|jewish|christian|catholic|muslim|young|older|gay)",
        r"gay(?:borhood| neighbou?rhood|[ -]friendly| community)|lgbt\w*[ -]friendly",
        r"english[ -]speaking|(?:must|should) speak english|no (?:foreigners|immigrants)|citizens? only|legal residents? only|immigration status",
        r"gated community of|people who belong|country club (?:crowd|set)",
    ),
    "religion": (
        rf"(?:walk|walking|steps|close|near|nearby|next|minutes|blocks?|across|distance|drive|convenient|proximity)\b(?:\W+\w+){{0,4}}?\W+{_FAITH_HOUSE}",
        rf"{_FAITH_HOUSE} (?:nearby|within walking|around the corner|down the street|next door|community)",
        r"(?:christian|jewish|muslim|catholic|kosher|faith[ -]based|god[ -]fearing|religious)(?: \w+)? (?:home|community|household|owner|seller|kitchen|neighbou?rhood|values|area)",
    ),
    "disability and income": (
        r"able[ -]bodied|no (?:wheelchairs?|handicap(?:ped)?|disab\w+)|not (?:suitable |suited |good )?for (?:the )?(?:disabled|handicapped|wheelchairs?|elderly)",
        r"mentally (?:ill|healthy)|(?:physically|mentally) (?:fit|able)|must be (?:healthy|employed|able to climb|independent)|(?:the )?handicapped\b|crippled?",
        r"independent living|no (?:service|emotional support|assistance) animals?",
        r"no (?:section ?8|vouchers?|housing assistance|welfare|public assistance)|section ?8 (?:not|isn)|vouchers? (?:not|isn|aren)",
    ),
    "Spanish": (
        r"(?:vecindario|barrio|zona|colonia|area|comunidad)(?: \w+)? (?:muy )?(?:segur[oa]|tranquil[oa]|exclusiv[oa]|familiar|buen[oa]|peligros[oa]|decente)",
        r"buen(?:as?|os?) (?:escuelas?|barrio|vecindario|zona|colonia)|mejores escuelas",
        r"(?:perfect|ideal|excelente)[oa]?s? para (?:una? |la |las |los |tu |su )?(?:familias?|ninos|parejas?|jubilados|solteros|jovenes)",
        r"para criar (?:a )?(?:una|su|tu|sus|tus)? ?(?:familia|hijos|ninos)|ambiente familiar|sin ninos|solo adultos|solo cristianos",
        r"cerca de la iglesia|caminando a la iglesia|gente como (?:usted|tu)|poco crimen|baja delincuencia",
    ),
}
_PATTERNS = {subject: tuple(re.compile(rf"(?<!\w)(?:{phrase})") for phrase in phrases) for subject, phrases in PHRASES.items()}
# Words of buildings that hold a word of people: taken out before reading.
_BUILDINGS = re.compile(
    r"(?<!\w)(?:(?:single|multi|two|three|four|2|3|4|1)[ -]?famil(?:y|ies)|family[ -]?rooms?|family[ -]?owned|extended[ -]family suite"
    r"|school (?:bond|tax(?:es)?|street|road|lane)|safe[ -]deposit|church (?:street|st|road|rd|lane|ln|avenue|ave|hill))(?!\w)"
)


def steering_phrases(text: str, *, names: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """Each phrase found, with the subject it touches. `names` (brand, agent, lead) are no description of a home and are left out."""
    read = _plain(text)
    for name in names:
        if plain := _plain(name).strip():
            read = re.sub(rf"(?<!\w){re.escape(plain)}(?!\w)", " ~ ", read)
    read = _BUILDINGS.sub(" ~ ", read)
    found = (
        (subject, match[0].strip()) for subject, patterns in _PATTERNS.items() for each in patterns if (match := each.search(read))
    )
    return tuple(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Small letters, no accents, no hidden letters, straight quotes, single spaces."""
    spread = unicodedata.normalize("NFKD", text).casefold().replace("’", "'").replace("‑", "-").replace("–", "-")
    kept = "".join(letter for letter in spread if unicodedata.category(letter) not in ("Mn", "Cf"))
    return re.sub(r"[\s_*]+", " ", kept)
