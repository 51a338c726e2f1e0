"""Linear probes: attribute readouts on face features.

A probe never sees the code that an edit moved, so its verdict on an edited
face is independent of the direction. Shipped probes are logistic regressions
on labelled training photos.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from ganssl.base.files import load_arrays, save_arrays
from ganssl.base.progress import Progress, Stages
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.features.face_network import FaceNetwork
    from ganssl.photos.photo_set import PhotoSet

REGULARISATION = 0.003


LARGEST = 1e12
"""Of any number in a file of probes; beyond it sums are no numbers in float32."""


@dataclass(frozen=True)
class Probes:
    """One logistic regression for each attribute, on standardised features.

    Attributes:
        attributes: names, in column order.
        mean, scale: of the features, float32 `[d]`.
        weights, bias: float32 `[d, a]` and `[a]`.
        auc: held-out area under the ROC curve, float32 `[a]`; NaN where unknown.
    """

    attributes: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    auc: np.ndarray

    def logits(self, features: np.ndarray) -> np.ndarray:
        """float32 `[n, d]` → `[n, a]`."""
        if features.ndim != 2 or features.shape[1] != len(self.mean):
            raise UserError(
                f"These probes read {len(self.mean)} features, not {list(features.shape)}."
            )
        return ((features - self.mean) / self.scale) @ self.weights + self.bias

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """float32 `[n, a]` in (0, 1)."""
        return expit(self.logits(features))

    def save(self, path: str | Path) -> None:
        names = np.array(self.attributes)
        fields = ("mean", "scale", "weights", "bias", "auc")
        save_arrays(Path(path), {"attributes": names, **{f: getattr(self, f) for f in fields}})

    @classmethod
    def load(cls, path: str | Path | None = None) -> Probes:
        """Read `probes.npz`; without a path, the one in `assets/face_network/`."""
        from ganssl.base import assets

        path = Path(path) if path else assets.ASSETS / "face_network" / "probes.npz"
        arrays = load_arrays(path)
        try:
            names = tuple(str(name) for name in arrays.pop("attributes"))
            probes = cls(names, **arrays)
        except (KeyError, TypeError) as error:
            raise UserError(f"{path} does not hold probes: {error}.") from error
        d, a = np.size(probes.mean), len(names)
        shapes = {"mean": (d,), "scale": (d,), "weights": (d, a), "bias": (a,), "auc": (a,)}
        for name, shape in shapes.items():
            array = getattr(probes, name)
            if array.shape != shape or array.dtype.kind != "f":
                raise UserError(f"{path} is damaged: its arrays do not fit together.")
            if name != "auc" and not np.isfinite(array).all():
                raise UserError(f"{path} is damaged: its {name} holds values that are no numbers.")
            if name != "auc" and np.abs(array, dtype=np.float64).max(initial=0) > LARGEST:
                raise UserError(f"{path} is damaged: its {name} holds numbers that are too large.")
        if (probes.scale.astype(np.float64) < 1 / LARGEST).any():
            raise UserError(f"{path} is damaged: its scale must be above 0.")
        return probes


def fit_probes(
    features: np.ndarray,
    labels: np.ndarray,
    attributes: Sequence[str],
    holdout: tuple[np.ndarray, np.ndarray] | None = None,
    regularisation: float = REGULARISATION,
    progress: Progress | None = None,
) -> Probes:
    """Fit one logistic regression for each attribute (scikit-learn, L2, strength `1/C`).

    Args:
        features: float32 `[n, d]`.
        labels: int8 `[n, a]`: 1 present, 0 absent, -1 unknown.
        holdout: features and labels of other people, for the AUC.

    Raises:
        UserError: an attribute whose labels hold a single class.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    rows = (features - mean) / scale
    weights = np.zeros((rows.shape[1], len(attributes)), np.float32)
    bias = np.zeros(len(attributes), np.float32)
    auc = np.full(len(attributes), np.nan, np.float32)
    for column, name in enumerate(attributes):
        known = labels[:, column] >= 0
        target = labels[known, column]
        if len(np.unique(target)) < 2:
            raise UserError(f"A probe for {name} needs photos of both classes.")
        probe = LogisticRegression(C=regularisation, max_iter=300)
        probe.fit(rows[known], target)
        weights[:, column], bias[column] = probe.coef_[0], probe.intercept_[0]
        if holdout is not None:
            seen = holdout[1][:, column] >= 0
            if len(np.unique(holdout[1][seen, column])) == 2:
                scores = ((holdout[0][seen] - mean) / scale) @ weights[:, column]
                auc[column] = roc_auc_score(holdout[1][seen, column], scores)
        if progress:
            progress(column + 1, len(attributes))
    mean, scale = mean.astype(np.float32), scale.astype(np.float32)
    return Probes(tuple(attributes), mean, scale, weights, bias, auc)


def fit_photo_probes(
    network: FaceNetwork,
    photos: PhotoSet,
    cache: Path | None = None,
    progress: Stages | None = None,
) -> Probes:
    """Probes for all attributes of labelled photos; the validation part gives the AUC."""
    from ganssl.photos.preprocess import Preprocess

    def read(part: PhotoSet) -> np.ndarray:
        return network.features(part.faces(Preprocess(), cache))

    train, holdout = photos, None
    if photos.partition is not None:
        train, held = photos.part("train"), photos.part("validation")
        holdout = (read(held), held.labels)
    report = progress("fitting probes") if progress else None
    return fit_probes(
        read(train), train.labels, photos.attributes, holdout=holdout, progress=report
    )
