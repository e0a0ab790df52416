"""A step's words: rendered once, kept for every try, and marked so that an e-mail or a task is found again at the provider."""

from dataclasses import replace

from engine.delivery import facts
from engine.delivery.facts import Moment
from engine.delivery.plans import Plan
from engine.delivery.recording import RECHECK, hold
from engine.errors import BadInput
from engine.records import Lead
from engine.records.follow_up import StepKind, StepState
from engine.sequences.message import Rendered
from engine.store import steps
from engine.store.ledger import Txn
from engine.store.steps import Step


def words_of(txn: Txn, step: Step, lead: Lead, plan: Plan, moment: Moment, history: facts.History) -> Rendered | None:
    """The step's words: those it was given before, or rendered now. None, and the step waits, when the office hasn't said who it is."""
    if step.body:
        return Rendered(subject=step.subject, body=step.body, html=step.html, headers=headers_of(step, lead, moment))
    sender = moment.office.sender
    missing = [name for name in ("brand", "agent_name") if not getattr(sender, name)]
    if step.kind is StepKind.EMAIL:
        missing += [name for name in ("postal_address", "public_url") if not getattr(sender, name)]
    if missing:
        hold(txn, step, txn.at + RECHECK, "sender", "The office's follow-up settings lack: " + ", ".join(missing).replace("_", " "))
        return None
    try:
        rendered = facts.render_step(txn.connection, step, lead, plan, moment, history)
    except BadInput as error:
        steps.finish(txn, step, StepState.BLOCKED, reason="content", detail=error.message)
        return None
    return _marked(rendered, step)


def _marked(message: Rendered, step: Step) -> Rendered:
    """With a mark by which it is found again; a text carries none, its words are unique."""
    if step.kind is StepKind.EMAIL:
        return replace(message, html=f"{message.html}<!-- {mark_of(step)} -->")
    if step.kind is StepKind.CALL_TASK:
        return replace(message, body=f"{message.body}\n\n[{mark_of(step)}]")
    return message


def mark_of(step: Step) -> str:
    """What tells this step's e-mail or task from every other."""
    return f"jcc:{step.step_id}"


def headers_of(step: Step, lead: Lead, moment: Moment) -> tuple[tuple[str, str], ...]:
    """The unsubscribe headers again: they hold a link that is the same each time."""
    if step.kind is not StepKind.EMAIL or not lead.email or not moment.office.sender.public_url:
        return ()
    url = facts.unsubscribe_url(lead, moment)
    return (("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
