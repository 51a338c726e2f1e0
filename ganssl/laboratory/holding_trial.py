"""Which way of holding serves sliders best: the same faces under every rule, one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ganssl.attributes import Attribute, implied_by
from ganssl.base.progress import Progress
from ganssl.directions import RULES, Direction, DirectionSet, slider_direction
from ganssl.errors import UserError
from ganssl.laboratory.laboratory import Laboratory
from ganssl.photos.skin_tone import NOTICEABLE

AMOUNT = 2.0
"""In σ, as strong as an edit usually is; a slider that ends before is moved to its end."""

FOLLOWS = 0.25
"""A face follows a slider when the attribute's own probe moves by so much of its spread."""


@dataclass(frozen=True)
class Held:
    """What a slider does at `AMOUNT` σ, or where it ends, under one rule, the mean over faces.

    Attributes:
        rule, attribute: which slider.
        remaining: share of the direction's length that holding left; 0 where
            nothing was left to move along, and all else is NaN.
        own: change of the attribute's own probe, in its spreads between faces.
        besides: root mean square of the changes of all other probes, in theirs.
        largest, its_effect: the other attribute that moved most, and how far;
            one that the name implies does not count (`attributes.implied_by`).
        skin_tone: mean change of the typology angle in degrees.
        skin_kept: share of faces whose angle moved by less than `NOTICEABLE` degrees.
        identity: mean cosine of the face's embedding before and after.
        more, less: share of faces that follow at +`AMOUNT` and at -`AMOUNT` σ (see `FOLLOWS`).
        with_it, without_it: share of faces that follow there, or read as having
            (lacking) the attribute there: one that smiles before needs no more.
    """

    rule: str
    attribute: str
    remaining: float
    own: float = float("nan")
    besides: float = float("nan")
    largest: str = ""
    its_effect: float = float("nan")
    skin_tone: float = float("nan")
    skin_kept: float = float("nan")
    identity: float = float("nan")
    more: float = float("nan")
    less: float = float("nan")
    with_it: float = float("nan")
    without_it: float = float("nan")

    @property
    def true_to_name(self) -> bool:
        """Whether nothing else moves further than what the slider is named after."""
        return self.own > abs(self.its_effect)

    @property
    def ratio(self) -> float:
        """Own effect in proportion to all others."""
        return abs(self.own) / max(self.besides, 1e-9)

    def to_dict(self) -> dict:
        """For JSON, which has no NaN: it becomes None."""
        values = {
            k: None if isinstance(v, float) and np.isnan(v) else v for k, v in asdict(self).items()
        }
        ratio = None if np.isnan(self.own) else self.ratio
        return {**values, "ratio": ratio, "true_to_name": self.true_to_name}


def compare_rules(
    laboratory: Laboratory,
    directions: DirectionSet,
    attributes: Sequence[str],
    rules: Sequence[str] = tuple(RULES),
    amount: float = AMOUNT,
    progress: Progress | None = None,
) -> list[Held]:
    """Move the laboratory's faces by every slider under every rule.

    The probes and the pixels judge; neither took part in fitting a direction
    or in choosing what is held. Attributes that no probe reads are refused.

    Raises `UserError` for them, and for attributes without a direction.
    """
    unread = [name for name in attributes if name not in laboratory.readout.attributes]
    if unread:
        raise UserError(f"No probe reads {', '.join(unread)}, so its effect cannot be measured.")
    found = []
    for rule in rules:
        for name in attributes:
            found.append(_measure(laboratory, directions, name, rule, amount))
            if progress:
                progress(len(found), len(rules) * len(attributes))
    return found


def _measure(
    laboratory: Laboratory, directions: DirectionSet, name: str, rule: str, amount: float
) -> Held:
    directions.get(name)  # names what is close where there is none
    try:
        moved_along = slider_direction(directions, name, laboratory.model.covariance, rule)
    except UserError:
        return Held(rule, name, 0.0)
    low, high = _ends(directions.get(name), amount)
    moved = laboratory.move(moved_along, (low, 0.0, high))
    below, at = (int(np.flatnonzero(moved.steps == step)[0]) for step in (low, high))
    changes = moved.logits.astype(np.float64) - moved.logits[moved.zero]  # (steps, n, a)
    change, own = changes[at], laboratory.attributes.index(name)
    enough = FOLLOWS * laboratory.spread[own]
    up, down = change[:, own] >= enough, changes[below][:, own] <= -enough
    spreads = dict(zip(laboratory.attributes, change.mean(axis=0) / laboratory.spread, strict=True))
    others = {k: float(spreads[k]) for k in laboratory.readout.attributes if k != name}
    meant = implied_by(name)
    largest = max(set(others) - meant or others, key=lambda other: abs(others[other]))
    return Held(
        rule=rule,
        attribute=name,
        remaining=moved_along.remaining,
        own=float(spreads[name]),
        besides=float(np.sqrt(np.mean(np.square(list(others.values()))))),
        largest=largest,
        its_effect=others[largest],
        skin_tone=float(change[:, -1].mean()),
        skin_kept=float((np.abs(change[:, -1]) < NOTICEABLE).mean()),
        identity=float(moved.identity[at].mean()),
        more=float(up.mean()),
        less=float(down.mean()),
        with_it=float((up | (moved.logits[at, :, own] > 0)).mean()),
        without_it=float((down | (moved.logits[below, :, own] < 0)).mean()),
    )


def _ends(direction: Direction, amount: float) -> tuple[float, float]:
    """From where to where a slider is moved; one without a measured range by `amount` both ways."""
    reach = direction.reach
    if reach is None or reach.fails:
        return -amount, amount
    return max(-amount, reach.low), min(amount, reach.high)


def summary(found: Sequence[Held]) -> list[dict]:
    """One row for each rule, means over the attributes that could be moved under every rule."""
    stuck = {one.attribute for one in found if not one.remaining}
    rows = []
    for rule in dict.fromkeys(one.rule for one in found):
        of_rule = [one for one in found if one.rule == rule]
        rest = [one for one in of_rule if one.attribute not in stuck]
        stuck_here = sum(not one.remaining for one in of_rule)
        row = {"rule": rule, "attributes": len(rest), "stuck": stuck_here}
        for figure in ("remaining", "own", "besides", "skin_kept", "identity"):
            row[figure] = _mean([getattr(one, figure) for one in rest])
        row["ratio"] = _geometric([one.ratio for one in rest])
        row["skin_shift"] = _mean([abs(one.skin_tone) for one in rest])
        row["not_true"] = [one.attribute for one in rest if not one.true_to_name]
        rows.append(row)
    return rows


def table(rows: Sequence[dict]) -> str:
    """The summary as text."""
    lines = [
        f"{'rule':<10}  left   own  besides  own/besides  |skin|  within {NOTICEABLE:g}°  "
        "same person  another effect is larger"
    ]
    for row in rows:
        lines.append(
            f"{row['rule']:<10}  {_cell(row['remaining'], '.2f')}  {_cell(row['own'], '+.2f')}  "
            f"{_cell(row['besides'], '.2f'):>7}  {_cell(row['ratio'], '.1f'):>11}  "
            f"{_cell(row['skin_shift'], '.1f'):>5}°  {_cell(row['skin_kept'], '.0%'):>9}  "
            f"{_cell(row['identity'], '.2f'):>11}  {', '.join(row['not_true']) or '–'}"
        )
        if row["stuck"]:
            lines[-1] += f"; no room for {row['stuck']}"
    return "\n".join(lines)


def slider_table(found: Sequence[Held]) -> str:
    """A line for each slider and rule: what one thing costs the other, slider by slider."""
    width = max(len(Attribute(one.attribute).title) for one in found)
    rule_width = max(len(one.rule) for one in found)
    lines = [
        f"{'slider':<{width}}  {'rule':<{rule_width}}   own  besides  own/besides   skin  "
        "same person  follow -/+  as named -/+  moves most besides"
    ]
    for name in dict.fromkeys(one.attribute for one in found):
        title = Attribute(name).title
        for one in (one for one in found if one.attribute == name):
            start = f"{title:<{width}}  {one.rule:<{rule_width}}"
            title = ""
            if not one.remaining:
                lines.append(f"{start}  no room beside what is held")
                continue
            larger = "" if one.true_to_name else ", further than itself"
            lines.append(
                f"{start} {one.own:+5.2f}  {one.besides:7.2f}  {one.ratio:11.1f}  "
                f"{one.skin_tone:+4.1f}°  {one.identity:11.2f}  {one.less:4.0%} {one.more:4.0%}   "
                f"{one.without_it:5.0%} {one.with_it:5.0%}    "
                f"{Attribute(one.largest).title} {one.its_effect:+.2f}{larger}"
            )
    lines.append(
        f"follow: share of faces whose own probe moves the asked way by {FOLLOWS:g} of its spread "
        "or more, at minus and at plus;\n"
        "as named: those, and the faces that read as without it at minus, or with it at plus"
    )
    return "\n".join(lines)


def _cell(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _geometric(values: list[float]) -> float | None:
    return float(np.exp(np.mean(np.log(np.maximum(values, 1e-9))))) if values else None
