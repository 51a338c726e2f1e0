"""`python -m ganssl prepare-laboratory`: the faces with which the page Latent space opens."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganssl.errors import UserError

HELP = "make the files with which the page Latent space and the story open at once"
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
    from ganssl.laboratory.crowd import make_crowd, save_crowd
    from ganssl.laboratory.kept_file import shipped_folder
    from ganssl.laboratory.laboratory import Laboratory
    from ganssl.laboratory.population import generated_population
    from ganssl.laboratory.population_file import save_population
    from ganssl.laboratory.readings_file import MOVED_FACES, first_directions, save_readings
    from ganssl.laboratory.scales_file import save_scales
    from ganssl.laboratory.side_effects import first_side_effects
    from ganssl.laboratory.side_effects_file import save_side_effects
    from ganssl.models.catalogue import load_model

    if args.count < 20:
        raise UserError("A map needs 20 faces or more.")
    model, readout = load_model(args.model), Readout.load()
    laboratory = Laboratory(model, readout, MOVED_FACES)
    folder = Path(args.out) if args.out else shipped_folder()
    population = generated_population(laboratory, args.count, bar("generating faces"))
    directions = first_directions(model, population)
    written = [
        save_population(folder, laboratory, population),
        save_scales(folder, laboratory),
        save_readings(
            folder, laboratory, laboratory.known_readings(directions, bar("moving faces"))
        ),
        save_crowd(folder, model, readout, make_crowd(model, readout)),
    ]
    if model.directions.sliders:
        effects = first_side_effects(model, readout)
        written.append(save_side_effects(folder, model, readout, effects))
    for path in written:
        print(f"wrote {path}: {path.stat().st_size / 1e6:.2f} MB")
    return 0
