"""Could a probe on codes say the readout while a slider moves?

Command: `python docs/compare_live_figure.py`.

Two probes are fitted to codes of generated faces, some of them edited, and to what the readout
gives for their pictures: a linear one, and a network with one hidden layer. Other faces are moved
along their sliders. The figure starts at the readout's own for the face at rest, so that only the
change is the probe's; what is printed is how far it is from the readout of the moved picture.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

FITTED = 1600
TRIED = 12
STEPS = np.array([-3, -2, -1, 0, 1, 2, 3], np.float32)
FARTHEST = 12.0
"""Logits beyond these tell a probe nothing."""


def readings(model, readout, codes: np.ndarray) -> np.ndarray:
    """Codes `[n, d]` → the readout's logits of their pictures, float32 `[n, a]`."""
    features = [
        readout.network.features(model.decode(codes[start : start + 32]))
        for start in range(0, len(codes), 32)
    ]
    return readout.logits(np.concatenate(features))


def some_codes(model, vectors: np.ndarray, count: int) -> np.ndarray:
    """Faces, typical and varied, with none to three sliders moved; float32 `[count, d]`."""
    random = np.random.default_rng(0)
    codes = [model.sample(1, 1000 + i, random.uniform(0.2, 1.0))[0] for i in range(count)]
    amounts = np.zeros((count, len(vectors)), np.float32)
    for row in amounts:
        moved = random.choice(len(vectors), random.integers(0, 4), replace=False)
        row[moved] = random.uniform(-3, 3, len(moved))
    return (np.stack(codes) + amounts @ vectors).astype(np.float32)


def main() -> None:
    from sklearn.linear_model import RidgeCV
    from sklearn.neural_network import MLPRegressor

    import ganssl
    from ganssl.attributes import FIRST_SLIDERS
    from ganssl.face.linear import slider_vectors
    from ganssl.features.readout import Readout

    model, readout = ganssl.load_model(), Readout.load()
    vectors = slider_vectors(model, ganssl.FaceState(), model.directions.sliders)
    asked = [name for name in FIRST_SLIDERS if name in vectors and name in readout.attributes]
    columns = [readout.attributes.index(name) for name in asked]
    fitted = some_codes(model, np.stack(list(vectors.values())), FITTED)
    told = readings(model, readout, fitted)[:, columns].clip(-FARTHEST, FARTHEST)

    faces = np.stack([model.sample(1, seed, 0.3 + 0.3 * (seed % 2))[0] for seed in range(TRIED)])
    ways = np.stack([STEPS[:, None] * vectors[name] for name in asked])  # (a, s, d)
    tried = faces[:, None, None] + ways  # (n, a, s, d)
    flat = tried.reshape(-1, tried.shape[-1])
    shape = (*tried.shape[:3], len(columns))

    def own(logits: np.ndarray) -> np.ndarray:
        """Of each slider its own attribute's, `[n, a, s]`."""
        return np.einsum("nasa->nas", logits.reshape(shape))

    true = own(readings(model, readout, flat)[:, columns])
    mean, scale, rest = fitted.mean(0), fitted.std(0), int(np.flatnonzero(STEPS == 0)[0])
    network = MLPRegressor(
        hidden_layer_sizes=(128,), alpha=3.0, max_iter=400, early_stopping=True, random_state=0
    )
    print(f"{model.name} {model.id}: {', '.join(asked)}; {FITTED} faces fitted, {TRIED} moved")
    for name, probe in (("linear", RidgeCV(np.logspace(0, 4, 9))), ("network", network)):
        probe.fit((fitted - mean) / scale, told)
        said = own(probe.predict((flat - mean) / scale))
        live = true[..., [rest]] + said - said[..., [rest]]
        off = 100 * np.abs(1 / (1 + np.exp(-live)) - 1 / (1 + np.exp(-true)))
        for words, steps in (("at 1 σ", np.abs(STEPS) == 1), ("at 1 to 3 σ", STEPS != 0)):
            part = off[..., steps]
            print(
                f"{name:<8} {words:<12} off by {part.mean():.1f} points on average, "
                f"one in ten by more than {np.percentile(part, 90):.1f}"
            )


if __name__ == "__main__":
    main()
