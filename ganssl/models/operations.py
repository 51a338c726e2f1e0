"""How much arithmetic a network takes for one face: its convolutions and matrix products."""

from __future__ import annotations

import numpy as np


def layer_operations(network) -> int:
    """Floating-point operations of a Keras network's convolutions and dense layers for one face."""
    import keras

    from ganssl.models.layers import DoublingConv2D, Modulate

    total = 0
    for layer in network.layers:
        if isinstance(layer, DoublingConv2D):
            _, height, width, channels = layer.input.shape  # every input spreads a 4×4 kernel
            total += 2 * height * width * 16 * channels * layer.filters
        elif isinstance(layer, keras.layers.Conv2D):
            _, height, width, _ = layer.output.shape  # every output sees the kernel
            total += 2 * height * width * int(np.prod(layer.kernel.shape))
        elif isinstance(layer, (keras.layers.Dense, Modulate)):
            total += 2 * int(np.prod(layer.kernel.shape))
    return total


def graph_operations(graph) -> int:
    """The same for a TensorFlow graph whose shapes are known but for the batch."""
    total = 0
    for operation in graph.get_operations():
        if operation.type == "Conv2D":
            _, height, width, _ = operation.outputs[0].shape  # every output sees the kernel
        elif operation.type == "Conv2DBackpropInput":
            _, height, width, _ = operation.inputs[2].shape  # every input spreads the kernel
        elif operation.type == "MatMul":
            height = width = 1
        else:
            continue
        total += 2 * height * width * int(np.prod(operation.inputs[1].shape))
    return total
