"""`reproduce-2017`: the pipeline of the 2017 article with its defects, mended one by one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ganssl.base.atomic import write_file
from ganssl.commands._markdown import (
    add_markdown_argument,
    add_show_argument,
    check_markdown,
    check_show,
    on_model,
    show_kept,
    write_markdown,
)
from ganssl.errors import UserError

HELP = "rebuild the 2017 article with its eleven defects and mend them one by one"
FILE = "reproduce_2017.json"
TITLE = "The story of the article's 58 %"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", metavar="DIR", help="CelebA's layout: train and validation photos"
    )
    parser.add_argument("--photos", metavar="DIR", help="the article's 100 photos")
    parser.add_argument(
        "--labels",
        metavar="FILE",
        help="CSV with the columns file, male_as_published and male_shift_corrected",
    )
    parser.add_argument("--seeds", type=int, default=5, help="repetitions (default: 5)")
    parser.add_argument(
        "--faces",
        type=int,
        default=1200,
        metavar="N",
        help="generated faces of each kind for each seed (default: 1200)",
    )
    parser.add_argument(
        "--out",
        default="runs/reproduce_2017",
        metavar="DIR",
        help=f"gets {FILE}, the charts, and a cache with which a stopped run goes on "
        "(default: runs/reproduce_2017)",
    )
    parser.add_argument("--model", metavar="DIR", help="the face model (default: the shipped one)")
    add_show_argument(parser)
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    if args.seeds < 2:
        raise UserError("An interval takes 2 seeds or more.")
    check_markdown(args)
    check_show(args, "data", "photos", "labels")
    if args.show:
        from ganssl.reproduce_2017.figures import table

        show_kept(args, TITLE, table, fenced=False)
        return 0
    from ganssl.base.progress import bar
    from ganssl.models.catalogue import load_model
    from ganssl.reproduce_2017.figures import table, waterfall
    from ganssl.reproduce_2017.material import read_material
    from ganssl.reproduce_2017.mends import run_study

    out, model = Path(args.out), load_model(args.model)
    material = read_material(
        args.data, args.photos, args.labels, model, out / "cache", args.faces, bar
    )
    result = {
        "command": command(args),
        "model": model.name,
        "model_id": model.id,
        "features": material.extractor.title,
        **run_study(material, args.seeds, progress=bar("configurations")),
    }
    write_file(out / FILE, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    for number, order in enumerate(result["orders"], start=1):
        chart = waterfall(result, order, "fresh balanced accuracy")
        write_file(out / f"waterfall_{number}.html", chart.to_html(include_plotlyjs=True))
    print(text := table(result))
    write_markdown(args, TITLE, text, measured=on_model(model), fenced=False)
    print(f"wrote {out / FILE}")
    return 0


def command(args: argparse.Namespace) -> str:
    """The command that makes the result again, with the last names of its folders."""
    parts = {"data": args.data, "photos": args.photos, "labels": args.labels}
    given = " ".join(f"--{name} {_last(path)}" for name, path in parts.items())
    return f"python -m ganssl reproduce-2017 {given} --seeds {args.seeds} --faces {args.faces}"


def _last(path: str) -> str:
    """`seed100/images` of a longer path."""
    parts = Path(path).resolve().parts
    return "/".join(parts[-2:]) if parts[-1] in ("images", "labels.csv") else parts[-1]
