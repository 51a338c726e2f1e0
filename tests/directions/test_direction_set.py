"""The set of a model's directions, and its file."""

import json

import numpy as np
import pytest

from ganssl.base.files import load_arrays, save_arrays
from ganssl.directions import DirectionSet, conditional_direction
from ganssl.errors import UserError
from tests.helpers.planted import make_direction

AXES = np.eye(4)


@pytest.fixture
def directions():
    return DirectionSet(
        "0123456789ab",
        [
            make_direction("Young", AXES[0], "mean", auc=0.95),
            make_direction("Young", AXES[1], "balanced", auc=0.93, balanced_over=("Male",),
                           cells=((30, 40), (50, 60))),
            make_direction("Bald", AXES[2], "mean", auc=0.95),
            make_direction("Bald", AXES[3], "balanced", auc=0.69),
            make_direction("Attractive", AXES[0], "mean", auc=0.99),
            make_direction("Bangs", AXES[0], "mean"),
            make_direction("Smiling", AXES[0], "balanced", auc=0.82, split_half_cosine=0.5),
            make_direction("Smiling", AXES[1], "logistic", auc=0.81),
            make_direction("Oval_Face", AXES[1], "logistic", auc=0.6),
        ],
        {"Wearing_Hat": "too few labels"},
    )  # fmt: skip


def test_default_is_the_first_usable_of_balanced_mean_logistic(directions):
    assert directions.get("Young").method == "balanced"
    assert directions.get("Bald").method == "mean"
    assert directions.get("Smiling").method == "logistic"  # the balanced one is not usable
    assert directions.get("Oval_Face").method == "logistic"  # none is usable
    assert directions.get("Young", "mean").auc == 0.95
    assert directions.methods("Young") == ("balanced", "mean")


def test_sliders_are_the_usable_attributes_first_ones_first(directions):
    assert directions.sliders == ("Bald", "Smiling", "Young", "Bangs")
    assert "Attractive" in directions.attributes


def test_thresholds_of_usable():
    assert make_direction("Male", AXES[0], auc=0.7, split_half_cosine=0.7).usable
    assert not make_direction("Male", AXES[0], auc=0.699).usable
    assert not make_direction("Male", AXES[0], split_half_cosine=0.699).usable
    assert not make_direction("Big_Nose", AXES[0]).usable


def test_unknown_names_are_told(directions):
    assert directions.get("smiling").attribute == "Smiling"
    with pytest.raises(UserError, match="Did you mean Smiling"):
        directions.get("Smilling")
    with pytest.raises(UserError, match="skipped: too few labels"):
        directions.get("Wearing_Hat")
    with pytest.raises(UserError, match="no direction by 'logistic'; it has balanced, mean"):
        directions.get("Young", "logistic")


def test_file_round_trip(directions, tmp_path):
    path = tmp_path / "directions.npz"
    directions.save(path)
    read = DirectionSet.load(path)
    assert read.model_id == directions.model_id
    assert read.skipped == directions.skipped
    assert read.sliders == directions.sliders
    assert len(read) == len(directions) == 9
    for before, after in zip(directions, read, strict=True):
        assert after.vector.dtype == np.float32
        np.testing.assert_array_equal(before.vector, after.vector)
        assert before.to_dict() == after.to_dict()


def test_an_empty_set_round_trips(tmp_path):
    DirectionSet.empty().with_model("ff").save(tmp_path / "none.npz")
    read = DirectionSet.load(tmp_path / "none.npz")
    assert (len(read), read.model_id, read.sliders) == (0, "ff", ())


def test_parts_go_through_json(directions):
    values = json.loads(json.dumps(directions.to_dict(), allow_nan=False))
    read = DirectionSet.from_parts(values, directions.to_arrays())
    assert read.get("Young").cells == ((30, 40), (50, 60))


def test_directions_of_another_model_are_refused(directions):
    directions.check_model("0123456789ab")
    with pytest.raises(UserError, match="belong to model 0123456789ab, not to ffffffffffff"):
        directions.check_model("ffffffffffff")
    directions.with_model("ffffffffffff").check_model("ffffffffffff")


def damaged_vector(arrays, values):
    arrays["vectors"][2] *= 2


def not_a_number(arrays, values):
    arrays["vectors"][0, 0] = np.nan


def row_missing(arrays, values):
    arrays["vectors"] = arrays["vectors"][:-1]


def other_type(arrays, values):
    arrays["vectors"] = arrays["vectors"].astype(np.float64)


def no_vectors(arrays, values):
    del arrays["vectors"]


def sigma_zero(arrays, values):
    values["directions"][0]["sigma"] = 0.0


def sigma_tiny(arrays, values):
    values["directions"][0]["sigma"] = 1e-308


def auc_missing(arrays, values):
    del values["directions"][0]["auc"]


def auc_text(arrays, values):
    values["directions"][0]["auc"] = "high"


def auc_nan(arrays, values):
    values["directions"][0]["auc"] = float("nan")


def endless_labels(arrays, values):
    values["directions"][0]["labels_used"] = float("inf")


def strange_method(arrays, values):
    values["directions"][0]["method"] = "magic"


def row_of_text(arrays, values):
    values["directions"][0] = "Young"


def blank_name(arrays, values):
    values["directions"][0]["attribute"] = "  "


def half_a_character(arrays, values):
    values["directions"][0]["attribute"] = "\ud800"


def name_that_divides(arrays, values):
    values["directions"][0]["balanced_over"] = ["a;b"]


def skipped_without_name(arrays, values):
    values["skipped"] = {"": "too few labels"}


def number_without_end(arrays, values):
    values["directions"][0]["sigma"] = 10**400


def foreign_format(arrays, values):
    values["format"] = "something else"


@pytest.mark.parametrize(
    "damage",
    [damaged_vector, not_a_number, row_missing, other_type, no_vectors, sigma_zero, sigma_tiny,
     auc_missing, auc_text, auc_nan, endless_labels, strange_method, row_of_text, blank_name,
     half_a_character, name_that_divides, skipped_without_name, number_without_end, foreign_format],
)  # fmt: skip
def test_damaged_files_are_refused_with_their_name(directions, tmp_path, damage):
    arrays, values = directions.to_arrays(), directions.to_dict()
    values = json.loads(json.dumps(values))
    damage(arrays, values)
    path = tmp_path / "damaged.npz"
    text = json.dumps(values).encode()
    save_arrays(path, {**arrays, "json": np.frombuffer(text, dtype=np.uint8)})
    with pytest.raises(UserError, match=r"damaged\.npz"):
        DirectionSet.load(path)


def test_files_that_are_no_directions_are_refused(directions, tmp_path):
    path = tmp_path / "directions.npz"
    with pytest.raises(UserError, match="does not exist"):
        DirectionSet.load(path)
    directions.save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UserError, match="damaged"):
        DirectionSet.load(path)
    save_arrays(path, {"weights": np.zeros(3)})
    with pytest.raises(UserError, match="not a file of directions"):
        DirectionSet.load(path)
    save_arrays(path, {"json": np.frombuffer(b"{broken", dtype=np.uint8)})
    with pytest.raises(UserError, match="not a file of directions"):
        DirectionSet.load(path)


def test_the_file_needs_no_pickle(directions, tmp_path):
    directions.save(tmp_path / "directions.npz")
    arrays = load_arrays(tmp_path / "directions.npz")
    assert {name: array.dtype for name, array in arrays.items()} == {
        "vectors": np.float32,
        "json": np.uint8,
    }


def test_a_set_keeps_no_direction_made_under_locks(directions):
    young, bald = directions.get("Young"), directions.get("Bald")
    locked = conditional_direction(young, [bald], np.eye(4))
    with pytest.raises(UserError, match="under locks"):
        DirectionSet("x", [locked])


def test_vectors_of_two_lengths_are_refused():
    with pytest.raises(UserError, match="one length"):
        DirectionSet("x", [make_direction("A", np.ones(3)), make_direction("B", np.ones(4))])


def test_vectors_cannot_be_changed(directions):
    with pytest.raises(ValueError, match="read-only"):
        directions.get("Young").vector[0] = 5


def test_own_directions_get_a_slider_whatever_their_figures_are():
    poor = make_direction("Hat", [1.0, 0.0], auc=0.55)
    directions = DirectionSet("m", [make_direction("Smiling", [0.0, 1.0], "balanced"), poor])
    assert "Hat" not in directions.sliders
    mine = make_direction("Smiling", [1.0, 1.0], "mean")
    extended = directions.extended([poor, mine])
    assert set(extended.sliders) == {"Smiling", "Smiling · mine", "Hat · mine"}
    assert extended.get("Smiling").method == "balanced"  # the model's keeps its place
    assert not extended.get("Hat · mine").reliable
    assert len({directions.id, extended.id, directions.extended([mine]).id}) == 3
    assert not directions.get("Hat").own  # the shared set is left alone
