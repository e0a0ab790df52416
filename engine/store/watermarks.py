"""How far something has come that goes on after a restart, by name. It isn't the office's data, so the feed stays silent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from engine.store.ghl_tables import ghl_tokens, watermarks
from engine.store.ledger import Txn, insert_new, upsert


def read(connection: Connection, name: str) -> dict[str, Any] | None:
    """What was kept under that name; None before the first."""
    return connection.execute(select(watermarks.c.value).where(watermarks.c.name == name)).scalar_one_or_none()


def keep(txn: Txn, name: str, value: Mapping[str, Any]) -> None:
    """Keep a value under that name."""
    txn.connection.execute(upsert(txn.connection, watermarks), {"name": name, "value": dict(value), "at": txn.at})


def all_since(connection: Connection, prefix: str) -> dict[str, tuple[datetime, dict[str, Any]]]:
    """Those whose name begins like that: when kept, and what."""
    asked = select(watermarks).where(watermarks.c.name.startswith(prefix, autoescape=True))
    return {row["name"]: (row["at"], row["value"]) for row in connection.execute(asked).mappings()}


def sealed_token(connection: Connection, name: str) -> bytes | None:
    """The sealed pair; None before the first."""
    return connection.execute(select(ghl_tokens.c.sealed).where(ghl_tokens.c.name == name)).scalar_one_or_none()


def keep_token(txn: Txn, name: str, sealed: bytes) -> None:
    """Keep a new sealed pair and give the lease back."""
    row = {"name": name, "sealed": sealed, "saved_at": txn.at, "lease_owner": "", "lease_until": None}
    txn.connection.execute(upsert(txn.connection, ghl_tokens), row)


def lease_token(txn: Txn, name: str, owner: str, until: datetime) -> bool:
    """Become the only one who renews the pair until then; False while another is."""
    row = {"name": name, "sealed": None, "saved_at": None, "lease_owner": "", "lease_until": None}
    txn.connection.execute(insert_new(txn.connection, ghl_tokens), row)
    is_free = or_(ghl_tokens.c.lease_until.is_(None), ghl_tokens.c.lease_until <= txn.at, ghl_tokens.c.lease_owner == owner)
    taken = update(ghl_tokens).where(ghl_tokens.c.name == name, is_free)
    return bool(txn.connection.execute(taken, {"lease_owner": owner, "lease_until": until}).rowcount)


def release_token(txn: Txn, name: str, owner: str) -> None:
    """Give the lease back, if it is still this owner's."""
    mine = and_(ghl_tokens.c.name == name, ghl_tokens.c.lease_owner == owner)
    txn.connection.execute(update(ghl_tokens).where(mine), {"lease_owner": "", "lease_until": None})
