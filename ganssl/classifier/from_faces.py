"""From labelled faces to a classifier: features, training, and the threshold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganssl.attributes import Attribute
from ganssl.base.progress import Progress, stages
from ganssl.classifier.anchor import Anchor, taught_anchor
from ganssl.classifier.classifier import Classifier, Source, calibrated
from ganssl.classifier.train import LabelledRows, check_rows, check_training, train_classifier
from ganssl.classifier.watch import UNWATCHED, Watch
from ganssl.directions.check import PhotoCheck
from ganssl.errors import UserError
from ganssl.features.extractor import FeatureExtractor
from ganssl.features.feature_cache import FaceRows, augmented_features, cached_features
from ganssl.metrics.threshold import check_method
from ganssl.photos.elsewhere import Damage
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess
from ganssl.synthesis.axes import best_judge

if TYPE_CHECKING:
    from ganssl.synthesis.reader import SyntheticSet


@dataclass(frozen=True, eq=False)
class LabelledFaces:
    """Faces to learn from, most often generated.

    Attributes:
        faces: uint8 `[n, s, s, 3]`; may be a memory map.
        labels: int8 `[n]` of 0 and 1, and -1 for faces that are left out.
        preprocess: what photos must go through to be like the faces; the
            default crop to their size when None.
        recipe: of the faces, kept with the classifier.
        groups: int `[n]`; faces of one group, such as the pairs of a set, stay
            on one side of the holdout.
    """

    faces: np.ndarray | FaceRows
    labels: np.ndarray
    attribute: Attribute
    preprocess: Preprocess | None = None
    recipe: dict[str, Any] = field(default_factory=dict)
    groups: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class PhotoEvidence:
    """What photos tell a classifier that learns from generated faces; by default nothing.

    Attributes:
        anchor: the few labelled photos that the labels came from. Faces whose
            features contradict their label by these are left out, and the
            threshold is placed by them.
        check: what such photos taught, where they are not at hand; it does the
            same. One of other features or another size of faces is not used.
        unlabelled, threshold, positive_share: photos that place it where there
            is no anchor, see `ganssl.metrics.threshold`.

    Raises `UserError` for a threshold that there is not.
    """

    anchor: Anchor | None = None
    check: PhotoCheck | None = None
    unlabelled: PhotoSet | None = None
    threshold: str = "mixture"
    positive_share: float | None = None

    def __post_init__(self) -> None:
        check_method(self.threshold, self.positive_share)


NOTHING = PhotoEvidence()


def train_on_faces(
    made: LabelledFaces,
    extractor: FeatureExtractor,
    head: str = "linear",
    *,
    evidence: PhotoEvidence = NOTHING,
    watch: Watch = UNWATCHED,
    copies: int = 0,
    damage: Damage | None = None,
    **options,
) -> Classifier:
    """Extract features, train a head, and place its threshold by what photos tell.

    Args:
        head: see `ganssl.classifier.heads`.
        copies: learn from so many degraded versions of each face as well.
        damage: what befalls these; mild blur, noise, JPEG and light when None.
        options: `seed` and the rest of `train_classifier`.

    Raises `UserError` for faces that the extractor cannot read, labels that
    cannot be learnt from or options that there are not, and `Cancelled` when
    asked to stop.
    """
    check_training(head, **options)
    if copies < 0:
        raise UserError("The number of degraded copies must be 0 or greater.")
    preprocess = made.preprocess or Preprocess(made.faces.shape[1])
    stage, anchor = stages(watch.progress, watch.cancelled), evidence.anchor
    labels, groups, known = _known(made)

    told, seed = stage("face features"), options.get("seed", 0)
    if copies:
        rng = np.random.default_rng([seed, 1])
        features = augmented_features(extractor, made.faces, rng, copies, told, damage)
    else:
        features = cached_features(extractor, made.faces, cache=watch.cache, progress=told)
    if not known.all():
        features = features[np.tile(known, 1 + copies)]
    if copies and groups is None:
        groups = np.arange(len(labels))
    check, dropped = evidence.check, 0
    if check is not None and not check.fits(extractor.name, extractor.id, preprocess.size):
        check = None
    if anchor is None and check is not None:
        anchor = taught_anchor(check, features[: len(labels)])
    if anchor is not None:
        kept = anchor.supports(features[: len(labels)], labels)
        features = features[np.tile(kept, 1 + copies)]
        labels, groups = labels[kept], None if groups is None else groups[kept]
        dropped = int((~kept).sum())
    classifier = replace(
        train_classifier(
            LabelledRows(
                features,
                np.tile(labels, 1 + copies),
                groups=None if groups is None else np.tile(groups, 1 + copies),
            ),
            made.attribute,
            head,
            **options,
            watch=watch,
        ),
        source=Source(extractor.name, extractor.id, preprocess, made.recipe),
    )
    if anchor is not None:
        placed = anchor.place_threshold(classifier)
        classifier = replace(placed, metrics=placed.metrics | _taught(anchor, dropped))
    if evidence.unlabelled is not None and (anchor is None or anchor.check):
        told, photos = stage("features of unlabelled photos"), evidence.unlabelled
        scored = cached_features(extractor, photos, preprocess, watch.cache, told)
        classifier, _ = calibrated(classifier, scored, evidence.threshold, evidence.positive_share)
    return classifier


def _taught(anchor: Anchor, dropped: int) -> dict:
    """What a classifier's metrics say of the photos that checked its faces."""
    said = {"dropped_as_contradicted": dropped, "anchor_photos": list(anchor.photos)}
    if anchor.refused:
        said["anchor_photos_left_out"] = [one.name for one in anchor.refused]
    if anchor.check:
        said["taught_by"] = anchor.check.labels
    return said


def _known(made: LabelledFaces) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Labels and groups of the faces that have a label, and which these are, bool `[n]`."""
    labels = np.asarray(made.labels)
    if labels.shape != (len(made.faces),):
        check_rows(np.zeros((len(made.faces), 0), np.float32), labels)  # says so
    known = labels >= 0
    labels = check_rows(np.zeros((int(known.sum()), 0), np.float32), labels[known])[1]
    return labels, None if made.groups is None else made.groups[known], known


def train_on_set(
    faces: SyntheticSet,
    extractor: FeatureExtractor,
    head: str = "linear",
    *,
    checked: bool = True,
    evidence: PhotoEvidence = NOTHING,
    **options,
) -> Classifier:
    """`train_on_faces` with a set on disk, whose faces are read as they are needed.

    Args:
        checked: let the photos behind the set's labels check the faces and place
            the threshold, as far as the set's direction carries what they taught.

    Example:
        >>> import ganssl
        >>> recipe = ganssl.Recipe("Smiling", count=40)
        >>> _ = ganssl.synthesize(ganssl.load_model(), recipe, "set")
        >>> classifier = ganssl.train_on_set(ganssl.read_set("set"), ganssl.get_extractor())
        >>> classifier.attribute.classes
        ('not Smiling', 'Smiling')
        >>> ganssl.save_classifier(classifier, "classifier")
        >>> ganssl.load_classifier("classifier").threshold == classifier.threshold
        True
    """
    if checked:
        evidence = replace(evidence, check=set_check(faces))
    return train_on_faces(set_faces(faces), extractor, head, evidence=evidence, **options)


def set_faces(faces: SyntheticSet, attribute: str | None = None) -> LabelledFaces:
    """The faces of a set on disk with the labels of one attribute; the first when None."""
    recipe = faces.recipe
    return LabelledFaces(
        face_rows(faces),
        faces.labels if attribute is None else faces.column(attribute),
        faces.attribute if attribute is None else Attribute(attribute),
        recipe={"set": faces.id, "model": faces.model_id, **recipe.to_dict()},
        groups=faces.pairs if recipe.pairs else None,
    )


def set_check(faces: SyntheticSet, attribute: str | None = None) -> PhotoCheck | None:
    """What the photos behind a set's labels taught; None where its direction does not carry it.

    Args:
        attribute: of those whose labels the set carries; the first when None.
    """
    return best_judge(faces.directions, attribute or faces.recipe.attribute).check


def set_features(
    faces: SyntheticSet,
    extractor: FeatureExtractor,
    cache: str | Path | None = None,
    progress: Progress | None = None,
    attribute: str | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Features float32 `[n, d]` and labels int8 `[n]` of a set on disk, see `cached_features`.

    Args:
        attribute: of those whose labels the set carries; the first when None.
            Faces within its margin are left out where there are several.
    """
    features = cached_features(extractor, face_rows(faces), cache=cache, progress=progress)
    labels = faces.column(attribute or faces.attribute.name)
    return features[labels >= 0], labels[labels >= 0]


def face_rows(faces: SyntheticSet) -> FaceRows:
    """The faces of a set on disk, for `cached_features`."""
    return FaceRows(len(faces), faces.recipe.size, faces.faces, f"set {faces.id}")
