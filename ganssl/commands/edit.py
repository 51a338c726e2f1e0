"""`python -m ganssl edit`: edit a photo, the same pixels as the page *Your photo*."""

from __future__ import annotations

import argparse

from ganssl.base.atomic import write_file
from ganssl.commands._options import (
    PICTURE_HELP,
    add_edit_arguments,
    check_folders,
    edited,
    open_photo,
)
from ganssl.commands._photos import add_no_face_argument
from ganssl.face.state import FaceState

HELP = "edit the face of a photo, and say what the way through the model cost"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--photo", required=True, metavar="FILE", help="the photo, of any usual format"
    )
    parser.add_argument("--out", required=True, metavar="FILE", help=PICTURE_HELP)
    add_edit_arguments(parser)
    parser.add_argument(
        "--face", type=int, metavar="N", help="which face, 1 is the largest (default: the main one)"
    )
    add_no_face_argument(parser, "a photo")
    parser.add_argument(
        "--detail",
        type=float,
        default=1.0,
        metavar="D",
        help="how much of the photo's detail to put back where the edit leaves it valid: from 0 "
        "(none) to 1 (all, the default)",
    )
    parser.add_argument("--size", type=int, metavar="PX", help="side (default: the model's)")
    parser.add_argument("--model", metavar="DIR", help="the face model (default: the shipped one)")


def run(args: argparse.Namespace) -> int:
    from ganssl.photos.picture_files import picture_format

    state = edited(FaceState(), args)
    format = picture_format(args.out)
    check_folders(args.out)
    from ganssl.face.from_photo import photo_picture
    from ganssl.face.render import describe
    from ganssl.models.catalogue import load_model

    model = load_model(args.model)
    photo = open_photo(model, args.photo, args.face, args.no_face)
    detail = photo.detail(args.detail)
    side = model.size if args.size is None else args.size
    picture = photo_picture(model, state, photo.code, detail, side, format)
    write_file(args.out, picture)
    for sentence in photo.loss.sentences():
        print(sentence)
    print(f"{args.out}: {describe(state)}; {args.detail:.0%} of the photo's detail; {model.name}")
    return 0
