"""The scripts in `docs/examples/` run from top to bottom and leave what they say."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from ganssl.directions import DirectionSet

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
LEFT = {
    "explore": ("smiling.png", "young.png", "eight.png", "face.json"),
    "synthesize": ("set/labels.csv", "set/DATASHEET.md", "first.png"),
    "train_and_judge": ("classifier", "photos/labels.csv"),
    "own_labels": ("labels.csv", "directions.npz"),
}


def test_every_example_is_run():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(LEFT)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LEFT))
def test_example_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path(str(EXAMPLES / f"{name}.py"))
    for file in LEFT[name]:
        assert (tmp_path / file).exists(), file
    if name == "explore":
        assert (found["before"] != found["after"]).any()
    if name == "synthesize":
        assert found["summary"].complete and found["faces"].labels.mean() == 0.5
    if name == "train_and_judge":
        assert found["found"].judgement.n == 60
        assert found["compared"].table[0]["method"] and len(found["compared"].table) > 3
    if name == "own_labels":
        assert DirectionSet.load(tmp_path / "directions.npz").attributes == ("Long hair",)
