"""What a comparison of methods found, and what became of each photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.classifier.classifier import Classifier
from ganssl.judgement.on_photos import PhotoJudgement
from ganssl.photos.prepared import PreparedPhotos
from ganssl.photos.table_text import csv_bytes

JUDGED, FEW_LABELLED, UNLABELLED = "judged", "few labelled", "no label"
LEARNT_FROM = "learnt from"


@dataclass(frozen=True, eq=False)
class Comparison:
    """A judgement, and other methods on the same features of the same photos.

    Attributes:
        classifier: as it was judged, with the threshold that was placed for it.
        extractor: title of the features.
        result: its judgement.
        table: rows of `ganssl.judgement.judge.comparison_table`.
        notes: what to know of the table: what is missing and why, what a method saw.
        prepared: all photos that could be read, `[n]`.
        labels: int8 `[n]`: 1, 0, or -1 without one.
        scores: float32 `[n]`.
        few: bool `[n]`, the few labelled photos, which were not judged.
        seen: bool `[n]`, photos that the classifier has learnt from; nor were they.
        seed: by which these were drawn.
        threshold: which one was used and why, see `ganssl.judgement.placing.Placed.to_dict`.
    """

    classifier: Classifier
    extractor: str
    result: PhotoJudgement
    table: list[dict]
    notes: list[str]
    prepared: PreparedPhotos
    labels: np.ndarray
    scores: np.ndarray
    few: np.ndarray
    seen: np.ndarray
    seed: int
    threshold: dict

    def to_dict(self) -> dict:
        """As JSON: the judgement, `comparison`, `notes`, `few` and `threshold_used`."""
        few = self.prepared.photos.subset(self.few)
        return {
            **self.result.to_dict(),
            "comparison": self.table,
            "notes": self.notes,
            "few": {"names": few.names, "seed": self.seed},
            "threshold_used": self.threshold,
        }

    def csv(self) -> bytes:
        """One line for each photo that was handed in, those that were refused at the end.

        As spreadsheets open it rightly, see `ganssl.photos.table_text.csv_bytes`.

        Columns: file, label (empty without one), answer, score, aligned (how
        its face was found), use (judged, few labelled, learnt from, no label,
        refused).
        """
        rows = [["file", "label", "answer", "score", "aligned", "use"]]
        classes = self.classifier.attribute.classes
        uses = np.select(
            [self.seen, self.few, self.labels >= 0], [LEARNT_FROM, FEW_LABELLED, JUDGED], UNLABELLED
        )
        columns = self.prepared.photos.names, self.labels, self.scores, self.prepared.how, uses
        for name, label, score, how, use in zip(*columns, strict=True):
            answer = classes[int(np.float64(score) >= self.classifier.threshold)]
            known = classes[label] if label >= 0 else ""
            rows.append([name, known, answer, f"{score:.4f}", how, use])
        rows += [[one.name, "", "", "", "", "refused"] for one in self.prepared.refused]
        return csv_bytes(rows)
