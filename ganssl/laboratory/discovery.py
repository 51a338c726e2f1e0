"""Directions that no label defined, and what they might be called.

Principal components of the codes (GANSpace, Härkönen et al. 2020), the
directions that move the generator's first layer most (SeFa, Shen & Zhou 2021),
independent components (FastICA, Hyvärinen 1999), and the difference between
codes that someone picked and the rest. Names are suggested by what the probes
on the face network see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from ganssl.attributes import Attribute
from ganssl.directions import Direction
from ganssl.engines.folding import batch_norm
from ganssl.engines.onnx_graph import OnnxGraph, Value
from ganssl.errors import UserError
from ganssl.laboratory.effects import Effect, effects_of
from ganssl.laboratory.laboratory import SIDES, Laboratory
from ganssl.photos.skin_tone import NAME

if TYPE_CHECKING:
    from ganssl.models.bundle import BundleModel
    from ganssl.models.face_model import FaceModel

COUNT = 10
NOTABLE = 0.2
"""An effect of one σ below this, in spreads of the probe, suggests no name."""


@dataclass(frozen=True, eq=False)
class Found:
    """A direction without a name.

    Attributes:
        direction: unit vector, σ and center; its held-out figures are NaN.
        strength: by which its method ranks it: explained share of the codes'
            variance (`pca`), share of the first layer's response (`sefa`),
            excess kurtosis of the component, 0 for a Gaussian (`ica`), or
            distance between the means in σ (`difference`).
    """

    direction: Direction
    strength: float


def principal_directions(
    covariance: np.ndarray, mean: np.ndarray, count: int = COUNT
) -> list[Found]:
    """Principal components of codes, the widest first.

    A step of 1 is one standard deviation along the component.

    Args:
        covariance, mean: of the codes, `[d, d]` and `[d]`, such as the model's.
    """
    values, vectors = np.linalg.eigh(covariance.astype(np.float64))
    shares = values / values.sum()
    order = np.argsort(-values)[:count]
    return [
        Found(_found("PCA", rank, "pca", vectors[:, i], covariance, mean), float(shares[i]))
        for rank, i in enumerate(order, start=1)
    ]


def first_layer_directions(
    weights: np.ndarray,
    covariance: np.ndarray,
    mean: np.ndarray,
    count: int = COUNT,
    weigh: bool = True,
) -> list[Found]:
    """The directions that move the generator's first layer most (SeFa).

    Shen & Zhou take the eigenvectors of `WWᵀ`: the largest response to a step
    of length 1, for codes that are spread alike in all directions. The codes of
    an encoder are not; a step of length 1 may be next to nothing along one axis
    and lead out of the data along another. `weigh` asks for the largest
    response to steps that are equally likely: with the codes' covariance
    `C = LLᵀ` these are `L u` for the eigenvectors `u` of `LᵀWWᵀL`.

    Args:
        weights: `[d, m]`, from `first_layer`.
        weigh: take the covariance into account; False is SeFa as published.
    """
    root = np.linalg.cholesky(covariance.astype(np.float64) + 1e-9 * np.eye(len(mean)))
    root = root if weigh else np.eye(len(mean))
    response = root.T @ weights.astype(np.float64)  # (d, m)
    values, vectors = np.linalg.eigh(response @ response.T)
    order = np.argsort(-values)[:count]
    return [
        Found(
            _found("SeFa", rank, "sefa", root @ vectors[:, i], covariance, mean),
            float(values[i] / values.sum()),
        )
        for rank, i in enumerate(order, start=1)
    ]


def shows_first_layer(model: FaceModel) -> TypeGuard[BundleModel]:
    """Whether `first_layer` can read a model.

    Where it can, principal components of codes are of no use beside SeFa: the
    codes of the bundles are whitened, and vary as much in every direction.
    """
    from ganssl.models import bundle

    return isinstance(model, bundle.BundleModel)


def first_layer(model: FaceModel) -> np.ndarray:
    """The generator's first dense layer with the norm that follows it; float32 `[d, m]`.

    Raises `UserError` for a model that is no bundle of Keras networks.
    """
    if not shows_first_layer(model):
        raise UserError(
            f"{model.name} does not show the weights of its first layer, which SeFa reads. "
            "Principal or independent components need no weights."
        )
    return model.describe_generator(_FirstLayer).kernel


class _FirstLayer(OnnxGraph):
    """Keeps the kernel of the first layer of a network that is described with it.

    So the weights are read as they are stored, without loading Keras.
    """

    kernel: np.ndarray

    def grid_norm(self, code: Value, side: int, width: int, names: tuple[str, str], told):
        name, norm = names
        gain, _ = batch_norm(self._take, norm, width)
        kernel = self._take(f"{name}/kernel", (code.channels, side * side * width))
        self.kernel = kernel * np.tile(gain, side * side)  # the output is pixels of channels
        return super().grid_norm(code, side, width, names, told)


def unnamed_directions(model: FaceModel, count: int = COUNT) -> list[Found]:
    """What needs no labels and no photos: SeFa, or principal components where it cannot be had."""
    if shows_first_layer(model):
        return first_layer_directions(first_layer(model), model.covariance, model.mean, count)
    return principal_directions(model.covariance, model.mean, count)


def independent_directions(codes: np.ndarray, count: int = COUNT, seed: int = 0) -> list[Found]:
    """Independent components of codes (FastICA), the least Gaussian first.

    A direction is the column of the mixing matrix: how codes change with the
    component.

    Args:
        codes: float32 `[n, d]`, several for each number of the code; of photos,
            or drawn from the model's density, which is nearly Gaussian: its
            components mean little, and scikit-learn warns of them.
    """
    from sklearn.decomposition import FastICA

    count = min(count, codes.shape[1])
    if len(codes) < 10 * count:
        raise UserError(f"{count} independent components need {10 * count} codes or more.")
    ica = FastICA(count, whiten="unit-variance", random_state=seed, max_iter=300, tol=1e-3)
    sources = ica.fit_transform(codes.astype(np.float64))  # (n, count), variance 1
    kurtosis = (sources**4).mean(axis=0) - 3.0
    covariance, mean = np.cov(codes, rowvar=False), codes.mean(axis=0)
    order = np.argsort(-np.abs(kurtosis))
    return [
        Found(_found("ICA", rank, "ica", ica.mixing_[:, i], covariance, mean), float(kurtosis[i]))
        for rank, i in enumerate(order, start=1)
    ]


def picked_direction(codes: np.ndarray, picked: np.ndarray, name: str = "Picked faces") -> Found:
    """From the mean of all other codes to the mean of those that were picked.

    Args:
        codes: float32 `[n, d]`.
        picked: bool `[n]`, such as the points inside a lasso.

    Raises `UserError` where all or none are picked, or both means are the same.
    """
    if not 0 < picked.sum() < len(picked):
        raise UserError("Pick some of the faces, not all: the direction leads to them.")
    vector = codes[picked].mean(axis=0, dtype=np.float64)
    vector -= codes[~picked].mean(axis=0, dtype=np.float64)
    if np.linalg.norm(vector) < 1e-9:
        raise UserError("The picked faces and the rest have the same mean code.")
    covariance, mean = np.cov(codes, rowvar=False), codes.mean(axis=0)
    direction = _direction(name, "difference", vector, covariance, mean, int(picked.sum()))
    return Found(direction, float(np.linalg.norm(vector)) / direction.sigma)


def suggested_names(laboratory: Laboratory, direction: Direction, count: int = 3) -> list[Effect]:
    """The attributes that a direction moves most, the largest effect first; none below `NOTABLE`.

    The sign of `spreads` says which way: below 0, +1 σ makes the face less so.
    """
    moved = laboratory.move(direction, SIDES)
    effects = effects_of(moved.logits, moved.steps, laboratory.attributes, laboratory.spread)
    effects = [effect for effect in effects if abs(effect.spreads) >= NOTABLE]
    return sorted(effects, key=lambda effect: -abs(effect.spreads))[:count]


def name_of(effects: Sequence[Effect]) -> str:
    """Suggested names in one line: `more Smiling, less Gray hair`; empty without any."""
    return ", ".join(
        f"{'lighter' if e.spreads > 0 else 'darker'} skin"
        if e.attribute == NAME
        else f"{'more' if e.spreads > 0 else 'less'} {Attribute(e.attribute).title}"
        for e in effects
    )


def _found(word: str, rank: int, method: str, vector, covariance, mean) -> Direction:
    vector = vector * np.sign(vector[np.argmax(np.abs(vector))])  # one of two: a fixed choice
    return _direction(f"{word} {rank}", method, vector, covariance, mean, 0)


def _direction(name: str, method: str, vector, covariance, mean, labels: int) -> Direction:
    unit = vector / np.linalg.norm(vector)
    center, nan = float(mean @ unit), float("nan")
    return Direction(
        attribute=name,
        method=method,
        vector=unit,
        sigma=float(np.sqrt(unit @ covariance.astype(np.float64) @ unit)),
        center=center,
        boundary=center,
        class_means=(nan, nan),
        auc=nan,
        accuracy=nan,
        majority=nan,
        split_half_cosine=nan,
        labels_used=labels,
    )
