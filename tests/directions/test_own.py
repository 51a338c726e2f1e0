"""A user's own directions: names, titles, and what is refused."""

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.directions.direction import base_attribute
from ganssl.directions.own import figures_words, own_name, own_title, require_fair, why_not
from ganssl.errors import UserError
from tests.helpers.planted import make_direction

AXES = np.eye(4)


def mine(name="Smiling", **figures):
    return make_direction(name, AXES[0], **{"labels_used": 20, "own": True, **figures})


def test_an_own_direction_never_takes_the_place_of_the_models():
    model = DirectionSet("m", [make_direction("Smiling", AXES[1], "balanced")])
    extended = model.extended([mine(), mine("Hat")])
    assert extended.get("Smiling").method == "balanced" and not extended.get("Smiling").own
    assert extended.get("Smiling · mine").own
    assert extended.sliders == ("Smiling", "Smiling · mine", "Hat")
    again = extended.extended([mine(), mine("Smiling · mine")])
    assert {"Smiling · mine", "Smiling · mine 2", "Smiling · mine 3"} <= set(again.sliders)
    assert len({model.id, extended.id, again.id}) == 3


def test_names_that_are_free_stay():
    assert own_name("Hat", ["Smiling"]) == "Hat"
    assert own_name("Smiling", ["Smiling"]) == "Smiling · mine"
    assert own_name("Smiling · mine", ["Smiling"], ["Smiling · mine"]) == "Smiling · mine 2"


@pytest.mark.parametrize("name", ["gray hair", "GrayHair", "gray-hair · mine", "Gray_Hair"])
def test_another_spelling_of_the_models_attribute_is_its_name(name):
    assert own_name(name, ["Smiling", "Gray_Hair"]) == "Gray_Hair · mine"


def test_no_two_own_directions_have_one_title():
    given = [mine("Glow"), mine("Glow · mine"), mine("glow"), mine("Glow"), mine("Glow · mine 2")]
    titles = [own_title(direction) for direction in DirectionSet("m").extended(given)]
    assert titles[0] == "Glow · mine, 20 labels" and len(set(titles)) == len(given)
    long = own_name("x" * 60, [], ["x" * 60])
    assert len(long) <= 60 and long.endswith(" · mine")


def test_a_name_of_the_mark_alone_is_a_name():
    assert base_attribute(" · mine") == " · mine"
    assert own_title(mine(" · mine", auc=0.5)).endswith("20 labels, poor")


def test_titles_say_whose_it_is_and_from_how_many_labels():
    assert own_title(mine("Gray_Hair · mine")) == "Gray hair · mine, 20 labels"
    assert own_title(mine("Hat")) == "Hat · mine, 20 labels"
    assert own_title(mine(labels_used=0)) == "Smiling · mine, no labels"
    assert own_title(mine(auc=0.5)).endswith(", poor")
    assert own_title(make_direction("Gray_Hair", AXES[0])) == "Gray hair"


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"auc": 0.2}, "its AUC is 0.20"),
        ({"split_half_cosine": -0.11}, r"halves of its labels disagree \(cosine -0.11\)"),
        ({"auc": 0.59, "split_half_cosine": 0.0}, "AUC is 0.59.*and halves of its labels"),
    ],
)
def test_poor_ones_are_refused_with_the_reason(figures, words):
    with pytest.raises(UserError, match=words):
        require_fair(mine(**figures))


def test_fair_ones_and_those_without_labels_are_not_refused():
    assert why_not(mine(auc=0.6, split_half_cosine=0.01)) == ""
    nan = float("nan")
    found = make_direction("PCA 1", AXES[0], "pca", auc=nan, split_half_cosine=nan, labels_used=0)
    assert why_not(found) == ""
    assert figures_words(found) == "not measured, no labels"
    assert figures_words(mine(auc=0.8)) == "AUC 0.80, 20 labels"
    told = mine(auc=0.8, auc_interval=(0.55, 0.95))
    assert figures_words(told) == "AUC 0.80 (0.55 to 0.95), 20 labels"


def test_judgements_of_looks_get_no_slider_under_any_name():
    model = DirectionSet("m", [make_direction("Attractive", AXES[1])])
    for name in ("Attractive", "attractive", "ATTRACTIVE · mine 2", "big nose", "BigNose"):
        assert model.extended([mine(name)]).sliders == ()
    assert model.extended([mine("Nose")]).sliders == ("Nose",)
