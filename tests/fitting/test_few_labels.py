"""A direction of a few labels and the photos beside them that have none."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.fitting.few_labels import fit_few_labels, fit_spread_slider
from ganssl.fitting.from_photos import EncodedPhotos
from ganssl.fitting.spread_directions import draw_few
from ganssl.metrics.classification import area_under_curve
from ganssl.photos.photo_files import MemoryFiles
from ganssl.photos.photo_set import PhotoSet
from tests.helpers.planted_views import CODES, planted_views

pytestmark = pytest.mark.slow


def few_of(count: int, per_class: int, seed: int = 0):
    """A model, photos of which a few have a label, and their features."""
    views, labels = planted_views(count, seed=1)
    few = draw_few(labels, per_class, "Hat", seed)
    names = [str(i) for i in range(count)]
    photos = PhotoSet(names, ("Hat",), few[:, None], None, None, "drawn", MemoryFiles({}))
    covariance = np.cov(views.codes.T).astype(np.float32)
    model = SimpleNamespace(id="m", mean=views.codes.mean(axis=0), covariance=covariance)
    return model, EncodedPhotos(photos, views.codes), views.features


def auc_on_others(direction) -> float:
    views, labels = planted_views(1000, seed=5)
    return area_under_curve(labels, direction.score(views.codes))


def test_photos_without_a_label_make_the_slider_better():
    plain, spread = [], []
    for seed in range(3):
        model, encoded, features = few_of(400, 10, seed)
        plain.append(auc_on_others(fit_few_labels(model, encoded).get("Hat")))
        spread.append(auc_on_others(fit_spread_slider(model, encoded, features)))
    assert np.mean(spread) > np.mean(plain) + 0.01


def test_its_figures_are_those_of_labels_that_did_not_define_it():
    model, encoded, features = few_of(400, 20)
    direction = fit_spread_slider(model, encoded, features)
    assert direction.labels_used == 40 and direction.method == "logistic"
    assert 0.8 < direction.auc <= 1.0 and direction.auc_interval[0] < direction.auc
    assert direction.split_half_cosine > 0.5
    vector = direction.vector.astype(np.float64)
    assert direction.sigma == pytest.approx(np.sqrt(vector @ model.covariance @ vector), rel=1e-4)
    turned = np.random.default_rng(0).permutation(encoded.photos.labels[:, 0])
    by_chance = EncodedPhotos(
        PhotoSet(encoded.photos.names, ("Hat",), turned[:, None], None, None, "x", MemoryFiles({})),
        encoded.codes,
    )
    assert fit_spread_slider(model, by_chance, features).auc < 0.75


def test_without_others_it_is_made_as_well_and_too_few_are_refused():
    model, encoded, features = few_of(60, 20)
    known = encoded.photos.labels[:, 0] >= 0
    direction = fit_spread_slider(model, encoded.subset(known), features[known])
    assert direction.vector.shape == (CODES,) and direction.labels_used == 40
    model, encoded, features = few_of(60, 3)
    with pytest.raises(UserError, match="too few labels"):
        fit_spread_slider(model, encoded, features)
