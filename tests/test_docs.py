"""The documents: links lead somewhere, and tables name every command and page."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

from ganssl import commands
from ganssl.__main__ import command_modules, command_parser, main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
OF_TODAY = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]
"""Documents that describe what is there, and not what was."""

ABOUT_THE_CODE = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "docs/design.md")]
RESULTS = sorted((ROOT / "docs" / "results").glob("*.md"))
KEPT = {
    "few_labels.md": ("experiment", "label_efficiency.json"),
    "article_2017.md": ("reproduce-2017", "reproduce_2017.json"),
}
"""Pages of which the app ships the figures, too."""

COMMANDS = sorted(name for names in commands.GROUPS.values() for name in names)


def each_document(paths: list[Path]):
    return pytest.mark.parametrize("path", paths, ids=lambda p: p.relative_to(ROOT).as_posix())


def code(path: Path) -> str:
    """What a document shows as code, a line for each piece; commands over lines are joined."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL)
    indented = re.findall(r"^    (\S.*)", text, flags=re.MULTILINE)
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return "\n".join([*blocks, *indented, *(" ".join(piece.split()) for piece in inline)])


@cache
def options(command: str) -> frozenset[str]:
    """All that a command takes, as it is typed."""
    parser = command_parser(command_modules([command]))
    help = next(action for action in parser._actions if action.dest == "command")
    return frozenset(help.choices[command]._option_string_actions)


@each_document(DOCUMENTS)
def test_links_lead_somewhere(path: Path):
    links = re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8"))
    targets = [(path.parent / link).resolve() for link in links if "://" not in link]
    lost = [target for target in targets if not target.exists()]
    assert not lost


def test_the_readme_has_every_command_once():
    section = README[README.index("## The commands") : README.index("## In a notebook")]
    rows = section.partition("|---|---|\n")[2]
    named = re.findall(r"^\| `([a-z][\w-]*)", rows, flags=re.MULTILINE)
    assert sorted(named) == COMMANDS


def test_the_readme_has_every_page():
    router = (ROOT / "app.py").read_text(encoding="utf-8")
    titles = re.findall(r'title="([^"]+)"', router)
    assert len(titles) == len(list((ROOT / "pages").glob("*.py")))
    for title in titles:
        assert f"| **{title}** |" in README


def test_the_readme_has_every_folder_of_the_library():
    folders = [path.parent.name for path in (ROOT / "ganssl").glob("*/__init__.py")]
    assert len(folders) > 15
    assert not [name for name in folders if f"`ganssl/{name}/`" not in README]


@each_document(OF_TODAY)
def test_commands_take_the_options_that_are_shown(path: Path):
    """In code that names the program, and in README's table of commands."""
    typed = r"(?:-m |bin/|^)ganssl ([a-z][a-z0-9-]+)([^\n;|&]*)"
    lines = re.findall(typed, code(path), re.MULTILINE)
    if path.name == "README.md":
        table = README[README.index("## The commands") :].partition("|---|---|\n")[2]
        lines += re.findall(r"^\| `([a-z][\w-]*)([^`]*)`", table.partition("\n\n")[0], re.MULTILINE)
    for command, rest in lines:
        assert command in COMMANDS, f"there is no command {command}"
        for option in re.findall(r"(?<!\S)--[a-z][\w-]*", rest):
            assert option in options(command), f"{command} takes no {option}"


@each_document(OF_TODAY)
def test_files_and_modules_that_are_named_exist(path: Path):
    pieces = code(path)
    for place in re.findall(
        r"(?<![\w./-])((?:ganssl|pages|tests|docs|\.ci|ui/(?:shared|face))/[\w./-]*\w/?)", pieces
    ):
        root = ROOT / "ganssl" if place.startswith("ui/") else ROOT
        assert (root / place).exists(), f"{place} does not exist"
    for name in re.findall(r"(?<![\w./-])ganssl(?:\.\w+)+", pieces):
        module, _, last = name.rpartition(".")
        known = hasattr(importlib.import_module(module), last)
        assert known or importlib.util.find_spec(name), f"{name} does not exist"


@each_document(ABOUT_THE_CODE)
def test_files_named_without_their_folder_exist(path: Path):
    sources = {path.name for path in ROOT.iterdir()}
    for folder in ("ganssl", "tests", "pages"):
        sources |= {path.name for path in (ROOT / folder).rglob("*")}
    named = re.findall(r"^[\w-]+\.(?:py|txt|toml|md)$", code(path), flags=re.MULTILINE)
    assert not set(named) - sources


def test_names_stand_in_the_files_that_the_design_gives():
    """As `METHODS` (`names.py`)."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    found = re.findall(r"`(\w+)`(?: \||\s+\()\s*`([\w/]+\.py)`", text)
    assert len(found) > 5
    for name, file in found:
        places = (ROOT / "ganssl").rglob(file.removeprefix("ganssl/"))
        assert any(name in defined(place) for place in places), f"{name} is not in {file}"


def defined(path: Path) -> set[str]:
    """The names that a module gives to something of its own."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


@each_document(OF_TODAY)
def test_variables_of_the_environment_are_read_somewhere(path: Path):
    sources = [*(ROOT / "ganssl").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    text = "".join(p.read_text(encoding="utf-8") for p in sources if p != Path(__file__))
    named = set(re.findall(r"\bGANSSL_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert not [name for name in named if f'"{name}"' not in text]


@each_document(RESULTS)
def test_results_are_written_by_commands(path: Path):
    """Each in its part; who types a figure himself says so in a heading of its own."""
    text = path.read_text(encoding="utf-8")
    parts = re.findall(r"<!-- measured(?:: [^>]+)? -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert parts and len(parts) == text.count("<!-- measured") == text.count("<!-- end -->")
    for part in parts:
        assert part.startswith(("\n    python -m ganssl ", "\n    python docs/"))
    code = r"\A# .*?\n|<!-- measured.*?<!-- end -->|```.*?```|`[^`]*`"
    sections = re.split(r"^## ", re.sub(code, "", text, flags=re.DOTALL), flags=re.MULTILINE)
    frame = "".join(s for s in sections if not s.startswith(("By eye", "The earlier model")))
    assert not re.findall(r".*\d\.\d.*|.*\d %.*", frame.replace("95 %", ""))


@pytest.mark.parametrize("name", KEPT)
def test_a_page_has_the_figures_that_the_app_shows(name, capsys: pytest.CaptureFixture):
    command, file = KEPT[name]
    assert main([command, "--show", str(ROOT / "assets" / "experiments" / file)]) == 0
    _, _, tables = capsys.readouterr().out.partition("\n\n")
    assert tables.strip() in (ROOT / "docs" / "results" / name).read_text(encoding="utf-8")


def test_the_test_command_is_where_it_is_looked_for():
    command = README.partition("<!-- test command -->")[2].partition("<!-- end -->")[0]
    lines = [line for line in command.splitlines() if line and not line.startswith("```")]
    assert len(lines) == 1 and "-m pytest" in lines[0] and "constraints.txt" in lines[0]
    assert "<!-- test command -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_documents_name_no_place_of_one_machine():
    for path in [*DOCUMENTS, ROOT / "constraints.txt", ROOT / "pyproject.toml"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(work|home|root|tmp)/", text), path
