"""`benchmark`: speed and memory of the model on this machine, beside references."""

from __future__ import annotations

import argparse
import json

HELP = "measure speed and memory, each beside a reference measured in the same run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="PATH", help="the face model (default: the shipped one)")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each rate")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(args: argparse.Namespace) -> int:
    from ganssl.benchmarks.measurement import Measurement
    from ganssl.benchmarks.run import benchmark
    from ganssl.models.catalogue import load_model

    def show(line: Measurement) -> None:
        print(
            f"{line.name:<32}{line.value:>10.1f} {line.unit:<9}"
            f"{line.reference:>10.1f} {line.ratio:>6.2f}  {line.meaning}",
            flush=True,
        )

    model = load_model(args.model)
    if args.json:
        results = benchmark(model, args.model, args.seconds)
        figures = [measurement.to_dict() for measurement in results]
        print(json.dumps({"device": model.device, "model": model.id, "figures": figures}, indent=2))
        return 0
    print(f"{model.name} {model.id} on {model.device}\n")
    print(f"{'':<32}{'measured':>10} {'':<9}{'reference':>10} {'ratio':>6}")
    benchmark(model, args.model, args.seconds, show)
    return 0
