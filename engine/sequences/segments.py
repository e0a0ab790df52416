"""How many segments a text takes: GSM 03.38's alphabet packs 160 letters into one, anything else makes it 70 (3GPP TS 23.038)."""

_SIGNS = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡§¿ÄÖÑÜäöñüà"
_BASIC = _SIGNS + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_EXTENDED = "^{}\\[~]|€\f"
_COST = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENDED, 2)
_GSM = (160, 153)  # alone, and as one part of several (the header takes seven letters)
_UCS2 = (70, 67)


def is_gsm(text: str) -> bool:
    """Does the text keep to the alphabet that packs 160 letters?"""
    return all(letter in _COST for letter in text)


def outside_gsm(text: str) -> str:
    """The letters that push a text out of that alphabet, each once."""
    return "".join(dict.fromkeys(letter for letter in text if letter not in _COST))


def count_segments(text: str) -> int:
    """Segments the carrier bills and sends; a letter that takes two places is never split."""
    gsm = is_gsm(text)
    costs = [_COST[letter] for letter in text] if gsm else [1 if ord(letter) < 0x10000 else 2 for letter in text]
    alone, part = _GSM if gsm else _UCS2
    if sum(costs) <= alone:
        return 1
    segments, left = 1, part
    for cost in costs:
        if cost > left:
            segments, left = segments + 1, part
        left -= cost
    return segments
