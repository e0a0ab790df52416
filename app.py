"""The web process: Streamlit's pages behind the gate, the API beside them, one engine for all. Run by `streamlit run app.py`."""

import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import plotly.graph_objects  # noqa: F401  loaded once here, so that no visitor waits for it
import streamlit as st
from anyio import to_thread

from engine import commands, runtime
from engine.api.health import missing_parts
from engine.api.publishing import publish_events
from engine.api.routes import middleware, routes
from engine.commands import told_closings, webhooks
from engine.logs import begin_logging
from engine.settings import load_settings

log = logging.getLogger("engine.web")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the engine before the first visitor and close it after the last."""
    settings = load_settings()
    begin_logging(settings)
    webhooks.webhook_keys(settings)  # a key file that can't be read is told now, not when the first webhook comes
    engine = await to_thread.run_sync(runtime.start, settings)
    if engine.bus:
        engine.bus.every_second(lambda: commands.mind_batches(engine))  # queued and interrupted imports get their worker
        engine.bus.every_second(lambda: commands.mind_forecast(engine))  # freezes the day's forecast at its first look
        engine.bus.every_second(lambda: commands.mind_messages(engine))  # stored messages are read here, once each
        engine.bus.every_second(lambda: webhooks.mind_webhooks(engine))  # what a killed process left; new ones start by themselves
        engine.bus.every_second(lambda: commands.mind_scores(engine))  # what the sidecar changed gets its score here
        engine.bus.every_second(lambda: commands.mind_escalations(engine))  # who the model is unsure of gets a second reading
        engine.bus.every_second(lambda: told_closings.mind_closings(engine))  # a deal won in GoHighLevel gets its statement here
        engine.bus.every_second(lambda: commands.mind_rescoring(engine))  # after a change of market, bands or rate: every lead
    await to_thread.run_sync(publish_events, engine)
    for part, problem in (
        await to_thread.run_sync(missing_parts)
    ).items():  # which also loads the model before anybody waits for it
        log.error("%s is not ready: %s", part, problem)
    # What is loaded by now stays: a collection looks at everything unless it is frozen, which holds everybody up.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.0005)  # a busy page may not keep the API waiting
    yield
    await to_thread.run_sync(runtime.stop)


app = st.App("pages/shell.py", routes=[*routes()], middleware=[*middleware()], lifespan=lifespan)
