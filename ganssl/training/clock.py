"""How long a training runs, by minutes or by epochs, how far it is, and how fast."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ganssl.base.progress import clock_text
from ganssl.errors import UserError


@dataclass
class TrainingClock:
    """Counts steps against a budget of minutes or of epochs.

    Attributes:
        batch_size: faces per step.
        epoch_steps: steps in one pass over the photos.
        minutes, epochs: the budget; exactly one is given. Minutes count the
            training of all runs that were resumed, not the time between them.
    """

    batch_size: int
    epoch_steps: int
    minutes: float | None = None
    epochs: float | None = None
    step: int = 0
    seconds: float = 0.0
    _mark: float = field(default=0.0, repr=False)
    _recent: list[tuple[float, int]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.epochs is None):
            raise UserError(
                "Give the length of a training in minutes or in epochs, one of the two."
            )
        if (self.minutes or self.epochs or 0) <= 0:
            raise UserError("The length of a training must be greater than 0.")
        self.resume()

    def resume(self) -> None:
        """Start the stopwatch, at the beginning or after a restart."""
        self._mark = time.monotonic()
        self._recent = [(self._mark, self.step)]

    def tick(self) -> None:
        """Count one finished step."""
        now = time.monotonic()
        self.seconds += now - self._mark
        self._mark = now
        self.step += 1
        self._recent.append((now, self.step))
        self._recent = self._recent[-50:]

    def pause(self) -> None:
        """Leave out what has passed since the last tick (samples, checkpoints)."""
        gap = time.monotonic() - self._mark
        self._mark += gap
        self._recent = [(moment + gap, step) for moment, step in self._recent]

    @property
    def epoch(self) -> float:
        return self.step / self.epoch_steps

    @property
    def fraction(self) -> float:
        """How much of the budget is spent, 0 to 1."""
        spent = self.seconds / 60 / self.minutes if self.minutes else self.step / self._steps
        return min(1.0, spent)

    @property
    def _steps(self) -> float:
        """Steps of a budget of epochs; 0 for one of minutes."""
        return (self.epochs or 0.0) * self.epoch_steps

    @property
    def done(self) -> bool:
        if self.minutes:
            return self.seconds >= self.minutes * 60
        return self.step >= round(self._steps)

    @property
    def rate(self) -> float:
        """Faces per second over the last 50 steps."""
        (first, begin), (last, end) = self._recent[0], self._recent[-1]
        return (end - begin) * self.batch_size / (last - first) if last > first else 0.0

    @property
    def remaining_seconds(self) -> float:
        if self.minutes:
            return max(0.0, self.minutes * 60 - self.seconds)
        faces = (self._steps - self.step) * self.batch_size
        return max(0.0, faces / self.rate) if self.rate else float("inf")


def training_line(stream=None) -> Callable[[TrainingClock, dict[str, float]], None]:
    """A callback for trainings: step, pass, rate, time left and every loss term."""
    stream = stream or sys.stdout

    def update(clock: TrainingClock, terms: dict[str, float]) -> None:
        losses = "  ".join(f"{name} {value:.4g}" for name, value in terms.items())
        print(
            f"step {clock.step:>7,}  pass {clock.epoch:6.2f}  {clock.rate:5.0f} faces/s  "
            f"{clock_text(clock.remaining_seconds)} left  {losses}",
            file=stream,
            flush=True,
        )

    return update
