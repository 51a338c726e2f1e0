"""What share of photos is present, from what a classifier says of each, without a label.

A classifier that is right about faces of which half are present is wrong about
photos of which a tenth are: every posterior rests on the share it was made for.
Saerens, Latinne & Decaestecker 2002 find the share under which the posteriors
of the photos explain themselves best, by expectation-maximisation. It holds
where only the share differs, and only as far as the posteriors are right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganssl.errors import UserError

FEWEST = 20
"""Fewer photos tell no share."""

SMALLEST_SHARE = 0.01
"""A smaller class is no class but a tail."""

LARGEST_ERROR = 0.12
"""A share with a larger standard error is not told by the photos."""

CHANGED = 3.84
"""Twice the log-likelihood that a share gains before it counts as another: χ², 1 degree, 5 %."""

STEPS = 1000


@dataclass(frozen=True)
class ShareEstimate:
    """A share of present photos, and how far to trust it.

    Attributes:
        share: the likeliest one, 0 to 1.
        error: its standard error by the observed information; infinite where
            the posteriors say nothing.
        changed: whether the photos speak against the share that the posteriors
            were made for (a likelihood ratio test, as Saerens et al. propose).
        doubt: why it is not to be used, a clause for people; empty where it is.
    """

    share: float
    error: float
    changed: bool
    doubt: str = ""

    @property
    def trusted(self) -> bool:
        return not self.doubt


def estimate_share(posteriors: np.ndarray, train_share: float) -> ShareEstimate:
    """The share of present photos that explains posteriors best.

    Args:
        posteriors: `[n]`, the probability of *present* for each photo, right for
            a population of which `train_share` is present.
        train_share: above 0 and below 1.

    Raises `UserError` for posteriors that are no probabilities, and for a share
    outside 0 to 1.
    """
    posteriors = np.asarray(posteriors, np.float64)
    if posteriors.ndim != 1 or not np.all((posteriors >= 0) & (posteriors <= 1)):
        raise UserError("A share is estimated from one probability, 0 to 1, for each photo.")
    if not 0 < train_share < 1:
        raise UserError(f"The share of present faces lies between 0 and 1, not at {train_share}.")
    if len(posteriors) < FEWEST:
        doubt = f"there are fewer than {FEWEST} photos"
        return ShareEstimate(train_share, float("inf"), False, doubt)
    # likelihoods of the photo in either class, up to a factor that both share
    present = posteriors / train_share
    absent = (1.0 - posteriors) / (1.0 - train_share)
    share = _likeliest(present, absent, train_share)
    if not SMALLEST_SHARE <= share <= 1.0 - SMALLEST_SHARE:
        error, doubt = float("inf"), "by their scores they all belong to one class"
    else:
        slope = (present - absent) / _mixed(present, absent, share)
        information = float(np.sum(slope**2))
        error = information**-0.5 if information > 0 else float("inf")
        doubt = "their scores hardly tell the classes apart" if error > LARGEST_ERROR else ""
    gain = np.log(_mixed(present, absent, share) / _mixed(present, absent, train_share)).sum()
    return ShareEstimate(share, error, bool(2.0 * gain > CHANGED), doubt)


def _likeliest(present: np.ndarray, absent: np.ndarray, start: float) -> float:
    share = start
    for _ in range(STEPS):
        updated = float(np.mean(share * present / _mixed(present, absent, share)))
        if abs(updated - share) < 1e-7:
            return updated
        share = updated
    return share


def _mixed(present: np.ndarray, absent: np.ndarray, share: float) -> np.ndarray:
    return np.maximum(share * present + (1.0 - share) * absent, 1e-12)
