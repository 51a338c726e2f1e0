"""`python -m ganssl fit-directions`: attribute directions from labelled photos."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.attributes import Attribute
from ganssl.commands._options import attribute_name
from ganssl.commands._photos import (
    LABELS_HELP,
    add_class_argument,
    add_no_face_argument,
    named_classes,
    open_photos,
    say_left_out,
    usable,
)
from ganssl.directions import DEFAULT_METHODS, METHODS
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.directions import DirectionSet
    from ganssl.models.cadl import CadlModel
    from ganssl.models.face_model import FaceModel
    from ganssl.photos import PhotoSet

HELP = "fit attribute directions to the codes of labelled photos and measure them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="PATH", help="the face model (default: the one that ships)"
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--data", metavar="DIR", help="aligned photos: CelebA's layout or a plain folder of crops"
    )
    source.add_argument(
        "--photos",
        metavar="DIR",
        help="a few photos of any kind: faces are found and aligned, all labels define the "
        "direction, cross-validation measures it, and the slider's unit is the model's own",
    )
    parser.add_argument("--labels", metavar="FILE", help=LABELS_HELP)
    add_no_face_argument(parser, "of --photos, those")
    add_class_argument(parser)
    parser.add_argument(
        "--attribute", metavar="NAME", help="fit this one; it is what a column 'label' answers"
    )
    parser.add_argument(
        "--methods",
        nargs="+",
        default=DEFAULT_METHODS,
        choices=METHODS,
        help="difference of means, the same within cells of correlated attributes, normal of a "
        "logistic regression or of a linear SVM, or one regression on all attributes together "
        "(default: the first three)",
    )
    parser.add_argument(
        "--labels-per-class", type=int, metavar="N", help="fit to N labels of each class only"
    )
    parser.add_argument(
        "--spread",
        action="store_true",
        help="spread the labels of --labels-per-class over all other photos of --data first, which "
        "serve without theirs",
    )
    parser.add_argument("--seed", type=int, default=0, help="of splits and draws (default: 0)")
    parser.add_argument("--cache", metavar="DIR", help="keep the photos' codes there for next time")
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="the .npz to write (a graph file keeps its directions beside it without this)",
    )


def run(args: argparse.Namespace) -> int:
    if args.out and Path(args.out).is_dir():
        raise UserError(f"{args.out} is a folder: give the name of a file to write.")
    if args.seed < 0:
        raise UserError("The seed must be 0 or greater.")
    if args.spread and (args.photos or args.labels_per_class is None):
        raise UserError("--spread is for --data, and needs --labels-per-class.")
    from ganssl.models.cadl import CadlModel
    from ganssl.models.catalogue import load_model

    model = load_model(args.model)
    if not args.out and not isinstance(model, CadlModel):
        raise UserError("Give the file to write with --out.")
    attribute = named_classes(args, Attribute(args.attribute) if args.attribute else None)
    photos = usable(open_photos(args.photos or args.data, args.labels, attribute))
    fit = fit_any if args.photos else fit_spread if args.spread else fit_aligned
    if isinstance(model, CadlModel) and not args.out:
        directions, where = fit_and_keep(model, photos, fit, args), str(model.directions_path)
    else:
        directions, where = fit(model, photos, args), args.out
        directions.save(Path(args.out))
    print(table(directions))
    for name, reason in directions.skipped.items():
        print(f"left out {name}: {reason}")
    print(f"wrote {len(directions)} directions of model {directions.model_id} to {where}")
    return 0


def fit_and_keep(model: CadlModel, photos: PhotoSet, fit, args: argparse.Namespace) -> DirectionSet:
    """Keep directions beside the model's file and, of --data, the statistics of the codes."""
    import tempfile

    from ganssl.fitting import encode_photos

    if args.photos:
        directions = fit(model, photos, args)
        model.keep(directions)
        return directions
    with tempfile.TemporaryDirectory() as folder:
        args.cache = args.cache or folder  # the photos are encoded once, and read twice
        directions = fit(model, photos, args)
        train = photos if photos.partition is None else photos.part("train")
        model.keep(directions, encode_photos(model, train, args.cache))
    return directions


def fit_aligned(model: FaceModel, photos: PhotoSet, args: argparse.Namespace) -> DirectionSet:
    from ganssl.base.progress import bar
    from ganssl.directions import FitOptions
    from ganssl.fitting import fit_photo_directions

    return fit_photo_directions(
        model,
        photos,
        args.methods,
        FitOptions(labels_per_class=args.labels_per_class, seed=args.seed),
        args.cache,
        bar,
    )


def fit_spread(model: FaceModel, photos: PhotoSet, args: argparse.Namespace) -> DirectionSet:
    from ganssl.base.progress import bar
    from ganssl.fitting.spread_directions import FewLabels, spread_photo_directions

    only = [attribute_name(args.attribute, photos.attributes)] if args.attribute else None
    few = FewLabels(args.labels_per_class, args.seed)
    return spread_photo_directions(model, photos, few, only, cache=args.cache, progress=bar)


def fit_any(model: FaceModel, photos: PhotoSet, args: argparse.Namespace) -> DirectionSet:
    """Directions from photos that are aligned here; prints what is to be said of them."""
    import numpy as np

    from ganssl.base.progress import bar
    from ganssl.fitting.few_labels import (
        encode_any_photos,
        few_label_warnings,
        fit_few_labels,
    )

    if args.cache:
        raise UserError("--cache is for --data; codes of photos that are aligned are not kept.")
    labelled = photos.subset(np.any(photos.labels >= 0, axis=1))
    if not len(labelled):
        raise UserError(f"{photos.source} has no labels: give a CSV of labels with it.")
    aligned = encode_any_photos(model, labelled, bar, args.no_face)
    say_left_out(aligned.refused)
    for warning in aligned.warnings:
        print(f"note: {warning}")
    encoded = aligned.encoded
    directions = fit_few_labels(model, encoded, args.methods, args.labels_per_class, args.seed)
    for name in directions.attributes:
        for warning in few_label_warnings(Attribute(name), encoded.photos.column(name)):
            print(f"note: {warning}")
    return directions


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
