"""Matrices and figures of the laboratory."""

import numpy as np
import pytest

from ganssl.laboratory.card import direction_card
from ganssl.laboratory.figures import (
    distance_figure,
    effects_figure,
    matrix_figure,
    response_figure,
)
from ganssl.laboratory.matrices import cosine_matrix, label_correlation, rescore
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import ATTRIBUTES, axis, block_laboratory

READ = (*ATTRIBUTES, "Skin_Tone")


@pytest.fixture(scope="module")
def laboratory():
    return block_laboratory(faces=16)


def test_cosines_between_directions():
    found = cosine_matrix([make_direction("A", axis(0)), make_direction("B", axis(0, 1))])
    np.testing.assert_allclose(found, [[1, np.sqrt(0.5)], [np.sqrt(0.5), 1]], atol=1e-6)


def test_label_correlation_is_pearson_over_known_pairs():
    rng = np.random.default_rng(0)
    first = rng.integers(0, 2, 500)
    labels = np.stack([first, np.where(rng.random(500) < 0.8, first, 1 - first), 0 * first + 1], 1)
    labels = labels.astype(np.int8)
    labels[:60, 0] = -1
    labels[100:130, 1] = -1
    found = label_correlation(labels)
    both = (labels[:, 0] >= 0) & (labels[:, 1] >= 0)
    expected = np.corrcoef(labels[both, 0], labels[both, 1])[0, 1]
    assert found[0, 1] == pytest.approx(expected) and found[1, 0] == pytest.approx(expected)
    assert found[0, 0] == pytest.approx(1)
    assert np.isnan(found[2, 0]) and np.isnan(found[1, 2])  # a constant says nothing


@pytest.mark.slow
def test_rescoring_has_effects_where_the_directions_lead(laboratory):
    directions = [
        make_direction("Smiling", axis(0)),
        make_direction("Male", axis(1)),
        make_direction("Young", -axis(2) + axis(1)),
    ]
    steps = []
    found = rescore(laboratory, directions, lambda *step: steps.append(step))
    assert found.moved == ("Smiling", "Male", "Young") and found.read == READ
    assert found.change.shape == (3, 7) and steps[-1] == (3, 3)
    np.testing.assert_allclose(np.diag(found.of(["Smiling", "Male"])[:2]), 1, atol=0.2)
    assert found.of(["Young"])[2, 0] < -0.5 and found.of(["Male"])[2, 0] > 0.5
    assert np.abs(found.change[0, 1:]).max() < 0.02
    assert np.isnan(found.of(["Goatee"])).all()


@pytest.mark.slow
def test_rescoring_and_card_agree(laboratory):
    direction = make_direction("Smiling", axis(0, 4))
    before = rescore(laboratory, [direction]).change[0]
    card = direction_card(laboratory, direction)
    effects = {e.attribute: e.spreads for e in (card.own, *card.others)}
    np.testing.assert_allclose(before, [effects[name] for name in READ], atol=1e-6)


@pytest.mark.slow
def test_figures_show_the_numbers(laboratory):
    card = direction_card(laboratory, make_direction("Smiling", axis(0, 1)))
    bars = effects_figure(card, shown=3).data[0]
    assert list(bars.y)[:2] == ["Smiling", "Male"] and len(bars.x) == 4
    assert bars.x[0] == card.own.spreads
    width = (card.own.high - card.own.logit) * card.own.spreads / card.own.logit
    assert bars.error_x.array[0] == pytest.approx(width)
    line = response_figure(card).data[1]
    assert list(line.x) == [-3, -2, -1, 0, 1, 2, 3] and line.y[3] == 0
    assert list(distance_figure(card).data[0].y) == [r.identity for r in card.steps]
    values = np.array([[0.5, -2.0], [np.nan, 1.0]])
    heat = matrix_figure(values, ["Gray_Hair", "Bald"], ["Bald", "Young"], "title").data[0]
    assert (heat.zmin, heat.zmax) == (-2, 2) and heat.y[0] == "Gray hair"


@pytest.mark.slow
def test_a_figure_without_an_own_attribute(laboratory):
    card = direction_card(laboratory, make_direction("Unheard", axis(0)))
    assert len(response_figure(card).data) == 0
    assert effects_figure(card).data[0].y[0] == "Smiling"
