"""A network as an ONNX graph: batch norms folded away, doublings as plain convolutions.

`OnnxGraph` is a kit (see `ganssl.models.networks`): an architecture described
with it becomes a graph for inference. What is computed is what the Keras
network computes, in another order of rounding.

Images lie as `[n, c, h, w]` inside; faces enter and leave as uint8 `[n, s, s, 3]`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ganssl.engines import onnx_file
from ganssl.engines.folding import batch_norm, phases

SLOPE = 0.1
"""Of the leaky ReLU."""

SMALL = 16
"""Up to this side, the pixels of a doubled image's cells are convolved one after the other."""

COUNT = "n"
ENTRY, EXIT = "in", "out"


@dataclass(frozen=True)
class Value:
    """What an operation gives: a name in the graph, and the shape without the first axis.

    Attributes:
        channels: how many; of a vector, its length.
        side: of the square image; 0 for a vector.
    """

    name: str
    channels: int
    side: int = 0


class OnnxGraph:
    """Builds a graph.

    Args:
        take: gives the weights by their path in the network and their shape.
    """

    def __init__(self, take: Callable[[str, tuple[int, ...]], np.ndarray]) -> None:
        self._take = take
        self._nodes: list[bytes] = []
        self._constants: dict[str, bytes] = {}
        self._entry = b""
        self._last = 0

    def to_bytes(self, exit: bytes) -> bytes:
        return onnx_file.model(self._nodes, self._constants.values(), self._entry, exit)

    # what enters and leaves

    def code(self, size: int) -> Value:
        """Latent codes, float32 `[n, size]`."""
        self._entry = onnx_file.value(ENTRY, np.float32, (COUNT, size))
        return Value(ENTRY, size)

    def faces(self, side: int, low: float, high: float) -> Value:
        """uint8 `[n, side, side, 3]`, brought to `[low, high]`."""
        self._entry = onnx_file.value(ENTRY, np.uint8, (COUNT, side, side, 3))
        x = self._add("Transpose", [ENTRY], perm=[0, 3, 1, 2])
        x = self._add("Cast", [x], to=onnx_file.TYPES[np.dtype(np.float32)])
        x = self._add("Mul", [x, self._number((high - low) / 255.0)])
        return Value(self._add("Add", [x, self._number(low)]), 3, side)

    def drawn(self, x: Value, low: float, high: float) -> bytes:
        """The graph's file where `x`, in `[low, high]`, leaves as uint8 `[n, s, s, 3]`."""
        scale = 255.0 / (high - low)
        y = self._add("Mul", [x.name, self._number(scale)])
        y = self._add("Add", [y, self._number(-low * scale)])
        y = self._add("Clip", [y, self._number(0.0), self._number(255.0)])
        y = self._add("Cast", [self._add("Round", [y])], to=onnx_file.TYPES[np.dtype(np.uint8)])
        self._add("Transpose", [y], EXIT, perm=[0, 2, 3, 1])
        return self.to_bytes(onnx_file.value(EXIT, np.uint8, (COUNT, x.side, x.side, x.channels)))

    def rows(self, x: Value) -> bytes:
        """The graph's file where the vector `x` leaves as float32 `[n, channels]`."""
        self._add("Identity", [x.name], EXIT)
        return self.to_bytes(onnx_file.value(EXIT, np.float32, (COUNT, x.channels)))

    # layers

    def dense(self, x: Value, size: int, name: str) -> Value:
        """A dense layer with bias."""
        kernel = self._take(f"{name}/kernel", (x.channels, size))
        bias = self._take(f"{name}/bias", (size,))
        return Value(self._add("Gemm", [x.name, self._array(kernel), self._array(bias)]), size)

    def grid_norm(
        self, code: Value, side: int, width: int, names: tuple[str, str], told: Value | None
    ) -> Value:
        """A dense layer without bias to `[side, side, width]`, norm, modulation, leaky ReLU."""
        name, norm = names
        kernel = self._take(f"{name}/kernel", (code.channels, side * side * width))
        gain, shift = batch_norm(self._take, norm, width)
        kernel = kernel.reshape(-1, side, side, width) * gain
        kernel = kernel.transpose(0, 3, 1, 2).reshape(code.channels, -1)
        bias = np.repeat(shift, side * side)
        x = self._add("Gemm", [code.name, self._array(kernel), self._array(bias)])
        x = self._add("Reshape", [x, self._whole(-1, width, side, side)])
        return self._activate(Value(x, width, side), norm, told)

    def conv(self, x: Value, width: int, name: str, kernel: int = 3, precise: bool = False):
        """A convolution with bias; `precise` means nothing here, all is float32."""
        weights = self._take(f"{name}/kernel", (kernel, kernel, x.channels, width))
        bias = self._take(f"{name}/bias", (width,))
        return self._conv(x, weights, bias)

    def conv_norm(
        self, x: Value, width: int, name: str, strides: int = 1, code: Value | None = None
    ) -> Value:
        """3×3 convolution, norm, modulation by a code if there is one, leaky ReLU."""
        kernel = self._take(f"{name}_conv/kernel", (3, 3, x.channels, width))
        gain, shift = batch_norm(self._take, name, width)
        return self._activate(self._conv(x, kernel * gain, shift, strides), name, code)

    def doubling_norm(self, x: Value, width: int, name: str, code: Value | None = None) -> Value:
        """The same of the image doubled by repetition.

        Of the doubled image, a pixel's neighbours on one side are its own twin, so
        four 2×2 convolutions give the four pixels of each cell. In a large image one
        convolution has them all as channels; with one more row and column than cells,
        each of its outputs holds pixels of four cells, and unfolding brings them
        together. In a small one that row and column would be a third of the work.
        """
        kernel = self._take(f"{name}_conv/kernel", (3, 3, x.channels, width))
        gain, shift = batch_norm(self._take, name, width)
        cells = phases(kernel * gain)
        if x.side <= SMALL:
            y = self._activate(self._four(x, cells, shift), name, code, repeat=4)
            return self.unfold(y, 2)
        convolved = self._add(
            "Conv",
            [
                x.name,
                self._kernel(cells.reshape(2, 2, x.channels, 4 * width)),
                self._array(np.tile(shift, 4)),
            ],
            kernel_shape=[2, 2],
            pads=[1, 1, 1, 1],
        )
        y = self._activate(Value(convolved, 4 * width, x.side + 1), name, code, repeat=4)
        inside = [self._whole(1, 1), self._whole(-1, -1), self._whole(2, 3)]
        return Value(self._add("Slice", [self.unfold(y, 2).name, *inside]), width, 2 * x.side)

    def residual(self, x: Value, name: str, code: Value | None = None) -> Value:
        """`x` plus one `conv_norm` of it."""
        return self._like(x, "Add", [x.name, self.conv_norm(x, x.channels, name, code=code).name])

    def blur(self, x: Value, name: str) -> Value:
        """The binomial low-pass."""
        row = np.array([0.25, 0.5, 0.25], np.float32)
        kernel = np.tile(np.outer(row, row), (x.channels, 1, 1, 1))
        return self._like(
            x,
            "Conv",
            [x.name, self._array(kernel)],
            kernel_shape=[3, 3],
            pads=[1, 1, 1, 1],
            group=x.channels,
        )

    def concat(self, parts: Sequence[Value]) -> Value:
        """Along the channels."""
        name = self._add("Concat", [part.name for part in parts], axis=1)
        return Value(name, sum(part.channels for part in parts), parts[0].side)

    def fold(self, x: Value, block: int) -> Value:
        """Space to depth."""
        if block == 1:
            return x
        name = self._add("SpaceToDepth", [x.name], blocksize=block)
        return Value(name, x.channels * block * block, x.side // block)

    def unfold(self, x: Value, block: int) -> Value:
        """Depth to space: columns first, then rows.

        ONNX Runtime turns two axes of a matrix in a third of the time that its `DepthToSpace`
        takes, which goes pixel by pixel.
        """
        if block == 1:
            return x
        width, side = x.channels // (block * block), x.side * block
        y = self._turned(x.name, [block, block, width * x.side * x.side], [0, 1, 3, 2])
        y = self._turned(y, [block, width * x.side, side], [0, 2, 1, 3])
        return Value(self._add("Reshape", [y, self._whole(0, width, side, side)]), width, side)

    def tanh(self, x: Value) -> Value:
        return self._like(x, "Tanh", [x.name])

    def reduce(self, x: Value, factor: int) -> Value:
        """The mean of squares of `factor` pixels a side."""
        if factor == 1:
            return x
        square = [factor, factor]
        name = self._add("AveragePool", [x.name], kernel_shape=square, strides=square)
        return Value(name, x.channels, x.side // factor)

    def mean(self, x: Value) -> Value:
        """Of all pixels: a vector."""
        name = self._add("GlobalAveragePool", [x.name])
        return Value(self._add("Flatten", [name]), x.channels)

    def flatten(self, x: Value, precise: bool = False) -> Value:
        """A vector, channels innermost."""
        name = self._add("Flatten", [self._add("Transpose", [x.name], perm=[0, 2, 3, 1])])
        return Value(name, x.side * x.side * x.channels)

    # their parts

    def _activate(self, x: Value, name: str, code: Value | None, repeat: int = 1) -> Value:
        """Modulation where there is a code, and leaky ReLU; `repeat` sets of channels are alike."""
        y = x.name
        if code is not None:
            width = x.channels // repeat
            kernel = self._take(f"{name}_code/kernel", (code.channels, 2 * width))
            bias = self._take(f"{name}_code/bias", (2 * width,)) + np.repeat(
                np.array([1, 0], np.float32), width
            )
            parts = [
                self._add(
                    "Gemm",
                    [
                        code.name,
                        self._array(np.tile(kernel[:, half], (1, repeat))),
                        self._array(np.tile(bias[half], repeat)),
                    ],
                )
                for half in (slice(width), slice(width, None))
            ]
            scale, shift = (
                self._add("Reshape", [part, self._whole(-1, x.channels, 1, 1)]) for part in parts
            )
            y = self._add("Add", [self._add("Mul", [y, scale]), shift])
        return self._like(x, "LeakyRelu", [y], alpha=SLOPE)

    def _conv(self, x: Value, kernel: np.ndarray, bias: np.ndarray, strides: int = 1) -> Value:
        """`[k, k, i, o]` over `[n, i, h, w]`, padded as Keras does: with strides, at the end."""
        side = kernel.shape[0]
        before, after = ((side - strides) // 2, (side - strides + 1) // 2)
        name = self._add(
            "Conv",
            [x.name, self._kernel(kernel), self._array(bias)],
            kernel_shape=[side, side],
            strides=[strides, strides],
            pads=[before, before, after, after],
        )
        return Value(name, kernel.shape[3], x.side // strides)

    def _kernel(self, kernel: np.ndarray) -> str:
        return self._array(kernel.transpose(3, 2, 0, 1))

    def _four(self, x: Value, cells: np.ndarray, shift: np.ndarray) -> Value:
        """The four convolutions of a doubling, one after the other along the channels.

        Args:
            cells: as `phases` gives them; the second pixels of a cell come first, and see the
                cell before.
        """
        width = len(shift)
        bias = self._array(shift)
        parts = [
            self._add(
                "Conv",
                [x.name, self._kernel(cells[:, :, :, 1 - down, 1 - right]), bias],
                kernel_shape=[2, 2],
                pads=[1 - down, 1 - right, down, right],
            )
            for down in (0, 1)
            for right in (0, 1)
        ]
        return Value(self._add("Concat", parts, axis=1), 4 * width, x.side)

    def _turned(self, name: str, sides: list[int], order: list[int]) -> str:
        """Reshaped to `[n, *sides]`, and its axes in another order."""
        shaped = self._add("Reshape", [name, self._whole(0, *sides)])
        return self._add("Transpose", [shaped], perm=order)

    def _like(self, x: Value, op: str, inputs: list[str], **attributes) -> Value:
        return Value(self._add(op, inputs, **attributes), x.channels, x.side)

    def _add(self, op: str, inputs: list[str], output: str = "", **attributes) -> str:
        output = output or self._name()
        self._nodes.append(onnx_file.node(op, inputs, output, attributes))
        return output

    def _name(self) -> str:
        self._last += 1
        return f"v{self._last}"

    def _number(self, number: float) -> str:
        return self._array(np.array(number, np.float32))

    def _whole(self, *numbers: int) -> str:
        return self._constant(np.array(numbers, np.int64))

    def _array(self, values: np.ndarray) -> str:
        return self._constant(values.astype(np.float32))

    def _constant(self, values: np.ndarray) -> str:
        name = self._name()
        self._constants[name] = onnx_file.tensor(name, values)
        return name
