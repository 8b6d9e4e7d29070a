"""What comes back from a worker: plain values that survive the way between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DEEPEST = 8
"""Lines of code that are told of an error."""


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


@dataclass(frozen=True)
class Broken:
    """The task failed as nobody foresaw: a bug. ``place`` says where, not what was said."""

    place: str


Outcome = Done | Refused | Stopped | Broken


def place(error: BaseException) -> str:
    """What sort of error, and the lines of code that it came through: no words of its own.

    Its message could quote what is nobody's business.
    """
    lines = []
    trace = error.__traceback__
    while trace is not None:
        lines.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' < '.join(reversed(lines[-DEEPEST:]))}"


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
