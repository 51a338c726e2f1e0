"""`train-gan`: train the VAE-GAN on unlabelled photos."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from ganssl.commands._options import add_dtype_argument
from ganssl.commands._photos import open_photos, usable
from ganssl.errors import UserError

HELP = "train the VAE-GAN on photos; shows losses, rate and time left, writes sample sheets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, help="folder of photos (CelebA's layout or plain)")
    parser.add_argument("--out", required=True, help="folder for checkpoint, samples and model")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="training time, all resumed runs together")
    length.add_argument("--epochs", type=float, help="passes over the photos (default 40)")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--start", metavar="MODEL", help="begin with the weights of this model")
    parser.add_argument(
        "--encoder-only",
        action="store_true",
        help="leave the generator of --start as it is; its encoder learns to find codes of photos",
    )
    parser.add_argument("--size", type=int, default=128, help="side of the faces: 64, 128, …")
    parser.add_argument("--latent-size", type=int, default=128)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--limit", type=int, help="use only so many photos")
    parser.add_argument("--seed", type=int, default=0)
    add_dtype_argument(parser)
    parser.add_argument(
        "--no-face-network", action="store_true", help="train without the feature term"
    )
    parser.add_argument(
        "--image-network",
        metavar="FILE",
        help="weights of efficientnet-lite0 (.pth), further eyes for the loss and a judge",
    )
    for name, text in (
        ("kl", "weight of the KL term"),
        ("adversarial", "weight of the adversarial term"),
        ("feature-from", "pass at which the feature term comes in"),
        ("adversarial-from", "pass at which the discriminator comes in"),
        ("adversarial-warm", "passes over which its weight rises"),
    ):
        parser.add_argument(f"--{name}", type=float, help=f"{text} (see ganssl.models.vaegan)")


def run(args: argparse.Namespace) -> int:
    from ganssl.base.device import device_name, training_dtype
    from ganssl.base.progress import bar
    from ganssl.models.bundle import load_bundle
    from ganssl.models.config import ModelConfig
    from ganssl.models.vaegan import Objective
    from ganssl.photos.preprocess import Preprocess
    from ganssl.training.batches import epoch_steps
    from ganssl.training.clock import TrainingClock, training_line
    from ganssl.training.export import export_model
    from ganssl.training.gan import GanTraining, TrainingSettings

    args.dtype = training_dtype(args.dtype)
    if args.encoder_only and not (args.start or args.resume):
        raise UserError("--encoder-only needs a generator that has learnt: give --start MODEL.")
    out = Path(args.out)
    config = ModelConfig(size=args.size, latent_size=args.latent_size)
    photos = open_photos(args.data)
    train = usable(photos.train_part)
    faces = train.faces(Preprocess(args.size), cache=out, progress=bar("decoding photos"))
    if args.limit:
        faces = faces[: args.limit]
    batch_size = args.batch_size
    if len(faces) < batch_size:
        raise UserError(
            f"{len(faces)} photos do not fill a batch of {batch_size}; lower --batch-size."
        )
    given = ("kl", "adversarial", "feature_from", "adversarial_from", "adversarial_warm")
    changed = {name: getattr(args, name) for name in given if getattr(args, name) is not None}
    if args.start:
        changed["kl_warm"] = 0.0  # the codes are in their place already
    if args.encoder_only:
        changed["encoder_only"] = True
    epochs = args.epochs if args.epochs or args.minutes else 40.0
    clock = TrainingClock(
        batch_size, epoch_steps(len(faces), batch_size), minutes=args.minutes, epochs=epochs
    )
    training = GanTraining(
        faces,
        config,
        Objective(**changed),
        TrainingSettings(dtype=args.dtype, seed=args.seed),
        clock,
        _eyes(args),
    )
    if args.start and not args.resume:
        training.start_from(load_bundle(Path(args.start)))
    device = device_name() if training.strategy else "the fastest device that JAX sees"
    print(f"training on {device}, {training.replicas} in all, {len(faces):,} photos", flush=True)
    training.run(out, training_line(), resume=args.resume)
    command = "python -m ganssl " + shlex.join(sys.argv[1:])
    folder = out / f"faces-{args.size}"
    model = export_model(out, folder, photos, out, command, bar)
    print(f"wrote {folder}: {model.name} {model.id}")
    return 0


def _eyes(args: argparse.Namespace) -> dict:
    from ganssl.features.face_network import FaceNetwork
    from ganssl.training.image_network import load_image_network

    eyes = {}
    if not args.no_face_network:
        eyes["face"] = FaceNetwork.load(dtype=args.dtype).maps
    if args.image_network:
        eyes["image"] = load_image_network(args.image_network, args.size, args.dtype)
    return eyes
