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

Where a few photos do have labels, `anchored_threshold` lets them say where the
bells begin, and `shifted_threshold` then follows other photos, of which another
share is present.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
from scipy.special import expit, logit

from ganssl.errors import UserError
from ganssl.metrics.bells import Bells, anchored_bells, logistic_bells
from ganssl.metrics.class_shares import FEWEST, SMALLEST_SHARE, estimate_share

METHODS: tuple[str, ...] = ("mixture", "em", "prior")
DEFAULT = 0.5
CLIP = 1e-4
"""Scores are kept so far from 0 and 1 before their logit is taken."""

SEPARATION = 1.5
"""How many standard deviations apart two bells must lie before their crossing is used."""

MOST_APART = 0.3
"""Photos whose scores lie farther than this from two bells are not of their kind.

Photos of the same kind are 0.1 to 0.27 from them, since scores are no bells.
"""


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


def anchored_threshold(
    scores: np.ndarray, known_scores: np.ndarray, known_labels: np.ndarray
) -> Calibration:
    """As `mixture`, but photos with labels say to which bell they belong; see `anchored_bells`.

    Args:
        scores: `[n]` probabilities of the positive class, of unlabelled photos.
        known_scores, known_labels: `[k]`, the latter of 0 and 1, with both classes.
    """
    logits, known = _logits(scores), _logits(known_scores)
    bells = anchored_bells(logits, known, known_labels)
    if bells is None:
        return _undecided("anchored", "the labelled photos of both classes score alike")
    note = (
        f"placed between the two groups that {len(known):,} labelled photos begin and "
        f"{len(logits):,} unlabelled ones fill; {bells.share:.0%} of these are in the upper one"
    )
    return _cut(bells, bells.share, "anchored", note)


def with_measured_bells(
    found: Calibration, scores: np.ndarray, known_scores: np.ndarray, known_labels: np.ndarray
) -> Calibration:
    """The same threshold, with bells as wide and as far apart as photos' scores are.

    The bells of `soft_threshold` know where to cut; how likely a photo is to be
    of a class they draw towards one half, as far as its soft label was unsure,
    so that another share of classes would be read off them wrongly.

    Args:
        scores, known_scores, known_labels: as in `anchored_threshold`.
    """
    bells = anchored_bells(_logits(scores), _logits(known_scores), known_labels)
    if bells is None or found.bells is None:
        return found
    bells = replace(bells, share=found.bells.share)
    aside = float(_logits(np.array([found.threshold]))[0]) - bells.cut()
    return replace(found, bells=replace(bells, low=bells.low + aside, high=bells.high + aside))


def soft_threshold(scores: np.ndarray, present: np.ndarray) -> Calibration:
    """The threshold for photos of which is known how likely each is to be present.

    Args:
        scores: `[n]` probabilities of the positive class by the classifier.
        present: `[n]`, 0 to 1, by what else is known of the same photos.
    """
    bells = logistic_bells(_logits(scores), present)
    if bells is None:
        return _undecided("soft", "those that should be present do not score higher")
    note = f"placed where {len(present):,} photos, {bells.share:.0%} of them present, part"
    return _cut(bells, bells.share, "soft", note)


def shifted_threshold(scores: np.ndarray, bells: Bells) -> Calibration:
    """As `em`, on scores that `anchored_threshold` has made into probabilities.

    A head is too sure of itself on photos, and `em` by its own scores errs with
    it. What the two bells say of a score is right for photos like those that
    placed them; only the share of present ones is taken from these photos. It
    is not used where they are few, say little, or score as the others did not.

    Args:
        scores: `[n]` probabilities of the positive class, of unlabelled photos.
        bells: of the logits of other photos' scores, with their share.
    """
    values = _logits(scores)
    found = estimate_share(bells.posteriors(values), bells.share)
    doubt = found.doubt
    by_chance = 1.36 / np.sqrt(len(values))  # five times in a hundred, Kolmogorov
    if not doubt and bells.distance(values, found.share) > MOST_APART + by_chance:
        doubt = "their scores do not lie as those of the photos by which it was placed"
    if doubt:
        note = f"where it was; these photos do not move it: {doubt}"
        return Calibration(float(expit(bells.cut())), float("nan"), "shares", False, note)
    told = f"by their scores alone {found.share:.0%} ± {1.96 * found.error:.0%} of these photos"
    if not found.changed:
        note = f"where it was: {told} are present, which agrees with the {bells.share:.0%} before"
        return Calibration(float(expit(bells.cut())), found.share, "shares", True, note, bells)
    note = (
        f"set for these photos: {told} are present (Saerens et al. 2002), not "
        f"{bells.share:.0%} as it was placed for"
    )
    return _cut(bells, found.share, "shares", note)


def _cut(bells: Bells, share: float, method: str, note: str) -> Calibration:
    """The threshold between two bells for a share of present ones."""
    return Calibration(float(expit(bells.cut(share))), share, method, True, note, bells)


def _logits(scores: np.ndarray) -> np.ndarray:
    return logit(np.clip(np.asarray(scores, np.float64), CLIP, 1.0 - CLIP))


def _mixture(scores: np.ndarray) -> Calibration:
    """Two Gaussians of one width (expectation-maximisation), if they beat a single one."""
    from sklearn.mixture import GaussianMixture

    if len(scores) < FEWEST:
        return _undecided("mixture", f"there are fewer than {FEWEST} of them")
    logits = _logits(scores)[:, None]  # (n, 1)
    if np.ptp(logits) < 1e-6:
        return _undecided("mixture", "all photos have the same score")
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
        return _undecided("mixture", "nearly all photos have the same score")
    best = max(fits, key=lambda fit: fit.lower_bound_)
    low, high = np.argsort(best.means_[:, 0])
    mean = best.means_[[low, high], 0]
    share = best.weights_[[low, high]]
    deviation = float(np.sqrt(best.covariances_[0, 0]))
    single = GaussianMixture(1, random_state=0).fit(logits)
    if (mean[1] - mean[0]) / deviation < SEPARATION or best.bic(logits) >= single.bic(logits):
        return _undecided("mixture", "their scores do not fall into two groups")
    if share.min() < SMALLEST_SHARE:
        return _undecided("mixture", "one of the two groups is too small to be a class")
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
        return _undecided("em", found.doubt)
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


def _undecided(method: str, reason: str) -> Calibration:
    note = f"default; the unlabelled photos do not place it: {reason}"
    return Calibration(DEFAULT, float("nan"), method, False, note)


def _share(value: float | None) -> float:
    if value is None or not 0 < value < 1:
        raise UserError(f"The share of present photos must lie between 0 and 1, not be {value}.")
    return float(value)
