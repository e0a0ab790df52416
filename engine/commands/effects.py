"""What an import would add beyond its counts: deals, money, consent; and what a person may choose for it, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine import intake
from engine.commands.planning import Plan
from engine.commands.scoring import score_leads
from engine.delivery.consenting import consents_of_import
from engine.errors import BadInput
from engine.records import Lead, Stage
from engine.runtime import Engine
from engine.store.import_choices import Choices

_MOST_SCORED = 5_000  # of a larger file so many new leads, spread over it, stand for all
_MOST_LEFT_OUT = 50
_ENDED = (Stage.CLOSED, Stage.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an import would add to pipeline and forecast. Cents; the estimate rests on `n_scored` of the new leads."""

    n_deals: int  # open ones that the file speaks of
    deals_gci_cents: int  # their price at the configured default rate
    expected_cents: int  # probability × commission, over all new leads
    n_scored: int
    n_consenting: int  # new leads whose consent the file proves
    n_addressed: int  # new leads with a phone or an e-mail


def effect_of(engine: Engine, plan: Plan, at: datetime) -> Effect:
    """What the plan's new leads would add."""
    new = plan.created
    sample = new[:: -(-len(new) // _MOST_SCORED)] if new else []
    scored = score_leads(engine, sample, at) if sample else []
    expected = sum(score.commission.expected_cents for score in scored if score.commission)
    deals = [lead.deal for lead in new if lead.deal and lead.deal.stage not in _ENDED]
    rate = engine.preferences.commission_rate
    consenting = {one.lead_id for one in consents_of_import(enumerate(_plain(new)), brought_by="", at=at)}
    return Effect(
        n_deals=len(deals),
        deals_gci_cents=round(sum(deal.price_cents or 0 for deal in deals) * rate),
        expected_cents=round(expected * len(new) / len(sample)) if sample else 0,
        n_scored=len(sample),
        n_consenting=len(consenting),
        n_addressed=sum(bool(lead.phone or lead.email) for lead in new),
    )


def _plain(leads: Sequence[Lead]) -> list[Lead]:
    return [replace(lead, lead_id=0) if lead.lead_id else lead for lead in leads]


def checked_choices(choices: Choices) -> Choices:
    """The choices, if they are ones; raises `BadInput` naming what is wrong."""
    for field, chosen in choices.policy.items():
        if field != "*" and field not in intake.POLICY_FIELDS:
            raise BadInput(f"No choice can be made for {field!r}; there are {', '.join(intake.POLICY_FIELDS)}", field="policy")
        if chosen not in intake.POLICIES:
            raise BadInput(f"A match can {', '.join(intake.POLICIES)}; {chosen!r} is none of them", field="policy")
    if choices.date_order not in ("", "mdy", "dmy"):
        raise BadInput("Dates are 'mdy' (month first) or 'dmy' (day first)", field="date_order")
    return choices


def told_left_out(table: intake.TableFile) -> list[Mapping[str, object]]:
    """The lines of a file that was read through which are no rows: titles, headers again, totals, last words."""
    return [{"line": line, "text": text} for line, text in sorted(table.left_out.items())[:_MOST_LEFT_OUT]]
