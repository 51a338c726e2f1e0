"""The datasheet of a set (after Gebru et al. 2021): what is in it, how it was made, its flaws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ganssl.directions import Direction, DirectionSet
from ganssl.synthesis.axes import best_judge
from ganssl.synthesis.layout import Row, SetInfo

STRATEGIES = {
    "position": "Codes were left where they lay and labelled by the side of the attribute's "
    "boundary on which they lie, {margin:g} σ away from it or more.",
    "push": "Every code was moved along the direction of the attribute to a target on the side of "
    "its label, {low:g} to {high:g} σ from the boundary.",
}
SOURCES = {
    "density": "a density that was fitted to the codes of the model's training photos",
    "natural": "a density that was fitted to the codes of the model's training photos, each the "
    "one of several, alike in perceived sex, age and skin tone, whose face looks most natural",
    "prior": "the model's prior N(0, 1)",
    "mixture": "one half the density of the training photos' codes, one half the prior N(0, 1)",
    "photos": "the codes of photos that were given",
}
REAL_PEOPLE = (
    "**These faces are reconstructions of people on real photos.** Treat them as you would treat "
    "the photos: they can resemble the people, and must not be passed on without their consent."
)
NOBODY = "Every face is AI-generated and shows nobody; its PNG says so in its metadata."


def datasheet(info: SetInfo, directions: DirectionSet, rows: Sequence[Row]) -> str:
    """Markdown; every figure is counted from `rows` or was measured with the directions.

    Args:
        rows: of `metadata.csv`.
    """
    recipe = info.recipe
    parts = [
        f"# {recipe.count:,} generated faces with and without {recipe.title}",
        (REAL_PEOPLE if recipe.source == "photos" else NOBODY)
        + f" Images are PNGs of {recipe.size}×{recipe.size} pixels.",
        "## What is in it",
        _counts(info, rows),
        "## How it was made",
        _making(info),
        "    " + recipe.to_json().replace("\n", "\n    "),
        "## What the labels mean, and how right they are",
        "A label is the side of a boundary in the model's latent space, not an annotation. The "
        "attributes are what CelebA's annotators perceived in photos, not facts about a person. "
        "On photos that did not define them, the directions achieved:",
        _directions(info, directions),
        "How many labels of these faces a person would confirm was not measured; the figures above "
        "say what to expect, and labels far from the boundary are right more often.",
        "## Known flaws",
        _flaws(info, rows),
        "## Terms",
        "The model was trained on CelebA (Liu et al. 2015), which is for non-commercial research "
        "only; the generated faces inherit these terms. Not for identifying, profiling or judging "
        "people, and not for passing the faces off as photographs.",
    ]
    return "\n\n".join(parts) + "\n"


READING = """
The first of them names the class folders. All are columns of `metadata.csv`: 1 or 0, and how far
beyond the boundary in σ. A face nearer to a boundary than the margin teaches this program nothing
of that attribute; leave such rows out too. In Python:

    import datasets
    faces = datasets.load_dataset({how})
"""
HOW = {
    "folder": '"imagefolder", data_dir="SET"',
    "webdataset": '"webdataset", data_files="SET/shards/*.tar"',
}


def _counts(info: SetInfo, rows: Sequence[Row]) -> str:
    if info.recipe.also:
        return _counts_of_several(info, rows)
    others = info.recipe.balance_over
    counts = Counter((row.label, *row.sides) for row in rows)
    lines = [
        f"| {' | '.join(('label', *others, 'faces'))} |",
        f"|{'---|' * (len(others) + 2)}",
        *(f"| {' | '.join(key)} | {counts[key]:,} |" for key in sorted(counts)),
    ]
    distance = np.abs([float(row.sigma) for row in rows])
    near, middle, far = np.quantile(distance, (0.05, 0.5, 0.95))
    lines += [
        "",
        f"Distance from the boundary: {middle:.2f} σ in the middle, {near:.2f} to {far:.2f} σ for "
        "nine faces of ten.",
    ]
    if others:
        lines[-1] += " 1 and 0 above are sides of the other attributes' boundaries."
    return "\n".join(lines)


def _counts_of_several(info: SetInfo, rows: Sequence[Row]) -> str:
    """Faces of each combination, or of each attribute where there are many."""
    recipe, names = info.recipe, info.recipe.attributes
    labels = np.array([row.sides[::2] for row in rows], int)  # (n, k)
    sigma = np.abs(np.array([row.sides[1::2] for row in rows], float))
    if recipe.combined:
        counts = Counter(map(tuple, labels.tolist()))
        lines = [
            f"| {' | '.join((*names, 'faces'))} |",
            f"|{'---|' * (len(names) + 1)}",
            *(f"| {' | '.join(map(str, key))} | {counts[key]:,} |" for key in sorted(counts)),
        ]
    else:
        near = (sigma < recipe.margin).sum(axis=0)
        lines = [
            f"| attribute | with | without | within {recipe.margin:g} σ of the boundary |",
            "|---|---|---|---|",
            *(
                f"| {name} | {labels[:, k].sum():,} | {(labels[:, k] == 0).sum():,} | {near[k]:,} |"
                for k, name in enumerate(names)
            ),
        ]
    return "\n".join(lines) + "\n" + READING.format(how=HOW[info.layout]).rstrip()


def _making(info: SetInfo) -> str:
    recipe = info.recipe
    low, high = recipe.strength
    text = (
        f"{info.software}, model {info.model_name} ({info.model}), set {info.id}. Codes come from "
        f"{SOURCES[recipe.source]}"
        + (f", pulled to their mean by {recipe.truncation:g}" if recipe.truncation != 1 else "")
        + ". "
        + STRATEGIES[recipe.strategy].format(margin=recipe.margin, low=low, high=high)
    )
    if recipe.pairs:
        text += " Faces 2j and 2j + 1 are a pair: one code on both sides of the boundary, " + (
            "one where it lay and one moved." if recipe.strategy == "position" else "both moved."
        )
    if recipe.also:
        text += (
            " Every combination of the attributes was to get the same share of the faces"
            if recipe.combined
            else " Each attribute in turn was to get faces with and without it, so far from its "
            "boundary; by its other labels a face may lie nearer"
        )
        text += "; where next to no codes lie there, others took their places."
    if recipe.balance_over:
        text += f" The classes are balanced over {', '.join(recipe.balance_over)}."
    return text + " The same recipe gives the same bytes on the same kind of machine."


def _directions(info: SetInfo, directions: DirectionSet) -> str:
    lines = [
        "| direction | method | what for | AUC | accuracy | commoner class | labels used |",
        "|---|---|---|---|---|---|---|",
    ]
    for direction in directions:
        lines.append(
            f"| {direction.attribute} | {direction.method} | {_role(info, directions, direction)} "
            f"| {direction.auc:.3f} | {direction.accuracy:.3f} | {direction.majority:.3f} "
            f"| {direction.labels_used:,} |"
        )
    return "\n".join(lines)


def _role(info: SetInfo, directions: DirectionSet, direction: Direction) -> str:
    if direction is not best_judge(directions, direction.attribute):
        return "moving codes"
    own = direction.attribute in info.recipe.attributes
    return "labels" if own else "sides to balance over"


def _flaws(info: SetInfo, rows: Sequence[Row]) -> str:
    recipe = info.recipe
    companions = ": nothing was balanced but the classes."
    if recipe.also:
        companions = ", as far as the counts above do not say otherwise."
    if recipe.balance_over:
        companions = (
            f", other than {', '.join(recipe.balance_over)}; those were balanced by the model's "
            "own boundaries, not by sight."
        )
    flaws = [
        "Faces are softer than photos, and rare things come out poorly: see MODEL_CARD.md.",
        f"Attributes that go together in CelebA go together here{companions}",
    ]
    if recipe.strategy == "push":
        flaws.append(
            "The classes differ by a move along one line, and a classifier may learn the traces "
            "of the move in place of the attribute."
        )
    if recipe.pairs:
        flaws.append("The two faces of a pair differ in more than the attribute.")
    if recipe.truncation < 1:
        flaws.append("The spread is smaller than that of photos.")
    if recipe.source == "photos":
        used = len({row.photo for row in rows})
        flaws.append(
            f"The faces come from {used:,} photos; the column `photo` says which belong together."
        )
    return "\n".join(f"* {flaw}" for flaw in flaws)
