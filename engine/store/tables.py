"""The ledger's tables of leads, people and imports. What each means stands in docs/glossary.md; other subjects have files beside this."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from engine.store import (
    access_tables,
    conversation_tables,
    deal_tables,
    escalation_tables,
    follow_up_tables,
    forecast_tables,
    ghl_tables,
    inbox_tables,
    intake_tables,
)
from engine.store.table_types import RowNumber, UtcTime, metadata

# Importing this module knows every table of the ledger.
SUBJECTS = (
    access_tables,
    conversation_tables,
    deal_tables,
    escalation_tables,
    follow_up_tables,
    forecast_tables,
    ghl_tables,
    inbox_tables,
    intake_tables,
)

# One row a counter: `change` numbers the change feed, the others name rows. Taken with UPDATE … RETURNING inside the writing
# transaction, so that numbers appear in commit order on both stores.
counters = Table("counters", metadata, Column("name", Text, primary_key=True), Column("value", BigInteger, nullable=False))

# The change feed: what happened, in order. The projection, the pages and the event stream all read it.
changes = Table(
    "changes",
    metadata,
    Column("seq", RowNumber, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("event_type", Text, nullable=False),  # lead_changed, lead_scored, deal_changed, batch_finished, …
    Column("kind", Text, nullable=False),  # the table whose row `ref` names: leads, opportunities, batches, users, settings
    Column("ref", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("user_id", RowNumber, primary_key=True, autoincrement=False),
    Column("username", Text, nullable=False, unique=True),  # lower case
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("team_id", BigInteger, index=True),  # of `teams`; null: in no team
)

# Who works together, and which team leader sees the leads of all of them.
teams = Table(
    "teams",
    metadata,
    Column("team_id", RowNumber, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("leader_id", BigInteger, ForeignKey("users.user_id"), index=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),  # SHA-256 of the cookie; the cookie itself is kept nowhere
    Column("user_id", BigInteger, ForeignKey("users.user_id"), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("subject", Text, primary_key=True),  # "user:<name>" or "address:<ip>", known or not
    Column("n_failures", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("locked_until", UtcTime),
)

batches = Table(
    "batches",
    metadata,
    Column("batch_id", RowNumber, primary_key=True, autoincrement=False),
    Column("fingerprint", Text, nullable=False, index=True),  # SHA-256 of the file and of the mapping used
    Column("file_name", Text, nullable=False),
    Column("file_hash", Text, nullable=False, index=True),
    Column("purpose", Text, nullable=False),  # 'ledger' or 'score'
    Column("state", Text, nullable=False),  # queued, checking, checked, agreed, importing, done, failed, cancelled
    Column("mapping", JSON, nullable=False),
    Column("report", JSON, nullable=False),  # dialect, columns and counts, as `import --dry-run` prints them
    Column("n_rows", BigInteger),
    Column("n_done", BigInteger, nullable=False),
    Column("n_created", BigInteger, nullable=False),
    Column("n_updated", BigInteger, nullable=False),
    Column("n_unchanged", BigInteger, nullable=False),
    Column("n_rejected", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    Column("n_attempts", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
)

rejections = Table(
    "rejections",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("column_name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cells", JSON, nullable=False),  # the row as it came
)

# What an import did to each lead that was already there or came twice: the field, before and after. Nothing is merged silently.
merges = Table(
    "merges",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, nullable=False, index=True),
    Column("matched_by", Text, nullable=False),  # phone, email or external id
    Column("in_file_with_line", BigInteger),  # the earlier line of the same file, when it was that
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
)

leads = Table(
    "leads",
    metadata,
    Column("lead_id", RowNumber, primary_key=True, autoincrement=False),
    Column("batch_id", BigInteger, index=True),  # the import that brought it; its rows are shown once that import is done
    Column("is_visible", Boolean, nullable=False),
    Column("external_id", Text, index=True),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("phone", Text),
    Column("email", Text),
    Column("other_phones", JSON, nullable=False),
    Column("other_emails", JSON, nullable=False),
    Column("source", Text),
    Column("source_text", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),  # when this ledger first saw it
    Column("assigned_to", BigInteger, index=True),
    Column("assigned_at", UtcTime),  # since when he is with that person
    Column("assigned_text", Text, nullable=False),
    Column("budget_low_cents", BigInteger),
    Column("budget_high_cents", BigInteger),
    Column("timeline_days", Integer),
    Column("financing", Text),
    Column("has_proof_of_funds", Boolean),
    Column("sells_first", Boolean),
    Column("property_type", Text),
    Column("beds", Float),
    Column("baths", Float),
    Column("n_criteria", Integer),
    Column("location_text", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("zip_code", Text, nullable=False),
    Column("location_specificity", Integer, nullable=False),
    Column("in_service_area", Boolean),
    Column("listing_price_cents", BigInteger),
    Column("is_repeat_contact", Boolean),
    Column("n_transactions", Integer),
    Column("tags", JSON, nullable=False),
    Column("notes", Text, nullable=False),
    Column("is_do_not_contact", Boolean, nullable=False),
    Column("extra", JSON, nullable=False),
)

# Which phone, e-mail or other system's id belongs to which lead. One owner each: identity is decided here.
lead_keys = Table(
    "lead_keys",
    metadata,
    Column("kind", Text, primary_key=True),  # phone, email, external
    Column("value", Text, primary_key=True),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), nullable=False, index=True),
)

# The keys of a running import's leads, which nobody sees yet. They become lead_keys in the moment the import is revealed.
hidden_keys = Table(
    "hidden_keys",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("lead_id", BigInteger, nullable=False),
)

interactions = Table(
    "interactions",
    metadata,
    Column("interaction_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("is_automated", Boolean, nullable=False),
    Column("was_kept", Boolean),
    Column("n_words", Integer, nullable=False),
    Column("n_questions", Integer, nullable=False),
    Column("urgency", Float, nullable=False),
    Column("actor_id", BigInteger),
    Index(None, "lead_id", "at", "seq"),
)

stages = Table(
    "stages",
    metadata,
    Column("stage", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("win_rate", Float, nullable=False),  # fraction of opportunities in this stage that close
    Column("win_rate_source", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
)

opportunities = Table(
    "opportunities",
    metadata,
    Column("opportunity_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("stage", Text, ForeignKey("stages.stage"), nullable=False),
    Column("price_cents", BigInteger),
    Column("price_source", Text, nullable=False),  # stated, listing, estimate
    Column("commission_rate", Float, nullable=False),
    Column("rate_source", Text, nullable=False),  # agreement, manual, default
    Column("gci_cents", BigInteger),
    Column("opened_at", UtcTime, nullable=False),
    Column("stage_since", UtcTime, nullable=False),
    Column("closes_on", Date),
    Column("closed_on", Date),
)

# The newest score of each lead is shown; the older ones are its history.
scores = Table(
    "scores",
    metadata,
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), primary_key=True),
    Column("scored_at", UtcTime, primary_key=True),
    Column("is_current", Boolean, nullable=False),
    Column("probability", Float, nullable=False),
    Column("probability_low", Float, nullable=False),
    Column("probability_high", Float, nullable=False),
    Column("score", Integer, nullable=False),
    Column("band", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("has_enough_evidence", Boolean, nullable=False),
    Column("n_similar", Integer, nullable=False),
    Column("n_similar_closed", Integer, nullable=False),
    Column("reasons_for", JSON, nullable=False),
    Column("reasons_against", JSON, nullable=False),
    Column("price_low_cents", BigInteger),
    Column("price_p50_cents", BigInteger),
    Column("price_high_cents", BigInteger),
    Column("price_basis", Text, nullable=False),
    Column("commission_rate", Float),
    Column("rate_source", Text, nullable=False),
    Column("gci_cents", BigInteger),
    Column("expected_cents", BigInteger),
    Column("model_version", Text, nullable=False),
    Column("source", Text, nullable=False, server_default=""),  # who asked for it, when it was another program: api
    Column("inputs_hash", Text, nullable=False),
    Column("inputs", LargeBinary),  # what the model saw and what each of it did: 32-bit numbers in the order of its features
    Column("effects", LargeBinary),
)

# What Jorge edits: commission default, bands, market, … Each change is a new row; the newest one up to a time holds.
settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("valid_from", UtcTime, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("set_by", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("audit_id", RowNumber, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", BigInteger, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "kind", "ref"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("is_ok", Boolean, nullable=False),
    Column("message", Text, nullable=False),
)
