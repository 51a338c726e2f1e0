"""What a direction achieves on codes that did not define it, and in which unit it is said."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.directions import FitOptions, fit_direction
from ganssl.directions.holdout import measure_projection
from tests.helpers.planted import planted_codes

ALL_CODES, ALL_LABELS, _ = planted_codes()
CODES, LABELS = ALL_CODES[600:], ALL_LABELS[600:]
HELD, HELD_LABELS = ALL_CODES[:600], ALL_LABELS[:600]


@pytest.mark.parametrize(("scale", "start"), [(1.0, 0.0), (7.0, -3.0), (0.02, 40.0)])
def test_figures_follow_the_unit_of_the_projections(scale: float, start: float):
    projection = HELD @ np.eye(HELD.shape[1])[0]
    labels = HELD_LABELS[:, 0]
    plain, other = (measure_projection(p, labels) for p in (projection, start + scale * projection))
    assert (other.auc, other.accuracy, other.majority) == pytest.approx(
        (plain.auc, plain.accuracy, plain.majority)
    )
    ours = (plain.boundary, *plain.means)
    assert (other.boundary, *other.means) == pytest.approx(
        [start + scale * figure for figure in ours], abs=1e-4 * scale
    )


def test_a_directions_boundary_is_in_code_units_and_its_class_means_in_sigma():
    """Of codes that are shifted and stretched, so that neither unit passes for the other."""
    codes, held = 5.0 + 3.0 * CODES, 5.0 + 3.0 * HELD
    options = FitOptions(holdout=(held, HELD_LABELS[:, 0]))
    found = fit_direction(codes, LABELS[:, 0], "Male", "logistic", None, options)
    projection = held @ found.vector
    absent, present = (projection[HELD_LABELS[:, 0] == label] for label in (0, 1))
    assert absent.mean() < found.boundary < present.mean()
    in_sigma = [(part.mean() - found.center) / found.sigma for part in (absent, present)]
    assert found.class_means == pytest.approx(in_sigma, abs=1e-4)
    assert found.sigma == pytest.approx((codes @ found.vector).std(), rel=0.05)
    assert abs(found.center) > 2 * abs(in_sigma[0])  # code units are far from σ here
