"""A VAE-GAN so small that one can watch it learn, batch by batch, while one waits."""

from __future__ import annotations

import numpy as np

from ganssl.models.config import ModelConfig
from ganssl.models.layers import BatchNorm
from ganssl.models.vaegan import Objective
from ganssl.training.clock import TrainingClock
from ganssl.training.gan import GanTraining, TrainingSettings

SIZE = 64
BATCH = 16
TINY = ModelConfig(
    size=SIZE,
    latent_size=16,
    encoder_widths=(12, 16, 24, 32),
    generator_widths=(32, 24, 16, 12),
    detail_width=8,
    discriminator_widths=(8, 12, 16, 24),
)
ALL_AT_ONCE = Objective(
    kl=2e-4, adversarial=0.02, kl_warm=0.0, adversarial_from=0.0, adversarial_warm=4.0
)
MOMENTUM = 0.7
"""Of the batch statistics: a few batches must do."""

QUICK = TrainingSettings(
    learning_rate=3e-3,
    adversarial_rate=3e-3,
    discriminator_rate=3e-3,
    average_decay=0.5,
    warm_steps=1,
    dtype="float32",
)


class TinyTraining:
    """Encoder, generator and discriminator that learn together from the first batch on.

    Args:
        faces: uint8 `[n, 64, 64, 3]`, at least one batch of 16.

    Attributes:
        history: the loss terms of each step so far.
    """

    def __init__(self, faces: np.ndarray, seed: int = 0) -> None:
        import tensorflow as tf

        clock = TrainingClock(BATCH, max(1, len(faces) // BATCH), epochs=1e6)
        self.training = GanTraining(
            faces, TINY, ALL_AT_ONCE, QUICK, clock, strategy=tf.distribute.get_strategy()
        )
        self.stage = ALL_AT_ONCE.stage(ALL_AT_ONCE.feature_from)
        self.step = self.training.steps.compiled(self.stage)
        for network in (self.training.nets.encoder, self.training.nets.generator):
            for layer in network.layers:
                if isinstance(layer, BatchNorm):
                    layer.momentum = MOMENTUM
        self.seed = seed
        self.start = {name: v.numpy() for name, v in self.training.variables().items()}
        self.rng = np.random.default_rng(seed)
        self.history: list[dict[str, float]] = []

    def start_again(self) -> None:
        """Forget all that was learned; what TensorFlow prepared for the first batch stays."""
        for name, variable in self.training.variables().items():
            variable.assign(self.start[name])
        self.training.clock.step = 0
        self.rng = np.random.default_rng(self.seed)
        self.history = []

    def warm_up(self) -> None:
        """Let TensorFlow prepare the steps, which takes longer than a hundred of them."""
        self.train(1)
        self.mixed(self.training.faces[:4])
        self.start_again()

    def train(self, steps: int) -> None:
        """Learn from so many random batches."""
        for _ in range(steps):
            picks = self.rng.choice(len(self.training.faces), BATCH, replace=False)
            batch = self.training.load_batch(picks, self.rng)
            terms = self.step(batch, *self.training.rates(self.stage))
            self.training.clock.tick()
            self.history.append({name: float(value) for name, value in terms.items()})

    def rebuilt(self, faces: np.ndarray) -> np.ndarray:
        """Faces `[n, 64, 64, 3]` uint8 through encoder and generator."""
        return self.training.decode(self._encode(faces))

    def mixed(self, faces: np.ndarray) -> np.ndarray:
        """Each of the faces `[n, 64, 64, 3]` half-way to the next, by their codes."""
        codes = self._encode(faces)
        return self.training.decode((codes + np.roll(codes, -1, axis=0)) / 2)

    def _encode(self, faces: np.ndarray) -> np.ndarray:
        values = self.training.preprocess.to_network(faces)
        return self.training.nets.mean_encoder(values, training=False)[0].numpy()
