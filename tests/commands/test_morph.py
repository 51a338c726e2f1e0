import io
import json

import numpy as np
import pytest
from PIL import Image

from ganssl.__main__ import main
from ganssl.face.from_photo import editable_photo
from ganssl.face.render import render
from ganssl.face.state import FaceState
from ganssl.models.catalogue import load_model
from tests.helpers.synthetic_photos import draw_photo, encoded

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    paths = [folder / "ann.png", folder / "bob.png"]
    for seed, path in enumerate(paths, start=1):
        path.write_bytes(encoded(draw_photo(seed)))
    return paths


def frames_of(path) -> tuple[np.ndarray, float]:
    image = Image.open(io.BytesIO(path.read_bytes()))
    frames, milliseconds = [], 0
    for i in range(image.n_frames):
        image.seek(i)
        image.load()
        frames.append(np.asarray(image.convert("RGB")).astype(int))
        milliseconds += image.info["duration"]
    return np.stack(frames), milliseconds / 1000


def test_two_photos_blend_from_the_one_to_the_other(bundle, photos, tmp_path, capsys):
    out = tmp_path / "morph.webp"
    argv = ["morph", *map(str, photos), "--model", str(bundle), "--out", str(out)]
    assert main([*argv, "--frames", "6", "--seconds", "1.5"]) == 0
    frames, seconds = frames_of(out)
    assert len(frames) == 6 and seconds == 1.5
    model = load_model(bundle)
    for frame, seed in ((frames[0], 1), (frames[-1], 2)):
        photo = editable_photo(model, draw_photo(seed)).pixels
        assert np.abs(frame - photo).mean() < 12
        assert np.abs(frame - photo).mean() < np.abs(frames[3] - photo).mean()
    data = out.read_bytes()
    assert b"AI-edited photo" in data and b"ann.png" not in data
    assert "6 frames in 1.5 s" in capsys.readouterr().out


def test_a_gif_loops_there_and_back(bundle, photos, tmp_path):
    out = tmp_path / "morph.gif"
    argv = ["morph", str(photos[0]), "seed:4", "--model", str(bundle), "--out", str(out)]
    assert main([*argv, "--frames", "8", "--seconds", "2", "--loop", "--size", "32"]) == 0
    frames, seconds = frames_of(out)
    assert frames.shape == (8, 32, 32, 3) and seconds == 2
    there_and_back = np.abs(frames[1] - frames[7]).mean()
    assert there_and_back < np.abs(frames[1] - frames[4]).mean() / 3
    assert Image.open(io.BytesIO(out.read_bytes())).info["loop"] == 0


def test_generated_faces_with_edits_and_a_saved_face(bundle, tmp_path):
    out, saved = tmp_path / "morph.webp", tmp_path / "b.json"
    end = FaceState(4, 0.5, {"Male": -2})
    saved.write_text(end.to_json(), encoding="utf-8")
    argv = ["morph", "seed:3", str(saved), "--set", "Smiling=2", "--model", str(bundle)]
    assert main([*argv, "--frames", "3", "--out", str(out), "--path", "line"]) == 0
    frames, _ = frames_of(out)
    model = load_model(bundle)
    for frame, state in ((frames[0], FaceState(3, edits={"Smiling": 2})), (frames[-1], end)):
        assert np.abs(frame - render(model, state).pixels).mean() < 12
    words = out.read_bytes().decode("latin1")
    assert "no real person is shown" in words and "trainedAlgorithmicMedia" in words


def test_b_takes_an_attribute_of_a(bundle, tmp_path):
    first, second = tmp_path / "a.gif", tmp_path / "b.gif"
    argv = ["morph", "seed:3", "seed:4", "--model", str(bundle), "--frames", "2", "--seconds", "1"]
    assert main([*argv, "--out", str(first)]) == 0
    assert main([*argv, "--take", "Smiling", "--out", str(second)]) == 0
    plain, taken = frames_of(first)[0], frames_of(second)[0]
    assert np.abs(plain[0] - taken[0]).mean() < 5 < np.abs(plain[1] - taken[1]).mean()
    comment = Image.open(io.BytesIO(second.read_bytes())).info["comment"].decode()
    said = json.loads(comment[comment.index("{") :])
    assert said["ai_edited"] is False
    assert said["morph"]["b"]["taken_from_a"] == ["Smiling"] and said["morph"]["a"]["seed"] == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--frames", "1"], "2 to 240 frames"),
        (["--seconds", "99"], "0.2 to 30 seconds"),
        (["--frames", "100", "--seconds", "1"], "50 a second"),
        (["--out", "morph.avi"], "must end in .gif, .webp or .mp4"),
        (["--out", "/no/such/folder/m.gif"], "its folder does not exist"),
        (["--take", "Smilng"], "no slider for Smilng"),
        (["--set", "Smiling=x"], "must be a number"),
        (["--detail", "-1"], "from 0 to 1"),
        (["--size", "9999"], "16 to 2048"),
    ],
)
def test_bad_input_gets_a_sentence_and_no_file(bundle, photos, tmp_path, capsys, arguments, says):
    out = tmp_path / "morph.gif"
    argv = ["morph", str(photos[0]), "seed:1", "--model", str(bundle), "--out", str(out)]
    assert main([*argv, *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error and "Traceback" not in error
    assert not out.exists()


def test_a_photo_without_a_face_is_morphed_on_request_alone(bundle, tmp_path, capsys):
    plain, out = tmp_path / "wall.png", tmp_path / "m.gif"
    Image.new("RGB", (60, 50), (200, 180, 160)).save(plain)
    argv = ["morph", "seed:1", str(plain), "--model", str(bundle), "--frames", "2"]
    argv += ["--seconds", "1", "--out", str(out)]
    assert main(argv) == 2
    assert "No face was found in" in capsys.readouterr().err and not out.exists()
    assert main([*argv, "--no-face", "crop"]) == 0
    assert out.exists()


def test_ends_that_are_no_faces_get_a_sentence(bundle, tmp_path, capsys):
    for end, says in (("seed:x", "The seed must be a number"), ("no.jpg", "no.jpg cannot be read")):
        argv = ["morph", end, "seed:1", "--model", str(bundle), "--out", str(tmp_path / "m.gif")]
        assert main(argv) == 2
        assert says in capsys.readouterr().err
