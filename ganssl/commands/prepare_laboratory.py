"""`python -m ganssl prepare-laboratory`: the faces with which the page Latent space opens."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganssl.errors import UserError

HELP = "make the file of labelled generated faces with which the page Latent space opens"
READY = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="PATH", help="(default: the model that ships)")
    parser.add_argument(
        "--out", metavar="DIR", help="(default: assets/laboratory, where the page looks first)"
    )
    parser.add_argument("--count", type=int, default=READY, help="faces (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    from ganssl.base.progress import bar
    from ganssl.features.readout import Readout
    from ganssl.laboratory.kept_file import shipped_folder
    from ganssl.laboratory.laboratory import Laboratory
    from ganssl.laboratory.population import generated_population
    from ganssl.laboratory.population_file import save_population
    from ganssl.laboratory.scales_file import save_scales
    from ganssl.models.catalogue import load_model

    if args.count < 20:
        raise UserError("A map needs 20 faces or more.")
    laboratory = Laboratory(load_model(args.model), Readout.load())
    population = generated_population(laboratory, args.count, bar("generating faces"))
    folder = Path(args.out) if args.out else shipped_folder()
    path = save_population(folder, laboratory, population)
    print(f"wrote {save_scales(folder, laboratory)}")
    print(f"wrote {path}: {len(population):,} faces, {path.stat().st_size / 1e6:.1f} MB")
    return 0
