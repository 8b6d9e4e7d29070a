"""Thresholds asked of whole plans: which cannot be reached, and answers that reach them.

Prices of columns average over people's plans: half of a plan that has much and half of one that has
little is worth a whole one in the middle. Whole plans do not average, so what they show of a
threshold is much nearer to the truth. A pool of plans is priced until no plan of anybody would
lessen what is missing (column generation; Dantzig and Wolfe 1960), everybody's best plan at these
prices bounds every threshold, and a dive over the pool gives answers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from scheduler.models.points import UNITS_PER_HUNDREDTH
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import engines, presolve
from scheduler.solver.certify import GRID
from scheduler.solver.diving import Dive
from scheduler.solver.ladder import everybody, owing
from scheduler.solver.listing import Listing
from scheduler.solver.master import Pool
from scheduler.solver.matrix import completed
from scheduler.solver.plans import NEVER, Plans

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from scheduler.solver.engines import Relaxed
    from scheduler.solver.ladder import Ladder
    from scheduler.solver.listing import Worths
    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

ROUNDS = 30
"""Times that the LP over a pool is solved at most."""

JOINING = 4
"""Plans of a person that may join in a round."""

CLOSE = 0.02
"""A pool is complete where no plans could take more than this share off what is missing."""


class Shown(NamedTuple):
    """What prices show of every threshold.

    Attributes
    ----------
    thresholds : Thresholds
    total : int array (uses,)
        1/GRID units of the best plan of each use, where nothing is asked.
    rest : int
        1/GRID units of what belongs to nobody.
    """

    thresholds: Thresholds
    total: Ints
    rest: int

    def most(self, need: Ints) -> Ints:
        """(people,): 1/GRID units of everybody's best plan, where so much is asked."""
        return np.maximum.reduceat(
            self.thresholds.worths(self.total, need), self.thresholds.stretch
        )

    def allows(self, _: Ladder, threshold: Fraction, low: Ints, spare: int) -> bool:
        """Whether all but ``spare`` people, who have ``low``, might reach a threshold.

        Who is not priced by plans owes nothing here.
        """
        most = self.most(self.thresholds.needed(threshold))
        saved = np.sort(self.most(low) - most)[len(most) - spare :]
        return int(most.sum()) + int(saved.sum()) + self.rest >= 0


class Thresholds:
    """One threshold for everybody, at any height.

    Parameters
    ----------
    steps : Ladder
    matrix : Matrix
        Propagated, without worth, what is minimised first held.
    best : int array (people,)
        The most hundredths that anybody can have.
    top : Fraction
        No threshold that is asked for is larger.

    Raises
    ------
    TooMany
    """

    def __init__(self, steps: Ladder, matrix: Matrix, best: Ints, top: Fraction) -> None:
        self.steps, self.best = steps, best
        rung = owing(steps, matrix, everybody(steps, top, best))
        self.whole = eased(rung.matrix)
        self.small = presolve.reduce(self.whole)
        self._find_rows(np.flatnonzero(rung.owed.fixed))
        self.listing = Listing(Plans(self.asked(np.zeros_like(best))))
        example = self.listing.example
        self.points = np.where(example >= 0, self.earns[example], 0).sum(axis=1)
        self.stretch = np.flatnonzero(np.diff(self.listing.person, prepend=-1))
        self.people = self.listing.person[self.stretch]
        self.person = np.zeros(0, dtype=np.int64)
        self.pool = np.zeros((0, example.shape[1]), dtype=np.int64)

    def _find_rows(self, people: Ints) -> None:
        """The rows of those who owe, their slacks, and what of a person's points is settled."""
        small, first = self.small, self.whole.shape[0] - len(people)
        self.row = np.flatnonzero(small.rows >= first)
        self.debtor = people[small.rows[self.row] - first]
        self.settled = np.zeros_like(self.best)
        lower = self.whole.lower[small.rows[self.row]] - small.matrix.lower[self.row]
        self.settled[self.debtor] = lower
        entries = sparse.csr_array(small.matrix.a[self.row]).tocoo()
        base = small.matrix.integer[entries.col]
        self.slack = np.zeros(len(self.row), dtype=np.int64)
        self.slack[entries.row[~base]] = entries.col[~base]
        self.earns = np.zeros(small.matrix.shape[1], dtype=np.int64)
        self.earns[entries.col[base]] = entries.data[base]

    def asked(self, need: Ints) -> Matrix:
        """The model that asks so many hundredths of everybody."""
        matrix = self.small.matrix
        lower, cap = matrix.lower.copy(), matrix.cap.copy()
        lower[self.row] = (need - self.settled)[self.debtor]
        cap[self.slack] = need[self.debtor]
        return replace(matrix, lower=lower, cap=cap)

    def needed(self, threshold: Fraction) -> Ints:
        """(people,): hundredths that a threshold asks of everybody."""
        return everybody(self.steps, threshold, self.best).fixed

    def worths(self, total: Ints, need: Ints) -> Ints:
        """(uses,): 1/GRID units of the best plan of each use, where so much is asked.

        Whoever reaches the largest threshold whatever happens has no row, and owes nothing.
        """
        owed = np.zeros_like(need)
        owed[self.debtor] = (need - self.settled)[self.debtor]
        missing = np.maximum(owed[self.listing.person] - self.points, 0)
        worths: Ints = total - missing * (UNITS_PER_HUNDREDTH * GRID)
        return worths

    def relax(self, threshold: Fraction, base: Ints) -> tuple[Asked, Shown]:
        """Price a threshold by plans: they join the pool while they lessen what is missing.

        Parameters
        ----------
        threshold : Fraction
        base : int array (base columns,)
            A legal answer.

        Returns
        -------
        Asked
            The pool, and what is relaxed.
        Shown
            What the best prices on the way show.
        """
        need = self.needed(threshold)
        pool = Asked(self, need, completed(self.whole, base)[self.small.columns])
        best, shown = 2**62, Shown(self, self.listing.own, 0)
        for _ in range(ROUNDS):
            relaxed = pool.solved()
            if relaxed is None:
                break
            found = self.listing.priced(relaxed.duals)
            here = Shown(self, found.total, found.rest)
            exact = int(here.most(need).sum()) + found.rest
            if exact < best:
                best, shown = exact, here
            missing = -pool.value
            if best / GRID + missing < CLOSE * missing or missing < 1:
                break
            if not pool.grown(found, self.worths(found.total, need)):
                break
        self.person, self.pool = pool.person, pool.pool
        return pool, shown

    def dived(self, pool: Asked, seed: int) -> Ints:
        """(base columns,): an answer near the threshold of a relaxed pool; perhaps not legal."""
        v = self.whole.floor.copy()
        base = Dive(pool, pool.regrown, pool.prices).run(seed)
        v[self.small.columns] = completed(pool.matrix, base)
        return v[self.whole.integer]


class Asked(Pool):
    """The pool of plans under one threshold.

    Parameters
    ----------
    thresholds : Thresholds
    need : int array (people,)
        Hundredths asked of everybody.
    base : int array (columns,)
        A legal answer.
    """

    def __init__(self, thresholds: Thresholds, need: Ints, base: Ints) -> None:
        super().__init__(Plans(thresholds.asked(need)))
        self.thresholds, self.need = thresholds, need
        self._add(self.plans.people, self._plans_of(base))
        self._add(thresholds.person, thresholds.pool)
        self.begin()
        self.paid = np.zeros(len(self.plans.good))
        self.prices = engines.Relaxed(self.v, np.zeros(self.matrix.shape[0]))

    def solved(self) -> Relaxed | None:
        """Solve the LP: multipliers of all rows of the model, 0 where plans know better."""
        found = self.lp.solve()
        if found is None:
            return None
        self.v = found.v
        duals = np.zeros(self.matrix.shape[0])
        duals[self.rows] = found.duals[: len(self.rows)]
        duals[self.thresholds.row] = 0
        self.paid[self.plans.people] = found.duals[len(self.rows) :]
        self.prices = found._replace(duals=duals)
        return self.prices

    def grown(self, found: Worths, worth: Ints) -> int:
        """Let the plans join that gain most against what their people have now; how many."""
        listing = self.thresholds.listing
        gain = worth / GRID - self.paid[listing.person]
        some = np.flatnonzero(gain > 1)
        order = some[np.lexsort((-gain[some], listing.person[some]))]
        person = listing.person[order]
        rank = np.arange(len(order)) - np.searchsorted(person, person)
        chosen = order[rank < JOINING]
        return self._join(listing.person[chosen], listing.plans_of(found, chosen))

    def regrown(self, fixed: Bools, rounds: int) -> Relaxed | None:
        """Solve the LP while plans of those who are not ``fixed`` lessen what is missing."""
        listing = self.thresholds.listing
        for _ in range(rounds):
            relaxed = self.solved()
            if relaxed is None or -self.value < 1:
                return relaxed
            found = listing.priced(relaxed.duals)
            worth = self.thresholds.worths(found.total, self.need)
            if not self.grown(found, np.where(fixed[listing.person], NEVER, worth)):
                return relaxed
        return self.solved()


def eased(matrix: Matrix) -> Matrix:
    """The same model without rows that a slack of no worth keeps whatever the others do."""
    entries = matrix.a.tocoo()
    extra = ~matrix.integer[entries.col]
    row, col, coef = entries.row[extra], entries.col[extra], entries.data[extra]
    number = np.bincount(row, minlength=matrix.shape[0])
    uses = np.bincount(col, minlength=matrix.shape[1])
    free = (number[row] == 1) & (uses[col] == 1) & (matrix.objective[col] == 0)
    row, col, coef = row[free], col[free], coef[free]
    whole = sparse.csr_array(matrix.a[row][:, np.flatnonzero(matrix.integer)])
    floor, cap = matrix.floor[matrix.integer], matrix.cap[matrix.integer]
    low = whole.maximum(0) @ floor + whole.minimum(0) @ cap
    high = whole.maximum(0) @ cap + whole.minimum(0) @ floor
    reach = matrix.cap[col] * np.abs(coef)
    below = (coef > 0) & (matrix.upper[row] >= UNBOUNDED) & (low + reach >= matrix.lower[row])
    above = (coef < 0) & (matrix.lower[row] <= -UNBOUNDED) & (high - reach <= matrix.upper[row])
    idle = row[below | above]
    kept = np.setdiff1d(np.arange(matrix.shape[1]), col[below | above])
    return matrix.cut(kept, np.setdiff1d(np.arange(matrix.shape[0]), idle))
