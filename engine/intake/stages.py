"""The stages of other systems, read into the office's own, and what a file says of a deal."""

import re
from datetime import date
from functools import lru_cache

from engine.records import Deal, Stage

_STAGES: tuple[tuple[Stage, re.Pattern[str]], ...] = tuple(
    (stage, re.compile(phrases, re.IGNORECASE))
    for stage, phrases in (
        (Stage.LOST,
            r"\blost\b|dead|trash|junk|archived?|not interested|unqualified|disqualified|bad (?:number|lead)|abandoned|"
            r"withdrawn|cancell?ed|fell (?:through|out)|rejected|do not contact|out of (?:area|market)|terminated|"
            r"closed[ -]?lost"),
        (Stage.UNDER_CONTRACT,
            r"under (?:contract|agreement)|in escrow|\bescrow\b|\bpending\b|in contract|contract (?:signed|accepted)|"
            r"offer accepted|accepted offer|opened? escrow|contingent|clear to close|inspection|appraisal"),
        (Stage.CLOSED, r"\bclosed\b|closed[ -]?won|\bwon\b|\bsold\b|settled|past client|completed?\b|funded|verkauft|cerrado"),
        (Stage.OFFER, r"offer|negotiat|submitted|proposal|writing"),
        (Stage.ACTIVE,
            r"active|showing|touring|toured|viewing|working with|buyer agreement|agreement signed|listing (?:live|signed)|"
            r"listed|house hunting|searching|met\b|in person|^deal$"),
        (Stage.APPOINTMENT, r"appointment|appt|consult|meeting|booked|scheduled|demo"),
        (Stage.CONTACTED,
            r"contact(?:ed|ing)?|attempt|spoke|nurtur|follow|replied|reply|respond|conversation|qualified|prospect|warm|cold|"
            r"connected|in progress|working|engag|left (?:a )?(?:voice|message)|watch|long[ -]?term|hold|unresponsive|no answer|"
            r"called|emailed|text(?:ed)?"),
        (Stage.NEW,
            r"\bnew\b|fresh|uncontacted|not contacted|unworked|\blead\b|incoming|inquiry|subscriber|^open$|just in|nuevo|neu\b|"
            r"unassigned|raw"),
    )
)  # fmt: skip
_NOT_CONTACTED = re.compile(r"\b(?:not (?:yet )?contacted|uncontacted|never contacted|attempted contact)\b", re.IGNORECASE)
_OPPORTUNITY = re.compile(r"^(?P<status>open|won|lost|abandoned)\b[ :,-]*(?P<rest>.*)$", re.IGNORECASE)


@lru_cache(maxsize=5_000)
def read_stage(text: str) -> Stage | None:
    """Where a lead or deal stands, in the words of the usual systems (HighLevel: 'open <pipeline> <stage>')."""
    text = text.strip().replace("_", " ")
    if text.lower().replace(" ", "_") in Stage.__members__.values():
        return Stage(text.lower().replace(" ", "_"))
    if _NOT_CONTACTED.search(text):
        return Stage.CONTACTED if "attempt" in text.lower() else Stage.NEW
    opportunity = _OPPORTUNITY.match(text)
    if opportunity is None or not opportunity["rest"]:
        return next((stage for stage, pattern in _STAGES if pattern.search(text[:200])), None)
    status = opportunity["status"].lower()
    return _last_named(opportunity["rest"][:200]) if status == "open" else Stage.CLOSED if status == "won" else Stage.LOST


def _last_named(text: str) -> Stage | None:
    """HighLevel writes pipeline before stage, without a mark between them: the stage is what is named last."""
    named = [
        (max(match.start() for match in found), stage) for stage, pattern in _STAGES if (found := list(pattern.finditer(text)))
    ]
    return max(named, key=lambda pair: pair[0])[1] if named else None


def is_past_client(text: str) -> bool:
    """Whether a stage or tag says that this person bought or sold with the office before."""
    return bool(re.search(r"\bpast (?:client|customer|buyer|seller)s?\b", text, re.IGNORECASE))


_SPEAKS_OF_A_DEAL = frozenset({Stage.APPOINTMENT, Stage.ACTIVE, Stage.OFFER, Stage.UNDER_CONTRACT, Stage.CLOSED})


def deal_from(
    stage: Stage | None, lead_stage: Stage | None, price_cents: int | None, closes_on: date | None, name: str, is_past_client: bool
) -> tuple[Deal | None, bool]:
    """The deal a file really speaks of, and whether its stage had to be taken as active.

    A price, a closing date or a stage from the first appointment on make a deal. A past client's closed stage is history,
    not a deal.
    """
    if is_past_client and stage is None:
        lead_stage = None
    named = stage or lead_stage
    has_figures = price_cents is not None or closes_on is not None
    if not has_figures and named not in _SPEAKS_OF_A_DEAL and stage is not Stage.LOST:
        return None, False
    return Deal(stage=named or Stage.ACTIVE, price_cents=price_cents, closes_on=closes_on, name=name), named is None
