"""What millions of faces take follows from rates, machines and the price that is given."""

from __future__ import annotations

import pytest

from ganssl.benchmarks.scale import Rates, measure_rates, scale_lines
from ganssl.errors import UserError
from ganssl.synthesis import Recipe
from tests.helpers.planted_laboratory import BlockModel
from tests.helpers.small_model import small_model

RATES = Rates(written=500.0, read=1000.0, bytes_per_face=8000.0, recipe=Recipe("Male"))


def test_time_disk_and_money_follow_from_the_rates():
    lines = scale_lines(RATES, faces=18_000_000, machines=10, price=0.5)
    (write,) = (line for line in lines if line.startswith("draw and write"))
    assert write.split()[-3:] == ["500", "1.0", "5.00"]  # 18e6 / 500 / 10 = 3,600 s
    (read,) = (line for line in lines if line.startswith("read and take"))
    assert read.split()[-3:] == ["1,000", "0.5", "2.50"]
    assert "disk: 144 GB, 8,000 bytes a face" in lines


def test_without_a_price_there_is_no_money():
    text = "\n".join(scale_lines(RATES, faces=1000, machines=1))
    assert "price" not in text and "64 px on 1 machine like" in text


@pytest.mark.slow
def test_rates_are_measured_on_a_set_that_is_there():
    rates = measure_rates(small_model(), seconds=0.01)
    assert rates.written > 0 and rates.read > 0
    assert 1000 < rates.bytes_per_face < 64 * 64 * 3 + 5000


def test_a_model_without_directions_makes_no_sets():
    with pytest.raises(UserError, match="no directions to make sets with"):
        measure_rates(BlockModel())
