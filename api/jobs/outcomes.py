"""What comes back from a worker: plain values that survive the way between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """The task was done; ``interrupted`` where it was cancelled and kept its best."""

    value: Any
    interrupted: bool = False


@dataclass(frozen=True)
class Refused:
    """The task cannot be done as it was asked.

    Attributes
    ----------
    slug : str
        Which problem, as in `api.errors.TYPES`.
    detail : str
    problems : tuple of dict
        Every problem with the input: file, row, column, message, hint.
    """

    slug: str
    detail: str
    problems: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Stopped:
    """The task was cancelled before there was anything to keep."""


Outcome = Done | Refused | Stopped


class Crashed(RuntimeError):
    """The worker, or its solver, ended without an answer."""


class Overran(RuntimeError):
    """The worker was ended because it took too long, or too much memory."""

    def __init__(self, what: str) -> None:
        super().__init__(f"ended by the watchdog: {what}")
        self.what = what


class Abandoned(RuntimeError):
    """The worker was ended because nobody wants its answer any more."""


class Busy(RuntimeError):
    """More requests wait for an answerer than may."""
