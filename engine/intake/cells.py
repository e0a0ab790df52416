"""Cells that leave in a CSV: no spreadsheet may take one for a formula."""

import re

# Spreadsheets run cells that begin so (OWASP: CSV injection); signed numbers and phone numbers are harmless and stay usable.
_RISKY = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
_NUMBER = re.compile(r"^[+-][\d\s().,:/-]*$")


def safe_cell(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in _RISKY and not _NUMBER.match(text) else text
