"""The documents: links lead somewhere, and tables name every command and page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ganssl import commands

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path):
    links = re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8"))
    targets = [(path.parent / link).resolve() for link in links if "://" not in link]
    lost = [target for target in targets if not target.exists()]
    assert not lost


def test_the_readme_has_every_command_once():
    section = README[README.index("## The commands") : README.index("## In a notebook")]
    rows = section.partition("|---|---|\n")[2]
    named = re.findall(r"^\| `([a-z][\w-]*)", rows, flags=re.MULTILINE)
    assert sorted(named) == sorted(name for names in commands.GROUPS.values() for name in names)


def test_the_readme_has_every_page():
    router = (ROOT / "app.py").read_text(encoding="utf-8")
    titles = re.findall(r'title="([^"]+)"', router)
    assert len(titles) == len(list((ROOT / "pages").glob("*.py")))
    for title in titles:
        assert f"| **{title}** |" in README


def test_the_test_command_is_where_it_is_looked_for():
    command = README.partition("<!-- test command -->")[2].partition("<!-- end -->")[0]
    lines = [line for line in command.splitlines() if line and not line.startswith("```")]
    assert len(lines) == 1 and "-m pytest" in lines[0] and "constraints.txt" in lines[0]
    assert "<!-- test command -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_documents_name_no_place_of_one_machine():
    for path in [*DOCUMENTS, ROOT / "constraints.txt", ROOT / "pyproject.toml"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(work|home|root|tmp)/", text), path
