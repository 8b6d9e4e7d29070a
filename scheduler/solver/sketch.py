"""A sketch: a whole answer drawn from a rough relaxation, long before a close one is there.

A first-order method is near the best after a small part of the time in which it comes close. Plans
are drawn from such an answer, a few per person (`sampling`), and people take, in an order that is
drawn too, a plan of theirs that all shared rows have room for. A few who find none are decided for
by MIP with what the others leave; where they are many, free seats are filled as at first (`fill`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from scheduler.solver.certify import choosers
from scheduler.solver.fill import ENDLESS, filled
from scheduler.solver.matrix import SHARED
from scheduler.solver.neighbourhood import polished
from scheduler.solver.opening import switches
from scheduler.solver.plans import BROKEN, Plans
from scheduler.solver.sampling import Sampler, worths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.certify import Proof
    from scheduler.solver.engines import Relaxed
    from scheduler.solver.matrix import Matrix
    from scheduler.solver.presolve import Reduced

    Ints = NDArray[np.int64]

TOLERANCE = 3e-2
"""Of the rough relaxation (`relaxation.rough`)."""

DRAWN = 4
"""Plans drawn per person."""

FEW = 0.1
"""Share of people who may be left without a plan, and are decided by MIP."""


def sketched(
    matrix: Matrix, small: Reduced, rough: Relaxed, proof: Proof, start: Ints, seed: int
) -> Ints | None:
    """An answer that goes roughly where the relaxation goes.

    Parameters
    ----------
    matrix : Matrix
        Propagated.
    small : Reduced
        The same model without what is settled.
    rough : Relaxed
        A relaxed answer of ``small``, at about `TOLERANCE`.
    proof : Proof
        What its multipliers prove of ``matrix``.
    start : int array (base columns,)
        An answer that keeps every row's upper side; those who find no plan start from it.
    seed : int

    Returns
    -------
    int array (base columns,) or None
        ``None`` where nothing legal came of it.
    """
    plans = Plans(small.matrix)
    person, inner = Sampler(plans, seed).drawn(rough.v, DRAWN)
    legal = np.flatnonzero(worths(plans, person, inner) > BROKEN // 2)
    columns = np.where(inner >= 0, small.columns[inner], -1)[legal]
    base = np.clip(start, matrix.floor[: len(start)], matrix.cap[: len(start)])
    turned = switches(matrix)
    v = small.outside(rough, matrix.floor).v
    base[turned] = np.rint(v[turned])
    desk = _Places(matrix, base)
    order = np.random.default_rng(seed).permutation(len(legal))
    left = np.setdiff1d(plans.people, desk.dealt(person[legal][order], columns[order]))
    found = desk.v
    if 0 < len(left) <= FEW * len(plans.people):
        whole = matrix.floor.copy()
        whole[: len(found)] = np.where(np.isin(matrix.owner[: len(found)], left), 0, found)
        found = polished(matrix, np.maximum(whole, matrix.floor), left, proof, v, seed)
    return filled(matrix, found)


class _Places:
    """Who is where so far, and what shared rows have room for."""

    def __init__(self, matrix: Matrix, base: Ints) -> None:
        self.v = base
        a = sparse.csr_array(matrix.a[:, : len(base)])
        soft = abs(matrix.a[:, len(base) :]) @ (matrix.cap[len(base) :] > 0).astype(np.int64) > 0
        shared = matrix.personal == SHARED
        even = shared & (matrix.lower == matrix.upper) & ~soft
        self.bound = np.flatnonzero(abs(a[even]).sum(axis=0))
        rows = np.flatnonzero(shared & ~soft & ~even & (matrix.upper < ENDLESS))
        self.body = sparse.csr_array(a[rows])
        self.room = matrix.upper[rows] - self.body @ base
        row, column, _ = choosers(matrix)
        ones = np.ones(len(row), dtype=np.int64)
        self.place = sparse.csc_array((ones, (row, column)), shape=(matrix.shape[0], len(base)))
        taken = base[column] > 0
        self.now = np.full(matrix.shape[0], -1)
        self.now[row[taken]] = column[taken]

    def dealt(self, person: Ints, columns: Ints) -> list[int]:
        """Let people take the first of these plans (plans, places) there is room for; who did."""
        come, leave = self._moves(columns)
        need = sparse.csc_array(self.body @ (come - leave))
        done: set[int] = set()
        for plan, who in enumerate(person.tolist()):
            part = slice(need.indptr[plan], need.indptr[plan + 1])
            rows, more = need.indices[part], need.data[part]
            if who in done or np.any((more > 0) & (more > self.room[rows])):
                continue
            done.add(who)
            self.room[rows] -= more
            for moves, value in ((leave, 0), (come, 1)):
                self.v[moves.indices[moves.indptr[plan] : moves.indptr[plan + 1]]] = value
        return sorted(done)

    def _moves(self, columns: Ints) -> tuple[sparse.csc_array, sparse.csc_array]:
        """(base columns, plans) each: what a plan takes, and what it leaves for that.

        Columns in rows that must be met exactly are not taken: filling knows how.
        """
        plan = np.repeat(np.arange(len(columns)), columns.shape[1])
        flat = columns.ravel()
        keep = (flat >= 0) & ~np.isin(flat, self.bound)
        come = self._counted(flat[keep], plan[keep], len(columns))
        places = (self.place @ come).tocoo()
        left = self.now[places.row]
        return come, self._counted(left[left >= 0], places.col[left >= 0], len(columns))

    def _counted(self, column: Ints, plan: Ints, plans: int) -> sparse.csc_array:
        shape = (self.body.shape[1], plans)
        found = sparse.csc_array((np.ones(len(plan), np.int64), (column, plan)), shape=shape)
        found.data[:] = 1
        return found
