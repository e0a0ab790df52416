# ruff: noqa: SIM905  (word lists read better as words)
"""Names and values that tell what a column is about: protected traits, places, contact details, and what is known only after contact."""

import re
from collections.abc import Iterable

# Fair Housing Act, ECOA and California's additions. Each line: the trait, then the words (phrases) that name it.
_PROTECTED: dict[str, tuple[str, ...]] = {
    "age": ("age", "ages", "aged", "age group", "birth", "birthday", "birthdate", "birthyear", "dob", "yob", "born", "senior",
            "elderly",
            "generation", "seniorcitizen", "retired"),
    "sex": ("gender", "sex", "pronoun", "pronouns", "male", "female", "pregnant", "pregnancy", "salutation", "honorific", "sexual"),
    "marital status": ("marital", "married", "marriage", "maritalstatus", "spouse", "husband", "wife", "divorced",
            "civil status", "partner",
                       "relationship status", "personal status"),
    "familial status": ("child", "children", "kid", "kids", "dependent", "dependents", "dependants", "family", "familysize",
            "household size",
                        "household members", "parent", "parents", "school district", "num children", "baby", "motherhood",
                        "single parent"),
    "race or colour": ("race", "racial", "ethnicity", "ethnic", "skin color", "skin colour", "caste", "tribe"),
    "religion": ("religion", "religious", "faith", "church", "mosque", "synagogue", "temple", "denomination"),
    "national origin": ("nationality", "national origin", "national", "citizenship", "citizen", "immigration", "immigrant",
            "foreign",
                        "foreigner", "foreign worker", "visa status", "ancestry", "birthplace", "native"),
    "language": ("language", "languages", "lang", "accent", "mother tongue", "locale"),
    "disability": ("disability", "disabled", "handicap", "handicapped", "wheelchair", "medical", "impairment"),
    "source of income": ("voucher", "section 8", "public assistance", "welfare", "housing benefit"),
    "veteran status": ("veteran", "military"),
    "a face": ("photo", "avatar", "picture", "selfie"),
}  # fmt: skip
# "Age of a listing", "single family", "partner channel": the word is there, the trait is not.
_NOT_A_PERSON = frozenset(
    "lead account listing house home property building roof vehicle car page deal record message email ticket session tenure company "
    "business domain single multi channel referral agency code selector brand product".split()
)
_AMBIGUOUS = frozenset(
    {"age", "ages", "aged", "family", "partner", "native", "national", "parent", "parents", "generation", "foreign", "retired"}
)

_PLACES = (
    "country", "city", "town", "zip", "zipcode", "zip code", "postal", "postcode", "postalcode", "neighborhood",
    "neighbourhood", "county",
    "district", "region", "state", "province", "address", "street", "latitude", "longitude", "lat", "lng", "lon", "area code",
    "census tract",
    "subdivision", "suburb", "borough",
)  # fmt: skip
_IDENTITY = (
    "first name", "last name", "full name", "middle name", "surname", "firstname", "lastname", "fullname", "contact name",
    "lead name",
    "client name", "customer name", "buyer name", "seller name", "email", "e mail", "email address", "phone", "mobile",
    "telephone number",
    "phone number", "ssn", "passport",
)  # fmt: skip

# What a CRM fills in once somebody has worked the lead, or keeps overwriting until the day of the export.
_KNOWN_AFTER = (
    "tag", "tags", "lead quality", "lead profile", "lead status", "lead stage", "lead rating", "lead score", "lead grade",
    "asymmetrique",
    "last activity", "last notable activity", "last contact", "last contacted", "last touch", "last modified", "last updated",
    "last call",
    "last note", "date modified", "date updated", "modified", "updated at", "updated on", "next activity", "next step",
    "next follow up",
    "disposition", "call result", "call outcome", "call duration", "call length", "duration of call", "talk time",
    "appointment outcome",
    "deal stage", "pipeline stage", "opportunity stage", "sales stage", "contact stage", "reservation status", "close date",
    "closed date",
    "closed at", "closed on", "date closed", "closing date", "expected close", "closed", "won date", "date won", "won at",
    "won", "converted at",
    "conversion date", "lost reason", "loss reason", "reason lost", "close reason", "closed reason", "churn reason", "churn date",
    "cancellation reason", "cancellation date", "contract signed", "contract date", "under contract", "commission", "gci",
    "sold price",
    "closing price", "sale date", "sold date", "days to close", "days to convert", "time to close", "final price",
    "deal value", "deal amount",
)  # fmt: skip
# Names that mean "after contact" in one export and something harmless in another: the behaviour decides.
_PERHAPS_AFTER = frozenset(
    "duration status stage result outcome score rating grade quality notes note comment comments remarks progress".split()
)

_TELLING_VALUES: dict[str, frozenset[str]] = {
    "sex": frozenset("male|female|m|f|man|woman|men|women|non-binary|nonbinary|mr|mrs|ms|mr.|mrs.|ms.".split("|")),
    "marital status": frozenset("married|single|divorced|widowed|separated|never married|cohabiting|domestic partner".split("|")),
    "race or colour": frozenset(
        "white|black|asian|hispanic|latino|latina|latinx|caucasian|african american|native american|pacific islander".split("|")
    ),
    "religion": frozenset(
        "christian|catholic|protestant|muslim|islam|jewish|hindu|buddhist|sikh|atheist|mormon|orthodox".split("|")
    ),
    "language": frozenset(
        "english|spanish|french|german|mandarin|chinese|cantonese|vietnamese|korean|tagalog|arabic|russian|hindi".split("|")
    ),
    "national origin": frozenset(
        "american|mexican|indian|chinese|canadian|british|german|french|filipino|vietnamese|korean|russian".split("|")
    ),
}


def protected_trait(name: str) -> str | None:
    """The protected trait that this header names, if any."""
    words = words_of(name)
    for trait, phrases in _PROTECTED.items():
        for phrase in phrases:
            if _has(words, phrase) and not (phrase in _AMBIGUOUS and _NOT_A_PERSON & set(words)):
                return trait
    return None


def protected_values(values: Iterable[str]) -> str | None:
    """The protected trait that these (lower-case) values spell out, if nearly all of them do."""
    seen = set(values)
    for trait, telling in _TELLING_VALUES.items():
        if len(seen & telling) >= 2 and len(seen & telling) >= 0.6 * len(seen):
            return trait
    return None


def is_place(name: str) -> bool:
    """Whether this header says where somebody lives or wants to live."""
    words = words_of(name)
    return any(_has(words, phrase) for phrase in _PLACES) and not {"status", "web", "ip", "email"} & set(words)


def is_identity(name: str) -> bool:
    """Whether this header holds a name or a way to reach somebody."""
    words = words_of(name)
    return words in (["name"], ["names"]) or any(words == phrase.split() for phrase in _IDENTITY)


def is_known_after_contact(name: str) -> bool:
    """Whether this header is one that CRMs fill in only after somebody has worked the lead."""
    words = words_of(name)
    return any(_has(words, phrase) for phrase in _KNOWN_AFTER)


def may_be_known_after_contact(name: str) -> bool:
    """Whether this header means "after contact" in some exports."""
    return bool(_PERHAPS_AFTER & set(words_of(name)))


def words_of(name: str) -> list[str]:
    """A header's words in lower case: `maritalStatus` and `Marital_Status` are the same two."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.findall(r"[a-z]+|[0-9]+", spaced.lower())


def _has(words: list[str], phrase: str) -> bool:
    wanted = phrase.split()
    return any(words[start : start + len(wanted)] == wanted for start in range(len(words) - len(wanted) + 1))
