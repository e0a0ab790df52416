"""Opt-outs and consent for people: who may not be contacted and since when, and how current the national list is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.access import Actor, Permission, require, scope_of
from engine.delivery.office import settings_at
from engine.delivery.opting_out import kinds_off
from engine.errors import NotFound
from engine.records.follow_up import StepKind
from engine.runtime import Engine
from engine.sequences.facts import Whereabouts
from engine.sequences.places import places_of
from engine.sequences.quiet_hours import is_open, next_open
from engine.store import leads, opt_outs, privacy
from engine.store.opt_outs import Revocation


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutPage:
    """A page of revocations; what else keeps messages back."""

    rows: Sequence[Revocation]
    n_total: int
    n_suppressed: Mapping[str, int]  # addresses by reason: own_list, wrong_number, forgotten
    n_do_not_call: int
    list_as_of: datetime | None
    list_holds_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MayBeTexted:
    """Whether the sending hours are open for a lead now, and when they open next; `opens_at` None while open or never."""

    is_open: bool
    opens_at: datetime | None
    zone: str  # his own, as far as known
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """What is kept about one person, counted by table, before he is told it or forgotten."""

    lead_id: int
    name: str
    n_rows: Mapping[str, int]
    n_files: int


def opt_out_page(
    engine: Engine, actor: Actor, *, search: str = "", source: str = "", limit: int = 50, offset: int = 0
) -> OptOutPage:
    """Revocations of the leads this person may see, the newest first."""
    scope, at = scope_of(actor), engine.clock.now()
    chosen = {"agents": scope.agents, "search": search, "source": source}
    with engine.ledger.read() as connection:
        office = settings_at(connection, at)
        as_of = office.national_list_as_of
        return OptOutPage(
            rows=opt_outs.list_revocations(connection, **chosen, limit=limit, offset=offset),  # type: ignore[arg-type]
            n_total=opt_outs.count_revocations(connection, **chosen),  # type: ignore[arg-type]
            n_suppressed=opt_outs.suppression_counts(connection),
            n_do_not_call=opt_outs.n_do_not_call(connection),
            list_as_of=as_of,
            list_holds_until=as_of + timedelta(days=office.rules.national_list_days) if as_of else None,
        )


def may_be_texted(engine: Engine, actor: Actor, lead_id: int) -> MayBeTexted:
    """The sending hours for one lead at this moment, by the office's rules and every state where he may be."""
    at = engine.clock.now()
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        rules = settings_at(connection, at).rules
    scope = scope_of(actor)
    if not found or not scope.covers(found[0].assigned_to):
        raise NotFound("There is no such lead, or he is another agent's")
    lead = found[0]
    where = Whereabouts(phone=lead.phone, zip_code=lead.zip_code, city=lead.city, state=lead.state)
    places = places_of(where, needs_phone=False)
    open_now = bool(places.zones) and is_open(places, at, rules)
    opens_at = None if open_now or not places.zones else next_open(places, at, rules)
    return MayBeTexted(is_open=open_now, opens_at=opens_at, zone=places.home, is_known=bool(places.zones))


def kinds_off_now(engine: Engine, actor: Actor, lead_id: int) -> frozenset[StepKind]:
    """By which ways this lead may not be written to."""
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        scope = scope_of(actor)
        if not found or not scope.covers(found[0].assigned_to):
            raise NotFound("There is no such lead, or he is another agent's")
        return frozenset(kinds_off(connection, lead_id))


def privacy_request(engine: Engine, actor: Actor, lead_id: int) -> PrivacyRequest:
    """What would be told or forgotten; for who manages people. Raises `NotFound`."""
    require(actor, Permission.MANAGE_PEOPLE)
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        if not found:
            raise NotFound("There is no such lead")
        told = privacy.export(connection, lead_id)
        n_files = len(privacy.batches_of(connection, lead_id))
    counts = {table: len(rows) for table, rows in told.items() if rows}
    return PrivacyRequest(lead_id=lead_id, name=found[0].name, n_rows=counts, n_files=n_files)
