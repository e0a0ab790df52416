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
    before = memory_mib(pid)
    sockets = [await open_session(url, cookie) for _ in range(N_SESSIONS)]
    grown = (memory_mib(pid) - before) / N_SESSIONS
    until = time.perf_counter() + LASTS_S
    chance = random.Random(7)
    found = await asyncio.gather(*(one_person(socket, until, chance.random() * THINK_S) for socket in sockets))
    for socket in sockets:
        await socket.close()
    return [wait for waits in found for wait in waits], grown


async def one_person(socket: ClientConnection, until: float, first: float) -> list[float]:
    """Look at another page of the queue, think, and again."""
    waits: list[float] = []
    await asyncio.sleep(first)
    number = 0
    while time.perf_counter() < until:
        number += 1
        begun = time.perf_counter()
        await rerun(socket, f"page={1 + number % 5}&order={('worth', 'score', 'newest')[number % 3]}")
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(THINK_S)
    return waits


async def open_session(url: str, cookie: str) -> ClientConnection:
    """A browser tab on the inbox."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    socket = await connect(address, additional_headers={"Cookie": cookie, "Origin": url}, subprotocols=["streamlit"], max_size=None)
    if not await rerun(socket, ""):
        raise RuntimeError("the session was shown no queue")
    return socket


async def rerun(socket: ClientConnection, query: str) -> int:
    """Ask for the inbox with this address and wait until the script has finished; answers how many leads came."""
    n_leads = 0
    asked = BackMsg()
    asked.rerun_script.query_string = query
    asked.rerun_script.page_name = "inbox"
    await socket.send(asked.SerializeToString())
    while True:
        content = await asyncio.wait_for(socket.recv(decode=False), 60)
        n_leads += b'class="jc-lead"' in content
        message = ForwardMsg()
        message.ParseFromString(content)
        if message.WhichOneof("type") == "script_finished":
            return n_leads


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
