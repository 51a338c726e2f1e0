"""Graph files from strangers: what is run, and what is refused before anything runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ganssl.errors import UserError
from ganssl.models.frozen_graph import ALLOWED_OPS, FrozenGraph
from tests.helpers.frozen_graphs import v1, vaegan_graph, write_graph

pytestmark = pytest.mark.slow


def graph_of(build) -> v1.GraphDef:
    with tf.Graph().as_default() as graph:
        build()
    return graph.as_graph_def()


def with_function(name: str, build) -> v1.GraphDef:
    """A harmless graph whose library holds a function that `build` makes."""
    graph = graph_of(lambda: tf.identity(v1.placeholder(tf.float32, (None, 2), name="a"), name="b"))
    inner = tf.function(build).get_concrete_function().graph.as_graph_def()
    function = graph.library.function.add()
    function.signature.name = name
    function.node_def.extend(inner.node)
    return graph


def numpy_function():
    v1.py_func(lambda: np.float32(1), [], tf.float32, name="call")


HOSTILE = {
    "PyFunc": lambda: graph_of(numpy_function),
    "ReadFile": lambda: graph_of(lambda: tf.io.read_file("/etc/passwd", name="steal")),
    "WriteFile": lambda: graph_of(lambda: tf.io.write_file("/tmp/x", "", name="plant")),
    "PartitionedCall": lambda: graph_of(
        lambda: tf.function(lambda x: x + 1)(v1.placeholder(tf.float32, ()))
    ),
}


@pytest.mark.parametrize("op", HOSTILE)
def test_operations_that_do_more_than_compute_are_named(tmp_path: Path, op: str):
    path = write_graph(tmp_path / "bad.tfmodel", HOSTILE[op]())
    with pytest.raises(UserError, match=rf"bad\.tfmodel is refused.*{op} \("):
        FrozenGraph.read(path)


def test_functions_of_the_library_are_searched(tmp_path: Path):
    hidden = with_function("innocent", lambda: tf.io.read_file("/etc/passwd", name="steal"))
    path = write_graph(tmp_path / "bad.tfmodel", hidden)
    with pytest.raises(UserError, match=r"ReadFile \(steal in the function innocent\)"):
        FrozenGraph.read(path)


def test_an_unknown_operation_is_refused_without_being_looked_up(tmp_path: Path):
    graph = vaegan_graph()
    graph.node.add(name="plug-in", op="LoadLibraryAndRun")
    with pytest.raises(UserError, match=r"LoadLibraryAndRun \(plug-in\)"):
        FrozenGraph.read(write_graph(tmp_path / "bad.tfmodel", graph))


def test_variables_are_no_frozen_graph(tmp_path: Path):
    graph = graph_of(lambda: v1.Variable(1.0, use_resource=False))
    with pytest.raises(UserError, match="VariableV2"):
        FrozenGraph.read(write_graph(tmp_path / "live.tfmodel", graph))


def test_nothing_on_the_list_touches_files_or_python():
    known = tf.raw_ops.__dict__
    assert all(op in known for op in ALLOWED_OPS)
    words = ("file", "py", "library", "function", "call", "dataset", "save", "restore", "queue")
    assert not [op for op in ALLOWED_OPS if any(word in op.lower() for word in words)]


def test_large_files_are_refused_before_they_are_read(tmp_path: Path):
    path = write_graph(tmp_path / "a.tfmodel", vaegan_graph())
    size = path.stat().st_size
    FrozenGraph.read(path, max_bytes=size)
    with pytest.raises(UserError, match="larger than 0 MiB"):
        FrozenGraph.read(path, max_bytes=size - 1)


def test_a_small_file_cannot_fill_the_memory(tmp_path: Path):
    graph = graph_of(lambda: tf.constant(1.0, shape=(1,), name="bomb"))
    node = next(node for node in graph.node if node.name == "bomb")
    del node.attr["value"].tensor.tensor_shape.dim[:]
    for size in (1 << 16, 1 << 16):
        node.attr["value"].tensor.tensor_shape.dim.add(size=size)
    path = write_graph(tmp_path / "bomb.tfmodel", graph)
    assert path.stat().st_size < 1000
    with pytest.raises(UserError, match="constants would fill 16,384 MiB"):
        FrozenGraph.read(path)


def test_a_tensor_that_would_grow_is_refused(tmp_path: Path):
    def square():
        x = v1.placeholder(tf.float32, (1, 16384), name="a")
        tf.identity(tf.add(tf.reshape(x, (16384, 1)), x, name="square"), name="b")

    graph = FrozenGraph.read(write_graph(tmp_path / "a.tfmodel", graph_of(square)))
    with pytest.raises(UserError, match=r"square would make a tensor of \[16384, 16384\]"):
        graph.function("a", "b", (1, 16384))


@pytest.mark.parametrize("data", [b"\x0a", b"hello, I am a text", b"\xff" * 500])
def test_damaged_files_are_told(tmp_path: Path, data: bytes):
    path = tmp_path / "odd.tfmodel"
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"odd\.tfmodel is damaged or no frozen"):
        FrozenGraph.read(path)


def test_a_file_that_was_cut_short_is_told(tmp_path: Path):
    path = write_graph(tmp_path / "cut.tfmodel", vaegan_graph())
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(UserError, match="damaged"):
        FrozenGraph.read(path)
    path.write_bytes(b"")
    with pytest.raises(UserError, match="empty graph"):
        FrozenGraph.read(path)
    with pytest.raises(UserError, match="cannot be read"):
        FrozenGraph.read(tmp_path / "nowhere.tfmodel")


def test_only_the_part_in_between_is_run(tmp_path: Path):
    path = write_graph(tmp_path / "a.tfmodel", vaegan_graph(latent_size=6))
    graph = FrozenGraph.read(path)
    decode = graph.function("encoder/variational/z", "generator/x_tilde", (None, 6))
    kinds = {operation.type for operation in decode.graph.get_operations()}
    assert "Conv2D" not in kinds and "RandomStandardNormal" not in kinds
    with pytest.raises(UserError, match="depends on random numbers"):
        graph.function("x", "encoder/variational/z", (None, 20, 20, 3))
    with pytest.raises(UserError, match="depends on another input, x"):
        graph.function("generator/x_tilde", "encoder/variational/Tanh", (None, 6))
    with pytest.raises(UserError, match="has no operation generator/hat"):
        graph.function("x", "generator/hat", (None, 6))
    with pytest.raises(UserError, match="does not fit together"):
        graph.function("encoder/variational/z", "generator/x_tilde", (None, 7))


def test_devices_of_the_machine_it_came_from_are_forgotten(tmp_path: Path):
    graph = vaegan_graph()
    for node in graph.node:
        node.device = "/job:worker/task:7/gpu:3"
    decode = FrozenGraph.read(write_graph(tmp_path / "a.tfmodel", graph)).function(
        "encoder/variational/z", "generator/x_tilde", (None, 6)
    )
    assert decode(tf.zeros((2, 6))).shape == (2, 20, 20, 3)
