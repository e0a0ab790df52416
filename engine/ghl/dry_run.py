"""GoHighLevel without a token: everything is decided, nothing leaves the house, and nothing counts as sent."""

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.errors import ProviderUnavailable
from engine.ghl.client import Page
from engine.records.follow_up import Outgoing, ProviderMessage, SendResult, SendState, StepKind
from engine.records.ghl import (
    CustomField,
    ProviderContact,
    ProviderNote,
    ProviderOpportunity,
    ProviderPipeline,
    ProviderTask,
    ProviderUser,
)

log = logging.getLogger(__name__)

WHY = "Dry run: no GoHighLevel token is set, so nothing was sent"
_N_KEPT = 1_000


class DryRun:
    """Takes what would be sent, keeps the last thousand to look at, and answers that nothing was sent."""

    is_live = False

    def __init__(self) -> None:
        self._held: list[Outgoing] = []
        self._lock = threading.Lock()

    @property
    def held(self) -> tuple[Outgoing, ...]:
        """What would have been sent, the oldest first."""
        with self._lock:
            return tuple(self._held)

    def close(self) -> None:
        """Nothing to let go of."""

    def send(self, outgoing: Outgoing) -> SendResult:
        """Would send; answers `not_sent`, which burns no attempt and never looks like sent."""
        with self._lock:
            self._held = [*self._held[-_N_KEPT + 1 :], outgoing]
        log.info("dry run: a %s would go out now", outgoing.kind.value)
        return SendResult(state=SendState.NOT_SENT, message=WHY)

    def create_task(self, outgoing: Outgoing) -> SendResult:
        """Would put a task on the contact."""
        return self.send(outgoing)

    def messages(self, contact_id: str, kind: StepKind, since: datetime, until: datetime) -> list[ProviderMessage]:
        """There are none."""
        return []

    def messages_since(self, since: datetime, kind: StepKind, after: str = "") -> Page[ProviderMessage]:
        """There are none."""
        return Page((), 0, None)

    def tasks(self, contact_id: str) -> list[ProviderTask]:
        """There are none."""
        return []

    def notes(self, contact_id: str) -> list[ProviderNote]:
        """There are none."""
        return []

    def contact(self, contact_id: str) -> ProviderContact | None:
        """There is none."""
        return None

    def find_contact(self, *, phone: str = "", email: str = "") -> ProviderContact | None:
        """There is none."""
        return None

    def search_contacts(self, after: Sequence[Any] | None = None, *, newest_first: bool = True) -> Page[ProviderContact]:
        """There are none."""
        return Page((), 0, None)

    def search_opportunities(self, since: datetime | None = None, after: Sequence[Any] | None = None) -> Page[ProviderOpportunity]:
        """There are none."""
        return Page((), 0, None)

    def opportunity(self, opportunity_id: str) -> ProviderOpportunity | None:
        """There is none."""
        return None

    def pipelines(self) -> list[ProviderPipeline]:
        """There are none."""
        return []

    def users(self) -> list[ProviderUser]:
        """There are none."""
        return []

    def custom_fields(self) -> list[CustomField]:
        """There are none."""
        return []

    def upsert_contact(self, fields: Mapping[str, object]) -> ProviderContact:
        """Can't: a contact that isn't there has no id."""
        raise ProviderUnavailable(WHY)

    def set_dnd(self, contact_id: str, kinds: Sequence[StepKind], *, is_on: bool) -> None:
        """Can't: it stays wanted until there is a token."""
        raise ProviderUnavailable(WHY)

    def add_tags(self, contact_id: str, tags: Sequence[str]) -> None:
        """Can't."""
        raise ProviderUnavailable(WHY)

    def remove_tags(self, contact_id: str, tags: Sequence[str]) -> None:
        """Can't."""
        raise ProviderUnavailable(WHY)

    def update_fields(self, contact_id: str, values: Mapping[str, str | float]) -> None:
        """Can't."""
        raise ProviderUnavailable(WHY)

    def create_custom_field(self, name: str, data_type: str) -> CustomField:
        """Can't."""
        raise ProviderUnavailable(WHY)

    def add_note(self, contact_id: str, body: str) -> ProviderNote:
        """Can't."""
        raise ProviderUnavailable(WHY)
