"""Whose leads a person may see, as the ledger's statements ask it. In the analytical store the same rule is the macro `is_shown`."""

from sqlalchemy import ColumnElement, or_, true

from engine.access import Agents
from engine.store.tables import leads


def is_shown(agents: Agents) -> ColumnElement[bool]:
    """The lead is one of these people's or nobody's yet; None sees all. The statement must read `leads`."""
    if agents is None:
        return true()
    return or_(leads.c.assigned_to.in_(sorted(agents)), leads.c.assigned_to.is_(None))
