"""Settings: read at the door, refused with the variable's name, secrets never printed."""

import stat

import pytest

from engine.errors import ConfigurationError
from engine.settings import load_settings, secret_key


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("ENV", "CLOCK", "SECRET_KEY", "OWNER_PASSWORD", "PORT", "HOME", "LEDGER_URL"):
        monkeypatch.delenv(f"JORGE_{name}", raising=False)


def test_development_needs_no_setting_at_all():
    assert load_settings().env == "development"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JORGE_PORT", "99999"),
        ("JORGE_ENV", "prod"),
        ("JORGE_SECRET_KEY", "changeme"),
        ("JORGE_OWNER_PASSWORD", "password"),
        ("JORGE_CLOCK", "noon"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        load_settings()


def test_production_needs_a_long_secret_and_the_true_time(monkeypatch):
    monkeypatch.setenv("JORGE_ENV", "production")
    with pytest.raises(ConfigurationError, match="JORGE_SECRET_KEY"):
        load_settings()
    monkeypatch.setenv("JORGE_SECRET_KEY", "k" * 32)
    assert load_settings().env == "production"
    monkeypatch.setenv("JORGE_CLOCK", "2026-03-01T15:00:00Z")
    with pytest.raises(ConfigurationError, match="JORGE_CLOCK"):
        load_settings()


def test_a_refusal_does_not_print_the_secret(monkeypatch):
    monkeypatch.setenv("JORGE_SECRET_KEY", "changeme")
    with pytest.raises(ConfigurationError) as refusal:
        load_settings()
    assert "changeme" not in str(refusal.value)


def test_settings_do_not_print_their_secrets(monkeypatch):
    monkeypatch.setenv("JORGE_SECRET_KEY", "a-real-secret-of-this-office-0123456789")
    monkeypatch.setenv("JORGE_LEDGER_URL", "postgresql+psycopg://jorge:hidden@localhost/ledger")
    shown = repr(load_settings())
    assert "a-real-secret" not in shown
    assert "hidden" not in shown


def test_a_generated_key_is_kept_for_its_owner_alone(tmp_path):
    settings = load_settings(home=tmp_path)
    assert secret_key(settings) == secret_key(settings)
    assert len(secret_key(settings)) >= 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"GHL_TOKEN": "pit-1"}, "JORGE_GHL_LOCATION_ID"),
        ({"GHL_TOKEN": "changeme", "GHL_LOCATION_ID": "l"}, "JORGE_GHL_TOKEN"),
        ({"GHL_TOKEN": "pit-1", "GHL_CLIENT_ID": "c", "GHL_CLIENT_SECRET": "s", "GHL_LOCATION_ID": "l"}, "JORGE_GHL_TOKEN"),
        ({"GHL_CLIENT_ID": "c", "GHL_LOCATION_ID": "l"}, "JORGE_GHL_CLIENT_SECRET"),
        ({"GHL_BASE_URL": "ftp://x"}, "JORGE_GHL_BASE_URL"),
        ({"ENV": "production", "SECRET_KEY": "k" * 40, "GHL_BASE_URL": "http://127.0.0.1:8599"}, "JORGE_GHL_BASE_URL"),
    ],
)
def test_gohighlevels_settings_fit_together(monkeypatch, told, named):
    for name, value in told.items():
        monkeypatch.setenv(f"JORGE_{name}", value)
    with pytest.raises(ConfigurationError, match=named):
        load_settings()


def test_gohighlevels_token_is_never_printed(monkeypatch):
    monkeypatch.setenv("JORGE_GHL_TOKEN", "pit-1234-canary")
    monkeypatch.setenv("JORGE_GHL_LOCATION_ID", "loc")
    assert "canary" not in repr(load_settings())
