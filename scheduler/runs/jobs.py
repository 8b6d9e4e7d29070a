"""What happens in a worker: one solve, whose failures come back as answers.

An exception that cannot be pickled breaks a pool of processes, and one that can says nothing of
what to do next. So nothing is raised here that `Failure` can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.runs.tasks import unpacked
from scheduler.solver.isolate import SolverCrashed
from scheduler.solver.solve import CheckerDisagrees, NothingFound, solve

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from scheduler.models import Solution
    from scheduler.solver.solve import State
    from scheduler.verify import Disagreement

    Say: TypeAlias = Callable[[str, State], None]


@dataclass(frozen=True)
class Failure:
    """Why there is no answer.

    Attributes
    ----------
    why : str
    disagreements : tuple of Disagreement
        What the checker holds against the solver's answer, which is a bug.
    lost : bool
        Whether a process was killed: that may have been for no fault of this task.
    """

    why: str
    disagreements: tuple[Disagreement, ...] = ()
    lost: bool = False

    def error(self) -> Exception:
        """The failure as the exception that `solve` raises for it."""
        if self.disagreements:
            return CheckerDisagrees(list(self.disagreements))
        return SolverCrashed(self.why) if self.lost else NothingFound(self.why)


def solved(packed: bytes, say: Say) -> Solution | Failure:
    """Solve a packed task and tell each new state, by the task's name, as it comes."""
    task = unpacked(packed)
    try:
        return solve(
            task.scenario,
            time_limit=task.time_limit,
            gap=task.gap,
            seed=task.seed,
            progress=lambda state: say(task.name, state),
        )
    except CheckerDisagrees as bug:
        return Failure(str(bug), tuple(bug.disagreements))
    except SolverCrashed as crash:
        return Failure(str(crash), lost=True)
    except MemoryError:
        return Failure("there is not enough memory", lost=True)
    except NothingFound as nothing:
        return Failure(str(nothing))
