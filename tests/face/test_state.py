import json

import pytest

from ganssl.directions import DEFAULT_RULE, RAW, RULES
from ganssl.errors import UserError
from ganssl.face.state import FaceState, History

STATE = FaceState(7, 0.65, {"Smiling": 2, "Male": -1.54}, ("Young", "Bald"), model="abc")


def test_a_state_is_kept_to_tenths_and_zero_is_no_edit():
    assert STATE.edits == {"Male": -1.5, "Smiling": 2.0}
    assert FaceState(edits={"Smiling": 0.04}) == FaceState()
    assert STATE.with_edit("Smiling", 0).edits == {"Male": -1.5}
    assert STATE.unedited() == FaceState(7, 0.65, model="abc")


def test_the_order_of_edits_and_locks_does_not_matter():
    one = FaceState(edits={"Smiling": 1, "Male": 2}, locked=("Young", "Bald"))
    other = FaceState(edits={"Male": 2, "Smiling": 1}, locked=("Bald", "Young", "Bald"))
    assert one == other
    assert one.to_json() == other.to_json()


def test_locks_come_and_go():
    assert STATE.with_lock("Young", False).locked == ("Bald",)
    assert STATE.with_lock("Young", True) == STATE


def test_json_and_query_bring_back_the_state():
    assert FaceState.from_json(STATE.to_json()) == STATE
    assert FaceState.from_query(STATE.to_query()) == STATE
    query = {"seed": "7", "edit.Smiling": "2", "hold": "skin", "utm_source": "mail"}
    assert FaceState.from_query(query) == FaceState(7, edits={"Smiling": 2}, hold="skin")


def test_the_draw_is_natural_unless_a_link_or_file_says_otherwise():
    plain = FaceState(7, draw="density")
    assert plain != FaceState(7) and plain.to_query()["draw"] == "density"
    assert "draw" not in FaceState(7).to_query()
    for state in (plain, FaceState(7)):
        assert FaceState.from_query(state.to_query()) == state
        assert FaceState.from_json(state.to_json()) == state
    old = {"format": "ganssl face 1", "seed": 7}
    assert FaceState.from_dict(old).draw == "natural"
    for broken in ({**old, "draw": "best"}, {**old, "draw": 1}):
        with pytest.raises(UserError, match="draw"):
            FaceState.from_dict(broken)


def test_links_survive_the_escapes_of_mail_programs():
    query = STATE.to_query()
    for mark in ("amp;", "amp;amp;", "#38;"):
        escaped = {(mark + key if i else key): v for i, (key, v) in enumerate(query.items())}
        assert FaceState.from_query(escaped) == STATE
    assert FaceState.from_query({"seed": "7", "amp;seed": "8"}) == FaceState(7)


def test_what_was_saved_before_there_were_rules_is_raw():
    old_link = {"seed": "7", "edit.Smiling": "2"}
    assert FaceState.from_query(old_link) == FaceState(7, edits={"Smiling": 2}, hold=RAW)
    old_file = {"format": "ganssl face 1", "seed": 7, "edits": {"Smiling": 2}}
    assert FaceState.from_dict(old_file).hold == RAW
    # without edits every rule gives the same face, and the visitor goes on with the default
    assert FaceState.from_query({"seed": "7"}) == FaceState(7)
    assert FaceState.from_dict({"format": "ganssl face 1", "seed": 7}).hold == DEFAULT_RULE


def test_links_and_files_say_by_which_rule_they_were_made():
    for rule in RULES:
        for edits in ({}, {"Smiling": 1}):
            state = FaceState(3, edits=edits, hold=rule)
            assert FaceState.from_query(state.to_query()) == state
            assert FaceState.from_json(state.to_json()) == state
    assert FaceState(edits={"Smiling": 1}).to_query()["hold"] == DEFAULT_RULE
    with pytest.raises(UserError, match="link cannot be read: 'all' is no rule"):
        FaceState.from_query({"seed": "1", "hold": "all"})


@pytest.mark.parametrize(
    "values",
    [
        {"seed": -1},
        {"seed": 2**31},
        {"seed": 1.5},
        {"seed": True},
        {"truncation": 1.2},
        {"edits": {"Smiling": 3.2}},
        {"edits": {"Smiling": float("nan")}},
        {"edits": {"Smiling": "much"}},
    ],
)
def test_values_outside_their_range_are_refused(values):
    with pytest.raises(UserError, match="must be a"):
        FaceState(**values)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "face.json is not JSON: line 1"),
        (b"\xff\xfe\xfa", "is not JSON"),
        ("[1]", "lacks the entry format"),
        ('{"format": "ganssl face 1"}', "seed is missing"),
        ('{"format": "ganssl face 1", "seed": 1, "extra": 2}', "'extra' is unknown"),
        ('{"format": "ganssl face 1", "seed": 1, "edits": [2]}', "edits must be an object"),
        ('{"format": "ganssl face 1", "seed": 1, "locked": "Male"}', "locked a list"),
        ('{"format": "ganssl face 1", "seed": 1, "model": 3}', "model must be a text"),
        ('{"format": "ganssl face 1", "seed": null}', "The seed must be a number"),
        ('{"format": "ganssl face 1", "seed": 1, "truncation": {}}', "The truncation must be"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_bad_json_gets_a_sentence_that_names_the_file(text, says):
    with pytest.raises(UserError, match=r"^face\.json") as caught:
        FaceState.from_json(text, "face.json")
    assert says in str(caught.value)


def test_bad_links_get_a_sentence():
    for query in (
        {"seed": "x"},
        {"seed": "1", "edit.Smiling": "9"},
        {"seed": "1", "truncation": "2"},
    ):
        with pytest.raises(UserError, match=r"^The link cannot be read"):
            FaceState.from_query(query)


def test_a_face_is_bound_to_its_model_and_sliders():
    sliders = ("Smiling", "Male", "Young", "Bald")
    assert FaceState(1).check("abc", sliders).model == "abc"
    assert STATE.check("abc", sliders) == STATE
    with pytest.raises(UserError, match="made with model abc; the model here is def"):
        STATE.check("def", sliders)
    with pytest.raises(UserError, match="no slider for Attractive"):
        FaceState(edits={"Attractive": 1}).check("abc", sliders)
    with pytest.raises(UserError, match="no slider for Young"):
        FaceState(locked=("Young",)).check("abc", ("Smiling",))


def test_names_are_spelt_as_the_model_spells_them():
    sliders = ("Smiling", "Gray_Hair")
    typed = FaceState(edits={"smiling": 2, "gray hair": -1}, locked=("SMILING",))
    exact = FaceState(edits={"Smiling": 2, "Gray_Hair": -1}, locked=("Smiling",))
    assert typed.check("abc", sliders) == exact.check("abc", sliders)
    with pytest.raises(UserError, match=r"no slider for Smilling. Did you mean Smiling\?$"):
        FaceState(edits={"Smilling": 2}).check("abc", sliders)
    with pytest.raises(UserError, match="edited twice"):
        FaceState(edits={"smiling": 2, "Smiling": 1}).check("abc", sliders)


def test_json_is_small_and_plain():
    values = json.loads(STATE.to_json())
    assert values["edits"] == {"Male": -1.5, "Smiling": 2.0}
    assert values["locked"] == ["Bald", "Young"]
    assert len(STATE.to_json()) < 300


def test_undo_and_redo_walk_the_same_path():
    states = [FaceState(seed) for seed in range(4)]
    history = History(states[0])
    for state in states[1:]:
        history = history.push(state)
    assert history.push(states[3]) is history
    back = history.undo().undo()
    assert back.present == states[1]
    assert back.redo().redo() == history
    assert history.redo() is history
    assert History(states[0]).undo() == History(states[0])
    branch = back.push(FaceState(9))
    assert branch.future == ()
    assert branch.undo().present == states[1]


def test_history_forgets_the_oldest():
    history = History(FaceState(0))
    for seed in range(1, History.LENGTH + 50):
        history = history.push(FaceState(seed))
    assert len(history.past) == History.LENGTH
    assert history.past[-1] == FaceState(History.LENGTH + 48)


def test_a_slider_that_got_another_name_keeps_its_edits_and_locks_in_undo_too():
    history = History(STATE).push(STATE.with_edit("Smiling", 1)).undo()
    named = history.with_renamed("Smiling", "Grin").with_renamed("Young", "Fresh")
    assert named.present.edits == {"Grin": 2.0, "Male": -1.5}
    assert named.present.locked == ("Bald", "Fresh")
    assert named.redo().present.edits == {"Grin": 1.0, "Male": -1.5}


def test_a_face_whose_own_direction_is_missing_says_so():
    state = FaceState(edits={"Smiling · mine": 1.0})
    with pytest.raises(UserError, match="needs a direction that somebody made, Smiling · mine"):
        state.check("m", ["Smiling"])
    assert state.check("m", ["Smiling", "Smiling · mine"]).edits == state.edits
