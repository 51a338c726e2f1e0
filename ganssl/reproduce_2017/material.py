"""What every configuration shares: generated faces of three kinds, test photos, labels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ganssl.attributes import Attribute
from ganssl.base.once import OnceMade
from ganssl.base.progress import Stages
from ganssl.errors import UserError
from ganssl.features.extractor import BatchedExtractor, FeatureExtractor, get_extractor
from ganssl.features.feature_cache import FaceRows, cached_features
from ganssl.models.face_model import FaceModel
from ganssl.models.full_rate import face_decoder
from ganssl.photos import read_photos
from ganssl.photos.face_cache import cache_key
from ganssl.photos.photo_set import PhotoSet
from ganssl.synthesis import Recipe, fast_arithmetic, recipe_codes

MALE = Attribute("Male")
PUBLISHED, CORRECTED = "male_as_published", "male_shift_corrected"
"""Columns of the file that labels the article's photos."""

TRAIN_PHOTOS = 4000
MOST_PEOPLE = 2622
"""The article's network scores the likeness to so many people."""

SMALLEST_MEAN, LARGEST_MEAN = 5, 24


@dataclass(frozen=True, eq=False)
class Photos:
    """Real photos with what is known of them.

    Attributes:
        faces: uint8 `[n, s, s, 3]`, preprocessed for the model, with an id.
        labels: int8 `[n]`, 1 for Male.
        published: int8 `[n]`, the article's own labels, where there are any.
        codes: float32 `[n, d]`, for photos from which means are drawn.
    """

    faces: FaceRows
    labels: np.ndarray
    published: np.ndarray | None = None
    codes: np.ndarray | None = None

    @property
    def as_published(self) -> np.ndarray:
        """`published`; `ValueError` for photos that the article did not label."""
        if self.published is None:
            raise ValueError("these photos have no labels of the article")
        return self.published


class Kept:
    """What lives as long as the material that it was made of, and no longer."""

    def __init__(self) -> None:
        self.codes, self.faces = OnceMade(3), OnceMade(1)


@dataclass(frozen=True, eq=False)
class Material:
    """Everything that a configuration is put together from.

    Attributes:
        train: photos whose codes and labels give the class means.
        article: the article's 100 photos.
        fresh: photos that took part in nothing.
        people: float32 `[k, f]`, the mean standardised features of k people.
        mean, scale: of the train photos' features, float32 `[f]`.
        count: generated faces of each kind for each seed.
        cache: folder of the features, so that a stopped study goes on.
        kept: the latest codes and faces, which several configurations read.
    """

    model: FaceModel
    extractor: BatchedExtractor
    train: Photos
    article: Photos
    fresh: Photos
    people: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    count: int
    cache: Path
    kept: Kept = field(default_factory=Kept, init=False)  # a copy with other photos keeps its own

    @property
    def arithmetic(self) -> tuple[str, str]:
        """What the faces are drawn with, see `fast_arithmetic`."""
        return fast_arithmetic(self.model.engines)

    def generated(self, kind: str, seed: int) -> FaceRows:
        """The faces of a kind; absent and present take turns, absent first.

        Args:
            kind: `means` (of the train photos), `means with test photos`, or `natural`.
        """
        digest = hashlib.sha256(self.codes(kind, seed).tobytes()).hexdigest()
        return FaceRows(
            self.count,
            self.model.size,
            lambda rows: self._faces(kind, seed)[rows.start : rows.stop],
            f"{kind} faces of codes {digest}, model {self.model.id}, {' '.join(self.arithmetic)}",
        )

    def codes(self, kind: str, seed: int) -> np.ndarray:
        """float32 `[count, d]` for `generated`; every seed has codes of its own."""
        return self.kept.codes.get((kind, seed), lambda: self._codes(kind, seed))

    def features(self, faces: FaceRows, wrong_scale: bool = False) -> np.ndarray:
        """What the face network gives, float32 `[n, f]`, kept in the cache."""
        extractor = with_wrong_scale(self.extractor) if wrong_scale else self.extractor
        return cached_features(extractor, faces, cache=self.cache)

    def _codes(self, kind: str, seed: int) -> np.ndarray:
        if kind == "natural":
            recipe = Recipe(MALE.name, count=(seed + 1) * self.count)
            return recipe_codes(self.model, recipe, seed * self.count, self.count).codes
        pools = [self.train] + [self.article] * (kind == "means with test photos")
        codes = np.concatenate([pool.codes for pool in pools])
        labels = np.concatenate([pool.labels for pool in pools])
        return class_means(codes, labels, self.count, np.random.default_rng([seed, 2017]))

    def _faces(self, kind: str, seed: int) -> np.ndarray:
        decode = face_decoder(self.model, *self.arithmetic)
        return self.kept.faces.get((kind, seed), lambda: decode(self.codes(kind, seed)))


def class_means(
    codes: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Means of the codes of 5 to 24 random people of one class, absent and present in turn.

    Returns float32 `[count, d]`.
    """
    members = [np.flatnonzero(labels == answer) for answer in (0, 1)]
    sizes = rng.integers(SMALLEST_MEAN, LARGEST_MEAN + 1, -(-count // 2))  # of both in a pair
    drawn = [
        codes[rng.choice(members[i % 2], sizes[i // 2], replace=False)].mean(axis=0)
        for i in range(count)
    ]
    return np.stack(drawn)


def with_wrong_scale(extractor: BatchedExtractor) -> BatchedExtractor:
    """The extractor fed with values from 0 to 1 in the order blue, green, red."""
    return replace(
        extractor,
        id=f"{extractor.id}, 0 to 1, BGR",
        run=lambda faces: extractor.run(faces[..., ::-1] / np.float32(255)),
    )


def read_material(
    data: str | Path,
    photos: str | Path,
    labels: str | Path,
    model: FaceModel,
    cache: Path,
    count: int = 1200,
    progress: Stages | None = None,
) -> Material:
    """Read the photos and measure what all configurations need of them.

    Args:
        data: photos in CelebA's layout, divided into train and validation.
        photos: the article's photos.
        labels: a CSV with `file`, `male_as_published` and `male_shift_corrected`.
        count: generated faces of each kind for each seed; even.

    Raises `UserError` for photos or labels of another form.
    """
    if count < 40 or count % 2:
        raise UserError(f"The count of faces must be even and 40 or more, not {count}.")
    everything = read_photos(data)
    train, fresh = everything.part("train"), everything.part("validation")
    train = train.subset(np.arange(min(TRAIN_PHOTOS, len(train))))
    fewest = np.bincount(train.column(MALE.name, complete=True), minlength=2).min()
    if fewest < LARGEST_MEAN:
        raise UserError(
            f"Class means take {LARGEST_MEAN} or more train photos of each class, "
            f"but {data} has {fewest} of one."
        )
    published = read_photos(photos, labels, MALE, PUBLISHED)
    corrected = read_photos(photos, labels, MALE, CORRECTED)
    extractor, encoder = get_extractor(), get_extractor("encoder", model)

    def rows(of: PhotoSet, by: FeatureExtractor, stage: str) -> np.ndarray:
        return cached_features(by, of, model.preprocess, cache, progress and progress(stage))

    def read(of: PhotoSet, codes: bool = False, **more) -> Photos:
        pixels = of.faces(model.preprocess, cache)
        key = cache_key(of, model.preprocess)
        return Photos(
            face_rows(pixels, key),
            of.column(MALE.name, complete=True),
            codes=rows(of, encoder, "codes of photos") if codes else None,
            **more,
        )

    features = rows(train, extractor, "features of photos")
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    identity = np.arange(len(train)) if train.identity is None else train.identity
    return Material(
        model=model,
        extractor=extractor,
        train=read(train, codes=True),
        article=read(corrected, True, published=published.column(MALE.name, complete=True)),
        fresh=read(fresh),
        people=people_means((features - mean) / scale, identity),
        mean=mean,
        scale=scale,
        count=count,
        cache=cache,
    )


def face_rows(pixels: np.ndarray, id: str) -> FaceRows:
    """Faces in memory, uint8 `[n, s, s, 3]`, whose features are kept by `id`."""
    return FaceRows(len(pixels), pixels.shape[1], lambda rows: pixels[rows.start : rows.stop], id)


def people_means(features: np.ndarray, identity: np.ndarray) -> np.ndarray:
    """The mean features `[k, f]` of the first people, at most 2,622; from `[n, f]` and `[n]`."""
    people = np.unique(identity)[:MOST_PEOPLE]
    return np.stack([features[identity == person].mean(axis=0) for person in people])
