"""All cards and matrices of some directions, and the files that hold them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.base.atomic import write_file
from ganssl.base.files import make_folder
from ganssl.base.progress import Progress
from ganssl.directions import RAW, Direction
from ganssl.fitting import EncodedPhotos
from ganssl.laboratory.card import DirectionCard, direction_card
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.matrices import Rescoring, cosine_matrix, label_correlation, rescore
from ganssl.photos.table_text import csv_bytes

INTRODUCTION = (
    "Effects are measured on generated faces by probes on the face network, which see pixels and "
    "no codes. They are readings of a second model, and the attributes are what annotators "
    "perceived, no facts about people."
)


@dataclass(frozen=True, eq=False)
class DirectionReport:
    """Cards of directions and the matrices beside them.

    Attributes:
        model_id: whose directions they are.
        cards: one for each direction.
        attributes: of the matrices, each by its first direction in `cards`, `k`.
        cosines: float64 `[k, k]`, between directions.
        correlations: float64 `[k, k]`, between labels; None without labels.
        rescoring: effects of the `k` directions.
        sources: what the figures come from, for the reader.
    """

    model_id: str
    cards: tuple[DirectionCard, ...]
    attributes: tuple[str, ...]
    cosines: np.ndarray
    correlations: np.ndarray | None
    rescoring: Rescoring
    sources: str

    def to_dict(self) -> dict:
        """All of it, for JSON."""
        return {
            "model": self.model_id,
            "sources": self.sources,
            "cards": [card.to_dict() for card in self.cards],
            "attributes": list(self.attributes),
            "cosines": _lists(self.cosines),
            "label_correlations": None if self.correlations is None else _lists(self.correlations),
            "read": list(self.rescoring.read),
            "rescoring": _lists(self.rescoring.change),
        }


def report_directions(
    laboratory: Laboratory,
    directions: Sequence[Direction],
    held: Sequence[Direction] = (),
    train: EncodedPhotos | None = None,
    holdout: EncodedPhotos | None = None,
    progress: Progress | None = None,
    rule: str = RAW,
) -> DirectionReport:
    """Make the card of each direction, and the matrices.

    Args:
        held: projected out of every direction but that of the same attribute.
        train: labelled photos for the correlation of labels.
        holdout: encoded photos that did not define the directions: conditional
            directions are measured on them. Each attribute must have a column.
        rule: what the model's sliders hold besides (`ganssl.directions.holding`).

    Raises `UserError` where the held directions leave too little of one.
    """
    cards: list[DirectionCard] = []
    for done, direction in enumerate(directions, start=1):
        others = [other for other in held if other.attribute != direction.attribute]
        labelled = None
        if (others or rule != RAW) and holdout is not None:
            labelled = holdout.codes, holdout.photos.column(direction.attribute)
        cards.append(direction_card(laboratory, direction, others, labelled, rule=rule))
        if progress:
            progress(done, len(directions))
    first: dict[str, Direction] = {}
    for card in cards:
        first.setdefault(card.direction.attribute, card.direction)
    attributes = tuple(first)
    correlations = None
    if train is not None:
        columns = [train.photos.column(name) for name in attributes]
        correlations = label_correlation(np.stack(columns, axis=1))
    count = len(laboratory.codes)
    return DirectionReport(
        model_id=laboratory.model.id,
        cards=tuple(cards),
        attributes=attributes,
        cosines=cosine_matrix(list(first.values())),
        correlations=correlations,
        rescoring=rescore(laboratory, list(first.values())),
        sources=f"model {laboratory.model.name} ({laboratory.model.id}), {count} generated faces"
        + (f", labels of {len(train.photos):,} photos of {train.photos.source}" if train else ""),
    )


def report_table(report: DirectionReport) -> str:
    """The most telling numbers as text, one line for each direction."""
    width = max([len(card.title) for card in report.cards] + [9])
    lines = [
        f"{'direction':<{width}}    AUC  accuracy  majority  halves  labels    own  besides  "
        "skin  steady  same person  unlikely"
    ]
    for card in report.cards:
        own, two = card.own.spreads if card.own else np.nan, card.at(2)
        cells = (
            _cell(card.auc, 5, ".3f"),
            _cell(card.accuracy, 8, ".3f"),
            _cell(card.majority, 8, ".3f"),
            _cell(card.split_half_cosine, 6, ".2f"),
            _cell(card.direction.labels_used, 6, "d"),
            _cell(own, 5, "+.2f"),
            _cell(card.side_effect, 7, ".2f"),
            _cell(two.skin_tone, 4, "+.0f"),
            _cell(card.steady, 6, ".0%"),
            _cell(two.identity, 11, ".2f"),
            _cell(two.outside, 8, ".0%"),
        )
        lines.append("  ".join([f"{card.title:<{width}}", *cells]))
    legend = (
        "own, besides: change of the probes for +1 σ, in their standard deviations (besides: root "
        "mean square of all others);\nskin: change of the typology angle at +2 σ in degrees; "
        "steady: faces whose probe rises at every step from -3 to 3 σ;\nsame person: cosine at "
        f"+2 σ (different faces: {report.cards[0].strangers:.2f}); unlikely: codes outside 99 % of "
        "natural ones at +2 σ"
    )
    return "\n".join([*lines, legend])


def methods_table(report: DirectionReport) -> str:
    """Means over attributes, a line for each method; empty for fewer than two methods.

    Only attributes that every method has count, so that all lines are of the
    same. The ratio is the geometric mean, as ratios multiply.
    """
    by_method: dict[str, dict[str, DirectionCard]] = {}
    for card in report.cards:
        if card.own is not None:
            by_method.setdefault(card.direction.method, {})[card.direction.attribute] = card
    shared = set.intersection(*map(set, by_method.values())) if by_method else set()
    if len(by_method) < 2 or not shared:
        return ""
    width = max(map(len, by_method))
    lines = [
        f"Means over {len(shared)} attributes by method:",
        f"{'method':<{width}}    AUC    own  besides  own / besides  same person",
    ]
    for method, found in by_method.items():
        cards = [found[name] for name in sorted(shared)]
        ratios = np.array([card.selectivity for card in cards])
        ratio = np.exp(np.log(ratios).mean()) if (ratios > 0).all() else np.nan
        cells = (
            _cell(_mean(card.auc for card in cards), 5, ".3f"),
            _cell(_mean(card.own.spreads for card in cards if card.own), 5, "+.2f"),
            _cell(_mean(card.side_effect for card in cards), 7, ".2f"),
            _cell(ratio, 13, ".1f"),
            _cell(_mean(card.at(2).identity for card in cards), 11, ".2f"),
        )
        lines.append("  ".join([f"{method:<{width}}", *cells]))
    return "\n".join(lines)


def write_report(report: DirectionReport, folder: str | Path) -> list[Path]:
    """Write CSV tables, `report.json` and `index.html`; returns the paths.

    The page holds all it needs, the drawing library included: it opens without
    a network.
    """
    folder = Path(folder)
    make_folder(folder)
    rows = [card.row() for card in report.cards]
    tables = {
        "directions.csv": [list(rows[0]), *(list(row.values()) for row in rows)],
        "effects.csv": _effect_rows(report),
        "cosines.csv": _square(report.attributes, report.cosines),
        "rescoring.csv": [
            ["attribute", *report.rescoring.read],
            *_named(report.rescoring.moved, report.rescoring.change),
        ],
    }
    if report.correlations is not None:
        tables["label_correlations.csv"] = _square(report.attributes, report.correlations)
    for name, table in tables.items():
        write_file(folder / name, csv_bytes(table))
    write_file(folder / "report.json", json.dumps(report.to_dict(), indent=1, allow_nan=False))
    write_file(folder / "index.html", report_page(report))
    return [folder / name for name in (*tables, "report.json", "index.html")]


def report_page(report: DirectionReport) -> str:
    """The report as one HTML page."""
    from plotly.io import to_html

    from ganssl.laboratory.figures import (
        distance_figure,
        effects_figure,
        matrix_figure,
        response_figure,
    )

    names = report.attributes
    square = [matrix_figure(report.cosines, names, names, "Cosine between directions", 1.0)]
    if report.correlations is not None:
        square.insert(
            0, matrix_figure(report.correlations, names, names, "Correlation between labels", 1.0)
        )
    effects = matrix_figure(
        report.rescoring.change,
        report.rescoring.moved,
        report.rescoring.read,
        "Re-scoring: effect of +1 σ along each direction, in standard deviations of the probe",
        row_title="moved",
        column_title="read",
    )
    sections = [("What the data ties together, and what the model does", [*square, effects])]
    for card in report.cards:
        figures = [effects_figure(card), distance_figure(card)]
        sections.append((card.title, [*figures, response_figure(card)] if card.own else figures))
    library, body = True, []
    for title, figures in sections:
        body.append(f"<h2>{html.escape(title)}</h2>")
        for figure in figures:
            body.append(to_html(figure, include_plotlyjs=library, full_html=False))
            library = False
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Directions</title>'
        '<body style="font-family:sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem">'
        f"<h1>Attribute directions</h1><p>{html.escape(report.sources)}</p><p>{INTRODUCTION}</p>"
        f"<pre style='overflow-x:auto'>{html.escape(report_table(report))}</pre>"
        f"{''.join(body)}</body></html>"
    )


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _cell(value: float, width: int, form: str) -> str:
    """A number flush right, a dash where it is not known."""
    return (format(value, form) if np.isfinite(value) else "–").rjust(width)


def _effect_rows(report: DirectionReport) -> list[list]:
    rows: list[list] = [["direction", "attribute", "own", "logit", "low", "high", "spreads"]]
    for card in report.cards:
        for effect in ([card.own] if card.own else []) + list(card.others):
            rows.append([card.title, effect.attribute, int(effect is card.own)])
            rows[-1] += [effect.logit, effect.low, effect.high, effect.spreads]
    return rows


def _square(names: Sequence[str], values: np.ndarray) -> list[list]:
    return [["attribute", *names], *_named(names, values)]


def _named(names: Sequence[str], values: np.ndarray) -> list[list]:
    return [[name, *row] for name, row in zip(names, _lists(values), strict=True)]


def _lists(values: np.ndarray) -> list[list[float | None]]:
    return [[float(v) if np.isfinite(v) else None for v in row] for row in values]
