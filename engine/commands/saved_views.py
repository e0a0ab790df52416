"""Saved views: filters under a name, one's own or shared, pinned by each for himself."""

from urllib.parse import parse_qsl, urlencode

from engine.access import Actor, Permission
from engine.commands.leads import change
from engine.errors import BadInput, NotAllowed, NotFound
from engine.records.inbox import SavedView
from engine.runtime import Engine
from engine.store import saved_views
from engine.store.ledger import Txn

_NOT_KEPT = {"page", "lead", "view"}  # where one stands in a list isn't part of it


def save_view(engine: Engine, actor: Actor, name: str, query: str, *, is_shared: bool = False) -> int:
    """Keep the inbox's filters (its address after the `?`) under a name; answers the view's number."""
    title = " ".join(name.split())
    if not 1 <= len(title) <= 60:
        raise BadInput("A view's name has between 1 and 60 characters", field="name")
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key not in _NOT_KEPT])
    if len(kept) > 1_000:
        raise BadInput("These filters are too long to keep", field="query")
    with change(engine, actor) as txn:
        if any(view.name.casefold() == title.casefold() and view.owner_id == actor.user_id for view in _mine(txn, actor)):
            raise BadInput("You have a view of that name already", field="name")
        number = saved_views.insert_view(txn, title, kept, is_shared=is_shared)
        saved_views.set_pin(txn, number, is_pinned=True)
    engine.show_changes()
    return number


def share_view(engine: Engine, actor: Actor, view_id: int, *, is_shared: bool) -> None:
    """Let everybody see a view of one's own, or nobody else any more."""
    with change(engine, actor) as txn:
        _own(txn, actor, view_id)
        saved_views.update_view(txn, view_id, is_shared=is_shared)
    engine.show_changes()


def pin_view(engine: Engine, actor: Actor, view_id: int, *, is_pinned: bool) -> None:
    """Keep a view at the top of one's own inbox, or not any more."""
    with change(engine, actor) as txn:
        if view_id not in {view.view_id for view in _mine(txn, actor)}:
            raise NotFound("There is no such view")
        saved_views.set_pin(txn, view_id, is_pinned=is_pinned)
    engine.show_changes()


def delete_view(engine: Engine, actor: Actor, view_id: int) -> None:
    """Forget a view of one's own; whoever may change settings can remove a shared one too."""
    with change(engine, actor) as txn:
        _own(txn, actor, view_id)
        saved_views.delete_view(txn, view_id)
    engine.show_changes()


def _mine(txn: Txn, actor: Actor) -> list[SavedView]:
    return saved_views.views_of(txn.connection, actor.user_id)


def _own(txn: Txn, actor: Actor, view_id: int) -> None:
    found = {view.view_id: view for view in _mine(txn, actor)}
    if view_id not in found:
        raise NotFound("There is no such view")
    if found[view_id].owner_id != actor.user_id and not actor.may(Permission.CHANGE_SETTINGS):
        raise NotAllowed("This view is somebody else's")
