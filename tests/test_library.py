"""The library's face: what `import ganssl` shows, that it costs nothing, and its examples."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import ganssl

ROOT = Path(__file__).parents[1]
HEAVY = ("tensorflow", "keras", "streamlit", "sklearn", "scipy", "numpy", "PIL", "plotly")

QUICK = ("Attribute", "FaceState", "Recipe", "DirectionSet", "edit_codes", "read_photos")
WITH_THE_SHIPPED_MODEL = (
    "load_model",
    "render",
    "editable_photo",
    "synthesize",
    "read_set",
    "train_on_set",
    "judge_photos",
)


def loaded_after(code: str) -> dict[str, bool]:
    """Which of the heavy packages a fresh interpreter has loaded after some code."""
    code += f"\nimport json, sys; print(json.dumps({{n: n in sys.modules for n in {HEAVY}}}))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=ROOT, check=True
    )
    return json.loads(run.stdout)


def test_import_loads_nothing_heavy():
    assert not any(loaded_after("import ganssl; dir(ganssl); ganssl.__version__").values())


def test_the_public_names_come_without_tensorflow_and_streamlit():
    loaded = loaded_after("import ganssl\nfor name in ganssl.__all__: getattr(ganssl, name)")
    assert loaded["numpy"]  # else nothing was looked at
    assert not any(loaded[name] for name in ("tensorflow", "keras", "streamlit", "sklearn"))


def test_public_names_are_what_their_rooms_define():
    assert len(set(ganssl.__all__)) == len(ganssl.__all__)
    for name in ganssl.__all__:
        assert name in dir(ganssl)
        found = getattr(ganssl, name)
        if name != "__version__":
            home = importlib.import_module(ganssl._HOMES[name])
            assert found is getattr(home, name)
            assert found.__name__ == name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'synthesise'"):
        ganssl.synthesise  # noqa: B018


def test_help_shows_the_public_names_and_what_they_take():
    page = pydoc.plain(pydoc.render_doc(ganssl))
    for name in ganssl._HOMES:
        assert name in page
        assert inspect.getdoc(getattr(ganssl, name)), f"{name} has no docstring"
    page = pydoc.plain(pydoc.render_doc(ganssl.synthesize))
    assert "recipe: 'Recipe'" in page and "Example:" in page and "Raises:" in page


@pytest.mark.parametrize("name", QUICK)
def test_example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert failures_of_example(name, tmp_path, monkeypatch) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_THE_SHIPPED_MODEL)
def test_example_with_the_shipped_model(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert failures_of_example(name, tmp_path, monkeypatch) == ""


def failures_of_example(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the example in a docstring in an empty folder; the report of what went wrong."""
    monkeypatch.chdir(folder)
    text = inspect.getdoc(getattr(ganssl, name))
    example = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert example.examples, f"{name} has no example"
    report: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    doctest.DocTestRunner(optionflags=flags).run(example, out=report.append)
    return "".join(report)
