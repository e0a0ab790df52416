"""Follow-up as people and programs steer it: sequences, who is on them, the kill switch, consent, calls. The work is engine.delivery's."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.access import Actor, Permission, require
from engine.commands.leads import change, may_see, visible_lead
from engine.delivery import enrolling, inbound, office, opting_out, plans
from engine.delivery.plans import Plan
from engine.errors import BadInput, Conflict, NotFound
from engine.records.follow_up import StepKind
from engine.runtime import Engine
from engine.sequences.unsubscribe import address_digest, read_unsubscribe
from engine.settings import secret_key
from engine.store import call_tasks, consents, enrolments, leads, steps
from engine.store.ledger import Txn
from engine.store.preferences import set_setting
from engine.store.tables import leads as lead_table

OUTCOMES = ("spoke", "no_answer", "voicemail", "appointment", "bad_number")
_STANDS_STILL = ("spoke", "appointment")


def add_sequence(engine: Engine, actor: Actor, plan: Plan) -> int:
    """Add a sequence; answers its number."""
    require(actor, Permission.CHANGE_SETTINGS)
    with change(engine, actor) as txn:
        _check_words(txn, plan)
        number = plans.add(txn, plan)
    engine.show_changes()
    return number


def edit_sequence(engine: Engine, actor: Actor, sequence_id: int, plan: Plan, *, note: str) -> int:
    """Write a new version; those under way keep theirs until `migrate_enrolments`. Answers the version."""
    require(actor, Permission.CHANGE_SETTINGS)
    with change(engine, actor) as txn:
        _check_words(txn, plan)
        version = plans.edit(txn, sequence_id, plan, note=note)
    engine.show_changes()
    return version


def _check_words(txn: Txn, plan: Plan) -> None:
    """Refuse words that the gate would hold back from everybody, before anybody is enrolled on them."""
    sender = office.settings_at(txn.connection, txn.at).sender
    brand, agent = sender.brand or "Example Realty", sender.agent_name or "Alex Example"
    for problem in plans.problems_of(plan, brand=brand, agent_name=agent):
        raise BadInput(problem, field="steps")


def switch_sequence(engine: Engine, actor: Actor, sequence_id: int, *, is_on: bool) -> None:
    """Let a sequence send, or hold everything of it."""
    require(actor, Permission.CHANGE_SETTINGS)
    with change(engine, actor) as txn:
        enrolments.sequence(txn.connection, sequence_id)
        enrolments.change_sequence(txn, sequence_id, is_active=is_on)
        txn.audit("switch_sequence", "sequences", sequence_id, {"is_on": is_on})
    engine.show_changes()


def migrate_enrolments(engine: Engine, actor: Actor, sequence_id: int) -> int:
    """Move everybody on an older version to the newest; what has begun stays as it was. Answers how many leads."""
    require(actor, Permission.CHANGE_SETTINGS)
    with change(engine, actor) as txn:
        version = enrolments.sequence(txn.connection, sequence_id).version
        moved = enrolments.running_on(txn.connection, sequence_id, other_than_version=version)
        for enrolment in moved:
            enrolling.migrate(txn, enrolment, version)
        txn.audit("migrate_enrolments", "sequences", sequence_id, {"version": version, "n": len(moved)})
    engine.show_changes()
    return len(moved)


def enrol_leads(engine: Engine, actor: Actor, sequence_id: int, lead_ids: Sequence[int]) -> Mapping[int, str]:
    """Put leads on a sequence by hand; answers, for each who isn't, why."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        found = {lead.lead_id: lead for lead in leads.load_leads(txn.connection, lead_ids, only_visible=True)}
        mine = [one for one in lead_ids if one in found and may_see(actor, found[one])]
        refused = enrolling.enrol(txn, sequence_id, mine, how="hand")
    engine.show_changes()
    return refused | dict.fromkeys((one for one in lead_ids if one not in mine), "There is no such lead, or he is another agent's")


def enrol_batch(engine: Engine, actor: Actor, sequence_id: int, batch_id: int) -> Mapping[int, str]:
    """Put everybody an import brought on a sequence."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        asked = select(lead_table.c.lead_id).where(lead_table.c.batch_id == batch_id, lead_table.c.is_visible)
        lead_ids = list(connection.execute(asked).scalars())
    refused: dict[int, str] = {}
    for start in range(0, len(lead_ids), 500):
        refused |= enrol_leads(engine, actor, sequence_id, lead_ids[start : start + 500])
    return refused


def pause_lead(engine: Engine, actor: Actor, lead_id: int) -> None:
    """Stand a lead's automation still."""
    _work(engine, actor, lead_id, lambda txn: enrolling.pause(txn, lead_id, "person"), "pause_lead")


def resume_lead(engine: Engine, actor: Actor, lead_id: int) -> None:
    """Let a lead's automation go on; an opt-out still holds."""
    _work(engine, actor, lead_id, lambda txn: enrolling.resume(txn, lead_id), "resume_lead")


def stop_sequences(engine: Engine, actor: Actor, lead_id: int, reason: str = "a person stopped it") -> None:
    """End whatever a lead is on."""
    _work(engine, actor, lead_id, lambda txn: enrolling.stop_all(txn, lead_id, reason), "stop_sequences")


def stop_enrolment(engine: Engine, actor: Actor, enrolment_id: int, reason: str = "a person stopped it") -> None:
    """Take a lead off one sequence; raises `Conflict` when he is off it already."""
    with engine.ledger.read() as connection:
        enrolment = enrolments.load(connection, enrolment_id)

    def work(txn: Txn) -> None:
        if enrolments.load(txn.connection, enrolment_id).state not in enrolments.RUNNING:
            raise Conflict("This enrolment has ended")
        enrolling.stop(txn, enrolment_id, reason)

    _work(engine, actor, enrolment.lead_id, work, "")


def skip_step(engine: Engine, actor: Actor, step_id: int) -> None:
    """Leave one message out."""
    _work(engine, actor, _lead_of(engine, step_id), lambda txn: enrolling.skip(txn, step_id), "")


def replay_step(engine: Engine, actor: Actor, step_id: int) -> None:
    """Try a dead, blocked or skipped message again, through the same gate."""
    _work(engine, actor, _lead_of(engine, step_id), lambda txn: enrolling.replay(txn, step_id), "")


def opt_out_lead(engine: Engine, actor: Actor, lead_id: int, address: str = "", source: str = "person") -> None:
    """Note that a lead wants no more messages, by whatever means he said so."""

    def work(txn: Txn) -> None:
        [lead] = leads.load_leads(txn.connection, [lead_id])
        for one in [address] if address else opting_out.addresses_of(lead)[:1]:
            opting_out.opt_out(txn, lead_id, address=one, source=source, at=txn.at)

    _work(engine, actor, lead_id, work, "")


def unsubscribe(engine: Engine, token: str) -> bool:
    """A link of an e-mail was used: no more e-mails (and, as set, nothing else) to that lead. False for a link nobody signed."""
    key = secret_key(engine.settings)
    meant = read_unsubscribe(token, key=key)
    if meant is None:
        return False
    with engine.ledger.write(at=engine.clock.now()) as txn:
        found = leads.load_leads(txn.connection, [meant.lead_id])
        own = opting_out.addresses_of(found[0]) if found else ()
        address = next((one for one in own if address_digest(one, key=key) == meant.address_digest), "")
        if address:
            opting_out.opt_out(txn, meant.lead_id, address=address, source="unsubscribe", at=txn.at, channels=(StepKind.EMAIL,))
    engine.show_changes()
    return True


def finish_call(engine: Engine, actor: Actor, call_task_id: int, outcome: str) -> None:
    """A person made the call. Who was spoken to isn't written to automatically until somebody lets it go on."""
    if outcome not in OUTCOMES:
        raise BadInput("A call ends in one of: " + ", ".join(OUTCOMES), field="outcome")
    with engine.ledger.read() as connection:
        task = call_tasks.load(connection, call_task_id)

    def work(txn: Txn) -> None:
        if call_tasks.finish(txn, call_task_id, outcome):
            txn.audit("finish_call", "leads", task.lead_id, {"outcome": outcome})
            if outcome in _STANDS_STILL:
                inbound.note_contact(txn, task.lead_id, "manual_contact")

    _work(engine, actor, task.lead_id, work, "")


def set_kill_switch(engine: Engine, actor: Actor, *, is_on: bool, why: str) -> None:
    """Stop every message at once: whoever works leads may. Letting them go again takes who may change settings."""
    require(actor, Permission.WORK_LEADS if is_on else Permission.CHANGE_SETTINGS)
    with change(engine, actor) as txn:
        office.throw_kill_switch(txn, is_on=is_on, why=why.strip()[:300])
    engine.show_changes()


def set_sender(engine: Engine, actor: Actor, sender: office.Sender) -> None:
    """Whom messages come from."""
    _set(engine, actor, office.SENDER, {name: getattr(sender, name) for name in sender.__slots__})


def load_do_not_call(engine: Engine, actor: Actor, phones: Iterable[str], *, as_of: datetime) -> int:
    """Load the national do-not-call list anew, as it was then; answers how many numbers it has."""
    require(actor, Permission.CHANGE_SETTINGS)
    with change(engine, actor) as txn:
        n_phones = consents.replace_do_not_call(txn, phones)
        set_setting(txn, office.DO_NOT_CALL, {"as_of": as_of.isoformat(), "n": n_phones})
        txn.audit("load_do_not_call", "settings", 0, {"n": n_phones, "as_of": as_of.isoformat()})
    engine.show_changes()
    return n_phones


def _set(engine: Engine, actor: Actor, name: str, value: Any) -> None:
    require(actor, Permission.CHANGE_SETTINGS)
    with change(engine, actor) as txn:
        set_setting(txn, name, value)
        txn.audit("change_setting", "settings", 0, {"name": name})
    engine.show_changes()


def _lead_of(engine: Engine, step_id: int) -> int:
    with engine.ledger.read() as connection:
        found = steps.load(connection, [step_id])
    if not found:
        raise NotFound("There is no such message")
    return found[0].lead_id


def _work(engine: Engine, actor: Actor, lead_id: int, work: Any, action: str) -> None:
    """Do something with one lead's follow-up, if this person may work him."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        visible_lead(txn, actor, lead_id)
        work(txn)
        if action:
            txn.audit(action, "leads", lead_id, {})
        txn.emit("lead_changed", "leads", lead_id)
    engine.show_changes()
