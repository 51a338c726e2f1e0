"""The article's classifier: two hidden layers, Adam at 0.1, gradients clipped to a norm of 0.01."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

HIDDEN = (64, 32)
"""The article has 2,623 and 512; with the same settings the small net ends alike and sooner."""

LEARNING_RATE = 0.1
CLIP_NORM = 0.01
BATCH = 256
STEPS = 200


class ArticleNet:
    """One Keras model that starts anew for every training.

    Args:
        size: length of a row of features.
    """

    def __init__(self, size: int) -> None:
        import keras

        self.model = keras.Sequential(
            [
                keras.Input((size,)),
                *(keras.layers.Dense(units, activation="relu") for units in HIDDEN),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        adam = keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP_NORM)
        adam.build(self.model.trainable_variables)
        self.model.compile(adam, "binary_crossentropy", jit_compile=False)
        self.start = [variable.numpy() for variable in adam.variables]

    def fit(self, rows: np.ndarray, labels: np.ndarray, seed: int) -> None:
        """Learn from float32 `[n, size]` and int8 `[n]` for `STEPS` batches."""
        import keras

        for offset, layer in enumerate(self.model.layers):
            glorot = keras.initializers.GlorotUniform(seed=seed + offset)
            kernel = glorot(layer.kernel.shape).numpy()
            layer.set_weights([kernel, np.zeros(layer.units)])
        for variable, value in zip(self.model.optimizer.variables, self.start, strict=True):
            variable.assign(value)
        rng = np.random.default_rng(seed)
        batch = min(BATCH, len(rows))
        for _ in range(STEPS):
            picks = rng.choice(len(rows), batch, replace=False)
            self.model.train_on_batch(rows[picks], labels[picks])

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """float32 `[n, size]` → float32 `[n]`, the probability of class 1."""
        return self.model(rows).numpy()[:, 0]


@lru_cache(maxsize=4)
def article_net(size: int) -> ArticleNet:
    """The net for rows of this length, which is built once."""
    return ArticleNet(size)
