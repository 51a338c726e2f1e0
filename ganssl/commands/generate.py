"""`python -m ganssl generate`: one face, the same pixels as the Explore page's download."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from ganssl.errors import UserError
from ganssl.face.state import DEFAULT_TRUNCATION, FaceState

HELP = "generate one face from a seed, with edits, as PNG"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, metavar="PNG", help="the picture to write")
    parser.add_argument("--seed", metavar="N", help="which face (default: 0)")
    add_edit_arguments(parser)
    parser.add_argument(
        "--truncation",
        metavar="T",
        help=f"from 0 (typical) to 1 (varied as the photos; default: {DEFAULT_TRUNCATION})",
    )
    parser.add_argument("--size", type=int, metavar="PX", help="side (default: the model's)")
    parser.add_argument("--model", metavar="PATH", help="the face model (default: the shipped one)")
    parser.add_argument(
        "--directions", metavar="FILE", help="your own, beside those of the model: a saved file"
    )
    parser.add_argument(
        "--state", metavar="FILE", help="start from a saved face: JSON, or a PNG made here"
    )
    parser.add_argument("--save-state", metavar="JSON", help="write the face as small JSON, too")


def add_edit_arguments(parser: argparse.ArgumentParser) -> None:
    """`--set` and `--lock`, which `edited` reads."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="ATTRIBUTE=SIGMA",
        help="an edit from -3 to 3 σ, such as Smiling=2; repeat it for more",
    )
    parser.add_argument(
        "--lock",
        action="append",
        default=[],
        metavar="ATTRIBUTE",
        help="an attribute that the edits must not move; repeat it for more",
    )


def run(args: argparse.Namespace) -> int:
    state = read_state(args)
    check_folders(args.out, args.save_state)
    from ganssl.face.provenance import provenance
    from ganssl.face.render import describe, enlarge, render
    from ganssl.models.catalogue import load_model
    from ganssl.photos.images import png_bytes

    model = load_model(args.model)
    if args.directions:
        from ganssl.laboratory.store import with_saved

        model = with_saved(model, args.directions)
    rendered = render(model, state)
    pixels = enlarge(rendered.pixels, model.size if args.size is None else args.size)
    Path(args.out).write_bytes(png_bytes(pixels, provenance(model, state)))
    if args.save_state:
        bound = state.check(model.id, model.directions.sliders)
        Path(args.save_state).write_text(bound.to_json())
    print(f"{args.out}: seed {state.seed}, {describe(state)}; {model.name} on {rendered.device}")
    return 0


def read_state(args: argparse.Namespace) -> FaceState:
    """The face that the arguments describe, on top of `--state` where one is given."""
    state = read_face_file(Path(args.state)) if args.state else FaceState()
    if args.seed is not None:
        state = replace(state, seed=args.seed)
    if args.truncation is not None:
        state = replace(state, truncation=args.truncation)
    return edited(state, args)


def edited(state: FaceState, args: argparse.Namespace) -> FaceState:
    """The state with the edits of `--set` and the locks of `--lock`."""
    for text in args.set:
        attribute, equals, amount = text.partition("=")
        if not equals:
            raise UserError(f"--set takes an attribute and an amount, as Smiling=2, not {text!r}.")
        state = state.with_edit(attribute.strip(), amount)
    for attribute in args.lock:
        state = state.with_lock(attribute, True)
    return state


def read_face_file(path: Path) -> FaceState:
    """A saved face, JSON or PNG."""
    from ganssl.face.render import read_face

    try:
        return read_face(path.read_bytes(), path.name)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error


def check_folders(*paths: str | None) -> None:
    """`UserError` where a file cannot be written for want of its folder, before long work."""
    for path in filter(None, paths):
        if not Path(path).resolve().parent.is_dir():
            raise UserError(f"{path} cannot be written: its folder does not exist.")
