"""`export-model`: make a bundle of a training run's last checkpoint."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganssl.commands._photos import open_photos, usable
from ganssl.errors import UserError

HELP = "write the model of a training run as far as it is, or measure a model's sliders anew"
BLEND_SHARE = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--run", dest="folder", help="folder of train-gan")
    source.add_argument(
        "--model",
        help="a finished model, whose directions and sliders are measured anew; faces stay",
    )
    parser.add_argument("--data", help="the photos it was trained on, for its directions")
    parser.add_argument("--out", required=True, help="folder of the model, which gets its name")
    parser.add_argument("--cache", type=Path, help="keep decoded photos and codes there")
    parser.add_argument(
        "--image-network",
        metavar="FILE",
        help="weights as train-gan takes them, which look beside the face network when a model "
        "learns which codes give natural faces; a finished one learns it anew with them alone",
    )
    parser.add_argument(
        "--blend",
        metavar="MODEL",
        help="with --model: an earlier state with the same generator, towards whose encoder "
        "the model's is moved first",
    )
    parser.add_argument(
        "--blend-share", type=float, help=f"of that encoder, 0 to 1 ({BLEND_SHARE:g})"
    )
    parser.add_argument("--command", default="", dest="trained_by", help="what trained it")


def run(args: argparse.Namespace) -> int:
    from ganssl.base.progress import bar
    from ganssl.models.bundle import load_bundle
    from ganssl.training.blend import blend_encoder
    from ganssl.training.export import export_model, remeasure, stored

    if args.blend_share is not None and not args.blend:
        raise UserError("--blend-share says how far to go towards a model: name it with --blend.")
    if args.blend and not args.model:
        raise UserError("--blend moves the encoder of a finished model: name it with --model.")

    photos = usable(open_photos(args.data)) if args.data else None
    out = Path(args.out)
    if args.model:
        if photos is None:
            raise UserError("Sliders are measured with labelled photos: name them with --data.")
        model = load_bundle(Path(args.model))
        if args.blend:
            share = BLEND_SHARE if args.blend_share is None else args.blend_share
            blend_encoder(model, load_bundle(Path(args.blend)), share)
            model = stored(model, out)
        model = remeasure(model, out, photos, args.cache, bar, args.image_network)
    else:
        folder = Path(args.folder)
        cache, eyes = args.cache or folder, args.image_network
        model = export_model(folder, out, photos, cache, args.trained_by, bar, eyes)
    print(
        f"wrote {args.out}: {model.name} {model.id}, sliders {', '.join(model.directions.sliders)}"
    )
    return 0
