"""Photos to codes: once, a few at a time, and kept by their content."""

import numpy as np
import pytest

from ganssl.directions import FitOptions
from ganssl.errors import UserError
from ganssl.fitting import encode_folder, encode_photos, fit_encoded
from ganssl.models.bundle import BundleModel
from ganssl.photos import read_photos
from ganssl.photos.face_cache import CHUNK, face_chunks
from tests.helpers.small_model import CONFIG
from tests.helpers.synthetic_photos import write_celeba

pytestmark = pytest.mark.slow

COUNT = 30


@pytest.fixture(scope="module")
def model():
    return BundleModel.create(CONFIG)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_celeba(tmp_path_factory.mktemp("celeba"), COUNT)


def test_codes_are_those_of_the_preprocessed_photos(model, root, tmp_path):
    photos = read_photos(root)
    expected = model.encode(photos.faces(model.preprocess))
    stages = []

    def progress(name):
        return lambda *step: stages.append((name, *step))

    encoded = encode_folder(model, root, cache=tmp_path, progress=progress)
    np.testing.assert_array_equal(encoded.codes, expected)
    assert stages[-1] == ("encoding photos", COUNT, COUNT)
    assert encoded.photos.names == photos.names


def test_photos_that_cannot_be_decoded_are_left_out_and_named(model, tmp_path):
    root = write_celeba(tmp_path / "celeba", 6)
    (root / "img_align_celeba" / "000002.jpg").write_bytes(b"no photo")
    encoded = encode_folder(model, root)
    assert [name[:6] for name in encoded.photos.names] == [
        f"{number:06d}" for number in (1, 3, 4, 5, 6)
    ]
    (refused,) = encoded.photos.report.refused
    assert "000002.jpg" in refused.name and "000002.jpg is not a JPEG" in refused.reason
    expected = model.encode(encoded.photos.faces(model.preprocess))
    np.testing.assert_array_equal(encoded.codes, expected)
    for file in (root / "img_align_celeba").iterdir():
        file.write_bytes(b"no photo")
    with pytest.raises(UserError, match="can be used"):
        encode_folder(model, root)


def test_codes_are_kept_by_content_and_model(model, root, tmp_path):
    photos = read_photos(root)
    first = encode_photos(model, photos, tmp_path)
    (file,) = tmp_path.iterdir()
    np.save(file, first + 1)
    np.testing.assert_array_equal(encode_photos(model, photos, tmp_path), first + 1)
    part = encode_photos(model, photos.part("train"), tmp_path)
    np.testing.assert_array_equal(part, first[photos.partition == 0])
    other = BundleModel.create(CONFIG, seed=5)
    assert not np.allclose(encode_photos(other, photos, tmp_path), first, atol=1e-3)
    assert len(list(tmp_path.iterdir())) == 3
    file.write_bytes(b"damaged")
    np.testing.assert_array_equal(encode_photos(model, photos, tmp_path), first)


def test_kept_faces_are_not_decoded_again(model, root, tmp_path):
    photos = read_photos(root)
    faces = np.array(photos.faces(model.preprocess, tmp_path))
    (kept,) = tmp_path.glob("faces-*.npy")
    np.save(kept, np.full_like(faces, 99))
    chunks = list(face_chunks(photos, model.preprocess, tmp_path))
    assert [start for start, _ in chunks] == list(range(0, COUNT, CHUNK))
    assert (np.concatenate([chunk for _, chunk in chunks]) == 99).all()
    fresh = [chunk for _, chunk in face_chunks(photos, model.preprocess)]
    np.testing.assert_array_equal(np.concatenate(fresh), faces)


def test_divided_photos_fit_and_measure(model, root):
    encoded = encode_folder(model, root)
    train, holdout = encoded.divided()
    assert (len(train.codes), len(holdout.codes)) == (COUNT // 3, COUNT // 3)
    np.testing.assert_array_equal(train.codes, encoded.codes[::3])
    directions = fit_encoded(model.id, train, holdout, ("mean",), FitOptions(only=["Male"]))
    assert directions.attributes == ("Male",) and directions.get("Male").labels_used == COUNT // 3
    alone = encode_folder(model, root / "img_align_celeba")
    assert alone.divided() == (alone, None)
    with pytest.raises(UserError, match="has no labels"):
        fit_encoded(model.id, alone)
