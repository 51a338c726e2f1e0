"""Graphs that would take too much are refused before anything runs, and the first run is apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ganssl.errors import UserError
from ganssl.models import graph_limits, graph_trial
from ganssl.models.frozen_graph import FrozenGraph
from ganssl.models.graph_limits import MAX_DEPTH
from ganssl.models.graph_trial import try_graph
from tests.helpers.frozen_graphs import save_vaegan, v1, vaegan_graph, write_graph

pytestmark = pytest.mark.slow


def chain(length: int) -> v1.GraphDef:
    """`n0` and so many nodes after it, written without TensorFlow walking along them."""
    graph = v1.GraphDef()
    first = graph.node.add(name="n0", op="Placeholder")
    first.attr["dtype"].type = tf.float32.as_datatype_enum
    for i in range(1, length + 1):
        node = graph.node.add(name=f"n{i}", op="Tanh", input=[f"n{i - 1}"])
        node.attr["T"].type = tf.float32.as_datatype_enum
    return graph


def refused(tmp_path: Path, graph, message: str) -> None:
    with pytest.raises(UserError, match=rf"odd\.tfmodel.*{message}"):
        FrozenGraph.read(write_graph(tmp_path / "odd.tfmodel", graph))


def test_long_chains_and_many_nodes_are_refused(tmp_path: Path):
    FrozenGraph.read(write_graph(tmp_path / "a.tfmodel", chain(MAX_DEPTH)))
    refused(tmp_path, chain(MAX_DEPTH + 1), "form one chain")
    refused(tmp_path, chain(graph_limits.MAX_NODES), "nodes, over")


def test_circles_and_two_nodes_of_one_name_are_refused(tmp_path: Path):
    circle = chain(3)
    circle.node[1].input[:] = ["^n3"]
    refused(tmp_path, circle, "in a circle")
    twice = chain(2)
    twice.node[2].name = "n1"
    refused(tmp_path, twice, "two of its nodes have one name")


def graph_from(build) -> v1.GraphDef:
    with tf.Graph().as_default() as graph:
        tf.identity(build(v1.placeholder(tf.float32, (None, 8), name="a")), name="b")
    return graph.as_graph_def()


def products(x):
    x = tf.matmul(x, np.ones((8, 64), np.float32))
    for _ in range(4):
        x = tf.matmul(x, np.ones((64, 64), np.float32))
    return x


def square_of_the_batch(x):
    return tf.matmul(x, x, transpose_b=True)


def test_arithmetic_is_counted(tmp_path: Path, monkeypatch):
    path = write_graph(tmp_path / "a.tfmodel", graph_from(products))
    graph = FrozenGraph.read(path)
    graph.function("a", "b", (None, 8))
    monkeypatch.setattr(graph_limits, "MAX_OPERATIONS", 8 * 64 * 2 + 4 * 64 * 64 * 2)
    with pytest.raises(UserError, match="billion operations for one image"):
        graph.function("a", "b", (None, 8))


def test_what_grows_faster_than_the_batch_is_counted_for_a_whole_batch(tmp_path: Path, monkeypatch):
    graph = FrozenGraph.read(write_graph(tmp_path / "a.tfmodel", graph_from(square_of_the_batch)))
    monkeypatch.setattr(graph_limits, "MAX_ELEMENTS", 32)
    with pytest.raises(UserError, match=r"would make a tensor of \[64, 64\]"):
        graph.function("a", "b", (None, 8))


def test_sides_that_only_a_run_would_tell_are_refused():
    with tf.Graph().as_default() as graph:
        sides = v1.placeholder(tf.int32, (2,), name="sides")
        tf.reshape(v1.placeholder(tf.float32, (1, 8)), sides, name="unknown")
    with pytest.raises(UserError, match=r"what unknown makes is not known before it runs"):
        graph_limits.check_cost(graph, 1, "odd.tfmodel")


def test_a_face_model_stays_far_below_the_limits(tmp_path: Path):
    graph = FrozenGraph.read(write_graph(tmp_path / "a.tfmodel", vaegan_graph(latent_size=6)))
    function = graph.function("encoder/variational/z", "generator/x_tilde", (None, 6))
    assert function(tf.zeros((3, 6))).shape == (3, 20, 20, 3)


def test_the_first_run_is_in_a_process_of_its_own(tmp_path: Path, monkeypatch):
    path = save_vaegan(tmp_path)
    try_graph(path)
    monkeypatch.setattr(graph_trial.sys, "executable", "/nowhere")
    try_graph(path)  # it is known by its content
    other = write_graph(tmp_path / "odd.tfmodel", chain(MAX_DEPTH + 1))
    monkeypatch.undo()
    with pytest.raises(UserError, match=r"odd\.tfmodel is refused.*form one chain"):
        try_graph(other)


def test_a_child_that_dies_or_does_not_end_is_a_sentence(tmp_path: Path, monkeypatch):
    path = save_vaegan(tmp_path, seed=5)
    monkeypatch.setattr(graph_trial.sys, "executable", "/bin/false")
    with pytest.raises(UserError, match=r"ended its process \(status 1\)"):
        try_graph(path)
    with pytest.raises(UserError, match="cannot be read"):
        try_graph(tmp_path / "nowhere.tfmodel")
    monkeypatch.undo()
    monkeypatch.setattr(graph_trial, "PATIENCE", 0.01)
    with pytest.raises(UserError, match="did not end"):
        try_graph(path)
