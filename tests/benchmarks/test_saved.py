"""Figures in a file, and what two files tell of a change."""

from __future__ import annotations

import pytest

from ganssl.benchmarks.measurement import Measurement
from ganssl.benchmarks.saved import SavedFigures, compared
from ganssl.errors import UserError


def figure(name: str, value: float, reference: float = 10.0, meaning: str = "it") -> Measurement:
    return Measurement(name, value, "ms", reference, reference / value, meaning)


def saved(*figures: Measurement, machine: str = "here", model: str = "a") -> SavedFigures:
    return SavedFigures("0.1.0", machine, model, figures)


def test_figures_come_back(tmp_path):
    figures = saved(figure("one face", 5.0), figure("sets", 400.0))
    figures.save(tmp_path / "figures.json")
    assert SavedFigures.load(tmp_path / "figures.json") == figures


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"figures": [{"name": 1}]}'])
def test_other_files_are_refused(tmp_path, text):
    (tmp_path / "figures.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="holds no figures of a benchmark"):
        SavedFigures.load(tmp_path / "figures.json")
    with pytest.raises(UserError, match="cannot be read"):
        SavedFigures.load(tmp_path / "absent")


def test_a_change_is_shown_in_figure_and_ratio():
    before = saved(figure("one face", 8.0), figure("gone", 1.0), figure("two", 4.0, meaning="this"))
    after = saved(figure("one face", 4.0), figure("new", 2.0), figure("two", 4.0, meaning="that"))
    lines = compared(before, after)
    (row,) = (line for line in lines if line.startswith("one face"))
    assert row.split()[2:] == ["8.0", "4.0", "-50%", "1.25", "2.50", "ms,", "to", "it"]
    assert sum("measured now alone" in line for line in lines) == 2  # `two` has another reference
    assert sum("measured then alone" in line for line in lines) == 2
    assert not any("differ" in line for line in lines)


def test_other_machines_and_models_are_said():
    lines = compared(saved(machine="there", model="b"), saved())
    assert "The machines differ: compare the ratios alone." in lines
    assert "The models differ: b and a." in lines
