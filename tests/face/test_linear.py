"""Codes by vectors of sliders are the codes of the states themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganssl.directions.names import RULES
from ganssl.face.linear import slider_vectors, truncation_vector
from ganssl.face.render import face_code
from ganssl.face.state import FaceState
from tests.helpers.small_model import OFFERED, small_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    return small_model()


def test_moving_sliders_by_their_vectors_gives_the_code_of_the_new_state(model):
    rng = np.random.default_rng(0)
    movable = [name for name in OFFERED if name != "Sideburns"]  # it lies on the axis of Bald
    for seed in range(20):
        locked = tuple(rng.choice(movable, size=rng.integers(0, 3), replace=False))
        free = [name for name in movable if name not in locked]
        start = FaceState(seed, 0.8, {name: rng.integers(-30, 31) / 10 for name in free}, locked)
        start = replace(start, hold=rng.choice(list(RULES)))
        end = replace(start, edits={name: rng.integers(-30, 31) / 10 for name in free})
        vectors = slider_vectors(model, start, OFFERED)
        code = face_code(model, start)
        for name in free:
            code = code + (end.amount(name) - start.amount(name)) * vectors[name]
        np.testing.assert_allclose(code, face_code(model, end), atol=1e-5)


def test_a_slider_without_room_beside_the_locks_has_no_vector(model):
    assert "Sideburns" not in slider_vectors(model, FaceState(locked=("Bald",)), OFFERED)


def test_typical_to_varied_is_a_straight_way(model):
    start, end = FaceState(5, 0.35, {"Young": 2.0}), FaceState(5, 0.9, {"Young": 2.0})
    code = face_code(model, start) + 0.55 * truncation_vector(model, start)
    np.testing.assert_allclose(code, face_code(model, end), atol=1e-5)
