"""`python -m ganssl morph`: an animation from one face to another, as on the page *Your photo*."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganssl.base.atomic import write_file
from ganssl.commands._options import (
    add_edit_arguments,
    check_folders,
    edited,
    open_photo,
    read_face_file,
)
from ganssl.commands._photos import add_no_face_argument
from ganssl.errors import UserError
from ganssl.face.state import FaceState

if TYPE_CHECKING:
    from ganssl.face.from_photo import EditablePhoto
    from ganssl.face.morph import MorphEnd
    from ganssl.models.face_model import FaceModel

HELP = "blend one face into another, as GIF, WebP or MP4"

SEED = "seed:"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = "a photo, seed:N for a generated face, or a saved face (JSON)"
    parser.add_argument("a", metavar="A", help=kinds)
    parser.add_argument("b", metavar="B", help="the same")
    parser.add_argument(
        "--out", required=True, metavar="FILE", help=".gif, .webp, or .mp4 with imageio-ffmpeg"
    )
    parser.add_argument("--frames", type=int, default=48, metavar="N", help="default: 48")
    parser.add_argument("--seconds", type=float, default=4.0, metavar="S", help="default: 4")
    parser.add_argument(
        "--path",
        choices=("sphere", "line"),
        default="sphere",
        help="along the arc about the origin of the latent space (default), or straight",
    )
    parser.add_argument("--loop", action="store_true", help="there and back, for ever")
    parser.add_argument(
        "--take",
        action="append",
        default=[],
        metavar="ATTRIBUTE",
        help="move B to where A lies in this attribute, such as Smiling; repeat it for more",
    )
    add_edit_arguments(parser)
    parser.add_argument("--face-a", type=int, metavar="N", help="which face of photo A, from 1")
    parser.add_argument("--face-b", type=int, metavar="N", help="which face of photo B, from 1")
    add_no_face_argument(parser, "a photo")
    parser.add_argument(
        "--detail",
        type=float,
        default=1.0,
        metavar="D",
        help="how much of the photos' detail to put back, from 0 to 1 (default: 1)",
    )
    parser.add_argument("--size", type=int, metavar="PX", help="side (default: the model's)")
    parser.add_argument("--model", metavar="DIR", help="the face model (default: the shipped one)")
    parser.epilog = "--set and --lock edit face A first."


def run(args: argparse.Namespace) -> int:
    from ganssl.face.animation import animation_bytes, check_length, kinds

    kind = Path(args.out).suffix.removeprefix(".").lower()
    if kind not in kinds():
        raise UserError(
            f"{args.out} must end in .gif, .webp or .mp4, the last only where imageio-ffmpeg is "
            f"installed; here: {', '.join(kinds())}."
        )
    check_length(args.frames, args.seconds)
    check_folders(args.out)
    from ganssl.face.morph import morph_frames, morph_positions, with_taken
    from ganssl.face.provenance import morph_provenance
    from ganssl.models.catalogue import load_model

    model = load_model(args.model)
    photo = partial(open_photo, model, no_face=args.no_face)
    a = read_end(model, args.a, photo, args.face_a, args.detail, partial(edited, args=args))
    b = read_end(model, args.b, photo, args.face_b, args.detail)
    b = with_taken(a, b, args.take, model.directions)
    frames = morph_frames(model, a, b, morph_positions(args.frames, args.loop), args.path)
    provenance = morph_provenance(model, a.source, b.source, args.path)
    px = model.size if args.size is None else args.size
    data = animation_bytes(frames, kind, args.seconds, provenance, px, args.loop)
    write_file(args.out, data)
    print(f"{args.out}: {args.frames} frames in {args.seconds:g} s, {px}×{px} pixels")
    return 0


def read_end(
    model: FaceModel,
    source: str,
    photo: Callable[[str, int | None], EditablePhoto],
    face: int | None,
    strength: float,
    edit: Callable[[FaceState], FaceState] = lambda state: state,
) -> MorphEnd:
    """One of the two faces.

    Args:
        source: a path, or `seed:N`.
        photo: opens a photo by its path and the number of the face.
        face: which face of a photo, from 1; None takes the main one.
        strength: of a photo's detail.
    """
    from ganssl.face.morph import generated_end, photo_end

    if source.startswith(SEED):
        seed: Any = source.removeprefix(SEED)  # FaceState says so where it is no number
        return generated_end(model, edit(FaceState(seed)))
    if source.lower().endswith(".json"):
        return generated_end(model, edit(read_face_file(Path(source))))
    return photo_end(model, photo(source, face), edit(FaceState()), strength)
