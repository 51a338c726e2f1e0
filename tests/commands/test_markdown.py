"""Pages of results: what a command measured, in a frame of words that stays."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from ganssl.__main__ import main
from ganssl.commands._markdown import write_markdown
from ganssl.errors import UserError

KEPT = Path(__file__).parents[2] / "assets" / "experiments" / "label_efficiency.json"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "argv", ["ganssl", "benchmark", "--model", str(tmp_path / "mine")])
    return tmp_path / "speed.md"


def write(page: Path, text: str, part: str | None = None, **more) -> str:
    """The text of the page after a result was written to it."""
    write_markdown(Namespace(markdown=str(page), markdown_part=part), "Speed", text, **more)
    return page.read_text(encoding="utf-8")


def test_a_result_is_written_with_its_command(page: Path):
    text = write(page, "\n   head\nface 6.7\n")
    assert text.startswith("# Speed\n\n")
    assert "\n\n    python -m ganssl benchmark --model mine\n\n" in text
    assert "```text\n   head\nface 6.7\n```" in text and str(page.parent) not in text


def test_what_stands_around_a_result_stays(page: Path):
    first = write(page, "face 6.7")
    page.write_text(f"{first.replace('# Speed', '# How fast?')}\nSlow.\n", encoding="utf-8")
    text = write(page, "face 4.5", measured="Measured today.")
    assert text.startswith("# How fast?\n\n<!-- measured -->") and text.endswith("-->\n\nSlow.\n")
    assert "face 4.5" in text and "face 6.7" not in text and "\n\nMeasured today.\n\n" in text
    assert write(page, "face 4.5", measured="Measured today.") == text


def test_parts_of_a_page_are_written_one_by_one(page: Path):
    write(page, "male 1", "Male")
    both = write(page, "smiling 2", "Smiling")
    assert both.index("male 1") < both.index("smiling 2") and both.count("# Speed") == 1
    again = write(page, "male 3", "Male")
    assert again == both.replace("male 1", "male 3")
    assert write(page, "| a |\n|---|", "A table", fenced=False).count("```") == 4
    alone = write(page, "all")  # without a part, a page of parts is written anew
    assert "male" not in alone and alone.count("<!--") == 2


def test_a_picture_of_a_part_has_its_name(page: Path):
    text = write(page, "face 6.7", "Ten sliders", picture=("Faces", b"RIFF"))
    assert "![Faces](speed_Ten_sliders.webp)" in text
    assert (page.parent / "speed_Ten_sliders.webp").read_bytes() == b"RIFF"
    assert "![Faces](speed.webp)" in write(page, "face", picture=("Faces", b"RIFF"))


def test_a_part_without_its_end_loses_nothing(page: Path):
    page.write_text("# Speed\n\n<!-- measured -->\n\nmy words\n", encoding="utf-8")
    with pytest.raises(UserError, match="without its <!-- end -->"):
        write(page, "face 6.7")
    assert "my words" in page.read_text(encoding="utf-8")


def test_parts_are_checked_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["benchmark", "--markdown-part", "Male"]) == 2
    assert "give that as well" in capsys.readouterr().err
    file = str(tmp_path / "speed.md")
    assert main(["benchmark", "--markdown", file, "--markdown-part", "--> Male"]) == 2
    assert "letters, digits" in capsys.readouterr().err and not Path(file).exists()


def test_a_kept_result_is_shown_in_place_of_measuring(
    tmp_path: Path, capsys: pytest.CaptureFixture
):
    """Those that ship are held to the documents by `tests.test_docs`."""
    page, kept = tmp_path / "plain.md", tmp_path / "plain.json"
    draws = [
        {"attribute": "Male", "labels_per_class": 5, "auc": 0.9, "majority": 0.5}
        | {"accuracy": accuracy, "accuracy_own": 0.7, "accuracy_at_half": 0.6}
        | {"expected": None, "covered": None}
        for accuracy in (0.8, 0.9)
    ]
    values = {"command": "python -m ganssl experiment --plain", "model": "0123", "features": "f 1"}
    kept.write_text(json.dumps(values | {"draws": draws}), encoding="utf-8")
    assert main(["experiment", "--plain", "--show", str(kept), "--markdown", str(page)]) == 0
    said = capsys.readouterr().out
    first, _, table = said.partition("\n\n")
    assert first == (
        "Measured on the face model 0123, features f 1, by `python -m ganssl experiment --plain`."
    )
    assert "Male, 5+5, 2 draws" in table and "0.850 ±" in table
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# The plain path") and table.strip() in text and first in text
    assert main(["experiment", "--show", str(kept)]) == 2  # a curve is kept otherwise
    assert "holds no result" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["experiment", "reproduce-2017"])
def test_what_cannot_be_shown_is_told(command: str, tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main([command]) == 2
    assert "--data" in (said := capsys.readouterr().err) and "or --show FILE" in said
    assert main([command, "--show", str(KEPT), "--data", "celeba"]) == 2
    assert "leave --data out" in capsys.readouterr().err
    for text, why in (("{}", "holds no result"), ("[1]", "holds no result"), ("{", "is not JSON")):
        (tmp_path / "other.json").write_text(text, encoding="utf-8")
        assert main([command, "--show", str(tmp_path / "other.json")]) == 2
        assert why in capsys.readouterr().err
    assert main([command, "--show", str(tmp_path / "nothing.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err
