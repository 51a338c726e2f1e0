"""VGG-Face (Parkhi, Vedaldi and Zisserman 2015), the article's network, for who has its weights.

A VGG-16 trained to tell 2,622 identities apart. Its weights do not ship; they
are read from the file that a user brings (see `vgg_face_files`). Outputs:

    fc6, fc7    4096 numbers after ReLU; fc7 is the usual one for transfer
    fc8         2622 logits, one for each identity
    prob        their softmax

How a file wants to be fed differs, and a wrong guess does not fail, it only
makes the features poor: the notebook of 2017 fed [0, 1] to a network that was
trained on [0, 255]. Each kind of file has its own way, and a probe on a few
generated faces says whether the network tells them apart when it is fed so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from ganssl.base.digest import short_digest
from ganssl.errors import UserError
from ganssl.features.vgg_face_files import VggFaceFile, open_vgg_face

OUTPUTS = ("fc6", "fc7", "fc8", "prob")
BLOCKS = (2, 2, 3, 3, 3)
"""Convolutions before each of the five poolings."""

MEAN_RGB = (129.1863, 104.7624, 93.5940)
"""Of the training faces, 0 to 255."""

BATCH = 16
"""Faces at a time; the first layers of one take 26 MB."""

PROBE_FACES = 8


@dataclass(frozen=True)
class Feed:
    """What the network sees of RGB pixels of 0 to 255: `(pixels - mean) · scale`, in its order."""

    title: str
    mean: tuple[float, float, float]
    scale: float = 1.0
    swapped: bool = False

    def __call__(self, pixels):
        values = (pixels - keras.ops.array(self.mean, "float32")) * self.scale
        return values[..., ::-1] if self.swapped else values


FEEDS: dict[str, Feed] = {
    "rgb": Feed("RGB less the training mean", MEAN_RGB),
    "bgr": Feed("BGR less the training mean", MEAN_RGB, swapped=True),
    "unit": Feed("RGB in [0, 1]", (0.0, 0.0, 0.0), 1 / 255),
}


class VggFace:
    """The network with weights.

    Attributes:
        model: RGB pixels of 0 to 255 as the feed gives them, `[n, side, side, 3]` → a dict
            of `OUTPUTS`.
        side: of the faces that it sees, 224; others are resized to it.
        feed: a key of `FEEDS`.
        kind: of the file.
        probe: what `probe_feeds` measured, by feed; empty where it was not run.
    """

    def __init__(self, file: VggFaceFile) -> None:
        self.model = build_vgg_face(file)
        self.side = self.model.input_shape[1]
        self.kind, self.file_id = file.kind, file.id
        self.feed = self.usual_feed = file.feed
        self.probe: Mapping[str, float] = {}
        self._graphs: dict[tuple[str, str], object] = {}

    @classmethod
    def load(cls, path: str | Path, faces: np.ndarray | None = None) -> VggFace:
        """Read a file of weights.

        Args:
            faces: uint8 `[n, s, s, 3]` for the probe. Where the network tells
                them apart less than half as well as when it is fed otherwise,
                the other feed is taken.

        Raises `UserError` as `open_vgg_face` and `build_vgg_face`.
        """
        network = cls(open_vgg_face(path))
        if faces is not None:
            network.probe = probe_feeds(network, faces)
            best = max(network.probe, key=network.probe.__getitem__)
            if network.probe[network.feed] < network.probe[best] / 2:
                network.feed = best
        return network

    def id(self, output: str) -> str:
        """12 hexadecimal digits that change with the file, the feed and the output."""
        text = f"{self.file_id} {self.feed} {output}"
        return short_digest(text)

    def size(self, output: str) -> int:
        return self.model.output[output].shape[-1]

    def features(self, pixels: np.ndarray, output: str, feed: str | None = None) -> np.ndarray:
        """One batch, uint8 `[n, s, s, 3]` → float32 `[n, size]`; `feed` other than its own."""
        return self._compiled(output, feed or self.feed)(pixels.astype(np.float32)).numpy()

    @property
    def note(self) -> str:
        """How the file is fed and what the probe found, in words."""
        text = f"VGG-Face from a {self.kind} file, fed {FEEDS[self.feed].title}"
        if not self.probe:
            return f"{text}. No probe was made."
        told = ", ".join(f"{FEEDS[feed].title} {nats:.2f}" for feed, nats in self.probe.items())
        if self.feed != self.usual_feed:
            text += f", and not {FEEDS[self.usual_feed].title} as is usual for such files"
        return (
            f"{text}. Probe, how far its answers tell {PROBE_FACES} generated faces apart "
            f"(0 to {np.log(PROBE_FACES):.2f}): {told}."
        )

    def _compiled(self, output: str, feed: str):
        import tensorflow as tf

        def run(pixels):
            size = (self.side, self.side)
            faces = keras.ops.image.resize(pixels, size, antialias=True)
            return self.model(FEEDS[feed](faces), training=False)[output]

        if (output, feed) not in self._graphs:
            signature = tf.TensorSpec((None, None, None, 3), tf.float32)
            self._graphs[output, feed] = tf.function(
                run, input_signature=[signature], autograph=False
            )
        return self._graphs[output, feed]


def build_vgg_face(file: VggFaceFile) -> keras.Model:
    """The network of a file, `[n, side, side, 3]` → a dict of `OUTPUTS`.

    Widths, number of identities and side are those of the weights, which are
    taken layer by layer.

    Raises `UserError` where a layer does not fit the one before it.
    """
    blocks = [
        [_take(file, f"conv{block}_{i}") for i in range(1, count + 1)]
        for block, count in enumerate(BLOCKS, start=1)
    ]
    first = _take(file, "fc6")
    channels = len(blocks[-1][-1][1])
    grid = round((np.prod(first[0].shape[:-1]) / channels) ** 0.5)
    face = keras.Input((grid * 2 ** len(BLOCKS),) * 2 + (3,), name="face")
    x = face
    for block, layers in enumerate(blocks, start=1):
        for i, layer in enumerate(layers, start=1):
            x = _convolution(file, x, *layer, name=f"conv{block}_{i}")
        x = keras.layers.MaxPooling2D(name=f"pool{block}")(x)
    del blocks
    x = keras.layers.Flatten(name="flatten")(x)  # rows, columns, channels
    outputs = {"fc6": _dense(file, x, *first, name="fc6", activation="relu")}
    del first
    outputs["fc7"] = _dense(file, outputs["fc6"], *_take(file, "fc7"), "fc7", activation="relu")
    outputs["fc8"] = _dense(file, outputs["fc7"], *_take(file, "fc8"), "fc8")
    outputs["prob"] = keras.layers.Softmax(name="prob")(outputs["fc8"])
    model = keras.Model(face, outputs, name="vgg_face")
    model.trainable = False
    return model


def probe_feeds(network: VggFace, faces: np.ndarray) -> dict[str, float]:
    """How far the answers of `prob` tell faces apart, for every feed, in nats.

    The mutual information of face and answered identity: the entropy of the
    mean answer less the mean entropy of an answer, 0 to log n. It is near 0
    both where the network answers all faces alike because it is fed too
    little, and where it does because it is fed too much.

    Args:
        faces: uint8 `[n, s, s, 3]`, of n different people.
    """
    found = {}
    for feed in FEEDS:
        answers = network.features(faces, "prob", feed).astype(np.float64)  # (n, identities)
        found[feed] = float(_entropy(answers.mean(axis=0)) - _entropy(answers).mean())
    return found


def _entropy(answers: np.ndarray) -> np.ndarray:
    from scipy.special import entr

    return entr(answers).sum(axis=-1)


def _take(file: VggFaceFile, name: str) -> tuple[np.ndarray, np.ndarray]:
    kernel, bias = file.take(name)
    if bias.ndim != 1 or kernel.shape[-1:] != bias.shape:
        raise UserError(
            f"The {file.kind} file is damaged or stored for Theano: {name} has a kernel "
            f"{list(kernel.shape)} and a bias {list(bias.shape)}."
        )
    return kernel, bias


def _convolution(file: VggFaceFile, x, kernel: np.ndarray, bias: np.ndarray, name: str):
    if kernel.shape[:-1] != (3, 3, x.shape[-1]):
        raise UserError(
            f"The {file.kind} file does not fit: {name} has a kernel {list(kernel.shape)}, not "
            f"[3, 3, {x.shape[-1]}, n]."
        )
    return keras.layers.Conv2D(
        len(bias), 3, padding="same", activation="relu", name=name, **_initial(kernel, bias)
    )(x)


def _dense(file: VggFaceFile, x, kernel: np.ndarray, bias: np.ndarray, name: str, activation=None):
    if np.prod(kernel.shape[:-1]) != x.shape[-1]:
        raise UserError(
            f"The {file.kind} file does not fit: {name} has a kernel {list(kernel.shape)} for "
            f"{x.shape[-1]} inputs."
        )
    kernel = kernel.reshape(-1, kernel.shape[-1])  # of a convolution, too: rows, columns, channels
    return keras.layers.Dense(
        len(bias), activation=activation, name=name, **_initial(kernel, bias)
    )(x)


def _initial(kernel: np.ndarray, bias: np.ndarray) -> dict:
    """Initializers that give these arrays, so that no other values are made before them."""

    def giving(values: np.ndarray):
        held = [values]  # given away once: a layer keeps its initializer
        return lambda shape, dtype=None: keras.ops.convert_to_tensor(held.pop(), dtype)

    return {"kernel_initializer": giving(kernel), "bias_initializer": giving(bias)}
