"""`benchmark`: speed and memory of the model on this machine, beside references."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.commands._markdown import add_markdown_argument, check_markdown, write_markdown
from ganssl.commands._options import check_folders, listed
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.benchmarks.measurement import Measurement
    from ganssl.models.face_model import FaceModel

HELP = "measure speed and memory, each beside a reference measured in the same run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="PATH", help="the face model (default: the shipped one)")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each rate")
    parser.add_argument(
        "--only",
        default="",
        metavar="A,B",
        help="measure these alone: networks, start, laboratory, sets, app (which takes Chromium "
        "and is left out where there is none), visitors and ray (left out unless they are named)",
    )
    parser.add_argument(
        "--visitors",
        type=int,
        metavar="N",
        help="measure how long one visitor and N at once wait for a face, alone and beside long "
        "work (N is 8 where --only names visitors and no number is given)",
    )
    parser.add_argument(
        "--browser",
        action="store_true",
        help="measure the live face alone, on the app's page in headless Chromium",
    )
    parser.add_argument(
        "--scale",
        type=int,
        metavar="FACES",
        help="say what a set of so many faces would take, from rates measured now, and no more",
    )
    parser.add_argument(
        "--machines", type=int, default=10, help="how many share that work (default: 10)"
    )
    parser.add_argument(
        "--price", type=float, metavar="P", help="of a machine for an hour, in any currency"
    )
    parser.add_argument("--save", metavar="FILE", help="keep the figures, for --compare")
    parser.add_argument(
        "--compare", metavar="FILE", help="show the change from figures that were saved before"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    from ganssl.base.processor import this_processor
    from ganssl.benchmarks.saved import SavedFigures, compared, this_program
    from ganssl.models.catalogue import load_model

    check_markdown(args)
    check_folders(args.save)
    check_scale(args)
    check_only(args)
    check_visitors(args)
    before = SavedFigures.load(Path(args.compare)) if args.compare else None
    model = load_model(args.model)
    machine = f"{this_processor()}; {model.device}"
    lines: list[str] = []

    def say(text: str) -> None:
        lines.append(text)
        if not args.json:
            print(text, flush=True)

    say(f"{model.name} {model.id}, GANSSL {this_program()}\n{machine}\n")
    if args.scale is not None:
        return _scale(args, model, say, lines)
    say(f"{'':<52}{'measured':>10} {'':<9}{'reference':>10} {'ratio':>6}")
    figures = tuple(_measure(args, model, lambda line: say(row(line))))
    if goals := _goals(args, figures):
        say("\n".join(["", *goals]))
    now = SavedFigures(this_program(), machine, model.id, figures)
    if before:
        say("\n".join(["", *compared(before, now)]))
    if args.save:
        now.save(Path(args.save))
    if args.json:
        print(json.dumps(now.to_dict(), indent=2))
    title = "The live face" if args.browser else "Several visitors" if args.visitors else "Speed"
    write_markdown(args, title, "\n".join(lines))
    return 0


def check_scale(args: argparse.Namespace) -> None:
    """`UserError` for numbers that make no sense, before long work."""
    if args.scale is None:
        return
    if args.scale < 1 or args.machines < 1 or (args.price is not None and args.price <= 0):
        raise UserError("--scale, --machines and --price must be more than 0.")
    if args.json or args.browser or args.save or args.compare:
        raise UserError("--scale stands alone: leave --json, --browser, --save and --compare out.")


def check_only(args: argparse.Namespace) -> None:
    """`UserError` for sections that there are not."""
    from ganssl.benchmarks.run import SECTIONS

    if unknown := [name for name in listed(args.only) if name not in SECTIONS]:
        raise UserError(f"--only takes {', '.join(SECTIONS)}, not {unknown[0]!r}.")
    if args.only and (args.browser or args.scale is not None):
        raise UserError("--only is for the figures of a whole run: leave it out here.")


def check_visitors(args: argparse.Namespace) -> None:
    """`UserError` for a number that makes no sense; alone it names its section."""
    from ganssl.benchmarks.visitors import MOST_VISITORS

    if args.visitors is None:
        return
    if not 1 <= args.visitors <= MOST_VISITORS:
        raise UserError(f"--visitors takes 1 to {MOST_VISITORS}, not {args.visitors}.")
    if args.browser or args.scale is not None:
        raise UserError("--visitors is a measurement of its own: leave it out here.")
    args.only = args.only or "visitors"
    if "visitors" not in listed(args.only):
        raise UserError("--visitors goes with --only visitors, or stands without --only.")


def _scale(
    args: argparse.Namespace, model: FaceModel, say: Callable[[str], None], lines: list[str]
) -> int:
    from ganssl.benchmarks.scale import measure_rates, scale_lines

    rates = measure_rates(model, args.seconds)
    say("\n".join(scale_lines(rates, args.scale, args.machines, args.price)))
    write_markdown(args, "Scale", "\n".join(lines))
    return 0


def row(line: Measurement) -> str:
    """One figure beside its reference."""
    digits = 2 if line.unit in ("cores", "s") else 1
    return (
        f"{line.name:<52}{line.value:>10.{digits}f} {line.unit:<9}"
        f"{line.reference:>10.{digits}f} {line.ratio:>6.2f}  {line.meaning}"
    )


def _goals(args: argparse.Namespace, figures: tuple[Measurement, ...]) -> list[str]:
    """Lines for people: what the figures should be, and whether they are; none for most."""
    if args.browser:
        from ganssl.benchmarks.browser import goal_lines

        return goal_lines(figures)
    if "visitors" in listed(args.only):
        from ganssl.benchmarks.visitors import goal_line

        return [goal_line(figures)]
    return []


def _measure(
    args: argparse.Namespace, model: FaceModel, report: Callable[[Measurement], None]
) -> list[Measurement]:
    """What was asked for; `report` is called with each figure as it comes in."""
    if not args.browser:
        from ganssl.benchmarks.run import benchmark

        return benchmark(model, args.model, args.seconds, report, listed(args.only), args.visitors)
    from ganssl.benchmarks.browser import measure_browser

    figures = []
    for figure in measure_browser(model.faces_key, model.latent_size, args.model, args.seconds):
        report(figure)
        figures.append(figure)
    return figures
