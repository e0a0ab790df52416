"""What monitoring reads: Prometheus text. Counted here is what this process did; queues and ages are read from the ledger when asked."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Request, Security
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine import views
from engine.api import shapes
from engine.api.bearer import allow, bearer_header, caller_of
from engine.records.key import KeyScope
from engine.runtime import get_engine

router = APIRouter(tags=["health"])

_registry = CollectorRegistry()
_BUCKETS = (0.001, 0.002, 0.003, 0.004, 0.006, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_requests = Counter("jorge_requests", "Requests of the API by route and status", ["method", "route", "status"], registry=_registry)
_request_seconds = Histogram("jorge_request_seconds", "From request to answer", ["route"], registry=_registry, buckets=_BUCKETS)
_predictions = Counter("jorge_predictions", "Scores answered to other programs, by band", ["band", "cached"], registry=_registry)
_prediction_seconds = Histogram(
    "jorge_prediction_seconds", "From the request to the stored score", registry=_registry, buckets=_BUCKETS
)


def note_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    _requests.labels(method, route, str(status)).inc()
    _request_seconds.labels(route).observe(seconds)


def note_prediction(band: str, *, is_cached: bool, seconds: float) -> None:
    """Count one score."""
    _predictions.labels(band, "yes" if is_cached else "no").inc()
    _prediction_seconds.observe(seconds)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}, **shapes.refusals(401, 403, 503)})
async def show_metrics(
    request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Security(bearer_header)] = None
) -> Response:
    """Prometheus text. For this machine itself, or with a key for `metrics`."""
    if not _is_from_here(request):
        allow(caller_of(request), KeyScope.METRICS)
    return Response(await to_thread.run_sync(generate_latest, _registry), media_type=CONTENT_TYPE_LATEST)


def _is_from_here(request: Request) -> bool:
    """Whether a program on this machine asks. Behind a proxy everybody seems to be here, so what a proxy sent on is not."""
    is_passed_on = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"))
    return not is_passed_on and request.client is not None and request.client.host in {"127.0.0.1", "::1"}


class _FromTheLedger(Collector):
    """Figures that are read when they are asked for."""

    def describe(self) -> Iterable[Metric]:
        """Nothing is read to register this."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """One metric after the other."""
        now = views.machinery(get_engine())
        yield _gauge("jorge_sessions", "Sign-ins that are good now", now.n_sessions)
        yield _gauge("jorge_leads", "Leads in the ledger", now.n_leads)
        yield _gauge("jorge_projection_lag_changes", "Changes of the ledger that pages don't show yet", now.lag_changes)
        yield _by("jorge_heartbeat_age_seconds", "Since a program's last sign of life", "program", now.heartbeat_age_s)
        yield _by("jorge_queue_waiting", "How many wait", "queue", now.n_waiting)
        yield _by("jorge_queue_oldest_seconds", "How long the longest of them waits", "queue", now.oldest_age_s)
        yield _count("jorge_score_cache_asked", "Scores looked for among those of the last five minutes", now.cache_asked)
        yield _count("jorge_score_cache_hits", "Scores found there", now.cache_hits)
        sends = CounterMetricFamily(
            "jorge_sends", "Follow-up steps that came to an end, by kind and outcome", labels=["kind", "outcome"]
        )
        for (kind, outcome), n in sorted(now.sends.items()):
            sends.add_metric([kind, outcome], n)
        yield sends


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _count(name: str, told: str, value: float) -> Metric:
    return CounterMetricFamily(name, told, value=value)


def _by(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


_registry.register(_FromTheLedger())
