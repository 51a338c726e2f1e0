"""One row of a set's table: by name, and as the cells that the file holds."""

from __future__ import annotations

import pytest

from ganssl.synthesis.layout import COLUMNS, Row

CELLS = ["images/1_Male/00000003.png", "Male", "3", "7", "1.2500", "", "4", "1", "0"]


def test_cells_come_back_by_name_and_in_order():
    row = Row.of(CELLS)
    assert COLUMNS == ("file", "label", "index", "seed", "sigma", "pair", "photo")
    assert (row.file, row.label, row.sigma, row.photo) == (CELLS[0], "Male", "1.2500", "4")
    assert row.sides == ("1", "0") and list(row.cells) == CELLS
    assert list(Row.of(CELLS[:7]).cells) == CELLS[:7]


def test_a_row_that_was_cut_off_is_no_row():
    with pytest.raises(ValueError, match="6 cells in place of 7"):
        Row.of(CELLS[:6])
