"""How natural faces look: graded faces, what they teach, and the choice that follows from it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.features.readout import Readout
from ganssl.models.naturalness import natural_codes
from ganssl.training.looks import (
    ACROSS,
    FACES,
    GRADES,
    GradedFaces,
    learn_grades,
    learn_naturalness,
    map_statistics,
)
from tests.helpers.small_model import small_model


def written(folder, faces, grades):
    folder.mkdir(exist_ok=True)
    rows = [
        np.concatenate(list(faces[i : i + ACROSS]), axis=1) for i in range(0, len(faces), ACROSS)
    ]
    Image.fromarray(np.concatenate(rows)).save(folder / FACES, lossless=True)
    lines = ["place,grade", *(f"{i},{grade}" for i, grade in enumerate(grades))]
    (folder / GRADES).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_graded_faces_are_cut_from_their_picture_row_by_row(tmp_path):
    faces = np.random.default_rng(0).integers(0, 256, (2 * ACROSS, 8, 8, 3), np.uint8)
    graded = GradedFaces.load(written(tmp_path / "looks", faces, [0, 2, 1] + [0] * 50))
    assert len(graded) == 53 and graded.grades[:3].tolist() == [0, 2, 1]
    np.testing.assert_array_equal(graded.faces, faces[:53])


@pytest.mark.parametrize("grades", [[0] * 10, [0, 3], [0, -1], ["x"], [0, 1] * 40, []])
def test_grades_that_do_not_fit_are_refused_in_a_sentence(tmp_path, grades):
    faces = np.zeros((2 * ACROSS, 8, 8, 3), np.uint8)
    with pytest.raises(UserError, match=r"fit each other|numbers"):
        GradedFaces.load(written(tmp_path / "looks", faces, grades))


def test_a_folder_without_graded_faces_is_named(tmp_path):
    with pytest.raises(UserError, match="holds no graded faces"):
        GradedFaces.load(tmp_path)


@pytest.mark.slow
def test_what_ships_are_graded_faces_of_all_three_grades():
    graded = GradedFaces.load()
    assert graded.faces.shape[1:] == (128, 128, 3) and len(graded) >= 900
    assert np.bincount(graded.grades, minlength=3).min() > 100
    spread = graded.faces.reshape(len(graded), -1).std(axis=1)
    assert spread.min() > 10  # every place holds a picture


@pytest.mark.slow
def test_grades_of_faces_that_were_not_looked_at_follow_from_those_that_were():
    """On shipped features: taught by every other face, asked for the rest."""
    from sklearn.metrics import roc_auc_score

    graded = GradedFaces.load()
    network = Readout.load().network
    features = network.features(graded.faces)
    grade = learn_grades(features[::2], graded.grades[::2])
    assert roc_auc_score(graded.grades[1::2] == 2, grade(features[1::2])) > 0.8


@pytest.mark.slow
def test_a_choice_by_what_was_learnt_draws_more_of_what_got_good_grades():
    """Bright faces were graded badly: of several codes those of darker faces are taken."""
    model = small_model()
    readout = Readout.load()
    faces = model.decode(model.sample(80, seed=9, source="density"))
    brightness = faces.mean(axis=(1, 2, 3))
    grades = np.digitize(brightness, np.quantile(brightness, [0.4, 0.8])).astype(np.uint8)
    learnt = learn_naturalness(
        model, GradedFaces(faces, grades), readout, lambda x: x.mean(axis=(1, 2)), count=1000
    )
    plain = model.decode(model.density.sample(60, 5))
    chosen = model.decode(natural_codes(model.density, learnt, 60, 5))
    assert chosen.mean() < plain.mean() - 0.2 * plain.mean(axis=(1, 2, 3)).std()


@pytest.mark.slow
def test_too_few_graded_faces_or_others_than_the_models_size_are_refused():
    model, readout = small_model(), Readout.load()
    few = GradedFaces(np.zeros((3, model.size, model.size, 3), np.uint8), np.array([0, 1, 2]))
    large = GradedFaces(np.zeros((60, 32, 32, 3), np.uint8), np.arange(60) % 3)
    for graded in (few, large):
        with pytest.raises(UserError, match="Natural looks are learnt from"):
            learn_naturalness(model, graded, readout)


def test_maps_are_told_by_mean_and_spread_of_each_channel():
    def network(values, training):
        assert not training
        return values[:, ::2, ::2], values[..., :1] * 2

    faces = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8)
    values = faces / 127.5 - 1
    coarse = values[:, ::2, ::2]
    expected = [
        coarse.mean(axis=(1, 2)),
        2 * values[..., :1].mean(axis=(1, 2)),
        coarse.std(axis=(1, 2)),
        2 * values[..., :1].std(axis=(1, 2)),
    ]
    found = map_statistics(network)(faces)
    np.testing.assert_allclose(found, np.concatenate(expected, axis=1), atol=1e-5)
