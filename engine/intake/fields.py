"""The lead fields a column can feed, with the names other systems give them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: as a person picks it, what its values are, and an example."""

    name: str
    label: str
    kind: str  # name, phone, email, time, date, money, words, number, yes_no, text, list
    example: str
    aliases: tuple[str, ...] = ()  # header words that mean it for sure
    hints: tuple[str, ...] = ()  # header words that mean it when nothing better does


def _spec(name: str, label: str, kind: str, example: str, aliases: str, hints: str = "") -> FieldSpec:
    return FieldSpec(name, label, kind, example, tuple(aliases.split(", ")), tuple(hints.split(", ")) if hints else ())


# Each with the headers that mean it for sure, and those that mean it when no other column does.
_LEAD = (
    _spec("first_name", "First name", "name", "Ana",
        "first name, first, given name, fname, firstname, nombre, vorname, forename, buyer first name, lead first name"),
    _spec("last_name", "Last name", "name", "Rivera",
        "last name, last, family name, surname, lname, lastname, apellido, apellidos, nachname, lead last name"),
    _spec("name", "Full name", "name", "Ana Rivera",
        "name, full name, contact name, lead name, fullname, client name, customer name, nombre completo, display name, "
        "prospect name, buyer name",
        "contact, lead, client, customer, kunde, cliente, buyer, person, contact person"),
    _spec("source", "Lead source", "words", "Zillow",
        "lead source, source, origin, fuente, origen, quelle, original source, lead source name, traffic source, source "
        "name, herkunft",
        "channel, how did you hear about us, referred by, campaign source, utm source, marketing source, referrer, how "
        "did you hear"),
    _spec("created_at", "Became a lead at", "time", "2026-03-01 14:30",
        "created, created at, create date, created date, date added, date created, created on, registered, registration "
        "date, lead date, added, date received, received at, fecha, fecha de creacion, erstellt, erstellt am, inquiry "
        "date, submitted at, submission date, added on, creation date, first contact date, lead created, date registered, "
        "opt in date, received, signup date",
        "date, timestamp, datum, first seen, first contact, time"),
    _spec("assigned_to", "Agent", "text", "Maria Lopez",
        "assigned to, assigned agent, agent, contact owner, owner, assigned, lead owner, agente, assigned user, agent "
        "name, listing agent, asignado a, makler"),
    _spec("budget", "Budget", "money", "500k-750k",
        "budget, budget range, price range, presupuesto, preisrahmen, buyer budget, purchase budget, desired price, max "
        "price and min price, target price, preisvorstellung, rango de precio",
        "price, precio, preis, price point, avg price, average price"),
    _spec("budget_low", "Budget from", "money", "500000",
        "budget low, min budget, budget min, min price, minimum price, price min, budget from, price low, low price, "
        "minimum budget, price from, price range min, presupuesto minimo"),
    _spec("budget_high", "Budget up to", "money", "750000",
        "budget high, max budget, budget max, max price, maximum price, price max, budget to, price high, high price, "
        "maximum budget, price to, price range max, presupuesto maximo, budget up to"),
    _spec("timeline", "Timeline", "words", "3-6 months",
        "timeline, timeframe, time frame, buying timeframe, purchase timeframe, buying timeline, move date, when, plazo, "
        "zeitrahmen, purchase timeline, moving timeframe, desired move date, move in date, urgency, ready to buy"),
    _spec("financing", "Financing", "words", "pre-approved",
        "financing, financing status, finance, mortgage status, pre approval, preapproval, pre approved, preapproved, pre "
        "approval status, loan status, financiacion, finanzierung, pre qualified, prequalified, mortgage, payment method, "
        "loan type, funding, pre approval letter, lender status",
        "lender, cash buyer"),
    _spec("proof_of_funds", "Proof of funds", "yes_no", "yes",
        "proof of funds, pof, has proof of funds, funds verified"),
    _spec("sells_first", "Must sell first", "yes_no", "no",
        "sells first, must sell first, home to sell, has home to sell, need to sell, house to sell, selling first, needs "
        "to sell, has house to sell, needs to sell first, need to sell first"),
    _spec("property_type", "Property type", "words", "single family",
        "property type, home type, type of property, house type, tipo de propiedad, immobilientyp, property style, "
        "desired property type, objektart",
        "type of home"),
    _spec("beds", "Bedrooms", "number", "3",
        "beds, bedrooms, bed, br, min beds, property beds, bedrooms wanted, habitaciones, recamaras, schlafzimmer, num "
        "beds, bedroom, number of bedrooms, bds, beds min",
        "beds baths, bed bath, beds and baths, rooms"),
    _spec("baths", "Bathrooms", "number", "2",
        "baths, bathrooms, bath, ba, min baths, property baths, banos, badezimmer, bathroom, number of bathrooms, baths "
        "min"),
    _spec("location", "Where he wants to buy", "text", "Rancho Cucamonga",
        "location, location preference, preferred location, area of interest, desired area, desired location, preferred "
        "area, areas, neighborhood, neighbourhood, target area, ubicacion, zona, search area, areas of interest, "
        "preferred areas, location preferences, lage, wunschlage, preferred city, desired city, interested in area, "
        "looking in",
        "area, region, property city, market, subdivision, property location, address"),
    _spec("street", "Street", "text", "12 Example St",
        "street, street address, address 1 street, mailing street address, primary address, mailing address, address line "
        "1, home address, direccion, strasse, address1, mailing street, calle, address 1, street 1, primary street, "
        "address street",
        "address"),
    _spec("city", "City", "text", "Upland",
        "city, address 1 city, mailing city, primary city, town, ciudad, stadt, ort, home city, address city, city town"),
    _spec("state", "State", "text", "CA",
        "state, address 1 state, address 1 region, mailing state, primary state, province, state province, state region, "
        "estado, bundesland, address state, home state"),
    _spec("zip_code", "ZIP code", "text", "91730",
        "zip, zip code, zipcode, postal code, address 1 zip, address 1 postal code, mailing zip code, primary zip, zip "
        "postal code, postcode, codigo postal, plz, mailing zip, postleitzahl, address zip, home zip, address 1 zip code",
        "property postal code, property zip, zips, zip codes"),
    _spec("country", "Country", "text", "USA",
        "country, country region, address 1 country, pais, land, mailing country"),
    _spec("listing_price", "Price of the listing asked about", "money", "$585,000",
        "listing price, list price, property price, home price, asking price, price of listing, property list price, "
        "inquiry price, listing asking price"),
    _spec("tags", "Tags", "list", "buyer, hot",
        "tags, tag, hashtag, hashtags, labels, group membership, groups, etiquetas, lists, keywords",
        "label, segment"),
    _spec("message", "Message from the lead", "text", "Is it still available?",
        "message, inquiry, comment, comments, lead message, mensaje, nachricht, question, inquiry message, message body, "
        "last message, enquiry, customer message, client message, lead comments"),
    _spec("external_id", "Id in the other system", "text", "c_9041",
        "id, contact id, record id, lead id, prospect id, external id, person id, customer id, crm id, uuid, ghl id, fub "
        "id, client id, contactid, lead uuid, external ref, external reference",
        "reference, ref, identifier"),
    _spec("do_not_contact", "Do not contact", "yes_no", "yes",
        "do not contact, do not call, dnc, dnd, phone dnc status, dnc status, do not text, opted out, opt out, "
        "unsubscribed, no contactar, on dnc, dnc list, is dnc, opt out status, do not disturb",
        "do not email"),
    _spec("stage", "Stage of the lead", "words", "Contacted",
        "stage, lead stage, status, lead status, pipeline stage, estado del lead, phase, lifecycle stage, contact status, "
        "contact stage, etapa, current stage"),
    _spec("deal_stage", "Stage of the deal", "words", "Under contract",
        "deal stage, deal status, opportunity stage, opportunities, opportunity, transaction status, opportunity status, "
        "transaction stage, escrow status"),
    _spec("deal_price", "Price of the deal", "money", "$612,500",
        "deal price, deal value, contract price, sale price, purchase price, opportunity value, sold price, deal amount, "
        "transaction price, deal size",
        "amount, value, lead value"),
    _spec("deal_closes_on", "Deal closes on", "date", "2027-02-15",
        "deal close date, close date, closing date, expected close date, expected close, deal closes on, closes on, "
        "settlement date, projected close date, estimated close date, coe, close of escrow, expected closing, estimated "
        "closing date, projected closing date"),
    _spec("deal_name", "Name of the deal", "text", "12 Example St",
        "deal name, opportunity name, transaction name, deal title"),
    _spec("transactions", "Past deals with us", "number", "1",
        "transactions, past transactions, number of transactions, previous purchases, deals closed, past deals, closed "
        "deals, n transactions"),
    _spec("is_repeat_contact", "Came back to us", "yes_no", "yes",
        "repeat contact, is repeat contact, returning, repeat client, returning lead, repeat customer, past client"),
    _spec("consent_sms", "Consent to texts", "yes_no", "yes",
        "sms consent, text consent, consent sms, consent to text, sms opt in, text opt in, opted in sms, tcpa consent, consent to texts"),
    _spec("consent_email", "Consent to e-mail", "yes_no", "yes",
        "email consent, consent email, consent to email, email opt in, opted in email, consent to e-mail"),
    _spec("consent", "Consent to texts and e-mail", "yes_no", "yes",
        "consent, marketing consent, contact consent, opt in, opted in, consent to contact, consent to texts and e-mail"),
    _spec("consent_on", "Consent given on", "date", "2026-02-01",
        "consent date, consent at, consent given at, consent given on, consent time, consented at, opted in at, opt in at"),
    _spec("consent_words", "Words consented to", "text", "You may text me about homes.",
        "consent text, consent language, consent wording, consent disclosure, disclosure, consent words, words consented to"),
    _spec("consent_proof", "Where the consent is from", "text", "https://example.com/form",
        "consent source, consent evidence, consent proof, consent url, consent form, opt in source, consent ip"),
    _spec("interactions", "History of messages (JSON)", "list",
        '[{"at": "2026-03-01T10:00:00Z", "channel": "sms", "direction": "inbound", "body": "Hi"}]',
        "interactions, interaction history, conversation, conversations, message history, activity log json, "
        "communication history"),
)  # fmt: skip

N_PHONES, N_EMAILS, N_NOTES = 6, 6, 5


def _many(name: str, label: str, kind: str, example: str, n: int) -> tuple[FieldSpec, ...]:
    return tuple(
        FieldSpec(name if k == 1 else f"{name}_{k}", label if k == 1 else f"{label} {k}", kind, example) for k in range(1, n + 1)
    )


FIELDS: tuple[FieldSpec, ...] = (
    *_LEAD[:3],
    *_many("phone", "Phone", "phone", "(909) 555-0123", N_PHONES),
    *_many("email", "E-mail", "email", "ana@example.com", N_EMAILS),
    *_LEAD[3:],
    *_many("notes", "Notes", "text", "Met at the open house", N_NOTES),
)
SPECS: dict[str, FieldSpec] = {spec.name: spec for spec in FIELDS}

# Families of numbered fields: the first matching column feeds `phone`, the next `phone_2`, and so on.
FAMILIES: dict[str, int] = {"phone": N_PHONES, "email": N_EMAILS, "notes": N_NOTES}
_PHONE = r"(?:phone|mobile|cell|cellular|cellphone|telephone|tel|telefono|telefon|handy|movil|celular|whatsapp)"
_EMAIL = r"(?:email|mail|correo|correo electronico)"
_NOTE = r"(?:notes?|notas?|notizen|bemerkung(?:en)?|anmerkungen)"
_MAIN = r"(?:(?:primary|main|lead|contact|client|customer|preferred|best|buyer) )?"
_WHERE = (
    r"(?:home|work|cell|mobile|secondary|second|alternate|alt|other|additional|business|office|evening|day|daytime|main|primary)"
)
_WHOSE = r"(?:(?:agent|lead|contact|client|internal|general|private) )?"
_ABOUT = (
    r"(?:short summary|summary|add to import note|import note|insights?|description|background|remarks|details"
    r"|additional info(?:rmation)?|observaciones)"
)
_FAMILY_PATTERNS: tuple[tuple[str, float, re.Pattern[str]], ...] = (
    ("phone", 0.97, re.compile(rf"^{_MAIN}{_PHONE}(?: (?:phone|number|no|nr|num))?(?: \d)?(?: (?:value|number))?$")),
    ("phone", 0.93, re.compile(rf"^{_WHERE}(?: cell| mobile)? {_PHONE}(?: number)?(?: \d)?$")),
    ("phone", 0.85, re.compile(rf"^{_PHONE} {_WHERE}(?: \d)?$")),
    ("email", 0.97, re.compile(rf"^{_MAIN}{_EMAIL}(?: address(?:es)?)?(?: \d)?(?: value)?$")),
    ("email", 0.93, re.compile(rf"^(?:{_WHERE}|cc|personal) email(?: address)?(?: \d)?$")),
    ("notes", 0.9, re.compile(rf"^{_WHOSE}{_NOTE}(?: \d)?$")),
    ("notes", 0.8, re.compile(rf"^{_ABOUT}$")),
)


@lru_cache(maxsize=20_000)
def plain_words(header: str) -> str:
    """A header as lower-case words: camel case split, accents and signs gone, a name written twice said once."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header.strip())
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    text = "".join(char for char in text if not unicodedata.combining(char)).casefold()
    text = re.sub(r"\be[\s_-]mail", "email", text)
    words = re.sub(r"[^a-z0-9]+", " ", text).split()
    half = len(words) // 2
    if half and len(words) % 2 == 0 and words[:half] == words[half:]:
        words = words[:half]
    return " ".join(words)


_SURE: dict[str, str] = {plain_words(alias): spec.name for spec in _LEAD for alias in (*spec.aliases, spec.name)}
_HINTS: dict[str, str] = {plain_words(hint): spec.name for spec in reversed(_LEAD) for hint in spec.hints}  # the first field wins


@lru_cache(maxsize=20_000)
def field_named(header: str) -> tuple[str, float] | None:
    """The field (of a numbered family: its first) that a header names, and how surely."""
    words = plain_words(header)
    if words in _SURE:
        return _SURE[words], 0.97
    for name, confidence, pattern in _FAMILY_PATTERNS:
        if pattern.match(words):
            return name, confidence
    if re.fullmatch(r"(phone|email|notes)_\d", header):
        return header.split("_", maxsplit=1)[0], 0.97
    if words in _HINTS:
        return _HINTS[words], 0.6
    return None
