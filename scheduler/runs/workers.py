"""What a run needs of those who solve: an executor, how many at once, which errors mean loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from scheduler.runs.jobs import Say


class Workers(Protocol):
    """Where tasks are solved.

    Attributes
    ----------
    lost : tuple of exception types
        What a future raises where its worker was killed and the executor goes on; one that broke
        raises a `concurrent.futures.BrokenExecutor`.
    """

    lost: tuple[type[BaseException], ...]

    def open(self, heard: Say) -> Executor:
        """An executor to submit to; again after one broke. States go to ``heard``."""
        ...

    def width(self) -> int:
        """How many tasks to have under way at once."""
        ...

    def say(self) -> Callable[..., None]:
        """What a task calls in its worker with its name and each new state; picklable."""
        ...

    def close(self, *, at_once: bool = False) -> None:
        """Let go of the executor; ``at_once`` ends what is under way, which is not waited for."""
        ...
