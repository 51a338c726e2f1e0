"""The wheel: what it holds, what it asks for, and that it works away from the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import ganssl
from ganssl.base import assets

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def wanted(lines: list[str]) -> set[str]:
    """The packages of requirements, by name and extra, without versions."""
    found = (re.match(r"[\w-]+(\[[\w,-]+\])?", line) for line in lines)
    return {match[0].lower() for match in found if match}


def required(name: str) -> set[str]:
    """The packages that a requirements file names itself."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return wanted([line for line in lines if not line.startswith("-r")])


def test_requirements_and_project_ask_for_the_same():
    extras = PROJECT["optional-dependencies"]
    assert required("requirements.txt") == wanted([*PROJECT["dependencies"], *extras["app"]])
    assert required("requirements-ray.txt") == wanted(extras["ray"])
    assert required("requirements-gpu.txt") == wanted(extras["gpu"])
    assert required("requirements-dev.txt") == wanted(extras["dev"]) - {"ganssl[app,ray]"}


def test_every_requirement_has_a_tested_version():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    pinned = {pin.partition("==")[0].lower().replace("_", "-") for pin in pins}
    for name in ("requirements.txt", "requirements-ray.txt"):
        assert required(name) <= pinned, name


def test_shipped_files_are_found_in_the_checkout():
    assert assets.ROOT == ROOT and assets.APP.is_file() and assets.ASSETS.is_dir()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no earlier build leaks in."""
    copy, out = tmp_path_factory.mktemp("source") / "copy", tmp_path_factory.mktemp("wheel")
    left = (".git", ".venv", "runs", "build", "dist", "*.egg-info", "__pycache__", "tests", "docs")
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*left))
    pip("wheel", str(copy), "--no-build-isolation", "--wheel-dir", str(out))
    return next(out.glob("ganssl-*.whl"))


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "--no-deps", "--quiet"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
def test_the_wheel_holds_what_the_app_needs(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = next(name for name in names if name.endswith("METADATA"))
        asked = Parser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist")
    sheets = {"ganssl/ui/style.css", "ganssl/ui/presenting.css"}
    assert {*sheets, "ganssl/ui/icon.svg", "ganssl/py.typed"} <= names
    for folder in ("assets", "pages"):
        here = [p for p in (ROOT / folder).rglob("*") if p.is_file() and p.suffix != ".pyc"]
        shipped = {f"ganssl/shipped/{p.relative_to(ROOT).as_posix()}" for p in here}
        assert shipped and shipped <= names
    assert {"ganssl/shipped/app.py", "ganssl/shipped/.streamlit/config.toml"} <= names
    assert {name.partition("/")[0] for name in names} == {
        "ganssl",
        metadata.partition("/")[0],
    }
    always = wanted([line for line in asked if "extra ==" not in line])
    assert "tensorflow" in always and not {"pytest", "streamlit", "ray", "ruff"} & always


@pytest.mark.slow
def test_the_wheel_works_away_from_the_checkout(wheel: Path, tmp_path: Path):
    site, here = tmp_path / "site", tmp_path / "here"
    here.mkdir()
    pip("install", str(wheel), "--target", str(site))
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def output(*command: str) -> str:
        run = subprocess.run(
            command, capture_output=True, encoding="utf-8", cwd=here, env=environment
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    command = next(path for path in (site / "bin").iterdir() if path.stem == "ganssl")
    assert output(str(command), "--version").strip() == f"ganssl {ganssl.__version__}"
    output(str(command), "generate", "--seed", "7", "--set", "Smiling=2", "--out", "face.png")
    assert (here / "face.png").stat().st_size > 1000
    shown = output(
        sys.executable,
        "-c",
        "from ganssl.base.assets import APP, ROOT\n"
        "import tensorflow\n"  # not within the page's time
        "from streamlit.testing.v1 import AppTest\n"
        "page = AppTest.from_file(str(APP), default_timeout=300).run()\n"
        "assert not page.exception and page.main, page\n"
        "print(ROOT)",
    )
    assert Path(shown.strip().splitlines()[-1]) == (site / "ganssl" / "shipped").resolve()
