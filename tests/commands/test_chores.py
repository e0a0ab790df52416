"""A chore runs beside, one at a time, and a failure ends only that one run."""

import logging
import threading

from engine.commands.chores import Chore
from engine.errors import Conflict


def until_idle(chore):
    while chore.is_running:
        threading.Event().wait(0.005)


def test_a_chore_that_runs_is_not_begun_again():
    began, go_on, n_runs = threading.Event(), threading.Event(), []

    def work(_engine):
        n_runs.append(1)
        began.set()
        go_on.wait(60)

    chore = Chore("slow", work, "it failed")
    chore.begin(None)
    began.wait(60)
    chore.begin(None)
    go_on.set()
    until_idle(chore)
    assert n_runs == [1]


def test_a_failure_is_told_in_the_log_and_the_chore_can_be_begun_again(caplog):
    failed, n_runs = [], []

    def work(_engine):
        n_runs.append(1)
        raise Conflict("somebody was quicker") if len(n_runs) == 1 else ZeroDivisionError

    chore = Chore("failing", work, "it failed", failed.append)
    with caplog.at_level(logging.WARNING):
        for n in (1, 2):
            chore.begin("engine")
            while len(failed) < n:
                threading.Event().wait(0.005)
            until_idle(chore)
    assert failed == ["engine", "engine"]
    assert [record.getMessage() for record in caplog.records] == ["it failed: somebody was quicker", "it failed"]
