"""Leads and their events that come as columns (polars, Arrow, arrays) instead of records, cut into frames of bounded size.

Columns are named as the fields of `Lead` and `Interaction`; leads have a `lead_id`, events the `lead_id` they belong to. What is not
there counts as not known. The features are computed by the same function as those of records.
"""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import polars as pl

from engine.clock import to_micros
from engine.errors import BadInput
from engine.records import Direction, Market
from engine.scoring.features import VOCABULARY
from engine.scoring.frame import CHANNEL_CODE, LeadFrame, Vocabulary
from engine.scoring.kernels import Floats

N_LEADS = 25_000  # in a frame: bounds the memory
_SLICE = 500_000
_INSTANT = pl.Datetime("us", "UTC")
_NO_EVENTS = pl.DataFrame(schema={"lead_id": pl.Int64, "at": _INSTANT, "channel": pl.String, "direction": pl.String})
_CHANNELS = pl.Enum([channel.value for channel in CHANNEL_CODE])  # in the order of their codes
_UNSAID: dict[str, tuple[type[pl.DataType], int | float | bool | None]] = {  # what an event says that does not say
    "seq": (pl.Int32, 0),
    "is_automated": (pl.Boolean, False),
    "was_kept": (pl.Boolean, None),
    "n_words": (pl.Int32, 0),
    "n_questions": (pl.Int32, 0),
    "urgency": (pl.Float64, 0.0),
}
_EVENT_ORDER = ("seq", "channel", "is_inbound", "is_automated", "was_kept", "n_words", "n_questions", "urgency")


class LeadColumns:
    """Leads and events as columns, the events sorted once by lead, time, `seq` and what they say."""

    def __init__(self, leads: pl.DataFrame, events: pl.DataFrame | None = None) -> None:
        if "lead_id" not in leads.columns or leads["lead_id"].null_count():
            raise BadInput("Leads as columns need a lead_id in every row")
        if leads["lead_id"].is_duplicated().any():
            raise BadInput("Two leads have the same lead_id")
        self.leads = leads
        self.lead_ids = leads["lead_id"].to_numpy()
        self._events, self._starts = _sorted(_NO_EVENTS if events is None else events, leads["lead_id"])

    def __len__(self) -> int:
        return self.leads.height

    def frames(
        self, *, market: Market, at: datetime, vocabulary: Vocabulary = VOCABULARY, n_leads: int = N_LEADS
    ) -> Iterator[LeadFrame]:
        """The leads as they stood at `at`, in their order, `n_leads` at a time."""
        for start in range(0, len(self), n_leads):
            stop = min(start + n_leads, len(self))
            first, last = int(self._starts[start]), int(self._starts[stop])
            told = self._events.slice(first, last - first)
            yield LeadFrame(
                at_us=to_micros(at),
                market_median=market.median_price_cents / 100,
                facts=_facts(self.leads.slice(start, stop - start), vocabulary),
                starts=self._starts[start : stop + 1] - first,
                event_at=told["at"].to_physical().to_numpy(),
                events=np.column_stack([_numbers(told[name]) for name in _EVENT_ORDER]),
            )


def _sorted(events: pl.DataFrame, lead_ids: pl.Series) -> tuple[pl.DataFrame, np.ndarray]:
    """The events in their order, coded, and where each lead's begin."""
    missing = {"lead_id", "at", "channel", "direction"} - set(events.columns)
    if missing:
        raise BadInput(f"Events as columns lack: {', '.join(sorted(missing))}")
    place = pl.DataFrame({"lead_id": lead_ids, "owner": np.arange(len(lead_ids), dtype=np.int32)})
    owner = events.select("lead_id").join(place, on="lead_id", how="left", maintain_order="left")["owner"]
    if owner.null_count():
        raise BadInput("Some events belong to a lead that is not there")
    try:
        channel = events["channel"].cast(_CHANNELS).to_physical()
    except pl.exceptions.InvalidOperationError as error:
        raise BadInput(f"The channel of an event is one of: {', '.join(_CHANNELS.categories)}") from error
    coded = events.select(
        owner,
        pl.col("at").cast(_INSTANT),
        channel,
        (pl.col("direction") == Direction.INBOUND.value).alias("is_inbound"),
        *(pl.col(name) if name in events.columns else pl.lit(said, kind).alias(name) for name, (kind, said) in _UNSAID.items()),
    )
    if not _is_sorted(coded):
        coded = coded.sort("owner", "at", *_EVENT_ORDER, nulls_last=True)
    starts = np.searchsorted(coded["owner"].to_numpy(), np.arange(len(lead_ids) + 1, dtype=np.int32))
    return coded.drop("owner"), starts


def _is_sorted(events: pl.DataFrame) -> bool:
    """Whether (lead, time, seq) rises strictly all the way, so that nothing else decides."""
    return all(_rises(events.slice(start, _SLICE + 1)) for start in range(0, max(events.height - 1, 1), _SLICE))


def _rises(events: pl.DataFrame) -> bool:
    owner, at, seq = (events[name].to_physical().to_numpy() for name in ("owner", "at", "seq"))
    is_later = (at[:-1] < at[1:]) | ((at[:-1] == at[1:]) & (seq[:-1] < seq[1:]))
    return bool(np.all((owner[:-1] < owner[1:]) | ((owner[:-1] == owner[1:]) & is_later)))


def _facts(leads: pl.DataFrame, vocabulary: Vocabulary) -> Floats:
    """The columns of `LeadFrame.facts`, in their order."""

    def number(name: str) -> Floats:
        return _numbers(leads[name]) if name in leads.columns else np.full(leads.height, np.nan)

    def dollars(name: str) -> Floats:
        return number(name) / 100  # by numpy: polars multiplies by the reciprocal, which differs in the last bit

    def code(name: str, words: str) -> Floats:
        if name not in leads.columns:
            return np.full(leads.height, np.nan)
        codes: dict[str | None, float | None] = {word: float(place) for place, word in enumerate(vocabulary[words])}
        said = leads[name].cast(pl.String)
        return _numbers(said.replace_strict({**codes, None: None}, default=codes["other"], return_dtype=pl.Float64))

    def is_there(name: str) -> Floats:
        return np.asarray(leads[name].is_not_null(), np.float64) if name in leads.columns else np.zeros(leads.height)

    def zip_code() -> Floats:
        if "zip_code" not in leads.columns:
            return np.full(leads.height, np.nan)
        five = leads["zip_code"].cast(pl.String).str.slice(0, 5)
        return _numbers(five.set(~five.str.contains(r"^[0-9]+$"), None))

    created = leads["created_at"].cast(_INSTANT).to_physical() if "created_at" in leads.columns else None
    return np.column_stack(
        [
            np.full(leads.height, np.nan) if created is None else _numbers(created),
            dollars("budget_low_cents"),
            dollars("budget_high_cents"),
            number("timeline_days"),
            code("financing", "financing_status"),
            number("has_proof_of_funds"),
            number("sells_first"),
            code("property_type", "property_type"),
            number("beds"),
            number("baths"),
            number("n_criteria"),
            np.nan_to_num(number("location_specificity")),
            number("in_service_area"),
            is_there("phone") + is_there("email"),
            code("source", "source"),
            number("is_repeat_contact"),
            number("n_transactions"),
            dollars("listing_price_cents"),
            zip_code(),
        ]
    )


def _numbers(column: pl.Series) -> Floats:
    """A column as 64-bit numbers; missing is NaN."""
    return column.cast(pl.Float64).to_numpy()
