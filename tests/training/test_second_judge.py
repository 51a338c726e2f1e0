"""A second judge: probes on features of another kind, taught by labelled photos."""

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.photos import read_photos
from ganssl.photos.preprocess import Preprocess
from ganssl.training.second_judge import BATCH, ImageEyes, taught

PREPROCESS = Preprocess(64)
ATTRIBUTES = ("Bald", "Young", "Attractive")


def cells(faces):
    """Mean colours of 8 by 8 cells."""
    parts = faces.astype(np.float32).reshape(len(faces), 8, 8, 8, 8, 3)
    return parts.mean(axis=(2, 4)).reshape(len(faces), -1)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """120 photos, light where Bald; all are Young."""
    folder, rng = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    lines = [",".join(("file", *ATTRIBUTES))]
    for i in range(120):
        bald, other = rng.integers(0, 2, 2)
        pixels = rng.normal(110 + 40 * bald, 30, (218, 178, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{i:03d}.png")
        lines.append(f"{i:03d}.png,{bald},1,{other}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_photos(folder, folder / "labels.csv")


@pytest.fixture(scope="module")
def judge(photos):
    some = photos.subset(np.arange(len(photos)) < 80)
    return taught(ImageEyes(cells, 192, "cells"), some, PREPROCESS)


def test_it_tells_photos_apart_that_did_not_teach_it(judge, photos):
    held = photos.subset(np.arange(len(photos)) >= 80)
    logits = judge.logits(judge.network.features(held.faces(PREPROCESS)))
    assert ((logits[:, 0] > 0) == (held.column("Bald") == 1)).mean() > 0.9


def test_an_attribute_of_one_class_and_judgements_of_looks_are_left_out(judge, photos):
    assert photos.attributes == ATTRIBUTES
    assert judge.attributes == ("Bald",)  # all are young, and looks are not judged


def test_features_are_those_of_all_faces_in_their_order(judge, photos):
    faces = photos.faces(PREPROCESS)
    assert len(faces) > 2 * BATCH
    told = []
    rows = judge.network.features(faces, lambda *done: told.append(done))
    np.testing.assert_allclose(rows, cells(np.asarray(faces)), rtol=1e-5)
    assert told[-1] == (len(faces), len(faces))


def test_photos_that_teach_nothing_are_refused(photos):
    young = photos.subset((photos.column("Bald") == 1) & (photos.column("Attractive") == 1))
    with pytest.raises(UserError, match="no attribute with photos of both classes"):
        taught(ImageEyes(cells, 192, "cells"), young, PREPROCESS)
