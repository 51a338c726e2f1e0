"""Made once and kept, by several threads and within bounds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ganssl.base.once import OnceMade


def test_each_thing_is_made_once():
    made = OnceMade(10)
    assert [made.get("a", lambda: object()) for _ in range(3)] == [made.get("a", None)] * 3
    assert "a" in made and "b" not in made


def test_two_threads_that_ask_at_once_get_one_thing():
    made, both, calls = OnceMade(10), threading.Barrier(4), []

    def make():
        calls.append(1)
        threading.Event().wait(0.05)  # so that the others ask meanwhile
        return object()

    def ask(_):
        both.wait()
        return made.get("a", make)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert len(calls) == 1 and len(set(map(id, found))) == 1


def test_one_key_does_not_wait_for_another():
    made, release, begun = OnceMade(10), threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert release.wait(30)
        return "slow"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(made.get, "a", slow)
        assert begun.wait(30)
        assert made.get("b", lambda: "quick") == "quick"
        release.set()
        assert waiting.result(30) == "slow"


def test_what_was_not_asked_for_the_longest_is_given_up():
    made = OnceMade(3)
    for key in "abc":
        made.get(key, lambda key=key: key)
    made.get("a", None)
    made.get("d", lambda: "d")
    assert len(made) == 3 and "b" not in made and "a" in made


def test_a_making_that_fails_is_tried_again():
    made = OnceMade(3)

    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError):
        made.get("a", fail)
    assert "a" not in made and made.get("a", lambda: 1) == 1
