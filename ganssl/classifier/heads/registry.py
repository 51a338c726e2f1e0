"""The heads there are, by their names."""

from __future__ import annotations

import numpy as np

from ganssl.classifier.heads.head import Head
from ganssl.classifier.heads.logistic import LogisticHead
from ganssl.errors import UserError

HEADS: tuple[str, ...] = ("linear", "dense", "logistic", "forest")


def make_head(kind: str, **settings) -> Head:
    """A head that has learnt nothing yet; `settings` are the fields of its class.

    Raises `UserError` for an unknown kind.
    """
    return _class_of(kind)(kind=kind, **settings)


def head_from_arrays(kind: str, arrays: dict[str, np.ndarray], size: int) -> Head:
    """The inverse of `to_arrays`, for features of length `size`.

    Raises `UserError` where arrays are missing, of another shape or no numbers.
    """
    if not all(np.issubdtype(a.dtype, np.number) and np.isfinite(a).all() for a in arrays.values()):
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
