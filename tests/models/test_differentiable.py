"""Augmentation of what the judges see: alike for equal chances, and gradients pass through."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.models.differentiable import CHANCES, CUT, SHIFT, augment

pytestmark = pytest.mark.slow

SIDE = 32


def faces(count: int = 2) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (count, SIDE, SIDE, 3)).astype("float32")


def chances(**changed: float) -> np.ndarray:
    """In the middle nothing but the cut-out changes; it is put in the corner."""
    values = dict(light=0.5, colour=0.5, contrast=0.5, row=-10.0, column=-10.0) | changed
    return np.tile(np.array(list(values.values()), "float32"), (2, 1))


MIDDLE = np.full(2, 0.5, "float32")


def test_in_the_middle_of_all_chances_a_face_stays_what_it_is():
    np.testing.assert_allclose(augment(faces(), chances(), MIDDLE), faces(), atol=1e-5)


def test_light_colour_and_contrast_change_what_their_name_says():
    x = faces()
    lighter = np.asarray(augment(x, chances(light=1.0), MIDDLE))
    np.testing.assert_allclose(lighter - x, 0.25, atol=1e-5)
    grey = np.asarray(augment(x, chances(colour=0.0), MIDDLE))
    np.testing.assert_allclose(grey.mean(axis=3), x.mean(axis=3), atol=1e-5)
    assert grey.std(axis=3).mean() < 0.6 * x.std(axis=3).mean()
    flat = np.asarray(augment(x, chances(contrast=0.0), MIDDLE))
    np.testing.assert_allclose(flat.mean(axis=(1, 2, 3)), x.mean(axis=(1, 2, 3)), atol=1e-4)
    assert flat.std() < x.std()


def test_all_faces_of_a_batch_move_alike():
    x = faces()
    moved = np.asarray(augment(x, chances(), np.zeros(2, "float32")))
    np.testing.assert_allclose(moved[:, SHIFT:, SHIFT:], x[:, :-SHIFT, :-SHIFT], atol=1e-5)
    assert not moved[:, :SHIFT].any()


def test_a_square_is_blanked():
    cut = np.asarray(augment(faces() + 5.0, chances(row=0.5, column=0.5), MIDDLE))
    blank = (cut == 0).all(axis=3)
    expected = round(CUT * SIDE)
    assert np.abs(blank[0].sum() - expected**2) <= 3 * expected
    assert blank[0, SIDE // 2, SIDE // 2] and not blank[0, 0, 0]


def test_gradients_pass_through():
    import tensorflow as tf

    x = tf.constant(faces())
    random = np.random.default_rng(1).random((2, CHANCES)).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(augment(x, random, MIDDLE) ** 2)
    gradient = tape.gradient(total, x).numpy()
    assert np.isfinite(gradient).all() and (np.abs(gradient).mean(axis=(1, 2, 3)) > 0.1).all()
