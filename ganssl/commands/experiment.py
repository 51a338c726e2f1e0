"""`experiment`: does synthesis beat training on the same few labels directly?"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.base.atomic import write_file
from ganssl.commands._markdown import (
    add_markdown_argument,
    add_show_argument,
    check_markdown,
    check_show,
    on_model,
    show_kept,
    typed_command,
    write_markdown,
)
from ganssl.commands._options import attribute_name
from ganssl.commands._photos import open_photos, usable
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.experiments.label_efficiency import Plan

HELP = "the label-efficiency curve: generated faces against the few labels they came from"
COUNTS, PLAIN_COUNT = "5,10,25,50,100,500", "50"
SLIDERS = "sliders"
POOL, PLAIN_FACES = 40_000, 20_000
TITLE = "Does synthesis beat training on the same few labels?"
PLAIN_TITLE, ELSEWHERE_TITLE = "The plain path over draws of the labels", "Photos from elsewhere"
ARTICLE_COLUMN = {"Male": "male_celeba"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="DIR", help="photos in CelebA's layout, with partitions")
    add_show_argument(parser)
    parser.add_argument(
        "--attribute",
        action="append",
        metavar="A,B",
        help="what is asked; may be given several times; 'sliders' is all sliders of the model "
        "(default: Male,Smiling,Eyeglasses)",
    )
    parser.add_argument(
        "--labels-per-class",
        metavar="N,N",
        help=f"the abscissa of the curve (default: {COUNTS})",
    )
    parser.add_argument("--seeds", type=int, default=5, help="draws of the labels (default: 5)")
    parser.add_argument(
        "--choice",
        default="per class",
        metavar="A,B",
        help="which photos are labelled: 'per class' draws N of each class, which takes labels to "
        "know; random, typical, uncertain, or both (typical photos first, then uncertain ones) "
        "ask for 2N photos of whatever class (default: %(default)s)",
    )
    parser.add_argument(
        "--choose-from",
        type=int,
        default=1000,
        metavar="PHOTOS",
        help="photos of each draw among which those are chosen (default: %(default)s)",
    )
    parser.add_argument(
        "--brief",
        action="store_true",
        help="leave out the methods that take most of the time: self-training, label spreading, "
        "the plain few labels, synthetic + few, and no generator",
    )
    parser.add_argument(
        "--faces",
        type=int,
        help=f"generated faces in the pool (default: {POOL}), with --plain in a set "
        f"(default: {PLAIN_FACES})",
    )
    parser.add_argument(
        "--features",
        choices=("face-network", "faceres"),
        default="face-network",
        help="faceres is looked for in GANSSL_FACERES",
    )
    parser.add_argument(
        "--article",
        metavar="DIR",
        help="the 100 photos of the 2017 article (images/, labels.csv), to be judged on as well",
    )
    parser.add_argument(
        "--ablation",
        type=int,
        nargs="?",
        const=50,
        metavar="N",
        help="also change one thing at a time, with N labels per class (default: 50)",
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="in place of the curve: what synthesize, train-classifier and evaluate reach without "
        "any option, for each draw of --labels-per-class (default here: 50) and with --faces a set",
    )
    parser.add_argument(
        "--elsewhere",
        action="store_true",
        help="in place of the curve: such sets judged on photos as if from elsewhere (small, "
        "compressed, other light, grey, cropped otherwise, turned), with what should help changed "
        "one at a time; --article judges there as well",
    )
    parser.add_argument("--model", metavar="DIR", help="the face model (default: the shipped one)")
    parser.add_argument("--cache", metavar="DIR", help="keep codes and features there")
    parser.add_argument(
        "--out", metavar="DIR", help="write JSON and figure there; the same command goes on there"
    )
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    from ganssl.base.files import make_folder
    from ganssl.base.progress import bar
    from ganssl.experiments.label_efficiency import VALIDATION, gather, run_experiment
    from ganssl.experiments.plain_text import ablation_text, curve_text
    from ganssl.experiments.summary import summary, verdicts
    from ganssl.features.extractor import get_extractor
    from ganssl.models.catalogue import load_model

    check_markdown(args)
    check_show(args, "data")
    if args.show:
        return _show(args)
    if args.out:
        make_folder(Path(args.out))
    plan = asked_plan(args)
    model, extractor = load_model(args.model), get_extractor(args.features)
    photos = open_photos(args.data)
    names = model.directions.sliders if plan.attributes == (SLIDERS,) else plan.attributes
    asked = tuple(attribute_name(name, photos.attributes) for name in names)
    plan, photos = replace(plan, attributes=asked), usable(photos)
    if args.plain:
        return _plain(model, extractor, photos, plan, args)
    also = [("article", _article(args.article, plan.attributes))] if args.article else []
    if args.elsewhere:
        return _elsewhere(model, extractor, photos, plan, also, args)
    material = gather(model, extractor, photos, plan, also, args.cache, bar)
    out = Path(args.out) if args.out else None
    rows = run_experiment(material, plan, out and out / "cells.jsonl", bar("cells"))
    values = {
        "command": typed_command(),
        "model": model.id,
        "features": f"{extractor.name} {extractor.id}",
        "plan": plan.to_dict(),
        "train_photos": len(material.train),
        "tests": {test.name: len(test.views) for test in material.tests},
        "summary": summary(rows),
        "verdicts": {VALIDATION: verdicts(rows, VALIDATION)},
        "cells": rows,
    }
    print(text := curve_text(values))
    if args.ablation is not None:
        values["ablation"] = _ablation(model, extractor, material, plan, args)
        print(f"\n{ablation_text(values)}")
        text = f"{text}\n\n{ablation_text(values)}"
    write_markdown(args, TITLE, text, measured=on_model(model))
    if out:
        _write(out, values)
    return 0


def asked_plan(args: argparse.Namespace) -> Plan:
    """What the options ask for, attributes as they were typed; `UserError` where they clash."""
    from ganssl.experiments.label_efficiency import Plan

    sets = args.plain or args.elsewhere
    if args.plain and (args.article or args.elsewhere):
        raise UserError("--plain goes without --article and --elsewhere.")
    if sets and (args.ablation is not None or args.brief or args.choice != "per class"):
        raise UserError("--plain and --elsewhere go without --ablation, --brief and --choice.")
    return Plan(
        tuple(_words(args.attribute or ["Male,Smiling,Eyeglasses"])),
        tuple(_numbers(args.labels_per_class or (PLAIN_COUNT if sets else COUNTS))),
        args.seeds,
        args.faces or (PLAIN_FACES if sets else POOL),
        choices=tuple(_words([args.choice])),
        folder=args.choose_from,
        brief=args.brief,
    )


def _show(args: argparse.Namespace) -> int:
    """Print a result that `--out` kept."""
    from ganssl.experiments.elsewhere import elsewhere_tables
    from ganssl.experiments.plain import plain_table
    from ganssl.experiments.plain_text import ablation_text, curve_text

    def text(values: dict) -> str:
        if args.plain or args.elsewhere:
            tables = plain_table if args.plain else elsewhere_tables
            return tables(values["draws"])
        curve = curve_text(values)
        return f"{curve}\n\n{ablation_text(values)}" if values.get("ablation") else curve

    title = PLAIN_TITLE if args.plain else ELSEWHERE_TITLE if args.elsewhere else TITLE
    show_kept(args, title, text)
    return 0


def _plain(model, extractor, photos, plan, args) -> int:
    from ganssl.base.progress import bar
    from ganssl.experiments.plain import plain_table, run_plain

    rows = run_plain(model, extractor, photos, plan, args.cache, bar)
    print(text := plain_table(rows))
    write_markdown(args, PLAIN_TITLE, text, measured=on_model(model))
    _write_draws(args, "plain.json", model, extractor, plan, rows)
    return 0


def _elsewhere(model, extractor, photos, plan, also, args) -> int:
    from ganssl.base.progress import bar
    from ganssl.experiments.elsewhere import elsewhere_tables, run_elsewhere

    rows = run_elsewhere(model, extractor, photos, plan, also, args.cache, bar)
    print(text := elsewhere_tables(rows))
    write_markdown(args, ELSEWHERE_TITLE, text, measured=on_model(model))
    _write_draws(args, "elsewhere.json", model, extractor, plan, rows)
    return 0


def _write_draws(args, name: str, model, extractor, plan, rows: list[dict]) -> None:
    """Write the figures of each draw where `--out` says so."""
    if not args.out:
        return
    values = {
        "command": typed_command(),
        "model": model.id,
        "features": f"{extractor.name} {extractor.id}",
        "plan": plan.to_dict(),
        "draws": rows,
    }
    text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
    write_file(Path(args.out) / name, text + "\n")
    print(f"wrote {Path(args.out) / name}")


def _ablation(model, extractor, material, plan, args) -> list[dict]:
    from ganssl.base.progress import bar
    from ganssl.experiments.ablation import gather_ablation, run_ablation
    from ganssl.experiments.summary import summary

    more = gather_ablation(model, extractor, material, args.cache, bar)
    return summary(
        run_ablation(model, extractor, more, plan, args.ablation, args.cache, bar("ablation"))
    )


def _write(out: Path, values: dict) -> None:
    from ganssl.experiments.figure import label_efficiency_figure

    text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
    write_file(out / "label_efficiency.json", text + "\n")
    chart = label_efficiency_figure(values["summary"])
    write_file(out / "label_efficiency.html", chart.to_html(config=dict(displayModeBar=False)))
    print(f"wrote {out / 'label_efficiency.json'} and {out / 'label_efficiency.html'}")


def _article(folder: str, attributes: tuple[str, ...]):
    from ganssl.attributes import Attribute
    from ganssl.photos import read_photos

    name = next((name for name in attributes if name in ARTICLE_COLUMN), None)
    if name is None:
        raise UserError("The article's photos are labelled for Male only; ask for it as well.")
    root = Path(folder)
    return read_photos(root / "images", root / "labels.csv", Attribute(name), ARTICLE_COLUMN[name])


def _words(texts: list[str]) -> list[str]:
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]


def _numbers(text: str) -> list[int]:
    try:
        return [int(word) for word in _words([text])]
    except ValueError as error:
        raise UserError(f"--labels-per-class takes whole numbers, not {text!r}.") from error
