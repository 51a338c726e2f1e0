"""The teacher's file format, the shipped face network, its targets, distillation and probes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ganssl.base.assets import ASSETS
from ganssl.errors import UserError
from ganssl.features.face_network import (
    FaceNetwork,
    FaceNetworkConfig,
    build_face_network,
    reduce_to_side,
)
from ganssl.features.faceres import build_faceres
from ganssl.features.probes import Probes, fit_probes
from ganssl.features.targets import TargetSpace, area_matrix, prepare_targets
from ganssl.photos import read_celeba
from ganssl.photos.preprocess import Preprocess
from ganssl.training.clock import TrainingClock
from ganssl.training.distill import Distillation
from tests.helpers.synthetic_faces import draw_faces
from tests.helpers.teacher import write_teacher

pytestmark = pytest.mark.slow

SMALL = FaceNetworkConfig(widths=(8, 8, 8, 8), embedding=12, middle=6)


@pytest.fixture(scope="module")
def teacher_folder(tmp_path_factory) -> Path:
    return write_teacher(tmp_path_factory.mktemp("faceres"))


def test_faceres_reads_the_packages_format(teacher_folder: Path):
    """The first two layers agree with plain NumPy on the file's own numbers."""
    teacher = build_faceres(teacher_folder)
    faces = draw_faces(2)[0].astype(np.float32)
    embedding, middle = teacher(faces)
    assert embedding.shape == (2, 1024) and middle.shape == (2, 14, 14, 512)
    stored = np.frombuffer((teacher_folder / "faceres.bin").read_bytes(), np.float16)
    kernel = stored[:864].reshape(3, 3, 3, 32).astype(np.float32)
    bias = stored[864:896].astype(np.float32)
    photo = np.full((1, 224, 224, 3), (10.0, 20.0, 200.0), np.float32)
    blue_first = np.array([200 - 103.939, 20 - 116.779, 10 - 123.68], np.float32)
    expected = np.clip(np.einsum("yxic,i->c", kernel, blue_first) + bias, 0, 6)
    import keras

    first = keras.Model(teacher.input, teacher.get_layer("conv1").output)
    centre = np.clip(np.asarray(first(photo))[0, 50, 50], 0, 6)
    np.testing.assert_allclose(centre, expected, rtol=1e-3, atol=1e-3)


def test_faceres_files_that_are_absent_or_cut_are_refused(teacher_folder: Path, tmp_path: Path):
    with pytest.raises(UserError, match=r"no faceres\.json"):
        build_faceres(tmp_path)
    (tmp_path / "faceres.json").write_bytes((teacher_folder / "faceres.json").read_bytes())
    data = (teacher_folder / "faceres.bin").read_bytes()
    (tmp_path / "faceres.bin").write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match="damaged or incomplete"):
        build_faceres(tmp_path)


def test_area_matrix_averages():
    matrix = area_matrix(14, 4)
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(matrix[0, :4], [1 / 3.5, 1 / 3.5, 1 / 3.5, 0.5 / 3.5], rtol=1e-6)
    np.testing.assert_allclose(area_matrix(8, 4) @ np.arange(8.0), [0.5, 2.5, 4.5, 6.5])


def test_target_space_keeps_what_varies():
    rng = np.random.default_rng(0)
    hidden = rng.standard_normal((500, 3))
    raw = (hidden @ rng.standard_normal((3, 20)) + 7).astype(np.float32)
    targets = TargetSpace.fit(raw, 3)(raw)
    assert targets.std() == pytest.approx(1.0, rel=0.05)
    rebuilt, *_ = np.linalg.lstsq(targets, raw - raw.mean(axis=0), rcond=None)
    np.testing.assert_allclose(targets @ rebuilt, raw - raw.mean(axis=0), atol=1e-2)


def test_faces_of_64_and_128_pixels_reach_the_network_alike():
    small, _ = draw_faces(4, 64)
    large = small.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_array_equal(np.asarray(reduce_to_side(large.astype("float32"))), small)
    network = FaceNetwork(SMALL, build_face_network(SMALL))
    np.testing.assert_allclose(network.features(large), network.features(small), atol=1e-4)
    assert network.features(small).shape == (4, network.size)
    assert [m.shape[1] for m in network.maps(small / 127.5 - 1.0)] == [32, 16, 8]


def test_faces_of_any_size_reach_the_network():
    network = FaceNetwork(SMALL, build_face_network(SMALL))
    faces, _ = draw_faces(6, 320)
    fine = network.features(faces)
    for side in (100, 20):
        rows = network.features(draw_faces(6, side)[0])
        distances = np.linalg.norm(rows[:, None] - fine[None], axis=2)
        assert (distances.argmin(axis=1) == np.arange(6)).all()  # the same face is the nearest


def test_a_saved_network_comes_back_and_damage_is_named(tmp_path: Path):
    faces, _ = draw_faces(4)
    network = FaceNetwork(SMALL, build_face_network(SMALL))
    network.save(tmp_path)
    first = FaceNetwork.load(tmp_path)
    first.save(tmp_path / "again")
    again = FaceNetwork.load(tmp_path / "again")
    np.testing.assert_array_equal(first.features(faces), again.features(faces))
    (tmp_path / "weights.npz").write_bytes(b"PK not really")
    with pytest.raises(UserError, match="damaged"):
        FaceNetwork.load(tmp_path)
    with pytest.raises(UserError, match="no face network"):
        FaceNetwork.load(tmp_path / "nowhere")


def test_distillation_approaches_the_teacher(teacher_folder: Path, tmp_path: Path):
    faces, _ = draw_faces(96)
    cache = tmp_path / "targets.npz"
    targets = prepare_targets(build_faceres(teacher_folder), faces, 12, 6, cache)
    assert targets.embedding.shape == (96, 12) and targets.middle.shape == (96, 4, 4, 6)
    stamp = cache.stat().st_mtime_ns
    again = prepare_targets(build_faceres(teacher_folder), faces, 12, 6, cache)
    assert cache.stat().st_mtime_ns == stamp
    np.testing.assert_array_equal(again.middle, targets.middle)

    seen: list[dict] = []
    clock = TrainingClock(16, 6, epochs=50)
    training = Distillation(faces, targets, SMALL, clock, dtype="float32")
    network = training.run(tmp_path, lambda clock, terms: seen.append(terms))
    assert seen[-1]["embedding"] < 0.7 * seen[0]["embedding"]
    assert network.features(faces).shape == (96, 18)

    longer = TrainingClock(16, 6, epochs=51)
    resumed = Distillation(faces, targets, SMALL, longer, dtype="float32")
    resumed.run(tmp_path, lambda *_: None, resume=True)
    assert longer.step == 306

    started = Distillation(faces, targets, SMALL, clock, dtype="float32")
    started.start_from(network)
    np.testing.assert_array_equal(
        FaceNetwork(SMALL, started.average).features(faces), network.features(faces)
    )


def test_generated_faces_beside_the_photos_leave_the_targets_of_photos_as_they_are(
    teacher_folder: Path, tmp_path: Path
):
    teacher, faces = build_faceres(teacher_folder), draw_faces(48)[0]
    alone = prepare_targets(teacher, faces, 12, 6, tmp_path / "alone.npz")
    both = np.concatenate([faces, 255 - faces])
    beside = prepare_targets(teacher, both, 12, 6, tmp_path / "both.npz", photos=48)
    np.testing.assert_array_equal(beside.embedding[:48], alone.embedding)
    assert len(beside.embedding) == 96


def test_probes_read_planted_attributes_and_ignore_unknown_labels(tmp_path: Path):
    rng = np.random.default_rng(0)
    features = rng.standard_normal((600, 6)).astype(np.float32) * 5 + 2
    labels = (features[:, :2] > 2).astype(np.int8)
    wrong = labels.copy()
    wrong[:100] = -1  # must not count as absent
    holdout = (features[400:], labels[400:])
    probes = fit_probes(features[:400], wrong[:400], ("A", "B"), holdout, regularisation=1.0)
    assert probes.auc.min() > 0.97
    probabilities = probes.probabilities(features[400:])
    assert ((probabilities > 0.5) == labels[400:]).mean() > 0.9
    probes.save(tmp_path / "probes.npz")
    again = Probes.load(tmp_path / "probes.npz")
    np.testing.assert_array_equal(again.logits(features), probes.logits(features))
    with pytest.raises(UserError, match="6 features"):
        probes.logits(features[:, :5])
    with pytest.raises(UserError, match="both classes"):
        fit_probes(features, np.ones((600, 1), np.int8), ("A",))


def test_the_shipped_network_reads_real_faces(celeba_root: Path):
    """A probe on 2,000 labelled train photos is right about validation photos."""
    photos = read_celeba(celeba_root)
    network = FaceNetwork.load()
    weights = ASSETS / "face_network"
    assert sum(f.stat().st_size for f in weights.iterdir()) < 15_000_000

    def read(part: str, count: int):
        some = photos.part(part).subset(np.arange(count))
        return network.features(some.faces(Preprocess())), some

    features, train = read("train", 2000)
    held_features, held = read("validation", 1000)
    for name, floor in (("Male", 0.955), ("Smiling", 0.87), ("Eyeglasses", 0.955)):
        probe = fit_probes(features, train.column(name)[:, None], (name,))
        right = (probe.logits(held_features)[:, 0] > 0) == held.column(name)
        assert right.mean() > floor, name
    shipped = Probes.load()
    answers = shipped.probabilities(held_features)[:, shipped.attributes.index("Smiling")] > 0.5
    assert (answers == held.column("Smiling")).mean() > 0.88
