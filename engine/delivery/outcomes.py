"""What the outcome of a call does to a lead's automation: nobody is texted on top of a conversation, or on a stranger's number."""

from engine.delivery import enrolling
from engine.records import Lead
from engine.records.follow_up import StepKind, StepState
from engine.records.inbox import FollowUp, Outcome
from engine.store import consents, enrolments, pauses, steps
from engine.store.ledger import Txn

_BY_PHONE = (StepKind.SMS, StepKind.CALL_TASK)


def follow_outcome(txn: Txn, lead: Lead, outcome: Outcome, what: FollowUp) -> None:
    """Let it go on, stand still until a person resumes it, or end; a bad number ends what goes by phone, and e-mails go on."""
    if what is FollowUp.PAUSES:
        enrolling.pause(txn, lead.lead_id, outcome.value)
    elif what is FollowUp.STOPS:
        enrolling.stop_all(txn, lead.lead_id, f"outcome of a call: {outcome.value.replace('_', ' ')}")
        pauses.begin(txn, lead.lead_id, outcome.value)  # a rule must not put him on a sequence again behind the appointment
    elif what is FollowUp.STOPS_BY_PHONE:
        _stop_by_phone(txn, lead, outcome)


def take_back_suppression(txn: Txn, address: str) -> None:
    """The number wasn't bad after all: what this outcome had put on the list of dead addresses comes off."""
    consents.unsuppress(txn, [address], Outcome.BAD_NUMBER.value)


def _stop_by_phone(txn: Txn, lead: Lead, outcome: Outcome) -> None:
    if lead.phone:
        consents.suppress(txn, [lead.phone], outcome.value)
    if not lead.email:
        enrolling.pause(txn, lead.lead_id, outcome.value)
        return
    for enrolment in enrolments.of_lead(txn.connection, lead.lead_id, ["active", "paused"]):
        for step in steps.of_enrolment(txn.connection, enrolment.enrolment_id):
            if step.kind in _BY_PHONE and step.state is StepState.PENDING:
                enrolling.skip(txn, step.step_id, "The number is bad")
