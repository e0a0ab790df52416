"""The stream's events in Redis pub/sub, for programs on other machines; only where JORGE_REDIS_URL names one.

Each event is published once, however many web processes there are: Redis itself keeps the number of the last. While Redis is away
nothing is lost; the events of that time follow when it is back, and so do those of a time without any web process.
"""

import logging

from engine.runtime import Engine
from engine.views.stream import Heard, Told, follow_events, ledger_number, newest_seq

log = logging.getLogger(__name__)

CHANNEL = "jorge.events"
_PATIENCE_S = 2.0
# One step for Redis: publish this event unless a later one was published already.
_PUBLISH_ONCE = """
if tonumber(redis.call('GET', KEYS[1]) or '-1') >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
if ARGV[2] ~= '' then redis.call('PUBLISH', KEYS[2], ARGV[2]) end
return 1
"""


def publish_events(engine: Engine) -> None:
    """From now on publish every event, with money: who may listen is Redis' own matter. Does nothing without a Redis."""
    url = engine.settings.redis_url.get_secret_value()
    if not url:
        return
    from redis import Redis  # when there is one: it costs a start 60 ms
    from redis.exceptions import RedisError

    redis = Redis.from_url(url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S)
    key = f"jorge:events:{ledger_number(engine)}"
    publish = redis.register_script(_PUBLISH_ONCE)

    def hear(heard: Heard) -> None:
        told: list[Told] = heard.told or []
        for one in told:
            publish(keys=[key, CHANNEL], args=[one.seq, one.text(sees_money=True)])
        if not told or told[-1].seq < heard.seq:
            publish(keys=[key, CHANNEL], args=[heard.seq, ""])

    newest = newest_seq(engine)
    try:
        kept = redis.get(key)
    except RedisError as error:
        log.warning("Redis does not answer (%s): events will be published once it does", type(error).__name__)
        kept = None
    follow_events(engine, "redis", hear, since=min(int(kept), newest) if kept else newest)  # type: ignore[arg-type]
