"""What labelled photos taught of an attribute in the space of face features, without the photos.

A direction says on which side of a boundary a code lies. The photos behind it
know something that codes do not show: how the classes differ in the features of
a face network, how often the attribute occurs, and how its scores spread. All
of that is a handful of numbers over all photos together, so it can go where no
photo may.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.errors import UserError
from ganssl.metrics.bells import Bells
from ganssl.metrics.expected import Expected

LARGEST = 1e9
"""No figure of a direction in a file may be as large, and no spread as small as its inverse."""

FEWEST_LABELS = 10
"""A check of fewer labels could show a single photo's features, and is not kept in a file."""


@dataclass(frozen=True, eq=False)
class FeatureView:
    """A linear score on face features that a few labels fix; *present* above 0.

    Attributes:
        mean, scale: of the photos' features, float32 `[f]` and one number for all.
            Scaling each by itself would blow up the quiet ones, and the few
            labels cannot tell these from the telling ones.
        weights, bias: float32 `[f]` and a number.
    """

    mean: np.ndarray
    scale: float
    weights: np.ndarray
    bias: float

    def scores(self, features: np.ndarray) -> np.ndarray:
        """float32 `[n, f]` → float32 `[n]`, in standard deviations of the photos' scores."""
        rows = (features - self.mean) / np.float32(self.scale)
        return rows @ self.weights + np.float32(self.bias)


@dataclass(frozen=True, eq=False)
class PhotoCheck:
    """A linear check on the features of faces, and what photos look like through it.

    Attributes:
        features, features_id: name and id of the extractor.
        size: side of the faces whose features it takes, in pixels.
        view: scores *present* above 0.
        bells: of the view's scores among the photos, with the share of present ones.
        expected: how right an answer by it is on such photos.
        labels, photos: labelled and unlabelled photos behind it.
    """

    features: str
    features_id: str
    size: int
    view: FeatureView
    bells: Bells
    expected: Expected
    labels: int
    photos: int

    def fits(self, features: str, features_id: str, size: int) -> bool:
        """Whether it can be used on features of this extractor, of faces of this size."""
        return (self.features, self.features_id, self.size) == (features, features_id, size)

    def to_dict(self) -> dict:
        """Everything but the arrays, for JSON."""
        return {
            "features": self.features,
            "features_id": self.features_id,
            "size": self.size,
            "scale": self.view.scale,
            "bias": self.view.bias,
            "bells": self.bells.to_dict(),
            "expected": self.expected.to_dict(),
            "labels": self.labels,
            "photos": self.photos,
        }

    def to_array(self) -> np.ndarray:
        """float32 `[2, f]`: mean of the features, and weights."""
        return np.stack([self.view.mean, self.view.weights]).astype(np.float32)

    @classmethod
    def from_parts(cls, values: dict, array: np.ndarray) -> PhotoCheck:
        """The inverse of `to_dict` and `to_array`; `UserError` where they are unreadable."""
        try:
            scale, bias = float(values["scale"]), float(values["bias"])
            numbers = np.abs([scale, bias, *array.ravel()])
            if not (scale > 1 / LARGEST and (numbers < LARGEST).all()):
                raise ValueError("it holds values that are no numbers")
            return cls(
                features=str(values["features"]),
                features_id=str(values["features_id"]),
                size=int(values["size"]),
                view=FeatureView(array[0], scale, array[1], bias),
                bells=Bells.from_dict(values["bells"]),
                expected=Expected.from_dict(values["expected"]),
                labels=int(values["labels"]),
                photos=int(values["photos"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise UserError(f"The check of a direction is unreadable: {error}.") from error


def read_checks(rows: list, arrays: np.ndarray | None) -> list[PhotoCheck]:
    """The checks of a file; older ones have none."""
    if not rows and arrays is None:
        return []
    if (
        not isinstance(rows, list)
        or arrays is None
        or arrays.ndim != 3
        or arrays.dtype != np.float32
        or arrays.shape[:2] != (len(rows), 2)
    ):
        raise UserError("The checks of the directions do not fit their arrays.")
    return [PhotoCheck.from_parts(row, array) for row, array in zip(rows, arrays, strict=True)]
