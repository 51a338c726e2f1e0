"""The terms of the training objective, on `keras.ops` alone.

Faces are `[n, s, s, 3]` in [-1, 1]; every term is a float32 scalar, averaged
over faces, pixels and channels (the KL term: summed over the code).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops


def pixel_distance(a, b):
    """Mean absolute difference."""
    return ops.mean(ops.abs(a - b))


def gradient_distance(a, b):
    """Mean absolute difference of vertical plus that of horizontal gradients (Mathieu et al. 2016).

    One 2×2 convolution with a fixed kernel takes both differences: on a CPU
    its gradient costs a sixth of that of the equivalent slices.
    """
    differences = ops.conv(a - b, _DIFFERENCES, padding="valid")  # (n, s-1, s-1, 6)
    return 2.0 * ops.mean(ops.abs(differences))


def _difference_kernel() -> np.ndarray:
    """`[2, 2, 3, 6]`: for each channel the neighbour on the right, and below, minus the pixel."""
    kernel = np.zeros((2, 2, 3, 6), np.float32)
    for channel in range(3):
        kernel[0, 0, channel, 2 * channel : 2 * channel + 2] = -1.0
        kernel[0, 1, channel, 2 * channel] = 1.0
        kernel[1, 0, channel, 2 * channel + 1] = 1.0
    return kernel


_DIFFERENCES = _difference_kernel()


def lattice_energy(faces, window: int = 8):
    """How strong a pattern is that repeats every two pixels, as unfolded pixels can make one.

    Mean over windows of the absolute amplitude of the three waves that change
    sign from pixel to pixel: along rows, along columns and both ways. Photos
    have next to none; an edge weighs little, for it does not repeat.
    """
    side = faces.shape[1]
    alternating = np.where(np.arange(side) % 2, -1.0, 1.0).astype(np.float32)
    waves = [alternating[:, None, None], alternating[None, :, None]]
    waves.append(waves[0] * waves[1])
    amplitudes = [ops.average_pool(faces * wave, window, strides=window) for wave in waves]
    return sum(ops.mean(ops.abs(amplitude)) for amplitude in amplitudes)


def kl_divergence(mean, log_variance):
    """KL of N(mean, exp(log_variance)) from N(0, 1), summed over the code, in nats."""
    per_number = -0.5 * (1.0 + log_variance - ops.square(mean) - ops.exp(log_variance))
    return ops.mean(ops.sum(per_number, axis=-1))


def feature_distance(real: Sequence, fake: Sequence):
    """Mean over layers of the absolute difference, relative to the layer's mean magnitude.

    Deep feature consistency (Hou et al. 2016) on a fixed network; on the
    discriminator's layers, Larsen's learned similarity.
    """
    total = 0.0
    for a, b in zip(real, fake, strict=True):
        a, b = ops.stop_gradient(ops.cast(a, "float32")), ops.cast(b, "float32")
        total = total + ops.mean(ops.abs(a - b)) / (ops.mean(ops.abs(a)) + 1e-6)
    return total / len(real)


def discriminator_loss(real: Sequence, fakes: Sequence[Sequence]):
    """Logistic loss of the discriminator (Goodfellow et al. 2014); fake sources count alike.

    `real` and every member of `fakes` hold the logits of each head.
    """
    return _mean_softplus(real, -1.0) + sum(_mean_softplus(f, 1.0) for f in fakes) / len(fakes)


def generator_loss(fakes: Sequence[Sequence], shares: Sequence[float] | None = None):
    """Non-saturating logistic loss of the generator; fake sources count by their shares."""
    shares = shares or [1.0 / len(fakes)] * len(fakes)
    return sum(share * _mean_softplus(f, -1.0) for share, f in zip(shares, fakes, strict=True))


def _mean_softplus(heads: Sequence, sign: float):
    return sum(ops.mean(ops.softplus(sign * logits)) for logits in heads) / len(heads)


def smoothness_penalty(heads: Sequence, disturbed: Sequence, noise_scale: float):
    """Finite-difference form of the R1 gradient penalty (Mescheder et al. 2018).

    Compares each head's logits of real faces with those of the same faces
    under Gaussian noise, so that no second-order gradient is needed.
    """
    changes = [(b - a) / noise_scale for a, b in zip(heads, disturbed, strict=True)]
    return sum(ops.mean(ops.square(change)) for change in changes) / len(heads)
