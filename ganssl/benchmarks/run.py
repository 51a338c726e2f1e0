"""Speed and memory, each beside a reference that is measured in the same run.

A bare time says little about another machine. The networks are therefore
held against the arithmetic of their layers at the matrix rate of this
machine, and start-up and memory against a bare import of TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from ganssl.benchmarks.measurement import Measurement
from ganssl.models.face_model import FaceModel

SECTIONS: tuple[str, ...] = ("networks", "start", "laboratory", "sets", "app", "visitors", "ray")
"""What `benchmark` measures, in this order."""

ASKED_FOR = ("visitors", "ray")
"""Those that it leaves out unless they are named."""


def benchmark(
    model: FaceModel,
    model_folder: str | None = None,
    seconds: float = 3.0,
    report: Callable[[Measurement], None] | None = None,
    only: Collection[str] = (),
    visitors: int | None = None,
) -> list[Measurement]:
    """Measure networks, start-up and memory, the laboratory, sets and the app.

    Args:
        model_folder: what the start-up process loads; None takes the shipped model.
        seconds: how long each rate is measured.
        report: called with every measurement as it comes in.
        only: sections of `SECTIONS`; without any all but those of `ASKED_FOR`, and the app
            where it can be visited.
        visitors: how many wait for faces, where that is measured; eight where nothing is said.
    """
    results: list[Measurement] = []
    asked = bool(only)
    for section in SECTIONS:
        if section in only or not (only or section in ASKED_FOR):
            for measurement in _section(section, model, model_folder, seconds, asked, visitors):
                results.append(measurement)
                if report:
                    report(measurement)
    return results


def _section(
    name: str,
    model: FaceModel,
    model_folder: str | None,
    seconds: float,
    asked: bool,
    visitors: int | None,
) -> Iterator[Measurement]:
    """The figures of a section; the parts are imported when it is their turn."""
    if name == "networks":
        from ganssl.benchmarks.networks import measure_networks

        yield from measure_networks(model, seconds)
    elif name == "start":
        from ganssl.benchmarks.startup import measure_start

        yield from measure_start(model_folder)
    elif name == "laboratory":
        from ganssl.benchmarks.laboratory import measure_laboratory

        yield from measure_laboratory(model, model_folder, seconds)
    elif name == "sets":
        from ganssl.benchmarks.synthesis import measure_synthesis

        yield from measure_synthesis(model, seconds)
    elif name == "app":
        from ganssl.benchmarks.app import measure_app
        from ganssl.benchmarks.browser_windows import can_visit

        if asked or can_visit():
            yield from measure_app(model_folder)
    elif name == "visitors":
        from ganssl.benchmarks.visitors import VISITORS, measure_visitors

        yield from measure_visitors(model_folder, visitors or VISITORS)
    elif name == "ray":
        from ganssl.benchmarks.ray_workers import measure_ray

        yield from measure_ray(model)
