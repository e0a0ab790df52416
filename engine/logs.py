"""The processes' logs: one form, begun by the entry points. No personal data and no secrets go in; messages speak of numbers and states."""

import logging

from engine.settings import Settings

_CHATTY = ("alembic", "apscheduler", "httpx", "numba", "watchdog")  # libraries that tell every step at the level of news


def begin_logging(settings: Settings) -> None:
    """Log to stderr at the configured level."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
