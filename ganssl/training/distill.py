"""Distil `faceres` into the small face network that ships (Hinton et al. 2015, on features)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ganssl.errors import UserError
from ganssl.features.face_network import SIDE, FaceNetwork, FaceNetworkConfig, build_face_network
from ganssl.features.targets import Targets
from ganssl.photos.degrade import degrade
from ganssl.training.augment import reduce_pixels, shift
from ganssl.training.batches import batch_dataset
from ganssl.training.checkpoint import load_checkpoint, named_variables, save_checkpoint
from ganssl.training.clock import TrainingClock

MIDDLE_WEIGHT = 0.5
PEAK_RATE = 2e-3
STARTED_RATE = 5e-4
"""The highest learning rate from random weights, and from those of a trained network."""


class Distillation:
    """A student in training: networks, optimizer, and one step.

    Args:
        faces: uint8 `[n, s, s, 3]`, `s` a multiple of 64; may be a memory map.
        targets: what the teacher says of these faces and their mirror images.
    """

    def __init__(
        self,
        faces: np.ndarray,
        targets: Targets,
        config: FaceNetworkConfig,
        clock: TrainingClock,
        seed: int = 0,
        dtype: str = "float32",
        peak_rate: float = PEAK_RATE,
    ) -> None:
        self.faces, self.targets = faces, targets
        self.config, self.clock, self.seed = config, clock, seed
        self.peak_rate = peak_rate
        keras.utils.set_random_seed(seed)
        self.network = build_face_network(config, dtype)
        self.average = build_face_network(config)  # exponential moving average, float32
        self.average.set_weights(self.network.get_weights())
        self.optimizer = keras.optimizers.AdamW(peak_rate, weight_decay=1e-4)
        self.optimizer.build(self.network.trainable_variables)

    def start_from(self, network: FaceNetwork) -> None:
        """Begin with the weights of a trained network of the same sizes.

        Raises `UserError` where the sizes differ.
        """
        if network.config != self.config:
            raise UserError(
                f"The network to start from has other sizes ({network.config}) than the one "
                f"to train ({self.config})."
            )
        for target in (self.network, self.average):
            target.set_weights(network.model.get_weights())

    def variables(self) -> dict[str, Any]:
        return {
            **named_variables("network", self.network),
            **named_variables("average", self.average),
            **named_variables("optimizer", self.optimizer),
        }

    def load_batch(self, indices: np.ndarray, rng: np.random.Generator):
        """Augmented uint8 faces `[b, 64, 64, 3]` with their targets; half are mirrored."""
        faces = np.array(self.faces[indices])
        targets = self.targets
        embedding, middle = targets.embedding[indices], targets.middle[indices]
        flip = rng.random(len(indices)) < 0.5
        faces[flip] = faces[flip][:, :, ::-1]
        embedding[flip] = targets.mirrored_embedding[indices[flip]]
        middle[flip] = targets.mirrored_middle[indices[flip]]
        faces = reduce_pixels(shift(faces, rng, 3 * faces.shape[1] // SIDE), SIDE)
        return degrade(faces, rng), embedding.astype(np.float32), middle.astype(np.float32)

    def dataset(self, first_step: int = 0):
        import tensorflow as tf

        batch = self.clock.batch_size
        signature = (
            tf.TensorSpec((batch, SIDE, SIDE, 3), tf.uint8),
            tf.TensorSpec((batch, self.config.embedding), tf.float32),
            tf.TensorSpec((batch, 4, 4, self.config.middle), tf.float32),
        )
        return batch_dataset(
            len(self.faces), batch, self.seed, self.load_batch, signature, first_step
        )

    def losses(self, faces, embedding, middle) -> dict:
        """Mean squared errors of both outputs; faces uint8 `[b, 64, 64, 3]`."""
        values = keras.ops.cast(faces, "float32") / 127.5 - 1.0
        outputs = self.network(values, training=True)
        whole = keras.ops.mean(keras.ops.square(outputs["embedding"] - embedding))
        places = keras.ops.mean(keras.ops.square(outputs["middle"] - middle))
        return {"embedding": whole, "middle": places, "total": whole + MIDDLE_WEIGHT * places}

    def run(
        self,
        folder: Path,
        report: Callable[[TrainingClock, dict[str, float]], None],
        resume: bool = False,
        save_every: int = 500,
    ) -> FaceNetwork:
        """Train until the clock is done; returns the averaged network, float32."""
        import tensorflow as tf

        if resume:
            state = load_checkpoint(folder, self.variables())
            self.clock.step, self.clock.seconds = state["step"], state["seconds"]

        @tf.function
        def step(faces, embedding, middle, decay):
            with tf.GradientTape() as tape:
                losses = self.losses(faces, embedding, middle)
            gradients = tape.gradient(losses["total"], self.network.trainable_variables)
            self.optimizer.apply(gradients, self.network.trainable_variables)
            for mean, value in zip(self.average.variables, self.network.variables, strict=True):
                mean.assign(mean * decay + tf.cast(value, mean.dtype) * (1.0 - decay))
            return losses

        self.clock.resume()
        for batch in self.dataset(self.clock.step):
            if self.clock.done:
                break
            self.optimizer.learning_rate = cosine_rate(self.peak_rate, self.clock)
            decay = tf.constant(min(0.998, (1 + self.clock.step) / (10 + self.clock.step)))
            losses = step(*batch, tf.cast(decay, tf.float32))
            self.clock.tick()
            if self.clock.step % 50 == 0:
                report(self.clock, {name: float(value) for name, value in losses.items()})
            if self.clock.step % save_every == 0:
                self.save(folder)
        self.save(folder)
        return FaceNetwork(self.config, self.average)

    def save(self, folder: Path) -> None:
        state = {"step": self.clock.step, "seconds": self.clock.seconds}
        save_checkpoint(folder, self.variables(), state)
        self.clock.pause()


def cosine_rate(peak: float, clock: TrainingClock, warm_steps: int = 200) -> float:
    """Learning rate: a linear warm-up, then half a cosine down to 2 % at the end of the budget."""
    warm = min(1.0, (clock.step + 1) / warm_steps)
    return peak * warm * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * clock.fraction)))
