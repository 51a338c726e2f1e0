"""`python -m ganssl evaluate-gan`: reconstruction, likeness of samples and memorisation."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from ganssl.base.atomic import write_file
from ganssl.commands._markdown import (
    add_markdown_argument,
    check_markdown,
    on_model,
    write_markdown,
)
from ganssl.commands._options import check_ending
from ganssl.commands._photos import open_photos, usable
from ganssl.errors import UserError

HELP = "measure how well a face model reconstructs photos and how real its samples are"
RECONSTRUCTION_HEADER = ["model", "L1 (0..1)", "PSNR (dB)", "MS-SSIM"]
LIKENESS_HEADER = [
    "images", "source", "n", "Fréchet", "kernel distance",
    "precision", "recall", "density", "coverage",
]  # fmt: skip
MEMORISATION_HEADER = [
    "images", "source", "median distance", "close", "nearer to training", "duplicates",
]  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="PATH", help="the face model (default: the one that ships)"
    )
    parser.add_argument(
        "--data", required=True, metavar="DIR", help="photos with a training and a validation part"
    )
    parser.add_argument(
        "--baseline", metavar="DIR", help="a second model for comparison, such as the VAE alone"
    )
    parser.add_argument(
        "--count", type=int, default=5000, help="samples of each source, at most (default: 5000)"
    )
    parser.add_argument(
        "--judge",
        metavar="DIR",
        help="judge by a network that no training has seen, instead of the face network: the "
        "folder dist/models/inception_v3 of the npm package nsfwjs 4.4.0",
    )
    parser.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help="use the first N photos of each part, for a quick look",
    )
    parser.add_argument("--cache", metavar="DIR", help="keep decoded photos there for next time")
    parser.add_argument("--seed", type=int, default=0, help="of codes and draws (default: 0)")
    parser.add_argument(
        "--json", metavar="FILE", help="write the result; - prints it, and no table"
    )
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    if args.json and args.json != "-":
        check_ending(args.json, "--json", ".json")
        path = Path(args.json).resolve()
        if path.is_dir() or not path.parent.is_dir():
            raise UserError(f"{args.json} cannot be written: give a file in a folder that exists.")
    check_markdown(args)
    if args.seed < 0:
        raise UserError("The seed must be 0 or greater.")
    from ganssl.base.progress import bar
    from ganssl.features.face_network import FaceNetwork
    from ganssl.models.catalogue import load_model
    from ganssl.training.evaluate_gan import evaluate_gan

    model = load_model(args.model)
    baseline = load_model(args.baseline) if args.baseline else None
    if baseline is not None and baseline.preprocess != model.preprocess:
        raise UserError(
            f"{args.baseline} crops or scales photos otherwise than {model.name}; "
            "only models with the same preprocessing can be compared."
        )
    photos = open_photos(args.data)
    parts = [photos.part("validation"), photos.part("train")]
    if args.limit is not None:
        import numpy as np

        parts = [part.subset(np.arange(min(args.limit, len(part)))) for part in parts]
    validation, training = [
        usable(part).faces(model.preprocess, args.cache, bar("decoding photos")) for part in parts
    ]
    models = {model.name: model}
    if baseline is not None:
        models[f"{baseline.name} (baseline)"] = baseline
    if args.judge:
        return _written(args, models, _judged(args, models, validation, training), judge_report)
    result = evaluate_gan(
        models,
        FaceNetwork.load(),
        validation,
        training,
        count=args.count,
        seed=args.seed,
        progress=bar("evaluating images"),
    )
    return _written(args, models, result, report)


def _judged(args: argparse.Namespace, models: dict, validation, training) -> dict:
    from ganssl.base.progress import bar
    from ganssl.features.inception import InceptionJudge
    from ganssl.training.judge_gan import judge_gan

    return judge_gan(
        models,
        InceptionJudge.load(args.judge),
        validation,
        training,
        count=args.count,
        seed=args.seed,
        progress=bar("judging sets"),
    )


def _written(
    args: argparse.Namespace, models: dict, result: dict, table: Callable[[dict], str]
) -> int:
    write_markdown(args, "The generator", table(result), measured=on_model(*models.values()))
    text = json.dumps(result, indent=2, ensure_ascii=False)
    if args.json == "-":
        print(text)
        return 0
    print(table(result))
    if args.json:
        write_file(args.json, text + "\n")
    return 0


def judge_report(result: dict) -> str:
    """The result of `judge_gan` as a table."""
    rows = [
        [
            row["images"],
            row["source"],
            f"{row['kernel']:.2f}",
            f"{row['frechet']:.2f}",
            f"{row['precision']:.3f}",
            f"{row['recall']:.3f}",
        ]
        for row in result["rows"]
    ]
    header = ["images", "source", "kernel × 1000", "Fréchet", "precision", "recall"]
    return "\n".join(
        [
            f"Likeness to {result['n']} validation photos, judge: {result['judge']}",
            *_table(header, rows, texts=2),
        ]
    )


def report(result: dict) -> str:
    """The result of `evaluate_gan` as text: three tables and the notes."""
    reconstruction = [
        [row["model"], f"{row['l1']:.4f}", f"{row['psnr']:.2f}", f"{row['ms_ssim']:.4f}"]
        for row in result["reconstruction"]
    ]
    samples = [
        [
            row["images"],
            row["source"],
            str(row["n"]),
            f"{row['frechet']:.2f}",
            f"{row['kernel']:.5f} ± {row['kernel_deviation']:.5f}",
            *(f"{row[key]:.3f}" for key in ("precision", "recall", "density", "coverage")),
        ]
        for row in result["samples"]
    ]
    keys = ("median_distance", "close", "nearer_training", "duplicates")
    memorisation = [
        [
            row["images"],
            row["source"],
            *("–" if row[key] is None else f"{row[key]:.3f}" for key in keys),
        ]
        for row in result["memorisation"]
    ]
    lines = [
        f"Reconstruction of {result['validation_photos']} validation photos",
        *_table(RECONSTRUCTION_HEADER, reconstruction, texts=1),
        "",
        f"Likeness to {result['n']} training photos, feature space: {result['feature_space']}",
        *_table(LIKENESS_HEADER, samples, texts=2),
        "",
        f"Memorisation, against {result['training_photos']} training photos, same feature space",
        *_table(MEMORISATION_HEADER, memorisation, texts=2),
        "",
        *(f"- {note}" for note in result["notes"]),
    ]
    return "\n".join(lines)


def _table(header: list[str], rows: list[list[str]], texts: int) -> list[str]:
    """Aligned columns: the first `texts` to the left, numbers to the right."""
    cells = [header, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    return [
        "  ".join(
            f"{cell:<{width}}" if i < texts else f"{cell:>{width}}"
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
