"""The yardsticks of `synthesize`: the article's loop and rates that take turns."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image

from ganssl.benchmarks.article_loop import FEWEST, article_pair, mean_code
from ganssl.benchmarks.synthesis import measure_synthesis, rates_in_turn
from ganssl.photos.images import read_image
from tests.helpers.small_model import small_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture
def photos(model, tmp_path):
    paths = [tmp_path / f"{i}.jpg" for i in range(2 * FEWEST)]
    for path, face in zip(paths, model.decode(model.sample(len(paths), seed=1)), strict=True):
        Image.fromarray(face).resize((178, 218)).save(path)
    return paths


def test_the_article_decodes_the_mean_codes_of_both_classes(model, photos, tmp_path):
    labels = np.arange(len(photos)) < FEWEST
    faces = np.stack([model.preprocess(read_image(path)) for path in photos])
    codes = model.encode(faces)
    means = [codes[labels].mean(axis=0), codes[~labels].mean(axis=0)]
    article_pair(model, photos, labels, tmp_path, number=3)
    made = [np.asarray(read_image(tmp_path / f"{i}.png")).astype(int) for i in (6, 7)]
    assert np.abs(np.stack(made) - model.decode(np.stack(means))).max() <= 1
    assert np.abs(made[0] - made[1]).max() > 1


def test_a_mean_is_of_so_many_photos_of_the_class(model, photos):
    wanted = np.arange(len(photos)) == 4
    alone = model.encode(model.preprocess(read_image(photos[4]))[None])[0]
    np.testing.assert_allclose(mean_code(model, photos, wanted, 24), alone, atol=1e-5)
    several = {mean_code(model, photos, ~wanted, 2).tobytes() for _ in range(8)}
    assert len(several) > 1


def test_rates_are_of_the_time_that_each_took():
    def sleeping(seconds, made):
        def run():
            time.sleep(seconds)
            return made

        return run

    slow, quick = rates_in_turn((sleeping(0.05, 1), sleeping(0.01, 4)), seconds=0.3)
    assert 8 < slow <= 20 and 80 < quick <= 400


def test_the_set_is_held_against_both(model):
    bare, article, features = measure_synthesis(model, seconds=0.1)
    assert features.value > 0 and features.reference == bare.reference
    assert bare.value == article.value > 0 and bare.unit == "faces/s"
    assert bare.ratio == pytest.approx(bare.value / bare.reference)
    assert article.ratio == pytest.approx(article.value / article.reference)
    assert "article" in article.meaning and "generator" in bare.meaning
