"""What leads said and what we answer: messages to be read and their readings, facts, dialogues, drafts, hand-offs."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text, text

from engine.store.table_types import RowNumber, UtcTime, metadata

_LEAD = "leads.lead_id"
_MESSAGE = "interactions.interaction_id"

# One row a message, written in the transaction that stores it. Without `read_at` it still waits to be read: nothing is read twice or lost.
message_readings = Table(
    "message_readings",
    metadata,
    Column("message_id", BigInteger, ForeignKey(_MESSAGE, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey(_LEAD, ondelete="CASCADE"), nullable=False, index=True),
    Column("read_at", UtcTime, index=True),
    Column("temperature", Text, nullable=False),
    Column("intents", JSON, nullable=False),
    Column("opt_out", Text, nullable=False),  # an OptOutKind; empty when nobody could read it
    Column("is_clear", Boolean, nullable=False),
    Column("reader", Text, nullable=False),  # rules, claude
    Column("because", JSON, nullable=False, server_default="[]"),  # the words that told its temperature
    # A message the rules could not make out: queued and asking (Claude), heard (by Claude), person; empty for any other.
    Column("hearing", Text, nullable=False, server_default="", index=True),
    Column("why_person", Text, nullable=False, server_default=""),
    Column("lease_until", UtcTime),
)

message_facts = Table(
    "message_facts",
    metadata,
    Column("fact_id", RowNumber, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, ForeignKey(_MESSAGE, ondelete="CASCADE"), nullable=False, index=True),
    Column("lead_id", BigInteger, ForeignKey(_LEAD, ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("quote", Text, nullable=False),  # the lead's own words …
    Column("start", Integer, nullable=False),  # … and where they stand in the message
    Column("said_at", UtcTime, nullable=False),
    Column("reader", Text, nullable=False, server_default="rules"),  # who found it: rules, claude
    Column("state", Text, nullable=False),  # stands, corrected, rejected
    Column("is_applied", Boolean, nullable=False),  # it became a field of the lead
    Column("why_not", Text, nullable=False),
    Column("before", JSON, nullable=False),  # the lead's fields as they were, so that a rejected fact can be taken back
    Column("corrected_value", Text, nullable=False),
    Column("decided_by", BigInteger),
    Column("decided_at", UtcTime),
)

dialogues = Table(
    "dialogues",
    metadata,
    Column("dialogue_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey(_LEAD, ondelete="CASCADE"), nullable=False, index=True),
    Column("script", Text, nullable=False),
    Column("how", Text, nullable=False),  # hand, rule, hand_off
    Column("state", JSON, nullable=False),  # everything needed to go on after any pause or crash
    Column("asked_draft_id", BigInteger),  # the draft that asks the open question
    Column("is_over", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),  # a dialogue's last step: done, person, take_away; stopped, handed_off
    Column("reason", Text, nullable=False),
    Column("n_answered", Integer, nullable=False),
    Column("n_questions", Integer, nullable=False),
    Column("is_hot", Boolean, nullable=False),  # every question answered, timeline accepted, answers worth 0.7 on average
    Column("started_at", UtcTime, nullable=False),
    Column("started_by", BigInteger, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Index("uq_dialogues_open", "lead_id", unique=True, sqlite_where=text("NOT is_over"), postgresql_where=text("NOT is_over")),
)

drafts = Table(
    "drafts",
    metadata,
    Column("draft_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey(_LEAD, ondelete="CASCADE"), nullable=False, index=True),
    Column("dialogue_id", BigInteger),
    Column("message_id", BigInteger),  # what it answers; none for a first message
    Column("purpose", Text, nullable=False),
    Column("composer", Text, nullable=False),  # template, llm
    Column("body", Text, nullable=False),  # as proposed
    Column("words", Text, nullable=False),  # as let go
    Column("why", Text, nullable=False),  # why this is proposed
    Column("state", Text, nullable=False, index=True),  # a DraftState
    Column("made_at", UtcTime, nullable=False),
    Column("is_autopilot", Boolean, nullable=False),
    Column("decided_by", BigInteger),
    Column("decided_at", UtcTime),
    Column("decided_why", Text, nullable=False),
    Column("step_id", BigInteger, index=True),  # the message in the outbox once it was let go
)

hand_offs = Table(
    "hand_offs",
    metadata,
    Column("hand_off_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey(_LEAD, ondelete="CASCADE"), nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("is_done", Boolean, nullable=False),
    Column("reason", Text, nullable=False),  # why not, or what told it
)
