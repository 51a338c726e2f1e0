"""Fit attribute directions to labelled codes, and measure them on held-out ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
from ganssl.directions.options import PLAIN, FitOptions, Held, Population
from ganssl.errors import UserError

BALANCED_COVARIATES = 2
SPLIT_HALF_REPEATS = {"mean": 5, "balanced": 5, "logistic": 2, "svm": 2, "joint": 5}


def fit_directions(
    codes: np.ndarray,
    labels: np.ndarray,
    attributes: Sequence[str],
    methods: Sequence[str] = DEFAULT_METHODS,
    options: FitOptions = PLAIN,
    model_id: str = "",
    progress: Progress | None = None,
) -> DirectionSet:
    """Fit every attribute by every method.

    `balanced` and `joint` take their covariates from the other columns of `labels`. An
    attribute with too few labels is left out, with the reason in `skipped`.

    Args:
        codes: float32 `[n, d]`; all of them give σ and center, unless the options
            have a population.
        labels: int8 `[n, a]`: 1 present, 0 absent, -1 unknown.
        attributes: names of the `a` columns.
        model_id: the model that encoded them.
        progress: called with (attributes done, attributes in all).

    Raises `UserError` for arrays that do not fit together, and when no
    attribute has enough labels.
    """
    _check_arrays(codes, labels, len(attributes), options.groups)
    columns = dict(zip(attributes, labels.T, strict=True))
    held: dict[str, Held | None] = dict.fromkeys(attributes)
    if options.holdout is not None:
        held_codes, held_labels = options.holdout
        _check_arrays(held_codes, held_labels, len(attributes), None)
        held_columns = zip(attributes, held_labels.T, strict=True)
        held = {name: (held_codes, column) for name, column in held_columns}
    directions, skipped = [], {}
    wanted = attributes if options.only is None else options.only
    for done, attribute in enumerate(wanted, start=1):
        others = {name: column for name, column in columns.items() if name != attribute}
        own = replace(options, holdout=held[attribute])
        try:
            for method in methods:
                directions.append(
                    fit_direction(codes, columns[attribute], attribute, method, others, own)
                )
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
    covariates: Mapping[str, np.ndarray] | None = None,
    options: FitOptions = PLAIN,
) -> Direction:
    """Fit one attribute by one method.

    Args:
        codes: float32 `[n, d]`.
        labels: int8 `[n]`: 1 present, 0 absent, -1 unknown.
        method: `mean`, `balanced` (over the two most correlated covariates),
            `logistic`, `svm` or `joint`; see `estimators`.
        covariates: labels of other attributes by their names, each int8 `[n]`, for
            `balanced` and `joint`.
        options: with hold-out labels `[m]`.

    Raises `UserError` where a class has too few labels, or for an unknown method.
    """
    if method not in METHODS:
        raise UserError(f"{method!r} is no method; choose from {', '.join(METHODS)}.")
    _check_arrays(codes, labels[:, None], 1, options.groups)
    names, others = list(covariates or ()), np.zeros((len(codes), 0), np.int8)
    if covariates:
        others = np.column_stack(list(covariates.values()))
        _check_arrays(codes, others, len(names), None)

    rng, population = options.draws(attribute), options.population
    labelled = LabelledCodes(codes, labels, attribute, options.groups)
    chosen, held = labelled.choose(rng, options)
    columns = most_correlated(labels[chosen], others[chosen], BALANCED_COVARIATES)
    fit = _Fit(
        labelled=labelled,
        method=method,
        covariates=others if method == "joint" else others[:, columns],
        scale=code_scale(codes) if population is None else floored(np.sqrt(np.diag(population[1]))),
        population=population,
    )
    vector, used, cells = fit.unit_vector(chosen)
    sigma, center = fit.spread(vector)
    if held is not None:
        projection, held_labels = (held[0] @ vector - center) / sigma, held[1]
    else:
        assert options.folds is not None, "rows are held back where there are no folds"
        projection = fit.cross_validated(chosen, options.folds, rng)
        held_labels = labels[chosen]
    figures = measure_projection(projection, held_labels)  # in σ from the center
    return Direction(
        attribute=attribute,
        method=method,
        vector=vector,
        **figures.of_direction(sigma, center),
        split_half_cosine=fit.split_half_cosine(chosen, rng),
        labels_used=len(chosen),
        balanced_over=tuple(names[i] for i in columns[:used]),
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
