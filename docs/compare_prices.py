"""What the prices of readings do to sliders, by slopes of faces that took no part.

Command: `python docs/compare_prices.py`.

How faces read along the codes is fitted twice, on two draws of generated faces. Sliders are made
by the first, and the second says what +2 σ of them does, as far as readings go in straight lines.
That is quick enough to try many prices; `python -m ganssl direction-report --compare-holding`
moves faces and reads them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

AMOUNT = 2.0
SEEDS = 2, 3

TRIED: dict[str, dict[str, float]] = {
    "as they are": {},
    "size 0.03": {"SIZE_PRICE": 0.03},
    "size 0.3": {"SIZE_PRICE": 0.3},
    "size 1": {"SIZE_PRICE": 1.0},
    "identity 0": {"IDENTITY_PRICE": 0.0},
    "identity 30": {"IDENTITY_PRICE": 30.0},
    "tone 0": {"TONE_PRICE": 0.0},
    "implied 0.1": {"IMPLIED_PRICE": 0.1},
    "implied 1": {"IMPLIED_PRICE": 1.0},
    "steps of 1": {"LONGEST": 1.0},
}


def row(label: str, model, directions, rule: str, judge, mine: str = "") -> str:
    """Means over all sliders, as `direction-report --compare-holding` gives them.

    `mine` follows the names of a visitor's own directions, where these are to be moved.
    """
    from ganssl.attributes import implied_by
    from ganssl.directions import slider_direction

    names, figures, untrue = judge.names[:-1], [], []
    for name in model.directions.sliders:
        if name + mine not in directions.attributes:
            continue
        found = slider_direction(directions, name + mine, model.covariance, rule)
        step = AMOUNT * found.sigma * found.vector.astype(np.float64)
        effects = dict(zip(names, judge.slopes[:-1] @ step, strict=True))
        own = effects.pop(name)
        besides = np.sqrt(np.mean(np.square(list(effects.values()))))
        largest = max(abs(v) for k, v in effects.items() if k not in implied_by(name))
        lost = step @ judge.identity @ step / 2
        figures.append((own, besides, max(own, 1e-3) / besides, 1 - lost, np.linalg.norm(step)))
        untrue += [name] if largest > own else []
    own, besides, ratio, same, length = np.array(figures).T
    return (
        f"{label:<24}{own.mean():+5.2f}  {besides.mean():7.2f}  "
        f"{np.exp(np.log(ratio).mean()):11.1f}  {same.mean():11.3f}  {length.mean():6.2f}  "
        f"{', '.join(untrue) or '–'}"
    )


def main() -> None:
    from ganssl.directions import RULES
    from ganssl.directions import readings as prices
    from ganssl.directions.names import COVARIANCE, MINE, RAW, READINGS
    from ganssl.features.readout import Readout
    from ganssl.laboratory.slopes import fit_readings
    from ganssl.models.catalogue import load_model

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", metavar="DIR", help="the face model (default: the shipped one)")
    parser.add_argument("--faces", type=int, default=1500, help="of each of the two draws")
    args = parser.parse_args()
    model, readout = load_model(args.model), Readout.load()
    maker, judge = (fit_readings(model, readout, args.faces, seed) for seed in SEEDS)
    print(f"model {model.id}, {args.faces} faces for the sliders and {args.faces} to judge them\n")
    print(f"{'':<24}  own  besides  own/besides  same person  length  another effect is larger")
    directions = model.directions.with_readings(maker)
    for rule in RULES:
        if rule != READINGS:
            print(row(rule, model, directions, rule, judge))
    for label, changed in TRIED.items():
        usual = {name: getattr(prices, name) for name in changed}
        for name, value in changed.items():
            setattr(prices, name, value)
        fresh = model.directions.with_readings(replace(maker))  # what it had made stays with it
        print(row(f"readings, {label}", model, fresh, READINGS, judge))
        for name, value in usual.items():
            setattr(prices, name, value)
    nothing = np.zeros_like(maker.slopes)
    for label, one in (
        ("readings, no labels", replace(maker, normals=nothing)),
        ("readings, labels alone", replace(maker, slopes=maker.normals, normals=nothing)),
    ):
        print(row(label, model, model.directions.with_readings(one), READINGS, judge))
    few = [replace(d, attribute=d.attribute + MINE) for d in model.few_directions]
    theirs = directions.extended(few)
    for rule in (RAW, COVARIANCE, READINGS) if few else ():
        print(row(f"few labels, {rule}", model, theirs, rule, judge, MINE))


if __name__ == "__main__":
    main()
