"""What may stand in a message, checked when a template is saved and again on the very words that would go."""

import hashlib
import html as markup
import re
from dataclasses import dataclass

from engine.records.follow_up import StepKind
from engine.sequences.fair_housing import PHRASES, steering_phrases
from engine.sequences.segments import count_segments, is_gsm, outside_gsm

SHORTENERS = (
    *("bit.ly", "bitly.com", "tinyurl.com", "goo.gl", "t.co", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "rb.gy"),
    *("shorturl.at", "t.ly", "tiny.cc", "lnkd.in", "v.gd", "bl.ink", "soo.gd", "adf.ly", "trib.al", "short.io", "dub.sh", "tr.im"),
    *("shorte.st", "clck.ru", "s.id", "x.gd", "urlz.fr", "surl.li", "snip.ly", "qr.ae", "fb.me", "amzn.to", "youtu.be", "wp.me"),
)
DISCLOSURE = re.compile(r"automated assistant|asistente autom[aá]tico|virtual assistant \(automated\)", re.IGNORECASE)

_STOP_WORDS = re.compile(
    r"\b(?:reply|text|send|answer|respond|responda|responde|env[ií]e|env[ií]a|conteste)\b\W+(?:(?:with|con|the|word|la|palabra)\W+){0,3}stop\b",
    re.IGNORECASE,
)
_UNRESOLVED = (
    re.compile(r"\{\{|\}\}|\{%|%\}|\{#|\$\{|#\{"),
    re.compile(r"\{[a-z_][\w. ]*\}", re.IGNORECASE),
    re.compile(r"\[(?:[A-Z]+[_ ]?)*(?:NAME|AGENT|BRAND|AREA|ADDRESS|DATE|PHONE|LINK|CITY)\]", re.IGNORECASE),
    re.compile(r"<(?:first|last|agent|brand)[_ ]?name>", re.IGNORECASE),
    re.compile(r"%[A-Z_]{3,}%|\|[A-Z_]{3,}\|"),
    re.compile(r"\b(?:None|nan|NaN|NaT|null|undefined|NULL|N/A)\b"),
    re.compile(r"\w ,|\(\s*\)"),  # "Hi , this is"
)
_PHONE = re.compile(r"(?<![\w.$/-])(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER_OF_STATE = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)|(?<!\d)(?:\d{4}[ -]){3}\d{4}(?!\d)")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_TARGET = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?(?:www\.)?((?:[\w-]+\.)+[a-z]{2,})(?=[/\s?.,]|$)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")

_RULES = [
    SHORTENERS,
    DISCLOSURE.pattern,
    _STOP_WORDS.pattern,
    [each.pattern for each in _UNRESOLVED],
    _PHONE.pattern,
    dict(PHRASES),
]
CONTENT_VERSION = hashlib.sha256(repr(_RULES).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One message's words, and what they are measured against."""

    kind: StepKind
    body: str
    subject: str = ""
    html: str = ""
    brand: str = ""
    agent_name: str = ""
    needs_stop_text: bool = True
    contacts: tuple[str, ...] = ()  # phones and e-mails that may stand in it: the lead's own, his agent's, the office's
    names: tuple[str, ...] = ()  # proper names that describe nobody: the lead's, a street's
    needs_sender: bool = True  # later texts of a conversation need not say again who writes


def problems_of(content: Content, *, sms_segments: int = 2) -> tuple[str, ...]:
    """Everything wrong with a message, one sentence each; empty when it may go."""
    words = "\n".join(part for part in (content.subject, content.body, shown_text(content.html)) if part)
    found = [*_gaps(words), *_strangers(words, content.contacts), *_steering(words, content)]
    if not content.body.strip():
        found.append("It has no words.")
    if content.kind is StepKind.CALL_TASK:
        return tuple(found)
    found += [*(_sender(content) if content.needs_sender else ()), *_links(words)]
    found += _text_message(content, sms_segments) if content.kind is StepKind.SMS else _email(content)
    return tuple(found)


def has_stop_text(body: str) -> bool:
    """Does the text say how to opt out ("Reply STOP")?"""
    return _STOP_WORDS.search(body) is not None


def _gaps(words: str) -> list[str]:
    hits = (match[0].strip() for pattern in _UNRESOLVED if (match := pattern.search(words)))
    return [f"A placeholder was left empty or unfilled: “{hit}”." for hit in hits]


def _strangers(words: str, contacts: tuple[str, ...]) -> list[str]:
    """Numbers and addresses of nobody this message may name: another lead's data, most likely."""
    plain = _LINK.sub(" ", words)
    known = {_key(each) for each in contacts if each}
    hits = [*_PHONE.findall(plain), *_EMAIL.findall(plain)]
    found = []
    if any(_key(hit) not in known for hit in hits):
        found.append("It names a phone number or e-mail that is neither the lead's nor the office's.")
    if _NUMBER_OF_STATE.search(plain):
        found.append("It holds a number like a card's or a social security number.")
    return found


def _key(contact: str) -> str:
    return contact.casefold().rstrip(".") if "@" in contact else "".join(filter(str.isdigit, contact))[-10:]


def _steering(words: str, content: Content) -> list[str]:
    names = tuple(name for name in (content.brand, content.agent_name, *content.names) if name)
    return [f"Fair housing: “{phrase}” speaks of {subject}." for subject, phrase in steering_phrases(words, names=names)]


def _sender(content: Content) -> list[str]:
    everything = f"{content.body} {content.subject}".casefold()
    return [
        sentence
        for name, sentence in (
            (content.brand, "It doesn't say which brokerage writes."),
            (content.agent_name, "It doesn't say who writes."),
        )
        if not name.strip() or name.strip().casefold() not in everything
    ]


def _links(words: str) -> list[str]:
    hosts = {host.casefold() for host in _HOST.findall(words)}
    return [f"Links must show where they lead; “{host}” hides it." for host in sorted(hosts & set(SHORTENERS))]


def _text_message(content: Content, sms_segments: int) -> list[str]:
    found = []
    if content.needs_stop_text and not has_stop_text(content.body):
        found.append("It must say how to stop (“Reply STOP to opt out”).")
    if (n_segments := count_segments(content.body)) > sms_segments:
        why = "" if is_gsm(content.body) else f" “{outside_gsm(content.body)[:10]}” leave room for only 67 letters in each."
        found.append(f"It takes {n_segments} segments; {sms_segments} are allowed.{why}")
    return found


def _email(content: Content) -> list[str]:
    found = [] if content.subject.strip() else ["It has no subject."]
    if re.search(r"^\s*(?:re|fwd?|aw)\s*:", content.subject, re.IGNORECASE):
        found.append("The subject claims an answer or a forward; it must be truthful (15 U.S.C. 7704(a)(2)).")
    return found if "\n" not in content.subject and "\r" not in content.subject else [*found, "The subject holds a line break."]


def shown_text(html: str, text: str = "") -> str:
    """What a reader of the HTML sees, links' targets included; `text` where there is no HTML."""
    links = " ".join(_TARGET.findall(html))
    return markup.unescape(f"{_TAG.sub(' ', html)} {links}") if html else text
