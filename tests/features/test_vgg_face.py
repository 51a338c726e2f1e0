"""VGG-Face from every kind of file is the same network, and is fed as the file wants it."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf

from ganssl.errors import UserError
from ganssl.features import extractor as registry
from ganssl.features.extractor import EXTRACTORS, get_extractor
from ganssl.features.feature_cache import cached_features
from ganssl.features.vgg_face import FEEDS, OUTPUTS, VggFace, probe_feeds
from ganssl.features.vgg_face_files import LAYERS, open_vgg_face
from ganssl.models.frozen_graph import FrozenGraph
from tests.helpers.synthetic_faces import draw_faces
from tests.helpers.vgg_face_files import (
    DENSE,
    SIDE,
    Weights,
    numpy_outputs,
    random_weights,
    write_cadl,
    write_keras2,
    write_keras3,
    write_matconvnet,
)

pytestmark = pytest.mark.slow

MEAN = np.array([129.1863, 104.7624, 93.5940])
FED = {
    "rgb": lambda pixels: pixels - MEAN,
    "bgr": lambda pixels: (pixels - MEAN)[..., ::-1],
    "unit": lambda pixels: pixels / 255,
}
FILES = {
    "vgg_face.mat": ("MatConvNet", "rgb", write_matconvnet),
    "vgg-face.mat": ("MatConvNet", "rgb", lambda p, w: write_matconvnet(p, w, wrapped=False)),
    "rcmalli.h5": ("keras-vggface", "bgr", lambda p, w: write_keras2(p, w, named=True)),
    "rcmalli.hdf5": ("keras-vggface", "bgr", lambda p, w: write_keras2(p, w, True, whole=True)),
    "vgg_face_weights.h5": ("deepface", "bgr", lambda p, w: write_keras2(p, w, named=False)),
    "named.weights.h5": ("keras-vggface", "bgr", lambda p, w: write_keras3(p, w, named=True)),
    "plain.weights.h5": ("deepface", "bgr", lambda p, w: write_keras3(p, w, named=False)),
    "vgg_face.tfmodel": ("CADL", "bgr", write_cadl),
}


@pytest.fixture(scope="module")
def weights() -> Weights:
    return random_weights()


@pytest.fixture(scope="module")
def matlab_file(tmp_path_factory, weights: Weights) -> Path:
    return write_matconvnet(tmp_path_factory.mktemp("vgg") / "vgg_face.mat", weights)


@pytest.fixture(autouse=True)
def no_weights_at_hand(monkeypatch):
    monkeypatch.delenv("GANSSL_VGG_FACE", raising=False)
    registry._vgg_face_network.cache_clear()


@pytest.mark.parametrize("name", FILES)
def test_every_file_gives_the_network_of_its_weights(tmp_path: Path, weights: Weights, name: str):
    kind, feed, write = FILES[name]
    network = VggFace.load(write(tmp_path / name, weights))
    assert (network.kind, network.feed, network.side) == (kind, feed, SIDE)
    faces, _ = draw_faces(3, SIDE)
    expected = numpy_outputs(FED[feed](faces.astype(np.float64)), weights)
    for output in OUTPUTS:
        found = network.features(faces, output)
        assert found.dtype == np.float32 and found.shape == (3, network.size(output))
        scale = np.abs(expected[output]).max()
        np.testing.assert_allclose(found, expected[output], atol=1e-4 * scale)
    assert network.size("fc6"), network.size("prob") == (DENSE[0], DENSE[2])
    np.testing.assert_allclose(network.features(faces, "prob").sum(axis=1), 1, rtol=1e-5)


def test_cadls_graph_itself_gives_the_same(tmp_path: Path, weights: Weights):
    path = write_cadl(tmp_path / "vgg_face.tfmodel", weights)
    network, graph = VggFace.load(path), FrozenGraph.read(path)
    faces, _ = draw_faces(2, SIDE)
    seen = tf.constant(FED["bgr"](faces).astype(np.float32))
    for output, node in (("fc7", "fc7/fc7"), ("fc8", "fc8/fc8"), ("prob", "prob")):
        run = graph.function("Placeholder", node, (None, SIDE, SIDE, 3))
        np.testing.assert_allclose(network.features(faces, output), run(seen), rtol=2e-4, atol=1e-5)


def test_the_sixteen_layers_of_deepfaces_own_builder(tmp_path: Path):
    """The real thing at full width: 145 million random weights, as deepface would save them."""
    builder = pytest.importorskip(
        "deepface.models.facial_recognition.tf.VGGFace",
        reason="deepface is not installed",
        exc_type=ImportError,
    )
    model = builder.base_model()
    model.save_weights(tmp_path / "deepface.weights.h5")
    network = VggFace.load(tmp_path / "deepface.weights.h5")
    assert network.side == 224 and network.size("fc7") == 4096 and network.size("prob") == 2622
    faces, _ = draw_faces(1, 224)
    expected = model(FED["bgr"](faces).astype(np.float32), training=False)
    np.testing.assert_allclose(network.features(faces, "prob"), expected, rtol=1e-3, atol=1e-7)


def test_faces_of_another_size_are_resized(matlab_file: Path, weights: Weights):
    network = VggFace.load(matlab_file)
    half = draw_faces(2, SIDE // 2)[0]
    large = half.repeat(4, axis=1).repeat(4, axis=2)  # each pixel four times a side
    found = network.features(large, "fc8")
    expected = network.features(half.repeat(2, axis=1).repeat(2, axis=2), "fc8")
    assert np.abs(found - expected).max() < 0.2 * np.abs(expected).max()
    assert network.features(half, "fc8").shape == (2, DENSE[2])


def test_the_registry_knows_the_outputs(matlab_file: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("ganssl.base.assets.ASSETS", tmp_path)  # without a model there is no probe
    faces, _ = draw_faces(20, 32)
    found = get_extractor("vgg-face", matlab_file)
    assert "vgg-face" in EXTRACTORS and found.name == "vgg-face" and found.size == DENSE[1]
    assert "fc7" in found.title and "MatConvNet" in found.title and "RGB less" in found.title
    assert "No probe" in found.note
    steps = []
    rows = found.features(faces, lambda *step: steps.append(step))
    assert rows.shape == (20, DENSE[1]) and steps == [(16, 20), (20, 20)]
    named = get_extractor("vgg-face:fc7", matlab_file)
    assert (named.name, named.id) == (found.name, found.id)
    ids = {get_extractor(f"vgg-face:{output}", matlab_file).id for output in OUTPUTS}
    assert len(ids) == 4 and get_extractor("vgg-face:fc6", matlab_file).name == "vgg-face:fc6"
    monkeypatch.setenv("GANSSL_VGG_FACE", str(matlab_file))
    kept = cached_features(get_extractor("vgg-face"), faces, cache=tmp_path / "cache")
    np.testing.assert_allclose(kept, rows, rtol=1e-5)
    for name in ("vgg-face:fc9", "vgg-face:"):
        with pytest.raises(UserError, match="has no output"):
            get_extractor(name)
    with pytest.raises(UserError, match="There are no features"):
        get_extractor("encoder:fc7")


def test_without_weights_there_is_a_way_shown():
    with pytest.raises(UserError, match=r"--weights.*GANSSL_VGG_FACE.*face-network"):
        get_extractor("vgg-face")


def test_the_id_follows_the_file_and_the_feed(matlab_file: Path, tmp_path: Path):
    first = VggFace.load(matlab_file)
    other = VggFace.load(write_matconvnet(tmp_path / "vgg_face.mat", random_weights(1)))
    assert len(first.id("fc7")) == 12 and first.id("fc7") != other.id("fc7")
    before = first.id("fc7")
    first.feed = "unit"
    assert first.id("fc7") != before


def similar_faces(count: int = 8) -> np.ndarray:
    """Faces that differ a little, as faces do beside all that could be a picture."""
    rng = np.random.default_rng(0)
    face = draw_faces(1, SIDE)[0].astype(int)
    return np.clip(face + rng.integers(-9, 10, (count, SIDE, SIDE, 3)), 0, 255).astype(np.uint8)


def trained_for(feed: str, faces: np.ndarray, spread: float = 4.0) -> Weights:
    """A network whose answers tell the faces apart when it is fed so: planted in fc8."""
    weights = random_weights(2)
    kernel, bias = weights["fc8"]
    logits = numpy_outputs(FED[feed](faces.astype(np.float64)), weights)["fc8"]
    scale = spread / logits.std(axis=0)  # of each identity's answer over the faces
    shift = bias * scale - logits.mean(axis=0) * scale
    weights["fc8"] = (kernel * scale).astype("f4"), shift.astype("f4")
    return weights


@pytest.mark.parametrize("feed", ["rgb", "unit"])
def test_the_probe_finds_how_a_network_was_fed(tmp_path: Path, feed: str):
    faces = similar_faces()
    path = write_matconvnet(tmp_path / "vgg_face.mat", trained_for(feed, faces))
    network = VggFace.load(path, faces)
    assert set(network.probe) == set(FEEDS)
    assert max(network.probe, key=network.probe.get) == feed == network.feed
    assert 0.5 < network.probe[feed] <= np.log(8) + 1e-6
    assert FEEDS[feed].title in network.note and f"{network.probe[feed]:.2f}" in network.note
    assert ("as is usual" in network.note) == (feed != "rgb")


def test_a_feed_that_is_nearly_as_good_is_no_reason_to_change(tmp_path: Path):
    faces = similar_faces()
    path = write_matconvnet(tmp_path / "vgg_face.mat", trained_for("bgr", faces))
    network = VggFace.load(path, faces)
    assert network.probe["bgr"] > network.probe["rgb"] > network.probe["bgr"] / 2
    assert network.feed == "rgb"


def test_a_probe_without_a_clear_winner_changes_nothing(matlab_file: Path):
    faces = similar_faces()
    network = VggFace.load(matlab_file, np.repeat(faces[:1], 8, axis=0))
    assert max(network.probe.values()) < 1e-5 and network.feed == "rgb"
    answers = network.features(faces, "prob", "unit").astype(np.float64)
    mean = answers.mean(axis=0)
    divergence = (answers * np.log(answers / mean)).sum(axis=1).mean()
    assert probe_feeds(network, faces)["unit"] == pytest.approx(divergence, abs=1e-6)


def damaged(path: Path, keep: float = 0.5) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def without(weights: Weights, *names: str) -> Weights:
    return {name: layer for name, layer in weights.items() if name not in names}


def hostile(path: Path) -> Path:
    with tf.Graph().as_default() as graph:
        tf.io.read_file("/etc/passwd")
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return path


BAD = {
    "no file": (lambda p, w: p / "x.mat", "There is no file"),
    "text": (lambda p, w: _text(p / "weights.txt"), "no file of VGG-Face that can be read"),
    "cut .mat": (lambda p, w: damaged(write_matconvnet(p / "a.mat", w)), r"a\.mat is damaged"),
    "cut packed .mat": (
        lambda p, w: damaged(write_matconvnet(p / "a.mat", w, packed=True)),
        r"a\.mat is damaged",
    ),
    "text .mat": (lambda p, w: _text(p / "a.mat"), r"a\.mat is damaged"),
    "MATLAB 7.3": (lambda p, w: _matlab_7_3(p / "a.mat"), "version 7.3.*-v7"),
    "other .mat": (
        lambda p, w: write_matconvnet(p / "a.mat", without(w, "conv3_2")),
        "another network than VGG-Face: it has no conv3_2",
    ),
    "cut .h5": (lambda p, w: damaged(write_keras2(p / "a.h5", w, True)), "damaged or no HDF5"),
    "other .h5": (
        lambda p, w: write_keras2(p / "a.h5", without(w, "fc8"), named=False),
        "has 15 layers with weights.*VGG-Face has 16",
    ),
    "empty .h5": (lambda p, w: _empty(p / "a.h5"), "has 0 layers with weights"),
    "Theano": (
        lambda p, w: write_keras2(p / "a.h5", _theano(w), False),
        "damaged or stored for Theano",
    ),
    "odd fc7": (
        lambda p, w: write_keras2(
            p / "a.h5", {**w, "fc7": (w["fc7"][0][..., :4, :], w["fc7"][1])}, 1
        ),
        "fc7 has a kernel .* for 10 inputs",
    ),
    "odd bias": (
        lambda p, w: write_keras2(p / "a.h5", {**w, "fc7": (w["fc7"][0], w["fc7"][1][:3])}, False),
        "fc7 has a kernel .* and a bias",
    ),
    "hostile graph": (lambda p, w: hostile(p / "a.tfmodel"), "refused.*ReadFile"),
    "other graph": (
        lambda p, w: write_cadl(p / "a.tfmodel", w) and _vaegan(p / "a.tfmodel"),
        "another network than VGG-Face: it has no conv1_1",
    ),
}


def _text(path: Path) -> Path:
    path.write_text("these are no weights\n" * 50, encoding="utf-8")
    return path


def _matlab_7_3(path: Path) -> Path:
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    path.write_bytes(head.ljust(512, b"\x00") + b"\x89HDF\r\n\x1a\n" + bytes(1000))
    return path


def _empty(path: Path) -> Path:
    h5py.File(path, "w").close()
    return path


def _theano(weights: Weights) -> Weights:
    return {name: (kernel.transpose(3, 2, 0, 1), bias) for name, (kernel, bias) in weights.items()}


def _vaegan(path: Path) -> Path:
    from tests.helpers.frozen_graphs import save_vaegan

    return save_vaegan(path.parent, path.name)


@pytest.mark.parametrize("case", BAD)
def test_files_that_cannot_be_used_are_told(tmp_path: Path, weights: Weights, case: str):
    make, says = BAD[case]
    with pytest.raises(UserError, match=says):
        VggFace.load(make(tmp_path, dict(weights)))


def test_a_layer_is_handed_out_once(matlab_file: Path):
    file = open_vgg_face(matlab_file)
    shapes = [file.take(name)[0].shape for name in LAYERS]
    assert shapes[0] == (3, 3, 3, 3) and shapes[13] == (2, 2, 7, 10)
    with pytest.raises(UserError, match="fc6"):
        file.take("fc6")
