"""How natural generated faces look, as people graded some of them.

Faces of this project's models were looked at, in three rounds: 0 without a flaw that one
would notice, 1 with a slight one, 2 with one that a layman would name (a torn mouth, half a pair of
glasses, patterned skin, a melted eye). A ridge regression on features of fixed networks
learns the grades and gives one to any face. That is the product's own way, few labels
on frozen features, turned on the model itself. `Naturalness` then learns from many
unlabelled faces what a face's code tells of its grade, so that nothing of the networks
need run where a face is drawn.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ganssl.base.assets import ASSETS
from ganssl.base.progress import Stages
from ganssl.errors import UserError
from ganssl.features.readout import Readout
from ganssl.models.draws import PLAIN
from ganssl.models.face_model import FaceModel
from ganssl.models.naturalness import Naturalness
from ganssl.photos.skin_tone import skin_tone

Features = Callable[[np.ndarray], np.ndarray]
"""Faces uint8 `[n, s, s, 3]` → float32 `[n, f]`."""

LOOKED_AT = ASSETS / "looks"
FACES, GRADES = "faces.webp", "grades.csv"
ACROSS = 32
"""Faces in a row of the picture of graded ones."""

WORST = 2
FEWEST = 50
KEPT = ("Male", "Young")
"""Perceived traits beside skin tone whose shares a choice among faces leaves as they are."""

DRAWN = 40000
"""Generated faces whose codes and grades teach what a code tells."""

BATCH = 100
PENALTY = 3.0
"""Of the regression, for each graded face (scaled features, ridge)."""


@dataclass(frozen=True, eq=False)
class GradedFaces:
    """Generated faces that a person has looked at.

    Attributes:
        faces: uint8 `[n, s, s, 3]`.
        grades: uint8 `[n]`, 0 without a flaw to `WORST`.
    """

    faces: np.ndarray
    grades: np.ndarray

    @classmethod
    def load(cls, folder: str | Path = LOOKED_AT) -> GradedFaces:
        """Read `faces.webp`, `ACROSS` faces in a row, and `grades.csv` (`place,grade`).

        Raises `UserError` for a folder without them or that does not fit together.
        """
        folder = Path(folder)
        try:
            with Image.open(folder / FACES) as picture:
                pixels = np.asarray(picture.convert("RGB"))
            with open(folder / GRADES, encoding="utf-8", newline="") as lines:
                grades = np.array([int(row["grade"]) for row in csv.DictReader(lines)])
        except (OSError, Image.DecompressionBombError) as error:
            raise UserError(f"{folder} holds no graded faces: {FACES} and {GRADES}.") from error
        except (KeyError, TypeError, ValueError, csv.Error) as error:
            raise UserError(f"{folder / GRADES} needs lines `place,grade` of numbers.") from error
        side = pixels.shape[1] // ACROSS
        rows = pixels.shape[0] // max(side, 1)
        whole = side > 0 and pixels.shape[:2] == (rows * side, ACROSS * side)
        if not whole or len(grades) > rows * ACROSS or not len(grades):
            raise UserError(f"{folder}: {FACES} and {GRADES} do not fit each other.")
        if grades.min() < 0 or grades.max() > WORST or grades.min() == grades.max():
            raise UserError(
                f"{folder / GRADES}: grades are numbers from 0 to {WORST}, not all one."
            )
        tiles = pixels.reshape(rows, side, ACROSS, side, 3).swapaxes(1, 2)
        faces = tiles.reshape(-1, side, side, 3)[: len(grades)]
        return cls(np.ascontiguousarray(faces), grades.astype(np.uint8))

    def __len__(self) -> int:
        return len(self.grades)


def learn_naturalness(
    model: FaceModel,
    graded: GradedFaces,
    readout: Readout,
    more: Features | None = None,
    count: int = DRAWN,
    progress: Stages | None = None,
) -> Naturalness:
    """What tells from a code of the model's density how natural its face looks.

    Args:
        graded: faces of the model's size.
        readout: whose network looks at faces, and whose probes tell the traits that a
            choice among faces leaves alone.
        more: features of a further network.
        count: faces that are drawn.

    Raises `UserError` for graded faces of another size and for fewer than `FEWEST`.
    """
    if graded.faces.shape[1] != model.size or len(graded) < FEWEST:
        raise UserError(
            f"Natural looks are learnt from {FEWEST} graded faces or more of {model.size} pixels, "
            f"not from {len(graded)} of {graded.faces.shape[1]}."
        )
    columns = [readout.attributes.index(name) for name in KEPT if name in readout.attributes]

    def look(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen = readout.network.features(faces)
        traits = np.column_stack([readout.logits(seen)[:, columns], skin_tone(faces)])
        return np.hstack([seen, more(faces)]) if more else seen, traits.astype(np.float64)

    seen = [look(graded.faces[i : i + BATCH])[0] for i in range(0, len(graded), BATCH)]
    grade = learn_grades(np.concatenate(seen), graded.grades)
    codes = model.sample(count, seed=1, source=PLAIN)
    grades, traits = [], []
    report = progress("looking at faces") if progress else None
    for start in range(0, count, BATCH):
        features, found = look(model.decode(codes[start : start + BATCH]))
        grades.append(grade(features))
        traits.append(found)
        if report:
            report(min(start + BATCH, count), count)
    kinds = np.concatenate(traits)
    kinds[:, -1] -= np.nanmedian(kinds[:, -1])  # half of the faces are darker
    return Naturalness.fit(codes, -np.concatenate(grades), kinds)


def learn_grades(features: np.ndarray, grades: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """A ridge regression: features `[n, f]` → grades, float64 `[n]`, of `[n, f]` and `[n]`."""
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    regression = make_pipeline(StandardScaler(), Ridge(PENALTY * len(features)))
    return regression.fit(features.astype(np.float64), grades.astype(np.float64)).predict


def map_statistics(network, low: float = -1.0, high: float = 1.0) -> Features:
    """Mean and standard deviation over places of each channel of a network's maps.

    Args:
        network: Keras, faces `[n, s, s, 3]` between `low` and `high` → maps `[n, h, w, c]`.
    """

    def features(faces: np.ndarray) -> np.ndarray:
        values = faces.astype(np.float32) * ((high - low) / 255) + low
        maps = [np.asarray(each, np.float32) for each in network(values, training=False)]
        means = [each.mean(axis=(1, 2)) for each in maps]
        return np.concatenate([*means, *(each.std(axis=(1, 2)) for each in maps)], axis=1)

    return features
