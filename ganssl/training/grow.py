"""From a smaller network to a wider one that is the same function at first."""

from __future__ import annotations

import keras
import numpy as np

from ganssl.errors import UserError


def grow(network: keras.Model, source: keras.Model) -> None:
    """Put the weights of `source` into `network`, which may have more channels and more parts.

    Layers are matched by name. What a wider layer learnt to give, it gives from
    the channels that it had; new channels begin at random and are not listened
    to; parts that `source` lacks keep their beginnings.

    Raises `UserError` where a layer of `source` is missing or wider.
    """
    known = {variable.path: np.asarray(variable) for variable in source.variables}
    own = {variable.path for variable in network.variables}
    if missing := sorted(set(known) - own):
        raise UserError(f"The network to train has no {missing[0]}, which the other one has.")
    for variable in network.variables:
        if variable.path not in known:
            continue
        values, before = np.asarray(variable).copy(), known[variable.path]
        if values.ndim != before.ndim or any(
            new < old for new, old in zip(values.shape, before.shape, strict=True)
        ):
            raise UserError(
                f"{variable.path} is {before.shape} in the network to start from and "
                f"{values.shape} in the one to train: that is no growth."
            )
        if values.ndim >= 2:
            values[..., before.shape[-2] :, : before.shape[-1]] = 0.0
        values[tuple(slice(n) for n in before.shape)] = before
        variable.assign(values)
