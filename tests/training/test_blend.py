"""Encoders between two of one generator."""

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.models.layers import Modulate
from ganssl.training.blend import blend_encoder
from ganssl.training.whiten import whiten
from tests.helpers.small_model import LATENT, small_model

pytestmark = pytest.mark.slow


def spoken(seed: int):
    """A small model whose generator hears the code everywhere, as after training."""
    model = small_model()
    rng = np.random.default_rng(seed)
    for layer in model.generator.layers:
        if isinstance(layer, Modulate):
            layer.set_weights([0.03 * rng.standard_normal(w.shape) for w in layer.get_weights()])
    return model


def moved(model, amount: float) -> None:
    rng = np.random.default_rng(5)
    for variable in model.encoder.variables:
        array = variable.numpy()
        noise = amount * np.abs(rng.standard_normal(array.shape)) * (np.abs(array).mean() + 1e-3)
        variable.assign(array + noise)


def codes_of(model):
    faces = np.random.default_rng(0).uniform(-1, 1, (20, 64, 64, 3)).astype("float32")
    return model.encoder.predict(faces, verbose=0)[0]


def test_the_whole_share_finds_the_other_s_codes_in_this_model_s_basis():
    model, other = spoken(2), spoken(2)
    moved(other, 0.05)
    population = np.random.default_rng(1).normal(size=(400, LATENT))
    mixing = np.eye(LATENT) + 0.2 * np.random.default_rng(3).normal(size=(LATENT, LATENT))
    before = codes_of(other)
    change = whiten(other, population @ mixing, np.ones(LATENT))
    generator = [v.numpy() for v in model.generator.variables]

    blend_encoder(model, other, 1.0)
    np.testing.assert_allclose(codes_of(model), before, atol=2e-3)
    assert not np.allclose(before @ change, before, atol=0.05), "the bases differ"
    for old, new in zip(generator, model.generator.variables, strict=True):
        np.testing.assert_array_equal(old, new.numpy())


def test_no_share_changes_nothing_and_half_lies_between():
    model, other, still = spoken(2), spoken(2), spoken(2)
    moved(other, 0.05)
    own = [v.numpy() for v in model.encoder.variables]
    theirs = [v.numpy() for v in other.encoder.variables]
    blend_encoder(still, other, 0.0)
    for a, b in zip(own, still.encoder.variables, strict=True):
        np.testing.assert_array_equal(a, b.numpy())
    blend_encoder(model, other, 0.5)
    for a, b, between in zip(own, theirs, model.encoder.variables, strict=True):
        np.testing.assert_allclose(between.numpy(), (a + b) / 2, atol=1e-4)


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_is_from_nothing_to_all(share):
    with pytest.raises(UserError, match="must be from 0 to 1"):
        blend_encoder(spoken(2), spoken(2), share)


def test_models_that_draw_other_faces_are_refused():
    model, other = spoken(2), spoken(7)
    before = [v.numpy() for v in model.encoder.variables]
    with pytest.raises(UserError, match="draw different faces"):
        blend_encoder(model, other, 0.3)
    for a, b in zip(before, model.encoder.variables, strict=True):
        np.testing.assert_array_equal(a, b.numpy())
