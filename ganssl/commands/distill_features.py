"""`distill-features`: train the face network that ships from the teacher `faceres`."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganssl.commands._options import add_dtype_argument
from ganssl.commands._photos import open_photos, usable

HELP = "distil faceres into the small face network, on unlabelled photos"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--teacher", required=True, help="folder with faceres.json and faceres.bin")
    parser.add_argument("--data", required=True, help="folder of photos (CelebA's layout or plain)")
    parser.add_argument("--out", required=True, help="folder for checkpoint, weights and probes")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="training time (default 30)")
    length.add_argument("--epochs", type=float, help="passes over the photos")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--model", help="a trained model, to see generated faces too")
    parser.add_argument("--start", metavar="DIR", help="begin with the face network in this folder")
    parser.add_argument("--seed", type=int, default=0)
    add_dtype_argument(parser)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")


def run(args: argparse.Namespace) -> int:
    import numpy as np

    from ganssl.base.device import training_dtype
    from ganssl.base.progress import bar
    from ganssl.features.face_network import FaceNetwork, FaceNetworkConfig
    from ganssl.features.faceres import build_faceres
    from ganssl.features.generated import generated_faces
    from ganssl.features.probes import fit_photo_probes
    from ganssl.features.targets import prepare_targets
    from ganssl.models.catalogue import load_model
    from ganssl.photos.preprocess import Preprocess
    from ganssl.training.batches import epoch_steps
    from ganssl.training.clock import TrainingClock, training_line
    from ganssl.training.distill import PEAK_RATE, STARTED_RATE, Distillation

    out = Path(args.out)
    teacher = build_faceres(Path(args.teacher))
    photos = usable(open_photos(args.data))
    train = photos.train_part
    faces = train.faces(Preprocess(), cache=out, progress=bar("decoding photos"))
    photo_count = len(faces)
    if args.model:
        model = load_model(args.model)
        made = generated_faces(model, faces, args.seed, progress=bar("generating faces"))
        faces = np.concatenate([faces, made])
    config = FaceNetworkConfig()
    targets = prepare_targets(
        teacher,
        faces,
        config.embedding,
        config.middle,
        out / "targets.npz",
        bar("teacher"),
        photos=photo_count,
    )
    minutes = args.minutes if args.minutes or args.epochs else 30.0
    steps = epoch_steps(len(faces), args.batch_size)
    clock = TrainingClock(args.batch_size, steps, minutes=minutes, epochs=args.epochs)
    rate = STARTED_RATE if args.start else PEAK_RATE
    dtype = training_dtype(args.dtype)
    training = Distillation(faces, targets, config, clock, args.seed, dtype, peak_rate=rate)
    if args.start and not args.resume:
        training.start_from(FaceNetwork.load(args.start))
    network = training.run(out, training_line(), resume=args.resume)
    network.save(out)
    if photos.attributes:
        fit_photo_probes(network, photos, out, bar).save(out / "probes.npz")
    print(f"\nwrote {out / 'weights.npz'} after {clock.epoch:.1f} passes")
    return 0
