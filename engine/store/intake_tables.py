"""What intake remembers of its senders and of what an import changed."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text

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
