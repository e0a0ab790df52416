"""Scoring over the API: one lead, up to a hundred, the last score, the model."""

from dataclasses import asdict
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import ValidationError

from engine import intake, views
from engine.access import Actor, scope_of
from engine.api import metrics
from engine.api.bearer import allow, caller_of, needs
from engine.api.desk import Desk, score_now
from engine.api.ml_shapes import (
    BatchAnswer,
    BatchRequest,
    BatchResult,
    CommissionAnswer,
    EscalationAnswer,
    GroundAnswer,
    ModelAnswer,
    ReasonAnswer,
    ScoreAnswer,
    ScoreRequest,
)
from engine.api.shapes import ALWAYS, ErrorDetail, ShortText, refusals
from engine.clock import stopwatch, to_micros
from engine.errors import JorgeError
from engine.records import Score
from engine.records.key import KeyScope
from engine.runtime import get_engine

router = APIRouter(prefix="/v1/ml", tags=["scoring"], responses=ALWAYS)
_desk = Desk()
_Scoring = Annotated[Actor, Depends(needs(KeyScope.SCORE))]
_Reading = Annotated[Actor, Depends(needs(KeyScope.MODEL_READ))]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@router.post("/score", response_model=ScoreAnswer, responses=refusals(404))
async def score_lead(body: ScoreRequest, actor: _Scoring) -> Response:
    """Take a lead in, or what is new of him, and score him. The answer comes once both are stored."""
    began = stopwatch()
    told = await _desk.score(actor, _payload(body))
    seconds = stopwatch() - began
    score, is_cached = told.taken.score, told.taken.is_cached
    metrics.note_prediction(score.band.value, is_cached=is_cached, seconds=seconds)
    answer = score_answer(body.lead_id, score, actor, told.note, is_cached=is_cached, seconds=seconds)
    return Response(answer.model_dump_json(), media_type="application/json")


async def score_straight(request: Request) -> Response | None:
    """The same for an ordinary request, as it comes; None for whatever isn't in order, which the general way then refuses."""
    if request.headers.get("content-type") != "application/json":
        return None
    try:
        body = ScoreRequest.model_validate_json(await request.body())
    except ValidationError:
        return None
    return await score_lead(body, allow(caller_of(request), KeyScope.SCORE).actor)


@router.post("/batch")
async def score_leads(body: BatchRequest, actor: _Scoring) -> BatchAnswer:
    """Up to a hundred leads: for each his score or what is wrong with him, in the order asked."""
    began = stopwatch()
    payloads = [_payload(lead) for lead in body.leads]
    outcomes = await to_thread.run_sync(score_now, get_engine(), actor, payloads)
    seconds = stopwatch() - began
    results = []
    for lead, outcome in zip(body.leads, outcomes, strict=True):
        if isinstance(outcome, JorgeError):
            told = ErrorDetail(code=outcome.code, message=outcome.message, field=outcome.field)
            results.append(BatchResult(lead_id=lead.lead_id, error=told))
            continue
        each = seconds / len(outcomes)
        score, is_cached = outcome.taken.score, outcome.taken.is_cached
        metrics.note_prediction(score.band.value, is_cached=is_cached, seconds=each)
        answer = score_answer(lead.lead_id, score, actor, outcome.note, is_cached=is_cached, seconds=each)
        results.append(BatchResult(lead_id=lead.lead_id, result=answer))
    n_failed = sum(result.error is not None for result in results)
    return BatchAnswer(
        results=results, n_scored=len(results) - n_failed, n_failed=n_failed, processing_time_ms=round(seconds * 1_000, 3)
    )


@router.get("/score/{lead_id}", responses=refusals(404))
async def show_score(lead_id: Annotated[ShortText, Path(examples=["lead_12345"])], actor: _Scoring) -> ScoreAnswer:
    """A lead's last score, by the id he was sent with or by his number here."""
    began = stopwatch()
    score, note = await to_thread.run_sync(_last_score, actor, lead_id)
    return score_answer(lead_id, score, actor, note, is_cached=True, seconds=stopwatch() - began)


@router.get("/model")
async def show_model(actor: _Reading) -> ModelAnswer:
    """The model that scores: its figures on leads it had not seen, its calibration, and what stands beside it."""
    page = await to_thread.run_sync(views.model_page, get_engine(), actor)
    own = page.own_model
    return ModelAnswer(
        version=page.version,
        is_synthetic=page.is_synthetic,
        in_place_since=page.in_place_since.isoformat(),
        metrics=dict(page.metrics),
        bands=asdict(page.bands),
        calibration=[dict(row) for row in page.calibration],
        challengers=[{"version": own.version, "models": own.report.get("models", {})}] if own else [],
        n_scored_by_band=dict(page.n_by_band),
        n_own_outcomes=page.outcomes.n_closed + page.outcomes.n_lost,
    )


def _last_score(actor: Actor, lead_id: str) -> tuple[Score, views.EscalationNote | None]:
    engine = get_engine()
    score = views.last_score(engine, actor, lead_id=lead_id)
    return score, views.escalation_notes(engine, [score]).get(score.lead_id)


def score_answer(
    lead_id: str, score: Score, actor: Actor, note: views.EscalationNote | None, *, is_cached: bool, seconds: float
) -> ScoreAnswer:
    """A score in the API's shape, with money only for who may see it, and with the second reading where there is one."""
    reasons = (*score.reasons_for, *score.reasons_against)
    return ScoreAnswer(
        lead_id=lead_id,
        ml_score=score.score,
        ml_confidence=round(score.confidence, 4),
        classification=score.band.value,
        probability=score.probability,
        probability_interval=[score.probability_low, score.probability_high],
        reasons=[ReasonAnswer(feature=one.feature, value=one.value, effect=one.effect, text=one.text) for one in reasons],
        jorge_commission=_commission(score) if scope_of(actor).sees_money else None,
        escalation=_escalation(note),
        model_version=score.model_version,
        cache_hit=is_cached,
        processing_time_ms=round(seconds * 1_000, 3),
        scored_at=score.scored_at.isoformat(),
        lead_ref=score.lead_id,
        has_enough_evidence=score.has_enough_evidence,
    )


def _escalation(note: views.EscalationNote | None) -> EscalationAnswer | None:
    if note is None:
        return None
    told = EscalationAnswer(reason=note.reason, to=note.to, status=note.status)
    case = note.reading
    if case is not None and case.reading is not None:
        told.by, told.band, told.next_action = case.read_by, case.reading.band.value, case.reading.next_action.value
        told.rationale = [GroundAnswer(says=ground.says, quote=ground.quote) for ground in case.reading.grounds]
        told.missing_facts = [fact.value for fact in case.reading.missing]
    if case is not None and case.person_band is not None:
        told.by, told.band = "person", case.person_band.value
    return told


def _commission(score: Score) -> CommissionAnswer | None:
    price, commission = score.price, score.commission
    if price is None or commission is None:
        return None
    return CommissionAnswer(
        estimated_sale_price=price.p50_cents / 100,
        price_interval=[price.low_cents / 100, price.high_cents / 100],
        commission_rate=commission.rate,
        rate_source=commission.rate_source,
        estimated_commission=commission.gci_cents / 100,
        expected_commission=commission.expected_cents / 100,
        tracking_id=f"trk_{score.lead_id}_{_base36(to_micros(score.scored_at))}",
    )


def _payload(asked: ScoreRequest) -> dict[str, object]:
    """What is said of the lead, under the names the one normaliser reads."""
    said = asked.lead_data.model_dump(exclude_none=True)
    return {**intake.payload_of_record(said), "external_id": asked.lead_id}


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
