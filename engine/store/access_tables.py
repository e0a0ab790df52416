"""Keys and tokens of other programs, and what webhooks brought."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, Table, Text

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

# What GoHighLevel's webhooks brought, in the order they came. Kept before it is acknowledged; `event_id` is what makes it come once.
webhook_events = Table(
    "webhook_events",
    metadata,
    Column("event_number", RowNumber, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),  # in the provider's words, e.g. InboundMessage
    Column("kind", Text, nullable=False),
    Column("contact_id", Text, nullable=False, index=True),  # empty when it names none
    Column("sent_at", UtcTime),
    Column("received_at", UtcTime, nullable=False, index=True),
    Column("state", Text, nullable=False),  # waiting, done, kept (of a kind nobody reads here, or of another location), failed
    Column("next_at", UtcTime, index=True),  # when a waiting one is due; null for the others
    Column("n_tries", Integer, nullable=False),
    Column("problem", Text, nullable=False),  # in words
    Column("done_at", UtcTime),
    Column("raw", Text, nullable=False),  # as it came; emptied once it is done
)
