"""The search for one answer and its bound, part by part; runs in the child process.

Fill (a first answer within a moment), price (the relaxation, certified), sketch (the exact solve of
what the prices leave promising), exact (of all that the certified prices do not exclude), prove
(branch and bound with certified leaves). Every stage starts from what the last one knows; any of
them may be the last.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver import branch, certify, elastic, engines, presolve
from scheduler.solver.fill import filled
from scheduler.solver.isolate import Answer, Bound, Done, Stage
from scheduler.solver.matrix import SHARED, completed
from scheduler.solver.plans import Plans

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.solver.isolate import Event, Task
    from scheduler.solver.matrix import Matrix

    Report = Callable[[Event], None]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

USED = 1e-3
"""A candidate that the relaxation takes less of counts as not taken."""

SKETCHES = ((0, 0.005), (20, 0.0))
"""Points that a candidate may lie behind the best of its place to stay in, and the gap asked."""

LARGE_SKETCHES = ((0, 0.001), (2, 0.0001))
"""The same for a large model, where the last hundredth of a percent would take long."""

PROOF_WORK = 200_000
"""Columns that the proof may price in all: a small model gets many nodes, a large one few."""

MOST_NODES = 2_000

LARGE = 60_000
"""Columns from which on the simplex method is too slow for prices, and the whole for a MIP."""


def search(task: Task, report: Report) -> None:
    """Fill and price every part, then search each in turn, reporting stages, bounds and answers.

    The gap that the task allows is one amount of points for the whole, shared by size: a part that
    is worth little must not spend it, nor parts of opposite signs hide it.
    """
    parts = [_Part(at, part.matrix, task, report) for at, part in enumerate(task.parts)]
    for part, start in zip(parts, task.starts, strict=False):
        if start is not None:
            report(Stage(part.number, "fill"))
            part.fill(start)
    for part in parts:
        report(Stage(part.number, "price"))
        part.price()
    upper = sum(part.upper or 0 for part in parts)
    columns = sum(part.strict.shape[1] for part in parts)
    for part in parts:
        share = part.strict.shape[1] / columns
        part.run(task.gap * share * max(UNITS_PER_POINT, abs(upper)))


class _Part:
    """One part: its model without what is known to be useless, its best answer and bound."""

    def __init__(self, number: int, matrix: Matrix, task: Task, report: Report) -> None:
        self.number = number
        self.loose = matrix
        self.strict = elastic.strict(matrix)
        self.matrix = self.strict
        self.impossible = False
        self.task = task
        self.report = report
        self.allowance = 0.0
        self.best: int | None = None
        self.upper: int | None = None
        self.relaxed: Floats | None = None
        self.proof: certify.Proof | None = None

    def run(self, allowance: float) -> None:
        """Go through the stages until the answer is within ``allowance`` units of the bound."""
        self.allowance = allowance
        for stage in (self.sketch, self.exact, self.prove):
            if self.impossible:
                self.report(Stage(self.number, "waive"))
                self.report(Done(self.number, self.waive()))
                return
            self.report(Stage(self.number, stage.__name__))
            stage()
            if self.enough:
                break
        self.report(Done(self.number, "done" if self.upper == self.best else self._ended))

    @property
    def enough(self) -> bool:
        """Whether the gap asked for is reached."""
        if self.best is None or self.upper is None:
            return False
        return self.upper - self.best <= self.allowance

    @property
    def gap(self) -> float:
        """The allowance as a fraction of the bound, as solvers want it."""
        return 0.0 if self.upper is None else self.allowance / max(UNITS_PER_POINT, abs(self.upper))

    @property
    def _ended(self) -> str:
        return "gap" if self.enough else "done"

    # ---- stages ------------------------------------------------------------------------------

    def fill(self, start: Ints) -> None:
        """Find a first answer, the best wishes first."""
        base = filled(self.strict, start)
        if base is not None:
            self.answered(base)

    def price(self) -> None:
        """Propagate, relax, certify; or find that nothing is possible."""
        within = presolve.propagate(self.strict)
        if within is None:
            self.impossible = True
            return
        self.matrix = within
        small = presolve.reduce(self.matrix)
        if not len(small.columns):
            self.bounded(small.constant)
            return
        engine = engines.HIGHS if len(small.columns) < LARGE else engines.PDLP
        relaxed = engines.relax(small.matrix, engine)
        if relaxed is not None:
            self.relaxed = self.matrix.floor.astype(float)
            self.relaxed[small.columns] = relaxed.v
            self.proof = small.proven(certify.prove(small.matrix, relaxed.duals))
            self.bounded(self.proof.units)
            self.bounded(small.bounded(Plans(small.matrix).price(relaxed.duals).bound))

    def sketch(self) -> None:
        """Solve exactly, but only over candidates that the prices leave promising."""
        if self.proof is None or self.relaxed is None:
            return
        behind = -self.proof.reduced / certify.GRID / UNITS_PER_POINT
        candidate = self.matrix.integer & (self.matrix.owner != SHARED) & (self.matrix.floor == 0)
        large = len(self.matrix.cap) > LARGE
        for points, gap in LARGE_SKETCHES if large else SKETCHES:
            drop = candidate & (self.relaxed < USED) & (behind > points)
            cap = np.where(drop, 0, self.matrix.cap)
            narrow = presolve.propagate(replace(self.matrix, cap=cap))
            if narrow is not None:
                self.solve(narrow, max(gap, self.gap))
            if self.enough:
                return

    def exact(self) -> None:
        """Solve exactly over all that the certified prices do not exclude, if that is not much."""
        if self.best is not None and self.proof is not None:
            floor, cap = certify.fixed(self.matrix, self.proof, self.proof.spare(self.best))
            self.matrix = replace(self.matrix, floor=floor, cap=cap)
        if len(presolve.reduce(self.matrix).columns) > LARGE and self.best is not None:
            return
        done = self.solve(self.matrix, self.gap)
        self.impossible = done and self.best is None

    def prove(self) -> None:
        """Close the gap by branching, every leaf certified."""
        tree = branch.Tree(self.strict, self.best)

        def found(v: Floats) -> None:
            self.answered(_base(self.loose, v))
            tree.best = self.best

        tree.push(2**62 if self.upper is None else self.upper, self.matrix.floor, self.matrix.cap)
        for _ in range(min(MOST_NODES, PROOF_WORK // self.matrix.shape[1])):
            branch.grow(tree, nodes=1, found=found)
            if tree.bound is not None:
                self.bounded(tree.bound)
            if self.enough or not tree.open:
                return

    def waive(self) -> str:
        """Find the fewest findings to waive, then the best value with so many."""
        counted, _ = engines.exact(elastic.counting(self.loose), seed=self.task.seed)
        if counted is None:
            return "nothing"
        number = int(np.rint(counted[self.loose.shape[1] :]).sum())
        self.answered(_base(self.loose, counted), waived=number)
        best, _ = engines.exact(elastic.waiving(self.loose, number), seed=self.task.seed)
        if best is not None:
            self.answered(_base(self.loose, best), waived=number)
        return "impossible" if number else "done"

    # ---- what is known -----------------------------------------------------------------------

    def solve(self, matrix: Matrix, gap: float) -> bool:
        """Solve a restriction exactly and take its answer; whether the solver finished."""
        small = presolve.reduce(matrix)
        v = matrix.floor.astype(float)
        if not len(small.columns):
            self.answered(_base(self.loose, v))
            return True
        inner, done = engines.exact(small.matrix, seed=self.task.seed, gap=gap)
        if inner is not None:
            v[small.columns] = inner
            self.answered(_base(self.loose, v))
        return done

    def bounded(self, units: int) -> None:
        """Take a bound if it is better."""
        if self.upper is None or units < self.upper:
            self.upper = units
            self.report(Bound(self.number, units))

    def answered(self, base: Ints, waived: int = 0) -> None:
        """Take an answer if it is legal and better than the best."""
        matrix = self.loose if waived else self.strict
        whole = completed(matrix, base)
        if matrix.allows(whole) and (self.best is None or matrix.value(whole) > self.best):
            self.best = matrix.value(whole)
            self.report(Answer(self.number, base, self.best, waived))


def _base(matrix: Matrix, v: Floats) -> Ints:
    """Whole base columns of a solver's answer."""
    return np.rint(v[: matrix.shape[1]][matrix.integer]).astype(np.int64)
