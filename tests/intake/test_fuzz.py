"""Mutated files: never a traceback, never a lost row. The whole campaign is `python -m bench fuzz`."""

from bench.fuzz import campaign


def test_mutated_files_are_read_whole_or_refused_with_a_sentence():
    ended = campaign(60, seed=6)
    assert ended.total() == 60
    assert ended["read"] > 30
