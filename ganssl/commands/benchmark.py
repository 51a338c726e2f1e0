"""`benchmark`: speed and memory of the model on this machine, beside references."""

from __future__ import annotations

import argparse
import json

from ganssl.commands._options import add_markdown_argument, check_markdown, write_markdown

HELP = "measure speed and memory, each beside a reference measured in the same run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="PATH", help="the face model (default: the shipped one)")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each rate")
    parser.add_argument(
        "--browser",
        action="store_true",
        help="measure the live face alone, on the app's page in headless Chromium",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    from ganssl.benchmarks.measurement import Measurement
    from ganssl.benchmarks.run import benchmark
    from ganssl.models.catalogue import load_model

    lines: list[str] = []

    def say(text: str) -> None:
        lines.append(text)
        print(text, flush=True)

    def show(line: Measurement) -> None:
        say(
            f"{line.name:<32}{line.value:>10.1f} {line.unit:<9}"
            f"{line.reference:>10.1f} {line.ratio:>6.2f}  {line.meaning}"
        )

    check_markdown(args)
    model = load_model(args.model)
    if args.browser:
        from ganssl.benchmarks.browser import measure_browser

        seconds = args.seconds
        results = measure_browser(model.faces_key, model.latent_size, args.model, seconds)
    if args.json:
        results = results if args.browser else benchmark(model, args.model, args.seconds)
        figures = [measurement.to_dict() for measurement in results]
        print(json.dumps({"device": model.device, "model": model.id, "figures": figures}, indent=2))
        return 0
    say(f"{model.name} {model.id} on {model.device}\n")
    say(f"{'':<32}{'measured':>10} {'':<9}{'reference':>10} {'ratio':>6}")
    if args.browser:
        for measurement in results:
            show(measurement)
    else:
        benchmark(model, args.model, args.seconds, show)
    write_markdown(args, "The live face" if args.browser else "Speed", "\n".join(lines))
    return 0
