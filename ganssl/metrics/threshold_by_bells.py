"""Placing the threshold where a few labels say what scores of both classes look like.

`anchored_threshold` and `soft_threshold` place it by photos that are at hand,
`carried_threshold` by what photos taught that are not, and `shifted_threshold`
lets it follow other photos, of which another share may be present.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit

from ganssl.metrics.bells import Bells, anchored_bells, logistic_bells
from ganssl.metrics.class_shares import estimate_share
from ganssl.metrics.probability import clipped_logits
from ganssl.metrics.threshold import Calibration, undecided

MOST_APART = 0.3
"""Photos whose scores lie farther than this from two bells are not of their kind.

Photos of the same kind are 0.1 to 0.27 from them, since scores are no bells.
"""

PLACE_ERROR = 0.15
"""Bells are known to lie where they do to within so many standard deviations.

As surely as 50 labels tell a mean. Where bells lie close, so small an error looks
like another share of present photos.
"""


def anchored_threshold(
    scores: np.ndarray, known_scores: np.ndarray, known_labels: np.ndarray
) -> Calibration:
    """As `mixture`, but photos with labels say to which bell they belong; see `anchored_bells`.

    Args:
        scores: `[n]` probabilities of the positive class, of unlabelled photos.
        known_scores, known_labels: `[k]`, the latter of 0 and 1, with both classes.
    """
    logits, known = clipped_logits(scores), clipped_logits(known_scores)
    bells = anchored_bells(logits, known, known_labels)
    if bells is None:
        return undecided("anchored", "the labelled photos of both classes score alike")
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
    bells = anchored_bells(clipped_logits(scores), clipped_logits(known_scores), known_labels)
    if bells is None or found.bells is None:
        return found
    bells = replace(bells, share=found.bells.share)
    aside = float(clipped_logits(np.array([found.threshold]))[0]) - bells.cut()
    return replace(found, bells=replace(bells, low=bells.low + aside, high=bells.high + aside))


def soft_threshold(scores: np.ndarray, present: np.ndarray) -> Calibration:
    """The threshold for photos of which is known how likely each is to be present.

    Args:
        scores: `[n]` probabilities of the positive class by the classifier.
        present: `[n]`, 0 to 1, by what else is known of the same photos.
    """
    bells = logistic_bells(clipped_logits(scores), present)
    if bells is None:
        return undecided("soft", "those that should be present do not score higher")
    note = f"placed where {len(present):,} photos, {bells.share:.0%} of them present, part"
    return _cut(bells, bells.share, "soft", note)


def carried_threshold(scores: np.ndarray, by_view: np.ndarray, bells: Bells) -> Calibration:
    """The threshold for photos that are not at hand, by faces that stand in for them.

    The faces tell where the classifier's scores lie, and how well they follow
    the view by which the photos are known. How far apart the classes are they do
    not tell, since a classifier parts what it learnt from more widely than
    photos: that the photos said, and the classifier counts for as much of it as
    its scores go with the view's.

    Args:
        scores: `[n]` probabilities of the positive class, of faces that score in
            the view as photos do.
        by_view: float `[n]`, the view's scores of the same faces.
        bells: of the view's scores among the photos.
    """
    values = clipped_logits(scores)
    follows = float(np.corrcoef(values, by_view)[0, 1]) if np.ptp(values) > 1e-6 else 0.0
    if not follows > 0.0:
        return undecided("carried", "its scores do not go with what the photos taught")
    found = Bells.filling(values, follows * bells.gap, bells.share)
    note = f"placed for photos of which {bells.share:.0%} are present"
    return _cut(found, bells.share, "carried", note)


def shifted_threshold(scores: np.ndarray, bells: Bells) -> Calibration:
    """As `em`, on scores that `anchored_threshold` has made into probabilities.

    A head is too sure of itself on photos, and `em` by its own scores errs with
    it. What the two bells say of a score is right for photos like those that
    placed them; only the share of present ones is taken from these photos, and
    of that as much as the bells are surely enough placed to tell. It is not used
    where they are few, say little, or score as the others did not.

    Args:
        scores: `[n]` probabilities of the positive class, of unlabelled photos.
        bells: of the logits of other photos' scores, with their share.
    """
    values = clipped_logits(scores)
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
    share = _believed(found.share, bells)
    if share == bells.share:
        note = f"where it was: {told} are present, too near the {bells.share:.0%} before"
        return Calibration(float(expit(bells.cut())), share, "shares", True, note, bells)
    note = (
        f"set for these photos: {told} are present (Saerens et al. 2002), not "
        f"{bells.share:.0%} as it was placed for"
    )
    return _cut(bells, share, "shares", note)


def _believed(share: float, bells: Bells) -> float:
    """As much of another share as bells that lie `PLACE_ERROR` elsewhere would not show.

    Shrunk towards the share before by the positive part of James & Stein 1961.
    """
    error, change = PLACE_ERROR / bells.gap, share - bells.share
    return (
        bells.share + (1.0 - (error / change) ** 2) * change if abs(change) > error else bells.share
    )


def _cut(bells: Bells, share: float, method: str, note: str) -> Calibration:
    """The threshold between two bells for a share of present ones."""
    return Calibration(float(expit(bells.cut(share))), share, method, True, note, bells)
