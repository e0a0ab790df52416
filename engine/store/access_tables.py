"""Keys and tokens of other programs, and what webhooks brought."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Table, Text

from engine.store.table_types import RowNumber, UtcTime, metadata

# A key acts as its person: with that role, on those rows, and only for the things its scopes name.
api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", RowNumber, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, ForeignKey("users.user_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),  # the key's beginning, for people to tell keys apart
    Column("key_hash", Text, nullable=False, unique=True),  # SHA-256 of the key; the key itself is kept nowhere
    Column("scopes", JSON, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("last_used_at", UtcTime),  # to about five minutes: reading costs no write
    Column("revoked_at", UtcTime),
    Column("replaces", BigInteger),  # the key that this one was rotated from
)

# One row a refresh token handed out. Tokens of one sign-in are a family: using one twice ends them all.
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("family", Text, nullable=False, index=True),
    Column("user_id", BigInteger, ForeignKey("users.user_id"), nullable=False, index=True),
    Column("issued_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
)

# Access tokens taken back before they run out, by their id.
revoked_tokens = Table(
    "revoked_tokens",
    metadata,
    Column("jti", Text, primary_key=True),
    Column("expires_at", UtcTime, nullable=False),  # from then on the row says nothing more
    Column("revoked_at", UtcTime, nullable=False),
)
