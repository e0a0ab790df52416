"""Steps that may or may not have gone out are looked up in the provider's own list, before anything else happens to their lead.

Found: it was sent. Absent twice: it was not, and goes again. No answer from the list: it stays unknown, and after a day a person decides.
For a text it is better to miss one that a person then makes good than to send one twice.
"""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import timedelta

from engine.delivery import breaker, leases
from engine.delivery.leases import Delivery
from engine.delivery.recording import RECHECK, settle_sent
from engine.delivery.wording import mark_of
from engine.errors import ProviderError, ProviderThrottled, ProviderUnauthorised, StoreUnavailable
from engine.records.follow_up import ProviderMessage, StepKind, StepState
from engine.store import attempts, call_tasks, enrolments, ghl_links, steps
from engine.store.ledger import Txn
from engine.store.steps import Step

log = logging.getLogger(__name__)

_SKEW = timedelta(minutes=5)  # between the provider's clock and ours
_N_MISSES = 2
_FAILED = frozenset({"failed", "undelivered"})
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=60), timedelta(minutes=30)


def reconcile_due(delivery: Delivery, *, limit: int = 20) -> int:
    """Look up the outcomes that are due to be; answers how many."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        until = txn.at + delivery.lasting(delivery.patience.lease)
        claimed = steps.claim_unknown(txn, owner=delivery.owner, until=until, limit=limit)
    for step in claimed:
        try:
            reconcile(delivery, step)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("the outcome of step %d could not be looked up", step.step_id)
            leases.let_go(delivery, step, RECHECK)
    return len(claimed)


def reconcile(delivery: Delivery, step: Step) -> None:
    """Ask the provider what became of one step, and act on it."""
    with delivery.ledger.read() as connection:
        link = ghl_links.links_of_leads(connection, [step.lead_id]).get(step.lead_id)
        known = steps.known_provider_ids(connection, step.lead_id)
    if link is None:  # without a contact there nothing can have been sent
        _in_txn(delivery, step, lambda txn: _absent(delivery, txn, step, is_sure=True))
        return
    try:
        found = _look(delivery, step, link.contact_id, known)
    except ProviderError as error:
        failure = error
        _in_txn(delivery, step, lambda txn: _no_answer(delivery, txn, step, failure))
        return
    delivery.patience.hops("looked")
    _in_txn(delivery, step, lambda txn: _settle(delivery, txn, step, link.contact_id, found))
    delivery.patience.hops("reconciled")


def _in_txn(delivery: Delivery, step: Step, act: Callable[[Txn], object]) -> None:
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        act(txn)


def _look(delivery: Delivery, step: Step, contact_id: str, known: set[str]) -> list[tuple[str, str]]:
    """The provider's (number, status) of what this step may be there."""
    if step.kind is StepKind.CALL_TASK:
        return [(task.task_id, "") for task in delivery.provider.tasks(contact_id) if mark_of(step) in task.body]
    since = (step.tried_at or step.due_at) - _SKEW
    listed = delivery.provider.messages(contact_id, step.kind, since, delivery.clock.now() + _SKEW)
    candidates = [one for one in listed if not one.is_inbound and one.message_id not in known]
    return [(one.message_id, one.status.lower()) for one in candidates if _is_it(step, one)]


def _is_it(step: Step, listed: ProviderMessage) -> bool:
    if step.kind is StepKind.EMAIL and mark_of(step) in listed.body:
        return True
    ours, theirs = plain(step.body), plain(listed.body)
    # The provider may add the sender's name or STOP words around a text (10DLC settings), hence contains, not equals.
    is_same = bool(ours) and ours in theirs
    # After a backup came back our words may differ from those of then: any automated message since then counts.
    is_restored = step.check_since is not None and listed.source == "api"
    return is_same or is_restored


def plain(text: str) -> str:
    """A text without what transport changes: forms of letters, quotes, white space."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})
    return re.sub(r"\s+", " ", folded).strip()


def _settle(delivery: Delivery, txn: Txn, step: Step, contact_id: str, found: Iterable[tuple[str, str]]) -> None:
    breaker.succeed(txn)
    there = list(found)
    alive = [one for one in there if one[1] not in _FAILED]
    if alive:
        provider_id, _ = alive[0]
        detail = "" if len(alive) == 1 else f"The provider lists {len(alive)} alike; somebody may have sent it by hand as well"
        attempts.note(txn, step.step_id, step.lead_id, fence=step.fence, event="found", owner=delivery.owner, message=provider_id)
        settle_sent(txn, step, contact_id, provider_id, detail=detail)
    elif there:
        told = "The provider took it and could not deliver it"
        attempts.note(txn, step.step_id, step.lead_id, fence=step.fence, event="found", owner=delivery.owner, message=told)
        steps.finish(txn, step, StepState.DEAD, reason="undelivered", detail=told, provider_id=there[0][0])
    else:
        _absent(delivery, txn, step)


def _absent(delivery: Delivery, txn: Txn, step: Step, *, is_sure: bool = False) -> None:
    n_misses = step.n_misses + 1
    attempts.note(
        txn, step.step_id, step.lead_id, fence=step.fence, event="missed", owner=delivery.owner, message=f"look {n_misses}"
    )
    free = {"lease_owner": "", "lease_until": None}
    if n_misses < _N_MISSES and not is_sure:
        later = txn.at + delivery.lasting(delivery.patience.settle)
        steps.move(txn, step, to=StepState.UNKNOWN, n_misses=n_misses, next_at=later, **free)
    elif step.attempts >= delivery.patience.max_attempts:
        _to_person(txn, step, f"It did not go out in {step.attempts} tries")
    elif enrolments.load(txn.connection, step.enrolment_id).state in ("stopped", "finished"):
        steps.finish(txn, step, StepState.CANCELLED, reason="stopped", detail="It did not go out, and the sequence has ended")
    else:
        again = {"next_at": txn.at, "n_misses": 0, "check_since": None, "reason": "", "detail": "", **free}
        steps.move(txn, step, to=StepState.PENDING, **again)


def _no_answer(delivery: Delivery, txn: Txn, step: Step, error: ProviderError) -> None:
    if not isinstance(error, ProviderThrottled):
        breaker.fail(txn, error.message, is_token=isinstance(error, ProviderUnauthorised))
    if step.tried_at is not None and txn.at - step.tried_at > delivery.patience.give_up:
        _to_person(txn, step, f"Whether it went out could not be found out in a day: {error.message}")
        return
    asked = timedelta(seconds=error.retry_after_seconds) if error.retry_after_seconds else timedelta(0)
    wait = asked + breaker.backoff(2, _FIRST_WAIT, _LONGEST_WAIT, full=False)
    free = {"lease_owner": "", "lease_until": None}
    steps.move(txn, step, to=StepState.UNKNOWN, next_at=txn.at + wait, detail=error.message, **free)


def _to_person(txn: Txn, step: Step, why: str) -> None:
    steps.finish(txn, step, StepState.DEAD, reason="unknown_outcome", detail=why)
    title = "Look whether this message arrived, and make it good"
    call_tasks.add(txn, step.lead_id, step_id=step.step_id, title=title, script=f"{why}\n\n{step.body}", due_at=txn.at)
