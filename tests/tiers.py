"""Two tiers of cases: a few that stand for the rest, and all of them.

`make test` tries all of them; with ARGS="-m 'not slow'" only the few, for whoever waits for the answer.
"""

import pytest

PLAIN_CELLS = [("rnn", "pytorch"), ("lstm", "pytorch"), ("gru", "pytorch")]  # they stand for every cell and convention


def thorough(cases, *, quick):
    """The cases for `parametrize`; of them only those in `quick` are tried when slow tests are left out."""
    cases = list(cases)
    stands = [case in quick for case in cases]
    assert any(stands), "no case stands for the others when slow tests are left out"
    return [case if is_quick else slow(case) for case, is_quick in zip(cases, stands, strict=True)]


def slow(case):
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
