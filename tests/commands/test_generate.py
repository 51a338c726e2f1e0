import numpy as np
import pytest
from PIL import Image

from ganssl.__main__ import main
from ganssl.face.provenance import provenance
from ganssl.face.render import enlarge, render
from ganssl.face.state import FaceState
from ganssl.models.catalogue import load_model
from ganssl.photos.images import read_image, read_provenance
from tests.helpers.small_model import SIZE


def pixels(path) -> np.ndarray:
    return np.asarray(read_image(path))


@pytest.mark.slow
def test_it_makes_the_same_pixels_as_the_page(bundle, tmp_path, capsys):
    out = tmp_path / "face.png"
    edits = ["--set", "Smiling=2", "--set", "Male=-1.5", "--lock", "Young", "--truncation", "0.7"]
    argv = ["generate", "--model", str(bundle), "--seed", "7", *edits, "--out", str(out)]
    assert main(argv) == 0
    model = load_model(bundle)
    state = FaceState(7, 0.7, {"Smiling": 2, "Male": -1.5}, ("Young",))
    np.testing.assert_array_equal(pixels(out), render(model, state).pixels)
    assert read_provenance(out.read_bytes()) == provenance(model, state)
    assert "Male −1.5 σ, Smiling +2 σ; Young locked" in capsys.readouterr().out


@pytest.mark.slow
def test_size_enlarges_smoothly(bundle, tmp_path):
    out = tmp_path / "face.png"
    assert main(["generate", "--model", str(bundle), "--size", "100", "--out", str(out)]) == 0
    face = render(load_model(bundle), FaceState()).pixels
    assert face.shape == (SIZE, SIZE, 3)
    np.testing.assert_array_equal(pixels(out), enlarge(face, 100))


@pytest.mark.slow
def test_a_face_is_saved_and_taken_up_again(bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("GANSSL_MODEL", str(bundle))
    first, file, again, more = (tmp_path / n for n in ("a.png", "a.json", "b.png", "c.png"))
    made = ["generate", "--seed", "3", "--set", "Smiling=1", "--save-state", str(file)]
    assert main([*made, "--out", str(first)]) == 0
    state = FaceState.from_json(file.read_text(encoding="utf-8"))
    assert state == FaceState(3, edits={"Smiling": 1}, model=load_model().id)
    for source in (file, first):
        assert main(["generate", "--state", str(source), "--out", str(again)]) == 0
        np.testing.assert_array_equal(pixels(again), pixels(first))
    more_argv = ["generate", "--state", str(file), "--set", "Male=2", "--seed", "4"]
    assert main([*more_argv, "--out", str(more)]) == 0
    expected = FaceState(4, edits={"Smiling": 1, "Male": 2})
    np.testing.assert_array_equal(pixels(more), render(load_model(), expected).pixels)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "format"), [("a.JPG", "JPEG"), ("a.jpeg", "JPEG"), ("a.webp", "WEBP")]
)
def test_the_ending_decides_the_format_and_the_picture_says_what_it_is(
    bundle, tmp_path, name, format
):
    out, again = tmp_path / name, tmp_path / "again.png"
    argv = ["generate", "--model", str(bundle), "--seed", "7", "--set", "Smiling=2"]
    assert main([*argv, "--out", str(out)]) == 0
    model, state = load_model(bundle), FaceState(7, edits={"Smiling": 2})
    with Image.open(out) as picture:
        assert picture.format == format
        assert picture.getexif()[0x010E].startswith("AI-generated face; no real person")
        assert b"trainedAlgorithmicMedia" in picture.info["xmp"]
    assert read_provenance(out.read_bytes()) == provenance(model, state)
    expected = render(model, state).pixels.astype(float)
    most = 4 if format == "JPEG" else 20  # WebP keeps half of the colours' pixels
    assert np.abs(pixels(out) - expected).mean() < most
    assert main(["generate", "--model", str(bundle), "--state", str(out), "--out", str(again)]) == 0
    np.testing.assert_array_equal(pixels(again), render(model, state).pixels)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--set", "Smiling"], "as Smiling=2"),
        (["--set", "Smiling=4"], "from -3 to 3"),
        (["--set", "Attractive=1"], "no slider for Attractive"),
        (["--lock", "Smilng"], "no slider for Smilng"),
        (["--seed", "x"], "The seed must be a number"),
        (["--truncation", "2"], "from 0 to 1"),
        (["--size", "9999"], "16 to 2048"),
        (["--size", "0"], "16 to 2048"),
        (["--state", "nowhere.json"], "nowhere.json cannot be read"),
        (["--save-state", "face.txt"], "--save-state writes .json"),
        (["--save-state", "/no/such/folder/face.json"], "its folder does not exist"),
    ],
)
def test_bad_input_gets_a_sentence_and_no_file(bundle, tmp_path, capsys, arguments, says):
    out = tmp_path / "face.png"
    argv = ["generate", "--model", str(bundle), *arguments, "--out", str(out)]
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert says in error and "Traceback" not in error
    assert not out.exists()


@pytest.mark.parametrize("name", ["face.gif", "face", "face.png.txt", "face.pdf"])
def test_other_endings_are_refused_before_any_work(tmp_path, capsys, name):
    argv = ["generate", "--model", "nowhere", "--out", str(tmp_path / name)]
    assert main(argv) == 2
    assert "must end in .png, .jpg or .webp" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
