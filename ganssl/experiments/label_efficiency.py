"""The label-efficiency curve: how good is each method with so many labels per class?

Labels are drawn from the train photos and the validation photos judge. A stop
loses one cell: each is kept in a file as soon as it is done.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.progress import Progress, Stages
from ganssl.errors import DiskError, UserError
from ganssl.experiments.cell import Material, TestPhotos, run_bounds, run_cell
from ganssl.experiments.choice import CHOICES, FOLDER, PER_CLASS, choose_labels
from ganssl.experiments.synthetic import Labelling
from ganssl.experiments.views import Views, generated_views, natural_codes, photo_views

if TYPE_CHECKING:
    from ganssl.features.extractor import FeatureExtractor
    from ganssl.models.face_model import FaceModel
    from ganssl.photos import PhotoSet

VALIDATION = "validation"


@dataclass(frozen=True)
class Plan:
    """What is run.

    Attributes:
        attributes: each is asked by itself.
        labels_per_class: the abscissa of the curve, ascending.
        seeds: so many draws of the labels, seeded 0, 1, …
        faces: size of the pool of generated faces.
        labelling: how its faces are labelled.
        choices: which photos are labelled, of `CHOICES`.
        folder: photos of a draw among which an order chooses.
        brief: the methods of `ganssl.experiments.cell.BRIEF` alone.

    Raises `UserError` for values that make no experiment.
    """

    attributes: tuple[str, ...]
    labels_per_class: tuple[int, ...]
    seeds: int = 5
    faces: int = 40_000
    labelling: Labelling = field(default_factory=Labelling)
    choices: tuple[str, ...] = (PER_CLASS,)
    folder: int = FOLDER
    brief: bool = False

    def __post_init__(self) -> None:
        if not self.attributes or not self.labels_per_class:
            raise UserError("Name one or more attributes, and one or more numbers of labels.")
        if min(self.labels_per_class) < 2:
            raise UserError("The experiment needs 2 or more labels per class.")
        if self.seeds < 1 or self.faces < 100:
            raise UserError("The experiment needs 1 or more seeds and 100 or more faces.")
        for choice in self.choices or ("",):
            if choice not in CHOICES:
                raise UserError(f"Photos are chosen {', '.join(CHOICES)}, not {choice!r}.")
        if set(self.choices) != {PER_CLASS} and 2 * max(self.labels_per_class) > self.folder:
            raise UserError(
                f"{2 * max(self.labels_per_class):,} photos cannot be chosen from {self.folder:,}: "
                "name fewer labels per class, or choose among more photos."
            )
        object.__setattr__(self, "attributes", tuple(dict.fromkeys(self.attributes)))
        object.__setattr__(self, "choices", tuple(dict.fromkeys(self.choices)))
        object.__setattr__(self, "labels_per_class", tuple(sorted(set(self.labels_per_class))))

    def cells(self) -> list[tuple[str, int, int, str]]:
        """(attribute, labels per class, seed, choice) in the order in which they are run."""
        return [
            (attribute, count, seed, choice)
            for seed in range(self.seeds)
            for attribute in self.attributes
            for count in self.labels_per_class
            for choice in self.choices
        ]

    def key(self, attribute: str, count: int | None, seed: int | None, choice: str | None) -> str:
        """Under which the figures of a cell are kept."""
        chosen = "" if choice in (None, PER_CLASS) else f" {choice} of {self.folder}"
        return f"{attribute} {count} {seed}{chosen}{' brief' if self.brief and count else ''}"

    def to_dict(self) -> dict:
        return asdict(self)


def gather(
    model: FaceModel,
    extractor: FeatureExtractor,
    photos: PhotoSet,
    plan: Plan,
    also: Sequence[tuple[str, PhotoSet]] = (),
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> Material:
    """Encode and look at all photos, and make the pool of generated faces.

    Args:
        photos: divided into train and validation part, with labels.
        also: further labelled photos to be judged on, by name.
        cache: folder that keeps codes and features for next time.

    Raises `UserError` for photos that are not divided, and attributes that
    they do not have.
    """

    def labels(part: PhotoSet) -> dict[str, np.ndarray]:
        return {name: part.column(name) for name in plan.attributes if name in part.attributes}

    for name in plan.attributes:
        photos.column(name)  # names what is close where there is none
    parts = [(VALIDATION, photos.part("validation")), *also]
    train = photos.part("train")
    views = [photo_views(model, extractor, part, cache, progress) for _, part in parts]
    return Material(
        train=photo_views(model, extractor, train, cache, progress),
        labels=labels(train),
        pool=pool_views(model, extractor, plan.faces, cache, progress),
        tests=tuple(
            TestPhotos(name, view, labels(part))
            for (name, part), view in zip(parts, views, strict=True)
        ),
    )


def pool_views(
    model: FaceModel,
    extractor: FeatureExtractor,
    faces: int,
    cache: str | Path | None = None,
    progress: Stages | None = None,
    source: str = "density",
) -> Views:
    """Faces of natural codes and their features; they serve every cell of a model."""
    codes = natural_codes(model, source, faces)
    return generated_views(
        model, extractor, codes, cache, progress and progress(f"generated faces ({source})")
    )


def run_experiment(
    material: Material,
    plan: Plan,
    kept: str | Path | None = None,
    progress: Progress | None = None,
) -> list[dict]:
    """All cells, those that `kept` holds already from there.

    Args:
        kept: a file of JSON lines to which every cell is added when it is done.
        progress: called with (cells done, cells in all).

    Returns a row for each attribute, count, seed, choice, method and test, with
    `accuracy`, `balanced_accuracy` and `auc`. The majority class and all labels
    have count, seed and choice None.
    """
    wanted = [*((name, None, None, None) for name in plan.attributes), *plan.cells()]
    identity = experiment_id(material, plan)
    found = _read_cells(kept, identity)
    rows = []
    for done, (attribute, count, seed, choice) in enumerate(wanted, start=1):
        key = plan.key(attribute, count, seed, choice)
        if key not in found:
            if count is None or seed is None or choice is None:
                found[key] = run_bounds(material, attribute)
            else:
                few = choose_labels(
                    material.train.features,
                    material.labels[attribute],
                    count,
                    attribute,
                    seed,
                    choice,
                    plan.folder,
                )
                found[key] = run_cell(material, attribute, few, seed, plan.labelling, plan.brief)
            if kept is not None:
                _append(Path(kept), {"experiment": identity, "cell": key, "figures": found[key]})
        rows += [
            {
                "attribute": attribute,
                "labels_per_class": count,
                "seed": seed,
                "choice": choice,
                "method": method,
                "test": test,
                **values,
            }
            for method, tests in found[key].items()
            for test, values in tests.items()
        ]
        if progress:
            progress(done, len(wanted))
    return rows


def experiment_id(material: Material, plan: Plan) -> str:
    """12 hexadecimal digits of all that a cell's figures follow from."""
    digest = hashlib.sha256(json.dumps(plan.labelling.to_dict(), sort_keys=True).encode())
    for views in (material.train, material.pool, *(test.views for test in material.tests)):
        digest.update(np.ascontiguousarray(views.features).data)
        digest.update(np.ascontiguousarray(views.codes).data)
    for labels in (material.labels, *(test.labels for test in material.tests)):
        for name in sorted(labels):
            digest.update(np.ascontiguousarray(labels[name]).data)
    return digest.hexdigest()[:12]


def _read_cells(path: str | Path | None, identity: str) -> dict[str, dict]:
    """Cells of this very experiment; a line that was cut off by a stop is run again."""
    found: dict[str, dict] = {}
    if path is None or not Path(path).exists():
        return found
    for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(values, dict) or values.get("experiment") != identity:
            continue
        cell, figures = values.get("cell"), values.get("figures")
        if isinstance(cell, str) and isinstance(figures, dict):
            found[cell] = figures
    return found


def _append(path: Path, values: dict) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise DiskError(path, error) from error
