"""An encoder between two of the same generator.

An encoder that learnt on alone may find the codes of photos better and rebuild
less lively faces; weights between before and after keep most of what each is
good at (Wortsman et al. 2022, robust fine-tuning of zero-shot models).
"""

from __future__ import annotations

import numpy as np

from ganssl.errors import UserError
from ganssl.models.bundle import BundleModel
from ganssl.training.whiten import takes_code

SAME_FACES = 0.02
"""Of a generator's weights on codes, relative: a change of basis leaves no more, in float16."""


def blend_encoder(model: BundleModel, other: BundleModel, share: float) -> None:
    """Move a model's encoder towards that of another with the same generator.

    Args:
        model: its encoder gets new weights in place; generator and basis of codes stay.
        other: an earlier state of the same model; its codes may be in another basis
            (see `ganssl.training.whiten`).
        share: of the other's encoder, 0 to 1.

    Raises:
        UserError: the share is out of range, or the generators draw different faces.
    """
    if not 0 <= share <= 1:
        raise UserError(f"The share of the other encoder is {share:g}; it must be from 0 to 1.")
    if model.config != other.config:
        raise UserError("Encoders can only be blended where both models have networks of one size.")
    change = _change_of_basis(other, model)
    theirs = {v.path: v.numpy() for v in other.encoder.variables}
    layer = other.encoder.get_layer("mean")
    mean, bias = layer.get_weights()
    theirs[layer.kernel.path], theirs[layer.bias.path] = mean @ change, bias @ change
    for variable in model.encoder.variables:
        variable.assign((1 - share) * variable.numpy() + share * theirs[variable.path])


def _change_of_basis(source: BundleModel, target: BundleModel) -> np.ndarray:
    """The matrix `[d, d]` that takes codes of one model to those of another, for the same faces."""
    (to_map, rest), (from_map, other_rest) = _code_weights(target), _code_weights(source)
    change, *_ = np.linalg.lstsq(to_map.T, from_map.T, rcond=None)
    change = change.T
    missed = np.linalg.norm(change @ to_map - from_map) / np.linalg.norm(from_map)
    same = all(np.array_equal(a, b) for a, b in zip(rest, other_rest, strict=True))
    if missed > SAME_FACES or not same:
        raise UserError(
            f"{source.name} and {target.name} draw different faces: encoders can only be blended "
            "where the generator is the same."
        )
    return change


def _code_weights(model: BundleModel) -> tuple[np.ndarray, list[np.ndarray]]:
    """What a generator multiplies codes with, `[d, m]` side by side, and its other weights."""
    kernels, rest = [], []
    for layer in model.generator.layers:
        weights = layer.get_weights()
        if takes_code(layer):
            kernels.append(weights.pop(0).astype(np.float64))
        rest += weights
    return np.concatenate(kernels, axis=1), rest
