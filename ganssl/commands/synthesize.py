"""`python -m ganssl synthesize`: a labelled set of generated faces."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ganssl.directions import METHODS
from ganssl.synthesis.recipe import PRECISIONS, SOURCES, STRATEGIES, Recipe

if TYPE_CHECKING:
    import numpy as np

    from ganssl.models.face_model import FaceModel

HELP = "write a set of generated faces with labels; run it again to go on after a stop"
DEFAULTS = Recipe("Male")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--attribute", required=True, help="whose presence is the label")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the set")
    parser.add_argument("--count", type=int, default=DEFAULTS.count, help="faces in all")
    parser.add_argument("--seed", type=int, default=DEFAULTS.seed)
    parser.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default=DEFAULTS.strategy,
        help="label natural codes by the side on which they lie, or push them to both sides",
    )
    parser.add_argument(
        "--margin",
        type=float,
        default=DEFAULTS.margin,
        help="position: leave out codes nearer to the boundary than this, in σ",
    )
    parser.add_argument(
        "--strength",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        default=DEFAULTS.strength,
        help="push: targets lie between these distances from the boundary, in σ",
    )
    parser.add_argument(
        "--source", choices=SOURCES, default=DEFAULTS.source, help="where codes come from"
    )
    parser.add_argument("--photos", metavar="DIR", help="photos for --source photos")
    parser.add_argument("--cache", metavar="DIR", help="keep decoded photos there for next time")
    parser.add_argument(
        "--truncation", type=float, default=DEFAULTS.truncation, help="1 keeps the whole spread"
    )
    parser.add_argument(
        "--balance",
        default="",
        metavar="A,B",
        help="other attributes over whose sides the classes are balanced",
    )
    parser.add_argument(
        "--pairs", action="store_true", help="the same person without and with the attribute"
    )
    parser.add_argument(
        "--size", type=int, default=DEFAULTS.size, help="side of the images in pixels"
    )
    parser.add_argument("--method", choices=METHODS, help="of the direction (default: the best)")
    parser.add_argument(
        "--directions", metavar="FILE", help="of fit-directions, in place of the model's own"
    )
    parser.add_argument(
        "--labels-per-class", type=int, metavar="N", help="how many defined them, for the record"
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="of the generator (default: what this machine is fast at)",
    )
    parser.add_argument("--shards", type=int, default=1, metavar="K", help="divide the work by K")
    parser.add_argument("--shard", type=int, default=0, metavar="I", help="do part I, from 0")
    parser.add_argument(
        "--format",
        choices=("folder", "webdataset"),
        default="folder",
        help="class folders of PNGs, or tar files",
    )
    parser.add_argument("--model", metavar="DIR", help="the face model (default: the shipped one)")


def run(args: argparse.Namespace) -> int:
    from pathlib import Path

    from ganssl.directions import DirectionSet
    from ganssl.models.face_model import load_model
    from ganssl.progress import bar
    from ganssl.synthesis import fast_precision, synthesize

    recipe = Recipe(
        attribute=args.attribute,
        count=args.count,
        seed=args.seed,
        strategy=args.strategy,
        margin=args.margin,
        strength=tuple(args.strength),
        source=args.source,
        truncation=args.truncation,
        balance_over=tuple(name.strip() for name in args.balance.split(",") if name.strip()),
        pairs=args.pairs,
        size=args.size,
        method=args.method,
        labels_per_class=args.labels_per_class,
        precision=args.precision or fast_precision(),
    )
    model = load_model(args.model)
    summary = synthesize(
        model,
        recipe,
        args.out,
        args.shards,
        args.shard,
        bar("faces"),
        layout=args.format,
        photo_codes=photo_codes(model, args.photos, args.cache),
        directions=DirectionSet.load(Path(args.directions)) if args.directions else None,
    )
    kept = f", {summary.found:,} were there" if summary.found else ""
    print(
        f"wrote {summary.written:,} faces in {summary.seconds:.1f} s "
        f"({summary.rate:,.0f}/s, {recipe.precision}) on {model.device}{kept}"
    )
    if summary.complete:
        print(f"{args.out} is complete: {recipe.count:,} faces, set {summary.id}")
    else:
        print(f"{summary.missing:,} faces of other shards are missing from {args.out}")
    return 0


def photo_codes(model: FaceModel, folder: str | None, cache: str | None) -> np.ndarray | None:
    """Codes of the photos in a folder; of a divided set those of its train part."""
    if folder is None:
        return None
    from ganssl.data import read_photos
    from ganssl.directions import encode_photos
    from ganssl.progress import bar

    photos = read_photos(folder)
    if photos.partition is not None:
        photos = photos.part("train")
    return encode_photos(model, photos, cache, bar)
