"""The ledger's schema versions: which one a ledger has, and the steps (`migrations/`) that bring it to this product's."""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from engine.errors import StoreUnavailable

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Take the steps that are missing, inside the connection's transaction."""
    script = _script()
    if current(connection) == script.get_current_head():
        return
    _refuse_newer(script, current(connection))
    context = EnvironmentContext(Config(), script, fn=lambda at, _: script._upgrade_revs("head", at))
    with context:
        context.configure(connection=connection)
        context.run_migrations()


def current(connection: Connection) -> str | None:
    """The schema version that the ledger has; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(_FOLDER), version_locations=[str(_FOLDER)])


def _refuse_newer(script: ScriptDirectory, version: str | None) -> None:
    known = {step.revision for step in script.walk_revisions()}
    if version is not None and version not in known:
        raise StoreUnavailable(
            f"This ledger was already changed by a newer version of the command center (schema {version}, "
            f"this version knows {script.get_current_head()}): start that version, or restore a backup from before"
        )
