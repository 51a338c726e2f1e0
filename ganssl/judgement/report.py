"""A judgement on one page: HTML that holds all it needs, figures as SVG, no photo in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from html import escape

from ganssl.classifier.card import DATA_TERMS, limits, training_lines
from ganssl.judgement.comparison import Comparison
from ganssl.judgement.judge import Judgement
from ganssl.judgement.placing import threshold_sentence
from ganssl.judgement.report_figures import comparison_svg, square_svg
from ganssl.judgement.square_chart import calibration_chart, roc_chart

MOST_REFUSALS = 20

STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1d29; background: #fff;
  font: 1rem/1.5 system-ui, sans-serif; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2rem; border-bottom: 1px solid #ddd; }
.verdict { padding: 1rem; border-left: 5px solid #4f46e5; background: #f3f4f8; font-size: 1.1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.8rem 0.25rem 0; text-align: left; border-bottom: 1px solid #ddd; }
td.number { text-align: right; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; }
svg { max-width: 100%; height: auto; font: 11px system-ui, sans-serif; }
svg polyline, svg line { fill: none; stroke: #4f46e5; stroke-width: 2.5; }
svg .chance { stroke: #8a8d98; stroke-width: 1.5; stroke-dasharray: 4 4; }
svg .interval { stroke: #8a8d98; stroke-width: 2; }
svg .band { fill: #4f46e5; fill-opacity: 0.18; } svg .point { fill: #4f46e5; }
svg .mark { fill: #b45f06; } svg .frame { fill: none; stroke: #bbb; }
pre { padding: 0.8rem; background: #f3f4f8; overflow-x: auto; }
@media print { h2 { break-after: avoid; } figure, table { break-inside: avoid; } }
"""


def report_html(found: Comparison) -> str:
    """The page: verdict, figures, comparison, groups, how it was made, and what it cannot tell.

    It loads nothing: no script, no font, no picture.
    """
    judgement, classifier = found.result.judgement, found.classifier
    title = f"{classifier.attribute.title}: a classifier judged on {judgement.n:,} photos"
    sections = [
        f'<p class="verdict">{escape(judgement.verdict)}</p>',
        f"<p>{escape(threshold_sentence(found.threshold))}</p>",
        _figures(found),
        "<h2>Beside other methods</h2>",
        "<p>All on the same features of the same photos.</p>",
        f"<figure>{comparison_svg(found.table)}</figure>",
        _table(COMPARISON_HEADS, [comparison_cells(row) for row in found.table]),
        _list(found.notes),
        _groups(judgement),
        "<h2>The photos</h2>",
        _list(photo_lines(found)),
        "<h2>The classifier</h2>",
        _list(classifier_lines(found)),
        _recipe(classifier.source.recipe),
        "<h2>What this cannot tell</h2>",
        _list([*limits(classifier.attribute), classifier.source.data_terms or DATA_TERMS]),
        f"<p>Made by GANSSL Studio on {date.today().isoformat()}. No photo is in this file.</p>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n" + "\n".join(filter(None, sections)) + "\n</body></html>"
    )


COMPARISON_HEADS = (
    "Method",
    "Accuracy",
    "95 % interval",
    "Balanced",
    "AUC",
    "AUC, 95 % interval",
    "Difference",
    "McNemar's p",
)


def comparison_cells(row: dict) -> tuple[str, ...]:
    """A row of the comparison as texts, in the order of `COMPARISON_HEADS`."""
    difference = row["difference"]
    return (
        row["method"],
        f"{row['accuracy']:.3f}",
        interval(row["ci95"]),
        figure(row["balanced_accuracy"]),
        figure(row["auc"]),
        interval(row["auc_ci95"]),
        "–" if difference is None else f"{difference:+.3f}",
        "–" if row["p"] is None else f"{row['p']:.2g}",
    )


GROUP_HEADS = (
    "Group",
    "Photos",
    "Present",
    "Accuracy",
    "95 % interval",
    "Balanced",
    "Balanced, 95 % interval",
    "AUC",
    "AUC, 95 % interval",
)


def group_cells(judgement: Judgement) -> list[tuple[str, ...]]:
    """One row of texts for each group of photos, in the order of `GROUP_HEADS`."""
    return [
        (
            group.value,
            f"{group.n:,}",
            f"{group.present:,}",
            f"{group.accuracy:.3f}",
            interval(group.ci95),
            figure(group.balanced_accuracy),
            interval(group.balanced_ci95),
            figure(group.auc),
            interval(group.auc_ci95),
        )
        for group in judgement.slices
    ]


def photo_lines(found: Comparison) -> list[str]:
    """What became of the photos that were handed in, a sentence each."""
    prepared = found.prepared
    how = ", ".join(f"{count:,} {way}" for way, count in Counter(prepared.how).most_common())
    few, unlabelled = int(found.few.sum()), int((found.labels < 0).sum())
    lines = [
        f"{found.result.judgement.n:,} photos judged; {few:,} served as the few labelled ones "
        f"(seed {found.seed}); {unlabelled:,} without a label.",
        f"How faces were found: {how}.",
    ]
    lines += [f"{len(prepared.warnings):,} warnings were given."] if prepared.warnings else []
    lines += prepared.photos.report.notes
    refused = prepared.refused
    lines += [f"Left out: {one.name}: {one.reason}" for one in refused[:MOST_REFUSALS]]
    if len(refused) > MOST_REFUSALS:
        lines.append(f"and {len(refused) - MOST_REFUSALS:,} more were left out.")
    return lines


def classifier_lines(found: Comparison) -> list[str]:
    """Head, features, training and threshold, a sentence each."""
    classifier = found.classifier
    lines = [
        f"A {classifier.head.kind} head on {classifier.size} features: {found.extractor} "
        f"(weights {classifier.source.features_id}).",
        *training_lines(classifier),
    ]
    accuracy, auc = (classifier.metrics.get(name) for name in ("held_out_accuracy", "held_out_auc"))
    if accuracy is not None:
        lines.append(
            f"On held-out faces of its training set: accuracy {accuracy:.3f}, AUC {auc:.3f}. How "
            "far photos fall behind that shows how far generated faces are from photos."
        )
    return lines


def interval(ends: tuple[float, float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.3f} to {ends[1]:.3f}"


def figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _figures(found: Comparison) -> str:
    judgement, result = found.result.judgement, found.result
    rows = [
        ("Accuracy", f"{judgement.accuracy:.3f}", interval(judgement.ci95)),
        ("Majority class", f"{judgement.majority_baseline:.3f}", "–"),
        (
            "Balanced accuracy",
            figure(judgement.balanced_accuracy),
            interval(judgement.balanced_ci95),
        ),
        ("AUC", figure(judgement.auc), interval(judgement.auc_ci95)),
    ]
    counts = [
        (f"labelled {name}", *(f"{count:,}" for count in row))
        for name, row in zip(judgement.classes, judgement.confusion_matrix, strict=True)
    ]
    heads = ("", *(f"answered {name}" for name in judgement.classes))
    parts = [
        _table(("Figure", "Value", "95 % interval"), rows),
        "<h2>Answers</h2>",
        _table(heads, counts),
    ]
    if judgement.auc is not None:
        charts = (
            roc_chart(result.labels, result.scores, judgement.threshold),
            calibration_chart(result.labels, result.scores),
        )
        drawn = (f"<figure>{square_svg(chart)}</figure>" for chart in charts)
        parts.append(f'<div class="figures">{"".join(drawn)}</div>')
    return "\n".join(parts)


def _groups(judgement: Judgement) -> str:
    if not judgement.slices:
        return ""
    return "<h2>Groups of photos</h2>" + _table(GROUP_HEADS, group_cells(judgement))


def _recipe(recipe: dict) -> str:
    if not recipe:
        return ""
    text = json.dumps(recipe, indent=2, sort_keys=True)
    return f"<h2>Recipe of the training faces</h2><pre>{escape(text)}</pre>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>"
        + f"<th>{escape(row[0])}</th>"
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _list(lines: Sequence[str]) -> str:
    """Sentences, whose Markdown is reduced to emphasis."""
    items = (re.sub(r"[*`]([^*`]+)[*`]", r"<em>\1</em>", escape(line)) for line in lines)
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
