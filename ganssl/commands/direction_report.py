"""`python -m ganssl direction-report`: how good directions are and what they move besides."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ganssl.commands._options import (
    add_markdown_argument,
    attribute_name,
    check_markdown,
    listed,
    write_markdown,
)
from ganssl.commands._photos import LABELS_HELP
from ganssl.directions import METHODS
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.directions import Direction, DirectionSet
    from ganssl.fitting import EncodedPhotos
    from ganssl.models.face_model import FaceModel

HELP = "measure attribute directions: tables, matrices and figures"
FIRST = "Male,Bald,Smiling,Eyeglasses,Young"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="DIR", help="the face model (default: the shipped one)")
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="labelled photos: directions are fitted to them; without it, those of the model are "
        "measured, as far as that needs no labels",
    )
    parser.add_argument("--labels", metavar="FILE", help=LABELS_HELP)
    parser.add_argument(
        "--directions", metavar="FILE", help="measure these, in place of the model's own"
    )
    parser.add_argument(
        "--attributes", default=FIRST, metavar="A,B", help=f"which, or all (default: {FIRST})"
    )
    parser.add_argument(
        "--methods",
        default="all",
        metavar="M,M",
        help=f"{', '.join(METHODS)} or all there are (default: all)",
    )
    parser.add_argument(
        "--hold", default="", metavar="A,B", help="attributes that the directions must not move"
    )
    parser.add_argument("--faces", type=int, default=64, help="generated faces to move")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", metavar="DIR", help="keep the photos' codes there for next time")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write")
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    if args.faces < 2 or args.seed < 0:
        raise UserError("A report needs 2 faces or more and a seed of 0 or more.")
    if args.data and args.directions:
        raise UserError("Give photos to fit directions to, or directions, not both.")
    check_markdown(args)
    methods = listed(args.methods)
    unknown = [name for name in methods if name not in (*METHODS, "all")]
    if unknown:
        raise UserError(f"{unknown[0]!r} is no method; choose from {', '.join(METHODS)} or all.")
    from ganssl.base.progress import bar
    from ganssl.features.readout import Readout
    from ganssl.laboratory.laboratory import Laboratory
    from ganssl.laboratory.report import report_directions, report_table, write_report
    from ganssl.models.catalogue import load_model

    model = load_model(args.model)
    train, holdout, directions = None, None, model.directions
    if args.data:
        train, holdout, directions = fitted(model, args, methods)
    elif args.directions:
        from ganssl.laboratory.store import read_laboratory

        directions = read_laboratory(args.directions, model)
    chosen = chosen_directions(directions, listed(args.attributes), methods)
    held = [directions.get(name) for name in listed(args.hold)]
    laboratory = Laboratory(model, Readout.load(), args.faces, args.seed)
    report = report_directions(laboratory, chosen, held, train, holdout, bar("measuring"))
    paths = write_report(report, args.out)
    print(report_table(report))
    write_markdown(args, "Directions", report_table(report))
    print(f"wrote {', '.join(path.name for path in paths)} to {args.out}")
    return 0


def chosen_directions(
    directions: DirectionSet, attributes: list[str], methods: list[str]
) -> list[Direction]:
    """Those of some attributes by some methods, by attribute; `all` takes what there is."""
    names = directions.attributes if attributes == ["all"] else attributes
    found = []
    for name in names:
        name = directions.get(name).attribute  # as it is spelt
        there = directions.methods(name)
        wanted = there if "all" in methods else [m for m in methods if m in there]
        found += [directions.get(name, method) for method in wanted]
    if not found:
        raise UserError("There is no direction of these attributes by these methods.")
    return found


def fitted(
    model: FaceModel, args: argparse.Namespace, methods: list[str]
) -> tuple[EncodedPhotos, EncodedPhotos | None, DirectionSet]:
    """Photos that fit and photos that measure, and the directions."""
    from ganssl.base.progress import bar
    from ganssl.fitting import encode_folder, fit_encoded

    encoded = encode_folder(model, args.data, args.labels, args.cache, bar)
    names = listed(args.attributes)
    only = None
    if names != ["all"]:
        known = encoded.photos.attributes
        asked = [*names, *listed(args.hold)]
        only = list(dict.fromkeys(attribute_name(name, known) for name in asked))
    train, holdout = encoded.divided()
    directions = fit_encoded(
        model.id,
        train,
        holdout,
        METHODS if "all" in methods else methods,
        seed=args.seed,
        only=only,
        progress=bar,
    )
    for attribute, reason in directions.skipped.items():
        print(f"left out {attribute}: {reason}")
    return train, holdout, directions
