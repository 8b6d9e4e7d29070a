"""What a rival is given, and what it gives back."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import BaseModel

from scheduler.models import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.models import Scenario


class Play(BaseModel):
    """What a rival made of a task.

    Attributes
    ----------
    plan : Plan, optional
    said : str
        How it ended, in its own words.
    seconds : float, optional
        Those that count, where they are not those of the whole process.
    bound : Decimal, optional
        Points that no plan can exceed, recomputed by the project's certificate.
    near : bool
        Whether that bound is as near the best value as was asked for.
    """

    plan: Plan | None = None
    said: str = ""
    seconds: float | None = None
    bound: Decimal | None = None
    near: bool = False


def _forget(play: Play) -> None:
    """Nobody waits for it."""


@dataclass(frozen=True)
class Task:
    """A scenario and how long a rival may take for it, counted from when it was started.

    ``best`` is the largest value known of a legal plan, in points. ``keep`` puts aside what there
    is so far, for the case that the rival is ended from outside.
    """

    scenario: Scenario
    limit: float = 60.0
    seed: int = 0
    best: Decimal | None = None
    began: float = field(default_factory=time.monotonic)
    keep: Callable[[Play], object] = _forget

    @property
    def left(self) -> float:
        """Seconds left, at least a tenth."""
        return max(0.1, self.began + self.limit - time.monotonic())
