"""What the gate must know about one message: every fact comes in, so that the decision needs no clock, store or network."""

from dataclasses import dataclass
from datetime import datetime

from engine.records.follow_up import Consent, OptOut, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where a person may be: everything that hints at a zone or a state; the gate takes the union."""

    phone: str | None = None
    zip_code: str = ""
    city: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """The facts of one message at the moment it would go. A fact that could not be read is None, and None blocks."""

    kind: StepKind
    lead_id: int
    address: str | None  # E.164 or e-mail; None: nobody to send to
    whereabouts: Whereabouts
    body: str
    subject: str = ""
    html: str = ""
    due_at: datetime
    max_late_hours: float
    is_kill_switch_on: bool | None
    paused_since: datetime | None  # a reply, or a person, paused this lead's automation
    consents: tuple[Consent, ...] | None
    opt_outs: tuple[OptOut, ...] | None
    is_do_not_contact: bool | None  # internal list
    is_on_national_list: bool | None  # None: no list loaded
    national_list_as_of: datetime | None
    inquired_at: datetime | None  # the inquiry that makes a business relationship
    sent_at: tuple[datetime, ...] | None  # automated messages to this person in the last 30 days, any sequence
    last_stop_text_at: datetime | None  # when opt-out words were last in a text to him
    has_unknown_outcome: bool | None
    is_duplicate: bool | None  # this (enrolment, step) was already sent
    is_first_message: bool | None
    composer: str = "template"  # template, llm, person
    has_person_approval: bool = False
    has_ai_disclosure: bool = False
    brand: str = ""
    agent_name: str = ""
    postal_address: str = ""
    unsubscribe_url: str = ""
    transacted_at: datetime | None = None  # the last deal with this person, which makes a business relationship for 18 months
    office_contacts: tuple[str, ...] = ()  # phones and e-mails of agent and office that may stand in the words
    names: tuple[str, ...] = ()  # proper names in the words that describe nobody: the lead's first name, his town
    is_answer: bool = False  # part of a conversation with him: later texts of it need not say again who writes
    answers_at: datetime | None = None  # when he wrote what this answers: one answer to each message isn't counted by the caps
    needs_ai_disclosure: bool = False  # no person saw it, and nothing before it said that an automated assistant writes
