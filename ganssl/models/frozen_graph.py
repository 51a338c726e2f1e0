"""Frozen TensorFlow graphs (`.tfmodel`, `.pb`) from strangers: checked before anything runs.

A GraphDef is a program: it can read and write files or call Python. It is
therefore parsed but not imported until every operation in it, in its library
of functions too, is one of `ALLOWED_OPS`, which only compute. Of a checked
graph no more is run than the part between an input and an output.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ganssl.errors import UserError
from ganssl.models.graph_limits import MANY_IMAGES, check_chains, check_cost

MAX_BYTES = 1 << 30
"""Larger files are refused before they are read."""

RANDOM_OP = "RandomStandardNormal"
ALLOWED_OPS = frozenset(
    "Add AddV2 BiasAdd Const Conv2D Conv2DBackpropInput Elu Exp ExpandDims Identity MatMul MaxPool "
    "Mul NoOp Pack Placeholder RealDiv Relu Reshape Rsqrt Shape Sigmoid Slice Softmax Squeeze "
    f"StridedSlice Sub Tanh {RANDOM_OP}".split()
)


@dataclass(frozen=True, eq=False)
class FrozenGraph:
    """A checked graph.

    Attributes:
        path: its file.
        sha256: of the file, 64 hexadecimal digits.
        graph_def: the `tf.compat.v1.GraphDef`.
    """

    path: Path
    sha256: str
    graph_def: Any

    @classmethod
    def read(cls, path: str | Path, max_bytes: int = MAX_BYTES) -> FrozenGraph:
        """Parse and check a file.

        Raises:
            UserError: it is absent, larger than `max_bytes`, no graph, or
                holds operations other than `ALLOWED_OPS`; these are named.
        """
        path = Path(path)
        data = _read_bytes(path, max_bytes)
        from google.protobuf.message import DecodeError
        from tensorflow.compat.v1 import GraphDef

        graph = GraphDef()
        try:
            graph.ParseFromString(data)
        except DecodeError as error:
            raise UserError(
                f"{path.name} is damaged or no frozen TensorFlow graph. Copy the file afresh."
            ) from error
        if not graph.node:
            raise UserError(f"{path.name} is an empty graph.")
        _check_operations(graph, path.name)
        _check_constants(graph, path.name, max_bytes)
        check_chains(graph, path.name)
        for node in graph.node:
            node.device = ""  # that of the machine it was trained on
        return cls(path, hashlib.sha256(data).hexdigest(), graph)

    @cached_property
    def nodes(self) -> dict:
        """Every `NodeDef` by name."""
        return {node.name: node for node in self.graph_def.node}

    def constant(self, name: str) -> np.ndarray:
        """The value of a constant; `UserError` where there is none of that name."""
        from tensorflow import make_ndarray

        node = self._node(name)
        if node.op != "Const":
            raise UserError(f"{self.path.name}: {name} is no constant; freeze the graph first.")
        try:
            return make_ndarray(node.attr["value"].tensor)
        except Exception as error:  # damaged constants raise many types
            raise UserError(f"{self.path.name} is damaged: the constant {name}.") from error

    def function(
        self,
        feed: str,
        fetch: str,
        shape: tuple[int | None, ...],
        fixed: Mapping[str, float] | None = None,
        runs: bool = True,
    ) -> Any:
        """The part of the graph from the output of node `feed` to that of node `fetch`.

        Args:
            shape: of what is fed, None where it is open.
            fixed: nodes whose output is replaced by a number.
            runs: False where only the shape of the output is wanted; otherwise all sides
                of `shape` but the first are known, and what a run takes is limited.

        Returns:
            A TensorFlow function from float32 to float32 tensors, with `graph`
            and `outputs`; safe to call from several threads.

        Raises:
            UserError: a node is missing, the part needs other inputs or random
                numbers, or it does not fit together.
        """
        import tensorflow as tf

        fixed = fixed or {}
        part = self._part(fetch, {feed, *fixed})
        used = {name.partition(":")[0] for node in part.node for name in node.input}

        def run(value):
            inputs = {f"{feed}:0": value}
            for name in used & set(fixed):
                inputs[f"{name}:0"] = tf.constant(fixed[name], tf.float32)
            (result,) = tf.graph_util.import_graph_def(
                part,
                input_map=inputs,
                return_elements=[f"{fetch}:0"],
                name="",
            )
            return result

        def wrapped(sides: tuple[int | None, ...]):
            try:
                return tf.compat.v1.wrap_function(run, [tf.TensorSpec(sides, tf.float32)])
            except Exception as error:  # TensorFlow has many types for what does not fit
                raise UserError(
                    f"{self.path.name}: the part from {feed} to {fetch} does not fit together: "
                    f"{_first_line(error)}"
                ) from error

        for images in (1, MANY_IMAGES) if runs else ():
            check_cost(wrapped((images, *shape[1:])).graph, images, self.path.name)
        return wrapped(shape)

    def _part(self, fetch: str, feeds: set[str]):
        """A GraphDef of the nodes that `fetch` is computed from, as far as `feeds`."""
        from tensorflow.compat.v1 import GraphDef

        needed: set[str] = set()
        open_names = [fetch]
        while open_names:
            name = open_names.pop().removeprefix("^").partition(":")[0]
            if name in needed or name in feeds:
                continue
            needed.add(name)
            node = self._node(name)
            if node.op in ("Placeholder", RANDOM_OP):
                what = "random numbers" if node.op == RANDOM_OP else "another input"
                raise UserError(f"{self.path.name}: {fetch} depends on {what}, {name}.")
            open_names.extend(node.input)
        part = GraphDef(versions=self.graph_def.versions)
        part.node.extend(node for node in self.graph_def.node if node.name in needed)
        return part

    def _node(self, name: str):
        if name not in self.nodes:
            raise UserError(f"{self.path.name} has no operation {name}: it is another model.")
        return self.nodes[name]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > max_bytes:
        raise UserError(
            f"{path.name} is larger than {max_bytes / 2**20:,.0f} MiB, the most that is read."
        )
    return data


def _check_operations(graph, name: str) -> None:
    """`UserError` that names the operations which are not `ALLOWED_OPS`, and where they are."""
    places = {node.op: node.name for node in graph.node}
    for function in graph.library.function:
        inside = f"in the function {function.signature.name}"
        places.update({node.op: f"{node.name} {inside}" for node in function.node_def})
    odd = sorted(set(places) - ALLOWED_OPS)
    if odd:
        listed = ", ".join(f"{op} ({places[op]})" for op in odd[:5])
        more = f" and {len(odd) - 5} more" if len(odd) > 5 else ""
        raise UserError(
            f"{name} is refused: it holds operations that a frozen face network does not need "
            f"and that might do more than compute: {listed}{more}."
        )


def _check_constants(graph, name: str, max_bytes: int) -> None:
    """A few bytes can stand for a constant of any size; together they may fill `max_bytes`."""
    from tensorflow import dtypes

    total = 0
    for node in graph.node:
        if node.op == "Const":
            tensor = node.attr["value"].tensor
            sides = [dim.size for dim in tensor.tensor_shape.dim]
            if min(sides, default=0) < 0:
                raise UserError(f"{name} is damaged: the constant {node.name} has no shape.")
            try:
                total += math.prod(sides) * dtypes.as_dtype(tensor.dtype).size
            except TypeError as error:
                raise UserError(
                    f"{name} is damaged: the constant {node.name} has no type of numbers."
                ) from error
    if total > max_bytes:
        raise UserError(
            f"{name} is refused: its constants would fill {total / 2**20:,.0f} MiB, and "
            f"{max_bytes / 2**20:,.0f} MiB is the most."
        )
