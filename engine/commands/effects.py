"""What an import would add beyond its counts: deals, money, consent; and what a person may choose for it, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine import intake
from engine.commands.planning import Stretch
from engine.commands.scoring import score_leads
from engine.delivery.consenting import consents_in
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


class EffectSum:
    """Sums up what a file's new leads would add, while the file is being decided."""

    def __init__(self, engine: Engine, at: datetime) -> None:
        self._engine, self._at = engine, at
        self._sample: list[Lead] = []  # every `_step`-th of the new leads
        self._step, self._n_new = 1, 0
        self._n_deals = self._deals_cents = self._n_consenting = self._n_addressed = 0

    def take(self, stretch: Stretch) -> None:
        """Count a stretch of rows in."""
        for lead in stretch.created.values():
            if self._n_new % self._step == 0:
                self._add_to_sample(lead)
            self._n_new += 1
            self._count(lead, 1)
        for before, now in stretch.rewritten.values():
            self._count(before, -1)
            self._count(now, 1)

    def told(self) -> Effect:
        """What it comes to."""
        scored = score_leads(self._engine, self._sample, self._at) if self._sample else []
        expected = sum(score.commission.expected_cents for score in scored if score.commission)
        return Effect(
            n_deals=self._n_deals,
            deals_gci_cents=round(self._deals_cents * self._engine.preferences.commission_rate),
            expected_cents=round(expected * self._n_new / len(scored)) if scored else 0,
            n_scored=len(scored),
            n_consenting=self._n_consenting,
            n_addressed=self._n_addressed,
        )

    def _add_to_sample(self, lead: Lead) -> None:
        self._sample.append(lead)
        if len(self._sample) > _MOST_SCORED:
            self._sample, self._step = self._sample[::2], 2 * self._step

    def _count(self, lead: Lead, sign: int) -> None:
        if lead.deal and lead.deal.stage not in _ENDED:
            self._n_deals += sign
            self._deals_cents += sign * (lead.deal.price_cents or 0)
        self._n_addressed += sign * bool(lead.phone or lead.email)
        if lead.extra:
            self._n_consenting += sign * bool(consents_in(lead, brought_by="", at=self._at))


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
