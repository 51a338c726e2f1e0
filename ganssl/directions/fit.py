"""Fit attribute directions to labelled codes, and measure them on held-out ones."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganssl.base.progress import Progress
from ganssl.directions.direction import Direction
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.estimators import (
    SMALLEST_CELL,
    balanced_difference,
    code_scale,
    floored,
    joint_effect,
    logistic_normal,
    mean_difference,
    most_correlated,
    svm_normal,
)
from ganssl.directions.holdout import measure_projection
from ganssl.directions.labelled_codes import LabelledCodes
from ganssl.directions.names import DEFAULT_METHODS, METHODS
from ganssl.errors import UserError

BALANCED_COVARIATES = 2
Population = tuple[np.ndarray, np.ndarray]
"""Mean `[d]` and covariance `[d, d]` of many codes, such as those that a model was trained on."""

SPLIT_HALF_REPEATS = {"mean": 5, "balanced": 5, "logistic": 2, "svm": 2, "joint": 5}


def fit_directions(
    codes: np.ndarray,
    labels: np.ndarray,
    attributes: Sequence[str],
    methods: Sequence[str] = DEFAULT_METHODS,
    holdout: tuple[np.ndarray, np.ndarray] | None = None,
    labels_per_class: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    groups: np.ndarray | None = None,
    model_id: str = "",
    folds: int | None = None,
    population: Population | None = None,
    only: Sequence[str] | None = None,
) -> DirectionSet:
    """Fit every attribute by every method.

    `balanced` and `joint` take their covariates from the other columns of `labels`. An
    attribute with too few labels is left out, with the reason in `skipped`.
    An attribute's splits and draws depend on `seed` and its name alone.

    Args:
        codes: float32 `[n, d]`; all of them give σ and center, unless `population` does.
        labels: int8 `[n, a]`: 1 present, 0 absent, -1 unknown.
        attributes: names of the `a` columns.
        holdout: codes `[m, d]` and labels `[m, a]` for the held-out figures.
            None keeps back a fifth of each attribute's labelled codes.
        labels_per_class: fit to a random draw of so many codes of each class.
        progress: called with (attributes done, attributes in all).
        groups: int `[n]`, such as identities: codes of one group never lie on
            both sides of a split.
        model_id: the model that encoded them.
        folds: measure by cross-validation in so many parts in place of a
            hold-out; all labels then define the direction.
        population: mean `[d]` and covariance `[d, d]` of the codes whose spread
            is the slider's unit, where these are too few to tell.
        only: fit these attributes; the others are covariates alone.

    Raises `UserError` for arrays that do not fit together, and when no
    attribute has enough labels.
    """
    _check_arrays(codes, labels, len(attributes), groups)
    if holdout is not None:
        _check_arrays(*holdout, len(attributes), None)
    directions, skipped = [], {}
    wanted = attributes if only is None else only
    for done, attribute in enumerate(wanted, start=1):
        column = attributes.index(attribute)
        others = [i for i in range(len(attributes)) if i != column]
        try:
            for method in methods:
                direction = fit_direction(
                    codes,
                    labels[:, column],
                    attribute,
                    method,
                    covariates=labels[:, others],
                    covariate_names=[attributes[i] for i in others],
                    rng=np.random.default_rng([seed, zlib.crc32(attribute.encode())]),
                    holdout=None if holdout is None else (holdout[0], holdout[1][:, column]),
                    labels_per_class=labels_per_class,
                    groups=groups,
                    folds=folds,
                    population=population,
                )
                directions.append(direction)
        except UserError as error:
            skipped[attribute] = str(error)
        if progress is not None:
            progress(done, len(wanted))
    if not directions:
        raise UserError(next(iter(skipped.values()), "There is no attribute to fit."))
    return DirectionSet(model_id, directions, skipped)


def fit_direction(
    codes: np.ndarray,
    labels: np.ndarray,
    attribute: str,
    method: str = "balanced",
    covariates: np.ndarray | None = None,
    covariate_names: Sequence[str] = (),
    rng: np.random.Generator | None = None,
    holdout: tuple[np.ndarray, np.ndarray] | None = None,
    labels_per_class: int | None = None,
    groups: np.ndarray | None = None,
    folds: int | None = None,
    population: Population | None = None,
) -> Direction:
    """Fit one attribute by one method.

    Args:
        codes: float32 `[n, d]`.
        labels: int8 `[n]`: 1 present, 0 absent, -1 unknown.
        method: `mean`, `balanced` (over the two most correlated covariates),
            `logistic`, `svm` or `joint`; see `estimators`.
        covariates: int8 `[n, c]`, labels of other attributes for `balanced`
            and `joint`, with `covariate_names`.
        rng: draws the hold-out, the labels and the halves; seed 0 when None.
        holdout, labels_per_class, groups, folds, population: as in
            `fit_directions`, with hold-out labels `[m]`.

    Raises `UserError` where a class has too few labels, or for an unknown method.
    """
    if method not in METHODS:
        raise UserError(f"{method!r} is no method; choose from {', '.join(METHODS)}.")
    rng = np.random.default_rng(0) if rng is None else rng
    covariates = np.zeros((len(codes), 0), np.int8) if covariates is None else covariates
    _check_arrays(codes, labels[:, None], 1, groups)
    _check_arrays(codes, covariates, len(covariate_names), None)

    labelled = LabelledCodes(codes, labels, attribute, groups)
    chosen, held = labelled.choose(rng, holdout, labels_per_class, folds)
    columns = most_correlated(labels[chosen], covariates[chosen], BALANCED_COVARIATES)
    fit = _Fit(
        labelled=labelled,
        method=method,
        covariates=covariates if method == "joint" else covariates[:, columns],
        scale=code_scale(codes) if population is None else floored(np.sqrt(np.diag(population[1]))),
        population=population,
    )
    vector, used, cells = fit.unit_vector(chosen)
    sigma, center = fit.spread(vector)
    if held is not None:
        projection, held_labels = (held[0] @ vector - center) / sigma, held[1]
    else:
        assert folds is not None, "rows are held back where there are no folds"
        projection, held_labels = fit.cross_validated(chosen, folds, rng), labels[chosen]
    figures = measure_projection(projection, held_labels)  # in σ from the center
    return Direction(
        attribute=attribute,
        method=method,
        vector=vector,
        **figures.of_direction(sigma, center),
        split_half_cosine=fit.split_half_cosine(chosen, rng),
        labels_used=len(chosen),
        balanced_over=tuple(covariate_names[i] for i in columns[:used]),
        cells=tuple(cells),
    )


@dataclass(frozen=True, eq=False)
class _Fit:
    """One attribute by one method: estimates from any rows of the codes.

    Attributes:
        covariates: int8 `[n, c]`, those that the method takes.
        scale: of the codes' numbers, float `[d]`.
    """

    labelled: LabelledCodes
    method: str
    covariates: np.ndarray
    scale: np.ndarray
    population: Population | None

    def estimate(self, rows: np.ndarray, quick: bool = False):
        """Vector `[d]`, covariates used and cells; `quick` settings serve the split halves."""
        codes, labels = self.labelled.codes[rows], self.labelled.labels[rows]
        covariates = self.covariates[rows]
        if self.method == "mean":
            return mean_difference(codes, labels), 0, []
        if self.method == "balanced":
            smallest = SMALLEST_CELL // 2 if quick else SMALLEST_CELL
            return balanced_difference(codes, labels, covariates, smallest)
        if self.method == "joint":
            return joint_effect(codes, labels, covariates), 0, []
        normal = logistic_normal if self.method == "logistic" else svm_normal
        return normal(codes, labels, self.scale, 1e-2 if quick else 1e-3), 0, []

    def unit_vector(self, rows: np.ndarray):
        """As `estimate`, the vector float32 of length 1; `UserError` where there is none."""
        vector, used, cells = self.estimate(rows)
        length = np.linalg.norm(vector)
        if length < 1e-12:
            raise UserError(f"{self.labelled.attribute}: the codes of both classes are alike.")
        return (vector / length).astype(np.float32), used, cells

    def spread(self, vector: np.ndarray) -> tuple[float, float]:
        """Standard deviation and mean of the population's projections on a unit vector."""
        if self.population is None:
            projection = self.labelled.codes @ vector  # (n,)
            return float(projection.std(dtype=np.float64)), float(projection.mean())
        mean, covariance = self.population
        return float(np.sqrt(vector @ covariance.astype(np.float64) @ vector)), float(mean @ vector)

    def cross_validated(
        self, chosen: np.ndarray, folds: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Projections of rows on the direction of all other parts, in σ from its center."""
        held = np.empty(len(chosen))
        codes, part_of = self.labelled.codes[chosen], self.labelled.parts(chosen, folds, rng)
        for part in np.unique(part_of):
            other = self.unit_vector(chosen[part_of != part])[0]
            sigma, center = self.spread(other)
            held[part_of == part] = (codes[part_of == part] @ other - center) / sigma
        return held

    def split_half_cosine(self, chosen: np.ndarray, rng: np.random.Generator) -> float:
        """Mean cosine between the directions of random halves of the rows."""
        cosines = []
        for _ in range(SPLIT_HALF_REPEATS[self.method]):
            half = self.labelled.halve(chosen, rng)
            first, second = (self.estimate(chosen[part], quick=True)[0] for part in (half, ~half))
            cosines.append(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
        return float(np.mean(cosines))


def _check_arrays(codes, labels, columns: int, groups) -> None:
    if codes.ndim != 2 or not np.isfinite(codes).all():
        raise UserError("Codes must be a table [n, d] of finite numbers.")
    if labels.shape != (len(codes), columns) or not np.isin(labels, (-1, 0, 1)).all():
        raise UserError(
            f"Labels must be 1, 0 or -1, one row for each of the {len(codes)} codes and one "
            f"column for each of the {columns} attributes."
        )
    if groups is not None and groups.shape != (len(codes),):
        raise UserError("Groups must give one number for each code.")
