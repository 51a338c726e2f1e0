"""`export-model`: make a bundle of a training run's last checkpoint."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganssl.commands._photos import open_photos, usable

HELP = "write the model of a training run, as far as it is, with directions and card"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", required=True, dest="folder", help="folder of train-gan")
    parser.add_argument("--data", help="the photos it was trained on, for its directions")
    parser.add_argument("--out", required=True, help="folder of the model, which gets its name")
    parser.add_argument("--command", default="", dest="trained_by", help="what trained it")


def run(args: argparse.Namespace) -> int:
    from ganssl.base.progress import bar
    from ganssl.training.export import export_model

    photos = usable(open_photos(args.data)) if args.data else None
    folder = Path(args.folder)
    model = export_model(folder, Path(args.out), photos, folder, args.trained_by, bar)
    print(
        f"wrote {args.out}: {model.name} {model.id}, sliders {', '.join(model.directions.sliders)}"
    )
    return 0
