"""Tokens of other programs: who a bearer token stands for, and tokens for a name and password. The ledger can end each at any time.

An access token is a JWT for a quarter of an hour; a refresh token gets the next one, once. Whoever uses a refresh token a second
time holds a copy, so everything that came from that sign-in ends (RFC 9700 §4.14.2).
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt

from engine.access import Actor
from engine.clock import EPOCH
from engine.commands import sessions
from engine.commands.keys import PREFIX, key_hash
from engine.errors import SignInRefused
from engine.records.key import ApiKey, KeyScope
from engine.runtime import Engine
from engine.settings import Settings, secret_key
from engine.store import keys as store
from engine.store import people
from engine.store.ledger import Txn
from engine.store.teams import actor_of

ACCESS_LASTS = timedelta(minutes=15)
REFRESH_LASTS = timedelta(days=14)
ISSUER, AUDIENCE = "jorge-command-center", "jorge-api"
_REQUIRED = ["exp", "iat", "iss", "aud", "jti"]
_EARLY = timedelta(seconds=30)  # how far two machines' clocks may differ
_NOTE_USE_EVERY = timedelta(minutes=5)
_REMEMBER = timedelta(seconds=2)  # how long another process's revocation may take to show here; this process's own shows at once
_LONGEST = 4_096
_MOST_REMEMBERED = 10_000
_REFUSED = "This token is not good, or no longer"
_ALL = frozenset(KeyScope)


@dataclass(frozen=True, slots=True)
class Caller:
    """Another program that was let in: as whom, for what, and the name its requests are counted under."""

    actor: Actor
    scopes: frozenset[KeyScope]
    subject: str  # key:12 or user:3
    expires_at: datetime | None = None
    jti: str | None = None  # of an access token
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a refresh hands out."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds, of the access token


def issue_tokens(engine: Engine, username: str, password: str, address: str) -> Tokens:
    """Tokens for a name and a password, under the sign-in's own limit of tries; `SignInRefused` otherwise, always alike."""

    def start(txn: Txn, user: people.User) -> Tokens:
        if user.must_change_password:
            raise SignInRefused("Choose your own password first: sign in once in the browser")
        store.forget_tokens(txn.connection, ended_before=txn.at)
        txn.audit("issue_tokens", "users", user.user_id, {"address": address})
        return _hand_out(engine, txn, user.user_id, family=secrets.token_hex(16))

    return sessions.recognise(engine, username, password, address, start)


def refresh_tokens(engine: Engine, refresh_token: str) -> Tokens:
    """The next pair of tokens. A refresh token is good once: used again, all of its sign-in ends."""
    at, token_hash = engine.clock.now(), _hash(refresh_token)
    with engine.ledger.write(at=at) as txn:
        kept = store.refresh_by_hash(txn.connection, token_hash)
        user = people.user_by_id(txn.connection, kept.user_id) if kept else None
        tokens = None
        if kept and user and kept.used_at is not None:
            store.end_families(txn.connection, at, family=kept.family)
            txn.audit("refresh_token_reused", "users", user.user_id, {})
        elif kept and user and kept.revoked_at is None and at < kept.expires_at and not user.is_disabled:
            store.use_refresh(txn.connection, token_hash, at)
            tokens = _hand_out(engine, txn, user.user_id, family=kept.family)
    if tokens is None:
        sessions.forget_known()
        raise SignInRefused(_REFUSED)
    return tokens


def revoke_tokens(engine: Engine, caller: Caller) -> None:
    """End the sign-in this caller's token comes from: the token itself and every token after it."""
    if caller.jti is None or caller.family is None or caller.expires_at is None:
        raise SignInRefused("An API key is taken back on the page Team & access, or with `token revoke`")
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=caller.actor.user_id) as txn:
        store.revoke_token(txn.connection, caller.jti, at=at, expires_at=caller.expires_at)
        store.end_families(txn.connection, at, family=caller.family)
        txn.audit("revoke_tokens", "users", caller.actor.user_id, {})
    sessions.forget_known()


def actor_from_bearer(engine: Engine, token: str) -> Caller:
    """Who a bearer token (API key or JWT) stands for, or `SignInRefused`. Asks the ledger at most every two seconds."""
    at, edition, name = engine.clock.now(), sessions.edition(), _hash(token)
    known = _recall(name, at, edition)
    if known is not None:
        return known
    if not token or len(token) > _LONGEST:
        raise SignInRefused(_REFUSED)
    caller = _caller_of_key(engine, token, at) if token.startswith(PREFIX) else _caller_of_token(engine, token, at)
    if len(_remembered) > _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[name] = (at, edition, caller)
    return caller


def known_caller(engine: Engine, token: str) -> Caller | None:
    """The caller if the answer is in memory, without touching the ledger (for the event loop)."""
    return _recall(_hash(token), engine.clock.now(), sessions.edition())


_remembered: dict[str, tuple[datetime, int, Caller]] = {}


def _recall(name: str, at: datetime, edition: int) -> Caller | None:
    asked_at, asked_edition, caller = _remembered.get(name, (EPOCH, -1, None))
    if caller is None or asked_edition != edition or abs(at - asked_at) > _REMEMBER:
        return None
    return caller if caller.expires_at is None or at < caller.expires_at else None


def _caller_of_key(engine: Engine, secret: str, at: datetime) -> Caller:
    with engine.ledger.read() as connection:
        key = store.key_by_hash(connection, key_hash(secret))
        user = people.user_by_id(connection, key.user_id) if key else None
        actor = actor_of(connection, user) if user else None
    if key is None or user is None or actor is None or user.is_disabled or not key.is_good(at):
        raise SignInRefused(_REFUSED)
    _note_use(engine, key, at)
    return Caller(actor, frozenset(key.scopes), f"key:{key.key_id}", key.expires_at)


def _note_use(engine: Engine, key: ApiKey, at: datetime) -> None:
    if key.last_used_at is None or at - key.last_used_at > _NOTE_USE_EVERY:
        with engine.ledger.write(at=at, actor_id=key.user_id) as txn:
            store.touch_key(txn.connection, key.key_id, at)


def _caller_of_token(engine: Engine, token: str, at: datetime) -> Caller:
    claims = _claims(engine.settings, token)
    expires_at, issued_at = _moment(claims["exp"]), _moment(claims["iat"])
    if at >= expires_at or at < issued_at - _EARLY:
        raise SignInRefused(_REFUSED)
    user_id, jti, family = str(claims.get("sub", "")), str(claims["jti"]), str(claims.get("fam", ""))
    with engine.ledger.read() as connection:
        user = people.user_by_id(connection, int(user_id)) if user_id.isdigit() else None
        actor = actor_of(connection, user) if user else None
        is_ended = store.is_token_revoked(connection, jti) or store.is_family_ended(connection, family)
    if user is None or actor is None or user.is_disabled or is_ended:
        raise SignInRefused(_REFUSED)
    return Caller(actor, _ALL, f"user:{user.user_id}", expires_at, jti, family)


def _claims(settings: Settings, token: str) -> dict[str, Any]:
    """The claims of a token we signed; times are judged by the office's own clock, not here."""
    try:
        named = jwt.get_unverified_header(token).get("kid")
        key = next((key for key in _signing_keys(settings) if _key_name(key) == named), None)
        if key is None:
            raise SignInRefused(_REFUSED)
        return jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise SignInRefused(_REFUSED) from error


def _hand_out(engine: Engine, txn: Txn, user_id: int, *, family: str) -> Tokens:
    key, refresh_token = _signing_keys(engine.settings)[0], secrets.token_urlsafe(32)
    times = {"iat": _seconds(txn.at), "exp": _seconds(txn.at + ACCESS_LASTS)}
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(user_id), "jti": secrets.token_hex(16), "fam": family, **times}
    kept = store.RefreshToken(_hash(refresh_token), family, user_id, txn.at, txn.at + REFRESH_LASTS, None, None)
    store.insert_refresh(txn.connection, kept)
    access_token = jwt.encode(claims, key, algorithm="HS256", headers={"kid": _key_name(key)})
    return Tokens(access_token, refresh_token, int(ACCESS_LASTS.total_seconds()))


def _signing_keys(settings: Settings) -> tuple[bytes, ...]:
    """The key that signs, and the one before it while it still holds."""
    current = _derived(secret_key(settings))
    previous = settings.secret_key_previous.get_secret_value().encode()
    return (current, _derived(previous)) if previous else (current,)


@lru_cache(maxsize=16)
def _derived(secret: bytes) -> bytes:
    """32 bytes for this use alone, so that the configured secret signs nothing itself."""
    return hmac.digest(secret, b"jorge access token 1", "sha256")


def _key_name(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _seconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=1)


def _moment(seconds: object) -> datetime:
    if not isinstance(seconds, int) or not 0 <= seconds < 1 << 40:
        raise SignInRefused(_REFUSED)
    return EPOCH + timedelta(seconds=seconds)
