"""The two heads that Keras trains: `linear` and `dense`."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ganssl.classifier.heads.head import CurvePoint, Fit, Head, learnt, require_shapes
from ganssl.features.probes import REGULARISATION
from ganssl.metrics.probability import cross_entropy, sigmoid

BATCH = 256
SMALLEST_BATCHES = 4  # steps in a pass over few faces


@dataclass(eq=False)
class NetworkHead:
    """A linear probe, or the article's dense net with one small hidden layer.

    `linear` minimises what `logistic` does, mean cross-entropy and an L2
    penalty of `1 / (2 C n)`, by Adam. `dense` has `hidden` rectified units
    behind dropout. Both end where the loss on the held-out faces was lowest,
    and stop `patience` passes later; without a holdout they run all passes.

    The random numbers come from the head's own generators, so trainings side
    by side do not disturb each other.

    Attributes:
        hidden: units of the hidden layer; `linear` has none.
        dropout: share of features and of units left out in a step of `dense`.
        layers: `(kernel [a, b], bias [b])` for each layer, once fitted.
    """

    kind: str = "linear"
    hidden: int = 32
    dropout: float = 0.3
    regularisation: float = REGULARISATION
    learning_rate: float = 3e-3
    passes: int = 60
    patience: int = 6
    layers: list[tuple[np.ndarray, np.ndarray]] | None = None
    curve: list[CurvePoint] = field(default_factory=list)

    def fit(self, features: np.ndarray, labels: np.ndarray, fit: Fit | None = None) -> Head:
        fit = fit or Fit()
        rng = np.random.default_rng(fit.seed)
        count = len(features)
        batch = max(1, min(BATCH, count // SMALLEST_BATCHES))
        weights = np.ones(count, np.float32) if fit.weights is None else fit.weights
        weights = (weights / np.mean(weights)).astype(np.float32)
        model = self._build(features.shape[1], count, fit.seed)
        best, lowest, waited = None, np.inf, 0
        for step in range(1, self.passes + 1):
            order = rng.permutation(count)
            for start in range(0, count - batch + 1, batch):  # all batches of one shape
                rows = order[start : start + batch]
                model.train_on_batch(features[rows], labels[rows], sample_weight=weights[rows])
            self.layers = _layers(model)
            loss = cross_entropy(labels, self.scores(features), weights)
            point = fit.point(self, step, self.passes, loss)
            self.curve.append(point)
            judged = point.loss if point.held_loss is None else point.held_loss
            if judged < lowest:
                best, lowest, waited = self.layers, judged, 0
            else:
                waited += 1
            if waited > self.patience and fit.holdout is not None:
                break
        self.layers = best
        return self

    def _build(self, size: int, count: int, seed: int):
        import keras

        penalty = 0.5 / (self.regularisation * count)
        regulariser = keras.regularizers.L2(penalty) if self.kind == "linear" else None

        def dense(units: int, offset: int, **options) -> keras.layers.Dense:
            start = keras.initializers.GlorotUniform(seed=seed + offset)
            return keras.layers.Dense(units, kernel_initializer=start, **options)

        row = x = keras.Input((size,))
        if self.kind == "dense":
            x = keras.layers.Dropout(self.dropout, seed=seed)(x)
            x = dense(self.hidden, 1, activation="relu")(x)  # (n, hidden)
            x = keras.layers.Dropout(self.dropout, seed=seed + 1)(x)
        x = dense(1, 2, activation="sigmoid", kernel_regularizer=regulariser)(x)  # (n, 1)
        model = keras.Model(row, x)
        adam = keras.optimizers.Adam(self.learning_rate)
        model.compile(adam, "binary_crossentropy", jit_compile=False)  # compiling takes longer
        return model

    def scores(self, features: np.ndarray) -> np.ndarray:
        x = features
        for kernel, bias in learnt(self.layers)[:-1]:
            x = np.maximum(x @ kernel + bias, 0.0)  # (n, hidden)
        kernel, bias = learnt(self.layers)[-1]
        return sigmoid((x @ kernel + bias)[:, 0])

    def to_arrays(self) -> dict[str, np.ndarray]:
        arrays: dict[str, np.ndarray] = {}
        for i, (kernel, bias) in enumerate(learnt(self.layers)):
            arrays |= {f"kernel_{i}": kernel, f"bias_{i}": bias}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], size: int) -> NetworkHead:
        hidden = arrays.get("bias_0", np.zeros(0)).size
        widths = [size, hidden, 1] if "kernel_1" in arrays else [size, 1]
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (before, after) in enumerate(pairwise(widths)):
            shapes |= {f"kernel_{i}": (before, after), f"bias_{i}": (after,)}
        require_shapes(arrays, shapes)
        layers = [(arrays[f"kernel_{i}"], arrays[f"bias_{i}"]) for i in range(len(widths) - 1)]
        return cls(layers=layers)


def _layers(model) -> list[tuple[np.ndarray, np.ndarray]]:
    import keras

    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    return [tuple(values.copy() for values in layer.get_weights()) for layer in dense]
