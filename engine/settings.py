"""Settings of the installation, read once by the entry points. What Jorge edits in the product is data in the ledger, not here."""

import os
import re
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.clock import parse_clock
from engine.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent
_PLACEHOLDERS = {"changeme", "change-me", "secret", "password", "todo", "xxx", "example", "replace-me"}


class Settings(BaseSettings):
    """The installation: where it keeps its data, whom it may talk to, and with which secrets."""

    model_config = SettingsConfigDict(
        env_prefix="JORGE_", env_file=".env", frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    home: Path = Path("data/live")
    port: int = Field(default=8501, ge=1, le=65535)
    env: Literal["development", "production"] = "development"
    ledger_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")  # may carry a password
    secret_key: SecretStr = SecretStr("")
    secret_key_previous: SecretStr = SecretStr("")  # while keys are changed: tokens signed with it still hold
    owner_password: SecretStr = SecretStr("")
    clock: str = ""
    ghl_token: SecretStr = SecretStr("")  # a private integration token; without one GoHighLevel is a dry run
    ghl_location_id: str = ""
    ghl_base_url: str = "https://services.leadconnectorhq.com"
    ghl_webhook_keys: str = ""  # PEM files with public keys, separated by commas; HighLevel's own by default
    ghl_legacy_signatures: bool = False  # also accept webhooks signed only the old way (RSA, announced to end in July 2026)
    ghl_client_id: str = ""  # OAuth, for a marketplace app instead of a private integration
    ghl_client_secret: SecretStr = SecretStr("")
    ghl_adds_status: bool = False  # send `status` with messages; only if GoHighLevel ever asks for it
    models: Path = ROOT / "models"
    api_rate: str = "100/minute"  # requests a caller may make
    api_at_once: int = Field(default=64, ge=1, le=10_000)  # requests worked on together; more are told to come back
    anthropic_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="ANTHROPIC_API_KEY")  # none: a person's queue
    anthropic_base_url: str = Field(default="https://api.anthropic.com", validation_alias="ANTHROPIC_BASE_URL")
    claude_model: str = "claude-sonnet-5-5"
    claude_effort: Literal["", "low", "medium", "high"] = "low"  # empty for models that don't know it
    claude_timeout_s: float = Field(default=60.0, gt=0, le=600)
    claude_retries: int = Field(default=2, ge=0, le=5)  # the client's own, after 408, 409, 429 and 5xx
    claude_daily_cents: int = Field(default=200, ge=0)  # of one day in UTC; what is beyond goes to a person
    claude_per_minute: int = Field(default=20, ge=1, le=1_000)
    escalate_below: float = Field(default=0.85, ge=0, le=1)  # confidence under which a lead gets a second reading
    cors_origins: str = ""  # sites whose pages may call the API, separated by commas
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("secret_key", "secret_key_previous", "owner_password", "ghl_token", "ghl_client_secret", "anthropic_api_key")
    @classmethod
    def _is_no_placeholder(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().strip().lower() in _PLACEHOLDERS:
            raise ValueError("is a placeholder, not a secret")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_a_redis_address(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("is not an address like redis://host:6379/0")
        return value

    @field_validator("api_rate")
    @classmethod
    def _is_a_rate(cls, value: str) -> str:
        if not re.fullmatch(r"[1-9][0-9]{0,8}/(second|minute|hour|day)", value):
            raise ValueError("is not a rate like 100/minute")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        if not all(
            re.fullmatch(r"https?://[A-Za-z0-9.\-]+(:[0-9]+)?", origin.strip()) for origin in value.split(",") if origin.strip()
        ):
            raise ValueError("must be addresses like https://crm.example.com, separated by commas")
        return value

    @field_validator("ghl_base_url", "anthropic_base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("is not an address like https://services.leadconnectorhq.com")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _names_its_location(self) -> "Settings":
        has_token, has_app = bool(self.ghl_token.get_secret_value()), bool(self.ghl_client_id)
        if has_token and has_app:
            raise ValueError("JORGE_GHL_TOKEN and JORGE_GHL_CLIENT_ID are two ways in; set one of them")
        if has_app and not self.ghl_client_secret.get_secret_value():
            raise ValueError("JORGE_GHL_CLIENT_SECRET is missing beside JORGE_GHL_CLIENT_ID")
        if (has_token or has_app) and not self.ghl_location_id:
            raise ValueError("JORGE_GHL_LOCATION_ID is missing: it names the location that the token is for")
        if self.env == "production" and not self.ghl_base_url.startswith("https://"):
            raise ValueError("JORGE_GHL_BASE_URL must begin with https:// in production")
        return self

    @model_validator(mode="after")
    def _fits_the_environment(self) -> "Settings":
        if self.clock:
            parse_clock(self.clock)
        if self.env == "production" and self.clock:
            raise ValueError("JORGE_CLOCK is for development only")
        if self.env == "production" and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("JORGE_SECRET_KEY must have at least 32 characters in production")
        return self

    @property
    def ledger(self) -> str:
        """The ledger's address: what JORGE_LEDGER_URL says, else SQLite in the home folder."""
        return self.ledger_url.get_secret_value() or f"sqlite:///{self.home.resolve() / 'ledger.sqlite3'}"

    def scored_path(self, batch_id: int) -> Path:
        """Where the scored file of an import lies."""
        return self.home / "results" / f"{batch_id}-scored.csv"

    @property
    def own_models(self) -> Path:
        """Where the team's own models lie: beside its data. The shipped ones in `models` are only read."""
        return self.home / "models"

    @property
    def analytics_path(self) -> Path:
        """DuckDB's file."""
        return self.home.resolve() / "analytics.duckdb"


def load_settings(**given: object) -> Settings:
    """Read the environment and `.env`, or refuse with the name of the variable that is wrong."""
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise ConfigurationError("; ".join(_sentence(part) for part in error.errors())) from None
    return settings


def secret_key(settings: Settings) -> bytes:
    """The key that signs tokens: configured, or made once and kept in the home folder for its owner's eyes only."""
    configured = settings.secret_key.get_secret_value()
    if configured:
        return configured.encode()
    path = settings.home / "secret.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_bytes().strip()


def child_environment(**extra: str) -> dict[str, str]:
    """This process's environment with `extra` on top, for a child process that reads its own settings."""
    return {**os.environ, **extra}


def _sentence(part: object) -> str:
    assert isinstance(part, dict)
    names = [str(place) if str(place).startswith("ANTHROPIC_") else f"JORGE_{str(place).upper()}" for place in part.get("loc", ())]
    reason = str(part.get("msg", "")).removeprefix("Value error, ")
    return f"{names[0]} {reason}" if names and not reason.startswith("JORGE_") else reason
