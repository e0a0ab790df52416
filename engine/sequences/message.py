"""A template and a person's words become one message, filled from named placeholders only: a template holds no code."""

import html as markup
import re
import string
import unicodedata
from dataclasses import dataclass

from engine.errors import BadInput
from engine.records.follow_up import StepKind
from engine.sequences.content_lint import Content, has_stop_text, problems_of
from engine.sequences.segments import count_segments, is_gsm

STOP_TEXT = {"en": "Reply STOP to opt out.", "es": "Responda STOP para darse de baja."}
_GREETING = {"en": ("Hi {name}", "Hello"), "es": ("Hola {name}", "Hola")}
_IN_AREA = {"en": " in {area}", "es": " en {area}"}
_FOOTER = {"en": "Don't want these e-mails? Unsubscribe: ", "es": "¿No desea estos correos? Darse de baja: "}
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u2011": "-"})


class _Filling(string.Template):
    """`{{ name }}` is filled; anything else in braces is refused."""

    pattern = r"\{\{(?:\s*(?P<named>[a-z_]+)\s*\}\}|(?P<escaped>(?!))|(?P<braced>(?!))|(?P<invalid>))"  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The words of a step, with placeholders in double braces. Of a call task, the subject is the title and the body the script."""

    key: str
    kind: StepKind
    body: str  # plain text; the HTML of an e-mail is made from it
    subject: str = ""
    language: str = "en"
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything a template may name. All of it is of this lead, his agent or the office; nothing is looked up."""

    lead_id: int
    step_number: int
    agent_name: str
    brand: str
    first_name: str = ""
    last_name: str = ""
    area: str = ""  # city or town the lead asked about
    agent_phone: str = ""
    postal_address: str = ""
    unsubscribe_url: str = ""
    reasons: tuple[str, ...] = ()  # why he stands where he stands, for a call's script
    needs_stop_text: bool = True  # a first text, or 30 days since the words were last in one
    earlier_bodies: tuple[str, ...] = ()  # of this lead: a body must not begin like one that went before


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as it will go: rendered once, kept, never rendered again."""

    subject: str = ""
    body: str
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    has_stop_text: bool = False
    n_segments: int = 0  # of a text


def render(template: Template, words: Words, *, sms_segments: int = 2) -> Rendered:
    """Fill the template; BadInput names a placeholder that isn't known or is empty, and what an e-mail lacks."""
    subject = _one_line(_filled(template.subject, template.language, words))
    body = _filled(template.body, template.language, words).strip()
    body = _unlike_earlier(body, words)
    if template.kind is StepKind.SMS:
        return _text_message(body, template.language, words, sms_segments)
    if template.kind is StepKind.EMAIL:
        return _email(subject, body, template.language, words)
    return Rendered(subject=subject, body=body)


def placeholders(language: str, words: Words) -> dict[str, str]:
    """What each placeholder stands for. Names are cleaned: what a stranger typed as a name is no place for links or codes."""
    first, last = clean_name(words.first_name), clean_name(words.last_name)
    area = clean_name(words.area)
    named, unnamed = _GREETING.get(language, _GREETING["en"])
    return {
        "greeting": named.format(name=first) if first else unnamed,
        "first_name": first,
        "full_name": f"{first} {last}".strip() or f"lead {words.lead_id}",
        "area": area,
        "in_area": _IN_AREA.get(language, _IN_AREA["en"]).format(area=area) if area else "",
        "agent_name": words.agent_name.strip(),
        "brand": words.brand.strip(),
        "agent_phone": words.agent_phone.strip(),
        "postal_address": words.postal_address.strip(),
        "unsubscribe_url": words.unsubscribe_url.strip(),
        "reasons": "\n".join(f"- {reason}" for reason in words.reasons) or "- It is a week since he or she came to us.",
    }


def clean_name(name: str) -> str:
    """A name as it may stand in a message: letters, spaces, hyphens, apostrophes, dots, up to three digits, 30 in all; else nothing."""
    plain = " ".join(unicodedata.normalize("NFC", name).translate(_TYPOGRAPHY).split())
    n_digits = sum(letter.isdigit() for letter in plain)  # "Ana 2" may be a name; a number to call isn't
    fits = len(plain) <= 30 and n_digits <= 3 and all(letter.isalnum() or letter in " -'." for letter in plain)
    is_word = plain.casefold() not in ("", "none", "nan", "null", "n/a", "na", "unknown", "test", "undefined", "lead", "-", ".")
    has_link = re.search(r"\w\.\w{2,}", plain) is not None
    return (plain.title() if plain.isupper() or plain.islower() else plain) if fits and is_word and not has_link else ""


def problems_of_template(template: Template, *, brand: str, agent_name: str, sms_segments: int = 2) -> tuple[str, ...]:
    """What is wrong with a template, tried on people with short, long, accented and missing names; one sentence each."""
    found: dict[str, None] = {}
    for first_name, area in (("Ana", "Ontario"), ("Maximiliano", "Rancho Cucamonga"), ("", ""), ("Łucja", "San José")):
        words = Words(
            lead_id=1,
            step_number=1,
            agent_name=agent_name,
            brand=brand,
            first_name=first_name,
            last_name="Example",
            area=area,
            agent_phone="+19095550100",
            postal_address="1 Example Street, Ontario, CA 91761",
            unsubscribe_url="https://example.com/unsubscribe/example",
        )
        found |= dict.fromkeys(_problems_on(template, words, sms_segments))
    return tuple(found)


def _problems_on(template: Template, words: Words, sms_segments: int) -> tuple[str, ...]:
    try:
        made = render(template, words, sms_segments=sms_segments)
    except BadInput as error:
        return (error.message,)
    return problems_of(content_of(template, made, words), sms_segments=sms_segments)


def content_of(template: Template, made: Rendered, words: Words) -> Content:
    """What the lint reads of a template that was filled with these words."""
    return Content(
        kind=template.kind,
        subject=made.subject,
        body=made.body,
        html=made.html,
        brand=words.brand,
        agent_name=words.agent_name,
        contacts=(words.agent_phone,),
        names=(words.first_name, words.area),
    )


def _filled(text: str, language: str, words: Words) -> str:
    values = placeholders(language, words)
    try:
        named = dict.fromkeys(_Filling(text).get_identifiers())
        filled = _Filling(text).substitute(values)
    except KeyError as error:
        raise BadInput(
            f"The template names “{error.args[0]}”, which isn't a placeholder. Known: {', '.join(sorted(values))}."
        ) from error
    except ValueError as error:
        raise BadInput("The template has double braces that hold no placeholder; write {{first_name}}.") from error
    if empty := [name for name in named if not values[name] and name != "in_area"]:
        raise BadInput(
            f"“{empty[0]}” isn't known for this lead. “{{{{greeting}}}}” and “{{{{in_area}}}}” do without.", field=empty[0]
        )
    return filled


def _unlike_earlier(body: str, words: Words) -> str:
    """A body that begins like one this lead already got is marked: a message is found again at the provider by its beginning."""
    mark = _squeezed(body)
    alike = any(_squeezed(earlier).startswith(mark) or mark.startswith(_squeezed(earlier)) for earlier in words.earlier_bodies)
    return f"({words.step_number}) {body}" if alike else body


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()


def _text_message(body: str, language: str, words: Words, sms_segments: int) -> Rendered:
    body = body.translate(_TYPOGRAPHY)
    if words.needs_stop_text and not has_stop_text(body):
        body = f"{body} {STOP_TEXT.get(language, STOP_TEXT['en'])}"
    # One accent halves a text's room; María is better written Maria than not at all.
    if not is_gsm(body) and count_segments(body) > min(1, sms_segments):
        body = "".join(letter if is_gsm(letter) else _plain_letter(letter) for letter in body)
    return Rendered(body=body, has_stop_text=has_stop_text(body), n_segments=count_segments(body))


def _plain_letter(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    return {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}.get(base, base)


def _email(subject: str, body: str, language: str, words: Words) -> Rendered:
    """Text and HTML of an e-mail with postal address and one-click unsubscribe (15 U.S.C. 7704(a)(3) and (5), RFC 8058)."""
    url, address = words.unsubscribe_url.strip(), words.postal_address.strip()
    if not address:
        raise BadInput("An e-mail needs the office's postal address (CAN-SPAM).", field="postal_address")
    if not re.fullmatch(r"https?://[^\s<>\"']+", url):
        raise BadInput("An e-mail needs a link to unsubscribe with.", field="unsubscribe_url")
    footer = _FOOTER.get(language, _FOOTER["en"])
    paragraphs = "".join(f"<p>{markup.escape(part).replace(chr(10), '<br>')}</p>" for part in body.split("\n\n"))
    small = f"{markup.escape(words.brand)}, {markup.escape(address)}<br>{markup.escape(footer)}"
    page = f'{paragraphs}<p><small>{small}<a href="{markup.escape(url)}">{markup.escape(url)}</a></small></p>'
    headers = (("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return Rendered(subject=subject, body=f"{body}\n\n--\n{words.brand}, {address}\n{footer}{url}", html=page, headers=headers)


def _one_line(text: str) -> str:
    return " ".join(text.split())
