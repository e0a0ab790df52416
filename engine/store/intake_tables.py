"""What intake remembers of its senders and of what an import changed."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, Table, Text

from engine.store.table_types import UtcTime, metadata

# Which recorded action holds what an import did to leads that were there already: the way back to exactly that.
import_actions = Table(
    "import_actions",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), primary_key=True),
    Column("action_id", BigInteger, nullable=False),
)

# An import being taken back, or taken back: every change of it carries the moment `at`.
import_undos = Table(
    "import_undos",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("n_removed", Integer, nullable=False),
    Column("n_restored", Integer, nullable=False),
)

# Leads that an undo left as they are, because somebody worked on them after the import.
import_keepings = Table(
    "import_keepings",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), primary_key=True),
    Column("lead_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
)

# What a person chose for an import beside its columns: what a match may change, how dates are written, whom rows are joined to.
import_choices = Table(
    "import_choices",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), primary_key=True),
    Column("policy", JSON, nullable=False),  # field → fill, overwrite or keep; '*' for all others
    Column("date_order", Text, nullable=False),  # 'mdy', 'dmy', or '' when the file itself decides
    Column("joins", JSON, nullable=False),  # line → lead, for rows a person joined to somebody like them
)

# What was chosen for files with the same header before: offered for the next one.
import_senders = Table(
    "import_senders",
    metadata,
    Column("header_hash", Text, primary_key=True),  # SHA-256 of the header's names
    Column("mapping", JSON, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("date_order", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("used_at", UtcTime, nullable=False),
    Column("n_used", Integer, nullable=False),
)

# New people of a checked import who are like somebody already known: shown, never joined unasked.
import_lookalikes = Table(
    "import_lookalikes",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.batch_id"), primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),  # as the file has it
    Column("why", Text, nullable=False),
)
