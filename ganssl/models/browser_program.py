"""The generator as a small program and a file of weights, for engines that are not Keras.

`browser_program` writes down what a generator computes, step by step, in terms
that a browser's engine of a few hundred lines can follow. `ProgramKit` is a kit
(see `ganssl.models.networks`): an architecture described with it becomes steps.

A program is JSON:

format, latent_size, size
low, high          the range of the values that the last step gives, for 0 and 255
weights            length of the file of weights in bytes
steps              a list; each step gives one array, and the last one is the face

A step has `op`, `from` (the numbers of the steps whose arrays it takes; -1 is the
code), `shape` (`[height, width, channels]` of what it gives), and for

dense, conv, double   `kernel`: `[d, h·w·c]`, `[3, 3, i, c]`, `[3, 3, i, c]`; then each
                      channel is multiplied by `scale` and `bias` is added, `[c]` each: a batch
                      norm with its statistics folded in. With `modulate`, `[d, 2c]`, and
                      `modulate_bias`, `[2c]`, the code gives a scale `a` and a shift `b`, and
                      `x · (1 + a) + b` follows. With `slope`, negative values are multiplied by
                      it. A `double` sees its input doubled in height and width by repetition.
unfold                depth to space; `block` is the side of the square
blur                  the 3×3 binomial low-pass with zeros around
add, concat           of two arrays, elementwise or along the channels
tanh                  elementwise

Weights are named by `[offset in bytes, how many]` into the file, which is
little-endian: first float32 (scale, bias), then float16 (kernels, modulation),
just as a bundle stores them, so that nothing is rounded twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganssl.engines.folding import batch_norm
from ganssl.engines.onnx_graph import SLOPE
from ganssl.errors import UserError
from ganssl.models.bundle import BundleModel
from ganssl.models.face_model import FaceModel

FORMAT = "ganssl generator 1"

CODE = -1


@dataclass(frozen=True)
class BrowserProgram:
    """What a browser needs to draw the faces of a model.

    Attributes:
        steps: the program as JSON, see the module.
        weights: the file that it refers to.
    """

    steps: str
    weights: bytes


def address_part(faces_key: str) -> str:
    """What names a program in an address: it changes with `FaceModel.faces_key` and the format."""
    return f"{faces_key}-{hashlib.sha256(FORMAT.encode()).hexdigest()[:6]}"


def browser_program(model: FaceModel) -> BrowserProgram:
    """The program of a model's generator.

    Raises `UserError` for a model that is none of ours.
    """
    if not isinstance(model, BundleModel):
        raise UserError(f"The model {model.name} has no generator that a browser could draw.")
    kit = model.describe_generator(ProgramKit)
    weights = _Weights()
    steps = [weights.named(step) for step in kit.steps]
    program = {
        "format": FORMAT,
        "latent_size": model.latent_size,
        "size": model.size,
        "low": model.preprocess.low,
        "high": model.preprocess.high,
        "weights": weights.place(),
        "steps": steps,
    }
    return BrowserProgram(json.dumps(program), weights.data())


@dataclass(frozen=True)
class Value:
    """What a step gives: its number, and its shape; a code has neither side."""

    number: int
    channels: int
    side: int = 0


class ProgramKit:
    """Writes the layers of a generator down as `steps`.

    Args:
        take: gives the weights by their path in the network and their shape.
    """

    def __init__(self, take: Callable[[str, tuple[int, ...]], np.ndarray]) -> None:
        self.steps: list[dict[str, Any]] = []
        self._take = take

    def code(self, size: int) -> Value:
        return Value(CODE, size)

    def grid_norm(
        self, code: Value, side: int, width: int, names: tuple[str, str], told: Value | None
    ) -> Value:
        name, norm = names
        kernel = self._take(f"{name}/kernel", (code.channels, side * side * width))
        return self._step(
            "dense", [code], width, side, kernel=kernel, **self._norm(norm, width, told)
        )

    def conv(
        self, x: Value, width: int, name: str, kernel: int = 3, precise: bool = False
    ) -> Value:
        weights = self._take(f"{name}/kernel", (kernel, kernel, x.channels, width))
        bias = self._take(f"{name}/bias", (width,))
        scale = np.ones(width)
        return self._step("conv", [x], width, x.side, kernel=weights, scale=scale, bias=bias)

    def conv_norm(
        self, x: Value, width: int, name: str, strides: int = 1, code: Value | None = None
    ) -> Value:
        return self._convolved("conv", x, width, name, code)

    def doubling_norm(self, x: Value, width: int, name: str, code: Value | None = None) -> Value:
        return self._convolved("double", x, width, name, code)

    def residual(self, x: Value, name: str, code: Value | None = None) -> Value:
        return self._step("add", [x, self.conv_norm(x, x.channels, name, code=code)], x.channels)

    def blur(self, x: Value, name: str) -> Value:
        return self._step("blur", [x], x.channels)

    def concat(self, parts: list[Value]) -> Value:
        return self._step("concat", parts, sum(part.channels for part in parts))

    def unfold(self, x: Value, block: int) -> Value:
        if block == 1:
            return x
        return self._step("unfold", [x], x.channels // block**2, x.side * block, block=block)

    def tanh(self, x: Value) -> Value:
        return self._step("tanh", [x], x.channels)

    def _convolved(self, op: str, x: Value, width: int, name: str, code: Value | None) -> Value:
        kernel = self._take(f"{name}_conv/kernel", (3, 3, x.channels, width))
        side = 2 * x.side if op == "double" else x.side
        return self._step(op, [x], width, side, kernel=kernel, **self._norm(name, width, code))

    def _norm(self, name: str, width: int, code: Value | None) -> dict[str, Any]:
        """What follows a kernel: batch norm, modulation by a code if there is one, leaky ReLU."""
        scale, bias = batch_norm(self._take, name, width)
        rest: dict[str, Any] = {"scale": scale, "bias": bias}
        if code is not None:
            rest["modulate"] = self._take(f"{name}_code/kernel", (code.channels, 2 * width))
            rest["modulate_bias"] = self._take(f"{name}_code/bias", (2 * width,))
        return {**rest, "slope": SLOPE}

    def _step(
        self, op: str, inputs: list[Value], channels: int, side: int | None = None, **rest
    ) -> Value:
        side = inputs[0].side if side is None else side
        numbers, shape = [value.number for value in inputs], [side, side, channels]
        self.steps.append({"op": op, "from": numbers, "shape": shape, **rest})
        return Value(len(self.steps) - 1, channels, side)


class _Weights:
    """The file of weights: float32 first, then float16."""

    def __init__(self) -> None:
        self._places: list[tuple[list[int], np.ndarray]] = []

    def named(self, step: dict[str, Any]) -> dict[str, Any]:
        """A step with a place in the file for each of its arrays; `place` fills them in."""
        return {key: self._put(key, value) for key, value in step.items()}

    def _put(self, key: str, value):
        if not isinstance(value, np.ndarray):
            return value
        kind = np.float32 if key in ("scale", "bias") else np.float16
        with np.errstate(over="ignore"):
            array = np.ascontiguousarray(value, dtype=np.dtype(kind).newbyteorder("<"))
        if not np.isfinite(array).all():
            raise UserError("A browser cannot draw this model: a weight is too large for float16.")
        place = [0, array.size]
        self._places.append((place, array))
        return place

    def place(self) -> int:
        """Set all offsets; returns the length of the file."""
        self._places.sort(key=lambda one: one[1].itemsize, reverse=True)
        offset = 0
        for place, array in self._places:
            place[0] = offset
            offset += array.nbytes
        return offset

    def data(self) -> bytes:
        return b"".join(array.tobytes() for _, array in self._places)
