"""A change of basis between encoder and generator, and what it leaves as it was."""

import numpy as np
import pytest

from ganssl.models.layers import Modulate
from ganssl.training.whiten import whiten
from tests.helpers.small_model import LATENT, small_model

pytestmark = pytest.mark.slow


def test_faces_stay_and_codes_get_the_moments_of_the_prior():
    model = small_model()
    rng = np.random.default_rng(2)
    told = [layer for layer in model.generator.layers if isinstance(layer, Modulate)]
    for layer in told:  # as after training: the code has a say everywhere
        layer.set_weights([0.03 * rng.standard_normal(w.shape) for w in layer.get_weights()])
    assert told
    faces = np.random.default_rng(0).uniform(-1, 1, (400, 64, 64, 3)).astype("float32")
    mean, spread = model.encoder.predict(faces, batch_size=50, verbose=0)
    rebuilt = model.generator.predict(mean[:20], verbose=0)
    # the random encoder hardly tells noise apart, so the population is drawn
    rng = np.random.default_rng(1)
    codes = rng.normal(size=(400, LATENT)) @ rng.normal(size=(LATENT, LATENT)) + 0.5
    drawn = model.generator.predict(codes[:20].astype("f4"), verbose=0)

    change = whiten(model, codes, np.exp(spread).mean(axis=0))
    moved = codes @ change
    np.testing.assert_allclose(moved.T @ moved / len(moved), np.eye(LATENT), atol=1e-9)
    np.testing.assert_allclose(change, change.T, atol=1e-9)
    np.testing.assert_allclose(
        model.generator.predict(moved[:20].astype("f4"), verbose=0), drawn, atol=1e-3
    )
    again, widened = model.encoder.predict(faces, batch_size=50, verbose=0)
    np.testing.assert_allclose(again, mean @ change, atol=1e-4)
    np.testing.assert_allclose(model.generator.predict(again[:20], verbose=0), rebuilt, atol=1e-3)
    expected = change**2 @ np.exp(spread).mean(axis=0)  # the diagonal of the posterior's covariance
    np.testing.assert_allclose(np.exp(widened).mean(axis=0), expected, rtol=1e-3)
