"""Results kept in a folder as they come: what a broken run had solved is not solved again.

Each task has a folder of its name with the files of ``flexweave solve`` and, renamed last,
``task.json`` with the task's key. Seconds and memory are left out, so that equal tasks leave equal
bytes wherever they were solved.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from scheduler.reading import BadSolution, read_solution
from scheduler.solver.solve import versions
from scheduler.verify import verify
from scheduler.writing import solution_files
from scheduler.writing.cells import dumped
from scheduler.writing.files import put_in_place

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.models import Solution
    from scheduler.runs.tasks import Task

TASK = "task.json"
LONGEST = 80
"""Letters of a folder's name."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Results:
    """A folder of results, a folder of its own for each task.

    Parameters
    ----------
    folder : Path
        Made when the first result comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, task: Task) -> Path:
        """Where a task's result is kept: its name, made fit for a folder where it is not."""
        if len(task.name) <= LONGEST and _SAFE.fullmatch(task.name):
            return self.folder / task.name
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", task.name).strip("-.")[:LONGEST]
        return self.folder / f"{plain}-{hashlib.sha256(task.name.encode()).hexdigest()[:8]}"

    def find(self, task: Task) -> Solution | None:
        """The kept answer to exactly this task; ``None`` where it is missing, stale or not whole.

        The checker judges it anew: what was changed by hand is solved again.
        """
        place = self.place(task)
        try:
            known = json.loads((place / TASK).read_bytes())
            solution = read_solution(place) if known["key"] == task.key else None
        except (OSError, ValueError, TypeError, LookupError, BadSolution):
            return None
        if solution is None or solution.certificate.scenario_hash != task.digest:
            return None
        return None if verify(task.scenario, solution) else solution

    def keep(self, task: Task, solution: Solution) -> None:
        """Put an answer in place, the key last.

        Raises
        ------
        CannotWrite
            When the system refuses.
        """
        about = {
            "name": task.name,
            "key": task.key,
            "scenario_hash": task.digest,
            "time_limit": task.time_limit,
            "gap": task.gap,
            "seed": task.seed,
            "versions": versions(),
        }
        content = {**solution_files(solution), TASK: (dumped(about) + "\n").encode()}
        put_in_place(self.place(task), content)


def timeless(task: Task, solution: Solution) -> Solution:
    """The solution as it is kept: what was given instead of settings, no seconds, no memory."""
    certificate = solution.certificate.model_copy(
        update={
            "seconds_per_stage": {},
            "peak_memory_mb": 0.0,
            "overrides": {**solution.certificate.overrides, **task.overrides},
        }
    )
    return solution.model_copy(update={"certificate": certificate})
