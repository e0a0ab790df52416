"""The demo: a throw-away folder with synthetic leads, and traffic that can be watched arriving. Everything in it is synthetic."""

import random
import shutil
import subprocess
import sys
import time

from engine.access import SYSTEM
from engine.clock import SystemClock, clock_from
from engine.commands.demo_deals import seed_deals
from engine.commands.demo_follow_up import SPEED, begin_one, demo_clock, seed_follow_up
from engine.commands.demo_ghl import double_environment, furnish_double, happen_there
from engine.commands.files import import_file
from engine.commands.intake import take_lead
from engine.commands.leads import log_inbound, log_touch, move_stage, open_deal
from engine.commands.people import OWNER_USERNAME, ensure_owner
from engine.errors import ConfigurationError
from engine.ghl.double_state import PRIVATE_TOKEN
from engine.records import Channel, Stage
from engine.runtime import Engine, open_engine
from engine.settings import ROOT, Settings, child_environment
from engine.store import leads, opportunities

HOME = ROOT / "data" / "demo"
PASSWORD = "synthetic-leads-only"  # noqa: S105  a public password for a folder that holds nothing real
_PAUSE_SECONDS = 4.0
_SHARE_THERE = 0.25  # of what happens, happens in the double of GoHighLevel
_SHARE_BEGUN = 0.3  # of the pauses end with a lead who is put on the demo's short sequence
_STOPS = ("STOP", "please stop texting me")
_MARK = "Synthetic demo lead"

FIRST_NAMES = (
    "Ana",
    "Ben",
    "Carla",
    "Dev",
    "Elena",
    "Frank",
    "Grace",
    "Hugo",
    "Iris",
    "Jonas",
    "Kim",
    "Luis",
    "Mona",
    "Nils",
    "Olga",
    "Paul",
)
LAST_NAMES = (
    "Abbott",
    "Brandt",
    "Castro",
    "Diaz",
    "Evans",
    "Fischer",
    "Gupta",
    "Hansen",
    "Ito",
    "Jensen",
    "Klein",
    "Lopez",
    "Moreau",
    "Novak",
)
_WISHES = (
    "Hi, is the house on Haven Ave still available? We are pre-approved and would like to see it this week.",
    "Just looking around, no rush.",
    "Looking for 3 beds up to $650k near Rancho Cucamonga. Can we talk tomorrow?",
    "We need to sell before we buy, hoping to move within 60 days.",
    "What would the monthly payment be?",
    "Can you send me more pictures?",
)
_ANSWERS = (
    "Yes, Saturday at 10 works. Which address?",
    "We got the pre-approval letter today.",
    "Can we push this to next month?",
    "What is your commission?",
    "Is there anything below 600k?",
    "I want to sell my house this summer, we are moving to Phoenix for a new job.",
    "Could we see a home on Saturday? Our budget is 640k and we pay cash.",
    "four fifty and not a penny under, the keys are on the hook",
)


def demo(settings: Settings) -> int:
    """Fill the throw-away folder, then run the web process, the sidecar and the traffic until Ctrl-C."""
    if settings.env == "production":
        raise ConfigurationError("The demo is not for production")
    shutil.rmtree(HOME, ignore_errors=True)
    clock = demo_clock(SystemClock().now())
    folder = settings.model_copy(update={"home": HOME, "clock": clock})
    engine = open_engine(folder)
    try:
        ensure_owner(engine, PASSWORD)
        import_file(engine, SYSTEM, ROOT / "data" / "sample" / "leads.csv", None, say=lambda n_rows: None)
        seed_deals(engine, PASSWORD)
        seed_follow_up(engine, f"http://127.0.0.1:{settings.port}")
    finally:
        engine.close()
    furnish_double(HOME, (FIRST_NAMES, LAST_NAMES), clock_from(clock, HOME))
    print(f"\n  Demo with synthetic leads on http://127.0.0.1:{settings.port}")  # noqa: T201  the demo talks to the terminal
    print(f"  Its clock runs {SPEED} times as fast, from a working morning on, so that messages go out while you watch (Outbox)")  # noqa: T201
    print(f"  Sign in as  {OWNER_USERNAME}  with  {PASSWORD}\n")  # noqa: T201
    environment = child_environment(
        JORGE_HOME=str(HOME), JORGE_LEDGER_URL="", JORGE_CLOCK=clock, **double_environment(HOME, settings.port)
    )
    command = [sys.executable, "-m", "honcho", "start", "-f", "Procfile.demo"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def demo_traffic(settings: Settings) -> int:
    """New leads, answers, calls and deals that move, one every few seconds, until stopped."""
    if settings.home.resolve() != HOME:
        raise ConfigurationError("Demo traffic only goes into the demo's own folder")
    chance, engine = random.Random(7), open_engine(settings)
    try:
        while True:
            time.sleep(_PAUSE_SECONDS)
            if chance.random() < _SHARE_BEGUN:
                begin_one(engine, chance)
            elif settings.ghl_token.get_secret_value() == PRIVATE_TOKEN and chance.random() < _SHARE_THERE:
                happen_there(settings.ghl_base_url, chance, (*_ANSWERS, *_STOPS))
            else:
                happen(engine, chance)
    finally:
        engine.close()


def happen(engine: Engine, chance: random.Random) -> str:
    """One thing happens, chosen by chance; answers what."""
    with engine.ledger.read() as connection:
        ids = leads.visible_ids(connection)
        deals = opportunities.of_leads(connection, ids)
    lead_id = chance.choice(ids) if ids else 0
    kind = chance.choices(("lead", "answer", "touch", "deal"), weights=(3, 4, 2, 1))[0] if ids else "lead"
    if kind == "lead":
        take_lead(engine, SYSTEM, _stranger(chance))
    elif kind == "answer":
        log_inbound(engine, SYSTEM, lead_id, Channel.SMS, chance.choice(_ANSWERS))
    elif kind == "touch":
        log_touch(engine, SYSTEM, lead_id, Channel.CALL, chance.choice(("spoke", "no_answer")))
    elif deals and chance.random() < 0.7:
        deal = chance.choice(deals)
        stages = [Stage.CONTACTED, Stage.APPOINTMENT, Stage.ACTIVE, Stage.OFFER, Stage.UNDER_CONTRACT]
        move_stage(engine, SYSTEM, deal.opportunity_id, chance.choice(stages))
    else:
        open_deal(engine, SYSTEM, lead_id)
    return kind


def _stranger(chance: random.Random) -> dict[str, object]:
    first, last, n = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES), chance.randrange(100, 10_000)
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{n}@example.com".lower(),
        "phone": f"909-555-{chance.randrange(100, 200):04d}" if chance.random() < 0.5 else "",
        "source": chance.choice(("Zillow", "Facebook", "Website", "Open house", "Referral", "Google Ads")),
        "message": chance.choice(_WISHES),
        "tags": _MARK,
    }
