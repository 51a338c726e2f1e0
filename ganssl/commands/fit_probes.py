"""`fit-probes`: attribute readouts on the face network, from labelled photos."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganssl.commands._photos import LABELS_HELP, open_photos, usable

HELP = "fit linear probes for every attribute on the face network"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, help="labelled photos (CelebA's layout or plain)")
    parser.add_argument("--labels", help=LABELS_HELP)
    parser.add_argument("--network", help="folder of a face network (default: the shipped one)")
    parser.add_argument("--out", required=True, help="the .npz file to write")
    parser.add_argument("--cache", help="folder that keeps the decoded photos")


def run(args: argparse.Namespace) -> int:
    from ganssl.base.progress import bar
    from ganssl.features.face_network import FaceNetwork
    from ganssl.features.probes import fit_photo_probes

    photos = usable(open_photos(args.data, args.labels))
    cache = Path(args.cache) if args.cache else None
    probes = fit_photo_probes(FaceNetwork.load(args.network), photos, cache, bar)
    probes.save(args.out)
    print(f"{'attribute':<22} held-out AUC")
    for name, auc in zip(probes.attributes, probes.auc, strict=True):
        print(f"{name:<22} {auc:.3f}")
    return 0
