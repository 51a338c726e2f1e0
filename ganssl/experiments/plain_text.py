"""The curve of an experiment in lines of text, as `experiment` prints it."""

from __future__ import annotations

from ganssl.experiments.ablation import ablation_table
from ganssl.experiments.choice import PER_CLASS, photos_words
from ganssl.experiments.label_efficiency import VALIDATION
from ganssl.experiments.summary import COMPARED, choice_table, table


def curve_text(values: dict) -> str:
    """Tables of every attribute, test and choice of photos, and who wins.

    Args:
        values: what `experiment` keeps in `label_efficiency.json`.
    """
    found = values["summary"]
    choices = values["plan"].get("choices", [PER_CLASS])  # earlier files have none
    judged = list(dict.fromkeys((row["attribute"], row["test"]) for row in found))
    order = [(name, test) for name in values["plan"]["attributes"] for test in values["tests"]]
    judged = [one for one in order if one in judged]
    tables = [table(found, *one, choice=choice) for one in judged for choice in choices]
    if len(choices) > 1:
        tables += [
            choice_table(found, *one, figure, method)
            for one in judged
            for method, figure in COMPARED
        ]
    verdicts = values["verdicts"][VALIDATION]
    return "\n\n".join([*tables, "\n".join(map(sentence, verdicts))])


def ablation_text(values: dict) -> str:
    """What `experiment --ablation` found, one thing changed at a time."""
    rows = values["ablation"]
    count = rows[0]["labels_per_class"]
    title = f"One thing changed at a time, {count}+{count} labels, {VALIDATION}: accuracy / AUC"
    return f"{title}\n{ablation_table(rows, VALIDATION)}"


def sentence(verdict: dict) -> str:
    """One comparison of `ganssl.experiments.summary.verdicts` in words."""
    words = {True: "better than", False: "worse than", None: "not told apart from"}
    interval = verdict["interval"]
    ends = f" ({interval[0]:+.3f} to {interval[1]:+.3f})" if interval else ""
    photos = photos_words(verdict["labels_per_class"], verdict.get("choice", PER_CLASS))
    return (
        f"{verdict['attribute']}, {photos}: synthetic alone is {words[verdict['better']]} "
        f"{verdict['against']!r}: {verdict['difference']:+.3f}{ends}"
    )
