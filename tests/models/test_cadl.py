"""CADL's VAE-GAN behind the contract of `FaceModel`, against the same network in NumPy."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganssl.__main__ import main
from ganssl.directions import DirectionSet, fit_directions
from ganssl.errors import UserError
from ganssl.face.render import render
from ganssl.face.state import FaceState
from ganssl.models.cadl import CadlModel, NodeNames
from ganssl.models.catalogue import find_models, load_model
from ganssl.models.face_model import FaceModel
from ganssl.models.frozen_graph import FrozenGraph
from ganssl.synthesis import Recipe, read_set, synthesize
from tests.helpers.frozen_graphs import (
    save_vaegan,
    sides,
    vaegan_graph,
    vaegan_weights,
    write_graph,
)
from tests.helpers.synthetic_faces import draw_face

pytestmark = pytest.mark.slow

SHAPES = [
    {"side": 20, "latent_size": 6, "filters": (4, 5, 7)},
    {"side": 100, "latent_size": 12, "filters": (6, 6, 5, 4, 4)},  # the five layers of CADL's file
    {"side": 64, "latent_size": 8, "filters": (5, 6, 7, 8)},
]


@pytest.fixture(scope="module")
def graph_file(tmp_path_factory) -> Path:
    return save_vaegan(tmp_path_factory.mktemp("cadl"))


@pytest.fixture(scope="module")
def model(graph_file: Path) -> CadlModel:
    return CadlModel.load(graph_file)


def elu(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def margin(large: int) -> int:
    """Rows that SAME padding of a 3×3 kernel and stride 2 adds before the first."""
    return max((-(-large // 2) - 1) * 2 + 3 - large, 0) // 2


def convolve(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Stride 2, SAME: `[n, h, w, c]` → half as large."""
    n, large = len(x), x.shape[1]
    small, before = -(-large // 2), margin(x.shape[1])
    padded = np.zeros((n, 2 * small + 3, 2 * small + 3, x.shape[3]))
    padded[:, before : before + large, before : before + large] = x
    out = np.zeros((n, small, small, kernel.shape[3]))
    for row in range(3):
        for column in range(3):
            seen = padded[:, row : row + 2 * small : 2, column : column + 2 * small : 2]
            out += seen @ kernel[row, column]
    return out


def spread(x: np.ndarray, kernel: np.ndarray, large: int) -> np.ndarray:
    """The transpose of `convolve`; kernel `[3, 3, out, in]`."""
    n, small = len(x), x.shape[1]
    before = margin(large)
    out = np.zeros((n, 2 * small + 3, 2 * small + 3, kernel.shape[2]))
    for row in range(3):
        for column in range(3):
            part = x @ kernel[row, column].T
            out[:, row : row + 2 * small : 2, column : column + 2 * small : 2] += part
    return out[:, before : before + large, before : before + large]


def numpy_encode(faces: np.ndarray, weights: dict, filters) -> np.ndarray:
    h = faces / 255.0
    for i in range(len(filters)):
        h = elu(convolve(h, weights[f"encoder/{i}/conv2d/W"]) + weights[f"encoder/{i}/conv2d/b"])
    h = h.reshape(len(h), -1) @ weights["encoder/variational/mu/W"]
    return np.tanh(h + weights["encoder/variational/mu/b"])


def numpy_decode(codes: np.ndarray, weights: dict, side: int, filters) -> np.ndarray:
    grid = sides(side, len(filters))
    h = codes @ weights["generator/hidden/2/linear/W"] + weights["generator/hidden/2/linear/b"]
    h = elu(h).reshape(len(codes), grid[-1], grid[-1], filters[-1])
    for i in range(len(filters)):
        scope = f"generator/decoder/{i}/deconv2d"
        h = elu(spread(h, weights[f"{scope}/W"], grid[-2 - i]) + weights[f"{scope}/b"])
    return np.clip(h, 0, 1) * 255


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_codes_and_faces_are_those_of_the_network(tmp_path: Path, shape: dict, legacy: bool):
    model = load_model(save_vaegan(tmp_path, **shape, legacy=legacy))
    assert isinstance(model, CadlModel)
    assert (model.size, model.latent_size) == (shape["side"], shape["latent_size"])
    weights = vaegan_weights(**shape)
    faces = np.random.default_rng(1).integers(0, 256, (5, model.size, model.size, 3), np.uint8)
    codes = model.encode(faces)
    assert codes.dtype == np.float32
    np.testing.assert_allclose(
        codes, numpy_encode(faces, weights, shape["filters"]), rtol=1e-4, atol=1e-5
    )
    drawn = model.sample(70, seed=2)
    made = model.decode(drawn)
    assert made.dtype == np.uint8 and made.shape == (70, model.size, model.size, 3)
    expected = numpy_decode(drawn.astype(np.float64), weights, shape["side"], shape["filters"])
    assert np.abs(made - expected).max() < 0.51
    assert 10 < made.mean() < 245 and (made == 0).any()  # the ELU goes below 0, and is clipped


def test_codes_have_no_noise_and_do_not_depend_on_the_batch(model: CadlModel):
    faces = model.decode(model.sample(66, seed=0))
    codes = model.encode(faces)
    np.testing.assert_array_equal(codes, model.encode(faces))
    np.testing.assert_allclose(codes[65:], model.encode(faces[65:]), atol=1e-6)


def test_the_name_the_id_and_the_card(model: CadlModel, graph_file: Path, tmp_path: Path):
    import hashlib

    digest = hashlib.sha256(graph_file.read_bytes()).hexdigest()
    assert model.name == "celeb.vaegan" and model.id == digest[:12]
    assert digest in model.card and "latent code of 6 numbers" in model.card
    assert "No attribute directions" in model.card and "CelebA" in model.card
    assert CadlModel.load(save_vaegan(tmp_path, seed=1)).id != model.id


def test_photos_are_cropped_as_cadl_did(model: CadlModel):
    """The steps of `celeb_vaegan.preprocess`, and skimage's bilinear `resize` of that time."""
    preprocess = CadlModel(FrozenGraph.read(model.path)).preprocess
    assert preprocess.box(178, 218) == (17, 37, 161, 181)
    photo = np.asarray(draw_face(np.random.default_rng(3), True))
    short = min(photo.shape[:2])
    top, left = (photo.shape[0] - short) // 2, (photo.shape[1] - short) // 2
    square = photo[top : top + short, left : left + short]
    edge = int(short * (1 - 0.8) / 2)
    square = square[edge:-edge, edge:-edge] / 255.0
    assert square.shape == (144, 144, 3)
    expected = np.empty((20, 20, 3))
    step = 144 / 20
    for i in range(20):
        for j in range(20):
            y, x = (i + 0.5) * step - 0.5, (j + 0.5) * step - 0.5
            r, c = int(y), int(x)
            above = square[r, c] * (1 - (x - c)) + square[r, c + 1] * (x - c)
            below = square[r + 1, c] * (1 - (x - c)) + square[r + 1, c + 1] * (x - c)
            expected[i, j] = above * (1 - (y - r)) + below * (y - r)
    face = preprocess(Image.fromarray(photo))
    assert np.abs(preprocess.to_network(face) - expected).max() <= 0.5 / 255 + 1e-6


def test_other_graphs_are_told(tmp_path: Path):
    graph = vaegan_graph()
    for node in graph.node:
        if node.name == "generator/x_tilde":
            node.name = "generator/face"
    path = write_graph(tmp_path / "a.pb", graph)
    with pytest.raises(UserError, match=r"a\.pb has no operation generator/x_tilde"):
        load_model(path)
    assert CadlModel.load(path, NodeNames(face="generator/face")).size == 20
    with pytest.raises(UserError, match="not that of a face model"):
        CadlModel.load(path, NodeNames(face="generator/hidden/2/Elu"))
    with pytest.raises(UserError, match="depends on random numbers"):
        CadlModel.load(path, NodeNames(noise="encoder/noise", face="generator/face"))
    with pytest.raises(UserError, match="larger than"):
        CadlModel.load(path, NodeNames(face="generator/face"), max_bytes=1000)


def test_a_graph_without_noise_is_read_too(tmp_path: Path):
    model = load_model(save_vaegan(tmp_path, random=False))
    np.testing.assert_array_equal(*(model.encode(model.decode(np.zeros((1, 6)))) for _ in "ab"))


def test_threads_get_their_own_answers(model: CadlModel):
    codes = model.sample(8, seed=1)
    expected = model.decode(codes)
    found: dict[int, np.ndarray] = {}

    def work(i: int) -> None:
        for _ in range(5):
            found[i] = model.decode(codes[i : i + 1])[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, face in enumerate(expected):
        assert np.abs(face.astype(int) - found[i]).max() <= 1


def directions_of(model: FaceModel, count: int = 200) -> tuple[DirectionSet, np.ndarray]:
    codes = model.encode(model.decode(model.sample(count, seed=5)))
    bright = (codes[:, 0] > np.median(codes[:, 0])).astype(np.int8)
    found = fit_directions(codes, bright[:, None], ("Smiling",), ("mean",), model_id=model.id)
    return found, codes


def test_directions_are_kept_beside_the_file_by_its_content(tmp_path: Path):
    path = save_vaegan(tmp_path)
    model = load_model(path)
    directions, codes = directions_of(model)
    model.keep(directions, codes)
    again = load_model(path)
    assert again.directions.sliders == ("Smiling",) and "1 attribute directions" in again.card
    np.testing.assert_array_equal(again.covariance, np.cov(codes, rowvar=False).astype("f4"))
    np.testing.assert_allclose(again.mean, codes.mean(axis=0), rtol=1e-6)
    assert len(again.density.weights) == 3  # 200 codes are enough for three components of 6
    np.testing.assert_array_equal(again.sample(3, seed=0), model.sample(3, seed=0))
    plain, edited = (render(again, FaceState(2, edits=edits)).pixels for edits in ({}, EDIT))
    assert not np.array_equal(plain, edited)
    save_vaegan(tmp_path, seed=9)  # another model under the same name
    assert len(load_model(path).directions) == 0
    with pytest.raises(UserError, match="belong to model"):
        load_model(path).keep(directions, codes)


EDIT = {"Smiling": 2.0}


def test_fit_directions_keeps_them_and_generate_uses_them(tmp_path: Path, capsys):
    photos = tmp_path / "photos"
    photos.mkdir()
    rng = np.random.default_rng(0)
    rows = ["file,Smiling"]
    for i in range(60):
        pixels = rng.integers(140 * (i % 2), 140 * (i % 2) + 100, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / f"{i}.png")
        rows.append(f"{i}.png,{i % 2}")
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    path = save_vaegan(tmp_path)
    command = f"fit-directions --model {path} --data {photos} --labels {tmp_path / 'labels.csv'}"
    assert main(command.split()) == 0
    assert "directions.npz" in capsys.readouterr().out
    face = tmp_path / "face.png"
    assert main(f"generate --model {path} --set Smiling=2 --out {face}".split()) == 0
    with Image.open(face) as picture:
        assert picture.size == (20, 20)
    bundle = str(tmp_path / "no-bundle")
    assert main(["fit-directions", "--model", bundle, "--data", str(photos)]) == 2


def test_a_set_is_synthesized_from_it(tmp_path: Path):
    path = save_vaegan(tmp_path, side=64, latent_size=5, filters=(4, 4, 4))
    model = load_model(path)
    model.keep(*directions_of(model))
    synthesize(model, Recipe("Smiling", 20, size=64, precision="bfloat16"), tmp_path / "set")
    made = read_set(tmp_path / "set")
    assert made.info.model == model.id


def test_its_arithmetic_is_counted_by_hand(model: CadlModel):
    conv = 9 * (10 * 10 * 3 * 4 + 5 * 5 * 4 * 5 + 3 * 3 * 5 * 7)
    assert model.encoder_operations == 2 * (conv + 2 * 3 * 3 * 7 * 6)  # mean and spread
    assert model.generator_operations == 2 * (conv + 6 * 3 * 3 * 7)


def test_the_models_at_hand(tmp_path: Path, graph_file: Path, monkeypatch):
    assets, mine = tmp_path / "assets", tmp_path / "mine"
    for folder in (assets / "models" / "shipped", mine / "bundle", mine / "empty"):
        folder.mkdir(parents=True)
    (assets / "models" / "shipped" / "manifest.json").write_text("{}", encoding="utf-8")
    (mine / "bundle" / "manifest.json").write_text("{}", encoding="utf-8")
    (mine / graph_file.name).write_bytes(graph_file.read_bytes())
    monkeypatch.setattr("ganssl.base.assets.ASSETS", assets)
    monkeypatch.delenv("GANSSL_MODEL", raising=False)
    monkeypatch.delenv("GANSSL_MODELS", raising=False)
    assert list(find_models()) == ["shipped"]
    monkeypatch.setenv("GANSSL_MODELS", str(mine))
    assert list(find_models()) == ["shipped", "bundle", graph_file.name]
    monkeypatch.setenv("GANSSL_MODEL", str(graph_file))
    names = list(find_models())
    assert names[:3] == [graph_file.name, "shipped", "bundle"]
    assert names[3] == f"{graph_file.name} ({mine})"
    assert load_model().path == graph_file.resolve()
