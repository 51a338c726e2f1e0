"""The study: mend one defect after another, in two orders, over several seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain

import numpy as np

from ganssl.base.progress import Progress
from ganssl.metrics.intervals import mean_interval
from ganssl.reproduce_2017.material import Material
from ganssl.reproduce_2017.pipeline import Outcome, run_pipeline, training_faces
from ganssl.reproduce_2017.switches import DEFECTS, NAMES, Switches

ORDERS: dict[str, tuple[str, ...]] = {
    "as listed": NAMES,
    "from the faces to the judge": (
        "class_mean_codes",
        "photometry",
        "half_the_faces",
        "input_scale",
        "logits_read",
        "sorted_scores",
        "repeated_score",
        "learning_rate",
        "inverted_polarity",
        "shifted_labels",
        "seen_photos",
    ),
}

MEASURES: dict[str, str] = {
    "fresh balanced accuracy": "Balanced accuracy on fresh photos",
    "fresh auc": "AUC on fresh photos",
    "reported accuracy": "Accuracy as its author would have reported it",
    "reported balanced accuracy": "Balanced accuracy as its author would have reported it",
    "reported auc": "AUC as its author would have reported it",
}
DECISIVE = ("fresh balanced accuracy", "reported balanced accuracy")
COMPANIONS: dict[str, tuple[str, ...]] = {"shifted_labels": ("seen_photos",)}
"""What a defect needs beside it to show: the shifted labels are those of the 100 photos."""

SMALLEST_EFFECT = 0.01
"""A smaller difference does not matter, however surely it is measured."""


def run_study(
    material: Material,
    seeds: int = 5,
    orders: Mapping[str, Sequence[str]] = ORDERS,
    progress: Progress | None = None,
) -> dict:
    """Run every configuration of both orders, and each defect alone in today's pipeline.

    Args:
        seeds: 2 or more; each has generated faces and a training of its own.
        progress: called with (runs done, runs in all).

    Returns what JSON can hold: `defects`, `orders`, `alone`, `today` and
    `mends` (see `summary`). Every figure is a dict of `mean`, `low`, `high`
    (the 95 % t interval over the seeds) and `values`.
    """
    paths = {name: _path(order) for name, order in orders.items()}
    alone = {name: alone_and_without(name) for name in NAMES}
    wanted = list(dict.fromkeys(chain(*paths.values(), *alone.values())))
    runs: dict[Switches, list[dict[str, float]]] = {switches: [] for switches in wanted}
    for seed in range(seeds):
        # configurations that share faces follow each other, so that these are made once
        done = seed * len(wanted)
        for switches in sorted(wanted, key=lambda s: training_faces(material, s, seed).id):
            runs[switches].append(measures(run_pipeline(material, switches, seed)))
            done += 1
            if progress:
                progress(done, seeds * len(wanted))
    ordered = {
        name: _steps([None, *order], path, runs)
        for (name, order), path in zip(orders.items(), paths.values(), strict=True)
    }
    today = runs[Switches()]
    single = [
        {
            "defect": name,
            "figures": _figures(runs[on]),
            "change": _changes(runs[on], runs[without]),
        }
        for name, (on, without) in alone.items()
    ]
    return {
        "seeds": seeds,
        "faces": material.count,
        "people": len(material.people),
        "photos": {
            "train": len(material.train.labels),
            "article": len(material.article.labels),
            "fresh": len(material.fresh.labels),
        },
        "commoner": {
            "published": _commoner(material.article.as_published),
            "corrected": _commoner(material.article.labels),
            "fresh": _commoner(material.fresh.labels),
        },
        "labels_moved": int(np.sum(material.article.as_published != material.article.labels)),
        "defects": [asdict(defect) for defect in DEFECTS],
        "measures": MEASURES,
        "orders": ordered,
        "alone": single,
        "today": _figures(today),
        "mends": summary(ordered, single),
    }


def alone_and_without(name: str) -> tuple[Switches, Switches]:
    """Today's pipeline with one defect (and its companions), and without it."""
    on = Switches.only(name, *COMPANIONS.get(name, ()))
    return on, on.mended(name)


def measures(outcome: Outcome) -> dict[str, float]:
    """The figures of `MEASURES`, and whether every photo got the same answer."""
    values: dict[str, float] = {}
    for name in ("reported", "fresh"):
        found = getattr(outcome, name)
        values |= {
            f"{name} accuracy": found.accuracy,
            f"{name} balanced accuracy": found.balanced_accuracy,
            f"{name} auc": found.auc,
            f"{name} constant": float(found.constant_predictor),
        }
    return values


def summary(orders: dict[str, list[dict]], alone: list[dict]) -> list[dict]:
    """One row for each defect: what its mend changes in each order, and where it is the only one.

    `matters` lists where the balanced accuracy moves by 0.01 or more with an
    interval that excludes 0: names of orders, and `alone`.
    """
    rows = []
    for defect, single in zip(DEFECTS, alone, strict=True):
        changes = {
            name: next(step["change"] for step in steps if step["mended"] == defect.name)
            for name, steps in orders.items()
        } | {"alone": single["change"]}
        rows.append(
            {
                "defect": defect.name,
                "matters": [name for name, change in changes.items() if matters(change)],
                "changes": {
                    name: {measure: change[measure] for measure in MEASURES}
                    for name, change in changes.items()
                },
            }
        )
    return rows


def matters(change: dict[str, dict]) -> bool:
    """Whether a change of figures is large enough, and surely not 0."""
    return any(
        abs(change[name]["mean"]) >= SMALLEST_EFFECT
        and (change[name]["low"] > 0 or change[name]["high"] < 0)
        for name in DECISIVE
    )


def interval(values: Sequence[float]) -> dict:
    """Mean and 95 % t interval of a few values."""
    found = dict(zip(("mean", "low", "high"), mean_interval(np.asarray(values)), strict=True))
    return {name: round(float(v), 4) for name, v in found.items()} | {
        "values": [round(float(v), 4) for v in values]
    }


def _path(order: Sequence[str]) -> list[Switches]:
    """All defects, then one less at each step."""
    path = [Switches.all_on()]
    for name in order:
        path.append(path[-1].mended(name))
    return path


def _steps(mended: Sequence[str | None], path: list[Switches], runs: dict) -> list[dict]:
    steps = []
    for i, (name, switches) in enumerate(zip(mended, path, strict=True)):
        step = {"mended": name, "figures": _figures(runs[switches])}
        if i:
            step["change"] = _changes(runs[path[i - 1]], runs[switches])
        steps.append(step)
    return steps


def _figures(values: list[dict[str, float]]) -> dict[str, dict]:
    """Levels, whose intervals end at 0 and 1."""
    found = {name: interval([row[name] for row in values]) for name in values[0]}
    return {
        name: figure | {"low": max(0.0, figure["low"]), "high": min(1.0, figure["high"])}
        for name, figure in found.items()
    }


def _changes(before: list[dict], after: list[dict]) -> dict[str, dict]:
    """Paired by seed."""
    pairs = list(zip(before, after, strict=True))
    return {name: interval([b[name] - a[name] for a, b in pairs]) for name in MEASURES}


def _commoner(labels: np.ndarray) -> float:
    share = float(labels.mean())
    return round(max(share, 1 - share), 4)
