"""The Explore page through AppTest, on a small model."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace

import keras
import pytest
from PIL import Image

from ganssl.directions import DEFAULT_RULE, RAW
from ganssl.face.packed import pack
from ganssl.face.render import face_png, render
from ganssl.face.sequence import FaceSequence
from ganssl.face.state import LIMIT, FaceState
from ganssl.features.readout import Change
from ganssl.models.catalogue import load_model
from ganssl.ui.face.view import change_table
from ganssl.ui.shared.pictures import picture_url
from tests.helpers.explore_page import after_url, alts, slider, state_of

pytestmark = pytest.mark.slow


def readout_of(app) -> str:
    return next(h.proto.body for h in app.get("html") if "changes" in h.proto.body)


def messages(app) -> list[str]:
    return [error.value for error in app.error]


def test_the_page_opens_with_a_face_before_and_after(open_app):
    app = open_app()
    assert not app.error
    assert app.button(key="explore/undo").disabled
    assert [alt.partition(":")[0] for alt in sorted(alts(app))] == ["After", "Before"]
    shown = Image.open(io.BytesIO(base64.b64decode(after_url(app).partition(",")[2])))
    assert shown.size == (512, 512)
    text = " ".join(caption.value for caption in app.caption)
    assert "Rendered in" in text and load_model().device in text
    assert "perceived" in text


def test_the_sliders_are_the_good_ones_in_sigmas(open_app):
    app = open_app()
    first = ("Male", "Bald", "Smiling", "Eyeglasses", "Young")
    shown = [s for s in app.slider if s.key.startswith("explore/slider")]
    assert [s.label for s in shown] == list(first)
    assert all((s.min, s.max, s.step) == (-LIMIT, LIMIT, 0.1) for s in shown)
    added = app.multiselect(key="explore/more").options
    assert added == ["Gray hair", "Sideburns"]  # neither Attractive nor Blurry


def test_a_slider_move_changes_the_picture_the_words_and_the_readout(open_app):
    app = open_app()
    before, table = after_url(app), readout_of(app)
    slider(app, "Smiling").set_value(2.0).run()
    assert not app.exception and not app.error
    model = load_model()
    expected = FaceState(edits={"Smiling": 2.0})
    assert after_url(app) == picture_url(render(model, expected).pixels) != before
    assert readout_of(app) != table
    assert 'class="edited"' in readout_of(app)
    after = next(alt for alt in alts(app) if alt.startswith("After"))
    assert "Smiling +2 σ" in after and "The classifier reads: Male" in after


def test_reset_of_one_slider_and_of_all(open_app):
    app = open_app()
    untouched = after_url(app)
    slider(app, "Smiling").set_value(2.0).run()
    slider(app, "Male").set_value(-1.0).run()
    app.button(key="explore/reset Smiling").click().run()
    assert slider(app, "Smiling").value == 0.0
    assert state_of(app).edits == {"Male": -1.0}
    app.button(key="explore/reset all").click().run()
    assert slider(app, "Male").value == 0.0
    assert after_url(app) == untouched


def test_a_lock_holds_the_slider_and_bends_the_others(open_app):
    app = open_app()
    app.toggle(key="explore/hold").set_value(False).run()  # else it holds Male without a lock
    slider(app, "Young").set_value(2.0).run()
    free = after_url(app)
    app.button(key="explore/lock Male").click().run()
    assert slider(app, "Male").disabled
    assert state_of(app).locked == ("Male",)
    assert after_url(app) != free
    app.button(key="explore/lock Male").click().run()
    assert not slider(app, "Male").disabled
    assert after_url(app) == free


def test_sliders_hold_sex_and_age_and_a_switch_gives_the_raw_direction_back(open_app):
    app = open_app()
    slider(app, "Young").set_value(2.0).run()
    held, model = after_url(app), load_model()
    state = FaceState(edits={"Young": 2.0}, model=model.id)
    assert held == picture_url(render(model, state).pixels)
    assert dict(app.query_params)["hold"] == DEFAULT_RULE
    app.toggle(key="explore/hold").set_value(False).run()
    raw = picture_url(render(model, replace(state, hold=RAW)).pixels)
    assert after_url(app) == raw != held
    old_link = open_app(**{"seed": "0", "edit.Young": "2"})
    assert after_url(old_link) == raw and not old_link.toggle(key="explore/hold").value
    app.button(key="explore/undo").click().run()
    assert after_url(app) == held and app.toggle(key="explore/hold").value


def test_undo_and_redo_set_the_sliders(open_app):
    app = open_app()
    assert app.button(key="explore/undo").disabled
    pictures = [after_url(app)]
    for attribute, amount in (("Smiling", 2.0), ("Smiling", 2.5), ("Male", 1.0)):
        slider(app, attribute).set_value(amount).run()
        pictures.append(after_url(app))
    for expected in pictures[-2::-1]:
        app.button(key="explore/undo").click().run()
        assert after_url(app) == expected
    assert app.button(key="explore/undo").disabled
    for expected in pictures[1:]:
        app.button(key="explore/redo").click().run()
        assert after_url(app) == expected
    assert (slider(app, "Smiling").value, slider(app, "Male").value) == (2.5, 1.0)


def test_seed_new_face_and_truncation(open_app):
    app = open_app()
    slider(app, "Smiling").set_value(1.0).run()
    app.number_input(key="explore/seed").set_value(42).run()
    app.slider(key="explore/truncation").set_value(0.5).run()
    assert state_of(app) == FaceState(42, 0.5, {"Smiling": 1.0}, model=load_model().id)
    seeds = set()
    for _ in range(3):
        app.button(key="explore/new").click().run()
        seeds.add(app.number_input(key="explore/seed").value)
        assert state_of(app).edits == {"Smiling": 1.0}
    assert len(seeds) > 1


def test_an_attribute_is_added_and_its_edit_leaves_with_it(open_app):
    app = open_app()
    untouched = after_url(app)
    app.multiselect(key="explore/more").select("Gray hair").run()
    slider(app, "Gray_Hair").set_value(3.0).run()
    assert after_url(app) != untouched
    app.multiselect(key="explore/more").set_value([]).run()
    assert "explore/slider Gray_Hair" not in [s.key for s in app.slider]
    assert after_url(app) == untouched


def test_the_address_follows_the_face_and_restores_it(open_app):
    app = open_app()
    slider(app, "Smiling").set_value(-1.5).run()
    app.number_input(key="explore/seed").set_value(9).run()
    app.multiselect(key="explore/more").select("Gray hair").run()
    slider(app, "Gray_Hair").set_value(1.0).run()
    app.button(key="explore/lock Male").click().run()
    query = dict(app.query_params)
    assert query["seed"] == "9" and query["edit.Smiling"] == "-1.5" and query["lock"] == "Male"
    friend = open_app(**query)
    assert state_of(friend) == state_of(app)
    assert after_url(friend) == after_url(app)
    assert slider(friend, "Smiling").value == -1.5
    assert slider(friend, "Gray_Hair").value == 1.0
    slider(friend, "Smiling").set_value(1.0).run()  # the followed link does not come back
    assert slider(friend, "Smiling").value == 1.0
    friend.run()
    assert slider(friend, "Smiling").value == 1.0


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"seed": "many"}, "The link cannot be read: The seed must be a number"),
        ({"seed": "1", "edit.Smiling": "7"}, "The amount for Smiling must be a number"),
        ({"seed": "1", "edit.Attractive": "1"}, "no slider for Attractive"),
        ({"seed": "1", "model": "ffffffffffff"}, "made with model ffffffffffff"),
    ],
)
def test_a_bad_link_gets_a_sentence_and_a_face(open_app, query, says):
    app = open_app(**query)
    assert len(app.error) == 1 and says in messages(app)[0]
    assert state_of(app) == FaceState(model=load_model().id)
    slider(app, "Smiling").set_value(1.0).run()
    assert not app.error


def test_what_a_bad_link_carries_is_not_kept(open_app):
    """A face that cannot be shown leaves nothing behind; one that can brings its directions."""
    model = load_model()
    grin = replace(model.directions.get("Smiling"), attribute=" · mine", own=True, auc=0.5)
    face = FaceState(7, edits={" · mine": 1.0}, own=(pack(grin),))
    bad = open_app(**replace(face, edits={**face.edits, "Nonsense": 1.0}).to_query())
    assert "no slider for Nonsense" in messages(bad)[0]
    assert not bad.session_state["shelf"].directions
    good = open_app(**face.to_query())
    assert not good.error and slider(good, " · mine").value == 1.0
    assert list(good.session_state["shelf"].directions) == [" · mine"]


def share(app):
    app.session_state["explore/tab"] = "Save and share"
    return app.run()


def test_a_saved_face_is_loaded_once(open_app):
    app = open_app()
    face = FaceState(3, 0.4, {"Smiling": 1.0, "Gray_Hair": -2.0}, ("Young",), load_model().id)
    share(app).file_uploader[0].set_value(("face.json", face.to_json().encode(), "text/json")).run()
    assert not app.error
    assert state_of(app) == face
    assert slider(app, "Gray_Hair").value == -2.0
    slider(app, "Smiling").set_value(2.0).run()  # the file is still there, and not applied again
    assert state_of(app).edits == {"Gray_Hair": -2.0, "Smiling": 2.0}


def test_a_downloaded_picture_is_loaded_as_a_face(open_app):
    app = open_app()
    face = FaceState(3, edits={"Smiling": 1.0}, model=load_model().id)
    png = face_png(load_model(), face, 100)
    share(app).file_uploader[0].set_value(("face.png", png, "image/png")).run()
    assert state_of(app) == face


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{", "face.json is not JSON"),
        (json.dumps({"format": "ganssl face 1", "seed": -3}).encode(), "The seed must be a number"),
        (b"\x89PNG rubbish", "is not a JPEG, PNG or WebP image"),
        (FaceState(1, model="ffffffffffff").to_json().encode(), "made with model ffffffffffff"),
    ],
)
def test_a_bad_file_gets_a_sentence(open_app, data, says):
    app = open_app()
    untouched = state_of(app)
    share(app).file_uploader[0].set_value(("face.json", data, "text/json")).run()
    assert len(app.error) == 1 and says in messages(app)[0]
    assert state_of(app) == untouched


def test_a_lock_that_leaves_no_room_for_an_edit_gets_a_sentence_and_stays_open(open_app):
    app = open_app()
    app.multiselect(key="explore/more").set_value(["Sideburns"]).run()  # the direction of Bald
    slider(app, "Sideburns").set_value(1.0).run()
    edited = after_url(app)
    app.button(key="explore/lock Bald").click().run()
    assert len(app.error) == 1 and "Sideburns cannot change while Bald" in messages(app)[0]
    assert state_of(app).locked == () and after_url(app) == edited
    app.button(key="explore/reset Sideburns").click().run()
    app.button(key="explore/lock Bald").click().run()
    app.multiselect(key="explore/more").set_value(["Sideburns"]).run()
    assert not app.exception and not app.error
    assert slider(app, "Sideburns").disabled and "no room" in slider(app, "Sideburns").label
    slider(app, "Smiling").set_value(1.0).run()
    assert not app.error


@pytest.mark.parametrize(("tab", "pictures"), [("Filmstrip", 7), ("Many faces", 12)])
def test_slower_views_are_drawn_when_open(open_app, tab, pictures):
    app = open_app()
    slider(app, "Smiling").set_value(2.0).run()
    assert len(app.image) == 2
    app.session_state["explore/tab"] = tab
    app.run()
    assert not app.exception
    assert len(app.image) == 2 + pictures
    urls = [image.proto.imgs[0].url for image in app.image]
    assert len(set(urls[2:])) == pictures
    assert all("AI-generated face of seed" in alt for alt in alts(app))


def test_the_page_says_which_sliders_there_are_and_why(open_app):
    app = open_app()
    app.session_state["explore/tab"] = "Which sliders, and why"
    table = app.run().dataframe[0].value.set_index("Annotated as")
    assert table.loc["Smiling", "Slider"] == "yes" and table.loc["Smiling", "Why not"] == ""
    assert table.loc["Blurry", "Why not"] == "tells unseen photos apart too poorly (AUC 0.600)"
    assert table.loc["Attractive", "Why not"].startswith("withheld")


def test_the_face_survives_a_visit_to_another_page(open_app):
    app = open_app()
    slider(app, "Smiling").set_value(2.0).run()
    picture = after_url(app)
    app.switch_page("pages/model_card.py").run()
    assert not app.exception and "A test model" in " ".join(m.value for m in app.markdown)
    app.switch_page("pages/explore.py").run()
    assert slider(app, "Smiling").value == 2.0
    assert after_url(app) == picture


def test_a_run_of_the_page_leaves_the_keras_session_alone(open_app):
    app = open_app()
    keras.utils.clear_session()
    name = keras.layers.Dense(1).name
    app.run()
    assert keras.layers.Dense(1).name != name


def test_without_a_model_there_is_a_sentence(open_app, monkeypatch, tmp_path):
    monkeypatch.setenv("GANSSL_MODEL", str(tmp_path))
    app = open_app()
    assert len(app.error) == 1 and "There is no model in" in messages(app)[0]


def test_names_of_attributes_cannot_inject_html():
    table = change_table([Change("<script>x</script>", 0.1, 0.2, edited=True)])
    assert "<script>" not in table


def test_a_visitor_puts_a_sequence_together_saves_and_shows_it(open_app):
    app = open_app(seed="7")
    app.session_state["explore/tab"] = "To present"
    app.run()
    app.button(key="explore/sequence add").click().run()
    assert "title has 1 to" in app.error[0].value
    app.text_input(key="explore/sequence title").set_value("A plain face").run()
    app.button(key="explore/sequence add").click().run()
    slider(app, "Smiling").set_value(2.0).run()
    app.text_input(key="explore/sequence title").set_value("It smiles").run()
    app.button(key="explore/sequence add").click().run()
    app.button(key="explore/sequence Later 0").click().run()
    app.text_input(key="explore/sequence title 0").set_value("It smiles at you").run()
    own = own_scenes(app)
    assert [scene.title for scene in own] == ["It smiles at you", "A plain face"]
    assert [dict(scene.state.edits) for scene in own] == [{"Smiling": 2.0}, {}]
    assert not app.error

    app.button(key="explore/sequence Remove 1").click().run()
    app.button(key="undo/undo").click().run()
    assert app.text_input(key="explore/sequence title 1").value == "A plain face"
    app.button(key="explore/sequence Remove 1").click().run()
    file = app.file_uploader(key="explore/sequence file")
    file.set_value(("talk.json", b'{"format": "something"}', "application/json")).run()
    assert "talk.json is no saved sequence" in app.error[0].value and len(own_scenes(app)) == 1
    saved = FaceSequence(own).to_json().encode()
    app.file_uploader(key="explore/sequence file").set_value(
        ("talk2.json", saved, "application/json")
    ).run()
    assert FaceSequence(own_scenes(app)) == FaceSequence(own)

    app.button(key="explore/sequence show").click().run()
    assert not app.exception and not app.tabs
    assert "It smiles at you" in app.markdown[0].value
    assert state_of(app).edits == {"Smiling": 2.0}
    app.button(key="explore/next").click().run()
    assert "A plain face" in app.markdown[0].value and not state_of(app).edits
    assert app.button(key="explore/next").disabled


def own_scenes(app):
    return app.session_state["shelf"].sequences[state_of(app).model].scenes
