"""Speed of the networks, beside the arithmetic of their layers at the matrix rate."""

from __future__ import annotations

from collections.abc import Callable

from ganssl.benchmarks.measurement import Measurement, median_time
from ganssl.models.face_model import BATCH, FaceModel
from ganssl.models.operations import layer_operations


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
