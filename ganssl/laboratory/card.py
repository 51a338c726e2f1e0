"""The card of a direction: everything that says whether it can be trusted, in one place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ganssl.attributes import Attribute, implied_by
from ganssl.directions import RAW, Direction
from ganssl.directions.holding import held_direction
from ganssl.directions.holdout import measure_projection
from ganssl.directions.readings import ALL_ELSE
from ganssl.errors import UserError
from ganssl.laboratory.effects import (
    Effect,
    effects_of,
    rank_correlation,
    steady_share,
)
from ganssl.laboratory.laboratory import SIDES, STEPS, Laboratory, MovedFaces
from ganssl.metrics.intervals import mean_interval
from ganssl.photos.skin_tone import NAME

FEWEST_PER_CLASS = 2


@dataclass(frozen=True, eq=False)
class StepReading:
    """The faces at one step.

    Attributes:
        step: in σ.
        own, own_low, own_high: mean change of the own attribute's logit against
            the unmoved face with its 95 % interval; NaN without an own attribute.
        identity: mean cosine of the face's embedding before and after.
        distance: mean Mahalanobis distance over √d (about 1 for natural codes).
        log_density: mean change of the code's log density, in nats.
        outside: share of codes less likely than all but 1 % of natural ones.
        skin_tone: mean change of the typology angle in degrees, lighter above 0.
        spreads: `own` in spreads of the probe between natural faces.
        besides, its_effect: the other attribute that changed most, and how much in
            its spreads; one that the name implies does not count.
    """

    step: float
    own: float
    own_low: float
    own_high: float
    identity: float
    distance: float
    log_density: float
    outside: float
    skin_tone: float = float("nan")
    spreads: float = float("nan")
    besides: str = ""
    its_effect: float = float("nan")


@dataclass(frozen=True, eq=False)
class DirectionCard:
    """How good a direction is and what it does. What is not known is NaN.

    Attributes:
        direction: as it was measured; conditional where others were held.
        target: the attribute that it is meant to change; None where the probes
            do not read it.
        auc, accuracy, majority: on held-out codes (see `Direction`).
        split_half_cosine: of the direction before others were held.
        own: effect of one σ on the target; None without one.
        others: effects on all other attributes and on skin tone, the largest first.
        side_effect: root mean square of the effects on other attributes, in
            spreads of the probes.
        skin_tone: the one of `others` that is in degrees.
        free_own: effect on the target of the direction before anything was held.
        selectivity: size of the own effect over `side_effect`.
        steady: share of faces whose own logit rises at every step from -3 to 3 σ.
        rank_correlation: of own logit and step (Spearman), the mean over faces.
        steps: readings from -3 to 3 σ.
        strangers: cosine between the embeddings of different faces.
        faces: how many were moved.
        milliseconds: that this card took.
    """

    direction: Direction
    target: str | None
    auc: float
    accuracy: float
    majority: float
    split_half_cosine: float
    own: Effect | None
    others: tuple[Effect, ...]
    side_effect: float
    selectivity: float
    steady: float
    rank_correlation: float
    steps: tuple[StepReading, ...]
    strangers: float
    faces: int
    milliseconds: float
    skin_tone: Effect | None = None
    free_own: Effect | None = None

    @property
    def title(self) -> str:
        """Such as `Smiling (balanced), Male held`."""
        held = map(_held_title, self.direction.conditioned_on)
        return f"{self.direction.attribute} ({self.direction.method})" + (
            f", {', '.join(held)} held" if self.direction.conditioned_on else ""
        )

    def at(self, step: float) -> StepReading:
        return next(reading for reading in self.steps if reading.step == step)

    def row(self) -> dict:
        """One line of a table: names and numbers, None for what is not known."""
        own, largest, two = self.own, self.others[0], self.at(2)
        values = {
            "attribute": self.direction.attribute,
            "method": self.direction.method,
            "held": " ".join(self.direction.conditioned_on),
            "remaining": self.direction.remaining,
            "labels": self.direction.labels_used,
            "auc": self.auc,
            "accuracy": self.accuracy,
            "majority": self.majority,
            "split_half_cosine": self.split_half_cosine,
            "own_effect": own.spreads if own else np.nan,
            "own_logit": own.logit if own else np.nan,
            "own_logit_low": own.low if own else np.nan,
            "own_logit_high": own.high if own else np.nan,
            "own_effect_free": self.free_own.spreads if self.free_own else np.nan,
            "side_effect": self.side_effect,
            "selectivity": self.selectivity,
            "moves_most_besides": largest.attribute,
            "its_effect": largest.spreads,
            "steady": self.steady,
            "rank_correlation": self.rank_correlation,
            "identity_at_2": two.identity,
            "distance_at_2": two.distance,
            "log_density_at_2": two.log_density,
            "outside_at_2": two.outside,
            "skin_tone": self.skin_tone.logit if self.skin_tone else np.nan,
            "skin_tone_low": self.skin_tone.low if self.skin_tone else np.nan,
            "skin_tone_high": self.skin_tone.high if self.skin_tone else np.nan,
            "skin_tone_at_2": two.skin_tone,
        }
        return {name: _known(value) for name, value in values.items()}

    def to_dict(self) -> dict:
        """All of it but the vector, for JSON."""
        return {
            **self.row(),
            "target": self.target,
            "strangers": self.strangers,
            "faces": self.faces,
            "effects": [e.to_dict() for e in ((self.own,) if self.own else ()) + self.others],
            "steps": [{k: _known(v) for k, v in vars(step).items()} for step in self.steps],
        }


def direction_card(
    laboratory: Laboratory,
    direction: Direction,
    held: Sequence[Direction] = (),
    holdout: tuple[np.ndarray, np.ndarray] | None = None,
    target: str | None = None,
    rule: str = RAW,
    steps: Sequence[float] = STEPS,
) -> DirectionCard:
    """Measure a direction, which the held ones are first projected out of.

    Args:
        held: directions that the edit must not move (`conditional_direction`).
        holdout: codes `[m, d]` and labels int8 `[m]` of photos that did not
            define it; None takes the direction's own held-out figures, which a
            conditional direction has lost.
        target: the attribute that it is meant to change; None: its own name.
        rule: what the model's sliders hold besides (`ganssl.directions.holding`).
        steps: in σ, with -1, 0, 1 and 2 among them.

    Raises `UserError` where the held directions leave too little of it.
    """
    start = time.perf_counter()
    model = laboratory.model
    edited = held_direction(model.directions, direction, held, model.covariance, rule, model.mean)
    if holdout is not None:
        edited = measured(edited, *holdout)
    moved = laboratory.move(edited, steps)
    target = direction.attribute if target is None else target
    effects = effects_of(moved.logits, moved.steps, laboratory.attributes, laboratory.spread)
    free_own = own = next((effect for effect in effects if effect.attribute == target), None)
    if own and edited is not direction:
        free_own = _own_effect(laboratory, direction, target)
    others = sorted((e for e in effects if e is not own), key=lambda e: -abs(e.spreads))
    tone = next((effect for effect in others if effect.attribute == NAME), None)
    side_effect = float(np.sqrt(np.mean([e.spreads**2 for e in others if e is not tone])))
    logits = None if own is None else moved.logits[:, :, laboratory.attributes.index(target)]
    return DirectionCard(
        direction=edited,
        target=target if own else None,
        auc=edited.auc,
        accuracy=edited.accuracy,
        majority=edited.majority,
        split_half_cosine=direction.split_half_cosine,
        own=own,
        others=tuple(others),
        side_effect=side_effect,
        selectivity=abs(own.spreads) / max(side_effect, 1e-9) if own else np.nan,
        steady=np.nan if logits is None else steady_share(logits),
        rank_correlation=np.nan if logits is None else rank_correlation(logits),
        steps=_readings(laboratory, moved, target if own else None),
        strangers=laboratory.strangers,
        faces=len(laboratory.codes),
        milliseconds=1000 * (time.perf_counter() - start),
        skin_tone=tone,
        free_own=free_own,
    )


def _own_effect(laboratory: Laboratory, direction: Direction, target: str) -> Effect:
    """What the direction does to its target before anything is held."""
    moved = laboratory.move(direction, SIDES)
    effects = effects_of(moved.logits, moved.steps, laboratory.attributes, laboratory.spread)
    return next(effect for effect in effects if effect.attribute == target)


def _held_title(name: str) -> str:
    return Attribute(name).title if name in (NAME, ALL_ELSE) else name


def measured(direction: Direction, codes: np.ndarray, labels: np.ndarray) -> Direction:
    """A direction with the figures that it reaches on labelled codes that did not define it.

    Raises `UserError` for fewer than two codes of a class.
    """
    codes, labels = codes[labels >= 0], labels[labels >= 0]
    if np.bincount(labels, minlength=2).min() < FEWEST_PER_CLASS:
        raise UserError(
            f"To measure {direction.attribute}, {FEWEST_PER_CLASS} held-out photos of each class "
            "are needed."
        )
    figures = measure_projection((codes @ direction.vector - direction.center), labels)
    return replace(
        direction,
        boundary=direction.center + figures.boundary,
        class_means=(figures.means[0] / direction.sigma, figures.means[1] / direction.sigma),
        auc=figures.auc,
        accuracy=figures.accuracy,
        majority=figures.majority,
    )


def _readings(
    laboratory: Laboratory, moved: MovedFaces, target: str | None
) -> tuple[StepReading, ...]:
    """The faces at each step; `target` is the attribute of the own effect."""
    zero, names = moved.zero, laboratory.attributes
    column = None if target is None else names.index(target)
    meant = set() if target is None else {target, *implied_by(target)}
    others = [i for i, name in enumerate(names) if name not in meant | {NAME}]
    readings = []
    for i, step in enumerate(moved.steps):
        change = moved.logits[i].astype(np.float64) - moved.logits[zero]  # (n, a)
        spreads = change.mean(axis=0) / laboratory.spread
        unknown = (np.nan, np.nan, np.nan)
        own, low, high = unknown if column is None else mean_interval(change[:, column])
        largest = max(others, key=lambda other: abs(spreads[other]), default=None)
        readings.append(
            StepReading(
                float(step),
                float(own),
                float(low),
                float(high),
                identity=float(moved.identity[i].mean()),
                distance=float(moved.distance[i].mean()),
                log_density=float((moved.log_density[i] - moved.log_density[zero]).mean()),
                outside=float((moved.log_density[i] < laboratory.rare_density).mean()),
                skin_tone=float(change[:, -1].mean()),
                spreads=float("nan") if column is None else float(spreads[column]),
                besides="" if largest is None else names[largest],
                its_effect=float("nan") if largest is None else float(spreads[largest]),
            )
        )
    return tuple(readings)


def _known(value):
    return None if isinstance(value, float) and not np.isfinite(value) else value
