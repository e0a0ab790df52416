"""The demo's follow-up: made-up consents, a short sequence that begins at once, and a working morning whatever the hour. All synthetic."""

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from engine.access import SYSTEM
from engine.commands.consenting import record_consent
from engine.commands.follow_up import enrol_leads, load_do_not_call, set_sender
from engine.delivery import enrolling, plans
from engine.delivery.office import Sender
from engine.records.follow_up import Consent, StepKind
from engine.runtime import Engine
from engine.sequences.cadence import EnrolmentRule, SequenceStep
from engine.sequences.holidays import federal_holidays
from engine.sequences.message import Template
from engine.store import enrolments, leads
from engine.store.follow_up_tables import enrolments as enrolment_table
from engine.store.follow_up_tables import opt_outs
from engine.store.tables import leads as lead_table

NAME = "Welcome (synthetic demo)"
SPEED = 10  # the demo's clock: ten minutes a minute
_OFFICE = ZoneInfo("America/Los_Angeles")
_BEGINS = time(10, 20)
_N_WAITING = 24
_SENDER = Sender(
    brand="Rivera Demo Realty",
    agent_name="Jorge Rivera",
    agent_phone="+19095550100",
    postal_address="1 Example Street, Ontario, CA 91761",
    from_number="+19095550199",
    from_email="jorge@example.com",
)


def demo_clock(now: datetime) -> str:
    """The demo's clock setting: from the last working morning on, so that sending hours are open, and faster than real."""
    day = now.astimezone(_OFFICE).date()
    while day.weekday() == 6 or day in federal_holidays(day.year) or datetime.combine(day, _BEGINS, _OFFICE) > now:
        day -= timedelta(days=1)
    start = datetime.combine(day, _BEGINS, _OFFICE).astimezone(UTC)
    return f"{start:%Y-%m-%dT%H:%M:%S}Zx{SPEED}"


def seed_follow_up(engine: Engine, public_url: str) -> None:
    """A sender, a current national list, the shipped sequence with leads that wait, and the short one that the traffic fills."""
    set_sender(engine, SYSTEM, replace(_SENDER, public_url=public_url))
    load_do_not_call(engine, SYSTEM, ["+19095559999"], as_of=engine.clock.now())
    with engine.ledger.write(at=engine.clock.now()) as txn:
        plans.seed(txn)
        plans.add(txn, welcome())
    chosen = _free(engine)[:_N_WAITING]
    for lead_id in chosen:
        agree(engine, lead_id)
    now = engine.clock.now()
    with engine.ledger.read() as connection:
        shipped = next(one.sequence_id for one in enrolments.all_sequences(connection) if one.name == plans.SHIPPED.sequence.name)
    for days in range(3):  # enrolled on three days, so that the week ahead has something on each
        with engine.ledger.write(at=now - timedelta(days=days)) as txn:
            enrolling.enrol(txn, shipped, chosen[days::3], how="hand")
    engine.show_changes()


def welcome() -> plans.Plan:
    """A text at once, a call the day after, an e-mail on day 3."""
    text = Template(
        key="welcome-text", kind=StepKind.SMS,
        body="{{greeting}}, {{agent_name}} with {{brand}}. Thanks for asking about homes{{in_area}}. When is a good time to talk?",
    )  # fmt: skip
    steps = (
        SequenceStep(number=1, day=0, kind=StepKind.SMS, template="welcome-text"),
        SequenceStep(number=2, day=1, kind=StepKind.CALL_TASK, template="day-7-call", max_late_hours=96),
        SequenceStep(number=3, day=3, kind=StepKind.EMAIL, template="day-14-email", max_late_hours=96),
    )
    named = replace(
        plans.SHIPPED.sequence,
        key="demo-welcome",
        name=NAME,
        steps=steps,
        rule=EnrolmentRule(),
        is_mandatory=False,
        holdout_share=0.1,
    )
    return plans.Plan(sequence=named, templates={("welcome-text", "en"): text, **plans.SHIPPED.templates})


def agree(engine: Engine, lead_id: int) -> None:
    """A made-up consent of this lead, marked as such."""
    with engine.ledger.read() as connection:
        [lead] = leads.load_leads(connection, [lead_id])
    for address in filter(None, (lead.phone, lead.email)):
        given = Consent(
            lead_id=lead_id, address=address, channels=(StepKind.SMS, StepKind.EMAIL, StepKind.CALL_TASK), purpose="marketing",
            disclosure="Synthetic: I agree that Rivera Demo Realty may call, text and e-mail me.", method="web form",
            evidence="synthetic demo, nobody real", given_at=engine.clock.now() - timedelta(days=5),
        )  # fmt: skip
        record_consent(engine, SYSTEM, given)


def begin_one(engine: Engine, chance: random.Random) -> int | None:
    """One more lead agrees and is put on the short sequence; his first text goes within seconds. None when nobody is left."""
    free = _free(engine)
    if not free:
        return None
    lead_id = chance.choice(free)
    agree(engine, lead_id)
    with engine.ledger.read() as connection:
        short = next((one.sequence_id for one in enrolments.all_sequences(connection) if one.name == NAME), None)
    if short is None:
        return None
    enrol_leads(engine, SYSTEM, short, [lead_id])
    return lead_id


def _free(engine: Engine) -> list[int]:
    """Leads with a phone that are on nothing and revoked nothing."""
    is_on = exists().where(enrolment_table.c.lead_id == lead_table.c.lead_id)
    left = exists().where(opt_outs.c.lead_id == lead_table.c.lead_id)
    asked = select(lead_table.c.lead_id).where(
        lead_table.c.is_visible,
        ~lead_table.c.is_do_not_contact,
        lead_table.c.phone.is_not(None),
        lead_table.c.phone != "",
        ~is_on,
        ~left,
    )
    with engine.ledger.read() as connection:
        return list(connection.execute(asked.order_by(lead_table.c.lead_id)).scalars())
