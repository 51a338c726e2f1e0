"""Which part of the way from few labels over generated faces to a classifier helps?

Each variant changes one thing of the way that `synthesize` goes and is judged
on the same photos after the same draws of labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from ganssl.base.progress import Progress, Stages
from ganssl.directions.edit import moved_to
from ganssl.directions.estimators import code_scale, logistic_normal
from ganssl.directions.holdout import best_threshold
from ganssl.errors import UserError
from ganssl.experiments.cell import Material, TestPhotos, few_label_scorer, head_scores
from ganssl.experiments.label_efficiency import Plan, pool_views
from ganssl.experiments.synthetic import labelled_pool
from ganssl.experiments.views import Views, generated_views
from ganssl.features.extractor import FeatureExtractor
from ganssl.fitting.spread_directions import draw_few
from ganssl.fitting.spread_labels import SpreadLabels, spread_labels
from ganssl.judgement.baselines import Rows
from ganssl.metrics.threshold import calibrate_threshold
from ganssl.models.face_model import FaceModel

STANDARD = "as it is"
POOL = 8_000
"""Faces of every pool, so that the sources of codes are compared at one size."""

MARGINS = (0.0, 0.3, 0.6, 1.0)
PUSHED = 1_000
STRENGTH = (0.5, 2.0)
"""Targets of pushed codes, in σ from the boundary; see `Recipe.strength`."""

BALANCED_OVER = {"Male": "Smiling"}
"""Over whose sides an attribute's classes are balanced; over *Male* where nothing is said."""


@dataclass(frozen=True, eq=False)
class AblationMaterial:
    """The material of the experiment, and what the variants need besides.

    Attributes:
        pools: generated faces by the source of their codes: `density`, `prior`, `photos`.
        degraded: the pool `density` after blur, noise, JPEG and light.
        reconstructed: the tests with reconstructions in place of the photos.
    """

    base: Material
    pools: dict[str, Views]
    degraded: Views
    reconstructed: tuple[TestPhotos, ...]


def gather_ablation(
    model: FaceModel,
    extractor: FeatureExtractor,
    base: Material,
    cache: str | Path | None = None,
    progress: Stages | None = None,
) -> AblationMaterial:
    """Make the further pools and the reconstructions."""

    def generated(codes: np.ndarray, name: str, degraded: bool = False) -> Views:
        return generated_views(
            model, extractor, codes, cache, progress and progress(name), degraded
        )

    count = min(POOL, len(base.pool))
    pools = {
        "density": base.pool.part(slice(count)),
        "prior": pool_views(model, extractor, count, cache, progress, "prior"),
        "photos": generated(base.train.codes[:count], "generated faces (photos)"),
    }
    return AblationMaterial(
        base=base,
        pools=pools,
        degraded=generated(base.pool.codes[:count], "degraded faces", degraded=True),
        reconstructed=tuple(
            replace(test, views=generated(test.views.codes, f"reconstructions ({test.name})"))
            for test in base.tests
        ),
    )


def run_ablation(
    model: FaceModel,
    extractor: FeatureExtractor,
    material: AblationMaterial,
    plan: Plan,
    per_class: int,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> list[dict]:
    """A row for each attribute, seed, variant and test, with its figures.

    The rows are those of `run_experiment`; `method` names the variant.
    """
    trial = _Trial(
        material, plan, per_class, partial(generated_views, model, extractor, cache=cache)
    )
    rows = []
    wanted = [(name, seed) for seed in range(plan.seeds) for name in plan.attributes]
    for done, (attribute, seed) in enumerate(wanted, start=1):
        rows += [
            {
                "attribute": attribute,
                "labels_per_class": per_class,
                "seed": seed,
                "method": method,
                "test": test,
                **values,
            }
            for method, tests in trial.variants(attribute, seed).items()
            for test, values in tests.items()
        ]
        if progress:
            progress(done, len(wanted))
    return rows


@dataclass(frozen=True, eq=False)
class _Trial:
    """What all variants have in common.

    Attributes:
        per_class: so many labels of each class are drawn.
        seen: what is seen of the faces that the model makes of codes `[n, d]`.
    """

    material: AblationMaterial
    plan: Plan
    per_class: int
    seen: Callable[[np.ndarray], Views]

    def variants(self, attribute: str, seed: int) -> dict[str, dict]:
        """Figures by variant and test, after one draw of labels."""
        material, per_class, usual = self.material, self.per_class, self.plan.labelling
        base, pools = material.base, material.pools
        train, pool = base.train, pools["density"]
        few = draw_few(base.labels[attribute], per_class, attribute, seed)
        scorer = few_label_scorer(base, attribute, few)
        spread = spread_labels(train.features, train.codes, few)
        found = {}

        def labelled(
            pool: Views = pool, spread: SpreadLabels = spread, labelling=usual, other=None
        ):
            rng = np.random.default_rng([seed, per_class])
            return labelled_pool(pool, spread, labelling, rng, other)

        def judge(name: str, rows: Rows) -> None:
            found[name] = scorer.figures(head_scores(attribute, rows, scorer.views))

        def judge_if_enough(name: str, **changed) -> None:
            try:
                rows = labelled(**changed)
            except UserError:  # too few faces of a class are left
                return
            judge(name, rows)

        standard = labelled()
        judge(STANDARD, standard)
        alone = _unspread(train, few, spread)
        judge_if_enough("direction from the few labels only", spread=alone)
        for margin in MARGINS:
            if margin != usual.margin:
                judge_if_enough(f"margin {margin:g} σ", labelling=replace(usual, margin=margin))
        judge("contradicted faces kept", labelled(labelling=replace(usual, agreement=False)))
        features, labels = labelled(material.degraded)
        both = np.concatenate([standard[0], features]), np.concatenate([standard[1], labels])
        judge("with degraded copies", both)
        judge_if_enough("codes of the prior", pool=pools["prior"])
        judge_if_enough("codes of photos", pool=pools["photos"])
        other = BALANCED_OVER.get(attribute, "Male")
        if other in base.labels:
            others = draw_few(base.labels[other], per_class, other, seed)
            beside = spread_labels(train.features, train.codes, others)
            judge_if_enough("balanced over another attribute", other=beside)
        smaller = replace(usual, most=PUSHED, agreement=False)
        judge(f"{PUSHED:,} faces by position", labelled(labelling=smaller))
        pushed = self._pushed(pool.codes[:PUSHED], spread, seed)
        judge(f"{PUSHED:,} faces pushed to their side", pushed)

        scores = head_scores(attribute, standard, scorer.views)
        found["threshold 0.5"] = scorer.figures(scores, 0.5)
        found["threshold by unlabelled photos alone"] = scorer.figures(
            scores, calibrate_threshold(scorer.parts(scores)[1]).threshold
        )
        known = self.seen(train.codes[few >= 0])
        twin = replace(
            scorer, tests=material.reconstructed, known=known, unlabelled=pools["photos"]
        )
        found["reconstructions judged in place of photos"] = twin.figures(
            head_scores(attribute, standard, twin.views)
        )
        return found

    def _pushed(self, codes: np.ndarray, spread: SpreadLabels, seed: int) -> Rows:
        """The article's way with individual faces: a code is moved to the side of its label."""
        rng = np.random.default_rng(seed)
        labels = (np.arange(len(codes)) % 2).astype(np.int8)
        targets = np.where(labels == 1, 1.0, -1.0) * rng.uniform(*STRENGTH, len(codes))
        return self.seen(moved_to(codes, targets, spread, spread.vector)).features, labels


def _unspread(train: Views, few: np.ndarray, spread: SpreadLabels) -> SpreadLabels:
    """The same, with a boundary in latent space that knows the few labels alone."""
    known = few >= 0
    normal = logistic_normal(train.codes[known], few[known], code_scale(train.codes))
    vector = (normal / np.linalg.norm(normal)).astype(np.float32)
    projection = train.codes @ vector
    boundary = best_threshold(projection[known], few[known] == 1, np.ones(known.sum()))
    return replace(spread, vector=vector, boundary=boundary, sigma=float(projection.std()))


def ablation_table(found: Sequence[dict], test: str) -> str:
    """Variants down, attributes across: mean accuracy ± half its interval, and mean AUC.

    Args:
        found: rows of `ganssl.experiments.summary.summary` for the ablation.
    """
    rows = [row for row in found if row["test"] == test]
    attributes = list(dict.fromkeys(row["attribute"] for row in rows))
    variants = list(dict.fromkeys(row["method"] for row in rows))
    entries = {(row["method"], row["attribute"]): row for row in rows}
    width = max(map(len, variants))
    lines = [" " * width + "".join(f"{name:>24}" for name in attributes)]
    for variant in variants:
        cells = [_cell(entries.get((variant, name))) for name in attributes]
        lines.append(f"{variant:<{width}}" + "".join(f"{cell:>24}" for cell in cells))
    return "\n".join(lines)


def _cell(row: dict | None) -> str:
    if row is None:
        return "–"
    interval = row["accuracy_interval"]
    half = f" ± {(interval[1] - interval[0]) / 2:.3f}" if interval else ""
    return f"{row['accuracy']:.3f}{half} / {row['auc']:.3f}"
