"""The gate's rules as data: what may be set, what is refused, and a version that follows every change."""

from dataclasses import replace

import pytest

from engine.errors import BadInput
from engine.records.follow_up import StepKind
from engine.sequences.rules import DEFAULT, as_data, rules_from, version_of


def test_rules_go_to_json_and_back():
    changed = replace(DEFAULT, opens_minute=9 * 60, weekdays=(0, 1), messages_per_day=2)
    assert rules_from(as_data(changed)) == changed


def test_every_setting_moves_the_version():
    changes = [
        {"opens_minute": 555},
        {"closes_minute": 1020},
        {"weekdays": (0, 1)},
        {"closing_margin_minutes": 5},
        {"is_closed_on_holidays": False},
        {"messages_per_day": 2},
        {"messages_per_week": 2},
        {"national_list_days": 30},
        {"inquiry_days": 60},
        {"transaction_days": 500},
        {"does_written_consent_outrank_national_list": False},
        {"consent_needed_for": tuple(StepKind)},
        {"is_revocation_for_all_channels": False},
        {"stop_text_days": 20},
        {"sms_segments": 1},
        {"is_approval_needed_for_llm": False},
        {"recheck_minutes": 5},
    ]
    assert {name for change in changes for name in change} == set(as_data(DEFAULT))
    versions = {version_of(replace(DEFAULT, **change)) for change in changes}
    assert len(versions | {version_of(DEFAULT)}) == len(changes) + 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"opens_minute": 601}, "quarter hours"),
        ({"opens_minute": "ten"}, "whole number"),
        ({"is_closed_on_holidays": 1}, "yes or no"),
        ({"weekdays": [0, 7]}, "weekdays"),
        ({"weekdays": []}, "at least one"),
        ({"weekdays": [True]}, "whole numbers"),
        ({"closes_minute": 600}, "open before they close"),
        ({"closes_minute": 615}, "margin"),
        ({"national_list_days": 45}, "31 days"),
        ({"inquiry_days": 120}, "90 days"),
        ({"messages_per_day": 4}, "1 to 3"),
        ({"consent_needed_for": ["email"]}, "need consent"),
        ({"consent_needed_for": ["fax"]}, "fax"),
        ({"quiet": True}, "quiet"),
    ],
)
def test_settings_that_could_never_be_right_are_refused_in_words(data, said):
    with pytest.raises(BadInput, match=said):
        rules_from(data)
