"""Which sections a benchmark measures."""

from __future__ import annotations

import pytest

import ganssl.benchmarks.run as run
from ganssl.benchmarks.measurement import Measurement
from tests.helpers.planted_laboratory import BlockModel


@pytest.fixture
def sections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each section gives one figure of its name."""

    def section(name, *rest):
        yield Measurement(name, 1.0, "s", 1.0, 1.0, "itself")

    monkeypatch.setattr(run, "_section", section)
    return list(run.SECTIONS)


def test_all_are_measured_but_those_that_have_to_be_named(sections):
    seen: list[Measurement] = []
    found = run.benchmark(BlockModel(), report=seen.append)
    assert [one.name for one in found] == [
        name for name in sections if name not in ("visitors", "ray")
    ]
    assert seen == found


def test_those_that_are_named_are_measured_in_their_order(sections):
    found = run.benchmark(BlockModel(), only=("ray", "start"))
    assert [one.name for one in found] == ["start", "ray"]


def test_a_model_without_directions_has_no_figures_of_sets():
    assert run.benchmark(BlockModel(), only=("sets", "ray")) == []
