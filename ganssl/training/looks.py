"""How natural generated faces look to networks that were taught to tell them from photos.

Each fixed network gives the means and spreads of its maps, or its embedding. Two
figures are taken of them. A logistic regression tells generated faces from photos,
each half of the faces judged by the one that the other half taught: its log odds
favour kinds of faces that the generator draws too rarely, odd ones among them. The
realism of Kynkäänniemi et al. 2019 asks how near a face lies to photos, measured by
how near these lie to each other: it favours usual ones. Brought to one scale and
added over the networks they are a face's looks. `Naturalness` learns them from codes
alone, so that nothing of the networks or photos need ship.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from ganssl.base.progress import Stages
from ganssl.errors import UserError
from ganssl.features.readout import Readout
from ganssl.models.draws import PLAIN
from ganssl.models.face_model import FaceModel
from ganssl.models.naturalness import Naturalness
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.skin_tone import skin_tone

Features = Callable[[np.ndarray], np.ndarray]
"""Faces uint8 `[n, s, s, 3]` → float32 `[n, f]`."""

KEPT = ("Male", "Young")
"""Perceived traits beside skin tone whose shares a choice among faces leaves as they are."""

FACES = 8000
"""Generated faces that are looked at, beside as many photos."""

FEWEST = 200
BATCH = 100
CHUNK = 500
REALISM = 2.0
"""Weight of realism beside the log odds."""

REGULARISATION = 0.003
WIDEST = 3.0
"""Log odds beyond so many standard deviations count as these."""


def learn_naturalness(
    model: FaceModel,
    photos: PhotoSet,
    networks: Mapping[str, Features],
    traits: Features,
    cache: Path | None = None,
    progress: Stages | None = None,
) -> Naturalness:
    """What tells from a code of the model's density how natural its face looks.

    Args:
        photos: that it was trained on; their train part, at most `FACES` of them.
        networks: by name.
        traits: of faces, `[n, m]`, present above 0, whose shares the choice leaves alone.

    Raises `UserError` for fewer than `FEWEST` photos.
    """
    count = min(FACES, len(photos))
    if count < FEWEST:
        raise UserError(f"Natural looks are learnt from {FEWEST} photos or more, not {count}.")
    rows = np.linspace(0, len(photos) - 1, count).astype(int)
    report = progress("decoding photos") if progress else None
    real = photos.subset(rows).faces(model.preprocess, cache, report)
    codes = model.sample(count, seed=1, source=PLAIN)
    looks = np.zeros(count)
    report = progress("looking at faces") if progress else None
    parts: dict[str, list[np.ndarray]] = {name: [] for name in networks}
    kinds = []
    for start in range(0, count, BATCH):
        shown = np.array(real[start : start + BATCH]), model.decode(codes[start : start + BATCH])
        for name, network in networks.items():
            parts[name] += [network(faces) for faces in shown]
        kinds.append(traits(shown[1]))
        if report:
            report(min(start + BATCH, count), count)
    for seen in parts.values():
        both = np.concatenate(seen[::2]), np.concatenate(seen[1::2])
        looks += _scaled(log_odds(*both)) + REALISM * _scaled(realism(*both))
    found = np.concatenate(kinds)
    found[:, -1] -= np.nanmedian(found[:, -1])  # half of the faces are darker
    return Naturalness.fit(codes, looks, found)


def perceived_traits(readout: Readout) -> Features:
    """The log odds of `KEPT` and the skin tone of faces: float64 `[n, m]`, NaN where unknown."""
    columns = [readout.attributes.index(name) for name in KEPT if name in readout.attributes]

    def traits(faces: np.ndarray) -> np.ndarray:
        logits = readout.logits(readout.network.features(faces))[:, columns]
        return np.column_stack([logits, skin_tone(faces)]).astype(np.float64)

    return traits


def log_odds(real: np.ndarray, made: np.ndarray, seed: int = 0) -> np.ndarray:
    """Of generated faces to be photos, float64 `[n]`, by regressions that did not see them.

    Args:
        real: features of photos, `[m, f]`.
        made: features of generated faces, `[n, f]`.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features = np.concatenate([real, made])
    is_real = np.arange(len(features)) < len(real)
    order = np.random.default_rng(seed).permutation(len(features))
    halves = order[::2], order[1::2]
    odds = np.empty(len(features))
    for taught, judged in (halves, halves[::-1]):
        regression = LogisticRegression(C=REGULARISATION, max_iter=300)
        told = make_pipeline(StandardScaler(), regression).fit(features[taught], is_real[taught])
        odds[judged] = told.decision_function(features[judged])
    return odds[len(real) :]


def realism(real: np.ndarray, made: np.ndarray, neighbours: int = 3) -> np.ndarray:
    """How near generated faces lie to photos, float64 `[n]`: a logarithm, above 0 among them.

    The largest ratio of a photo's distance to its `neighbours`th nearest photo and to
    the face, over the half of the photos that lie closest together. Features are
    scaled to the photos' standard deviations.

    Args:
        real: features of photos, `[m, f]`.
        made: features of generated faces, `[n, f]`.
    """
    from sklearn.metrics import euclidean_distances

    middle, spread = real.mean(axis=0), real.std(axis=0) + 1e-6
    real, made = ((x - middle) / spread for x in (real, made))
    reach = np.concatenate(
        [
            np.partition(euclidean_distances(real[i : i + CHUNK], real), neighbours)[:, neighbours]
            for i in range(0, len(real), CHUNK)
        ]
    )
    close = reach <= np.median(reach)
    close_ones, reach = real[close], reach[close]
    ratios = np.empty(len(made))
    for i in range(0, len(made), CHUNK):
        apart = np.maximum(euclidean_distances(made[i : i + CHUNK], close_ones), 1e-6)
        ratios[i : i + CHUNK] = (reach / apart).max(axis=1)
    return np.log(ratios)


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


def _scaled(odds: np.ndarray) -> np.ndarray:
    return np.clip((odds - odds.mean()) / odds.std(), -WIDEST, WIDEST)
