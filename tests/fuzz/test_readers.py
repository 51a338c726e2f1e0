"""Every reader takes a damaged file or refuses it in a sentence; nothing else may come of it.

`GANSSL_FUZZ` says how many files each reader gets; `python -m tests.fuzz` counts them.
"""

from __future__ import annotations

import os
import warnings
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.attempt import attempt
from tests.fuzz.readers import READERS

EXAMPLES = int(os.environ.get("GANSSL_FUZZ", "40"))
OF_NETWORKS = ("model bundle", "frozen graph")
EACH = [
    pytest.param(name, marks=pytest.mark.slow) if name in OF_NETWORKS else name for name in READERS
]


@cache
def good(name: str) -> list[bytes]:
    return READERS[name].good()


@pytest.mark.parametrize("name", EACH)
def test_good_files_are_taken(name: str):
    assert all(attempt(READERS[name], data) for data in good(name))


@pytest.mark.parametrize("name", EACH)
def test_bad_files_are_taken_or_refused(name: str):
    @given(rng=st.randoms(use_true_random=False))
    @settings(
        max_examples=READERS[name].count(EXAMPLES),
        deadline=None,
        database=None,
        derandomize=True,  # the same damage every time: what fails once fails again
        suppress_health_check=list(HealthCheck),
    )
    def check(rng):
        data = READERS[name].mutate(rng.choice(good(name)), rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numbers of odd size; what comes of them is judged
            attempt(READERS[name], data)

    check()


def test_an_error_that_is_no_sentence_is_not_swallowed():
    class Broken:
        def read(self, data: bytes) -> None:
            raise KeyError(data)

    with pytest.raises(KeyError):
        attempt(Broken(), b"x")
