"""Names that people give are shown letter by letter."""

from __future__ import annotations

import re

import pytest

from ganssl.ui.shared.words import literal


@pytest.mark.parametrize("name", ["*y*", "$z$", "`q`", "_a_", "[x](y)", ":material/add:", "a\\b"])
def test_no_sign_of_markdown_is_left_alone(name):
    shown = literal(name)
    assert re.sub(r"\\(.)", r"\1", shown) == name
    assert re.sub(r"\\.", "", shown).strip("abcdefghijklmnopqrstuvwxyz/()") == ""


def test_usual_titles_stay_as_they_are():
    for title in ("Smiling · mine, 20 labels, poor", "5 o clock shadow", "Runde Brille +1.5 σ (ä)"):
        assert literal(title) == title
