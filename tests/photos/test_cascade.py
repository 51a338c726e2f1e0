"""The cascade beside the package whose networks it runs, and what needs no photo."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ganssl.photos import cascade
from ganssl.photos.cascade import _order, _patches, detect
from ganssl.photos.images import read_image

GREY = (120, 120, 120)


@pytest.mark.parametrize("size", [(8, 8), (11, 300), (40, 40), (640, 480)])
def test_an_even_picture_of_any_size_shows_no_face(size):
    boxes, points = detect(Image.new("RGB", size, GREY))
    assert boxes.shape == (0, 5) and points.shape == (0, 5, 2)


def test_patches_mix_neighbours_and_are_zero_outside():
    ramp = np.repeat(np.arange(20, dtype=np.float32)[None, :, None], 10, axis=0)  # value = x
    ramp = np.repeat(ramp, 3, axis=2)
    inside, outside = _patches(ramp, np.array([[5.0, 2, 15, 8, 1], [-10, 2, 10, 8, 1]]), 5)
    np.testing.assert_allclose(inside[0, :, 0], np.linspace(5, 15, 5) * 19 / 20, rtol=1e-5)
    assert (outside[:, :2] == 0).all() and (outside[:, 3:] > 0).all()


def test_a_box_that_a_surer_one_covers_goes():
    boxes = np.array([[0, 0, 10, 10, 0.7], [1, 0, 11, 10, 0.9], [30, 0, 40, 10, 0.5]])
    assert _order(boxes, 0.0, 0.5).tolist() == [1, 2]
    assert _order(boxes, 0.6, 0.9).tolist() == [1, 0]
    inner = np.array([[0, 0, 10, 10, 0.9], [2, 2, 5, 5, 0.8]])
    assert _order(inner, 0.0, 0.7).tolist() == [0, 1]
    assert _order(inner, 0.0, 0.7, of_smaller=True).tolist() == [0]


def theirs(picture: Image.Image, **settings) -> tuple[np.ndarray, np.ndarray]:
    """What the package's own code finds, as `detect` gives it."""
    from mtcnn import MTCNN

    rows = MTCNN().detect_faces(
        np.asarray(picture), box_format="xyxy", output_type="numpy", **settings
    )  # (n, 16): image, left, top, right, bottom, score, five x, five y
    return rows[:, 1:6], rows[:, 6:].reshape(-1, 2, 5).swapaxes(1, 2)


def assert_same(ours, theirs) -> None:
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, atol=0.01)


@pytest.mark.slow
def test_what_mtcnn_takes_for_faces_in_clouds_is_found_where_it_lies(monkeypatch):
    """Without thresholds, all that the first network proposes comes through to the end."""
    monkeypatch.setattr(cascade, "REFINED", 0.0)
    monkeypatch.setattr(cascade, "SURE", 0.0)
    grain = np.random.default_rng(4).integers(0, 256, (13, 17, 3), dtype=np.uint8)
    clouds = Image.fromarray(grain).resize((150, 101), Image.Resampling.BICUBIC)
    found = detect(clouds)
    assert len(found[0])
    assert_same(found, theirs(clouds, threshold_rnet=0.0, threshold_onet=0.0))


def test_it_finds_what_mtcnn_finds_turned_small_and_several(celeba_root):
    paths = sorted((celeba_root / "img_align_celeba").glob("*.jpg"))[:6]
    if len(paths) < 6:
        pytest.skip("the photos are packed")
    photos = [read_image(path) for path in paths]
    turned, small, several = (Image.new("RGB", (600, 480), GREY) for _ in range(3))
    turned.paste(photos[0].resize((356, 436)).rotate(25, expand=True), (20, -50))
    small.paste(photos[1].resize((71, 87)), (300, 200))
    for place, photo in enumerate(photos[3:6]):
        several.paste(photo, (10 + 195 * place, 40 * place))
    for canvas, count in ((turned, 1), (small, 1), (several, 3)):
        found = detect(canvas)
        assert len(found[0]) == count
        assert_same(found, theirs(canvas))
