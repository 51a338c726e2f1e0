"""A classifier as a ZIP, and what strangers may hand in as one."""

from __future__ import annotations

import io
import json
import sys
import tempfile
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.classifier import train_classifier
from ganssl.classifier.archive import classifier_zip, read_classifier_zip
from ganssl.classifier.train import LabelledRows
from ganssl.errors import DiskError, UserError
from tests.helpers.disks import full_disk
from tests.helpers.labelled_uploads import zipped
from tests.helpers.planted_features import planted_features

SMILING = Attribute("Smiling", "neutral", "smiling")


@pytest.fixture(scope="module")
def classifier():
    return train_classifier(LabelledRows(*planted_features(200)), SMILING, "logistic")


@pytest.fixture(scope="module")
def files(classifier) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(classifier_zip(classifier))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(files: dict[str, bytes], *path: str, value) -> bytes:
    """The ZIP with one entry of its manifest changed."""
    values = json.loads(files["manifest.json"])
    inner = values
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return zipped(files | {"manifest.json": json.dumps(values).encode()})


@pytest.mark.parametrize("head", ["logistic", "forest"])
def test_a_classifier_comes_back_as_it_was(head):
    rows, labels = planted_features(200)
    settings = {"trees": 20} if head == "forest" else {}
    made = train_classifier(LabelledRows(rows, labels), SMILING, head, **settings).with_threshold(
        0.4, "by hand"
    )
    found = read_classifier_zip(classifier_zip(made))
    np.testing.assert_array_equal(found.scores(rows), made.scores(rows))
    assert (found.attribute, found.threshold, found.threshold_from) == (SMILING, 0.4, "by hand")
    assert found.metrics == made.metrics


def test_it_holds_a_model_card_and_may_lie_in_a_folder(files):
    assert set(files) == {"manifest.json", "arrays.npz", "MODEL_CARD.md"}
    assert b"# Classifier: Smiling" in files["MODEL_CARD.md"]
    packed_again = {f"mine/{name}": data for name, data in files.items()}
    assert read_classifier_zip(zipped(packed_again)).attribute == SMILING


def test_what_is_no_classifier_is_refused_in_a_sentence(files):
    bad = {
        "not a ZIP": b"text",
        "holds no classifier": zipped({"a.txt": b"x"}),
        "leads out of its folder": zipped({f"../{name}": data for name, data in files.items()}),
        "checksum": zipped(files | {"arrays.npz": _npz(mean=np.zeros(3))}),
        "is not JSON": zipped(files | {"manifest.json": b"{"}),
        "asks for faces of more than 1024": changed(files, "preprocess", "size", value=100_000),
        "figures in manifest.json": changed(files, "metrics", value={}),
        "missing or damaged": changed(files, "metrics", "held_out_accuracy", value="high"),
        "no training": changed(files, "metrics", "trained_on_present", value=0),
        "entry is missing": changed(files, "features", value="all of them"),
    }
    for message, data in bad.items():
        with pytest.raises(UserError, match=message) as error:
            read_classifier_zip(data, "mine.zip")
        assert "mine.zip" in str(error.value) and "/tmp" not in str(error.value)


def test_arrays_that_would_swell_are_not_unpacked(files):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mean.npy", bytes(20_000_000))
    data = zipped(files | {"arrays.npz": bomb.getvalue()})
    with pytest.raises(UserError, match="more than 100 times its packed size"):
        read_classifier_zip(data)


def _npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@contextmanager
def forbidden_place():
    """No temporary file can be made: below `/sys` nobody may, root neither."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", "/sys")
        yield


@pytest.mark.skipif(sys.platform != "linux", reason="/sys and limits are Linux's")
@pytest.mark.parametrize("disk", [full_disk, forbidden_place])
def test_a_server_without_room_says_so(classifier, files, disk):
    data = zipped(files)
    with disk():
        with pytest.raises(DiskError, match="cannot be written"):
            classifier_zip(classifier)
        with pytest.raises(DiskError, match="cannot be written"):
            read_classifier_zip(data)
    assert read_classifier_zip(data).attribute == SMILING
