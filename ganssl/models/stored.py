"""A network as its file keeps it: arrays, of which a Keras network or a graph is made when asked.

Faces and codes come from the graph, whose engine loads in a moment; Keras and
TensorFlow are loaded where something needs the network itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from ganssl.base.device import ONNX, inference_engine
from ganssl.engines.onnx_graph import OnnxGraph
from ganssl.models.config import ModelConfig
from ganssl.models.networks import (
    build_encoder,
    build_generator,
    encoder_layers,
    generator_layers,
)
from ganssl.models.weights import NamedArrays, arrays_id, assign_arrays
from ganssl.photos.preprocess import Preprocess

if TYPE_CHECKING:
    import keras


Take = Callable[[str, tuple[int, ...]], np.ndarray]


class Drawing(Protocol):
    """The part of a kit that begins the description of a generator."""

    def code(self, size: int) -> Any: ...


Kit = TypeVar("Kit", bound=Drawing)
Result = TypeVar("Result")


class StoredNetwork:
    """Reads the arrays of `model_arrays`.

    Args:
        arrays: by name; they are not copied.
        source: what messages call the file.
        build: makes the Keras network with any weights.
        draw: describes it with a kit, see `ganssl.models.networks`, and returns the graph's file.

    Raises `UserError` where names or shapes are not those of the architecture,
    or values are no numbers.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        source: str,
        build: Callable[[], keras.Model],
        draw: Callable[[OnnxGraph], bytes],
    ) -> None:
        self._arrays, self._source, self._build, self._draw = arrays, source, build, draw
        self._keras: keras.Model | None = None
        self._lock = threading.Lock()
        self.graph()

    @property
    def id(self) -> str:
        """See `ganssl.models.weights.network_id`."""
        return arrays_id(self._arrays)

    @property
    def keras(self) -> keras.Model:
        """The Keras network; changes to its weights do not reach `graph`."""
        with self._lock:
            if self._keras is None:
                network = self._build()
                assign_arrays(network, self._arrays, self._source)
                self._keras = network
            return self._keras

    def graph(self, draw: Callable[[OnnxGraph], bytes] | None = None) -> bytes:
        """The network as a graph for `ganssl.engines.onnx_runtime.open_graph`.

        Made anew at every call: that takes about as long as reading it from a disk would.

        Args:
            draw: describes it in another way than the one that was given at the start.
        """
        return self.described(OnnxGraph, draw or self._draw)

    def described(self, make_kit: Callable[[Take], Kit], draw: Callable[[Kit], Result]) -> Result:
        """What `draw` gives for a kit that has the network's weights at hand."""
        weights = NamedArrays(self._arrays, self._source)
        result = draw(make_kit(weights.take))
        weights.check_all_taken()
        return result


def keras_network(network: keras.Model | StoredNetwork) -> keras.Model:
    return network.keras if isinstance(network, StoredNetwork) else network


def runs_as_graph(network: keras.Model | StoredNetwork) -> bool:
    """Whether ONNX Runtime is the engine for a network: it cannot change, and there is no GPU."""
    return isinstance(network, StoredNetwork) and inference_engine() == ONNX


def stored_encoder(
    config: ModelConfig, preprocess: Preprocess, arrays: dict[str, np.ndarray], source: str
) -> StoredNetwork:
    """An encoder from its arrays; its graph takes uint8 faces and gives the posterior's mean."""
    low, high = preprocess.low, preprocess.high

    def draw(kit: OnnxGraph) -> bytes:
        return kit.rows(encoder_layers(kit, config, kit.faces(config.size, low, high))[0])

    return StoredNetwork(arrays, source, lambda: build_encoder(config), draw)


def stored_generator(
    config: ModelConfig, preprocess: Preprocess, arrays: dict[str, np.ndarray], source: str
) -> StoredNetwork:
    """A generator from its arrays; its graph gives uint8 faces."""
    low, high = preprocess.low, preprocess.high

    def draw(kit: OnnxGraph) -> bytes:
        return kit.drawn(generator_layers(kit, config, kit.code(config.latent_size)), low, high)

    return StoredNetwork(arrays, source, lambda: build_generator(config), draw)
