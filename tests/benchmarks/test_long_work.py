"""The training that runs beside an app's visitors: a real process, begun, seen and ended."""

from __future__ import annotations

import pytest

from ganssl.benchmarks import long_work
from ganssl.benchmarks.long_work import training_running
from ganssl.errors import UserError


@pytest.mark.slow
def test_the_training_has_learned_a_batch_and_goes_on_until_it_is_left():
    with training_running() as going:
        assert going()
    assert not going()


def test_a_training_that_fails_says_why(monkeypatch):
    monkeypatch.setattr(long_work, "TRAINING", "raise SystemExit('no memory')")
    with pytest.raises(UserError, match="The training ended: no memory"), training_running():
        pass
