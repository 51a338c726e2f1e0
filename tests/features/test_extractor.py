"""Every extractor keeps the contract; features are kept on disk by content."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.features.extractor import EXTRACTORS, BatchedExtractor, get_extractor
from ganssl.features.face_network import FaceNetwork, FaceNetworkConfig, build_face_network
from ganssl.features.feature_cache import FaceRows, augmented_features, cached_features
from ganssl.models.bundle import BundleModel
from ganssl.models.config import ModelConfig
from ganssl.models.face_model import FaceModel
from ganssl.photos import read_folder
from ganssl.photos.preprocess import Preprocess
from tests.helpers.synthetic_faces import draw_face, draw_faces

TINY = ModelConfig(64, 5, (4, 4, 4, 4), (4, 4, 4, 4), 4, (4, 4, 4, 4))
SMALL = FaceNetworkConfig(widths=(8, 8, 8, 8), embedding=12, middle=6)


def colour_extractor(weight: float = 1.0, id: str = "aaaaaaaaaaaa", calls=None):
    """Mean colour of a face; `calls` collects the sizes of the batches."""

    def run(pixels: np.ndarray) -> np.ndarray:
        if calls is not None:
            calls.append(len(pixels))
        return weight * pixels.mean(axis=(1, 2), dtype=np.float32)

    return BatchedExtractor("colour", "mean colour", id, 3, run, side=1, batch_size=4)


@pytest.fixture(scope="module")
def network_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    FaceNetwork(SMALL, build_face_network(SMALL)).save(folder)
    return folder


@pytest.fixture(scope="module")
def model() -> FaceModel:
    return BundleModel.create(TINY)


@pytest.mark.slow
def test_the_face_network_is_an_extractor(network_folder: Path):
    faces, _ = draw_faces(3)
    extractor = get_extractor("face-network", network_folder)
    rows = extractor.features(faces)
    assert rows.shape == (3, extractor.size) == (3, 18) and rows.dtype == np.float32
    np.testing.assert_allclose(rows, FaceNetwork.load(network_folder).features(faces), atol=1e-5)
    assert extractor.features(faces[:0]).shape == (0, 18)


@pytest.mark.slow
def test_the_id_changes_with_the_weights_alone(network_folder: Path, tmp_path: Path):
    first = get_extractor("face-network", network_folder)
    assert first.id == get_extractor("face-network", network_folder).id and len(first.id) == 12
    network = FaceNetwork.load(network_folder)
    bias = network.model.get_layer("embedding").bias
    bias.assign(bias + 0.5)
    network.save(tmp_path)
    assert get_extractor("face-network", tmp_path).id != first.id


@pytest.mark.slow
def test_the_encoder_gives_the_posterior_mean(model: FaceModel):
    faces, _ = draw_faces(3)
    extractor = get_extractor("encoder", model)
    assert (extractor.name, extractor.size) == ("encoder", 5)
    np.testing.assert_allclose(extractor.features(faces), model.encode(faces), atol=1e-6)
    other = BundleModel.create(TINY, seed=1)
    assert get_extractor("encoder", other).id != extractor.id
    with pytest.raises(UserError, match="side is 64 pixels, not 128"):
        extractor.features(draw_faces(1, 128)[0])


@pytest.mark.slow
def test_missing_extractors_say_how_to_get_them(monkeypatch, tmp_path: Path):
    monkeypatch.delenv("GANSSL_FACERES", raising=False)
    with pytest.raises(UserError, match="GANSSL_FACERES"):
        get_extractor("faceres")
    monkeypatch.setenv("GANSSL_FACERES", str(tmp_path))
    with pytest.raises(UserError, match=r"no faceres\.json"):
        get_extractor("faceres")
    with pytest.raises(UserError, match="choose from " + ", ".join(EXTRACTORS)):
        get_extractor("vgg")


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 64, 64, 3), np.float32),
        np.zeros((64, 64, 3), np.uint8),
        np.zeros((2, 64, 32, 3), np.uint8),
        np.zeros((2, 64, 64, 1), np.uint8),
    ],
)
def test_pixels_of_another_kind_are_refused(pixels: np.ndarray):
    with pytest.raises(UserError, match="uint8"):
        colour_extractor().features(pixels)


@pytest.mark.slow
def test_a_side_that_the_network_cannot_reduce_is_refused(network_folder: Path):
    with pytest.raises(UserError, match="multiple of 64 pixels, not 96"):
        get_extractor("face-network", network_folder).features(draw_faces(1, 96)[0])


def test_features_are_computed_batch_by_batch():
    faces, _ = draw_faces(10, 16)
    calls, steps = [], []
    rows = colour_extractor(calls=calls).features(faces, lambda *step: steps.append(step))
    assert calls == [4, 4, 2] and steps == [(4, 10), (8, 10), (10, 10)]
    np.testing.assert_allclose(rows, faces.mean(axis=(1, 2)), rtol=1e-5)


def test_kept_features_are_found_by_the_pixels_and_the_weights(tmp_path: Path):
    faces, _ = draw_faces(6, 16)
    calls = []
    first = cached_features(colour_extractor(calls=calls), faces, cache=tmp_path)
    again = cached_features(colour_extractor(calls=calls), faces.copy(), cache=tmp_path)
    np.testing.assert_array_equal(first, again)
    assert len(calls) == 2  # the batches of the first time alone
    faces[5, 0, 0, 0] ^= 1
    changed = cached_features(colour_extractor(calls=calls), faces, cache=tmp_path)
    assert len(calls) == 4 and not np.array_equal(first, changed)
    other = colour_extractor(2.0, id="bbbbbbbbbbbb")
    np.testing.assert_allclose(
        cached_features(other, faces, cache=tmp_path), 2 * changed, rtol=1e-6
    )
    assert len(list(tmp_path.iterdir())) == 3
    assert not list(tmp_path.glob("*.partial"))


def test_a_damaged_file_is_made_afresh_and_a_stop_leaves_nothing(tmp_path: Path):
    faces, _ = draw_faces(6, 16)
    first = cached_features(colour_extractor(), faces, cache=tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:50])
    np.testing.assert_array_equal(cached_features(colour_extractor(), faces, cache=tmp_path), first)
    np.testing.assert_array_equal(np.load(path), first)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    empty = tmp_path / "empty"
    with pytest.raises(KeyboardInterrupt):
        cached_features(colour_extractor(), faces, cache=empty, progress=stop)
    assert not empty.exists() or not list(empty.iterdir())


def test_a_cache_that_cannot_be_written_does_not_stop_the_work(tmp_path: Path, caplog):
    faces, _ = draw_faces(6, 16)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    kept = cached_features(colour_extractor(), faces, cache=tmp_path / "file")
    np.testing.assert_array_equal(kept, cached_features(colour_extractor(), faces))
    assert "Not kept for next time" in caplog.text
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way"


def test_photos_are_kept_by_their_files_and_preprocessing(tmp_path: Path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(3):
        draw_face(np.random.default_rng(i), i % 2 == 0).save(photos / f"{i}.png")
    cache, calls = tmp_path / "cache", []
    extractor = colour_extractor(calls=calls)
    first = cached_features(extractor, read_folder(photos), Preprocess(16), cache)
    pixels = read_folder(photos).faces(Preprocess(16))
    np.testing.assert_allclose(first, pixels.mean(axis=(1, 2)), rtol=1e-5)
    cached_features(extractor, read_folder(photos), Preprocess(16), cache)
    assert len(calls) == 1
    cached_features(extractor, read_folder(photos), Preprocess(32), cache)
    assert len(calls) == 2
    draw_face(np.random.default_rng(9), True).save(photos / "2.png")
    changed = cached_features(extractor, read_folder(photos), Preprocess(16), cache)
    assert len(calls) == 3
    np.testing.assert_array_equal(changed[:2], first[:2])
    assert not np.array_equal(changed[2], first[2])


def test_faces_with_an_id_are_read_when_needed_and_not_again(tmp_path: Path):
    faces, _ = draw_faces(6, 16)
    read = []

    def give(indices: range) -> np.ndarray:
        read.append(indices)
        return faces[list(indices)]

    rows = FaceRows(6, 16, give, "a set")
    first = cached_features(colour_extractor(), rows, cache=tmp_path)
    np.testing.assert_array_equal(first, colour_extractor().features(faces))
    assert read == [range(0, 4), range(4, 6)]
    np.testing.assert_array_equal(cached_features(colour_extractor(), rows, cache=tmp_path), first)
    assert len(read) == 2
    cached_features(colour_extractor(), FaceRows(6, 16, give, "another"), cache=tmp_path)
    assert len(read) == 4


def test_augmented_copies_follow_the_faces_they_are_of():
    faces, _ = draw_faces(40, 32)
    extractor = colour_extractor()
    rows = augmented_features(extractor, faces, np.random.default_rng(0), copies=2)
    assert rows.shape == (120, 3)
    plain = extractor.features(faces)
    np.testing.assert_array_equal(rows[:40], plain)
    for copy in (rows[40:80], rows[80:]):
        moved = np.abs(copy - plain).max(axis=1)
        assert 0.2 < np.mean(moved > 0.5) < 1.0  # a share is relit
        distances = np.linalg.norm(copy[:, None] - plain[None], axis=2)
        assert np.mean(distances.argmin(axis=1) == np.arange(40)) > 0.5
    again = augmented_features(extractor, faces, np.random.default_rng(0), copies=2)
    np.testing.assert_array_equal(rows, again)
