"""Training on drawn faces: losses fall, a killed run resumes exactly, several devices agree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.models.bundle import BundleModel
from ganssl.models.config import ModelConfig
from ganssl.models.vaegan import Objective
from ganssl.training.batches import batch_indices
from ganssl.training.checkpoint import read_checkpoint
from ganssl.training.clock import TrainingClock
from ganssl.training.gan import GanTraining, TrainingSettings
from tests.helpers.synthetic_faces import draw_faces
from tests.helpers.tiny_networks import EARLY, TINY

pytestmark = pytest.mark.slow


def make_training(epochs: float, faces: np.ndarray, objective: Objective = EARLY) -> GanTraining:
    clock = TrainingClock(16, len(faces) // 16, epochs=epochs)
    settings = TrainingSettings(dtype="float32", learning_rate=3e-3, warm_steps=5)
    return GanTraining(faces, TINY, objective, settings, clock)


def final_weights(training: GanTraining) -> list[np.ndarray]:
    return [np.asarray(variable) for variable in training.variables().values()]


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return draw_faces(64)[0]


def test_batches_do_not_depend_on_where_a_run_began():
    fresh = batch_indices(50, 8, seed=3)
    rows = [next(fresh) for _ in range(20)]
    resumed = batch_indices(50, 8, seed=3, first_step=11)
    for step, indices in rows[11:]:
        again, same = next(resumed)
        assert again == step
        np.testing.assert_array_equal(same, indices)
    first_epoch = np.concatenate([indices for _, indices in rows[:6]])
    assert len(set(first_epoch)) == 48  # no photo twice in a pass
    assert not np.array_equal(rows[0][1], rows[6][1])  # and passes differ


def test_training_lowers_the_loss_and_writes_a_sheet(tmp_path: Path, faces: np.ndarray):
    training = make_training(30, faces, Objective(feature_from=0, adversarial_from=99))
    seen: list[dict] = []
    training.run(tmp_path, lambda clock, terms: seen.append(terms), report_every=4)
    assert seen[-1]["pixel"] < 0.8 * seen[0]["pixel"]
    assert seen[-1]["gradient"] < seen[0]["gradient"]
    assert (tmp_path / "samples" / "0000120.png").is_file()
    assert (tmp_path / "checkpoint.npz").is_file()


def test_all_terms_are_trained_in_the_adversarial_stage(tmp_path: Path, faces: np.ndarray):
    training = make_training(2, faces)
    before = [np.asarray(v).copy() for v in training.nets.discriminator_variables]
    seen: list[dict] = []
    (tmp_path / "vae_stage").mkdir()  # as a kill between its making and filling leaves it
    training.run(tmp_path, lambda clock, terms: seen.append(terms), report_every=1)
    assert "adversarial" not in seen[0]
    assert {"adversarial", "similarity", "discriminator", "smoothness"} <= set(seen[-1])
    after = training.nets.discriminator_variables
    assert all(not np.array_equal(a, np.asarray(b)) for a, b in zip(before, after, strict=True))
    assert (tmp_path / "vae_stage" / "checkpoint.npz").is_file()
    assert not list(tmp_path.glob("*.partial"))


def test_a_killed_run_resumes_to_the_same_weights(tmp_path: Path, faces: np.ndarray):
    import tensorflow as tf
    from tensorflow.python.framework import config as tf_config

    tf.config.experimental.enable_op_determinism()
    try:
        whole = make_training(3, faces)
        whole.run(tmp_path / "whole", lambda *_: None)
        stop_at(make_training(3, faces), 5, tmp_path / "cut")  # of 12, in the adversarial stage
        resumed = make_training(3, faces)
        resumed.run(tmp_path / "cut", lambda *_: None, resume=True)
    finally:
        tf_config.disable_op_determinism()
    assert resumed.clock.step == 12
    for a, b in zip(final_weights(whole), final_weights(resumed), strict=True):
        np.testing.assert_array_equal(a, b)


def test_two_devices_train_together(tmp_path: Path):
    """`MirroredStrategy` over two logical CPUs, in a process of its own that configures them."""
    script = """
import sys, numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from tests.helpers.synthetic_faces import draw_faces
from tests.helpers.tiny_networks import EARLY, TINY
from ganssl.training.checkpoint import read_checkpoint
from ganssl.training.clock import TrainingClock
from ganssl.training.gan import GanTraining, TrainingSettings
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
clock = TrainingClock(16, 4, epochs=1)
settings = TrainingSettings(dtype="float32", learning_rate=3e-3, warm_steps=1)
training = GanTraining(draw_faces(64)[0], TINY, EARLY, settings, clock, strategy=strategy)
seen = []
training.run(sys.argv[1], lambda clock, terms: seen.append(terms), report_every=1)
assert strategy.num_replicas_in_sync == 2 and len(seen) == 4, seen
assert all(np.isfinite(list(terms.values())).all() for terms in seen), seen
copies = [v.value.values for v in training.nets.generator.trainable_variables]
assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in copies)
print("two devices agree")
"""
    result = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert "two devices agree" in result.stdout, result.stderr[-2000:]


def test_a_training_can_start_from_a_finished_model(faces: np.ndarray):

    model = BundleModel.create(TINY, seed=5)
    training = make_training(1, faces)
    training.start_from(model)
    codes = model.sample(2, seed=0)
    np.testing.assert_array_equal(training.decode(codes), model.decode(codes))
    values = [np.asarray(v) for v in training.nets.encoder.variables]
    for a, b in zip(values, model.encoder.variables, strict=True):
        np.testing.assert_array_equal(a, np.asarray(b))
    wider = BundleModel.create(ModelConfig(**{**TINY.to_dict(), "latent_size": 9}))
    with pytest.raises(UserError, match="no growth"):
        training.start_from(wider)


def test_an_encoder_that_learns_alone_leaves_the_generator_as_it_is(
    tmp_path: Path, faces: np.ndarray
):
    alone = Objective(feature_from=0, adversarial_from=0, encoder_only=True)
    training = make_training(10, faces, alone)
    training.start_from(BundleModel.create(TINY, seed=5))
    nets = training.nets
    still = nets.generator.variables + nets.mean_generator.variables
    kept = [np.asarray(v).copy() for v in still]
    before = [np.asarray(v).copy() for v in nets.mean_encoder.trainable_variables]
    seen: list[dict] = []
    training.run(tmp_path, lambda clock, terms: seen.append(terms), report_every=1)
    assert np.mean([t["pixel"] for t in seen[-8:]]) < np.mean([t["pixel"] for t in seen[:8]])
    assert "adversarial" not in seen[-1]
    for a, b in zip(kept, still, strict=True):
        np.testing.assert_array_equal(a, np.asarray(b))
    now = [np.asarray(v) for v in nets.mean_encoder.trainable_variables]
    assert any(not np.array_equal(a, b) for a, b in zip(before, now, strict=True))


def test_a_wider_generator_begins_as_the_same_function(faces: np.ndarray):
    plain = ModelConfig(**{**TINY.to_dict(), "modulated": False, "fine_width": 0})
    model = BundleModel.create(plain, seed=5)
    training = make_training(1, faces)
    training.start_from(model)
    codes = model.sample(4, seed=0)
    before, after = model.decode(codes).astype(int), training.decode(codes).astype(int)
    assert before.std() > 1 and np.abs(before - after).max() <= 1


def test_settings_that_do_not_fit_the_checkpoint_are_refused(tmp_path: Path, faces: np.ndarray):
    make_training(0.25, faces).run(tmp_path, lambda *_: None)
    wider = ModelConfig(**{**TINY.to_dict(), "latent_size": 9})
    clock = TrainingClock(16, 4, epochs=1)
    other = GanTraining(faces, wider, EARLY, TrainingSettings(dtype="float32"), clock)
    with pytest.raises(UserError, match="other settings"):
        other.run(tmp_path, lambda *_: None, resume=True)
    with pytest.raises(UserError, match="no checkpoint"):
        other.run(tmp_path / "nowhere", lambda *_: None, resume=True)


def test_the_clock_needs_one_budget():
    with pytest.raises(UserError, match="one of the two"):
        TrainingClock(16, 4)
    with pytest.raises(UserError, match="one of the two"):
        TrainingClock(16, 4, minutes=1, epochs=1)
    with pytest.raises(UserError, match="greater than 0"):
        TrainingClock(16, 4, minutes=-1)


def stop_at(training: GanTraining, step: int, folder: Path) -> None:
    """Run to `step` and leave by an exception, as a kill after a checkpoint would."""

    def report(clock: TrainingClock, terms: dict) -> None:
        if clock.step == step:
            training.save(folder)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.run(folder, report, report_every=1)


def test_a_slow_training_saves_by_time(tmp_path: Path, faces: np.ndarray):
    training = make_training(1, faces)

    def report(clock: TrainingClock, terms: dict) -> None:
        if clock.step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.run(tmp_path, report, report_every=1, save_every=1000, save_seconds=0.0)
    assert read_checkpoint(tmp_path)[1]["step"] == 1
