"""How a training is followed and stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ganssl.base.progress import Stages
from ganssl.classifier.heads.head import CurvePoint


@dataclass(frozen=True, eq=False)
class Watch:
    """How a training is followed and stopped, and what it keeps.

    Attributes:
        progress: shows the stages.
        curve: called with each point of the learning curve.
        cancelled: asked at each point; `Cancelled` is raised when it says True.
        cache: folder that keeps features for next time; not those of degraded copies.
    """

    progress: Stages | None = None
    curve: Callable[[CurvePoint], None] | None = None
    cancelled: Callable[[], bool] | None = None
    cache: str | Path | None = None


UNWATCHED = Watch()
