"""Consent by hand: a person notes what a lead agreed to, or took back, with the words, the way and where the proof is."""

from collections.abc import Sequence
from datetime import timedelta

from engine.access import Actor, Permission, require
from engine.commands.leads import change, visible_lead
from engine.delivery import opting_out
from engine.errors import BadInput
from engine.records import Lead
from engine.records.follow_up import Consent, StepKind
from engine.runtime import Engine
from engine.store import consents
from engine.store.ledger import Txn

METHODS = ("verbal", "paper form", "web form", "e-mail", "text")
_LONGEST = 2_000
_SKEW = timedelta(minutes=5)


def record_consent(engine: Engine, actor: Actor, consent: Consent) -> None:
    """Note a permission as it was given. One that is later than an opt-out lifts it for what it names.

    Raises `BadInput` without words or proof, for an address that isn't the lead's, or a moment to come.
    """
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, consent.lead_id)
        _check(lead, consent.address, consent.channels, consent.disclosure, consent.evidence)
        if consent.given_at > txn.at + _SKEW:
            raise BadInput("A consent can't have been given in the future", field="given_at")
        consents.add_consents(txn, [consent])
        _tell(txn, consent.lead_id, "record_consent", consent.channels, {"method": consent.method, "given_at": consent.given_at})
    engine.show_changes()


def withdraw_consent(
    engine: Engine, actor: Actor, lead_id: int, *, address: str, channels: Sequence[StepKind], words: str, evidence: str
) -> None:
    """Note that a lead took back a permission for one address and these ways; what he said and where it is found is kept.

    While the office's rules let a revocation count for all ways (as shipped), it does, whatever is named.
    """
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        _check(lead, address, channels, words, evidence)
        opting_out.opt_out(txn, lead_id, address=address, source="person", at=txn.at, channels=channels)
        _tell(txn, lead_id, "withdraw_consent", channels, {"words": words.strip(), "evidence": evidence.strip()})
    engine.show_changes()


def _check(lead: Lead, address: str, channels: Sequence[StepKind], words: str, evidence: str) -> None:
    if address not in opting_out.addresses_of(lead):
        raise BadInput("This address is none of the lead's", field="address")
    if not channels:
        raise BadInput("Name at least one way: texts, calls or e-mails", field="channels")
    if not words.strip() or not evidence.strip():
        raise BadInput("State the words, and where the proof is", field="disclosure")
    if max(len(words), len(evidence)) > _LONGEST:
        raise BadInput(f"Words and proof may have {_LONGEST:,} characters each", field="disclosure")


def _tell(txn: Txn, lead_id: int, action: str, channels: Sequence[StepKind], detail: dict[str, object]) -> None:
    txn.audit(action, "leads", lead_id, {"channels": [kind.value for kind in channels], **detail})
    txn.emit("lead_changed", "leads", lead_id)
