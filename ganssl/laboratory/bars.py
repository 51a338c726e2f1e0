"""Where the bars lie that a slider must pass: beside what was measured without any of them.

An arbitrary direction moves every probe a little, and two different faces are
a little alike. What a slider owes its name is more than the first, and a face
that stays itself is nearer than the second. The other bars stand beside what
the sliders themselves do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ganssl.base.progress import Progress
from ganssl.directions import Direction
from ganssl.directions.reach import LEAST_IDENTITY, LEAST_OWN, MOST_OUTSIDE
from ganssl.laboratory.card import DirectionCard
from ganssl.laboratory.effects import effects_of
from ganssl.laboratory.laboratory import SIDES, Laboratory
from ganssl.laboratory.reach import largest_besides
from ganssl.photos.skin_tone import NAME, NOTICEABLE

ARBITRARY = 16
"""Arbitrary directions that are measured, each by every probe."""

QUANTILES: tuple[float, ...] = (0.05, 0.5, 0.95, 0.99)


@dataclass(frozen=True)
class Bar:
    """A bar beside a distribution.

    Attributes:
        name: of the bar.
        value: where it lies.
        beside: what is distributed.
        count: of how many numbers.
        quantiles: at `QUANTILES`.
        above: share of the numbers above the bar.
    """

    name: str
    value: float
    beside: str
    count: int
    quantiles: tuple[float, ...]
    above: float

    def to_dict(self) -> dict:
        return asdict(self)


def measured_bars(
    laboratory: Laboratory,
    cards: Sequence[DirectionCard],
    count: int = ARBITRARY,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Bar]:
    """Every bar beside what it was set by.

    Args:
        cards: of sliders, with steps from -3 to 3 σ; those that the probes do
            not read take no part.
        count, seed: of the arbitrary directions.
    """
    own = arbitrary_effects(laboratory, count, seed, progress)
    found = [
        _bar("least own effect", LEAST_OWN, "arbitrary directions on all probes, +1 σ", own),
        _bar(
            "least cosine with the unmoved face",
            LEAST_IDENTITY,
            "two different faces",
            laboratory.stranger_cosines(),
        ),
    ]
    read = [card for card in cards if card.own is not None]
    if not read:
        return found
    ends = [card.steps[i] for card in read for i in (0, -1)]
    step = max(abs(end.step) for end in ends)
    others = [abs(largest_besides(card).spreads) / max(_own(card), 1e-9) for card in read]
    rows: list[tuple[str, float, str, list[float]]] = [
        ("least own effect", LEAST_OWN, "sliders, +1 σ", [_own(card) for card in read]),
        ("largest side effect over own effect", 1.0, "sliders, +1 σ", others),
        (
            "least cosine with the unmoved face",
            LEAST_IDENTITY,
            f"sliders at ±{step:g} σ",
            [end.identity for end in ends],
        ),
        (
            "most codes that are unlikely",
            MOST_OUTSIDE,
            f"sliders at ±{step:g} σ",
            [end.outside for end in ends],
        ),
        (
            "change of skin tone that counts, degrees",
            NOTICEABLE,
            "sliders at ±2 σ",
            [abs(card.at(side).skin_tone) for card in read for side in (-2, 2)],
        ),
    ]
    return [*found, *(_bar(*row) for row in rows)]


def arbitrary_effects(
    laboratory: Laboratory, count: int, seed: int = 0, progress: Progress | None = None
) -> np.ndarray:
    """Size of the effects of +1 σ along arbitrary directions on all probes, in their spreads.

    The directions are drawn as the population's codes lie. Returns float64 `[count · a]`.
    """
    rng = np.random.default_rng(seed)
    found = []
    for done in range(1, count + 1):
        moved = laboratory.move(arbitrary_direction(laboratory, rng), SIDES)
        effects = effects_of(moved.logits, moved.steps, laboratory.attributes, laboratory.spread)
        found += [abs(effect.spreads) for effect in effects if effect.attribute != NAME]
        if progress:
            progress(done, count)
    return np.array(found)


def arbitrary_direction(laboratory: Laboratory, rng: np.random.Generator) -> Direction:
    """From the mean code to a random code of the population."""
    model = laboratory.model
    vector = rng.multivariate_normal(np.zeros(model.latent_size), model.covariance)
    vector /= np.linalg.norm(vector)
    unknown = float("nan")
    return Direction(
        attribute="Arbitrary",
        method="difference",
        vector=vector,
        sigma=float(np.sqrt(vector @ model.covariance @ vector)),
        center=float(model.mean @ vector),
        boundary=float(model.mean @ vector),
        class_means=(unknown, unknown),
        auc=unknown,
        accuracy=unknown,
        majority=unknown,
        split_half_cosine=unknown,
        labels_used=0,
    )


def bars_table(bars: Sequence[Bar]) -> str:
    """A line for each bar and what it stands beside."""
    width = max(len(bar.name) for bar in bars)
    beside = max(len(bar.beside) for bar in bars)
    heads = "".join(f"{f'{share:.0%}':>8}" for share in QUANTILES)
    lines = [f"{'bar':<{width}}    lies at  {'beside':<{beside}}       n{heads}  above it"]
    for bar in bars:
        cells = "".join(f"{value:>8.2f}" for value in bar.quantiles)
        lines.append(
            f"{bar.name:<{width}}  {bar.value:>9.2f}  {bar.beside:<{beside}}  {bar.count:>6}"
            f"{cells}  {bar.above:>8.1%}"
        )
    return "\n".join(lines)


def _own(card: DirectionCard) -> float:
    return card.own.spreads if card.own else float("nan")


def _bar(name: str, value: float, beside: str, numbers: Sequence[float] | np.ndarray) -> Bar:
    values = np.asarray(numbers, np.float64)
    ends = tuple(float(end) for end in np.quantile(values, QUANTILES))
    return Bar(name, value, beside, len(values), ends, float((values > value).mean()))
