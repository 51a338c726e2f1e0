"""Codes whose population has the second moments of the prior, by a change of basis.

The KL term asks each code to be near N(0, 1), but a light one leaves the
population of all codes an ellipsoid, and most of what is drawn from the prior
then lies outside of it. A linear change of basis between encoder and generator
mends that without training: faces, reconstructions and attribute directions
are what they were, in other coordinates.
"""

from __future__ import annotations

import keras
import numpy as np

from ganssl.models.bundle import BundleModel
from ganssl.models.layers import Modulate


def whiten(model: BundleModel, codes: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Change the basis of a model's codes so that those of photos have second moments of 1.

    The posterior's mean is changed exactly, its variance as well as a diagonal
    one can be, on average over the photos.

    Args:
        model: its encoder and generator get new weights in place.
        codes: of photos, `[n, d]` with n > d.
        variance: mean variance of the posterior over photos, `[d]`.

    Returns the symmetric matrix float64 `[d, d]` that codes are multiplied with.
    """
    codes = codes.astype(np.float64)
    moments, axes = np.linalg.eigh(codes.T @ codes / len(codes))
    change = (axes / np.sqrt(moments)) @ axes.T  # nearest to the identity (ZCA)
    back = (axes * np.sqrt(moments)) @ axes.T
    kernel, bias = model.encoder.get_layer("mean").get_weights()
    model.encoder.get_layer("mean").set_weights([kernel @ change, bias @ change])
    kernel, bias = model.encoder.get_layer("log_variance").get_weights()
    widened = np.log(change**2 @ variance) - np.log(variance)
    model.encoder.get_layer("log_variance").set_weights([kernel, bias + widened])
    for layer in model.generator.layers:
        if takes_code(layer):
            kernel, *others = layer.get_weights()
            layer.set_weights([back @ kernel, *others])
    return change


def takes_code(layer: keras.layers.Layer) -> bool:
    """Whether a layer of the generator multiplies the code, `[d, m]`, with its first weights."""
    return layer.name == "dense" or isinstance(layer, Modulate)
