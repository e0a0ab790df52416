"""Scores kept for five minutes: in this process and in a real Redis, never older than the newest event, and missed by nobody."""

import shutil
import socket
import subprocess
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine import commands
from engine.clock import FixedClock
from engine.errors import ConfigurationError
from engine.records import Channel, Direction, Interaction, Lead, Source
from engine.runtime import open_engine
from engine.runtime.score_cache import LASTS, open_score_cache
from engine.scoring.scale import Bands
from engine.settings import Settings, load_settings

AT = datetime(2026, 4, 1, 15, tzinfo=UTC)
LEAD = Lead(lead_id=7, source=Source.SPHERE, created_at=AT - timedelta(days=3), budget_high_cents=50_000_000, phone="+15125550100")
SAID = Interaction(at=AT - timedelta(hours=1), channel=Channel.SMS, direction=Direction.INBOUND, n_words=9, urgency=1.0)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs the program redis-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
    )
    try:
        until_it_answers(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(60)


def until_it_answers(port):
    for _ in range(1_200):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("redis-server did not start")


@pytest.fixture(params=["this process", "redis"])
def engine(request, tmp_path):
    yield from opened(request.getfixturevalue("redis_url") if request.param == "redis" else "", tmp_path)


@pytest.fixture
def engine_on_redis(redis_url, tmp_path):
    yield from opened(redis_url, tmp_path)


def opened(url, tmp_path):
    engine = open_engine(Settings(home=tmp_path, redis_url=url, _env_file=None))
    engine.clock = FixedClock(AT)
    if url:
        engine.score_cache.region.backend.writer_client.flushall()
    yield engine
    if url:
        engine.score_cache.region.backend.writer_client.close()
    engine.close()


def score(engine, lead, at=AT):
    return commands.score_leads(engine, [lead], at)[0]


def test_a_lead_asked_for_again_is_not_scored_again(engine):
    first = score(engine, LEAD)
    assert score(engine, LEAD, AT + timedelta(minutes=4)) == first
    assert (engine.score_cache.n_asked, engine.score_cache.n_hits, engine.score_cache.hit_rate) == (2, 1, 0.5)


def test_a_kept_score_is_the_score_to_the_last_bit(engine):
    lead = replace(LEAD, interactions=(SAID,))
    score(engine, lead)
    [fresh] = engine.scorer.score([lead], market=engine.preferences.market, at=AT, bands=engine.preferences.bands)
    assert replace(score(engine, lead), commission=None) == fresh
    assert engine.score_cache.n_hits == 1


def test_after_five_minutes_it_is_scored_anew(engine):
    score(engine, LEAD)
    assert score(engine, LEAD, AT + LASTS).scored_at == AT + LASTS


def test_an_event_asks_for_a_new_score_at_once(engine):
    before = score(engine, LEAD)
    after = score(engine, replace(LEAD, interactions=(SAID,)))
    assert engine.score_cache.n_hits == 0
    assert after.probability != before.probability


def test_an_event_that_was_still_to_come_counts_when_it_has_come(engine):
    lead = replace(LEAD, interactions=(replace(SAID, at=AT + timedelta(minutes=1)),))
    before = score(engine, lead)
    after = score(engine, lead, AT + timedelta(minutes=2))
    assert engine.score_cache.n_hits == 0
    assert after.probability != before.probability


@pytest.mark.parametrize("changed", [{"budget_high_cents": 60_000_000}, {"phone": None}, {"listing_price_cents": 1}])
def test_what_is_known_of_the_lead_asks_for_a_new_score(engine, changed):
    score(engine, LEAD)
    score(engine, replace(LEAD, **changed))
    assert engine.score_cache.n_hits == 0


def test_the_bands_and_the_market_belong_to_the_key(engine):
    scorer, market = engine.scorer, engine.preferences.market
    keys = {
        scorer.fingerprint(LEAD, market=market, at=AT),
        scorer.fingerprint(LEAD, market=market, at=AT, bands=Bands(hot=0.2, warm=0.1)),
        scorer.fingerprint(LEAD, market=replace(market, median_price_cents=1), at=AT),
    }
    assert len(keys) == 3
    assert scorer.fingerprint(replace(LEAD, first_name="Alex"), market=market, at=AT + timedelta(1)) in keys


def test_a_score_from_later_is_not_given_for_earlier(engine):
    score(engine, LEAD)
    assert score(engine, LEAD, AT - timedelta(minutes=1)).scored_at == AT - timedelta(minutes=1)


def test_two_leads_of_whom_the_same_is_known_keep_their_own_names(engine):
    assert score(engine, LEAD).lead_id == 7
    assert score(engine, replace(LEAD, lead_id=8)).lead_id == 8
    assert engine.score_cache.n_hits == 1


def test_nothing_that_names_a_person_is_kept(engine):
    score(engine, replace(LEAD, first_name="Quentin", email="quentin@example.com"))
    assert b"uentin" not in repr(everything_kept(engine.score_cache)).encode()


def everything_kept(cache):
    backend = cache.region.backend
    if hasattr(backend, "writer_client"):
        return [(key, backend.writer_client.get(key)) for key in backend.writer_client.scan_iter()]
    return list(backend._cache.items())


def test_what_another_version_kept_in_redis_is_not_read(engine_on_redis):
    engine = engine_on_redis
    score(engine, LEAD)
    key = engine.scorer.fingerprint(LEAD, market=engine.preferences.market, at=AT, bands=engine.preferences.bands)
    engine.score_cache.region.backend.set_serialized(f"jorge:score:{key}", b'{"ct": 1, "v": 2}|{"lead_id": 7}')
    assert score(engine, LEAD).scored_at == AT
    assert engine.score_cache.n_hits == 0


def test_many_threads_get_the_same_score(engine):
    found = []
    threads = [threading.Thread(target=lambda: found.append(score(engine, LEAD))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 8
    assert engine.score_cache.n_asked == 8


def test_processes_share_what_is_in_redis(redis_url, tmp_path):
    first, second = (open_score_cache(redis_url) for _ in range(2))
    engine = open_engine(Settings(home=tmp_path, redis_url=redis_url, _env_file=None))
    made = score(engine, LEAD)
    first.score("shared", 7, AT, lambda: made)
    assert second.score("shared", 7, AT, lambda: pytest.fail("was kept already")) == made
    assert 0 < first.region.backend.writer_client.ttl("jorge:score:shared") <= LASTS.total_seconds()
    for cache in (first, second, engine.score_cache):
        cache.region.backend.writer_client.close()
    engine.close()


def test_without_an_answer_from_redis_leads_are_scored_and_it_is_said(tmp_path, caplog):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{free.getsockname()[1]}/0"  # bound, and nobody listens
        engine = open_engine(Settings(home=tmp_path, redis_url=url, _env_file=None))
        assert score(engine, LEAD).probability > 0
        assert score(engine, LEAD).scored_at == AT
        engine.close()
    assert caplog.text.count("Redis did not answer") == 1
    assert engine.score_cache.n_hits == 0


def test_an_address_that_is_not_redis_is_refused_by_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JORGE_REDIS_URL", "localhost:6379")
    with pytest.raises(ConfigurationError, match="JORGE_REDIS_URL"):
        load_settings()
    monkeypatch.setenv("JORGE_REDIS_URL", "redis://:open-sesame@localhost:6379/0")
    assert "sesame" not in repr(load_settings())
