"""How much a graph from a stranger may take: nodes, chains, memory and arithmetic.

A graph without loops takes what its shapes say, so all of it is known before
anything runs.
"""

from __future__ import annotations

import math

from ganssl.errors import UserError

MAX_NODES = 20_000
MAX_DEPTH = 1_000
"""Nodes of a graph, and how many may follow each other: TensorFlow walks along them recursively."""

MAX_ELEMENTS = 1 << 22
"""No tensor of a graph may hold more numbers for one image."""

MAX_OPERATIONS = 20_000_000_000
"""Multiplications and additions for one image, results of every other operation counted as one."""

MANY_IMAGES = 64
"""A batch of so many images may take no more than so many times what one may."""


def check_chains(graph, name: str) -> None:
    """`UserError` for too many nodes, for circles, and for long chains of nodes."""
    if len(graph.node) > MAX_NODES:
        raise UserError(f"{name} is refused: it has {len(graph.node):,} nodes, over {MAX_NODES:,}.")
    depth = {node.name: 0 for node in graph.node}
    if len(depth) < len(graph.node):
        raise UserError(f"{name} is damaged: two of its nodes have one name.")
    followers: dict[str, list[str]] = {node: [] for node in depth}
    waiting = dict.fromkeys(depth, 0)
    for node in graph.node:
        for source in node.input:
            source = source.removeprefix("^").partition(":")[0]
            if source in depth:
                followers[source].append(node.name)
                waiting[node.name] += 1
    ready = [node for node, count in waiting.items() if not count]
    done = 0
    while ready:
        node = ready.pop()
        done += 1
        for follower in followers[node]:
            depth[follower] = max(depth[follower], depth[node] + 1)
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    if done < len(depth):
        raise UserError(f"{name} is refused: some of its nodes wait for each other in a circle.")
    if max(depth.values(), default=0) > MAX_DEPTH:
        raise UserError(f"{name} is refused: more than {MAX_DEPTH:,} of its nodes form one chain.")


def check_cost(graph, images: int, name: str) -> None:
    """Refuse a graph that takes much memory or time for so many images.

    Args:
        graph: a TensorFlow graph in which every side, that of the batch too, is a number.
        name: what messages call it.

    Raises `UserError` for unknown sides, for tensors and for work beyond the limits.
    """
    operations = 0
    for operation in graph.get_operations():
        for tensor in operation.outputs:
            if not tensor.shape.is_fully_defined():
                raise UserError(
                    f"{name}: the size of what {operation.name} makes is not known before it runs, "
                    f"{tensor.shape}."
                )
            sides = tensor.shape.as_list()
            if math.prod(sides) > MAX_ELEMENTS * images:
                raise UserError(f"{name}: {operation.name} would make a tensor of {sides}.")
            operations += math.prod(sides)
        operations += _multiplications(operation)
        if operations > MAX_OPERATIONS * images:
            raise UserError(
                f"{name} takes more than {MAX_OPERATIONS / 1e9:,.0f} billion operations for one "
                "image; no face model that is read here needs as many."
            )


def _multiplications(operation) -> int:
    """And additions, of an operation whose shapes are known; 0 for those without any."""
    shapes = [tensor.shape.as_list() for tensor in operation.inputs]
    made = math.prod(operation.outputs[0].shape.as_list()) if operation.outputs else 0
    if operation.type == "MatMul":
        return 2 * made * max(shapes[0])
    if operation.type == "Conv2D":
        return 2 * made * math.prod(shapes[1][:3])
    if operation.type == "Conv2DBackpropInput":
        return 2 * math.prod(shapes[2]) * math.prod(shapes[1][:3])
    if operation.type == "MaxPool":
        return made * math.prod(operation.get_attr("ksize"))
    return 0
