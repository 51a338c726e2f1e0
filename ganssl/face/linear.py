"""What sliders do to a code, for those who move them without asking the model again.

Edits are linear: the code of a face is that of another state of the sliders plus
the difference of each amount times a vector, locks and rule being the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganssl.directions.holding import slider_direction
from ganssl.errors import UserError
from ganssl.face.state import FaceState
from ganssl.models.face_model import FaceModel


def slider_vectors(
    model: FaceModel, state: FaceState, attributes: Sequence[str]
) -> dict[str, np.ndarray]:
    """What one σ of each attribute's slider adds to a code, by the locks and the rule of a state.

    Returns float32 `[d]` for each attribute; one is absent that what is held
    leaves no room for, as its slider cannot be moved.
    """
    vectors = {}
    for attribute in attributes:
        try:
            direction = slider_direction(
                model.directions, attribute, model.covariance, state.hold, state.locked
            )
        except UserError:
            continue
        vectors[attribute] = (direction.sigma * direction.vector).astype(np.float32)
    return vectors


def truncation_vector(model: FaceModel, state: FaceState) -> np.ndarray:
    """What the whole way from typical to varied adds to the code of the state's seed, `[d]`."""
    typical, varied = (
        model.sample(1, state.seed, truncation, state.draw)[0] for truncation in (0.0, 1.0)
    )
    return varied - typical
