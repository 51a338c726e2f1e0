"""Placing the threshold without labels, from the scores of unlabelled photos.

A head trained on generated faces often ranks photos well and still cuts them
in the wrong place: all their scores are shifted, or another share of them is
present. Three ways to mend that, none of which sees a label:

    mixture  The logits of the photos are two overlapping bells; cut where they
             cross. Follows a shift of all scores as well as another share.
    em       Saerens, Latinne & Decaestecker 2002: the share of present photos
             that explains the scores best, if nothing but that share changed.
    prior    The share of present photos is known from elsewhere; call so many
             of them present.

Where a few photos do have labels, more can be said: `ganssl.metrics.threshold_by_bells`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from scipy.special import expit

from ganssl.errors import UserError
from ganssl.metrics.bells import Bells
from ganssl.metrics.class_shares import FEWEST, SMALLEST_SHARE, estimate_share
from ganssl.metrics.probability import clipped_logits

METHODS: tuple[str, ...] = ("mixture", "em", "prior")
DEFAULT = 0.5
SEPARATION = 1.5
"""How many standard deviations apart two bells must lie before their crossing is used."""


@dataclass(frozen=True)
class Calibration:
    """A threshold and what it rests on.

    Attributes:
        threshold: 0.5 where nothing could be concluded.
        positive_share: estimated share of photos that are present; NaN where unknown.
        method: one of `METHODS`.
        trusted: whether the scores allowed a conclusion.
        note: a sentence for people.
        bells: of the logits of the photos' scores, where two were found by labels.
    """

    threshold: float
    positive_share: float
    method: str
    trusted: bool
    note: str
    bells: Bells | None = None

    def to_dict(self) -> dict:
        share = self.positive_share if np.isfinite(self.positive_share) else None
        return asdict(self) | {"positive_share": share}


def check_method(method: str, positive_share: float | None = None) -> None:
    """`UserError` for a method that there is not, or `prior` without its share."""
    if method not in METHODS:
        raise UserError(f"{method!r} places no threshold; choose from {', '.join(METHODS)}.")
    if method == "prior":
        _share(positive_share)


def calibrate_threshold(
    scores: np.ndarray,
    method: str = "mixture",
    positive_share: float | None = None,
    train_share: float = 0.5,
) -> Calibration:
    """The threshold for photos like those that have these scores.

    Args:
        scores: `[n]` probabilities of the positive class, of unlabelled photos.
        method: one of `METHODS`.
        positive_share: for `prior`, what share of the photos is present.
        train_share: for `em`, what share of the training faces was present.

    Raises `UserError` for scores that are no probabilities, and shares
    outside 0 to 1.
    """
    check_method(method, positive_share)
    scores = np.asarray(scores, np.float64)
    if scores.ndim != 1 or len(scores) < 2 or not np.all((scores >= 0) & (scores <= 1)):
        raise UserError("A threshold is placed from the scores, 0 to 1, of 2 or more photos.")
    if method == "mixture":
        return _mixture(scores)
    if method == "em":
        return _em(scores, _share(train_share))
    return _prior(scores, _share(positive_share))


def _mixture(scores: np.ndarray) -> Calibration:
    """Two Gaussians of one width (expectation-maximisation), if they beat a single one."""
    from sklearn.mixture import GaussianMixture

    if len(scores) < FEWEST:
        return undecided("mixture", f"there are fewer than {FEWEST} of them")
    logits = clipped_logits(scores)[:, None]  # (n, 1)
    if np.ptp(logits) < 1e-6:
        return undecided("mixture", "all photos have the same score")
    fits = []
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        above = logits >= np.quantile(logits, 1.0 - share)
        if above.all():
            continue
        start = [[logits[~above].mean()], [logits[above].mean()]]
        fits.append(
            GaussianMixture(
                2,
                covariance_type="tied",
                means_init=start,
                weights_init=[1 - share, share],
                random_state=0,
            ).fit(logits)
        )
    if not fits:
        return undecided("mixture", "nearly all photos have the same score")
    best = max(fits, key=lambda fit: fit.lower_bound_)
    low, high = np.argsort(best.means_[:, 0])
    mean = best.means_[[low, high], 0]
    share = best.weights_[[low, high]]
    deviation = float(np.sqrt(best.covariances_[0, 0]))
    single = GaussianMixture(1, random_state=0).fit(logits)
    if (mean[1] - mean[0]) / deviation < SEPARATION or best.bic(logits) >= single.bic(logits):
        return undecided("mixture", "their scores do not fall into two groups")
    if share.min() < SMALLEST_SHARE:
        return undecided("mixture", "one of the two groups is too small to be a class")
    # where share_0 N(x; mean_0) = share_1 N(x; mean_1)
    cut = mean.mean() + deviation**2 * np.log(share[0] / share[1]) / (mean[1] - mean[0])
    return Calibration(
        threshold=float(expit(cut)),
        positive_share=float(share[1]),
        method="mixture",
        trusted=True,
        note=f"placed between the two groups into which the scores of {len(scores):,} unlabelled "
        f"photos fall; {share[1]:.0%} of them are in the upper one",
    )


def _em(scores: np.ndarray, train_share: float) -> Calibration:
    found = estimate_share(scores, train_share)
    if not found.trusted:
        return undecided("em", found.doubt)
    present, absent = found.share / train_share, (1.0 - found.share) / (1.0 - train_share)
    return Calibration(
        threshold=absent / (absent + present),
        positive_share=found.share,
        method="em",
        trusted=True,
        note=f"corrected for a share of {found.share:.0%} present, which explains the scores of "
        f"{len(scores):,} unlabelled photos best",
    )


def _prior(scores: np.ndarray, share: float) -> Calibration:
    ordered = np.sort(scores)[::-1]
    count = int(np.clip(round(share * len(scores)), 1, len(scores) - 1))
    note = f"placed so that {share:.0%} of {len(scores):,} unlabelled photos are called present"
    threshold = float(np.mean(ordered[count - 1 : count + 1]))
    return Calibration(threshold, share, "prior", True, note)


def undecided(method: str, reason: str) -> Calibration:
    """The plain one half, and why nothing better is known."""
    note = f"default; the unlabelled photos do not place it: {reason}"
    return Calibration(DEFAULT, float("nan"), method, False, note)


def _share(value: float | None) -> float:
    if value is None or not 0 < value < 1:
        raise UserError(f"The share of present photos must lie between 0 and 1, not be {value}.")
    return float(value)
