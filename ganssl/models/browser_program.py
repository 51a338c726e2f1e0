"""The generator as a small program and a file of weights, for engines that are not Keras.

`browser_program` walks the Keras graph of a generator and writes down what it
computes, step by step, in terms that a browser's engine of a few hundred lines
can follow. It knows no architecture: any graph of the operations below will do.

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
from typing import TYPE_CHECKING, Any

import numpy as np

from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel

if TYPE_CHECKING:
    import keras

FORMAT = "ganssl generator 1"

LINEAR = ("dense", "conv", "double")
"""Steps with weights, which norm, modulation and activation are folded into."""

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

    Raises `UserError` for a model that is no Keras graph, and for a graph with
    an operation that programs have no word for.
    """
    generator = getattr(model, "generator", None)
    if generator is None:
        raise UserError(f"The model {model.name} has no Keras generator to write a program of.")
    walk = _Walk(generator)
    weights = _Weights()
    steps = [weights.named(step) for step in walk.steps]
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


class _Walk:
    """Goes through a Keras graph in order of computation and collects `steps`."""

    def __init__(self, generator: keras.Model) -> None:
        self.steps: list[dict[str, Any]] = []
        self._number: dict[int, int] = {}  # of the step that gives a Keras tensor
        self._uses: dict[int, int] = {}
        nodes = [(op, op._inbound_nodes[0]) for op in generator.operations]
        for _, node in nodes:
            for tensor in node.input_tensors:
                self._uses[id(tensor)] = self._uses.get(id(tensor), 0) + 1
        for operation, node in nodes:
            number = self._take(operation, list(node.input_tensors))
            self._number[id(node.output_tensors[0])] = number
        if self._number[id(generator.outputs[0])] != len(self.steps) - 1:
            raise UserError("The generator's graph does not end in its face.")

    def _take(self, operation, inputs: list) -> int:
        """The number of the step that computes `operation`."""
        kinds = {kind.__name__ for kind in type(operation).__mro__}
        for name, take in self._known.items():
            if name in kinds:
                return take(self, operation, inputs)
        raise UserError(
            f"A browser cannot draw this model: its generator has the operation "
            f"{type(operation).__name__} ({operation.name})."
        )

    def _step(self, op: str, inputs: list, shape, **rest) -> int:
        numbers = [self._number[id(tensor)] for tensor in inputs]
        self.steps.append({"op": op, "from": numbers, "shape": [int(n) for n in shape], **rest})
        return len(self.steps) - 1

    def _start(self, operation, inputs) -> int:
        return CODE

    def _same(self, operation, inputs) -> int:
        """A cast or the like: the array of the step before."""
        return self._number[id(inputs[0])]

    def _dense(self, layer, inputs) -> int:
        kernel = np.asarray(layer.kernel)
        return self._step("dense", inputs, (1, 1, kernel.shape[1]), **_linear(layer, kernel))

    def _conv(self, layer, inputs) -> int:
        kernel = np.asarray(layer.kernel)
        from ganssl.models.layers import DoublingConv2D

        doubling = isinstance(layer, DoublingConv2D)
        plain = doubling or (layer.strides == (1, 1) and layer.padding == "same")
        if not plain or kernel.shape[:2] != (3, 3) or layer.groups != 1:
            raise UserError(f"A browser cannot draw this model: {layer.name} is not a plain 3×3.")
        if layer.activation.__name__ != "linear":
            raise UserError(f"A browser cannot draw this model: {layer.name} has an activation.")
        source = self._number[id(inputs[0])]
        if self._op(source) == "doubled":
            self.steps.pop()  # its doubling, which this step does itself
            inputs, doubling = [self._pending], True
        height, width = inputs[0].shape[1:3]
        times = 2 if doubling else 1
        shape = (times * height, times * width, kernel.shape[3])
        return self._step("double" if doubling else "conv", inputs, shape, **_linear(layer, kernel))

    def _doubled(self, layer, inputs) -> int:
        """A doubling waits for the convolution after it."""
        if layer.interpolation != "nearest" or tuple(layer.size) != (2, 2):
            raise UserError(f"A browser cannot draw this model: {layer.name} is no doubling.")
        self._pending = inputs[0]
        return self._step("doubled", inputs, (0, 0, 0))

    def _norm(self, layer, inputs) -> int:
        number = self._open(layer, inputs, "modulate", "slope")
        step = self.steps[number]
        gamma, beta, mean, variance = (np.asarray(w, np.float64) for w in layer.get_weights())
        gain = gamma / np.sqrt(variance + layer.epsilon)
        step["bias"] = (step["bias"] - mean) * gain + beta
        step["scale"] = step["scale"] * gain
        return number

    def _modulate(self, layer, inputs) -> int:
        number = self._open(layer, inputs[:1], "modulate", "slope")
        if self._number[id(inputs[1])] != CODE:
            raise UserError(f"A browser cannot draw this model: {layer.name} takes no code.")
        self.steps[number]["modulate"] = np.asarray(layer.kernel)
        self.steps[number]["modulate_bias"] = np.asarray(layer.bias)
        return number

    def _leaky(self, layer, inputs) -> int:
        number = self._open(layer, inputs, "slope")
        self.steps[number]["slope"] = float(layer.negative_slope)
        return number

    def _open(self, layer, inputs, *closed: str) -> int:
        """The step before, which a layer is folded into; `UserError` where it cannot be."""
        number = self._number[id(inputs[0])]
        op, used = self._op(number), self._uses[id(inputs[0])]
        if op not in LINEAR or used != 1 or any(key in self.steps[number] for key in closed):
            raise UserError(
                f"A browser cannot draw this model: {layer.name} does not follow a convolution."
            )
        return number

    def _op(self, number: int) -> str:
        return self.steps[number]["op"] if number != CODE else "code"

    def _reshape(self, operation, inputs) -> int:
        """The dense layer's grid, or one end of an unfolding; `_transpose` is its middle."""
        number = self._number[id(inputs[0])]
        shape = tuple(int(n) for n in operation._inbound_nodes[0].output_tensors[0].shape[1:])
        if self._op(number) == "dense" and len(shape) == 3:
            step = self.steps[number]
            step["shape"] = list(shape)
            # One number for each channel, as a norm has; a bias of each pixel has no word here.
            pixels = step["bias"].reshape(-1, shape[2])
            if np.ptp(pixels, axis=0).any():
                raise UserError("A browser cannot draw this model: its dense layer has a bias.")
            step["scale"], step["bias"] = step["scale"][: shape[2]], pixels[0]
            return number
        if len(shape) == 5:
            height, width, block, across, depth = shape
            if self.steps[number]["shape"] == [height, width, block * across * depth]:
                return self._step(
                    "unfold", inputs, (height * block, width * across, depth), block=block
                )
        if self._op(number) == "unfold" and list(shape) == self.steps[number]["shape"]:
            return number
        raise UserError(f"A browser cannot draw this model: {operation.name} is no unfolding.")

    def _transpose(self, operation, inputs) -> int:
        number = self._number[id(inputs[0])]
        if self._op(number) != "unfold" or tuple(operation.axes) != (0, 1, 3, 2, 4, 5):
            raise UserError(f"A browser cannot draw this model: {operation.name} is no unfolding.")
        return number

    def _blur(self, layer, inputs) -> int:
        return self._step("blur", inputs, inputs[0].shape[1:])

    def _add(self, layer, inputs) -> int:
        return self._step("add", inputs, inputs[0].shape[1:])

    def _concat(self, layer, inputs) -> int:
        channels = sum(tensor.shape[-1] for tensor in inputs)
        return self._step("concat", inputs, (*inputs[0].shape[1:3], channels))

    def _tanh(self, operation, inputs) -> int:
        return self._step("tanh", inputs, inputs[0].shape[1:])

    _known: dict[str, Callable] = {  # noqa: RUF012 - by name of the Keras class or of its base
        "InputLayer": _start,
        "Dense": _dense,
        "UpSampling2D": _doubled,
        "Conv2D": _conv,
        "BatchNormalization": _norm,
        "Modulate": _modulate,
        "LeakyReLU": _leaky,
        "Reshape": _reshape,
        "Transpose": _transpose,
        "Blur": _blur,
        "Add": _add,
        "Concatenate": _concat,
        "Cast": _same,
        "Tanh": _tanh,
    }


def _linear(layer, kernel: np.ndarray) -> dict[str, np.ndarray]:
    """Kernel, scale and bias of a layer before any norm."""
    channels = kernel.shape[-1]
    bias = np.asarray(layer.bias, np.float64) if layer.use_bias else np.zeros(channels)
    return {"kernel": kernel, "scale": np.ones(channels), "bias": bias}


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
