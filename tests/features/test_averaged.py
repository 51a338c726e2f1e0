"""Features averaged over views of a face."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.features.averaged import AveragedExtractor, Averages, averaged
from ganssl.features.extractor import BatchedExtractor
from ganssl.photos.elsewhere import crop

FACES = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3)).astype(np.uint8)


def left_half() -> BatchedExtractor:
    """The light of the left half, so that a mirror image reads otherwise."""
    return BatchedExtractor(
        "left",
        "left",
        "0" * 12,
        1,
        lambda f: f[:, :, : f.shape[2] // 2].mean((1, 2, 3))[:, None],
        1,
    )


def test_the_mirror_image_counts_as_much_as_the_face():
    inner = left_half()
    found = averaged(inner, Averages(mirror=True)).features(FACES)
    np.testing.assert_allclose(found[:, 0], FACES.mean((1, 2, 3)), rtol=1e-5)
    assert not np.allclose(inner.features(FACES), found, rtol=1e-3)


def test_crops_are_views_too():
    inner, both = left_half(), Averages(mirror=True, crops=True)
    views = list(both.views(FACES))
    assert len(views) == 6
    np.testing.assert_array_equal(views[0], FACES)
    np.testing.assert_array_equal(views[2][3], crop(FACES[3], 0.92))
    found = averaged(inner, both).features(FACES)
    np.testing.assert_allclose(found, np.mean([inner.features(v) for v in views], 0), rtol=1e-5)


def test_without_averages_the_extractor_stays_itself():
    inner = left_half()
    assert averaged(inner, Averages()) is inner
    other = averaged(inner, Averages(crops=True))
    assert isinstance(other, AveragedExtractor)
    assert (other.name, other.id, other.size) == (inner.name, inner.id, inner.size)
    assert "crops" in other.title
    steps = []
    many = np.repeat(FACES, 60, axis=0)
    rows = other.features(many, lambda *step: steps.append(step))
    assert steps == [(256, 300), (300, 300)] and rows.shape == (300, 1)
    np.testing.assert_allclose(rows[:1], other.features(FACES[:1]), rtol=1e-5)


def test_names_of_averages():
    assert Averages.of(["mirror"]) == Averages(mirror=True)
    assert Averages.of([]).title == "one view"
    assert Averages.of(["crops", "mirror"]).title == "mirror and crops"
    with pytest.raises(UserError, match="not 'flip'"):
        Averages.of(["flip"])
