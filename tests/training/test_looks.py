"""Looks of generated faces by networks that tell them from photos."""

from __future__ import annotations

import numpy as np

from ganssl.training.looks import log_odds, map_statistics, realism


def test_faces_that_are_like_photos_get_the_better_odds():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(600, 5))
    flaw = np.where(np.arange(600) % 2, 3.0, 0.5)  # every other face shows a strong flaw
    made = rng.normal(size=(600, 5)) + flaw[:, None] * np.eye(5)[2]
    odds = log_odds(real, made)
    assert odds.shape == (600,) and odds[::2].mean() > odds[1::2].mean() + 0.3


def test_no_face_is_judged_by_what_it_taught():
    """On pure noise, features beyond number would let a regression know its own faces by heart."""
    rng = np.random.default_rng(0)
    odds = log_odds(rng.normal(size=(100, 300)), rng.normal(size=(100, 300)))
    assert abs((odds > 0).mean() - 0.5) < 0.2


def test_faces_far_from_all_photos_are_less_real():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(1200, 4)) * [1, 5, 1, 1]
    near = rng.normal(size=(300, 4)) * [0.5, 2.5, 0.5, 0.5]
    odd = near + np.array([8, 0, 0, 0])
    found = realism(real, np.concatenate([near, odd]))
    assert found[:300].mean() > 0 > found[300:].max()
    np.testing.assert_allclose(realism(real * 100 + 7, near * 100 + 7), found[:300], atol=1e-3)


def test_maps_are_told_by_mean_and_spread_of_each_channel():
    def network(values, training):
        assert not training
        return values[:, ::2, ::2], values[..., :1] * 2

    faces = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8)
    values = faces / 127.5 - 1
    coarse = values[:, ::2, ::2]
    expected = [
        coarse.mean(axis=(1, 2)),
        2 * values[..., :1].mean(axis=(1, 2)),
        coarse.std(axis=(1, 2)),
        2 * values[..., :1].std(axis=(1, 2)),
    ]
    found = map_statistics(network)(faces)
    np.testing.assert_allclose(found, np.concatenate(expected, axis=1), atol=1e-5)
