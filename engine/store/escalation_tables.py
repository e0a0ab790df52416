"""Cases of leads the model is unsure of, and every question to Claude with what it cost."""

from sqlalchemy import JSON, BigInteger, Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from engine.store.table_types import RowNumber, UtcTime, metadata

# One row a lead and state of what is known of him: the case, Claude's reading, a person's band. Beside the model's numbers, never in them.
escalations = Table(
    "escalations",
    metadata,
    Column("escalation_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), nullable=False),
    Column("evidence_hash", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("scored_at", UtcTime, nullable=False),  # of the newest score it holds for
    Column("model_version", Text, nullable=False),
    Column("model_band", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("why_person", Text, nullable=False),
    Column("case", JSON, nullable=False),
    Column("n_attempts", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("reading", JSON(none_as_null=True)),
    Column("read_at", UtcTime),
    Column("read_by", Text, nullable=False),
    Column("person_band", Text),
    Column("person_reason", Text, nullable=False),
    Column("judged_by", BigInteger),
    Column("judged_at", UtcTime),
    UniqueConstraint("lead_id", "evidence_hash"),
    Index(None, "state", "opened_at"),
)

# Every question to Claude. Written before it is asked, so that a killed process still counts what it may have cost.
claude_calls = Table(
    "claude_calls",
    metadata,
    Column("call_id", RowNumber, primary_key=True, autoincrement=False),
    Column("purpose", Text, nullable=False),  # escalation, assistant
    Column("escalation_id", BigInteger),
    Column("actor_id", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("model", Text, nullable=False),
    Column("state", Text, nullable=False),  # asking, answered, refused, failed
    Column("problem", Text, nullable=False),
    Column("reserved_micros", BigInteger, nullable=False),  # millionths of a dollar it could cost at most
    Column("cost_micros", BigInteger),  # what it did cost; null while nobody knows
    Column("n_input", Integer, nullable=False),
    Column("n_output", Integer, nullable=False),
    Column("n_cache_read", Integer, nullable=False),
    Column("n_cache_write", Integer, nullable=False),
    Column("latency_ms", Integer),
)
