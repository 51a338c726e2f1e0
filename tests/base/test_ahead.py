"""One thing is made while the last is used."""

from __future__ import annotations

import threading

import pytest

from ganssl.base.ahead import one_ahead


def test_results_come_in_order():
    assert list(one_ahead(lambda i: i * i, range(6))) == [0, 1, 4, 9, 16, 25]
    assert list(one_ahead(str, [])) == []


def test_the_next_is_made_while_the_last_is_used_and_no_further():
    begun = [threading.Event() for _ in range(5)]

    def make(i: int) -> int:
        begun[i].set()
        return i

    for i in one_ahead(make, range(5)):
        if i < 4:
            assert begun[i + 1].wait(60)
        assert not any(event.is_set() for event in begun[i + 2 :])


def test_an_exception_comes_in_its_turn():
    def make(i: int) -> int:
        if i == 2:
            raise ValueError("two")
        return i

    seen = []
    with pytest.raises(ValueError, match="two"):
        for one in one_ahead(make, range(5)):
            seen.append(one)
    assert seen == [0, 1]


def test_who_stops_early_leaves_nothing_waiting():
    made = []
    results = one_ahead(made.append, range(100))
    next(results)
    results.close()
    assert len(made) <= 3
