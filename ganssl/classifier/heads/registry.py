"""The heads there are, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

import numpy as np

from ganssl.attributes import did_you_mean
from ganssl.classifier.heads.head import Head, ordinary_numbers
from ganssl.classifier.heads.logistic import LogisticHead
from ganssl.errors import UserError

HEADS: tuple[str, ...] = ("linear", "dense", "logistic", "forest")


def make_head(kind: str, **settings) -> Head:
    """A head that has learnt nothing yet; `settings` are some of `settings_of` its kind.

    Raises `UserError` for an unknown kind or setting.
    """
    check_settings(kind, settings)
    return _class_of(kind)(kind=kind, **settings)


def settings_of(kind: str) -> tuple[str, ...]:
    """What a head of a kind can be told; `UserError` for an unknown kind."""
    told = [f.name for f in fields(_class_of(kind)) if f.default is not None]  # None: learnt
    return tuple(name for name in told if name not in ("kind", "curve"))


def check_settings(kind: str, settings: Iterable[str], besides: Sequence[str] = ()) -> None:
    """`UserError` for a setting that a head of the kind does not have.

    Args:
        besides: other options that may have been meant.
    """
    known = settings_of(kind)
    for name in settings:
        if name not in known:
            hint = did_you_mean(name, (*known, *besides)) or f"It has {', '.join(known)}."
            raise UserError(f"The head {kind!r} has no setting {name!r}. {hint}")


def head_from_arrays(kind: str, arrays: dict[str, np.ndarray], size: int) -> Head:
    """The inverse of `to_arrays`, for features of length `size`.

    Raises `UserError` where arrays are missing, of another shape or no numbers.
    """
    if not all(map(ordinary_numbers, arrays.values())):
        raise UserError(f"The arrays of the {kind} head hold values that are no numbers.")
    head = _class_of(kind).from_arrays(arrays, size)
    head.kind = kind
    return head


def _class_of(kind: str):
    if kind in ("linear", "dense"):
        from ganssl.classifier.heads.network import NetworkHead

        return NetworkHead
    if kind == "forest":
        from ganssl.classifier.heads.forest import ForestHead

        return ForestHead
    if kind == "logistic":
        return LogisticHead
    raise UserError(f"There is no head {kind!r}; choose from {', '.join(HEADS)}.")
