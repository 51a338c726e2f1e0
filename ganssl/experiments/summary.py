"""From the cells of an experiment to what is said of it: means, intervals, and who wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ganssl.experiments.cell import BY_HAND, CO_TRAINED, METHODS, SYNTHETIC, TUNED
from ganssl.experiments.choice import CHOICES, PER_CLASS, WORDS
from ganssl.judgement.baselines import ALL, DIRECTION, FEW
from ganssl.judgement.judge import MAJORITY
from ganssl.metrics.intervals import mean_interval

FIGURES: tuple[str, ...] = ("accuracy", "balanced_accuracy", "auc")
COMPARED: tuple[tuple[str, str], ...] = (
    (TUNED, "accuracy"),
    (SYNTHETIC, "accuracy"),
    (BY_HAND, "auc"),
    (DIRECTION, "auc"),
)
"""The methods by which choices of photos are set side by side, and by which figure."""

FEWEST_EQUAL = 6
"""So many draws on one side of chance are unlikely, 2 in 64, if both sides are as likely."""


def summary(rows: Sequence[dict]) -> list[dict]:
    """One row for each attribute, test, count of labels, choice of photos and method.

    Args:
        rows: of `run_experiment`.

    Returns dicts with `attribute`, `test`, `labels_per_class`, `choice`, `method`,
    `seeds`, and for each of `FIGURES` its mean and, as `…_interval`, the 95 %
    interval of the mean over the seeds (Student 1908; None for one seed).
    """
    found = []
    for (attribute, test, count, choice, method), members in _grouped(rows).items():
        row = {
            "attribute": attribute,
            "test": test,
            "labels_per_class": count,
            "choice": choice,
            "method": method,
            "seeds": len(members),
        }
        for figure in FIGURES:
            values = np.array([member[figure] for member in members])
            row[figure] = float(values.mean())
            row[f"{figure}_interval"] = interval_over_draws(values)
        found.append(row)
    order = {name: i for i, name in enumerate(METHODS)}
    return sorted(
        found,
        key=lambda row: (row["labels_per_class"] or 0, order.get(row["method"], len(order))),
    )


def verdicts(rows: Sequence[dict], test: str) -> list[dict]:
    """Synthetic alone against learning from the few labels directly, and against no generator.

    The first rival is the better of the two direct ways. All are paired by the
    draw of the labels. Returns dicts with `attribute`, `labels_per_class`, `choice`,
    `against`, `difference` in accuracy, its 95 % `interval` over the draws (None
    for one draw), and `better`: True or False where the interval excludes 0,
    else None.
    """
    groups = _grouped([row for row in rows if row["test"] == test])
    accuracy = {
        key: {row["seed"]: row["accuracy"] for row in members} for key, members in groups.items()
    }
    found = []
    for rivals in ((FEW, TUNED), (CO_TRAINED,)):
        for attribute, _, count, choice, method in groups:
            if method != SYNTHETIC:
                continue
            cell = attribute, test, count, choice
            ours = accuracy[*cell, SYNTHETIC]
            theirs = {name: accuracy[*cell, name] for name in rivals if (*cell, name) in accuracy}
            if not theirs:  # a brief experiment
                continue
            against = max(theirs, key=lambda name: np.mean(list(theirs[name].values())))
            gains = np.array([ours[seed] - theirs[against][seed] for seed in ours])
            found.append(_verdict(attribute, count, choice, against, gains))
    return found


def _verdict(attribute: str, count: int, choice: str, against: str, gains: np.ndarray) -> dict:
    interval = interval_over_draws(gains)
    clear = interval is not None and (interval[0] > 0 or interval[1] < 0)
    return {
        "attribute": attribute,
        "labels_per_class": count,
        "choice": choice,
        "against": against,
        "difference": float(gains.mean()),
        "interval": interval,
        "better": bool(gains.mean() > 0) if clear else None,
    }


def interval_over_draws(values: np.ndarray) -> tuple[float, float] | None:
    """The 95 % interval of the mean of `[n]` values, Student's t.

    None for a single value, and for equal ones that are too few to show that they vary little.
    """
    if len(values) < 2 or (len(values) < FEWEST_EQUAL and np.ptp(values) == 0):
        return None
    _, low, high = mean_interval(values)
    return float(low), float(high)


def table(
    found: Sequence[dict],
    attribute: str,
    test: str,
    figure: str = "accuracy",
    choice: str = PER_CLASS,
) -> str:
    """Methods down, labels per class across; each entry is the mean ± half its interval.

    Args:
        found: rows of `summary`.
        choice: of the photos, see `ganssl.experiments.choice`.
    """
    rows = chosen(found, choice)
    rows = [r for r in rows if (r["attribute"], r["test"]) == (attribute, test)]
    counts = sorted({r["labels_per_class"] for r in rows if r["labels_per_class"] is not None})
    entries = {(r["method"], r["labels_per_class"]): r for r in rows}
    methods = [name for name in METHODS if any(method == name for method, _ in entries)]
    order = "" if choice == PER_CLASS else f", {WORDS.get(choice, choice)} photos"
    texts = {
        name: [
            _entry(entries[name, None if name in (MAJORITY, ALL) else count], figure)
            for count in counts
        ]
        for name in methods
    }
    title = f"{attribute}, {figure} on {test}{order}"
    return _in_columns(title, [_budget(n, choice) for n in counts], texts)


def choice_table(
    found: Sequence[dict],
    attribute: str,
    test: str,
    figure: str = "accuracy",
    method: str = SYNTHETIC,
) -> str:
    """Choices of the photos down, numbers of labelled photos across, for one method.

    Args:
        found: rows of `summary`.
    """
    rows = [
        r for r in found if (r["attribute"], r["test"], r["method"]) == (attribute, test, method)
    ]
    counts = sorted({r["labels_per_class"] for r in rows})
    entries = {(r["choice"], r["labels_per_class"]): r for r in rows}
    choices = [name for name in CHOICES if any(choice == name for choice, _ in entries)]
    texts = {name: [_entry(entries[name, count], figure) for count in counts] for name in choices}
    title = f"{attribute}, {figure} on {test} by the choice of photos: {method}"
    return _in_columns(title, [str(2 * n) for n in counts], texts)


def _in_columns(title: str, heads: Sequence[str], texts: Mapping[str, Sequence[str]]) -> str:
    """A title, the heads of the columns, and a line for each name."""
    width = max(map(len, texts))
    rows = {"": heads, **texts}
    lines = [f"{n:<{width}}" + "".join(f"{text:>15}" for text in row) for n, row in rows.items()]
    return "\n".join([title, *lines])


def chosen(found: Sequence[dict], choice: str = PER_CLASS) -> list[dict]:
    """The rows of one choice of photos, and those that no choice changes."""
    return [row for row in found if row.get("choice", PER_CLASS) in (choice, None)]


def _budget(count: int, choice: str) -> str:
    return f"{count}+{count}" if choice == PER_CLASS else f"{2 * count}"


def _entry(row: dict, figure: str) -> str:
    interval = row[f"{figure}_interval"]
    text = f"{row[figure]:.3f}"
    return text if interval is None else f"{text} ± {(interval[1] - interval[0]) / 2:.3f}"


def _grouped(rows: Sequence[dict]) -> dict[tuple, list[dict]]:
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        choice = row.get("choice", PER_CLASS)
        key = row["attribute"], row["test"], row["labels_per_class"], choice, row["method"]
        groups.setdefault(key, []).append(row)
    return groups
