"""Many faces with codes and labels: what the map shows, and what directions are fitted to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ganssl.attributes import LONGEST_NAME
from ganssl.base.once import OnceMade
from ganssl.base.progress import Progress
from ganssl.directions import Direction, DirectionSet, FitOptions, fit_directions
from ganssl.errors import UserError
from ganssl.fitting.from_photos import EncodedPhotos
from ganssl.laboratory.confusions import Confusion, confusions
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.map import THUMBNAIL, places_alike, thumbnails

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel

COUNT = 4000
CHUNK = 256
FEWEST_ON_A_MAP = 4
KEPT = 100
"""So many things that were computed from the faces are kept with them."""


@dataclass(frozen=True, eq=False)
class Population:
    """Faces with their codes, labels and small pictures.

    Attributes:
        name: where they come from, for people.
        codes: float32 `[n, d]`.
        labels: int8 `[n, a]`: 1 present, 0 absent, -1 unknown.
        attributes: names of the `a` columns.
        labelled_by: who gave the labels, for people.
        thumbnails: uint8 `[m, 48, 48, 3]` of the first `m` codes; always
            generated from the codes, so no photo is among them.
        alike: float32 `[m, 2]`, places on the map by how alike the faces are to the
            face network; None where they were not laid out.
        seeded: whether face `i` is the model's own face of seed `i`.
        made: what was computed from the faces, see `once`.
    """

    name: str
    codes: np.ndarray
    labels: np.ndarray
    attributes: tuple[str, ...]
    labelled_by: str
    thumbnails: np.ndarray
    seeded: bool = False
    alike: np.ndarray | None = None
    made: OnceMade = field(default_factory=lambda: OnceMade(KEPT), repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` gives for a key: made at the first call, see `OnceMade`.

        A population may be shared by all visitors, so the key holds all that
        the result follows from, besides the faces.
        """
        return self.made.get(key, make)

    @cached_property
    def mapped(self) -> np.ndarray:
        """The codes that have a thumbnail, float32 `[m, d]`."""
        return self.codes[: len(self.thumbnails)]

    def column(self, attribute: str) -> np.ndarray:
        """The labels of an attribute, int8 `[n]`; `UserError` where it has no column."""
        if attribute not in self.attributes:
            raise UserError(f"{self.name}: there are no labels of {attribute}.")
        return self.labels[:, self.attributes.index(attribute)]

    def having(self, present: Sequence[str], absent: Sequence[str] = ()) -> np.ndarray:
        """The rows on the map for which all of it is known to be true, int `[k]`.

        Raises `UserError` for an attribute without a column.
        """
        rows = np.ones(len(self.thumbnails), bool)
        for names, label in ((present, 1), (absent, 0)):
            for name in names:
                rows &= self.column(name)[: len(rows)] == label
        return np.flatnonzero(rows)

    def confusions(self, direction: Direction) -> list[Confusion]:
        """The faces that a direction of a labelled attribute gets wrong, in groups of like codes.

        Raises `UserError` where the attribute has no labels or the direction no boundary.
        """
        attribute, labels = direction.attribute, self.column(direction.attribute)
        key = attribute, direction.vector.tobytes(), direction.sigma, direction.boundary
        return self.once(
            ("confusions", *key),
            lambda: confusions(direction, self.codes, labels, self.labels, self.attributes),
        )

    def fit(self, model_id: str, attribute: str, methods: Sequence[str]) -> DirectionSet:
        """Directions of an attribute, fitted to these faces; `UserError` for too few labels."""
        self.column(attribute)
        only = FitOptions(only=(attribute,))
        return fit_directions(self.codes, self.labels, self.attributes, methods, only, model_id)

    def between(self, model_id: str, a: str, b: str) -> Direction:
        """From the faces with `a` and without `b` to those with `b` and without `a`.

        The balanced difference of the two classes, with held-out figures;
        faces with both or neither take no part.

        Raises `UserError` where one of the classes is too small.
        """
        has_a, has_b = self.column(a), self.column(b)
        labels = np.full(len(self), -1, np.int8)
        labels[(has_a == 0) & (has_b == 1)] = 1
        labels[(has_a == 1) & (has_b == 0)] = 0
        name = f"{b} instead of {a}"
        if len(name) > LONGEST_NAME:
            name = f"{b[:22].strip()}… instead of {a[:22].strip()}…"
        return fit_directions(
            self.codes, labels[:, None], (name,), ("mean",), model_id=model_id
        ).get(name)


def generated_population(
    laboratory: Laboratory, count: int = COUNT, progress: Progress | None = None
) -> Population:
    """The model's faces of seeds 0, 1, …, labelled by the probes on the face network."""
    readout = laboratory.readout
    codes = seeded_codes(laboratory.model, count)
    small, features = _seen(laboratory, codes, progress)
    return Population(
        name=f"{count:,} generated faces",
        codes=codes,
        labels=(readout.logits(features) > 0).astype(np.int8),
        attributes=readout.attributes,
        labelled_by="the probes on the face network",
        thumbnails=small,
        seeded=True,
        alike=_places(laboratory, features),
    )


def seeded_codes(model: FaceModel, count: int) -> np.ndarray:
    """The codes of the faces of seeds 0, 1, …, float32 `[count, d]`."""
    return np.concatenate([model.sample(1, seed) for seed in range(count)])


def _seen(
    laboratory: Laboratory, codes: np.ndarray, progress: Progress | None
) -> tuple[np.ndarray, np.ndarray]:
    """Small pictures of codes, and the face network's features of their faces."""
    small = np.empty((len(codes), THUMBNAIL, THUMBNAIL, 3), np.uint8)
    features = []
    for start in range(0, len(codes), CHUNK):
        faces = laboratory.decode(codes[start : start + CHUNK])
        rows = slice(start, start + len(faces))

        def decoded(_: np.ndarray, faces: np.ndarray = faces) -> np.ndarray:
            return faces

        small[rows] = thumbnails(decoded, codes[rows])
        features.append(laboratory.readout.network.features(faces))
        if progress:
            progress(rows.stop, len(codes))
    return small, np.concatenate(features)


def _places(laboratory: Laboratory, features: np.ndarray) -> np.ndarray | None:
    """Places by how alike the faces are; None for too few."""
    embedding = laboratory.readout.network.config.embedding
    return places_alike(features[:, :embedding]) if len(features) >= FEWEST_ON_A_MAP else None


def photo_population(
    laboratory: Laboratory,
    encoded: EncodedPhotos,
    name: str,
    shown: int = COUNT,
    progress: Progress | None = None,
) -> Population:
    """Encoded photos with their labels, in random order; the pictures are reconstructions.

    Args:
        shown: so many get a thumbnail and a place on the map.
    """
    order = np.random.default_rng(0).permutation(len(encoded.codes))
    codes = encoded.codes[order]
    small, features = _seen(laboratory, codes[:shown], progress)
    return Population(
        name=name,
        codes=codes,
        labels=encoded.photos.labels[order],
        attributes=encoded.photos.attributes,
        labelled_by="the people who labelled the photos",
        thumbnails=small,
        alike=_places(laboratory, features),
    )
