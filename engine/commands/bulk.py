"""One action on many leads: counted before, done in one transaction, taken back like any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.access import Actor, Permission, Role, require
from engine.commands.leads import change, done_of, hand_over, may_see
from engine.commands.triage import add_tag, clean_tag, remove_tag, snooze, wake
from engine.errors import BadInput
from engine.records import Lead
from engine.records.inbox import Done
from engine.runtime import Engine
from engine.store import leads
from engine.store.ledger import Txn
from engine.store.undo import recorded

MOST_LEADS = 500


class BulkKind(StrEnum):
    """What is done to each of many leads."""

    CLAIM = "claim"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    TAG = "tag"
    UNTAG = "untag"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """An action with what it needs: the person, the time or the tag."""

    kind: BulkKind
    user_id: int | None = None
    until_at: datetime | None = None
    until_reply: bool = True
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPreview:
    """What an action on these leads would do: how many it changes, how many are so already, and how many are left alone and why."""

    n_change: int
    n_same: int
    n_left: int
    why_left: str


def preview_bulk(engine: Engine, actor: Actor, lead_ids: Sequence[int], act: BulkAct) -> BulkPreview:
    """Count before doing anything."""
    require(actor, Permission.WORK_LEADS)
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, _checked(lead_ids), only_visible=True)
    fit = [lead for lead in found if may_see(actor, lead) and _may(actor, lead, act)]
    n_change = sum(not _is_so(lead, actor, act) for lead in fit)
    n_left = len(set(lead_ids)) - len(fit)
    why = "taken by others, or gone" if act.kind is BulkKind.CLAIM else "not yours to change, or gone"
    return BulkPreview(n_change=n_change, n_same=len(fit) - n_change, n_left=n_left, why_left=why if n_left else "")


def act_on_leads(engine: Engine, actor: Actor, lead_ids: Sequence[int], act: BulkAct) -> Done:
    """Do it to all of them that it fits, in one transaction; the others stay as they are."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        found = leads.load_leads(txn.connection, _checked(lead_ids), only_visible=True)
        fit = [lead for lead in found if may_see(actor, lead) and _may(actor, lead, act) and not _is_so(lead, actor, act)]
        with recorded(txn, f"bulk_{act.kind.value}", _WORDS[act.kind], [lead.lead_id for lead in fit]) as done:
            for lead in fit:
                _do(txn, actor, lead, act)
            done.told = f"{len(fit):,} {'lead' if len(fit) == 1 else 'leads'} {_WORDS[act.kind]}"
    engine.show_changes()
    return done_of(done, txn)


_WORDS = {
    BulkKind.CLAIM: "taken",
    BulkKind.ASSIGN: "handed over",
    BulkKind.SNOOZE: "put to sleep",
    BulkKind.WAKE: "brought back",
    BulkKind.TAG: "tagged",
    BulkKind.UNTAG: "untagged",
}


def _checked(lead_ids: Sequence[int]) -> list[int]:
    chosen = list(dict.fromkeys(lead_ids))
    if len(chosen) > MOST_LEADS:
        raise BadInput(f"At most {MOST_LEADS:,} leads at once; choose fewer", field="lead_ids")
    return chosen


def _may(actor: Actor, lead: Lead, act: BulkAct) -> bool:
    if act.kind is BulkKind.CLAIM:
        return lead.assigned_to in (None, actor.user_id)
    if act.kind is BulkKind.ASSIGN and actor.role is Role.AGENT:
        return lead.assigned_to == actor.user_id
    return True


def _is_so(lead: Lead, actor: Actor, act: BulkAct) -> bool:
    """Whether there is nothing to do. A snooze is always set anew."""
    has_tag = act.kind in (BulkKind.TAG, BulkKind.UNTAG) and clean_tag(act.tag).casefold() in {tag.casefold() for tag in lead.tags}
    return {
        BulkKind.CLAIM: lead.assigned_to == actor.user_id,
        BulkKind.ASSIGN: lead.assigned_to == act.user_id,
        BulkKind.TAG: has_tag,
        BulkKind.UNTAG: not has_tag,
    }.get(act.kind, False)


def _do(txn: Txn, actor: Actor, lead: Lead, act: BulkAct) -> None:
    if act.kind is BulkKind.CLAIM:
        leads.assign(txn, lead.lead_id, actor.user_id)
        txn.audit("claim_lead", "leads", lead.lead_id, {})
    elif act.kind is BulkKind.ASSIGN:
        hand_over(txn, actor, lead, act.user_id)
    elif act.kind is BulkKind.SNOOZE:
        snooze(txn, lead, act.until_at, until_reply=act.until_reply)
    elif act.kind is BulkKind.WAKE:
        wake(txn, lead)
    elif act.kind is BulkKind.TAG:
        add_tag(txn, lead, act.tag)
    else:
        remove_tag(txn, lead, act.tag)
