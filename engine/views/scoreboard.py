"""Bands set by hand against the model's: who was right, counted once the lead's deal has ended."""

from collections import Counter
from dataclasses import dataclass

from engine.access import Actor, scope_of
from engine.commission.source_returns import Share, share
from engine.records import Band
from engine.runtime import Engine
from engine.store import leads, opportunities, triage
from engine.views.lead_story import judged

ENOUGH = 10  # decided cases before a share is told


@dataclass(frozen=True, slots=True, kw_only=True)
class BandScore:
    """The bands of one kind that people set."""

    band: Band
    n_set: int
    n_open: int  # the deal has not ended
    n_agreed: int  # the model had said the same
    n_person: int
    n_model: int

    @property
    def person_right(self) -> Share:
        """How often the person was right where the two differed, with its interval; no rate while too few are decided."""
        return share(self.n_person, self.n_person + self.n_model, needed=ENOUGH)


def scoreboard(engine: Engine, actor: Actor) -> tuple[BandScore, ...]:
    """By the band that was set, the hot first, of the leads this person may see; at most the newest 2,000 judgements."""
    scope, now = scope_of(actor), engine.clock.now()
    with engine.ledger.read() as connection:
        own = triage.overrides_of(connection)
        numbers = sorted({one.lead_id for one in own})
        shown = {one.lead_id for one in leads.load_leads(connection, numbers, only_visible=True) if scope.covers(one.assigned_to)}
        deals = opportunities.of_leads(connection, sorted(shown))
    counts: dict[Band, Counter[str]] = {band: Counter() for band in (Band.HOT, Band.WARM, Band.COLD)}
    for lead_id in shown:
        of_lead = [one for one in own if one.lead_id == lead_id]
        for one in judged(of_lead, [deal for deal in deals if deal.lead_id == lead_id], {}, now):
            counts[one.override.band][one.verdict] += 1
    return tuple(
        BandScore(
            band=band,
            n_set=found.total(),
            n_open=found["open"],
            n_agreed=found["both"],
            n_person=found["person"],
            n_model=found["model"],
        )
        for band, found in counts.items()
    )
