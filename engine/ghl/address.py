"""Which hosts may be asked: GoHighLevel's own, or a double on this machine. No request leaves for any other."""

from urllib.parse import urlsplit

from engine.errors import ConfigurationError

LIVE_URL = "https://services.leadconnectorhq.com"
_HOSTS = frozenset({"services.leadconnectorhq.com"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def checked_address(url: str) -> str:
    """The address, if it is GoHighLevel's or a double's; raises `ConfigurationError` for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError("JORGE_GHL_BASE_URL is not an address") from None
    is_live = parts.scheme == "https" and parts.hostname in _HOSTS and port in (None, 443)
    is_double = parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK
    if not (is_live or is_double) or parts.username or parts.query or parts.fragment or parts.path.strip("/"):
        raise ConfigurationError(f"JORGE_GHL_BASE_URL must be {LIVE_URL}, or a double on this machine")
    return url.rstrip("/")
