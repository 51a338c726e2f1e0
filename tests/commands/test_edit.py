import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.face.from_photo import editable_photo
from ganssl.face.provenance import photo_provenance
from ganssl.face.render import enlarge, render
from ganssl.face.state import FaceState
from ganssl.models.catalogue import load_model
from ganssl.photos.images import png_bytes, read_image, read_provenance
from tests.helpers.synthetic_photos import draw_photo, encoded

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def me(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "me-at-home.png"
    path.write_bytes(encoded(draw_photo(1)))
    return path


def test_it_makes_the_same_pixels_as_the_library(bundle, me, tmp_path, capsys):
    out = tmp_path / "out.png"
    edits = ["--set", "Smiling=2", "--set", "Young=-1", "--lock", "Male"]
    argv = ["edit", "--photo", str(me), "--model", str(bundle), *edits, "--detail", "0.5"]
    assert main([*argv, "--size", "100", "--out", str(out)]) == 0
    model = load_model(bundle)
    photo = editable_photo(model, draw_photo(1))
    state = FaceState(edits={"Smiling": 2, "Young": -1}, locked=("Male",))
    expected = render(model, state, photo.code, photo.detail(0.5)).pixels
    np.testing.assert_array_equal(np.asarray(read_image(out)), enlarge(expected, 100))
    assert read_provenance(out.read_bytes()) == photo_provenance(model, state, photo.detail(0.5))
    assert b"me-at-home" not in out.read_bytes()
    said = capsys.readouterr().out
    assert "aligned frame" in said and "MS-SSIM" in said
    assert "Smiling +2 σ, Young −1 σ; Male locked; 50% of the photo's detail" in said


def test_without_edits_the_photo_comes_back_and_at_detail_0_the_model_s_face(bundle, me, tmp_path):
    out = tmp_path / "out.png"
    model = load_model(bundle)
    photo = editable_photo(model, draw_photo(1))
    for detail, expected in (((), photo.pixels), (("--detail", "0"), photo.reconstruction)):
        argv = ["edit", "--photo", str(me), "--model", str(bundle), *detail, "--out", str(out)]
        assert main(argv) == 0
        assert np.abs(np.asarray(read_image(out)).astype(int) - expected).max() <= 2


def test_what_may_go_wrong_is_said(bundle, tmp_path, capsys):
    noise = np.random.default_rng(0).integers(0, 60, (50, 60, 3), dtype=np.uint8)
    path, out = tmp_path / "dark.png", tmp_path / "out.png"
    path.write_bytes(png_bytes(noise))
    argv = ["edit", "--photo", str(path), "--model", str(bundle), "--out", str(out)]
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert f"No face was found in {path}." in error and "--no-face crop" in error
    assert not out.exists()
    assert main([*argv, "--no-face", "crop"]) == 0
    said = capsys.readouterr().out
    for words in ("No face was found", "The face is dark", "seen from the front"):
        assert words in said
    assert out.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--set", "Smiling"], "as Smiling=2"),
        (["--set", "Smiling=4"], "from -3 to 3"),
        (["--set", "Attractive=1"], "no slider for Attractive"),
        (["--detail", "2"], "from 0 to 1"),
        (["--size", "0"], "16 to 2048"),
        (["--photo", "nowhere.jpg"], "nowhere.jpg cannot be read"),
        (["--out", "out.bmp"], "must end in .png, .jpg or .webp"),
        (["--out", "/no/such/folder/out.png"], "its folder does not exist"),
    ],
)
def test_bad_input_gets_a_sentence_and_no_file(bundle, me, tmp_path, capsys, arguments, says):
    out = tmp_path / "out.png"
    argv = ["edit", "--photo", str(me), "--model", str(bundle), "--out", str(out), *arguments]
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert says in error and "Traceback" not in error
    assert not out.exists()
