"""The Label page, driven widget by widget without a browser."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.labelling.export import photo_zip
from ganssl.labelling.session import NO, UNSURE, YES
from ganssl.labelling.session_file import save_session
from ganssl.ui.label.keep import WorkKeeper
from ganssl.ui.label.work import PARAMETER, keeper
from tests.helpers.labelled_photos import drawn_files, drawn_session

pytestmark = pytest.mark.slow

COUNT = 12
VIEWS = {"grid": "All photos", "second": "Second look", "check": "Check", "use": "Use and save"}


@pytest.fixture
def open_page(open_app):
    def start(**query):
        app = open_app(**query)
        app.switch_page("pages/label.py").run()
        assert not app.exception
        return app

    return start


@pytest.fixture
def labelling(open_page):
    """The page with drawn photos in CelebA's frame, so that no face is sought."""
    app = open_page()
    return hand_in(app, *drawn_files(COUNT, 178, 218).items())


def hand_in(app, *files):
    app.file_uploader[0].set_value([(n, data, "image/png") for n, data in files]).run()
    assert not app.exception
    return app


def work(app):
    return app.session_state["label/work"]


def answer(app, value):
    app.button(key=f"label/{value} {len(work(app).session.log)}").click().run()
    assert not app.exception


def undo(app):
    app.button(key=f"label/undo {len(work(app).session.log)}").click().run()


def view(app, name):
    app.session_state["label/view"] = VIEWS[name]
    app.run()
    assert not app.exception
    return app


def hand_over(app):
    """Use the labels, which opens the page that they are for, and come back."""
    app.button(key="label/hand over").click().run()
    assert not app.exception and app.title[0].value == "Train & evaluate"
    assert app.selectbox(key="train/photos").value.startswith(f"{COUNT} photos labelled")
    app.switch_page("pages/label.py").run()
    assert not app.exception
    return view(app, "use")


def label_all(app):
    """Every second photo smiles."""
    while work(app).photo:
        answer(app, YES if int(work(app).photo[:2]) % 2 else NO)


def analysed(app):
    """Let the networks look, and wait for the job."""
    button = next(b for b in app.button if "networks look" in b.label)
    button.click().run()
    job = work(app).job
    assert job is None or job.wait(100)
    app.run()
    assert work(app).analysis is not None, job.error
    assert not app.exception
    return app


def texts(elements):
    return " ".join(element.value for element in elements)


def test_it_asks_for_photos_and_says_what_becomes_of_them(open_page):
    app = open_page()
    assert "Use only photos of yourself" in texts(app.caption)
    assert "30 minutes" in texts(app.caption)
    assert PARAMETER not in app.query_params


def test_photos_are_labelled_by_button_and_undone(labelling):
    app = labelling
    session = work(app).session
    assert "12 photos read" in texts(app.success)
    shown = []
    for value in (YES, NO, UNSURE):
        shown.append(work(app).photo)
        assert app.image[0].proto.imgs[0].alt == f"The photo {shown[-1]}"
        answer(app, value)
    assert len(set(shown)) == 3 and shown != sorted(shown)
    assert session.answers("Smiling") == dict(zip(shown, (YES, NO, UNSURE), strict=True))
    assert all(a.seconds > 0 for a in session.log)
    undo(app)
    assert work(app).photo == shown[2] and shown[2] not in session.answers("Smiling")
    undo(app)
    assert work(app).photo == shown[1]


def test_a_key_pressed_twice_answers_once(labelling):
    """The button of a photo is gone with it: its second press finds nothing."""
    app = labelling
    first = app.button(key="label/yes 0")
    answer(app, YES)
    assert "label/yes 0" not in [b.key for b in app.button]
    first.click()
    app.run()
    assert len(work(app).session.log) == 1


def test_the_buttons_have_their_keys(labelling):
    keys = {b.key: b.proto.shortcut for b in labelling.button if b.proto.shortcut}
    assert keys == {
        "label/no 0": "left",
        "label/yes 0": "right",
        "label/unsure 0": "up",
        "label/undo 0": "backspace",
    }


def test_questions_are_answered_one_after_another(labelling):
    app = labelling
    app.multiselect(key="label/questions").set_value(["Smiling", "Wears a scarf"]).run()
    assert not app.exception and not app.error
    app.text_input(key="label/no of Wears a scarf").set_value("bare").run()
    label_all(app)
    session = work(app).session
    assert session.progress("Smiling").done == session.progress("Wears a scarf").done == COUNT
    assert session.log[COUNT - 1].question == "Smiling"
    assert session.log[COUNT].question == "Wears a scarf"
    assert session.question("Wears a scarf").classes == ("bare", "Wears a scarf")
    assert "Every photo has an answer" in texts(app.success)


def test_the_grid_corrects_by_click(labelling):
    app = labelling
    label_all(app)
    view(app, "grid")
    session = work(app).session
    assert len(app.image) == COUNT
    answers = dict(session.answers("Smiling"))
    card = app.button(key="label/card 03.png")
    assert card.label == "Smiling"
    card.click().run()
    assert session.answers("Smiling") == {**answers, "03.png": NO}
    app.button(key="label/card 03.png").click().run()
    assert session.answers("Smiling")["03.png"] == UNSURE


def test_a_second_look_gives_the_consistency(labelling):
    app = labelling
    label_all(app)
    view(app, "second")
    app.button(key="label/again").click().run()
    session = work(app).session
    sample = session.second["Smiling"]
    assert len(sample) == 2 and work(app).photo == sample[0]
    first = session.answers("Smiling")
    answer(app, first[sample[0]])
    answer(app, {YES: NO, NO: YES}[first[sample[1]]])
    view(app, "check")
    assert [m.value for m in app.metric][:1] == ["50%"]
    assert f"label/card again {sample[1]}" in [b.key for b in app.button]


def test_the_work_survives_a_reload_by_its_address_and_is_forgotten_on_demand(labelling, open_page):
    answer(labelling, YES)
    secret = labelling.query_params[PARAMETER]
    secret = secret[0] if isinstance(secret, list) else secret
    assert len(secret) >= 32
    kept = keeper().find(secret)
    assert kept is work(labelling)
    from streamlit.testing.v1 import AppTest

    from ganssl.base.assets import APP

    again = AppTest.from_file(str(APP), default_timeout=120)
    again.run()
    again.query_params[PARAMETER] = secret
    again.switch_page("pages/label.py")
    again.query_params[PARAMETER] = secret
    again.run()
    assert not again.exception
    assert work(again).session.log == work(labelling).session.log
    again.button(key="label/forget").click().run()
    assert work(again).session.names  # it asks first
    again.button(key="label/forget for good").click().run()
    assert keeper().find(secret) is None
    assert work(again).session.names == []


def test_refusals_are_reported_and_saved_work_comes_back(open_page):
    app = open_page()
    session = drawn_session(4)
    session.answer("02.png", "Smiling", YES)
    saved = save_session(session)
    hand_in(app, *drawn_files(4).items(), ("mine.json", saved.encode()), ("x.png", b"rubbish"))
    assert "x.png: This file is not a JPEG, PNG or WebP image" in texts(app.error)
    assert work(app).session.labels("Smiling").tolist() == [-1, -1, 1, -1]
    hand_in(app, ("bad.json", b"{}"))
    assert "bad.json holds no saved labels" in texts(app.error)


def test_the_exported_zip_is_taken_back(open_page):
    app = open_page()
    session = drawn_session(4)
    session.answer("02.png", "Smiling", YES)
    session.answer("03.png", "Smiling", NO)
    hand_in(app, ("photos.zip", photo_zip(session.to_photo_set())))
    assert work(app).session.labels("Smiling").tolist() == [-1, -1, 1, 0]


def test_a_removed_photo_is_gone_everywhere(labelling):
    app = labelling
    label_all(app)
    hand_over(view(app, "use"))
    (name,) = app.session_state["shelf"].photos
    undo_photo = work(app).session.log[-1].photo
    app.session_state["label/view"] = "One by one"
    app.run()
    undo(app)
    assert work(app).photo == undo_photo
    app.button(key="label/remove").click().run()
    photos = app.session_state["shelf"].photos[name]
    assert len(photos) == COUNT - 1 and undo_photo not in photos.files.photos
    assert undo_photo not in work(app).pictures


def test_labels_are_handed_to_train_and_evaluate(labelling):
    app = labelling
    label_all(app)
    hand_over(view(app, "use"))
    (name, photos), *none = app.session_state["shelf"].photos.items()
    assert not none and name == "12 photos labelled: Smiling"
    assert photos.column("Smiling").tolist() == [0, 1] * 6
    assert f"*{name}* waits" in texts(app.success)
    hand_over(app)  # again: no second copy
    assert len(app.session_state["shelf"].photos) == 1


def test_a_slider_is_made_with_its_warning(labelling):
    app = labelling
    label_all(app)
    analysed(view(app, "use"))
    app.toggle(key="label/poor").set_value(True)  # so few labels may tell nothing apart
    app.button(key="label/make slider").click().run()
    assert not app.exception and not app.error
    (direction,) = app.session_state["shelf"].directions.values()
    assert direction.attribute == "Smiling · mine"  # beside the model's, not in its place
    low, high = direction.auc_interval
    assert f"95 % interval {low:.2f} to {high:.2f}" in texts(app.caption)
    assert direction.labels_used == COUNT
    model = work(app).analysis
    assert direction.vector.shape == (model.codes.shape[1],)
    assert "few labels: 6 'Smiling' and 6 'not Smiling'" in texts(app.warning)
    assert f"{direction.auc:.2f}" in [m.value for m in app.metric]
    app.switch_page("pages/explore.py").run()
    assert not app.exception
    assert app.slider(key="explore/slider Smiling").value == 0
    mine = app.slider(key="explore/slider Smiling · mine")
    assert mine.label.startswith(f"Smiling · mine, {COUNT} labels")
    app.switch_page("pages/label.py").run()
    assert "is now among the sliders" in texts(app.success)
    app.session_state["shelf"].directions.clear()  # given up elsewhere
    assert "is now among the sliders" not in texts(app.run().success)


def test_one_class_alone_makes_no_slider_but_a_sentence(labelling):
    app = labelling
    for _ in range(6):
        answer(app, YES)
    analysed(view(app, "use"))
    app.button(key="label/make slider").click().run()
    assert "too few labels: 6 present and 0 absent" in texts(app.error)
    assert not app.session_state["shelf"].directions


def test_checks_name_contradicted_labels_and_compare_labellers(labelling):
    app = labelling
    label_all(app)
    analysed(view(app, "check"))
    app.file_uploader[-1].set_value(
        ("theirs.csv", b"file,label\n00.png,1\n01.png,1\n02.png,0\n", "text/csv")
    ).run()
    assert not app.exception and not app.error
    assert "67%" in [m.value for m in app.metric]
    assert "label/card compared 00.png" in [b.key for b in app.button]


def test_a_photo_may_stand_in_several_lists(labelling):
    """A label that both the classifier and another labeller doubt."""
    app = labelling
    label_all(app)
    analysed(view(app, "check"))
    session = work(app).session
    pairs = zip(session.names, session.labels("Smiling"), strict=True)
    wrong = "".join(f"{name},{1 - label}\n" for name, label in pairs)
    app.file_uploader[-1].set_value(
        ("theirs.csv", f"file,label\n{wrong}".encode(), "text/csv")
    ).run()
    assert not app.exception
    assert sum("label/card compared" in (b.key or "") for b in app.button) == COUNT


def test_typical_photos_come_first_without_a_click(open_page):
    """The networks look by themselves; once they have, the order is theirs and not random."""
    app = hand_in(open_page(), *drawn_files(24, 178, 218).items())
    assert "typical ones" in texts(app.caption)
    job = work(app).job
    assert job is not None and job.wait(100), job
    app.run()
    assert not app.exception and work(app).analysis is not None
    first = work(app).photo  # stays in view: a hand may be on the key
    answer(app, YES)
    names = work(app).session.names
    labels = np.full(24, -1, np.int8)
    labels[names.index(first)] = 1
    order = work(app).analysis.order("Smiling")
    assert work(app).photo == names[order.next(labels, labels < 0)]
    label_all(app)
    assert work(app).session.progress("Smiling").done == 24


def test_where_all_photos_are_asked_anyway_no_network_looks(labelling):
    assert work(labelling).order == "most informative first" and work(labelling).job is None
    assert "random order" in texts(labelling.caption)


def test_kept_work_goes_after_a_while_and_when_there_is_too_much():
    now = [0.0]
    store = WorkKeeper(seconds=10, most_bytes=100, clock=lambda: now[0])
    store.keep("a", "first", 60)
    now[0] = 6
    assert store.find("a") == "first" and store.find("b") is None and store.find("") is None
    store.keep("b", "second", 60)  # together too large: the older one goes
    assert store.find("a") is None and store.find("b") == "second"
    now[0] = 16.5
    assert store.find("b") is None
    store.keep("d", "fourth", 10, browser="anna's")
    assert store.find("d", "ben's") is None and store.find("d") is None
    assert store.find("d", "anna's") == "fourth"
    store.keep("c", "third", 10)
    store.forget("c")
    assert store.find("c") is None
    store.close()
