"""Photos prepared beside each other: order, what is left out, progress and a stop."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.photos import prepared
from ganssl.photos.folder import labelled_set
from ganssl.photos.photo_files import MemoryFiles
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.prepared import CROP, NO_FACE, prepare_photos
from ganssl.photos.preprocess import Preprocess
from tests.helpers.synthetic_photos import draw_photo, encoded

EVEN = encoded(Image.new("RGB", (300, 300), (120, 120, 120)))


def photo_set(files: dict[str, bytes], opened: type[MemoryFiles] = MemoryFiles) -> PhotoSet:
    return labelled_set(list(files), opened(files), "mine", None)


def aligned(count: int) -> dict[str, bytes]:
    return {f"{i:02d}.png": encoded(draw_photo(i)) for i in range(count)}


@pytest.fixture(params=[1, 3])
def cores(request, monkeypatch) -> int:
    monkeypatch.setattr(prepared, "core_count", lambda: request.param)
    return request.param


def test_photos_come_in_their_order_and_what_is_left_out_is_named(cores):
    files = aligned(30) | {"12.png": b"no photo", "20.png": EVEN, "21.png": EVEN}
    photos = photo_set(files)
    told = []
    found = prepare_photos(
        photos, Preprocess(32), lambda *at: told.append(at), model_preprocess=Preprocess(48)
    )
    assert [one.name for one in found.refused] == ["12.png", "20.png", "21.png"]
    assert found.without_face == ["20.png", "21.png"]
    assert found.refused[1].reason.startswith(NO_FACE)
    assert found.photos.names == [
        name for name in files if name not in ("12.png", "20.png", "21.png")
    ]
    for row, name in enumerate(found.photos.names):
        photo = draw_photo(int(name[:2]))
        assert np.array_equal(found.pixels[row], Preprocess(32)(photo))
        assert np.array_equal(found.for_model[row], Preprocess(48)(photo))
    assert told == [(done + 1, 30) for done in range(30)]
    assert prepare_photos(photos, Preprocess(32), no_face=CROP).photos.names == [
        name for name in files if name != "12.png"
    ]


def test_several_photos_are_read_at_once(monkeypatch):
    monkeypatch.setattr(prepared, "core_count", lambda: 2)
    together = threading.Barrier(2, timeout=60)

    class Waiting(MemoryFiles):
        def read(self, name: str) -> bytes:
            together.wait()  # breaks where one photo is read after the other
            return super().read(name)

    assert len(prepare_photos(photo_set(aligned(4), Waiting), Preprocess(16))) == 4


def test_a_stop_is_heard_before_the_rest_is_read(cores):
    read = []

    class Counting(MemoryFiles):
        def read(self, name: str) -> bytes:
            read.append(name)
            return super().read(name)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_photos(photo_set(aligned(40), Counting), Preprocess(16), stop)
    assert len(read) <= prepared.AT_ONCE * cores


def test_where_nothing_can_be_used_the_first_reason_is_said(cores):
    with pytest.raises(UserError, match=r"No photo of mine can be used\. The first: No face was"):
        prepare_photos(photo_set({"a.png": EVEN, "b.png": b"x"}), Preprocess(16))
