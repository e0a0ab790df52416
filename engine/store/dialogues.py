"""Dialogues in the ledger: where each stands, hand-offs between them, and how far a lead is qualified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.errors import NotFound
from engine.records.conversation import HandOff, Qualification
from engine.store.conversation_tables import dialogues, hand_offs
from engine.store.ledger import Txn


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDialogue:
    """A dialogue as the ledger has it; `state` is the state machine's own."""

    dialogue_id: int
    lead_id: int
    script: str
    how: str
    state: Mapping[str, Any]
    asked_draft_id: int | None
    is_over: bool
    outcome: str
    reason: str
    n_answered: int
    n_questions: int
    is_hot: bool
    started_at: datetime
    started_by: int
    changed_at: datetime


_COLUMNS = [dialogues.c[field.name] for field in fields(KeptDialogue)]


def add(txn: Txn, lead_id: int, *, script: str, how: str, state: Mapping[str, Any], n_questions: int) -> int:
    """Open a dialogue; answers its number. The table itself refuses a second open one."""
    number = txn.next_id("dialogues")
    row: dict[str, Any] = {"dialogue_id": number, "lead_id": lead_id, "script": script, "how": how, "state": dict(state)}
    row |= {"asked_draft_id": None, "is_over": False, "outcome": "", "reason": "", "n_answered": 0, "n_questions": n_questions}
    row |= {"is_hot": False, "started_at": txn.at, "started_by": txn.actor_id, "changed_at": txn.at}
    txn.connection.execute(insert(dialogues), row)
    _tell(txn, number, lead_id)
    return number


def change(txn: Txn, dialogue: KeptDialogue, **values: Any) -> None:
    """Set columns of a dialogue."""
    changed = update(dialogues).where(dialogues.c.dialogue_id == dialogue.dialogue_id)
    txn.connection.execute(changed.values(changed_at=txn.at, **values))
    _tell(txn, dialogue.dialogue_id, dialogue.lead_id)


def load(connection: Connection, dialogue_id: int) -> KeptDialogue:
    """A dialogue by number; raises `NotFound`."""
    row = connection.execute(select(*_COLUMNS).where(dialogues.c.dialogue_id == dialogue_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such dialogue")
    return KeptDialogue(**row)


def open_of(connection: Connection, lead_id: int) -> KeptDialogue | None:
    """The dialogue a lead is in now."""
    asked = select(*_COLUMNS).where(dialogues.c.lead_id == lead_id, ~dialogues.c.is_over)
    row = connection.execute(asked).mappings().one_or_none()
    return KeptDialogue(**row) if row else None


def of_lead(connection: Connection, lead_id: int) -> list[KeptDialogue]:
    """A lead's dialogues, the newest first."""
    asked = select(*_COLUMNS).where(dialogues.c.lead_id == lead_id).order_by(dialogues.c.dialogue_id.desc())
    return [KeptDialogue(**row) for row in connection.execute(asked).mappings()]


def qualifications(connection: Connection, lead_ids: Sequence[int]) -> dict[int, Qualification]:
    """How far each of these leads is qualified, by his newest dialogue."""
    columns = [dialogues.c[field.name] for field in fields(Qualification) if field.name != "at"]
    asked = select(*columns, dialogues.c.changed_at.label("at")).where(dialogues.c.lead_id.in_(list(lead_ids)))
    rows = connection.execute(asked.order_by(dialogues.c.dialogue_id)).mappings()
    return {row["lead_id"]: Qualification(**row) for row in rows}


def add_hand_off(txn: Txn, lead_id: int, *, source: str, target: str, confidence: float, is_done: bool, reason: str) -> None:
    """Note a hand-off, or that there was none although the words spoke for it."""
    row: dict[str, Any] = {"hand_off_id": txn.next_id("hand_offs"), "lead_id": lead_id, "source": source, "target": target}
    row |= {"confidence": confidence, "at": txn.at, "is_done": is_done, "reason": reason}
    txn.connection.execute(insert(hand_offs), row)


def hand_offs_of(connection: Connection, lead_id: int) -> list[HandOff]:
    """A lead's hand-offs, the oldest first."""
    columns = [hand_offs.c[field.name] for field in fields(HandOff)]
    asked = select(*columns).where(hand_offs.c.lead_id == lead_id).order_by(hand_offs.c.hand_off_id)
    return [HandOff(**row) for row in connection.execute(asked).mappings()]


def _tell(txn: Txn, dialogue_id: int, lead_id: int) -> None:
    txn.emit("dialogue_changed", "dialogues", dialogue_id)
    txn.emit("lead_changed", "leads", lead_id)
