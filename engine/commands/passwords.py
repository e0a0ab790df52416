"""Passwords and the rules for names: hashed and checked by streamlit-authenticator's own classes, never kept in the clear."""

import secrets
import unicodedata
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.errors import BadInput

SHORTEST = 10
LONGEST_BYTES = 72  # bcrypt reads no further

# The hash of a random password that nobody knows: an unknown name costs the same check as a known one.
_NOBODYS_HASH = "$2b$12$r98LFSpO0je75/0MYM0DyOgKz4XCIRRc5W0ibx08hKw.zCSe0Sgr2"
_EASY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike


def hash_password(password: str) -> str:
    """What the ledger keeps of a password; refuses one that is too short or too long, and says what would do."""
    password = _normal(password)
    if len(password) < SHORTEST:
        raise BadInput(f"A password needs at least {SHORTEST} characters", field="password")
    if len(password.encode()) > LONGEST_BYTES:
        raise BadInput(f"A password may have at most {LONGEST_BYTES} bytes (that many plain letters)", field="password")
    if len(set(password)) < 4:
        raise BadInput("A password needs at least 4 different characters", field="password")
    return str(_library("hasher").Hasher.hash(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password that was kept; takes as long when nothing was kept."""
    password = _normal(password)
    fits = len(password.encode()) <= LONGEST_BYTES
    matches = bool(_library("hasher").Hasher.check_pw(password if fits else "", kept or _NOBODYS_HASH))
    return matches and fits and kept is not None


def one_time_password() -> str:
    """A password to be read out once: four groups of four letters, 79 bits."""
    return "-".join("".join(secrets.choice(_EASY_LETTERS) for _ in range(4)) for _ in range(4))


def checked_username(username: str) -> str:
    """The name a person signs in with, in lower case: up to 20 letters, digits, _ and -, or an e-mail address."""
    username = username.strip().lower()
    if not _validator().validate_username(username):
        raise BadInput("A user name has up to 20 letters, digits, '_' or '-', or is an e-mail address", field="username")
    return username


def checked_name(name: str) -> str:
    """The person's name as the office reads it."""
    name = " ".join(name.split())
    if not _validator().validate_name(name):
        raise BadInput("A name has 2 to 100 letters", field="name")
    return name


def checked_email(email: str | None) -> str | None:
    """The e-mail address, if there is one."""
    email = (email or "").strip() or None
    if email is not None and not _validator().validate_email(email):
        raise BadInput("This is not an e-mail address", field="email")
    return email


def _normal(password: str) -> str:
    # The same password typed on another keyboard may come in another Unicode form.
    return unicodedata.normalize("NFKC", password)


def _validator() -> Any:
    return _library("validator").Validator()


@cache
def _library(name: str) -> ModuleType:
    """One of streamlit-authenticator's modules, without its package: that would start Streamlit (2.5 s) in the command line."""
    package = find_spec("streamlit_authenticator")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent / "utilities" / f"{name}.py"
    spec = spec_from_file_location(f"streamlit_authenticator_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
