"""The parent's side of a process that answers what-ifs: it keeps parts of a model between them."""

from __future__ import annotations

import subprocess
import sys
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from scheduler.solver.isolate import SolverCrashed

if TYPE_CHECKING:
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

PATIENCE = 600.0
"""Seconds that one answer may take."""


class Kept(NamedTuple):
    """A part of a model and what is known of it: an answer, and multipliers of its rows if any."""

    matrix: Matrix
    base: Ints
    duals: Floats | None = None


class Demand(NamedTuple):
    """What is demanded.

    Columns at 1 whatever it costs, rows that hold no more, columns to look at first, and rows with
    an upper side that allow one more. Where it is ``brief``, the first answer found will do.
    """

    columns: Ints
    loose: Ints
    around: Ints
    wider: Ints | None = None
    brief: bool = False


class Found(NamedTuple):
    """What a demand leads to.

    Attributes
    ----------
    base : int array or None
        Base columns of the best answer found.
    units : int
        What it is worth.
    bound : int
        No answer that meets the demand is worth more; where it is settled, that is ``units``.
    settled : bool
        Whether all that the prices do not exclude was decided by an exact solve.
    """

    base: Ints | None
    units: int
    bound: int
    settled: bool


class Known(NamedTuple):
    """What the kept part itself is: its certified bound, and the multipliers that show it."""

    bound: int
    duals: Floats


class Keep(NamedTuple):
    """Keep this part under this number."""

    number: int
    kept: Kept
    seed: int = 0


class Meet(NamedTuple):
    """Meet a demand of the part with this number."""

    number: int
    demand: Demand


class Answering(Protocol):
    """Keeps parts of models and answers demands of them."""

    def keep(self, number: int, kept: Kept, seed: int = 0) -> Known:
        """Keep a part; what is known of it."""

    def meet(self, number: int, demand: Demand) -> Found:
        """Meet a demand."""

    def close(self) -> None:
        """Forget everything."""


class Clerk:
    """A child process with solvers in it. Ends with `close`, or with its parent."""

    def __init__(self) -> None:
        self._line, theirs = Pipe()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "scheduler.solver.clerk_child", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()

    def keep(self, number: int, kept: Kept, seed: int = 0) -> Known:
        """Keep a part under a number; its bound and multipliers, computed where none are given."""
        known: Known = self._asked(Keep(number, kept, seed))
        return known

    def meet(self, number: int, demand: Demand) -> Found:
        """Meet a demand of the part with this number.

        Raises
        ------
        SolverCrashed
            When the process ended early, or took longer than `PATIENCE`.
        """
        found: Found = self._asked(Meet(number, demand))
        return found

    def _asked(self, message: Keep | Meet) -> Any:
        try:
            self._line.send(message)
            if not self._line.poll(PATIENCE):
                self.close()
                raise SolverCrashed(f"no answer within {PATIENCE:.0f} seconds")
            return self._line.recv()
        except (EOFError, OSError) as broken:
            raise SolverCrashed("the solver's process ended early") from broken

    def close(self) -> None:
        """End the process."""
        self._child.kill()
        self._child.wait()
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
