"""Five ways from labelled codes to a direction; each returns a vector `[d]` of any length."""

from __future__ import annotations

import numpy as np

SMALLEST_CELL = 20
"""A cell with fewer codes of either class is left out of `balanced_difference`."""

LOGISTIC_C = 0.01
"""Inverse strength of the L2 penalty, on standardised codes."""

SVM_C = 0.01
"""Weight of the margin's violations, on standardised codes."""

JOINT_RIDGE = 10.0
"""Penalty of the joint regression on standardised labels, as much as ten codes weigh."""

QUIET = 0.1
"""Latent dimensions below this share of the codes' overall spread count as no wider than it."""


def mean_difference(codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean of the codes with label 1 minus mean of those with 0 (Larsen et al. 2016).

    Args:
        codes: float32 `[n, d]`.
        labels: int8 `[n]` of 0 and 1.
    """
    return _mean(codes[labels == 1]) - _mean(codes[labels == 0])


def balanced_difference(
    codes: np.ndarray,
    labels: np.ndarray,
    covariates: np.ndarray,
    smallest_cell: int = SMALLEST_CELL,
) -> tuple[np.ndarray, int, list[tuple[int, int]]]:
    """Mean difference within the cells of other attributes, averaged over the cells.

    What the other attributes share with the labels (White 2016 balances it by
    replication) cancels, since both classes of a cell agree in them. A cell
    weighs `1 / (1/absent + 1/present)`, the precision of its difference. When
    no cell is large enough the last covariate is dropped, which merges cells;
    without covariates this is `mean_difference`.

    Args:
        codes, labels: as in `mean_difference`.
        covariates: int8 `[n, k]` of 0, 1 and -1 (unknown: left out), the most
            correlated attribute first.

    Returns:
        The vector, how many of the covariates it is balanced over, and the
        (absent, present) counts of their cells, the first covariate's bit lowest.
    """
    used = covariates.shape[1]
    if used == 0:
        return mean_difference(codes, labels), 0, []
    known = (covariates >= 0).all(axis=1)
    cell_of = covariates @ (1 << np.arange(used))  # (n,)
    total, weights, counts = np.zeros(codes.shape[1]), 0.0, []
    for cell in range(1 << used):
        inside = known & (cell_of == cell)
        absent, present = inside & (labels == 0), inside & (labels == 1)
        counts.append((int(absent.sum()), int(present.sum())))
        if min(counts[-1]) >= smallest_cell:
            weight = 1.0 / (1.0 / counts[-1][0] + 1.0 / counts[-1][1])
            total += weight * (_mean(codes[present]) - _mean(codes[absent]))
            weights += weight
    if weights == 0.0:
        return balanced_difference(codes, labels, covariates[:, :-1], smallest_cell)
    return total / weights, used, counts


def most_correlated(labels: np.ndarray, covariates: np.ndarray, count: int = 2) -> np.ndarray:
    """Columns of `covariates` `[n, a]` with the largest |correlation| to `labels` `[n]`.

    Unknown labels (-1) are left out pair by pair; a column that never varies
    is not chosen. Returns at most `count` indices, the most correlated first.
    """
    strengths = np.zeros(covariates.shape[1])
    for column in range(covariates.shape[1]):
        both = (labels >= 0) & (covariates[:, column] >= 0)
        first, second = labels[both].astype(float), covariates[both, column].astype(float)
        if both.any() and first.std() > 0 and second.std() > 0:
            strengths[column] = abs(np.corrcoef(first, second)[0, 1])
    order = np.argsort(-strengths, kind="stable")[:count]
    return order[strengths[order] > 0]


def logistic_normal(
    codes: np.ndarray, labels: np.ndarray, scale: np.ndarray, tolerance: float = 1e-3
) -> np.ndarray:
    """Normal of the boundary of an L2 logistic regression, in code space.

    It is fitted on codes divided by `scale` and mapped back, so the penalty
    treats all latent dimensions alike.

    Args:
        scale: float `[d]`, from `code_scale`.
    """
    from sklearn.linear_model import LogisticRegression  # slow to import

    model = LogisticRegression(C=LOGISTIC_C, tol=tolerance, max_iter=200)
    return model.fit(codes / scale.astype(np.float32), labels).coef_[0] / scale


def svm_normal(
    codes: np.ndarray, labels: np.ndarray, scale: np.ndarray, tolerance: float = 1e-3
) -> np.ndarray:
    """Normal of a linear support vector machine's boundary, in code space.

    InterFaceGAN (Shen et al. 2020) edits along it. Squared hinge loss, the
    primal problem (LIBLINEAR, Fan et al. 2008), classes weighed alike; `scale`
    as in `logistic_normal`. LIBLINEAR's penalty holds for the intercept too,
    which tilts the normal; its scaling makes that small.
    """
    from sklearn.svm import LinearSVC  # slow to import

    model = LinearSVC(
        C=SVM_C,
        dual=False,
        class_weight="balanced",
        intercept_scaling=10.0,
        tol=tolerance,
        max_iter=200,
    )
    return model.fit(codes / scale.astype(np.float32), labels).coef_[0] / scale


def joint_effect(codes: np.ndarray, labels: np.ndarray, covariates: np.ndarray) -> np.ndarray:
    """What the label does to the codes with all other labels held fixed.

    One ridge regression of the codes on the label and all covariates together;
    its row of the label is the vector. It is codes on labels, not labels on
    codes, for two reasons: only this way do the attributes take part in each
    other's fit (regressing many labels on the same codes is the same as one
    after the other), and coefficients of this forward model show how codes
    change with an attribute, whereas those of the backward one also cancel
    noise (Haufe et al. 2014). Without covariates it is the mean difference.

    Args:
        covariates: int8 `[n, k]` of 0, 1 and -1; an unknown label counts as the
            mean of the known ones.
    """
    from sklearn.linear_model import Ridge  # slow to import

    table = np.column_stack([labels, covariates]).astype(np.float64)  # (n, 1 + k)
    table[table < 0] = np.nan
    table -= np.nanmean(table, axis=0)
    table = np.nan_to_num(table)
    spread = table.std(axis=0)
    table = table[:, spread > 0] / spread[spread > 0]
    return Ridge(alpha=JOINT_RIDGE).fit(table, codes).coef_[:, 0]  # coef_ is (d, 1 + k)


def code_scale(codes: np.ndarray) -> np.ndarray:
    """Standard deviation of each latent dimension, float64 `[d]`, with a floor."""
    return floored(codes.std(axis=0, dtype=np.float64))


def floored(spread: np.ndarray) -> np.ndarray:
    """Standard deviations `[d]`, none below a share of their overall size.

    A VAE leaves some dimensions almost unused; without the floor the normal
    would be all noise along them.
    """
    return np.maximum(spread, QUIET * np.sqrt(np.mean(spread**2)))


def _mean(codes: np.ndarray) -> np.ndarray:
    return codes.mean(axis=0, dtype=np.float64)
