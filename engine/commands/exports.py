"""Who took a list away, when, and what it was asked for: noted before the file is handed out."""

from collections.abc import Mapping

from engine.access import Actor
from engine.runtime import Engine


def note_export(engine: Engine, actor: Actor, what: str, asked: Mapping[str, object]) -> None:
    """Keep in the audit that this person takes a list away, with its filters; a search is noted as one, without its words."""
    detail = {name: value for name, value in asked.items() if value not in (None, "", (), False)}
    private = {name: "…" for name in ("search", "text") if name in detail}
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        txn.audit("export_list", "users", actor.user_id, {"what": what, "asked": detail | private})
