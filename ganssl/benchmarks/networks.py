"""Speed of the networks, beside the arithmetic of their layers at the matrix rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ganssl.base.device import ONNX, inference_engine
from ganssl.benchmarks.measurement import Measurement, matrix_rate, median_time
from ganssl.models.face_model import BATCH, FaceModel
from ganssl.models.operations import layer_operations


def measure_networks(model: FaceModel, seconds: float = 3.0) -> Iterator[Measurement]:
    """The matrix rate, each network beside it, and the generator beside the engine alone."""
    rate = matrix_rate(seconds)
    yield Measurement("matrix product, float32", rate / 1e9, "GFLOP/s", rate / 1e9, 1.0, "itself")
    for measure in (one_face, many_faces, encoder, face_network):
        yield measure(model, rate, seconds)
    yield from engine_alone(model, seconds)


def engine_alone(model: FaceModel, seconds: float) -> list[Measurement]:
    """One face and a batch through the model, beside the bare session of ONNX Runtime.

    Nothing where the generator runs on TensorFlow.
    """
    if ONNX not in model.engines or inference_engine() != ONNX:
        return []
    from ganssl.engines.onnx_runtime import open_for_many, open_graph

    figures = []
    for count, name, opened in (
        (1, "one face, generator", open_graph),
        (BATCH, f"generator, batches of {BATCH}", open_for_many),
    ):
        codes, bare = model.sample(count, seed=0), opened(model.generator_graph())
        ours = median_time(partial(model.decode, codes), seconds) * 1000
        alone = median_time(partial(bare, codes), seconds) * 1000
        figures.append(Measurement(name, ours, "ms", alone, alone / ours, "ONNX Runtime alone"))
    return figures


def one_face(model: FaceModel, rate: float, seconds: float) -> Measurement:
    code = model.sample(1, seed=0)
    duration = median_time(lambda: model.decode(code), seconds) * 1000
    ideal = model.generator_operations / rate * 1000
    meaning = "arithmetic of the generator's layers at the matrix rate"
    return Measurement("one face, generator", duration, "ms", ideal, ideal / duration, meaning)


def many_faces(model: FaceModel, rate: float, seconds: float) -> Measurement:
    codes = model.sample(BATCH, seed=0)
    return _batches(
        "generator", model.generator_operations, lambda: model.decode(codes), rate, seconds
    )


def encoder(model: FaceModel, rate: float, seconds: float) -> Measurement:
    faces = model.decode(model.sample(BATCH, seed=0))
    return _batches("encoder", model.encoder_operations, lambda: model.encode(faces), rate, seconds)


def _batches(
    name: str, operations: int, run: Callable[[], object], rate: float, seconds: float
) -> Measurement:
    """Faces per second of a network that `run` gives one batch."""
    speed = BATCH / median_time(run, seconds)
    ideal = rate / operations
    meaning = f"arithmetic of the {name}'s layers at the matrix rate"
    return Measurement(
        f"{name}, batches of {BATCH}", speed, "faces/s", ideal, speed / ideal, meaning
    )


def face_network(model: FaceModel, rate: float, seconds: float) -> Measurement:
    from ganssl.features.face_network import FaceNetwork

    network = FaceNetwork.load()
    faces = model.decode(model.sample(BATCH, seed=0))
    duration = median_time(lambda: network.features(faces), seconds) * 1000 / BATCH
    ideal = layer_operations(network.model) / rate * 1000
    meaning = "arithmetic of its layers at the matrix rate"
    return Measurement(
        f"face network, batches of {BATCH}", duration, "ms/face", ideal, ideal / duration, meaning
    )
