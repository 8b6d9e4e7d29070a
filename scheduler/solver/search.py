"""The search for one answer and its bound, part by part; runs in the child process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.solver import certify, elastic, engines
from scheduler.solver.isolate import Answer, Bound, Done, Stage
from scheduler.solver.matrix import completed

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.solver.isolate import Event, Task
    from scheduler.solver.matrix import Matrix

    Report = Callable[[Event], None]


def search(task: Task, report: Report) -> None:
    """Search each part of the task in turn, reporting stages, bounds and answers."""
    for number, part in enumerate(task.parts):
        _Part(number, part.matrix, task, report).run()


class _Part:
    """One part: its best answer and bound so far."""

    def __init__(self, number: int, matrix: Matrix, task: Task, report: Report) -> None:
        self.number = number
        self.loose = matrix
        self.matrix = elastic.strict(matrix)
        self.task = task
        self.report = report
        self.best: int | None = None
        self.upper: int | None = None

    def run(self) -> None:
        self.report(Stage(self.number, "price"))
        relaxed = engines.relax(self.matrix)
        if relaxed is not None:
            self.bounded(certify.bound(self.matrix, relaxed.duals))
        self.report(Stage(self.number, "exact"))
        v, done = engines.exact(self.matrix, seed=self.task.seed)
        if v is not None:
            self.answered(v)
        elif done:
            self.report(Stage(self.number, "waive"))
            self.waive()
            return
        self.report(Done(self.number, "done"))

    def bounded(self, units: int) -> None:
        if self.upper is None or units < self.upper:
            self.upper = units
            self.report(Bound(self.number, units))

    def answered(self, v: np.ndarray, waived: int = 0) -> None:
        """Take an answer if it is legal and better than the best."""
        base = np.rint(v[: self.loose.shape[1]][self.loose.integer]).astype(np.int64)
        matrix = self.loose if waived else self.matrix
        whole = completed(matrix, base)
        if matrix.allows(whole) and (self.best is None or matrix.value(whole) > self.best):
            self.best = matrix.value(whole)
            self.report(Answer(self.number, base, self.best, waived))

    def waive(self) -> None:
        """Find the fewest findings to waive, then the best value with so many."""
        counted, _ = engines.exact(elastic.counting(self.loose), seed=self.task.seed)
        if counted is None:
            self.report(Done(self.number, "nothing"))
            return
        number = int(np.rint(counted[self.loose.shape[1] :]).sum())
        self.answered(counted, waived=number)
        best, _ = engines.exact(elastic.waiving(self.loose, number), seed=self.task.seed)
        if best is not None:
            self.answered(best, waived=number)
        self.report(Done(self.number, "impossible" if number else "done"))
