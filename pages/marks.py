"""The marks of the face as safe HTML: bands, figures, facts, reasons. Everything a person or a file wrote is escaped here."""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from engine.records import Band, Reason
from pages import words

# A band is told by its shape and its word; its colour only helps. Red is "act now" and nothing else.
SHAPES = {Band.HOT: "▲", Band.WARM: "◆", Band.COLD: "○"}
WORDS = {Band.HOT: "Hot", Band.WARM: "Warm", Band.COLD: "Cold"}


def text(said: object) -> str:
    """Anybody's words, harmless in HTML."""
    return escape(str(said), quote=True)


def plain(said: object) -> str:
    """Anybody's words, harmless in Streamlit's Markdown (labels, captions, table cells)."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#+-.!|$~:&" else letter for letter in str(said))


def band(which: Band | None) -> str:
    """A band's mark: shape and word."""
    if which is None:
        return '<span class="jc-band jc-none"><i>·</i>Not scored</span>'
    return f'<span class="jc-band jc-{which.value}"><i aria-hidden="true">{SHAPES[which]}</i>{WORDS[which]}</span>'


def score(points: int | None, which: Band | None) -> str:
    """The 0 to 100 score beside its band."""
    if points is None or which is None:
        return band(None)
    return f'<span class="jc-score jc-{which.value}" title="Score {points} of 100"><b>{points}</b>{band(which)}</span>'


def chip(label: str, kind: str = "", title: str = "") -> str:
    """A small label; `kind` is one of money, assumed, info, warm, hot, off."""
    return f'<span class="jc-chip jc-{kind or "off"}" title="{text(title)}">{text(label)}</span>'


def figure(label: str, value: str, note: str = "", *, kind: str = "", is_missing: bool = False) -> str:
    """One number of a page: what it is, how much, and against what."""
    state = " jc-missing" if is_missing else ""
    return (
        f'<div class="jc-fig jc-{kind or "plain"}{state}"><div class="jc-fig-label">{text(label)}</div>'
        f'<div class="jc-fig-value">{text(value)}</div><div class="jc-fig-note">{text(note) if note else "&nbsp;"}</div></div>'
    )


def figures(items: Iterable[str]) -> str:
    """Figures side by side, as many as fit."""
    return f'<div class="jc-figs">{"".join(items)}</div>'


def facts(items: Iterable[tuple[str, str]]) -> str:
    """Names and values, those without a value left out."""
    rows = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in items if value)
    return f'<dl class="jc-facts">{rows}</dl>'


def reasons(found: Iterable[Reason], largest: float, *, is_against: bool) -> str:
    """Reasons with a bar each, as long as their weight against the largest of this lead."""
    side = "against" if is_against else "for"
    rows = "".join(
        f'<li><span class="jc-why"><b>{text(words.sentence(reason.text))}</b></span>'
        f'<span class="jc-bar"><i style="width:{max(4, round(100 * abs(reason.effect) / largest))}%"></i></span>'
        f'<span class="jc-effect">{"−" if is_against else "+"}{abs(reason.effect) * 100:.1f}</span></li>'
        for reason in found
    )
    return f'<ul class="jc-reasons jc-{side}">{rows}</ul>'


def contact_links(phone: str | None, email: str | None, *, name: str, is_do_not_contact: bool, why_no_text: str = "") -> str:
    """One tap to call, text or write; none for people who must not be contacted, and that is said."""
    if is_do_not_contact:
        return '<span class="jc-dnc" title="This lead asked not to be contacted">Do not contact</span>'
    links = []
    if phone:
        links += [_link(f"tel:{quote(phone, safe='+')}", "Call", "call", name)]
        links += [_link(f"sms:{quote(phone, safe='+')}", "Text", "sms", name) if not why_no_text else _no_text(why_no_text)]
    if email:
        links += [_link(f"mailto:{quote(email, safe='@')}", "E-mail", "mail", name)]
    return "".join(links) or '<span class="jc-dnc">No phone or e-mail</span>'


def _no_text(why: str) -> str:
    return f'<span class="jc-tap jc-tap-off" title="{text(why)}" aria-label="{text(f"No text: {why}")}"><span>No text</span></span>'


def progress(n_done: int, n_rows: int | None) -> str:
    """How far some work is; while the whole isn't known, only that it moves."""
    if not n_rows:
        return '<span class="jc-meter jc-moving" role="progressbar"><i></i></span>'
    percent = min(100, round(100 * n_done / n_rows))
    return f'<span class="jc-meter jc-info" role="progressbar" aria-valuenow="{percent}"><i style="width:{percent}%"></i></span>'


def _link(address: str, word: str, icon: str, name: str) -> str:
    return f'<a class="jc-tap jc-tap-{icon}" href="{text(address)}" aria-label="{text(f"{word} {name}")}"><span>{word}</span></a>'
