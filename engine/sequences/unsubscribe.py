"""The signed token of an e-mail's unsubscribe link: it says whom it is for, can't be made up, and never runs out."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass

from engine.errors import ConfigurationError

_PURPOSE = "unsubscribe-1"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscription:
    """Whom a link is for. The address is only there as a keyed digest: a link may be passed on, an address may not."""

    lead_id: int
    address_digest: str


def sign_unsubscribe(lead_id: int, address: str, *, key: bytes) -> str:
    """A token for a link; ConfigurationError when the key has fewer than 32 bytes."""
    payload = json.dumps({"d": address_digest(address, key=key), "l": lead_id}, separators=(",", ":")).encode()
    return f"{_text(payload)}.{_text(_signature(payload, key))}"


def read_unsubscribe(token: str, *, key: bytes) -> Unsubscription | None:
    """Whom the token is for; None for any token that this key didn't sign."""
    payload_text, _, signature_text = token.partition(".")
    try:
        payload, signature = _bytes(payload_text), _bytes(signature_text)
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(signature, _signature(payload, key)):
        return None
    read = json.loads(payload)
    return Unsubscription(lead_id=read["l"], address_digest=read["d"])


def address_digest(address: str, *, key: bytes) -> str:
    """A keyed digest of an address, to find its suppression row without carrying the address."""
    plain = address.strip().casefold().encode()
    return hmac.new(_checked(key), b"address\0" + plain, hashlib.sha256).hexdigest()[:32]


def _signature(payload: bytes, key: bytes) -> bytes:
    return hmac.new(_checked(key), f"{_PURPOSE}\0".encode() + payload, hashlib.sha256).digest()


def _checked(key: bytes) -> bytes:
    if len(key) < _KEY_BYTES:
        raise ConfigurationError("The key that signs unsubscribe links needs at least 32 bytes.")
    return key


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError("not a token")
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
