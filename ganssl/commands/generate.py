"""`python -m ganssl generate`: one face, the same pixels as the Explore page's download."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from ganssl.base.atomic import write_file
from ganssl.commands._options import (
    PICTURE_HELP,
    add_edit_arguments,
    check_ending,
    check_folders,
    edited,
    read_face_file,
)
from ganssl.face.state import DEFAULT_TRUNCATION, FaceState
from ganssl.models.draws import DRAWS, NATURAL

HELP = "generate one face from a seed, with edits, as PNG, JPEG or WebP"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, metavar="FILE", help=PICTURE_HELP)
    parser.add_argument("--seed", metavar="N", help="which face (default: 0)")
    add_edit_arguments(parser)
    parser.add_argument(
        "--truncation",
        metavar="T",
        help=f"from 0 (typical) to 1 (varied as the photos; default: {DEFAULT_TRUNCATION})",
    )
    parser.add_argument(
        "--draw",
        choices=DRAWS,
        help="; ".join(f"{name}: {words}" for name, words in DRAWS.items())
        + f" (default: {NATURAL})",
    )
    parser.add_argument("--size", type=int, metavar="PX", help="side (default: the model's)")
    parser.add_argument("--model", metavar="PATH", help="the face model (default: the shipped one)")
    parser.add_argument(
        "--directions", metavar="FILE", help="your own, beside those of the model: a saved file"
    )
    parser.add_argument(
        "--state", metavar="FILE", help="start from a saved face: JSON, or a picture made here"
    )
    parser.add_argument("--save-state", metavar="JSON", help="write the face as small JSON, too")


def run(args: argparse.Namespace) -> int:
    state = read_state(args)
    from ganssl.photos.picture_files import picture_bytes, picture_format

    format = picture_format(args.out)
    check_ending(args.save_state, "--save-state", ".json")
    check_folders(args.out, args.save_state)
    from ganssl.face.carried import carrying, with_carried
    from ganssl.face.provenance import provenance
    from ganssl.face.render import describe, enlarge, render
    from ganssl.models.catalogue import load_model

    model = load_model(args.model)
    if args.directions:
        from ganssl.laboratory.store import with_saved

        model = with_saved(model, args.directions)
    model, state = with_carried(model, state)
    rendered = render(model, state)
    pixels = enlarge(rendered.pixels, model.size if args.size is None else args.size)
    write_file(args.out, picture_bytes(pixels, format, provenance(model, state)))
    if args.save_state:
        bound = carrying(state.check(model.id, model.directions.sliders), model.directions)
        write_file(args.save_state, bound.to_json())
    print(f"{args.out}: seed {state.seed}, {describe(state)}; {model.name} on {rendered.device}")
    return 0


def read_state(args: argparse.Namespace) -> FaceState:
    """The face that the arguments describe, on top of `--state` where one is given."""
    state = read_face_file(Path(args.state)) if args.state else FaceState()
    if args.seed is not None:
        state = replace(state, seed=args.seed)
    if args.truncation is not None:
        state = replace(state, truncation=args.truncation)
    if args.draw is not None:
        state = replace(state, draw=args.draw)
    return edited(state, args)
