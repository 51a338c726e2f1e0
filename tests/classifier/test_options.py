"""Options are checked where they enter: a clear sentence, before any face is read."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.attributes import Attribute
from ganssl.classifier.from_faces import LabelledFaces, PhotoEvidence, train_on_faces
from ganssl.classifier.heads.registry import HEADS, make_head, settings_of
from ganssl.classifier.train import LabelledRows, train_classifier
from ganssl.errors import UserError

LABELS = np.array([0, 1] * 5, np.int8)


class Unread:
    """An extractor that no face may reach."""

    name = id = "unread"
    size, side, batch_size, note = 4, 64, 8, ""

    def features(self, *_):
        pytest.fail("faces were read before the options were checked")

    __call__ = batches = features


@pytest.mark.parametrize("head", HEADS)
def test_a_misspelt_setting_names_the_one_that_is_meant(head):
    rows = np.zeros((len(LABELS), 3), np.float32)
    known = settings_of(head)
    assert {"kind", "curve", "weights", "layers", "arrays"}.isdisjoint(known)
    for meant in known:
        with pytest.raises(UserError, match=f"Did you mean .*{meant}"):
            train_classifier(
                LabelledRows(rows, LABELS), Attribute("Smiling"), head, **{f"{meant}s": 1}
            )
        assert getattr(make_head(head, **{meant: 1}), meant) == 1


def test_what_is_learnt_is_no_setting():
    with pytest.raises(UserError, match=r"no setting 'bias'\. It has regularisation\."):
        make_head("logistic", bias=np.zeros(()))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"holdoutshare": 0.2}, "no setting 'holdoutshare'. Did you mean holdout_share"),
        ({"holdout_share": 1.5}, "held-out share"),
        ({"doubtful_share": -0.1}, "doubtful share"),
        ({"head": "deep"}, "no head 'deep'"),
        ({"seed": -1}, "seed"),
        ({"copies": -1}, "degraded copies"),
    ],
)
def test_training_on_faces_refuses_wrong_options_at_once(options, message):
    faces = np.zeros((len(LABELS), 64, 64, 3), np.uint8)
    with pytest.raises(UserError, match=message):
        train_on_faces(LabelledFaces(faces, LABELS, Attribute("Smiling")), Unread(), **options)


def test_photos_that_place_the_threshold_are_told_how_when_they_are_named():
    with pytest.raises(UserError, match="'mixtures' places no threshold"):
        PhotoEvidence(threshold="mixtures")
    with pytest.raises(UserError, match="share of present photos"):
        PhotoEvidence(threshold="prior")
