"""The double's memory: contacts, messages, tasks … as GoHighLevel would have them, in a file that survives a kill, or only in memory.

It also keeps every delivery to a (pretended) telephone or mailbox: what tests count.
"""

import json
import sqlite3
import threading
from base64 import b64encode
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from engine.clock import Clock, SystemClock

Row = dict[str, Any]
LOCATION, COMPANY = "LOCdouble00000000001", "COMdouble00000000001"
PRIVATE_TOKEN = "pit-double-not-a-secret"  # noqa: S105  opens nothing but this double
CLIENT_ID, CLIENT_SECRET = "double-app", "double-app-secret"
_KEY_SEED = b"synthetic key of GoHighLevel's double"[:32]  # no secret: whoever knows it can sign for the double only

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, contact_id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, message_id TEXT NOT NULL
);
"""


@dataclass
class State:
    """Everything the double knows. Its lock is held for the whole of a request."""

    path: Path | None = None
    clock: Clock = field(default_factory=SystemClock)
    list_lag_seconds: float = 0.0  # how long a new message stays out of the lists
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        """Read what an earlier run left."""
        self.lock = threading.RLock()
        self.kinds: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        self.events: list[tuple[bytes, dict[str, str]]] = []
        self.is_swallowing = False  # a fault: messages are taken, but reach nobody
        self._key = Ed25519PrivateKey.from_private_bytes(_KEY_SEED)
        self._db = sqlite3.connect(self.path or ":memory:", check_same_thread=False, isolation_level=None, timeout=30)
        self._db.execute("PRAGMA synchronous=OFF")  # survives a kill of the process; the machine may not fail
        self._db.executescript(_SCHEMA)
        for kind, row_id, body in self._db.execute("SELECT kind, id, body FROM rows ORDER BY rowid"):
            self.kinds[kind][row_id] = json.loads(body)
        if "counter" not in self.kinds:
            self._furnish()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def now(self) -> datetime:
        """The double's own time."""
        return self.clock.now() + self.ahead

    def stamp(self, at: datetime | None = None) -> str:
        """A time as GoHighLevel writes it."""
        return (at or self.now()).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def new_id(self, prefix: str) -> str:
        """An id that no other row has."""
        counter = self.kinds["counter"].setdefault("n", {"value": 0})
        counter["value"] += 1
        self.keep("counter", "n", counter)
        return f"{prefix}{counter['value']:0{20 - len(prefix)}d}"

    def keep(self, kind: str, row_id: str, row: Row) -> Row:
        """Keep a row."""
        self.kinds[kind][row_id] = row
        self._db.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", (kind, row_id, json.dumps(row)))
        return row

    def drop(self, kind: str, row_id: str) -> None:
        """Forget a row."""
        self.kinds[kind].pop(row_id, None)
        self._db.execute("DELETE FROM rows WHERE kind = ? AND id = ?", (kind, row_id))

    def begin(self) -> None:
        """From here on, everything or nothing (of what is in the file)."""
        self._db.execute("BEGIN")

    def commit(self) -> None:
        """It is done."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def deliver(self, contact_id: str, kind: str, body: str, message_id: str) -> None:
        """The message reaches the person."""
        if self.is_swallowing:
            return
        told = (self.stamp(), contact_id, kind, body, message_id)
        self._db.execute("INSERT INTO deliveries (at, contact_id, kind, body, message_id) VALUES (?, ?, ?, ?, ?)", told)

    def fail_later(self, message_id: str, seconds: float) -> None:
        """Have a message turn out as failed after a while."""
        self.keep("failing", message_id, {"at": self.stamp(self.now() + timedelta(seconds=seconds))})

    def due_failures(self) -> list[str]:
        """Messages that turn out as failed by now; each is told once."""
        due = [message_id for message_id, row in self.kinds["failing"].items() if row["at"] <= self.stamp()]
        for message_id in due:
            self.drop("failing", message_id)
        return due

    def deliveries(self) -> list[Row]:
        """What reached people, the oldest first."""
        names = ("at", "contact_id", "kind", "body", "message_id")
        asked = "SELECT at, contact_id, kind, body, message_id FROM deliveries ORDER BY seq"
        return [dict(zip(names, row, strict=True)) for row in self._db.execute(asked)]

    # events

    def tell(self, name: str, fields: Row) -> None:
        """Queue a signed webhook."""
        told = {
            "type": name,
            "locationId": LOCATION,
            "appId": "APPdouble00000000001",
            "versionId": "APPdouble00000000001",
            **fields,
        }
        told |= {"timestamp": self.stamp(), "webhookId": self.new_id("WHK")}
        raw = json.dumps(told, ensure_ascii=False).encode()
        self.events.append((raw, {"content-type": "application/json", "x-ghl-signature": self.sign(raw), "x-wh-signature": "N/A"}))

    def sign(self, raw: bytes) -> str:
        """The signature of a body, as the header carries it."""
        return b64encode(self._key.sign(raw)).decode()

    def take_events(self) -> list[tuple[bytes, dict[str, str]]]:
        """The webhooks queued since the last look."""
        with self.lock:
            taken, self.events = self.events, []
        return taken

    @property
    def public_key(self) -> str:
        """The key that verifies its webhooks, as PEM: for JORGE_GHL_WEBHOOK_KEYS."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def _furnish(self) -> None:
        """A location with a pipeline, two people and no contacts."""
        self.keep("counter", "n", {"value": 0})
        names = ("New Lead", "Contacted", "Appointment", "Showing homes", "Offer", "Under contract")
        stages = [{"id": f"STGdouble{n:011d}", "name": name, "position": n} for n, name in enumerate(names)]
        pipeline = {"id": "PIPdouble00000000001", "name": "Buyers", "locationId": LOCATION, "stages": stages}
        self.keep("pipelines", pipeline["id"], pipeline)  # type: ignore[arg-type]
        for n, name in enumerate(("Jorge Double", "Maria Double"), start=1):
            user = {"id": f"USRdouble{n:011d}", "name": name, "email": f"{name.split()[0].lower()}@example.com"}
            self.keep("users", user["id"], user)
