"""Public histories that nobody here wrote: what has to be reached on them, and that the guard finds their traps itself."""

import pytest

from engine.scoring.history import train_frame
from tests.scoring import history_frames as frames

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.slow,
    pytest.mark.skipif(not frames.DATASETS.exists(), reason="the reference data is not beside the project"),
]


@pytest.mark.long
def test_education_leads_without_what_sales_filled_in():
    report = train_frame(frames.x_education(), outcome="Converted", time="Lead Number", at=frames.AT).report
    left_out = {each["column"] for each in report["excluded"]}
    assert left_out >= {"Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity"}
    assert left_out >= {f"Asymmetrique {what} {form}" for what in ("Activity", "Profile") for form in ("Index", "Score")}
    champion = report["champion"]
    assert champion["log_loss"] <= 0.39
    assert champion["auc"] >= 0.895
    assert champion["accuracy_most_confident_80"] >= 0.885
    assert champion["selective"]["accuracy"] >= 0.95


@pytest.mark.long
def test_bank_calls_retrained_every_thousand():
    report = train_frame(frames.bank(), outcome="y", time="row", retrain_every=1000, at=frames.AT).report
    assert {each["column"] for each in report["excluded"]} == {"y", "age", "marital", "duration"}
    assert report["champion"]["log_loss"] <= 0.55
    assert report["champion"]["auc"] >= 0.76
    assert report["skill"] is True


@pytest.mark.long
def test_marketplace_leads_of_a_later_month():
    report = train_frame(frames.olist(), outcome="won", time="first_contact_date", at=frames.AT).report
    assert report["champion"]["log_loss"] <= 0.312
    assert report["champion"]["auc"] >= 0.69


@pytest.mark.long
def test_columns_that_exist_for_winners_only_are_found_by_the_guard():
    frame = frames.olist(with_closed_columns=True)
    report = train_frame(frame, outcome="won", time="first_contact_date", at=frames.AT).report
    assert set(report["used"]) == {"first_contact_date", "landing_page_id", "origin"}
