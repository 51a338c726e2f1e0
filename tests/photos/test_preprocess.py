"""One preprocessing: the same photo gives the same pixels, wherever it comes from."""

from __future__ import annotations

import dataclasses
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.photos import face_cache, read_celeba, read_folder
from ganssl.photos.images import read_image
from ganssl.photos.preprocess import Preprocess, is_aligned
from tests.helpers.synthetic_photos import draw_photo, encoded, write_celeba


def test_crop_box_of_aligned_photos():
    preprocess = Preprocess()
    assert preprocess.box(178, 218) == (19, 45, 159, 185)
    assert preprocess.box(89, 109) == (9.5, 22.5, 79.5, 92.5)
    assert preprocess.box(356, 436) == (38, 90, 318, 370)


def test_other_photos_are_cut_to_their_central_square():
    preprocess = Preprocess()
    assert preprocess.box(300, 200) == (50, 0, 250, 200)
    assert preprocess.box(200, 300) == (0, 50, 200, 250)
    assert preprocess.box(129, 128) == (0, 0, 128, 128)


def test_which_photos_count_as_aligned():
    assert is_aligned(178, 218) and is_aligned(89, 109) and is_aligned(90, 109)
    assert is_aligned(1780, 2180)
    assert not is_aligned(218, 178) and not is_aligned(128, 128) and not is_aligned(160, 200)


def test_the_crop_takes_what_the_box_says():
    pixels = np.zeros((218, 178, 3), dtype=np.uint8)
    pixels[45:185, 19:159] = 255
    face = Preprocess(size=140)(Image.fromarray(pixels))
    assert face.shape == (140, 140, 3) and face.dtype == np.uint8
    assert (face == 255).all()
    pixels[45, 19:159], pixels[45:185, 158] = 10, 20
    face = Preprocess(size=140)(Image.fromarray(pixels))
    assert (face[0, :-1] == 10).all() and (face[1:, -1] == 20).all()


def test_a_face_of_the_right_size_passes_unchanged():
    face = draw_photo(1, 64, 64)
    assert np.array_equal(Preprocess(size=64)(face), np.asarray(face))
    wider = draw_photo(1, 65, 64)
    assert np.array_equal(Preprocess(size=64)(wider), np.asarray(wider)[:, :64])


def test_half_scale_photos_show_the_same_face():
    photo = draw_photo(2)
    smooth = Image.fromarray(np.asarray(photo)).resize((44, 54)).resize((178, 218))
    half = smooth.resize((89, 109), Image.Resampling.BOX)
    full, small = (Preprocess(size=64)(image).astype(int) for image in (smooth, half))
    assert np.abs(full - small).mean() < 3


def test_bilinear_reads_between_the_four_nearest_pixels():
    """A ramp stays a ramp, read at the centres of the new pixels."""
    rows, columns = np.indices((100, 100))
    ramp = np.stack([2 * rows, columns, rows + columns], axis=-1).astype(np.uint8)
    face = Preprocess(25, resampling="bilinear")(Image.fromarray(ramp))
    y, x = 4 * np.indices((25, 25)) + 1.5
    assert np.abs(face - np.stack([2 * y, x, y + x], axis=-1)).max() <= 0.5
    dots = np.zeros((100, 100, 3), np.uint8)
    dots[::4, ::4] = 255  # at 0, 4, 8 …: the centres lie at 1.5, between 1 and 2
    assert Preprocess(25, resampling="bilinear")(Image.fromarray(dots)).max() == 0
    assert Preprocess(25)(Image.fromarray(dots)).max() > 0


def test_bilinear_keeps_the_crop_and_the_right_size_unchanged():
    photo = draw_photo(1)
    preprocess = Preprocess(144, (17, 37, 161, 181), resampling="bilinear")
    assert np.array_equal(preprocess(photo), np.asarray(photo)[37:181, 17:161])
    assert Preprocess.from_dict(preprocess.to_dict()) == preprocess
    with pytest.raises(UserError, match="bicubic or bilinear, not nearest"):
        Preprocess(resampling="nearest")


def test_faces_of_another_resampling_are_kept_apart(tmp_path):
    for i in range(3):
        draw_photo(i).save(tmp_path / f"{i}.png")
    photos, cache = read_folder(tmp_path), tmp_path / "cache"
    smooth = photos.faces(Preprocess(64), cache)
    rough = photos.faces(Preprocess(64, resampling="bilinear"), cache)
    assert len(list(cache.glob("*.npy"))) == 2 and not np.array_equal(smooth, rough)


def test_a_fine_checkerboard_becomes_flat_grey():
    """Without antialiasing it would alias into stripes or stay black and white."""
    board = (np.indices((1024, 1024)).sum(axis=0) % 2 * 255).astype(np.uint8)
    face = Preprocess(size=64)(Image.fromarray(np.repeat(board[:, :, None], 3, axis=2)))
    assert np.abs(face.astype(int) - 127.5).max() <= 3


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 1), (0, 255), (-127.5, 127.5), (-0.3, 2.7)])
def test_the_value_range_round_trip_is_exact(low, high):
    preprocess = Preprocess(low=low, high=high)
    pixels = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    values = preprocess.to_network(pixels)
    assert values.dtype == np.float32
    assert values[0, 0] == pytest.approx(low) and values[255, 0] == pytest.approx(high)
    result = preprocess.to_pixels(values)
    assert result.dtype == np.uint8 and np.array_equal(result, pixels)


def test_values_outside_the_range_are_clipped_and_not_stretched():
    values = np.array([[-5.0, 0.0, 5.0]], dtype=np.float32)
    assert Preprocess().to_pixels(values).tolist() == [[0, 128, 255]]


def test_dict_round_trip():
    preprocess = Preprocess(size=64, crop=(10, 20, 100, 110), low=0.0, high=1.0)
    assert Preprocess.from_dict(preprocess.to_dict()) == preprocess
    listed = {**preprocess.to_dict(), "crop": list(preprocess.crop)}  # as JSON gives it back
    assert Preprocess.from_dict(listed) == preprocess


@pytest.mark.parametrize(
    "change",
    [{"size": 4}, {"size": 64.5}, {"size": "64"}, {"size": None}, {"crop": (0, 0, 200, 100)},
     {"crop": (50, 50, 50, 80)}, {"crop": (1, 2, 3)}, {"crop": "abcd"}, {"low": 1.0},
     {"high": float("nan")}, {"high": float("inf")}, {"low": "x"}, {"colour": "BGR"}],
    ids=str,
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(change):
    with pytest.raises(UserError):
        Preprocess.from_dict({**Preprocess().to_dict(), **change})


def assert_same_everywhere(photos, preprocess, tmp_path):
    """Folder file, bytes, zip member, `faces` afresh, while caching and from the cache."""
    data = [photos.photo_bytes(i) for i in range(len(photos))]
    expected = np.stack([preprocess(read_image(photo)) for photo in data])
    folder = tmp_path / "copy"
    folder.mkdir()
    for name, photo in zip(photos.names, data, strict=True):
        (folder / name).write_bytes(photo)
    from_files = np.stack([preprocess(read_image(folder / name)) for name in photos.names])
    packed = tmp_path / "packed"
    packed.mkdir()
    rows = [f"{name} 1" for name in photos.names]
    (packed / "list_attr_celeba.txt").write_text(
        "\n".join([str(len(rows)), "Young", *rows]), encoding="utf-8"
    )
    with zipfile.ZipFile(packed / "img_align_celeba.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name, photo in zip(photos.names, data, strict=True):
            file.writestr(f"img_align_celeba/{name}", photo)
    zipped = read_celeba(packed)
    assert zipped.names == photos.names
    results = {
        "file": from_files,
        "read": np.stack([preprocess(photos.read(i)) for i in range(len(photos))]),
        "zip member": np.stack([preprocess(zipped.read(i)) for i in range(len(zipped))]),
        "faces": photos.faces(preprocess),
        "faces of a folder": read_folder(folder).faces(preprocess),
        "faces of a zip": zipped.faces(preprocess),
        "while caching": photos.faces(preprocess, cache=tmp_path / "cache"),
        "cached": photos.faces(preprocess, cache=tmp_path / "cache"),
        "cached zip": zipped.faces(preprocess, cache=tmp_path / "cache"),
    }
    for where, faces in results.items():
        assert faces.dtype == np.uint8, where
        assert np.array_equal(faces, expected), where


@pytest.mark.parametrize("size", [64, 128])
def test_one_photo_has_the_same_pixels_everywhere(tmp_path, size):
    photos = read_celeba(write_celeba(tmp_path / "celeba"))
    assert_same_everywhere(photos, Preprocess(size=size), tmp_path)


def test_a_real_photo_has_the_same_pixels_everywhere(celeba_root, tmp_path):
    photos = read_celeba(celeba_root).subset(np.arange(0, 22_000, 1100))
    assert_same_everywhere(photos, Preprocess(), tmp_path)


class TestFaces:
    """`PhotoSet.faces` and its cache."""

    @pytest.fixture
    def photos(self, tmp_path):
        return read_celeba(write_celeba(tmp_path / "celeba"))

    def test_the_cache_is_a_read_only_memory_map(self, photos, tmp_path):
        faces = photos.faces(Preprocess(64), cache=tmp_path / "cache")
        assert isinstance(faces, np.memmap) and not faces.flags.writeable
        (file,) = (tmp_path / "cache").iterdir()
        assert file.suffix == ".npy"
        assert np.array_equal(np.load(file), faces)

    def test_the_cache_is_used(self, photos, tmp_path):
        photos.faces(Preprocess(64), cache=tmp_path / "cache")
        (file,) = (tmp_path / "cache").iterdir()
        np.save(file, np.full((6, 64, 64, 3), 77, dtype=np.uint8))
        assert (photos.faces(Preprocess(64), cache=tmp_path / "cache") == 77).all()

    def test_another_recipe_has_another_cache(self, photos, tmp_path):
        cache = tmp_path / "cache"
        crop = (0.0, 20.0, 178.0, 198.0)
        for preprocess in (Preprocess(64), Preprocess(32), Preprocess(64, crop=crop)):
            faces = photos.faces(preprocess, cache=cache)
            assert np.array_equal(faces, photos.faces(preprocess))
        reverse = photos.subset(np.arange(6)[::-1])
        assert np.array_equal(
            reverse.faces(Preprocess(64), cache), photos.faces(Preprocess(64))[::-1]
        )
        assert len(list(cache.iterdir())) == 4

    def test_the_value_range_shares_the_cache(self, photos, tmp_path):
        photos.faces(Preprocess(64), cache=tmp_path / "cache")
        photos.faces(Preprocess(64, low=0.0), cache=tmp_path / "cache")
        assert len(list((tmp_path / "cache").iterdir())) == 1

    def test_a_changed_photo_is_decoded_again(self, photos, tmp_path):
        photos.faces(Preprocess(64), cache=tmp_path / "cache")
        path = tmp_path / "celeba/img_align_celeba/000002.jpg"
        shutil.copy(tmp_path / "celeba/img_align_celeba/000005.jpg", path)
        faces = photos.faces(Preprocess(64), cache=tmp_path / "cache")
        assert np.array_equal(faces[1], faces[4])

    @pytest.mark.parametrize("damage", [b"", b"no array", None], ids=["empty", "text", "cut short"])
    def test_a_damaged_cache_is_made_again(self, photos, tmp_path, damage):
        expected = photos.faces(Preprocess(64))
        photos.faces(Preprocess(64), cache=tmp_path / "cache")
        (file,) = (tmp_path / "cache").iterdir()
        file.write_bytes(file.read_bytes()[:-1000] if damage is None else damage)
        assert np.array_equal(photos.faces(Preprocess(64), cache=tmp_path / "cache"), expected)

    def test_progress_counts_to_the_end(self, photos, tmp_path):
        many = photos.subset(np.arange(600) % 6)
        seen = []
        many.faces(Preprocess(16), progress=lambda done, total: seen.append((done, total)))
        assert seen[-1] == (600, 600) and len(seen) > 1 and seen == sorted(seen)
        for _ in range(2):
            seen.clear()
            many.faces(Preprocess(16), tmp_path, lambda done, total: seen.append((done, total)))
            assert seen[-1] == (600, 600)

    def test_a_stop_leaves_nothing_behind(self, photos, tmp_path):
        def stop(done, total):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            photos.faces(Preprocess(16), tmp_path / "cache", stop)
        assert list((tmp_path / "cache").iterdir()) == []

    @pytest.mark.parametrize("cached", [False, True])
    def test_a_damaged_photo_is_named(self, photos, tmp_path, cached):
        path = tmp_path / "celeba/img_align_celeba/000003.jpg"
        path.write_bytes(path.read_bytes()[:2000])
        cache = tmp_path / "cache" if cached else None
        with pytest.raises(UserError, match=r"img_align_celeba/000003\.jpg is damaged"):
            photos.faces(Preprocess(16), cache)
        assert not cached or list((tmp_path / "cache").iterdir()) == []

    def test_a_cache_that_cannot_be_written_does_not_stop_the_work(
        self, photos, tmp_path, monkeypatch
    ):
        (tmp_path / "file").write_text("in the way", encoding="utf-8")
        faces = photos.faces(Preprocess(16), cache=tmp_path / "file")
        assert np.array_equal(faces, photos.faces(Preprocess(16)))
        monkeypatch.setattr(face_cache, "MOST_IN_MEMORY", faces.nbytes - 1)
        with pytest.raises(UserError, match="cannot be kept in"):
            photos.faces(Preprocess(16), cache=tmp_path / "file")

    def test_no_photos_give_no_faces(self, photos, tmp_path):
        none = photos.subset(np.array([], dtype=int))
        assert none.faces(Preprocess(16), cache=tmp_path / "cache").shape == (0, 16, 16, 3)

    def test_photos_of_any_size_come_to_one(self, photos, tmp_path):
        folder = tmp_path / "mixed"
        folder.mkdir()
        for i, (width, height) in enumerate([(178, 218), (50, 90), (300, 20), (89, 109)]):
            (folder / f"{i}.png").write_bytes(encoded(draw_photo(i, width, height)))
        assert read_folder(folder).faces(Preprocess(32)).shape == (4, 32, 32, 3)


def test_a_preprocess_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Preprocess().size = 64
