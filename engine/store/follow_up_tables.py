"""Sequences, enrolments, steps, attempts, consent and opt-outs: what is sent to whom, when, and why not.

No row here refers to `leads` by a foreign key: consent and opt-outs outlive their lead, and a step whose lead is gone is cancelled.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from engine.store.table_types import RowNumber, UtcTime, metadata

sequences = Table(
    "sequences",
    metadata,
    Column("sequence_id", RowNumber, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),  # the one new enrolments get
    Column("rule", JSON),  # whom it takes by itself: {"bands": […], "sources": […], "stages": […]}; null: nobody
    Column(
        "hold_out_rate", Float, nullable=False
    ),  # fraction that is enrolled and deliberately sent nothing, to measure the effect
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", BigInteger, nullable=False),
)

# A plan never changes: an edit is a new version, and those under way keep theirs until somebody moves them.
sequence_versions = Table(
    "sequence_versions",
    metadata,
    Column("sequence_id", BigInteger, ForeignKey("sequences.sequence_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("plan", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", BigInteger, nullable=False),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("enrolment_id", RowNumber, primary_key=True, autoincrement=False),
    Column("sequence_id", BigInteger, ForeignKey("sequences.sequence_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("lead_id", BigInteger, nullable=False, index=True),
    Column("state", Text, nullable=False),  # active, paused, finished, stopped, held_out
    Column("how", Text, nullable=False),  # rule, hand, batch
    Column("started_at", UtcTime, nullable=False),
    Column("paused_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("end_reason", Text, nullable=False),
    Column("enrolled_by", BigInteger, nullable=False),
    Index(None, "sequence_id", "state"),
    Index(
        "uq_enrolments_running",
        "lead_id",
        "sequence_id",
        unique=True,
        sqlite_where=text("state IN ('active', 'paused', 'held_out')"),
        postgresql_where=text("state IN ('active', 'paused', 'held_out')"),
    ),
)

# The truth about every message. A step without `next_at` waits for the one before it, for a person, or for nothing any more.
steps = Table(
    "steps",
    metadata,
    Column("step_id", RowNumber, primary_key=True, autoincrement=False),
    Column("enrolment_id", BigInteger, ForeignKey("enrolments.enrolment_id"), nullable=False),
    Column("lead_id", BigInteger, nullable=False),
    Column("step_no", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", UtcTime, nullable=False),  # by the plan
    Column("next_at", UtcTime),  # when it is looked at next
    Column("max_late_hours", Float, nullable=False),
    Column("min_gap_hours", Float, nullable=False),  # what must lie between the last message to this lead and this one
    Column("lease_owner", Text, nullable=False),
    Column("lease_until", UtcTime),
    Column("fence", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),  # executed sends; an outage's tries don't count
    Column("n_misses", Integer, nullable=False),  # how often an unknown outcome was looked for and not found
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),  # rendered once, never again
    Column("html", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("reason", Text, nullable=False),  # why it is held, blocked, skipped, cancelled or dead
    Column("detail", Text, nullable=False),
    Column("tried_at", UtcTime),  # when the last call began
    Column("check_since", UtcTime),  # after a backup came back: look from then on whether it was sent already
    Column("finished_at", UtcTime),
    Column("is_held_out", Boolean, nullable=False),
    UniqueConstraint("enrolment_id", "step_no"),
    Index(
        "uq_steps_in_flight",
        "lead_id",
        unique=True,
        sqlite_where=text("state IN ('leased', 'sending', 'unknown')"),
        postgresql_where=text("state IN ('leased', 'sending', 'unknown')"),
    ),
    Index("ix_steps_turn", "state", "next_at"),
    Index(None, "lead_id", "due_at"),
    Index(None, "provider_id"),
    Index(None, "address"),
)

# What was tried, never changed: `call` before each request, then `answer`; `found` or `missed` when an unknown outcome was looked up.
attempts = Table(
    "attempts",
    metadata,
    Column("attempt_id", RowNumber, primary_key=True, autoincrement=False),
    Column("step_id", BigInteger, nullable=False, index=True),  # of a confirmation its opt-out's number, negative
    Column("lead_id", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),  # of an answer: accepted, refused, …
    Column("owner", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("trace_id", Text, nullable=False),
)

gate_log = Table(
    "gate_log",
    metadata,
    Column("gate_log_id", RowNumber, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("step_id", BigInteger, nullable=False, index=True),  # of a confirmation its opt-out's number, negative
    Column("lead_id", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", UtcTime),
    Column("detail", Text, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("facts_hash", Text, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("consent_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, nullable=False, index=True),
    Column("address", Text, nullable=False),  # empty once the lead is forgotten
    Column("address_hash", Text, nullable=False, index=True),
    Column("channels", JSON, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("disclosure", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("given_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("recorded_by", BigInteger, nullable=False),
)

# Revocations: only ever added, kept by address, and by its salted hash alone once the lead is forgotten.
opt_outs = Table(
    "opt_outs",
    metadata,
    Column("opt_out_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("address_hash", Text, nullable=False, index=True),
    Column("channels", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
)

# Addresses nobody may write to whatever consent says: wrong numbers, the office's own do-not-contact list, forgotten people.
suppressions = Table(
    "suppressions",
    metadata,
    Column("address_hash", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("set_by", BigInteger, nullable=False),
)

# One answer to an opt-out at most, within five minutes or never.
confirmations = Table(
    "confirmations",
    metadata,
    Column("opt_out_id", BigInteger, ForeignKey("opt_outs.opt_out_id"), primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),  # a StepState
    Column("next_at", UtcTime),
    Column("send_before", UtcTime, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "state", "next_at"),
)

pauses = Table(
    "pauses",
    metadata,
    Column("pause_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),  # reply, person, appointment, stage, do_not_disturb, bounce, manual_contact
    Column("paused_by", BigInteger, nullable=False),
    Column("ended_at", UtcTime),
    Column("ended_by", BigInteger),
    Index(
        "uq_pauses_open",
        "lead_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# Calls that a person is to make: day 7 of the cadence, and what the machine could not settle.
call_tasks = Table(
    "call_tasks",
    metadata,
    Column("call_task_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, nullable=False, index=True),
    Column("step_id", BigInteger, unique=True),
    Column("title", Text, nullable=False),
    Column("script", Text, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),  # open, done
    Column("outcome", Text, nullable=False),  # spoke, no_answer, voicemail, appointment, bad_number
    Column("provider_id", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
    Column("done_by", BigInteger),
)

# One row a provider: whether it is asked at all.
breakers = Table(
    "breakers",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("state", Text, nullable=False),  # closed, open, half_open
    Column("n_failures", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("next_probe_at", UtcTime, nullable=False),
    Column("message", Text, nullable=False),
)

# The national do-not-call list as it was loaded; the setting `do_not_call_list` says of when it is.
do_not_call_numbers = Table("do_not_call_numbers", metadata, Column("phone", Text, primary_key=True))
