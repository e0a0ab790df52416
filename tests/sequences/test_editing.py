"""Sequences as data: JSON both ways, what is refused and in which words, what a new version changes."""

import json
from dataclasses import replace

import pytest

from engine.errors import BadInput
from engine.records.follow_up import StepKind
from engine.sequences import cadence
from engine.sequences.cadence import EnrolmentRule
from engine.sequences.editing import as_data, changes_between, n_affected, problems_of, sequence_from
from engine.sequences.templates import DEFAULTS

TEMPLATES = {key: template for (key, language), template in DEFAULTS.items() if language == "en"}
FIRST, SECOND, *REST = cadence.DEFAULT.steps


def edited(first=None, **changes):
    return replace(cadence.DEFAULT, steps=(replace(FIRST, **(first or {})), SECOND, *REST), **changes)


def test_the_default_is_right_and_survives_json():
    assert problems_of(cadence.DEFAULT, TEMPLATES) == ()
    assert sequence_from(json.loads(json.dumps(as_data(cadence.DEFAULT)))) == cadence.DEFAULT


@pytest.mark.parametrize(
    ("sequence", "said"),
    [
        (edited({"day": 7}), "Step 2 must come at least a day after step 1."),
        (edited({"day": -1}), "the day is 0 to 365"),
        (edited({"template": "day-30-text"}), "Steps 1 and 4 send the same words"),
        (edited({"template": "nothing"}), "there are no words called “nothing”"),
        (edited({"kind": StepKind.EMAIL}), "its words are for another kind of step"),
        (edited({"opens_minute": 605}), "quarter hours"),
        (edited({"closes_minute": 600}), "half an hour long"),
        (edited({"max_late_hours": 0}), "1 hour to 14 days late"),
        (edited({"min_gap_hours": 0}), "gap"),
        (edited({"number": 3}), "numbered 1, 2, 3"),
        (replace(cadence.DEFAULT, steps=()), "no step"),
        (replace(cadence.DEFAULT, name=" "), "needs a name"),
        (replace(cadence.DEFAULT, holdout_share=0.5), "between 0 and 20%"),
        (replace(cadence.DEFAULT, rule=EnrolmentRule(bands=("hot",))), "takes nobody out"),
    ],
)
def test_an_edit_that_cannot_work_is_told_in_plain_words(sequence, said):
    assert any(said in problem for problem in problems_of(sequence, TEMPLATES))


@pytest.mark.parametrize("data", [{}, {"steps": [{"kind": "fax"}]}, {"steps": 3}, as_data(cadence.DEFAULT) | {"colour": "red"}])
def test_what_cannot_be_read_is_refused(data):
    with pytest.raises(BadInput):
        sequence_from(data)


def test_a_new_version_tells_what_it_changes_and_for_how_many():
    new = replace(edited({"day": 2, "opens_minute": 720}), version=2, steps=(*edited({"day": 2, "opens_minute": 720}).steps[:3],))
    changes = changes_between(cadence.DEFAULT, new)
    assert [change.sentence for change in changes] == [
        "Step 1, day: 3 → 2.",
        "Step 1, earliest hour: 10:00 → 12:00.",
        "Step 4 is gone: text on day 30.",
    ]
    assert n_affected(changes, [0, 1, 3, 4]) == 3
    assert changes_between(cadence.DEFAULT, cadence.DEFAULT) == ()
    assert n_affected((), [0, 1]) == 0
