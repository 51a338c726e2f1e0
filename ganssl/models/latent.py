"""What is kept of codes beside a model's weights: mean, covariance, density, naturalness."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.errors import UserError
from ganssl.models.density import CodeDensity
from ganssl.models.naturalness import Naturalness


@dataclass(frozen=True, eq=False)
class CodeStatistics:
    """Where the codes of many photos lie: mean `[d]`, covariance `[d, d]` and density."""

    mean: np.ndarray
    covariance: np.ndarray
    density: CodeDensity

    @classmethod
    def standard(cls, size: int) -> CodeStatistics:
        """Of N(0, 1), where nothing was measured."""
        mean, covariance = np.zeros(size, np.float32), np.eye(size, dtype=np.float32)
        return cls(mean, covariance, CodeDensity.standard(size))


def latent_arrays(
    mean: np.ndarray,
    covariance: np.ndarray,
    density: CodeDensity,
    naturalness: Naturalness | None = None,
) -> dict[str, np.ndarray]:
    """`mean` `[d]`, `covariance` `[d, d]`, the parts of the density and those of naturalness."""
    parts = {f"density/{key}": value for key, value in density.to_arrays().items()}
    looks = naturalness.to_arrays() if naturalness is not None else {}
    return {"mean": mean, "covariance": covariance, **parts, **looks}


def latent_statistics(arrays: dict[str, np.ndarray], size: int, path: Path) -> CodeStatistics:
    """The inverse of `latent_arrays`, but for naturalness.

    Args:
        arrays: what `latent_arrays` gave, read from `path`.
        size: length of a code.

    Raises `UserError` where an array is missing or has another shape.
    """
    shapes = {"mean": (size,), "covariance": (size, size)}
    needed = {*shapes, "density/weights", "density/means", "density/factors"}
    if not needed <= set(arrays):
        raise UserError(
            f"{path} is incomplete: {', '.join(sorted(needed - set(arrays)))} is missing."
        )
    components = np.size(arrays["density/weights"])
    shapes["density/weights"] = (components,)
    shapes["density/means"] = (components, size)
    shapes["density/factors"] = (components, size, size)
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise UserError(f"{path}: {name} has shape {arrays[name].shape}, not {shape}.")
        if arrays[name].dtype.kind != "f" or not np.isfinite(arrays[name]).all():
            raise UserError(f"{path}: {name} holds values that are no real numbers.")
    parts = {part: arrays[f"density/{part}"] for part in ("weights", "means", "factors")}
    return CodeStatistics(arrays["mean"], arrays["covariance"], CodeDensity(**parts))
