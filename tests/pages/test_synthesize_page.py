"""The Synthesize page through AppTest, on a small model."""

from __future__ import annotations

import tempfile
import time
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ganssl.base.device import fast_arithmetic
from ganssl.directions import DirectionSet
from ganssl.models.catalogue import load_model
from ganssl.synthesis import Recipe, read_set, synthesize
from ganssl.synthesis.archive import zip_path
from ganssl.ui.shared import set_making, visits
from tests.helpers.planted import make_direction

pytestmark = pytest.mark.slow

PAGE = "pages/synthesize.py"
COUNT = 60


@pytest.fixture
def disk(tmp_path, monkeypatch) -> Path:
    """The server's folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "disk"))
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


@pytest.fixture
def page(open_app, disk):
    app = open_app()
    app.switch_page(PAGE).run()
    assert not app.exception and not app.error
    return choose(app, app.number_input, "count", COUNT)


def choose(app, kind, part: str, value):
    kind(key=f"synthesize/{part}").set_value(value)
    app.run()
    assert not app.exception
    return app


def make(app):
    """Press the button and wait until the job is over."""
    app.button(key="synthesize/start").click().run()
    end = time.monotonic() + 120
    while app.get("progress"):
        assert time.monotonic() < end, "gave up waiting"
        time.sleep(0.05)
        app.run()
        assert not app.exception
    return app


def sets(app) -> dict:
    return app.session_state["shelf"].sets


def sheets(app) -> list[str]:
    return [image.proto.imgs[0].alt for image in app.image]


def upload(app, directions: DirectionSet, folder: Path):
    directions.save(folder / "mine.npz")
    data = (folder / "mine.npz").read_bytes()
    app.file_uploader(key="directions/file").set_value(("mine.npz", data, "application/zip")).run()
    assert not app.exception
    return app


def test_a_set_is_the_one_that_the_library_makes(page, tmp_path):
    choose(page, page.number_input, "seed", 5)
    make(page)
    ((name, made),) = sets(page).items()
    assert name == "Smiling, 60 natural faces"
    precision, engine = fast_arithmetic()
    recipe = Recipe("Smiling", COUNT, seed=5, precision=precision, engine=engine)
    assert made.recipe == recipe
    synthesize(load_model(), recipe, tmp_path / "set")
    expected = read_set(tmp_path / "set")
    assert made.id == expected.id
    np.testing.assert_array_equal(made.faces(range(COUNT)), expected.faces(range(COUNT)))


def test_settings_reach_the_recipe(page):
    choose(page, page.selectbox, "attribute", "Male")
    choose(page, page.radio, "strategy", "push")
    choose(page, page.slider, "strength", (0.7, 1.5))
    choose(page, page.multiselect, "balance Male", ["Smiling"])
    choose(page, page.toggle, "pairs", True)
    choose(page, page.selectbox, "size", 32)
    choose(page, page.slider, "truncation", 0.8)
    choose(page, page.segmented_control, "source", "mixture")
    choose(page, page.segmented_control, "layout", "webdataset")
    make(page)
    ((name, made),) = sets(page).items()
    assert name == "Male, 60 pushed faces"
    assert made.info.layout == "webdataset"
    precision, engine = fast_arithmetic()
    assert made.recipe == Recipe(
        "Male",
        COUNT,
        strategy="push",
        strength=(0.7, 1.5),
        balance_over=("Smiling",),
        pairs=True,
        size=32,
        truncation=0.8,
        source="mixture",
        precision=precision,
        engine=engine,
    )


def test_several_attributes_and_all_sliders_make_one_set(page):
    choose(page, page.multiselect, "also Smiling", ["Male"])
    assert not [radio for radio in page.radio if radio.key == "synthesize/strategy"]
    assert not [toggle for toggle in page.toggle if toggle.key == "synthesize/pairs"]
    make(page)
    ((name, made),) = sets(page).items()
    assert name == "Smiling and Male, 60 natural faces"
    precision, engine = fast_arithmetic()
    assert made.recipe == Recipe(
        "Smiling", COUNT, also=("Male",), precision=precision, engine=engine
    )
    assert np.bincount(made.table @ [1, 2]).tolist() == [15] * 4
    assert "also with Male 30" in " ".join(text.value for text in page.caption)
    page.session_state["synthesize/tab"] = "Natural or pushed?"
    page.run()
    assert not page.exception and not page.error
    choose(page, page.toggle, "everything", True)
    make(page)
    everything = list(sets(page).values())[-1]
    assert set(everything.recipe.attributes) == set(load_model().directions.sliders)


def test_both_classes_are_shown_before_and_after(page):
    before = sheets(page)
    assert before == [
        "Without Smiling: 12 AI-generated faces",
        "With Smiling: 12 AI-generated faces",
    ]
    make(page)
    assert sheets(page) == 2 * before
    page.session_state["synthesize/tab"] = "Natural or pushed?"
    page.run()
    assert sheets(page) == 3 * before  # both ways, and the set
    assert "teach the push" in " ".join(text.value for text in page.markdown)


def test_the_download_is_the_whole_set_and_the_datasheet_is_there(page, tmp_path):
    make(page)
    (made,) = sets(page).values()
    path = zip_path(made.folder)
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
        assert all(member.compress_type == zipfile.ZIP_STORED for member in archive.infolist())
        archive.extractall(tmp_path)
    unpacked = read_set(tmp_path)
    assert unpacked.id == made.id
    np.testing.assert_array_equal(unpacked.labels, made.labels)
    np.testing.assert_array_equal(unpacked.faces([0, COUNT - 1]), made.faces([0, COUNT - 1]))
    assert any("MB)" in button.proto.label for button in page.get("download_button"))
    assert any("60 generated faces" in text.value for text in page.markdown)
    assert any("30 with and 30 without" in caption.value for caption in page.caption)


def test_deleting_a_set_frees_shelf_disk_and_share(page, small_assets, monkeypatch):
    make(page)
    ((name, made),) = sets(page).items()
    model = load_model(small_assets / "models" / "small")
    needed = set_making.expected_bytes(model, made.recipe, model.directions)
    room = int(1.5 * needed)  # for one such set
    monkeypatch.setattr(visits, "MOST_BYTES", room)
    page.button(key="synthesize/start").click().run()
    assert f"of your {room / 1e6:,.1f} MB on this server" in page.error[0].value
    page.button(key=f"synthesize/delete {name}").click().run()
    assert list(sets(page)) == [name] and made.folder.is_dir()  # it asks first
    page.button(key="synthesize/delete for good").click().run()
    assert not page.exception and sets(page) == {} and not made.folder.parent.exists()
    make(page)
    assert list(sets(page)) == [name]


def test_the_job_goes_on_while_the_visitor_looks_at_another_page(page, disk):
    choose(page, page.number_input, "count", 100_000)
    choose(page, page.selectbox, "size", 32)
    page.button(key="synthesize/start").click().run()
    page.switch_page("pages/explore.py").run()
    assert not page.exception and not page.get("progress")
    page.switch_page(PAGE).run()
    assert page.number_input(key="synthesize/count").value == 100_000
    assert len(page.get("progress")) == 1
    next(button for button in page.button if button.label == "Cancel").click().run()
    end = time.monotonic() + 60
    while page.get("progress"):
        assert time.monotonic() < end
        time.sleep(0.05)
        page.run()
    assert "cancelled" in page.info[0].value
    assert sets(page) == {}
    left = [path for path in disk.glob("ganssl-*/*") if path.is_dir()]
    assert len(left) == 1 and not [*left[0].iterdir()]


def test_two_sets_of_the_same_settings_have_two_names(page):
    make(make(page))
    assert list(sets(page)) == ["Smiling, 60 natural faces", "Smiling, 60 natural faces (2)"]
    first, second = sets(page).values()
    assert first.id == second.id and first.folder != second.folder


def test_what_cannot_be_made_is_said(page):
    choose(page, page.number_input, "count", 61)
    choose(page, page.toggle, "pairs", True)
    assert "Pairs need an even count" in page.error[0].value
    assert not [button for button in page.button if button.label.startswith("Make")]


def test_a_direction_of_ones_own_labels_the_set(page, tmp_path):
    page.session_state["synthesize/tab"] = "Which labels are behind it?"
    page.run()
    model = load_model()
    rng = np.random.default_rng(0)
    mine = make_direction("Glamour", rng.normal(size=model.latent_size), class_means=(-1.0, 1.0))
    upload(page, DirectionSet(model.id, [mine]), tmp_path)
    page.button(key="directions/take").click().run()
    choose(page, page.selectbox, "attribute", "Glamour")
    make(page)
    (made,) = sets(page).values()
    (used,) = made.directions
    np.testing.assert_array_equal(used.vector, mine.vector)
    np.testing.assert_array_equal(made.labels, np.arange(COUNT) % 2)
    assert used.own and made.recipe.method == mine.method


@pytest.mark.parametrize(
    ("model_id", "words"),
    [("0123456789ab", "belong to model 0123456789ab"), (None, "another length")],
)
def test_directions_that_do_not_fit_are_refused(page, tmp_path, model_id, words):
    page.session_state["synthesize/tab"] = "Which labels are behind it?"
    page.run()
    short = make_direction("Glamour", np.ones(3))
    upload(page, DirectionSet(model_id or load_model().id, [short]), tmp_path)
    assert words in page.error[0].value
    assert not [button for button in page.button if button.key == "directions/take"]


def test_a_file_that_is_no_npz_is_refused(page):
    page.session_state["synthesize/tab"] = "Which labels are behind it?"
    page.run()
    page.file_uploader(key="directions/file").set_value(("a.npz", b"PK nonsense", "x/y")).run()
    assert not page.exception and "a.npz is not a file of directions" in page.error[0].value


def few_labels_form() -> None:
    """A page with the settings of a model that brings directions of few labels."""
    import streamlit as st

    from ganssl.directions import DirectionSet
    from ganssl.ui.synthesize.recipe_form import recipe_form
    from tests.helpers.planted import make_direction
    from tests.helpers.small_model import LATENT, small_model

    model = small_model()
    axis = [1.0] + [0.0] * (LATENT - 1)
    model.few_directions = DirectionSet("", [make_direction("Smiling", axis, labels_used=100)])
    st.session_state["result"] = recipe_form(model)
    st.session_state["few"] = model.few_directions


def test_few_labels_can_be_behind_a_set():
    app = AppTest.from_function(few_labels_form, default_timeout=120).run()
    assert app.session_state["result"][0].labels_per_class is None
    directions = app.session_state["result"][1]
    choose(app, app.selectbox, f"direction Smiling False {directions.id}", "few labels")
    recipe, directions = app.session_state["result"]
    assert recipe.labels_per_class == 50 and recipe.method is None
    assert directions is app.session_state["few"]
