"""`python -m ganssl` as a user meets it: help, errors in one sentence, the training commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ganssl
from ganssl import commands
from ganssl.__main__ import command_modules, command_names, main
from ganssl.models.operations import layer_operations
from tests.helpers.fresh_process import told_by
from tests.helpers.synthetic_photos import write_celeba


def test_every_command_has_help(capsys: pytest.CaptureFixture):
    names = command_names()
    assert {"train-gan", "distill-features", "fit-directions", "evaluate-gan"} <= set(names)
    assert {"generate", "benchmark", "export-model"} <= set(names)
    for name in names:
        with pytest.raises(SystemExit) as stop:
            main([name, "--help"])
        assert stop.value.code == 0
        assert capsys.readouterr().out.startswith("usage: python -m ganssl " + name)


def test_the_version_is_that_of_the_library(capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.strip() == f"ganssl {ganssl.__version__}"


def test_help_lists_every_command_once_under_its_group(capsys: pytest.CaptureFixture):
    grouped = [name for names in commands.GROUPS.values() for name in names]
    assert sorted(grouped) == command_names()
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    places = [text.index(f"\n{title}:\n") for title in commands.GROUPS]
    assert places == sorted(places) and "others:" not in text
    for module in command_modules(command_names()).values():
        assert text.count(module.HELP) == 1


def test_a_misspelt_command_names_what_is_close(capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit) as stop:
        main(["synthesise"])
    assert stop.value.code == 2
    assert "Did you mean synthesize?" in capsys.readouterr().err


def test_a_misspelt_option_names_what_is_close(capsys: pytest.CaptureFixture):
    for typed in (["--attrbute", "Male"], ["--attrbute=Male"]):
        with pytest.raises(SystemExit) as stop:
            main(["synthesize", "--attribute", "Male", "--out", "set", *typed])
        said = capsys.readouterr().err
        assert stop.value.code == 2 and "Did you mean --attribute" in said
        assert "usage: python -m ganssl synthesize" in said


def modules_after(arguments: list[str]) -> set[str]:
    """What a fresh process has loaded after a command."""
    code = (
        "import json, sys; from ganssl.__main__ import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "print(json.dumps(list(sys.modules)))"
    )
    return set(told_by(code))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["generat"], ["synthesize"]])
def test_help_and_errors_load_next_to_nothing(arguments: list[str]):
    loaded = modules_after(arguments)
    assert "ganssl.commands" in loaded
    assert not {"tensorflow", "keras", "streamlit", "numpy", "PIL", "scipy"} & loaded


def test_a_command_loads_no_other():
    own = {n for n in modules_after(["generate", "--help"]) if n.startswith("ganssl.commands.")}
    assert own == {"ganssl.commands.generate", "ganssl.commands._options"}


@pytest.mark.slow
def test_one_face_is_drawn_without_tensorflow(tmp_path: Path):
    out = tmp_path / "face.png"
    loaded = modules_after(["generate", "--seed", "7", "--set", "Smiling=2", "--out", str(out)])
    assert out.stat().st_size > 1000 and "onnxruntime" in loaded
    heavy = {"tensorflow", "keras", "streamlit", "sklearn", "scipy", "pandas"}
    assert not heavy & loaded
    assert len(loaded) < 700  # of the 3,000 and more that TensorFlow brings


@pytest.mark.parametrize("console", ["cp1252", "ascii"])
def test_a_console_without_greek_letters_gets_what_it_can_show(console: str):
    environment = os.environ | {"PYTHONIOENCODING": console}
    command = [sys.executable, "-m", "ganssl", "generate", "--help"]
    run = subprocess.run(
        command,
        capture_output=True,
        cwd=Path(ganssl.__file__).parents[1],
        env=environment,
        timeout=300,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"\\u03c3" in run.stdout and b"Smiling=2" in run.stdout


def test_markdown_is_refused_before_long_work(tmp_path: Path, capsys: pytest.CaptureFixture):
    lost = str(tmp_path / "nowhere" / "speed.md")
    assert main(["benchmark", "--markdown", lost]) == 2
    assert "folder does not exist" in capsys.readouterr().err
    assert main(["benchmark", "--json", "--markdown", str(tmp_path / "speed.md")]) == 2
    assert main(["benchmark", "--markdown", str(tmp_path / "speed.csv")]) == 2
    options = ["--classifier", "c", "--photos", "p"]
    assert main(["evaluate", *options, "--predictions", str(tmp_path / "answers.xlsx")]) == 2
    assert main(["evaluate", *options, "--report", str(tmp_path / "report.pdf")]) == 2
    assert main(["evaluate-gan", "--data", "p", "--json", str(tmp_path / "found.csv")]) == 2
    wrong = ["--markdown", str(tmp_path / "found.csv")]
    assert main(["evaluate", *options, *wrong]) == 2
    assert main(["train-classifier", "--data", "set", "--out", "c", *wrong]) == 2
    assert main(["synthesize", "--attribute", "Male", "--out", str(tmp_path / "set"), *wrong]) == 2
    assert list(tmp_path.iterdir()) == []
    said = capsys.readouterr().err
    assert "leave one of them out" in said and said.count("found.csv would say") == 4


@pytest.mark.slow
def test_bad_input_is_one_sentence_and_status_2(capsys: pytest.CaptureFixture, tmp_path: Path):
    missing = str(tmp_path / "nowhere")
    assert main(["train-gan", "--data", missing, "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "nowhere does not exist" in message and "Traceback" not in message
    assert main(["train-gan", "--encoder-only", "--data", missing, "--out", missing]) == 2
    assert "give --start MODEL" in capsys.readouterr().err
    assert main(["export-model", "--run", missing, "--out", str(tmp_path / "m")]) == 2
    assert "no training run" in capsys.readouterr().err
    share = ["export-model", "--model", missing, "--out", missing, "--blend-share", "0.5"]
    assert main(share) == 2
    assert "name it with --blend" in capsys.readouterr().err


@pytest.mark.slow
def test_train_resume_export(tmp_path: Path, capsys: pytest.CaptureFixture):
    """A tiny training on drawn photos ends in a bundle with directions; resume goes on."""
    write_celeba(tmp_path / "photos", 120)
    out = tmp_path / "run"
    common = ["--data", str(tmp_path / "photos"), "--out", str(out), "--size", "64"]
    common += ["--batch-size", "8", "--dtype", "float32", "--latent-size", "3"]
    common += ["--feature-from", "0.5"]
    assert main(["train-gan", *common, "--epochs", "1"]) == 0
    text = capsys.readouterr().out
    assert "training on" in text and "wrote" in text
    first = json.loads((out / "faces-64" / "manifest.json").read_text(encoding="utf-8"))
    assert first["config"]["size"] == 64 and first["config"]["latent_size"] == 3
    assert main(["train-gan", *common, "--epochs", "2", "--resume"]) == 0
    second = json.loads((out / "faces-64" / "manifest.json").read_text(encoding="utf-8"))
    assert second["sha256"]["generator.npz"] != first["sha256"]["generator.npz"]
    card = (out / "faces-64" / "card.md").read_text(encoding="utf-8")
    assert "python -m ganssl" in card and "not facts" in card


@pytest.mark.slow
def test_layer_operations_counts_by_hand():
    import keras

    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(5, 3, strides=2, padding="same")(image)
    x = keras.layers.Dense(7)(keras.layers.Flatten()(x))
    expected = 2 * (4 * 4 * 3 * 3 * 3 * 5 + 4 * 4 * 5 * 7)
    assert layer_operations(keras.Model(image, x)) == expected


def test_benchmark_refuses_what_it_cannot_do(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["benchmark", "--scale", "0"]) == 2
    assert "more than 0" in capsys.readouterr().err
    assert main(["benchmark", "--scale", "10", "--json"]) == 2
    assert "stands alone" in capsys.readouterr().err
    assert main(["benchmark", "--only", "networks,speed"]) == 2
    assert "not 'speed'" in capsys.readouterr().err
    assert main(["benchmark", "--only", "app", "--scale", "10"]) == 2
    assert "leave it out here" in capsys.readouterr().err
    assert main(["benchmark", "--compare", str(tmp_path / "absent.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.slow
def test_benchmark_compares_with_references(capsys: pytest.CaptureFixture):
    sections = "networks,start,laboratory,sets"
    assert main(["benchmark", "--seconds", "0.1", "--json", "--only", sections]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    names = [figure["name"] for figure in figures]
    assert any("one face" in n for n in names) and any("memory" in n for n in names)
    assert all(np.isfinite(f["ratio"]) and f["reference"] > 0 for f in figures)
