"""The bars of sliders beside what arbitrary directions and different faces reach."""

import json

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.directions.reach import LEAST_OWN
from ganssl.laboratory.bars import (
    QUANTILES,
    arbitrary_direction,
    arbitrary_effects,
    bars_table,
    measured_bars,
)
from ganssl.laboratory.card import direction_card
from ganssl.laboratory.reach import STEPS
from ganssl.laboratory.sheet import HEAD, LABEL, SIDE, holding_sheet
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import ATTRIBUTES, axis, block_laboratory

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def laboratory():
    return block_laboratory(faces=8)


def test_an_arbitrary_direction_moves_each_probe_by_its_share_of_the_code(laboratory):
    effects = arbitrary_effects(laboratory, 12)
    assert effects.shape == (12 * len(ATTRIBUTES),) and (effects >= 0).all()
    own = direction_card(laboratory, make_direction("Smiling", axis(0)), steps=STEPS).own
    # a unit vector of 16 numbers has 0.2 of its length on one of them, in the mean
    assert 0.05 * own.spreads < np.median(effects) < 0.4 * own.spreads
    np.testing.assert_array_equal(effects, arbitrary_effects(laboratory, 12))


def test_arbitrary_directions_lie_as_the_codes_do():
    covariance = np.eye(16)
    covariance[2, 2] = 400.0
    laboratory = block_laboratory(faces=2, covariance=covariance)
    rng = np.random.default_rng(0)
    found = [arbitrary_direction(laboratory, rng) for _ in range(20)]
    assert np.median([abs(one.vector[2]) for one in found]) > 0.8
    for one in found:
        assert one.sigma == pytest.approx(np.sqrt(one.vector @ covariance @ one.vector), rel=1e-3)


def test_a_bar_tells_how_much_lies_above_it(laboratory):
    cards = [direction_card(laboratory, make_direction("Smiling", axis(0)))]
    bars = measured_bars(laboratory, cards, 4)
    own = bars[0]
    effects = arbitrary_effects(laboratory, 4)
    assert own.value == LEAST_OWN and own.count == len(effects)
    assert own.above == pytest.approx((effects > LEAST_OWN).mean())
    assert own.quantiles[QUANTILES.index(0.5)] == pytest.approx(np.median(effects))
    strangers = bars[1]
    assert strangers.count == 8 * 7 // 2
    sliders = next(b for b in bars if b.name == own.name and b is not own)
    assert sliders.quantiles[0] == pytest.approx(cards[0].own.spreads)
    text = bars_table(bars)
    assert len(text.splitlines()) == 1 + len(bars) and "two different faces" in text
    json.dumps([bar.to_dict() for bar in bars], allow_nan=False)
    assert len(measured_bars(laboratory, [], 2)) == 2  # directions that no probe reads


def test_the_sheet_shows_each_face_before_and_under_each_rule(laboratory):
    directions = DirectionSet(
        laboratory.model.id,
        [make_direction(name, axis(1)) for name in ("Male", "Bald")]
        + [make_direction("Smiling", axis(0))],
    )
    sheet = holding_sheet(laboratory, directions, ["Smiling", "Bald"], ("raw", "locks"), 3.0, 2)
    pixels = np.asarray(sheet).astype(int)

    def cell(row: int, face: int, column: int) -> np.ndarray:
        left, top = LABEL + face * (3 * SIDE + 8) + column * SIDE, HEAD + row * (SIDE + 2)
        return pixels[top : top + SIDE, left : left + SIDE]

    smile = (slice(4, 16), slice(4, 16))  # block 0
    for face in (0, 1):
        before, raw, held = (cell(0, face, column)[smile].mean() for column in range(3))
        assert raw > before + 5 and held == pytest.approx(raw, abs=3)
        assert np.abs(cell(0, face, 0) - cell(1, face, 0)).max() == 0
    assert (cell(1, 0, 2) == 255).all() and not (cell(1, 0, 1) == 255).all()  # nothing is left
