"""The search for one answer and its bound, part by part; runs in the child process.

Fill (a first answer within a moment), sketch (a better one of a large model, drawn from a rough
relaxation), price (the relaxation, certified), open (a dive on what opens or closes), plan (a
master over people's plans, and a polish of whom it leaves undecided), weigh (alternatives: every
way to set the switches of a block), improve (neighbourhoods, let go where the prices say that the
answer loses), cut (rows that only relaxed answers break), exact (of all that the certified prices
do not exclude, if that is little), prove (branch and bound with certified leaves).
Every stage starts from what the last one knows; any of them may be the last.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver import (
    branch,
    certify,
    cuts,
    elastic,
    engines,
    opening,
    presolve,
    relaxation,
)
from scheduler.solver.boards import Boards
from scheduler.solver.fill import filled
from scheduler.solver.isolate import Answer, Bound, Done, Priced, Stage
from scheduler.solver.matrix import completed
from scheduler.solver.neighbourhood import COLUMNS, Neighbourhoods, polished
from scheduler.solver.plans import WIDTH, Plans
from scheduler.solver.rolling import decided
from scheduler.solver.sketch import TOLERANCE, sketched

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.solver.isolate import Event, Task
    from scheduler.solver.matrix import Matrix

    Report = Callable[[Event], None]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PROOF_WORK = 200_000
"""Columns that the proof may price in all: a small model gets many nodes, a large one few."""

MOST_NODES = 2_000

CUTTINGS = 12
"""Times that cuts are added at most."""

CUTTABLE = 20_000
"""Rows from which on the simplex method takes too long to find what to cut, or to branch."""

FALLING = 0.02
"""Cuts are added as long as they take this share off the gap."""

LARGE = 20_000
"""Columns that prices leave from which on the whole is too much for a MIP."""

SKETCHED = 20_000
"""Columns from which on a rough relaxation comes first: the close one takes a while."""

SMALL = 6_000
"""Columns up to which the exact solve needs no preparation."""

STEPS = 60
"""Neighbourhoods after which cuts and the exact solve take over, where they can."""

PLANS = 150_000
"""Plans in all that a bound by plans looks at, but at least `NARROWEST` per person."""

NARROWEST = 32

FOLLOWED = 10_000
"""Points that all of a relaxed share counts where an answer follows the relaxation."""

TIGHT = 1e-5
"""Tolerance of a second, closer relaxation, where the gap is not yet what was asked."""

ROUGH = 5e-4
"""A gap of a smaller share may be the relaxation's own, which stops at a tolerance."""

TINY = 1e-5
"""Where the gap is a smaller share, a brief look around is enough."""

BRIEF = 3
"""Neighbourhoods in vain that end it."""


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
        self.relaxed: engines.Relaxed | None = None
        self.proof: certify.Proof | None = None
        self.start: Ints | None = None
        self.best_base: Ints | None = None
        self.tight = False

    def run(self, allowance: float) -> None:
        """Go through the stages until the answer is within ``allowance`` units of the bound."""
        self.allowance = allowance
        for stage in self._stages():
            if self.impossible:
                self.report(Stage(self.number, "waive"))
                self.report(Done(self.number, self.waive()))
                return
            self.report(Stage(self.number, stage.__name__))
            stage()
            if self.enough:
                break
        self.report(Done(self.number, "done" if self.upper == self.best else self._ended))

    def _stages(self) -> tuple[Callable[[], None], ...]:
        if self.matrix.shape[1] <= SMALL or self.best is None:
            return (self.exact, self.cut, self.prove)
        return (self.plan, self.weigh, self.improve, self.cut, self.exact, self.prove)

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
        """Find a first answer, the best wishes first; none worse than where it starts."""
        self.start = start
        for base in (filled(self.strict, start), start):
            self.answered(base)

    def price(self) -> None:
        """Propagate, relax, certify; or find that nothing is possible."""
        within = presolve.propagate(self.strict)
        if within is None:
            self.impossible = True
            return
        self.matrix = within
        small = presolve.reduce(self.matrix)
        if len(small.columns) >= SKETCHED and self.start is not None:
            self.report(Stage(self.number, "sketch"))
            self._sketch(small, self.start)
            self.report(Stage(self.number, "price"))
        self._relax(small, 1e-4)

    def _sketch(self, small: presolve.Reduced, start: Ints) -> None:
        """Bound and answer from a rough relaxation; a close one of a dear model starts from it."""
        rough = relaxation.rough(small.matrix, TOLERANCE)
        if rough is None:
            return
        proof = small.proven(certify.prove(small.matrix, rough.duals))
        self.bounded(proof.units)
        self.answered(sketched(self.matrix, small, rough, proof, start, self.task.seed))
        if relaxation.dear(small.matrix):
            self.relaxed = small.outside(rough, self.matrix.floor)

    def _relax(self, small: presolve.Reduced, tolerance: float) -> None:
        """Solve the relaxation and certify what it says, by columns and by whole plans."""
        if not len(small.columns):
            self.report(Priced(self.number, np.zeros(small.height, dtype=np.int64)))
            self.bounded(small.constant)
            return
        start = None if self.relaxed is None else small.inside(self.relaxed)
        cheap = start is None or start.cheap
        found = relaxation.relaxed(small.matrix, tolerance, cheap=cheap, start=start)
        if found is None:
            return
        self.relaxed = small.outside(found, self.matrix.floor)
        before = self.proof
        self.proof = small.proven(certify.prove(small.matrix, found.duals))
        if before is None or self.proof.exact < before.exact:
            self.report(Priced(self.number, self.proof.prices))
        self.bounded(self.proof.units)
        if not self.enough:
            self.bounded(small.bounded(Plans(small.matrix).price(found.duals, _width(small)).bound))

    def plan(self) -> None:
        """Open or close, draw plans, choose among them, and decide for those left undecided."""
        if self.proof is None or self.relaxed is None:
            return
        self.report(Stage(self.number, "open"))
        here = opening.chosen(self.matrix, self.relaxed, self.proof, self.task.seed)
        start = self._followed(here)
        self.answered(start)
        start = self.best_base if start is None else start
        if start is None:
            return
        switches = opening.switches(self.matrix)
        agreed = start[switches] == np.rint(here.v[switches])
        self._planned(here.v, start, switches[agreed])

    def _planned(self, v: Floats, start: Ints, switches: Ints) -> None:
        """Choose among plans drawn from a relaxed answer; these switches stay as in ``start``."""
        assert self.proof is not None
        self.report(Stage(self.number, "plan"))
        matrix = presolve.propagate(self.matrix.fixed(switches, start[switches]))
        small = None if matrix is None else presolve.reduce(matrix)
        if matrix is None or small is None or not len(small.columns):
            return
        whole = completed(self.strict, start)
        found = matrix.floor.copy()
        taken, settled = v[small.columns], whole[small.columns]
        found[small.columns], left = decided(small.matrix, taken, settled, self.task.seed)
        self.report(Stage(self.number, "polish"))
        base = polished(matrix, found, left, self.proof, v, self.task.seed)
        self.answered(base if self._legal(base) else filled(self.strict, base))

    def _followed(self, here: opening.Opened) -> Ints | None:
        """A legal answer that goes where the relaxation of the dive goes, closing what it must."""
        if self.start is None:
            return None
        gain = (FOLLOWED * here.v).astype(np.int64) + self.matrix.objective // UNITS_PER_POINT
        return filled(replace(here.matrix, floor=self.matrix.floor), self.start, gain)

    def weigh(self) -> None:
        """Bound alternatives by every way to set them, where they are what decides."""
        if self.relaxed is None or self.best is None:
            return
        small = presolve.reduce(self.matrix)
        columns = opening.switches(small.matrix)
        relaxed = small.inside(self.relaxed)
        if opening.rivals(small.matrix, columns, relaxed.v):
            boards = Boards(small.matrix, columns)
            for units in boards.rounds(relaxed.duals, self.best - small.constant):
                self.bounded(small.bounded(units))
                if self.enough:
                    return

    def improve(self) -> None:
        """Let parts of the answer go, and solve them again, until that is in vain."""
        if self.proof is None or self.best_base is None:
            return
        if self._within(ROUGH):
            self._closer()
        whole = completed(self.strict, self.best_base)
        search = Neighbourhoods(self.matrix, whole, self.proof, self.task.seed)
        for number in count():
            if search.stuck or self.enough or (number == STEPS and self._few()):
                return
            if search.vain >= BRIEF and self._within(TINY):
                return
            if self.upper is not None:
                search.look(self.upper - search.best.value)
            if search.step():
                self.answered(search.best.v[self.matrix.integer])
            elif search.vain == 1 and search.size > COLUMNS and not self.tight:
                self._tighten()
                search.price(self.proof)

    def _few(self) -> bool:
        """Whether what comes next, cuts or the exact solve, does more than neighbourhoods do."""
        rows, columns = presolve.reduce(self._fixed()).matrix.shape
        return rows <= CUTTABLE or columns <= LARGE

    def _within(self, share: float) -> bool:
        """Whether the gap is known to be less than this share of the bound."""
        if self.upper is None or self.best is None:
            return False
        return self.upper - self.best < share * abs(self.upper)

    def _closer(self) -> None:
        """Relax more closely, and choose among plans drawn from that."""
        self._tighten()
        if not self.enough and self.relaxed is not None and self.best_base is not None:
            switches = opening.switches(self.matrix)
            self._planned(self.relaxed.v, self.best_base, switches)
            self.report(Stage(self.number, "improve"))

    def _tighten(self) -> None:
        """Relax more closely, unless the simplex method relaxed it to a vertex already."""
        self.tight = True
        small = presolve.reduce(self.matrix)
        if small.matrix.shape[0] >= relaxation.LARGE:
            self._relax(small, TIGHT)

    def cut(self) -> None:
        """Add rows that every answer keeps and the relaxed one breaks, while the bound falls."""
        height, last = self.matrix.shape[0], 2**62
        for _ in range(CUTTINGS):
            self.matrix = self._fixed()
            small = presolve.reduce(self.matrix)
            if self.enough or not 0 < small.matrix.shape[0] <= CUTTABLE:
                return
            vertex = engines.vertex(small.matrix)
            if vertex is None:
                return
            self.proof = small.proven(certify.prove(small.matrix, vertex.duals))
            self.bounded(self.proof.units)
            left = last - (self.best or 0)
            found = cuts.cuts(small.matrix, vertex)
            if not found or last - self.proof.units <= FALLING * left:
                return
            last = self.proof.units
            self.matrix = cuts.exchanged(self.matrix, small, vertex.v, height, found)

    def _fixed(self) -> Matrix:
        """The matrix with columns narrowed to what the certified prices do not exclude."""
        if self.best is None or self.proof is None:
            return self.matrix
        floor, cap = certify.fixed(self.matrix, self.proof, self.proof.spare(self.best))
        fixed = replace(self.matrix, floor=floor, cap=cap)
        return presolve.propagate(fixed) or fixed

    def exact(self) -> None:
        """Solve exactly over all that the certified prices do not exclude, if that is not much."""
        self.matrix = self._fixed()
        if len(presolve.reduce(self.matrix).columns) > LARGE and self.best is not None:
            return
        done = self.solve(self.matrix, self.gap)
        self.impossible = done and self.best is None

    def _legal(self, base: Ints) -> bool:
        return self.strict.allows(completed(self.strict, base))

    def prove(self) -> None:
        """Close the gap by branching, every leaf certified."""
        tree = branch.Tree(self.matrix, self.best)

        def found(v: Floats) -> None:
            self.answered(_base(self.loose, v))
            tree.best = self.best

        tree.push(2**62 if self.upper is None else self.upper, self.matrix.floor, self.matrix.cap)
        rows, columns = presolve.reduce(self.matrix).matrix.shape
        if rows > CUTTABLE:
            return
        for _ in range(min(MOST_NODES, PROOF_WORK // max(1, columns))):
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

    def answered(self, base: Ints | None, waived: int = 0) -> None:
        """Take an answer, if there is one, it is legal and better than the best."""
        if base is None:
            return
        matrix = self.loose if waived else self.strict
        whole = completed(matrix, base)
        if matrix.allows(whole) and (self.best is None or matrix.value(whole) > self.best):
            self.best, self.best_base = matrix.value(whole), base
            self.report(Answer(self.number, base, self.best, waived))


def _width(small: presolve.Reduced) -> int:
    """Plans per person that are looked at for a bound: many for few people, fewer for many."""
    people = len(np.unique(small.matrix.owner))
    return min(WIDTH, max(NARROWEST, PLANS // people))


def _base(matrix: Matrix, v: Floats) -> Ints:
    """Whole base columns of a solver's answer."""
    return np.rint(v[: matrix.shape[1]][matrix.integer]).astype(np.int64)
