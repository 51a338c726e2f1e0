"""The page Your photo through AppTest, on a small model and drawn photos."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.runtime.caching import get_data_cache_stats_provider
from streamlit.testing.v1 import AppTest

from ganssl.attributes import Attribute
from ganssl.classifier import train_classifier
from ganssl.classifier.classifier import Source
from ganssl.classifier.train import LabelledRows
from ganssl.face.from_photo import editable_photo
from ganssl.face.render import enlarge, render
from ganssl.face.state import FaceState
from ganssl.features.extractor import get_extractor
from ganssl.models.catalogue import load_model
from ganssl.photos.align import prepare_face
from ganssl.photos.images import png_bytes
from ganssl.photos.preprocess import Preprocess
from ganssl.ui.shared.pictures import picture_url
from tests.helpers.planted_comparison import planted_classifier
from tests.helpers.synthetic_photos import draw_photo, encoded

pytestmark = pytest.mark.slow


@pytest.fixture
def page(open_app):
    app = open_app()
    app.switch_page("pages/your_photo.py").run()
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def two_faces():
    """A photo that shows two generated faces."""
    model = load_model()
    canvas = Image.new("RGB", (620, 300), (120, 120, 120))
    for seed, side, place in ((1, 160, (40, 70)), (2, 220, (340, 40))):
        face = model.decode(model.sample(1, seed, 0.6))[0]
        canvas.paste(Image.fromarray(enlarge(face, side)), place)
    return encoded(canvas)


def give(app, photo: bytes, name: str = "me.png"):
    app.file_uploader(key="photo/file").set_value((name, photo, "image/png")).run()
    assert not app.exception
    return app


def slider(app, attribute):
    return app.slider(key=f"photo/slider {attribute}")


def url(app, title: str) -> str:
    images = [image.proto.imgs[0] for image in app.image]
    return next(i.url for i in images if i.alt.startswith(title))


def texts(app) -> str:
    return " ".join(e.value for e in (*app.markdown, *app.caption, *app.info, *app.warning))


def expected(state: FaceState, strength: float, seed: int = 1) -> str:
    model = load_model()
    photo = editable_photo(model, draw_photo(seed))
    return picture_url(render(model, state, photo.code, photo.detail(strength)).pixels)


def test_the_page_asks_for_a_photo_and_says_what_becomes_of_it(page):
    assert not page.image and not page.error
    for words in ("own photo", "not written to disk", "EXIF", "not sent to anyone", "forgotten"):
        assert words in texts(page)


def test_a_photo_is_aligned_rebuilt_and_edited(page):
    give(page, encoded(draw_photo(1)))
    assert not page.error
    model = load_model()
    photo = editable_photo(model, draw_photo(1))
    assert url(page, "The part of your photo") == picture_url(photo.pixels)
    assert "MS-SSIM" in texts(page) and "identity similarity" in texts(page)
    before = url(page, "After")
    assert before == url(page, "Before") == expected(FaceState(), 1.0)
    slider(page, "Smiling").set_value(2.0).run()
    assert not page.exception and not page.error
    assert url(page, "After") == expected(FaceState(edits={"Smiling": 2.0}), 1.0) != before
    assert url(page, "Before") == before
    after = next(i.proto.imgs[0].alt for i in page.image if i.proto.imgs[0].alt.startswith("After"))
    assert "AI-edited face from your photo, Smiling +2 σ" in after and "seed" not in after
    page.button(key="photo/undo").click().run()
    assert url(page, "After") == before and slider(page, "Smiling").value == 0


def test_the_detail_slider_applies_to_before_after_and_filmstrip(page):
    give(page, encoded(draw_photo(1)))
    page.session_state["photo/tab"] = "Filmstrip"
    slider(page, "Smiling").set_value(1.0).run()
    full = filmstrip(page)
    page.slider(key="photo/detail").set_value(0).run()
    state = FaceState(edits={"Smiling": 1.0})
    assert url(page, "After") == expected(state, 0.0)
    assert url(page, "Before") == expected(FaceState(), 0.0)
    none = filmstrip(page)
    assert len(full) == len(none) == 7 and len(set(none) & set(full)) == 0


def filmstrip(page: AppTest) -> list[str]:
    """The pictures of the strip, not those before and after and of the way to the code."""
    pictures = [image.proto.imgs[0] for image in page.image]
    return [picture.url for picture in pictures if picture.alt.startswith("AI-edited")]


def shared_bytes() -> int:
    """How much the cache that all visitors share holds."""
    kept = get_data_cache_stats_provider().get_stats().values()
    return sum(stat.byte_length for stats in kept for stat in stats)


def test_pictures_of_a_photo_are_in_no_shared_cache_and_go_with_the_photo(page):
    shared = shared_bytes()
    assert shared > 0  # the faces of Explore
    give(page, encoded(draw_photo(1)), "secret-name.png")
    slider(page, "Smiling").set_value(2.0).run()
    assert len(page.session_state["photo/pictures"]) == 2
    assert shared_bytes() == shared
    assert "secret-name" not in str(vars(page.session_state["photo/given"]))
    page.button(key="remove the photo").click().run()
    assert not page.image
    for part in ("given", "pictures", "history", "detail", "slider Smiling"):
        assert f"photo/{part}" not in page.session_state
    give(page, encoded(draw_photo(2)))
    assert slider(page, "Smiling").value == 0
    assert url(page, "After") == expected(FaceState(), 1.0, seed=2)


def test_the_photo_survives_a_visit_to_another_page(page):
    give(page, encoded(draw_photo(1)))
    slider(page, "Smiling").set_value(2.0).run()
    picture = url(page, "After")
    page.switch_page("pages/model_card.py").run()
    page.switch_page("pages/your_photo.py").run()
    assert not page.exception
    assert url(page, "After") == picture and slider(page, "Smiling").value == 2.0


@pytest.mark.parametrize(
    ("data", "says"), [(b"no image", "not a JPEG, PNG or WebP"), (b"", "not a JPEG, PNG or WebP")]
)
def test_a_file_that_is_no_photo_gets_a_sentence(page, data, says):
    give(page, data)
    assert len(page.error) == 1 and says in page.error[0].value
    give(page, encoded(draw_photo(1)))
    assert not page.error and page.image


def test_without_a_face_the_page_says_what_to_do(page):
    dark = np.random.default_rng(0).integers(0, 60, (28, 40, 3), dtype=np.uint8)
    give(page, png_bytes(dark))
    warnings = " ".join(warning.value for warning in page.warning)
    for words in ("No face was found", "seen from the front", "dark", "blurred"):
        assert words in warnings
    assert "photo/slider Smiling" not in [one.key for one in page.slider]  # it asks first
    page.button(key="photo/accept").click().run()
    assert not page.exception and not page.error
    assert slider(page, "Smiling").value == 0 and url(page, "After")


def test_a_photo_without_a_face_is_given_back_by_one_click(page):
    dark = np.random.default_rng(0).integers(0, 60, (28, 40, 3), dtype=np.uint8)
    give(page, png_bytes(dark))
    page.button(key="photo/another").click().run()
    assert not page.exception and "photo/given" not in page.session_state
    assert page.file_uploader(key="photo/file")


def test_of_several_faces_each_can_be_chosen(page, two_faces):
    give(page, two_faces)
    assert "2 faces found" in texts(page) and "2 faces were found" in texts(page)
    assert {"Face 1", "Face 2"} <= {button.label for button in page.button}
    chosen = page.session_state["photo/given"].chosen
    first = url(page, "The part of your photo")
    slider(page, "Smiling").set_value(1.0).run()
    page.button(key=f"photo/face {1 - chosen}").click().run()
    assert not page.exception
    assert url(page, "The part of your photo") != first
    assert slider(page, "Smiling").value == 1.0


def test_two_faces_blend(page):
    give(page, encoded(draw_photo(1)))
    page.session_state["photo/tab"] = "Two faces"
    page.run()
    assert not page.exception
    page.toggle(key="photo/play morph").set_value(True).run()
    assert not page.exception and url(page, "AI-edited: the first").startswith("data:image/webp")
    page.toggle(key="photo/play morph").set_value(False).run()
    strip = [i.proto.imgs[0].url for i in page.image if "of the way" in i.proto.imgs[0].alt]
    assert len(strip) == 7 and len(set(strip)) == 7
    page.number_input(key="photo/second seed").set_value(7).run()
    page.multiselect(key="photo/taken").select("Smiling").run()
    assert not page.exception
    again = [i.proto.imgs[0].url for i in page.image if "of the way" in i.proto.imgs[0].alt]
    assert again[0] == strip[0] and again[-1] != strip[-1]


def test_a_second_photo_is_blended_and_removed(page):
    give(page, encoded(draw_photo(1)))
    page.session_state["photo/tab"] = "Two faces"
    page.run()
    page.segmented_control(key="photo/second").set_value("A second photo").run()
    second = page.file_uploader(key="photo/second photo/file")
    second.set_value(("you.png", encoded(draw_photo(2)), "image/png")).run()
    assert not page.exception
    strip = [i.proto.imgs[0].url for i in page.image if "of the way" in i.proto.imgs[0].alt]
    assert len(set(strip)) == 7
    page.button(key="photo/remove second").click().run()
    assert not page.exception
    assert "photo/second photo/given" not in page.session_state
    assert "photo/given" in page.session_state


def test_saved_sliders_come_back_on_the_photo(page):
    give(page, encoded(draw_photo(1)))
    page.session_state["photo/tab"] = "Save"
    page.run()
    assert "cannot bring it back without the photo" in texts(page)
    face = FaceState(edits={"Smiling": 2.0}, model=load_model().id).to_json().encode()
    page.file_uploader(key="photo/upload").set_value(("e.json", face, "application/json")).run()
    assert not page.error and slider(page, "Smiling").value == 2.0
    assert url(page, "After") == expected(FaceState(edits={"Smiling": 2.0}), 1.0)


def test_a_classifier_of_ones_own_answers_on_the_face(page):
    give(page, encoded(draw_photo(1)))
    page.session_state["photo/tab"] = "Your classifier"
    page.run()
    assert "You have no classifier yet" in texts(page)
    model, extractor = load_model(), get_extractor("face-network")
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, extractor.size)).astype(np.float32)
    smiling = Attribute("Smiling", "neutral", "smiling")
    source = Source(extractor.name, extractor.id, Preprocess(model.size))
    labels = (rows[:, 0] > 0).astype(np.int8)
    classifier = replace(
        train_classifier(LabelledRows(rows, labels), smiling, "logistic"), source=source
    )
    page.session_state["shelf"].classifiers["Mine"] = classifier
    page.run()
    assert not page.exception and not page.error
    photo = prepare_face(draw_photo(1), Preprocess(model.size), None, [])
    (score,) = classifier.scores(extractor.features(photo.pixels[None]))
    answer = smiling.classes[int(score >= classifier.threshold)]
    assert answer in [metric.value for metric in page.metric]
    page.session_state["shelf"].classifiers["Foreign"] = planted_classifier()
    page.run()
    assert "reads the features 'planted'" in page.error[0].value
