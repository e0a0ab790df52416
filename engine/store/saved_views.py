"""The ledger's statements about saved views and who pinned them."""

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from engine.errors import NotFound
from engine.records.inbox import SavedView
from engine.store.inbox_tables import saved_view_pins, saved_views
from engine.store.ledger import Txn, insert_new


def views_of(connection: Connection, user_id: int) -> list[SavedView]:
    """A person's own views and those shared by others: his pinned ones first, then by name."""
    pinned = and_(saved_view_pins.c.view_id == saved_views.c.view_id, saved_view_pins.c.user_id == user_id)
    asked = select(saved_views, saved_view_pins.c.user_id.label("pinned_by")).outerjoin(saved_view_pins, pinned)
    asked = asked.where(or_(saved_views.c.owner_id == user_id, saved_views.c.is_shared)).order_by(saved_views.c.name)
    found = [
        SavedView(
            view_id=row.view_id,
            name=row.name,
            owner_id=row.owner_id,
            query=row.query,
            is_shared=row.is_shared,
            is_pinned=row.pinned_by is not None,
        )
        for row in connection.execute(asked)
    ]
    return sorted(found, key=lambda view: (not view.is_pinned, view.name.casefold()))


def insert_view(txn: Txn, name: str, query: str, *, is_shared: bool) -> int:
    """Keep a list of filters and return its number."""
    number = txn.next_id("saved_views")
    row = {"view_id": number, "name": name, "owner_id": txn.actor_id, "query": query, "is_shared": is_shared, "created_at": txn.at}
    txn.connection.execute(insert(saved_views), row)
    txn.emit("view_changed", "saved_views", number)
    return number


def update_view(txn: Txn, view_id: int, *, is_shared: bool) -> None:
    """Share a view, or keep it to oneself again."""
    changed = update(saved_views).where(saved_views.c.view_id == view_id)
    if not txn.connection.execute(changed, {"is_shared": is_shared}).rowcount:
        raise NotFound("There is no such view")
    txn.emit("view_changed", "saved_views", view_id)


def delete_view(txn: Txn, view_id: int) -> None:
    """Forget a view and who pinned it."""
    txn.connection.execute(delete(saved_view_pins).where(saved_view_pins.c.view_id == view_id))
    txn.connection.execute(delete(saved_views).where(saved_views.c.view_id == view_id))
    txn.emit("view_changed", "saved_views", view_id)


def set_pin(txn: Txn, view_id: int, *, is_pinned: bool) -> None:
    """Pin a view for the person who acts, or take the pin away."""
    row = {"view_id": view_id, "user_id": txn.actor_id}
    if is_pinned:
        txn.connection.execute(insert_new(txn.connection, saved_view_pins), row)
    else:
        mine = and_(saved_view_pins.c.view_id == view_id, saved_view_pins.c.user_id == txn.actor_id)
        txn.connection.execute(delete(saved_view_pins).where(mine))
    txn.emit("view_changed", "saved_views", view_id)
