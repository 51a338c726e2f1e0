"""What sliders do to a code, for those who move them without asking the model again.

Edits are linear: the code of a face is that of another state of the sliders plus
the difference of each amount times a vector, the locks being the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganssl.directions import conditional_direction
from ganssl.errors import UserError
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel


def slider_vectors(
    model: FaceModel, state: FaceState, attributes: Sequence[str]
) -> dict[str, np.ndarray]:
    """What one σ of each attribute's slider adds to a code under the locks of a state.

    Returns float32 `[d]` for each attribute; one is absent that is locked itself
    or that the locks leave no room for, as its slider cannot be moved.
    """
    locks = [model.directions.get(name) for name in state.locked]
    vectors = {}
    for attribute in attributes:
        if attribute in state.locked:
            continue
        try:
            moved = conditional_direction(model.directions.get(attribute), locks, model.covariance)
        except UserError:
            continue
        vectors[attribute] = (moved.sigma * moved.vector).astype(np.float32)
    return vectors


def truncation_vector(model: FaceModel, state: FaceState) -> np.ndarray:
    """What the whole way from typical to varied adds to the code of the state's seed, `[d]`."""
    typical, varied = (model.sample(1, state.seed, truncation)[0] for truncation in (0.0, 1.0))
    return varied - typical
