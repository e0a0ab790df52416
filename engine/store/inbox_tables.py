"""What agents do in the inbox: snoozes, dispositions, undo, saved views, overrides, routing and its trace."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text

from engine.store.table_types import RowNumber, UtcTime, metadata

# A lead out of sight for a while: until a time, until he replies, or whichever comes first. One row a sleeping lead.
snoozes = Table(
    "snoozes",
    metadata,
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), primary_key=True, autoincrement=False),
    Column("snoozed_by", BigInteger, nullable=False),
    Column("snoozed_at", UtcTime, nullable=False),
    Column("until_at", UtcTime),
    Column("until_reply", Boolean, nullable=False),
)

# What came of a call or a meeting, in one tap. The interaction it made stands in `interactions`.
dispositions = Table(
    "dispositions",
    metadata,
    Column("disposition_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), nullable=False, index=True),
    Column("interaction_id", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("outcome", Text, nullable=False),  # no_answer, voicemail, spoke, appointment, bad_number
    Column("address", Text, nullable=False),  # the number that was called: another one isn't bad because this one is
    Column("n_minutes", Integer),
)

# A person's band beside the model's, for a while. What the model said then is kept, so that both can be judged later.
overrides = Table(
    "overrides",
    metadata,
    Column("override_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), nullable=False, index=True),
    Column("band", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", BigInteger, nullable=False),
    Column("set_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),  # taken back or replaced before it expired
    Column("model_band", Text, nullable=False),
    Column("model_probability", Float, nullable=False),
)

# Everything done in the queue, for as long as it can be undone and after: the rows it changed, as they were and as they became.
actions = Table(
    "actions",
    metadata,
    Column("action_id", RowNumber, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("n_leads", Integer, nullable=False),
    Column("undo_until", UtcTime, nullable=False),
    Column("undone_at", UtcTime),
)

action_rows = Table(
    "action_rows",
    metadata,
    Column("action_id", BigInteger, ForeignKey("actions.action_id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, nullable=False, index=True),
    Column("table_name", Text, nullable=False),
    Column("row_key", JSON, nullable=False),
    Column("before", JSON),  # the columns that changed; null when the row was made
    Column("after", JSON),  # null when the row was removed
)

# A list of filters under a name: the inbox's address without its beginning, so that it can be pasted anywhere.
saved_views = Table(
    "saved_views",
    metadata,
    Column("view_id", RowNumber, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("owner_id", BigInteger, nullable=False, index=True),
    Column("query", Text, nullable=False),
    Column("is_shared", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

saved_view_pins = Table(
    "saved_view_pins",
    metadata,
    Column("view_id", BigInteger, ForeignKey("saved_views.view_id"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
)

# Days on which somebody gets no leads.
absences = Table(
    "absences",
    metadata,
    Column("absence_id", RowNumber, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, ForeignKey("users.user_id"), nullable=False, index=True),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", BigInteger, nullable=False),
)

# Whose turn it is under each rule: who has the most credit comes next (smooth weighted round-robin).
routing_turns = Table(
    "routing_turns",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("credit", Float, nullable=False),
)

# Each time a lead was given to somebody by rule, or could not be: every rule with why it matched or was skipped.
routings = Table(
    "routings",
    metadata,
    Column("routing_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("occasion", Text, nullable=False),  # new, idle, by_hand
    Column("taken_from", BigInteger),
    Column("given_to", BigInteger),
    Column("rule", Text, nullable=False),  # empty when none took the lead
    Column("steps", JSON, nullable=False),
    Index(None, "lead_id", "routing_id"),
)
