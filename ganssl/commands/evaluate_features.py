"""`evaluate-features`: how much a linear probe reads from the face network and its teacher."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from ganssl.commands._markdown import add_markdown_argument, check_markdown, write_markdown
from ganssl.commands._photos import open_photos, usable

HELP = "accuracy of linear probes on the face network, beside its teacher and the majority class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, help="CelebA in its official layout")
    parser.add_argument("--teacher", help="folder with faceres.json and faceres.bin")
    parser.add_argument("--network", help="folder of a face network (default: the shipped one)")
    parser.add_argument("--labels", type=int, default=4000, help="labelled train photos")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    import numpy as np

    from ganssl.features.evaluate import DEFAULT_ATTRIBUTES, evaluate_features
    from ganssl.features.face_network import FaceNetwork
    from ganssl.features.faceres import build_faceres
    from ganssl.features.targets import teacher_features

    check_markdown(args)
    network = FaceNetwork.load(args.network)
    extractors: dict[str, Callable[[np.ndarray], np.ndarray]] = {network.name: network.features}
    if args.teacher:
        teacher = build_faceres(Path(args.teacher))
        extractors["faceres: embedding + mean of conv_pw_11"] = lambda faces: teacher_features(
            teacher, faces
        )[0].astype("float32")
    rows = evaluate_features(
        extractors, usable(open_photos(args.data)), labels=args.labels, seed=args.seed
    )
    if args.json:
        print(json.dumps(rows, indent=2))
        return 0
    heads = "".join(f"{name:>12}" for name in DEFAULT_ATTRIBUTES)
    lines = [f"{'features':<40}{'labels':>7}{'n':>6}{heads}"]
    for row in rows:
        figures = "".join(f"{row[a]:>12.4f}" for a in DEFAULT_ATTRIBUTES)
        lines.append(f"{row['features']:<40}{row['labels']:>7}{row['n']:>6}{figures}")
    print("\n".join(lines))
    write_markdown(args, "The face network", "\n".join(lines))
    return 0
