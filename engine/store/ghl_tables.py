"""What ties the ledger to GoHighLevel: whose contact a lead is, what was seen and written there, how far synchronising has come."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text

from engine.store.table_types import UtcTime, metadata

# One row a contact that is known to be a lead. A lead may have several contacts there; a contact is one lead.
ghl_contacts = Table(
    "ghl_contacts",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("linked_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),  # when a list or an event last showed it
    Column("changed_at", UtcTime),  # by the provider's own clock
    Column("dnd_kinds", JSON(none_as_null=True)),  # null: not read yet
    Column("is_gone", Boolean, nullable=False),  # deleted there
    Column("assigned_user", Text, nullable=False),  # the provider's user id, for tasks
    Column("pushed", JSON, nullable=False),  # score, band and fields as last written there
    Column("pushed_at", UtcTime),
    Column("n_failures", Integer, nullable=False),  # in a row, of writing there
    Column("push_after", UtcTime),  # not before, after a failure
    Column("problem", Text, nullable=False),  # in words, for the health page; empty when all is well
)

ghl_opportunities = Table(
    "ghl_opportunities",
    metadata,
    Column("provider_id", Text, primary_key=True),
    Column(
        "opportunity_id", BigInteger, ForeignKey("opportunities.opportunity_id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("changed_at", UtcTime),
    Column("seen", JSON, nullable=False),  # stage, status, value there: only what changes there changes anything here
    Column("is_gone", Boolean, nullable=False),
)

# Messages that are in the ledger already, so that webhook, list and our own sending note each of them once.
ghl_messages = Table(
    "ghl_messages",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("is_inbound", Boolean, nullable=False),
    Column("status", Text, nullable=False),
)

# Do-not-disturb that must be set (or taken back) there, until reading the contact shows that it is. Outlives the lead.
ghl_dnd = Table(
    "ghl_dnd",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # sms, email, call_task
    Column("is_on", Boolean, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("confirmed_at", UtcTime, index=True),
    Column("n_attempts", Integer, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("problem", Text, nullable=False),
)

# One row: the OAuth pair, sealed with JORGE_SECRET_KEY, and the right to renew it. A private integration token is never kept here.
ghl_tokens = Table(
    "ghl_tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary),
    Column("saved_at", UtcTime),
    Column("lease_owner", Text, nullable=False),
    Column("lease_until", UtcTime),
)

# How far something has come that goes on after a restart: synchronising, following the feed, the shared rate budget.
watermarks = Table(
    "watermarks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
)
