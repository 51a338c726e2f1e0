"""What the pictures of a set take: `python docs/compare_pictures.py`.

For faces of the default model, at 64 pixels and in its own size: the processor's time to encode
and to decode one, and its bytes, by format and setting. Then what could be saved of a set of 64
pixels by not drawing 128: the arithmetic of the last layer, and by how much a face would differ.
"""

from __future__ import annotations

import io
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from ganssl.models.bundle import BundleModel
from ganssl.models.catalogue import load_model
from ganssl.models.face_model import FaceModel
from ganssl.models.networks import generator_layers
from ganssl.photos.preprocess import Preprocess
from ganssl.photos.quick_png import quick_png

FACES, ROUNDS = 64, 5
SMALL = 64


def pillow(kind: str, face: np.ndarray, **settings) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(face).save(buffer, kind, **settings)
    return buffer.getvalue()


def png(**settings) -> Callable[[np.ndarray], bytes]:
    return partial(pillow, "PNG", **settings)


def webp(**settings) -> Callable[[np.ndarray], bytes]:
    return partial(pillow, "WEBP", **settings)


FORMATS: dict[str, Callable[[np.ndarray], bytes]] = {
    "PNG, one filter, Huffman (sets)": lambda face: quick_png(face, {}),
    "PNG, Huffman alone": png(compress_type=zlib.Z_HUFFMAN_ONLY),
    "PNG, runs alone": png(compress_type=zlib.Z_RLE),
    "PNG, level 0": png(compress_level=0),
    "PNG, level 1": png(compress_level=1),
    "PNG, level 6 (the usual)": png(),
    "WebP, lossless, method 0": webp(lossless=True, method=0, quality=0),
    "WebP, lossless, method 4": webp(lossless=True),
    "WebP, quality 90, method 0": webp(quality=90, method=0),
}


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def milliseconds(run: Callable, items: Sequence) -> float:
    """Of this thread's processor time for one item, the best of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        for item in items:
            run(item)
        times.append(time.thread_time() - start)
    return 1000 * min(times) / len(items)


def compare(faces: Sequence[np.ndarray]) -> None:
    for name, encode in FORMATS.items():
        files = [encode(face) for face in faces]
        same = all(np.array_equal(decoded(f), face) for f, face in zip(files, faces, strict=True))
        print(
            f"{len(faces[0]):>4}  {name:<34}{milliseconds(encode, faces):>10.2f}"
            f"{milliseconds(decoded, files):>11.2f}{np.mean([len(f) for f in files]):>9,.0f}"
            f"  {'yes' if same else 'no'}",
            flush=True,
        )


class LastLayer:
    """A kit (see `ganssl.models.networks`) that counts the products of a generator's layers."""

    def __init__(self, model: BundleModel) -> None:
        self.products: dict[str, int] = {}
        grid = generator_layers(self, model.config, (0, model.latent_size))
        assert grid[0] == model.size

    def _conv(self, x, width: int, name: str, taps: int, side: int):
        self.products[name] = side * side * taps * x[1] * width
        return side, width

    def _told(self, name: str, width: int, code) -> None:
        if code is not None:
            self.products[f"{name}_code"] = 2 * code[1] * width

    def grid_norm(self, code, side, width, names, told):
        self.products[names[0]] = code[1] * side * side * width
        self._told(names[1], width, told)
        return side, width

    def conv(self, x, width, name, kernel=3, precise=False):
        return self._conv(x, width, name, kernel * kernel, x[0])

    def conv_norm(self, x, width, name, strides=1, code=None):
        self._told(name, width, code)
        return self._conv(x, width, name, 9, x[0] // strides)

    def doubling_norm(self, x, width, name, code=None):
        self._told(name, width, code)
        return 2 * x[0], self._conv(x, 4 * width, name, 4, x[0])[1] // 4

    def residual(self, x, name, code=None):
        return self.conv_norm(x, x[1], name, code=code)

    def blur(self, x, name):
        self.products[name] = x[0] * x[0] * 9 * x[1]
        return x

    def concat(self, parts):
        return parts[0][0], sum(width for _, width in parts)

    def unfold(self, x, block):
        return x[0] * block, x[1] // (block * block)

    def tanh(self, x):
        return x


def without_drawing_all(model: FaceModel, faces: np.ndarray) -> None:
    """What the last layer takes, and what averaging before its bend would change."""
    if not isinstance(model, BundleModel) or model.size != 2 * SMALL:
        print("The model has no last doubling to leave out.")
        return
    products = LastLayer(model).products
    last, whole = products["pixels"], sum(products.values())
    print(
        f"\nlast convolution: {last / 1e6:.1f} of {whole / 1e6:.1f} million products a face "
        f"({100 * last / whole:.1f} %); three quarters of it make the other pixels of a square "
        f"({75 * last / whole:.1f} %)"
    )
    bent = np.clip(faces / 127.5 - 1.0, -0.999, 0.999)
    squares = np.arctanh(bent).reshape(len(faces), SMALL, 2, SMALL, 2, 3).mean(axis=(2, 4))
    before = np.rint((np.tanh(squares) + 1.0) * 127.5)
    after = faces.reshape(len(faces), SMALL, 2, SMALL, 2, 3).mean(axis=(2, 4))
    resize = Preprocess(SMALL)
    sets = np.stack([resize(Image.fromarray(face)) for face in faces]).astype(float)
    for name, other in (("means of squares", after), ("pictures of a set", sets)):
        steps = np.abs(before - other)
        print(
            f"averaged before the tanh, against {name}: at most {steps.max():.0f} steps of 255, "
            f"{100 * (steps > 1.0).mean():.1f} % of the values by more than one"
        )
    print(f"resizing a face: {milliseconds(lambda f: resize(Image.fromarray(f)), faces):.2f} ms")


def main() -> None:
    model = load_model()
    faces = model.decode(model.sample(FACES, seed=0))
    resize = Preprocess(SMALL)
    print(f"{'side':>4}  {'format':<34}{'encode ms':>10}{'decode ms':>11}{'bytes':>9}  exact")
    compare([resize(Image.fromarray(face)) for face in faces])
    compare(list(faces))
    without_drawing_all(model, faces)


if __name__ == "__main__":
    main()
