"""Tokens for GoHighLevel: the private integration token, or OAuth with one refresh at a time in all processes together."""

import json
import logging
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Protocol

import httpx
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.clock import Clock
from engine.errors import ConfigurationError, ProviderUnauthorised, ProviderUnavailable
from engine.ghl.address import checked_address

log = logging.getLogger(__name__)

_LEASE = timedelta(
    seconds=25
)  # of real time: GoHighLevel answers the same refresh alike for 30 seconds, so a killed refresher loses nothing
_EARLY = timedelta(minutes=5)
_POLL_S = 0.1


class Tokens(Protocol):
    """Where the bearer token comes from."""

    def token(self) -> str:
        """The token to use now."""
        ...

    def renewed(self, refused: str) -> str | None:
        """Another token after this one was refused; None when there is none to be had."""
        ...


@dataclass(frozen=True, slots=True)
class PrivateToken:
    """A private integration token: it stays until a person changes it."""

    value: str

    def __repr__(self) -> str:
        """Without the secret."""
        return "PrivateToken(…)"

    def token(self) -> str:
        """The token."""
        return self.value

    def renewed(self, refused: str) -> str | None:
        """There is no other."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What OAuth gave: the token for calls, and the one that buys the next pair, once."""

    access: str
    refresh: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"TokenPair(expires_at={self.expires_at.isoformat()})"


class TokenStore(Protocol):
    """Keeps the sealed pair and the right to refresh it, for all processes."""

    def load(self) -> bytes | None:
        """The sealed pair, None before the first."""
        ...

    def save(self, sealed: bytes, at: datetime) -> None:
        """Keep a new sealed pair and give the lease back."""
        ...

    def lease(self, owner: str, at: datetime, until: datetime) -> bool:
        """Become the only one who refreshes until then; False while another is."""
        ...

    def release(self, owner: str) -> None:
        """Give the lease back without a new pair."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthApp:
    """The marketplace app's own credentials."""

    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"OAuthApp(client_id={self.client_id!r})"


class OAuthTokens:
    """Access tokens of about a day. Whoever finds one too old takes the lease, refreshes, keeps the new pair, then uses it."""

    def __init__(
        self,
        app: OAuthApp,
        store: TokenStore,
        key: bytes,
        clock: Clock,
        *,
        base_url: str,
        owner: str,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app, self._store, self._clock, self._owner, self._sleep = app, store, clock, owner, sleep
        self._seal = _sealer(key)
        self._renewing = threading.Lock()  # between threads; the lease is between processes
        self._http = httpx.Client(
            base_url=checked_address(base_url),
            transport=transport,
            timeout=15.0,
            follow_redirects=False,
            trust_env=False,
            headers={"Version": "v3"},
        )

    def begin(self, pair: TokenPair) -> None:
        """Keep the first pair, as the consent page gave it."""
        self._store.save(self._sealed(pair), self._clock.now())

    def exchange(self, code: str, redirect_uri: str) -> None:
        """Buy the first pair with the code that the consent page sent."""
        self.begin(self._bought({"grantType": "authorization_code", "code": code, "redirectUri": redirect_uri}))

    def token(self) -> str:
        """The token to use now; refreshed a little before it ends."""
        pair = self._pair()
        if self._clock.now() < pair.expires_at - _EARLY:
            return pair.access
        return self.renewed(pair.access) or pair.access

    def renewed(self, refused: str) -> str | None:
        """Another token than the refused one: fetched by this process, or by the one that was faster."""
        with self._renewing:
            return self._renewed(refused)

    def _renewed(self, refused: str) -> str:
        for _ in range(int(_LEASE.total_seconds() / _POLL_S)):
            pair = self._pair()
            if pair.access != refused:
                return pair.access
            now = self._clock.now()
            if self._store.lease(self._owner, now, now + _LEASE * self._clock.speed):
                return self._refreshed(refused)
            self._sleep(_POLL_S)
        raise ProviderUnavailable("another process has been renewing GoHighLevel's token for too long")

    def _refreshed(self, refused: str) -> str:
        try:
            pair = self._pair()  # read again under the lease: the last holder may just have finished
            if pair.access == refused:
                pair = self._bought({"grantType": "refresh_token", "refreshToken": pair.refresh})
                self._store.save(self._sealed(pair), self._clock.now())  # before use: the old one is spent
            return pair.access
        finally:
            self._store.release(self._owner)

    def _bought(self, asked: dict[str, str]) -> TokenPair:
        body = {"clientId": self._app.client_id, "clientSecret": self._app.client_secret, "userType": "Location", **asked}
        try:
            answer = self._http.post("/oauth/token", json=body)
        except httpx.HTTPError as error:
            raise ProviderUnavailable("GoHighLevel could not be asked for a new token") from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise ProviderUnavailable("GoHighLevel gives no new token now", status=answer.status_code)
        if not answer.is_success:
            raise ProviderUnauthorised(
                "GoHighLevel refuses to renew the token: connect the account anew", status=answer.status_code
            )
        return self._pair_of(answer)

    def _pair_of(self, answer: httpx.Response) -> TokenPair:
        try:
            data = answer.json()
            access = data.get("accessToken") or data["access_token"]
            refresh = data.get("refreshToken") or data["refresh_token"]
            lives_s = float(data.get("expiresIn") or data.get("expires_in") or 86_399)
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise ProviderUnavailable("GoHighLevel's new token can't be read") from error
        return TokenPair(access=str(access), refresh=str(refresh), expires_at=self._clock.now() + timedelta(seconds=lives_s))

    def _pair(self) -> TokenPair:
        sealed = self._store.load()
        if sealed is None:
            raise ProviderUnauthorised("GoHighLevel is not connected yet: no token has been given")
        try:
            data = json.loads(self._seal.decrypt(sealed))
        except InvalidToken as error:
            raise ConfigurationError("The kept GoHighLevel token was sealed with another JORGE_SECRET_KEY; connect anew") from error
        return TokenPair(**data | {"expires_at": datetime.fromisoformat(data["expires_at"])})

    def _sealed(self, pair: TokenPair) -> bytes:
        return self._seal.encrypt(json.dumps(asdict(pair) | {"expires_at": pair.expires_at.isoformat()}).encode())


def _sealer(key: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jorge ghl tokens").derive(key)
    return Fernet(urlsafe_b64encode(derived))
