"""Scoring a file with the model of a team's own history: each row by its cells, and by what they say of a lead where one is lacking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl

from engine import intake
from engine.commands.scoring import with_commission
from engine.records import Lead, Score
from engine.runtime import Engine
from engine.scoring.features import N_FEATURES
from engine.scoring.own_scorer import OwnScorer, row_of
from engine.scoring.scorer import Scorer
from engine.scoring.takings import plain_name

_NOTHING = np.full(N_FEATURES, np.nan)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file whose columns the team's own model can read: where each of them stands in a row, -1 where the lead has to say it."""

    scorer: OwnScorer
    places: tuple[int, ...]

    def score(self, engine: Engine, rows: Sequence[intake.RowReading], at: datetime) -> list[Score]:
        """Each row's score. A row that is no lead is scored all the same; price and commission need a lead."""
        preferences = engine.preferences
        texts = pl.DataFrame(
            [self._texts(row, at) for row in rows],
            schema=dict.fromkeys([type_.name for type_ in self.scorer.model.types], pl.String), orient="row",
        )  # fmt: skip
        read = self.scorer.model.read(texts)
        scores = self.scorer.score_rows(read.matrix, read.n_known, at=at, bands=preferences.bands)
        leads = [row.reading.lead for row in rows if row.reading.lead]
        prices = iter(Scorer.score(Scorer(self.scorer.bundle), leads, market=preferences.market, at=at) if leads else ())
        priced = [
            replace(score, price=next(prices).price) if row.reading.lead else score for row, score in zip(rows, scores, strict=True)
        ]
        return [with_commission(score, preferences.commission_rate) for score in priced]

    def _texts(self, row: intake.RowReading, at: datetime) -> list[str]:
        said = row_of(self.scorer.model, row.reading.lead or Lead(), _NOTHING, {}, at) if -1 in self.places else []
        return [
            said[number] if place < 0 else row.cells[place] if place < len(row.cells) else ""
            for number, place in enumerate(self.places)
        ]


def own_file(scorer: OwnScorer, columns: Sequence[str]) -> OwnFile:
    """How this file's rows are read."""
    by_name = {plain_name(column): place for place, column in reversed(list(enumerate(columns)))}
    return OwnFile(scorer, tuple(by_name.get(plain_name(type_.name), -1) for type_ in scorer.model.types))


def missing_columns(scorer: OwnScorer, columns: Sequence[str], mapping: Mapping[str, str | None]) -> list[str]:
    """The model's columns that this file has neither by name nor as a field of a lead."""
    has, fields = {plain_name(column) for column in columns}, {field for field in mapping.values() if field}
    takings = scorer.model.takings
    return [
        type_.name
        for type_ in scorer.model.types
        if plain_name(type_.name) not in has and not (type_.name in takings and takings[type_.name].field in fields)
    ]
