"""Exchange: everybody may change one place at once, and who does is decided exactly.

Places that shared rows tie together are a *market* (the sessions of one time of the day). All but
one market of an answer stand; in that one each person may take any candidate. What a candidate is
worth then is known as a whole, concave fairness and every personal row counted, so what is left is
nearly a transportation problem: the MIP engine solves it in a moment where the same step over the
columns themselves takes minutes. Market after market, until none brings anything. Switches stand.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from scheduler.solver import engines, presolve, relaxation
from scheduler.solver.matrix import SHARED, completed
from scheduler.solver.opening import switches
from scheduler.solver.plans import BROKEN, Plans
from scheduler.solver.sampling import worths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]

NODES = 50
"""Nodes that the MIP engine may look at in one market."""

ROUNDS = 12
"""Times that all markets are gone through at most."""


def exchanged(matrix: Matrix, base: Ints, seed: int = 0, enough: int | None = None) -> Ints:
    """A better answer by exchanges within one market at a time, or the same.

    Parameters
    ----------
    matrix : Matrix
        Not elastic.
    base : int array (base columns,)
        A legal answer.
    seed : int
    enough : int, optional
        Units with which to be content.

    Returns
    -------
    int array (base columns,)
        Legal.
    """
    whole = completed(matrix, base)
    switch = switches(matrix)
    within = presolve.propagate(matrix.fixed(switch, whole[switch]))
    small = None if within is None else presolve.reduce(within)
    if small is None or not len(small.columns):
        return base
    exchange = _Exchange(small.matrix, whole[small.columns], seed)
    exchange.run(None if enough is None else enough - small.constant)
    whole[small.columns] = exchange.v
    better: Ints = whole[matrix.integer]
    found = completed(matrix, better)
    improved = matrix.value(found) > matrix.value(completed(matrix, base))
    return better if improved and matrix.allows(found) else base


class _Exchange:
    """The best answer of a reduced model, and its markets."""

    def __init__(self, matrix: Matrix, v: Ints, seed: int) -> None:
        self.matrix = matrix
        self.plans = Plans(matrix)
        self.seed = seed
        self.v = completed(matrix, v[matrix.integer])
        self.columns = np.flatnonzero(~self.plans.inside)
        self.rows = np.flatnonzero(~self.plans.row_inside & ~relaxation.links(matrix))
        self.body = sparse.csr_array(matrix.a[self.rows])
        self.market = self._markets()

    def run(self, enough: int | None) -> None:
        """Go through all markets until all were in vain, one after the other."""
        number = int(self.market.max(initial=-1)) + 1
        vain = 0
        for turn in range(ROUNDS * number):
            if vain == number or (enough is not None and self.matrix.value(self.v) >= enough):
                return
            vain = 0 if self._step(turn % number) else vain + 1

    def _markets(self) -> Ints:
        """(candidates,): the market of each."""
        entries = self.matrix.a.tocoo()
        place = self.plans.chooser[entries.col]
        ties = ~self.plans.row_inside[entries.row] & self.plans.inside[entries.col] & (place >= 0)
        size = self.matrix.shape[0]
        ones = np.ones(int(ties.sum()))
        graph = sparse.coo_array((ones, (entries.row[ties], place[ties])), shape=(size, size))
        _, label = csgraph.connected_components(graph, directed=False)
        mine = label[self.plans.chooser[self.plans.candidates]]
        _, market = np.unique(mine, return_inverse=True)
        return market

    @cached_property
    def _number(self) -> Ints:
        """(people,): their place among those who have plans."""
        number = np.full(len(self.plans.good), -1)
        number[self.plans.people] = np.arange(len(self.plans.people))
        return number

    def _step(self, market: int) -> bool:
        """Let everybody choose anew in one market; whether that was better."""
        person, pool = self._pool(market)
        worth = worths(self.plans, person, pool)
        fine = worth > BROKEN // 2
        person, pool, worth = person[fine], pool[fine], worth[fine]
        found, _ = engines.exact(self._model(person, pool, worth), seed=self.seed, nodes=NODES)
        if found is None:
            return False
        v = self.matrix.floor.copy()
        v[self.columns] = np.rint(found[: len(self.columns)]).astype(np.int64)
        taken = pool[found[len(self.columns) :] > 1 / 2].ravel()
        v[taken[taken >= 0]] = 1
        v = completed(self.matrix, v[self.matrix.integer])
        if not self.matrix.allows(v) or self.matrix.value(v) <= self.matrix.value(self.v):
            return False
        self.v = v
        return True

    def _pool(self, market: int) -> tuple[Ints, Ints]:
        """Person and columns of plans that differ from the answer in this market at most.

        A plan in which places would be filled twice or not at all is worth nothing.
        """
        plans = self.plans
        place = plans.place[plans.chooser[plans.candidates]]
        number = self._number[self.matrix.owner[plans.candidates]]
        taken = self.v[plans.candidates] > 0
        now = np.full((len(plans.people), plans.places), -1)
        now[number[taken], place[taken]] = plans.candidates[taken]
        other = (self.market == market) & ~taken
        pool = now[number[other]]
        pool[np.arange(len(pool)), place[other]] = plans.candidates[other]
        return np.concatenate([plans.people, plans.people[number[other]]]), np.vstack([now, pool])

    def _model(self, person: Ints, pool: Ints, worth: Ints) -> Matrix:
        """Choose one plan per person under the shared rows."""
        matrix, own, count = self.matrix, self.columns, len(pool)
        flat, plan = pool.ravel(), np.repeat(np.arange(count), self.plans.places)
        keep = flat >= 0
        ones = np.ones(int(keep.sum()), dtype=np.int64)
        shape = (matrix.shape[1], count)
        taken = self.body @ sparse.csr_array((ones, (flat[keep], plan[keep])), shape=shape)
        one = np.ones(len(self.plans.people), dtype=np.int64)
        each, at = np.ones(count, dtype=np.int64), (self._number[person], np.arange(count))
        choice = sparse.csr_array((each, at), shape=(len(one), count))
        empty = sparse.csr_array((len(one), len(own)), dtype=np.int64)
        shared = sparse.vstack([self.body[:, own], empty])
        a = sparse.hstack([shared, sparse.vstack([taken, choice])])
        none = np.zeros(count, dtype=np.int64)
        return replace(
            matrix,
            a=sparse.csr_array(a),
            lower=np.concatenate([matrix.lower[self.rows], one]),
            upper=np.concatenate([matrix.upper[self.rows], one]),
            objective=np.concatenate([matrix.objective[own], worth]),
            cap=np.concatenate([matrix.cap[own], none + 1]),
            floor=np.concatenate([matrix.floor[own], none]),
            integer=np.concatenate([matrix.integer[own], none == 0]),
            owner=np.full(len(own) + count, SHARED),
            breach=np.full(len(own) + count, -1),
        )
