"""The master: one plan per person under the shared rows, as an LP solved to a vertex.

Its columns are plans (Dantzig & Wolfe 1960) and the shared columns; its rows the shared rows and
one choice per person. A vertex has at most as many people with several plans as there are tight
shared rows: all others are decided. Its prices ask for better plans, which join while the last
basis stands, so each round costs little. Plans are worth what they are worth as a whole: concave
fairness and needs are exact here.

Rows ``x ≤ open`` stay out: whoever goes on from here keeps them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from scheduler.solver import engines, relaxation
from scheduler.solver.matrix import SHARED
from scheduler.solver.plans import BROKEN
from scheduler.solver.sampling import Sampler, worths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix
    from scheduler.solver.plans import Plans

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

DRAWN = 4
"""Plans drawn per person from the relaxation."""

TRIED = 6
"""Plans per person that are put together at the prices of a round."""

JOINING = 3
"""Of these, how many may join."""

ROUNDS = 4
"""Times that the LP is solved."""

WORTHWHILE = 2e-4
"""A round that could add less than this share of the worth is not made."""

WHOLE = 1e-6


class Pool:
    """Plans of people, and the LP over them and the shared columns.

    Parameters
    ----------
    plans : Plans
    """

    def __init__(self, plans: Plans) -> None:
        self.plans, self.matrix = plans, plans.matrix
        self.columns = np.flatnonzero(~plans.inside)
        self.rows = np.flatnonzero(~plans.row_inside & ~relaxation.links(plans.matrix))
        self.body = sparse.csr_array(plans.matrix.a[self.rows])
        self.person = np.zeros(0, dtype=np.int64)
        self.pool = np.zeros((0, plans.places), dtype=np.int64)
        self.worth = np.zeros(0, dtype=np.int64)
        self._known: set[bytes] = set()

    def begin(self) -> None:
        """Make the LP of the plans that have joined so far."""
        self.lp = engines.Simplex(self._model())
        idle = np.zeros(len(self.pool))
        self.v = np.concatenate([self.matrix.floor[self.columns], idle])

    @property
    def value(self) -> float:
        """Units that the LP's answer is worth."""
        shared, whole = self.matrix.objective[self.columns], len(self.columns)
        return float(shared @ self.v[:whole] + self.worth @ self.v[whole:])

    def decided(self) -> tuple[Ints, Ints]:
        """(columns,) of the model: what is whole in the LP's answer, 0 elsewhere; people left."""
        found = self.matrix.floor.copy()
        inner = self.v[len(self.columns) :]
        found[self.columns] = np.floor(self.v[: len(self.columns)] + WHOLE).astype(np.int64)
        whole = np.flatnonzero(inner > 1 - WHOLE)
        taken = self.pool[whole].ravel()
        found[taken[taken >= 0]] = 1
        return found, np.setdiff1d(self.plans.people, self.person[whole])

    def _plans_of(self, base: Ints) -> Ints:
        """(people, choosers): the plans in a whole answer."""
        plans = self.plans
        taken = plans.candidates[base[plans.candidates] > 0]
        columns = np.full((len(plans.people), plans.places), -1)
        owner = np.searchsorted(plans.people, self.matrix.owner[taken])
        columns[owner, plans.place[plans.chooser[taken]]] = taken
        return columns

    def _join(self, person: Ints, pool: Ints) -> int:
        """Let plans join the LP as it stands; how many."""
        new = self._add(person, pool)
        if new:
            late = slice(len(self.worth) - new, None)
            entries = self._shared_part(self.person[late], self.pool[late])
            self.lp.add(entries, self.worth[late])
        return new

    def _add(self, person: Ints, pool: Ints) -> int:
        """Let legal plans that are not known join; how many."""
        worth = worths(self.plans, person, pool)
        fresh = []
        for at in np.flatnonzero(worth > BROKEN // 2).tolist():
            key = pool[at].tobytes() + person[at].tobytes()
            if key not in self._known:
                self._known.add(key)
                fresh.append(at)
        self.person = np.concatenate([self.person, person[fresh]])
        self.pool = np.concatenate([self.pool, pool[fresh]])
        self.worth = np.concatenate([self.worth, worth[fresh]])
        return len(fresh)

    def _crossed(self, pool: Ints) -> sparse.csr_array:
        """(shared rows, plans): how much of each row each plan takes."""
        flat, plan = pool.ravel(), np.repeat(np.arange(len(pool)), self.plans.places)
        keep = flat >= 0
        ones = np.ones(int(keep.sum()), dtype=np.int64)
        shape = (self.matrix.shape[1], len(pool))
        return self.body @ sparse.csr_array((ones, (flat[keep], plan[keep])), shape=shape)

    def _shared_part(self, person: Ints, pool: Ints) -> sparse.csr_array:
        """(master rows, plans): the shared rows, then one choice per person."""
        ones, count = np.ones(len(pool), dtype=np.int64), len(self.plans.people)
        owner = np.searchsorted(self.plans.people, person)
        choice = sparse.csr_array((ones, (owner, np.arange(len(pool)))), shape=(count, len(pool)))
        return sparse.csr_array(sparse.vstack([self._crossed(pool), choice]))

    def _model(self) -> Matrix:
        matrix, people, count = self.matrix, len(self.plans.people), len(self.pool)
        empty = sparse.csr_array((people, len(self.columns)), dtype=np.int64)
        shared = sparse.vstack([self.body[:, self.columns], empty])
        a = sparse.hstack([shared, self._shared_part(self.person, self.pool)])
        one, size = np.ones(people, dtype=np.int64), len(self.columns) + count
        zeros, ones = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
        return replace(
            matrix,
            a=sparse.csr_array(a),
            lower=np.concatenate([matrix.lower[self.rows], one]),
            upper=np.concatenate([matrix.upper[self.rows], one]),
            objective=np.concatenate([matrix.objective[self.columns], self.worth]),
            cap=np.concatenate([matrix.cap[self.columns], ones]),
            floor=np.concatenate([matrix.floor[self.columns], zeros]),
            integer=np.ones(size, dtype=bool),
            owner=np.full(size, SHARED),
            breach=np.full(size, -1),
        )


class Master(Pool):
    """The pool that is drawn from a relaxed answer, and grows by what its prices ask for.

    Parameters
    ----------
    plans : Plans
    v : float array (columns,)
        A relaxed answer, from which plans are drawn.
    base : int array (columns,)
        A legal answer: its plans make the LP feasible.
    seed : int
    """

    def __init__(self, plans: Plans, v: Floats, base: Ints, seed: int) -> None:
        super().__init__(plans)
        self.sampler = Sampler(plans, seed)
        self._add(plans.people, self._plans_of(base))
        self._add(*self.sampler.drawn(v, DRAWN))
        self.begin()
        self.relaxed = float(self.matrix.objective @ v)

    def run(self) -> None:
        """Solve, and let better plans join until that is hardly worth while.

        It is not where the LP is worth what the relaxation is, or where no plans could add much.
        """
        for number in range(1, ROUNDS + 1):
            relaxed = self.lp.solve()
            if relaxed is None:
                return
            self.v = relaxed.v
            little = WORTHWHILE * abs(self.relaxed)
            if number == ROUNDS or self.relaxed - self.value < little:
                return
            if self._better(relaxed.duals) < little:
                return

    def _better(self, duals: Floats) -> float:
        """Let the best plans at these prices join; how many units they could add at most."""
        prices = np.zeros(self.matrix.shape[0])
        prices[self.rows] = duals[: len(self.rows)]
        price = self.matrix.objective - np.rint(self.matrix.columns_first.T @ prices)
        price = price.astype(np.int64)
        person, pool = self.sampler.priced(price, TRIED)
        number = np.searchsorted(self.plans.people, person)
        worth = worths(self.plans, person, pool)
        rows = self._crossed(pool)[: len(self.rows)]
        gain = worth - rows.T @ duals[: len(self.rows)] - duals[len(self.rows) :][number]
        order = np.lexsort((-gain, person))
        rank = np.arange(len(order)) - np.searchsorted(person[order], person[order])
        better = order[(gain[order] > 1) & (rank < JOINING)]
        first = order[(rank == 0) & (gain[order] > 1)]
        new = self._join(person[better], pool[better])
        return float(gain[first].sum()) if new else 0.0
