"""Fifty people in the inbox at once: each opens leads in the drawer about every ten seconds, over Streamlit's own WebSocket.

Tells the 95th percentile of a rerun as the browser would wait for it, and the memory one more session costs. Run it on a quiet machine.
"""

import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench.importing import N_ROWS, _timed
from bench.leads_csv import write_leads
from tests.stories.conftest import PASSWORD, Office

N_SESSIONS = 50
THINK_S = 10.0
LASTS_S = 60.0


def run() -> list[dict[str, object]]:
    """100,000 leads, fifty signed-in sessions, a minute of work."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "home")
        office.engine("setup")
        _timed(folder, "import", str(write_leads(Path(folder) / "leads.csv", N_ROWS)))
        web = office.start_web()
        try:
            waits, mib = asyncio.run(work(office.url, web.pid))
        finally:
            office.close()
    waits.sort()
    p95 = waits[int(len(waits) * 0.95)]
    scale = f"{N_SESSIONS} sessions, 100,000 leads"
    return [
        {"what": f"Inbox rerun, median ({scale})", "value": round(statistics.median(waits) * 1000), "unit": "ms", "target": ""},
        {"what": f"Inbox rerun, p95 ({scale})", "value": round(p95 * 1000), "unit": "ms", "target": "≤ 150 ms"},
        {"what": f"Memory of a session ({scale})", "value": round(mib, 1), "unit": "MiB", "target": "≤ 30 MiB"},
    ]


async def work(url: str, pid: int) -> tuple[list[float], float]:
    """Open the sessions one after the other, then let all of them work; the first opening of each is not counted."""
    cookie = sign_in(url)
    first = await open_tab(url, cookie)  # what the first visitor warms up is not a session's memory
    before = memory_mib(pid)
    tabs = [first, *[await open_tab(url, cookie) for _ in range(N_SESSIONS - 1)]]
    until = time.perf_counter() + LASTS_S
    chance = random.Random(7)
    found = await asyncio.gather(*(one_person(tab, until, chance.random() * THINK_S) for tab in tabs))
    grown = (memory_mib(pid) - before) / (N_SESSIONS - 1)
    for tab in tabs:
        await tab.socket.close()
    return [wait for waits in found for wait in waits], grown


async def one_person(tab: "Tab", until: float, first: float) -> list[float]:
    """Open another lead in the drawer, think, and again; every fifth time another page of the queue."""
    waits: list[float] = []
    await asyncio.sleep(first)
    number = 0
    while time.perf_counter() < until:
        number += 1
        begun = time.perf_counter()
        await tab.act(number)
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(THINK_S)
    return waits


class Tab:
    """A browser tab on the inbox, as far as the server sees it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.opens: list[tuple[str, str]] = []  # the "Open" buttons shown last: their ids, and the fragment they stand in
        self.query = ""

    async def act(self, number: int) -> None:
        """Mostly a click on a row's "Open", which shows the lead in the drawer; every fifth time the next page of the queue."""
        if number % 5 == 0:
            await self.show(f"page={1 + number // 5 % 5}")
        else:
            await self.click(*self.opens[number % len(self.opens)])

    async def show(self, query: str) -> int:
        """Ask for the whole page with this address; answers how many leads came."""
        asked = BackMsg()
        asked.rerun_script.query_string = self.query = query
        asked.rerun_script.page_name = "inbox"
        return await self._run(asked)

    async def click(self, button: str, fragment: str) -> int:
        """Press a button: its part of the page runs anew."""
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        asked.rerun_script.page_name = "inbox"
        asked.rerun_script.fragment_id = fragment
        state = asked.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = button, True
        return await self._run(asked)

    async def _run(self, asked: BackMsg) -> int:
        await self.socket.send(asked.SerializeToString())
        n_leads, opens = 0, []
        while True:
            content = await asyncio.wait_for(self.socket.recv(decode=False), 60)
            n_leads += b'class="jc-lead"' in content
            message = ForwardMsg()
            message.ParseFromString(content)
            kind = message.WhichOneof("type")
            if kind == "delta" and b"open-" in content and message.delta.new_element.WhichOneof("type") == "button":
                opens.append((message.delta.new_element.button.id, message.delta.fragment_id))
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "script_finished":
                break
        self.opens = opens or self.opens
        return n_leads


async def open_tab(url: str, cookie: str) -> Tab:
    """A browser tab on the inbox."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    socket = await connect(address, additional_headers={"Cookie": cookie, "Origin": url}, subprotocols=["streamlit"], max_size=None)
    tab = Tab(socket)
    if not await tab.show("") or not tab.opens:
        raise RuntimeError("the session was shown no queue")
    return tab


def sign_in(url: str) -> str:
    """The cookie of a signed-in browser."""
    with httpx.Client(base_url=url, headers={"Origin": url}) as browser:
        browser.get("/auth/sign-in")
        browser.post("/auth/sign-in", data={"username": "owner", "password": PASSWORD, "next": "/inbox"})
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def memory_mib(pid: int) -> float:
    """What the process holds, from the system's own count."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
