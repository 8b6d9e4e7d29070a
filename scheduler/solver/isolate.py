"""The parent's side of the child process: starts it, listens, and ends it in time."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from multiprocessing import Pipe
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from multiprocessing.connection import Connection

    import numpy as np
    from numpy.typing import NDArray

    from scheduler.solver.components import Component
    from scheduler.solver.ladder import Ladder
    from scheduler.solver.matrix import Matrix
    from scheduler.solver.mending import Mending

    Rank = tuple[Fraction, ...]


class SolverCrashed(RuntimeError):
    """The solver's process ended without saying that it was done."""


@dataclass(frozen=True)
class Task:
    """What the child is to solve: the parts of a model, to a relative gap.

    ``starts`` are legal answers of the parts, base columns, where there are any. With a ``ladder``
    there is one part, the whole, and levels come before its value.
    """

    parts: tuple[Component, ...]
    starts: tuple[NDArray[np.int64] | None, ...] = ()
    gap: float = 0.0
    seed: int = 0
    exact: bool = True
    ladder: Ladder | None = None


class Stage(NamedTuple):
    """The search of a part has come to this stage."""

    part: int
    name: str


class Bound(NamedTuple):
    """No solution of the part is worth more units, of those that rank ``given`` or higher."""

    part: int
    units: int
    given: Rank = ()


class LevelBound(NamedTuple):
    """No solution that ranks ``given`` or higher on the levels before comes further on this one."""

    level: int
    rank: Fraction
    given: Rank


class Priced(NamedTuple):
    """Multipliers of the part's rows that show a bound, in 1/`certify.GRID` units."""

    part: int
    multipliers: NDArray[np.int64]


class Answer(NamedTuple):
    """A solution of the part: its base columns, what it is worth, findings waived for it.

    ``rank`` says how far it comes on each level, if there are levels; it counts before the worth.
    """

    part: int
    base: NDArray[np.int64]
    units: int
    waived: int
    rank: Rank = ()


class Done(NamedTuple):
    """The search of the part has ended; ``reason`` is ``done``, ``gap`` or ``impossible``."""

    part: int
    reason: str


@dataclass(frozen=True)
class Question:
    """What the child is asked: the rows, the demand of each, and the plan in which nobody is.

    Attributes
    ----------
    matrix : Matrix
    of : int array (rows,)
    rest : int array (columns,)
    relief : int array (demands,)
        Cost of each unit by which a demand could give way, 0 where it cannot.
    most : int
        Conflicts, and repairs, to look for.
    """

    matrix: Matrix
    of: NDArray[np.int64]
    rest: NDArray[np.int64]
    relief: NDArray[np.int64]
    most: int = 5
    seed: int = 0
    parts: tuple[None] = (None,)


class Possible(NamedTuple):
    """All demands can hold: a plan in which they do, base columns."""

    part: int
    base: NDArray[np.int64]


class Conflict(NamedTuple):
    """Demands that cannot hold together, and for each a plan in which all others of them do.

    ``minimal`` says whether there is such a plan for each.
    """

    part: int
    demands: tuple[int, ...]
    without: tuple[NDArray[np.int64] | None, ...]

    @property
    def minimal(self) -> bool:
        """Whether dropping any one of them makes the others possible."""
        return all(plan is not None for plan in self.without)


class Repair(NamedTuple):
    """Demands that give way, by how much each, and a plan in which all else holds."""

    part: int
    demands: tuple[int, ...]
    amounts: tuple[int, ...]
    base: NDArray[np.int64]


Event = Stage | Bound | LevelBound | Priced | Answer | Possible | Conflict | Repair | Done
Asked: TypeAlias = "Task | Question | Mending"


@dataclass
class Isolated:
    """Runs a task in a child process and yields its events until a deadline.

    Attributes
    ----------
    task : Task or Question
    deadline : float or None
        On the monotonic clock; the child is ended then.
    timed_out : bool
        Whether it was.
    """

    task: Asked
    deadline: float | None
    timed_out: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[Event]:
        ours, theirs = Pipe()
        child = subprocess.Popen(
            [sys.executable, "-m", "scheduler.solver.child", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        giving = threading.Thread(target=_give, args=(ours, self.task), daemon=True)
        giving.start()
        try:
            yield from self._listen(ours, child)
        finally:
            child.kill()
            child.wait()
            giving.join()
            ours.close()

    def _listen(self, line: Connection, child: subprocess.Popen[bytes]) -> Iterator[Event]:
        done = 0
        while done < len(self.task.parts):
            left = None if self.deadline is None else self.deadline - time.monotonic()
            if left is not None and (left <= 0 or not line.poll(left)):
                self.timed_out = True
                return
            try:
                event: Event = line.recv()
            except (EOFError, OSError) as broken:
                raise SolverCrashed(
                    f"the solver's process ended early (exit code {child.wait()})"
                ) from broken
            done += isinstance(event, Done)
            yield event


def _give(line: Connection, task: Asked) -> None:
    """Hand over the task, which fills the line while the child still starts, without waiting.

    Where the child ends before it has all, the listener says so.
    """
    with contextlib.suppress(OSError):
        line.send(task)
