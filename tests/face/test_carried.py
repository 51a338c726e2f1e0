"""Links and files carry the directions of a visitor's own."""

import json
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.face.carried import LONGEST_LINK, carrying, check_fit, taken_in
from ganssl.face.packed import from_plain, pack, to_plain, unpack
from ganssl.face.state import FaceState
from tests.helpers.planted import make_direction

SIZE = 128
RNG = np.random.default_rng(0)


def mine(name="Smiling · mine", **figures):
    values = {"labels_used": 20, "own": True, "sigma": 0.123456789, **figures}
    return make_direction(name, RNG.normal(size=SIZE), **values)


DIRECTION = mine()
MODEL = DirectionSet("m", [make_direction("Smiling", RNG.normal(size=SIZE), "balanced")])
STATE = FaceState(7, edits={"Smiling · mine": 2.0, "Smiling": 1.0}, model="m")


def test_a_packed_direction_comes_back_to_the_last_bit():
    back = unpack(pack(DIRECTION))
    assert back.vector.tobytes() == DIRECTION.vector.tobytes()
    assert back.to_dict() == DIRECTION.to_dict()
    nan = float("nan")
    found = make_direction("PCA 1", RNG.normal(size=SIZE), "pca", auc=nan, own=True)
    assert np.isnan(unpack(pack(found)).auc)


def test_only_what_the_face_needs_is_carried():
    directions = MODEL.extended([DIRECTION, mine("Hat")])
    (packed,) = carrying(STATE, directions).own
    assert unpack(packed).attribute == "Smiling · mine"
    assert len(carrying(FaceState(locked=("Hat",)), directions).own) == 1
    assert carrying(STATE.with_edit("Smiling · mine", 0), directions).own == ()


def test_link_and_file_bring_it_back():
    state = carrying(STATE, MODEL.extended([DIRECTION]))
    link = urlencode(state.to_query(), doseq=True)
    assert len(link) < LONGEST_LINK
    assert FaceState.from_query(parse_qs(link)) == state
    assert FaceState.from_json(state.to_json()) == state
    (plain,) = json.loads(state.to_json())["own"]
    np.testing.assert_array_equal(np.float32(plain["vector"]), DIRECTION.vector)
    assert "own" not in json.loads(STATE.to_json())


def test_elsewhere_it_is_taken_in_once():
    state = carrying(STATE, MODEL.extended([DIRECTION]))
    (new,), there = taken_in(state, MODEL)
    assert new.attribute == "Smiling · mine" and new.own
    assert there == STATE
    again, same = taken_in(state, MODEL.extended([new]))
    assert again == [] and same == STATE


def test_a_name_that_stands_for_another_direction_here_is_changed_in_the_face_too():
    state = carrying(STATE, MODEL.extended([DIRECTION]))
    (new,), there = taken_in(state, MODEL.extended([mine()]))
    assert new.attribute == "Smiling · mine 2"
    assert there.edits == {"Smiling · mine 2": 2.0, "Smiling": 1.0}
    np.testing.assert_array_equal(new.vector, DIRECTION.vector)


def test_what_got_another_name_here_is_found_under_it_and_no_two_edits_become_one():
    state = carrying(STATE, MODEL.extended([DIRECTION]))
    renamed = MODEL.extended([replace(DIRECTION, attribute="Grin")])
    new, there = taken_in(state, renamed)
    assert new == [] and there.edits == {"Grin": 2.0, "Smiling": 1.0}
    twice = MODEL.extended([DIRECTION, replace(DIRECTION, attribute="Beam")])
    both = carrying(FaceState(edits={"Smiling · mine": 2.0, "Beam": -1.0}), twice)
    new, there = taken_in(both, renamed)
    assert sorted(there.edits.values()) == [-1.0, 2.0]
    assert len(new) == 1 and {"Grin", new[0].attribute} == set(there.edits)


def test_a_judgement_of_looks_is_not_taken_in_however_it_is_spelt():
    model = SimpleNamespace(id="m", latent_size=SIZE)
    for name in ("Attractive", "attractive · mine", "big nose"):
        posing = FaceState(edits={name: 2.0}, own=(pack(mine(name)),))
        with pytest.raises(UserError, match="judges looks or build"):
            check_fit(model, posing)


def test_a_carried_direction_cannot_pose_as_the_models():
    posing = FaceState(edits={"Smiling": 2.0}, own=(pack(mine("Smiling")),))
    (new,), there = taken_in(posing, MODEL)
    assert new.attribute == "Smiling · mine" and there.edits == {"Smiling · mine": 2.0}


@pytest.mark.parametrize(
    "damage", [lambda t: t[:-40], lambda t: "x" + t, lambda t: "", lambda t: "ü"]
)
def test_what_is_cut_off_gets_a_sentence(damage):
    with pytest.raises(UserError, match="The link carries a direction that cannot be read"):
        unpack(damage(pack(DIRECTION)))


def test_a_bomb_is_not_unpacked():
    import base64
    import zlib

    bomb = base64.urlsafe_b64encode(zlib.compress(bytes(10_000_000))).decode()
    with pytest.raises(UserError, match="cannot be read"):
        unpack(bomb)


def test_files_with_other_entries_get_a_sentence():
    plain = to_plain(pack(DIRECTION))
    assert from_plain(plain) == pack(DIRECTION)
    for wrong in (
        {**plain, "vector": [1, 2]},
        {**plain, "vector": "many"},
        {**plain, "sigma": None},
        {k: v for k, v in plain.items() if k != "vector"},
        [1],
        "text",
    ):
        with pytest.raises(UserError, match=r"face\.json carries a direction"):
            from_plain(wrong, "face.json")
    for own in (3, [[1]], {"a": 1}):
        text = json.dumps({"format": "ganssl face 1", "seed": 1, "own": own})
        with pytest.raises(UserError, match=r"face\.json"):
            FaceState.from_json(text, "face.json")


def test_it_belongs_to_its_model():
    state = carrying(STATE, MODEL.extended([DIRECTION]))
    check_fit(SimpleNamespace(id="m", latent_size=SIZE), state)
    with pytest.raises(UserError, match="made with model m; the model here is other"):
        check_fit(SimpleNamespace(id="other", latent_size=SIZE), state)
    with pytest.raises(UserError, match="belongs to another model"):
        check_fit(SimpleNamespace(id="m", latent_size=64), state)
