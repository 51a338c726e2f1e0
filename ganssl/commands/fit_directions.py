"""`python -m ganssl fit-directions`: attribute directions from labelled photos."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganssl.directions import METHODS, DirectionSet
from ganssl.errors import UserError

HELP = "fit attribute directions to the codes of labelled photos and measure them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="DIR", help="the face model (default: the one that ships)"
    )
    parser.add_argument(
        "--data", required=True, metavar="DIR", help="photos: CelebA's layout or a plain folder"
    )
    parser.add_argument("--labels", metavar="FILE", help="CSV of labels for a plain folder")
    parser.add_argument(
        "--methods",
        nargs="+",
        default=METHODS,
        choices=METHODS,
        help="difference of means, the same within cells of correlated attributes, or the normal "
        "of a logistic regression (default: all three)",
    )
    parser.add_argument(
        "--labels-per-class", type=int, metavar="N", help="fit to N labels of each class only"
    )
    parser.add_argument("--seed", type=int, default=0, help="of splits and draws (default: 0)")
    parser.add_argument("--cache", metavar="DIR", help="keep decoded photos there for next time")
    parser.add_argument("--out", required=True, metavar="FILE", help="the .npz to write")


def run(args: argparse.Namespace) -> int:
    if Path(args.out).is_dir():
        raise UserError(f"{args.out} is a folder: give the name of a file to write.")
    if args.seed < 0:
        raise UserError("The seed must be 0 or greater.")
    from ganssl.data import read_photos
    from ganssl.directions import fit_photo_directions
    from ganssl.models.face_model import load_model
    from ganssl.progress import bar

    photos = read_photos(args.data, args.labels)
    directions = fit_photo_directions(
        load_model(args.model),
        photos,
        methods=args.methods,
        labels_per_class=args.labels_per_class,
        seed=args.seed,
        cache=args.cache,
        progress=bar,
    )
    directions.save(Path(args.out))
    print(table(directions))
    for attribute, reason in directions.skipped.items():
        print(f"left out {attribute}: {reason}")
    print(f"wrote {len(directions)} directions of model {directions.model_id} to {args.out}")
    return 0


def table(directions: DirectionSet) -> str:
    """One line for each direction: method, held-out AUC, split-half cosine, labels, usable."""
    width = max(map(len, ("attribute", *directions.attributes)))
    lines = [f"{'attribute':<{width}}  method      AUC  split-half cosine  labels  usable"]
    for direction in directions:
        lines.append(
            f"{direction.attribute:<{width}}  {direction.method:<8}  {direction.auc:.3f}  "
            f"{direction.split_half_cosine:>17.3f}  {direction.labels_used:>6}  "
            f"{'yes' if direction.usable else 'no'}"
        )
    return "\n".join(lines)
