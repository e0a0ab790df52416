"""Many leads in columns: the same commission as one by one."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from engine import commands
from engine.records import Lead
from engine.runtime import open_engine
from engine.scoring.lead_columns import LeadColumns
from engine.settings import Settings

AT = datetime(2026, 4, 1, 15, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(Settings(home=tmp_path, _env_file=None))
    yield engine
    engine.close()


def test_the_commission_of_columns_is_the_commission_of_records(engine):
    budgets = [30_000_000, 55_512_345, 120_000_001]
    columns = LeadColumns(pl.DataFrame({"lead_id": [1, 2, 3], "budget_high_cents": budgets}))
    [rows] = commands.score_columns(engine, columns, AT, with_effects=True)
    scores = commands.score_leads(engine, [Lead(lead_id=n, budget_high_cents=b) for n, b in enumerate(budgets, 1)], AT)
    for row, score in zip(rows.to_pylist(), scores, strict=True):
        said = score.commission
        assert (row["gci_cents"], row["expected_cents"]) == (said.gci_cents, said.expected_cents)
        assert (row["commission_rate"], row["rate_source"]) == (said.rate, said.rate_source)
        assert np.array_equal(np.array(row["inputs"], "<f4"), np.frombuffer(score.inputs, "<f4"), equal_nan=True)
