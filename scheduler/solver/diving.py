"""A dive over plans: one for everybody, decided step by step, while better ones may still join.

A MIP over the plans that a relaxed master takes must do with these, and they seldom fit together
whole. So only the most decided people's plans are fixed; the others are relaxed again, and plans
join that fit what is left (restricted master heuristics; Sadykov, Vanderbeck, Pessoa, Tahiri and
Uchoa 2019). Switches come first. Where a step leaves nothing possible it is taken back, and a MIP
over all that they may have decides for those who are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from scheduler.solver import certify
from scheduler.solver.matrix import completed
from scheduler.solver.neighbourhood import polished
from scheduler.solver.opening import switches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.engines import Relaxed
    from scheduler.solver.master import Pool

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

STEP = 0.1
"""Share of those left undecided whose plan a step fixes, besides all that are whole."""

OPENING = 0.25
"""Share of the undecided switches that a step fixes, besides all that are whole."""

ROUNDS = 6
"""Times that plans may join after a step."""

AGAIN = 16
"""Times that others are let go along with those who are left."""

RELEASED, OTHERS = 40, 5
"""So many others at least, and so many for each who is left."""

FEW = 50
"""People for whom a MIP decides at the end; where more are left, steps may lose."""

WHOLE = 1e-6


class Growing(Protocol):
    """How a pool grows."""

    def __call__(self, fixed: NDArray[np.bool_], rounds: int) -> Relaxed | None:
        """Solve the LP again and let plans join, of people not fixed; ``None`` if impossible."""


class Dive:
    """A pool of plans on its way to one plan per person.

    Parameters
    ----------
    pool : Pool
        Solved.
    grow : Growing
        Is told who is decided: no more plans of theirs are of use.
    relaxed : Relaxed
        What solving said last.
    """

    def __init__(self, pool: Pool, grow: Growing, relaxed: Relaxed) -> None:
        self.pool, self.grow, self.relaxed = pool, grow, relaxed
        self.own = len(pool.columns)
        self.chosen = np.full(len(pool.plans.good), -1)
        turns = np.isin(pool.columns, switches(pool.matrix))
        self.switch = np.flatnonzero(turns)
        self.allowed = 1.0

    def run(self, seed: int) -> Ints:
        """(base columns,): an answer of the pool's model; perhaps not legal."""
        while len(self.switch) and self._turn():
            pass
        draw = np.random.default_rng(seed)
        for again in range(AGAIN + 1):
            while self._decide():
                pass
            left = self._left()
            if not len(left) or again == AGAIN:
                break
            decided = draw.permutation(np.setdiff1d(self.pool.plans.people, left))
            self._release(decided[: max(RELEASED, OTHERS * len(left))])
        if len(self._left()) > FEW:
            self.allowed = np.inf
            while self._decide():
                pass
        return self._finished(seed)

    def _left(self) -> Ints:
        """People whose plan is not fixed."""
        people: Ints = self.pool.plans.people
        return people[self.chosen[people] < 0]

    def _release(self, people: Ints) -> None:
        """Let these people have any plan again."""
        some = self.own + self.chosen[people]
        self.pool.lp.fix(some, np.zeros(len(some)), np.ones(len(some)))
        self.chosen[people] = -1
        relaxed = self.grow(self.chosen >= 0, ROUNDS)
        if relaxed is not None:
            self.relaxed = relaxed

    def _turn(self) -> bool:
        """Fix the most decided switches, as far open as all else lets them be; whether it went."""
        nearest = self._raised()[self.switch]
        away = np.abs(nearest - np.rint(nearest))
        order = np.argsort(away, kind="stable")
        number = _some(int(np.count_nonzero(away <= WHOLE)), len(order), OPENING)
        turned = self._step(self.switch[order], np.rint(nearest[order]), number)
        self.switch = np.delete(self.switch, order[:turned])
        return turned > 0

    def _raised(self) -> Floats:
        """(shared columns,): how far up each could go by itself, all others as they are."""
        pool = self.pool
        activity = pool.body @ self._columns()
        room = pool.matrix.upper[pool.rows] - activity, activity - pool.matrix.lower[pool.rows]
        entries = pool.body[:, pool.columns].tocoo()
        most = (pool.matrix.cap[pool.columns] - self._shared()).astype(float)
        up = np.where(entries.data > 0, room[0][entries.row], room[1][entries.row])
        np.minimum.at(most, entries.col, np.maximum(up, 0) / np.abs(entries.data))
        raised: Floats = self._shared() + most
        return raised

    def _shared(self) -> Floats:
        return self.pool.v[: self.own]

    def _columns(self) -> Floats:
        """(columns,) of the model: what the LP takes."""
        pool = self.pool
        v = np.zeros(pool.matrix.shape[1])
        v[pool.columns] = self._shared()
        share = np.repeat(pool.v[self.own :], pool.plans.places)
        flat = pool.pool.ravel()
        np.add.at(v, flat[flat >= 0], share[flat >= 0])
        return v

    def _decide(self) -> bool:
        """Fix the plans of the most decided people; whether it went and some are left."""
        pool = self.pool
        share = np.where(self.chosen[pool.person] >= 0, 0, pool.v[self.own :])
        order = np.lexsort((-share, pool.person))
        best = order[np.flatnonzero(np.diff(pool.person[order], prepend=-1))]
        best = best[share[best] > WHOLE]
        if not len(best):
            return False
        best = best[np.argsort(-share[best], kind="stable")]
        number = _some(int(np.count_nonzero(share[best] > 1 - WHOLE)), len(best), STEP)
        return self._step(self.own + best, np.ones(len(best)), number) > 0

    def _step(self, columns: Ints, values: Floats, number: int) -> int:
        """Fix the first columns of the LP and solve it again; how many it went with.

        Where nothing is possible with so many, half of them are tried, down to one.
        """
        pool = self.pool
        before, worth, chosen = pool.v, pool.value, self.chosen.copy()
        while number:
            some = columns[:number]
            pool.lp.fix(some, values[:number], values[:number])
            plans = some[some >= self.own] - self.own
            self.chosen[pool.person[plans]] = plans
            relaxed = self.grow(self.chosen >= 0, ROUNDS)
            if relaxed is not None and pool.value > worth - self.allowed:
                self.relaxed = relaxed
                return number
            zeros, ones = np.zeros(number), np.ones(number)
            pool.lp.fix(some, zeros, ones)
            self.chosen = chosen.copy()
            pool.v = np.concatenate([before, np.zeros(len(pool.person) + self.own - len(before))])
            number //= 2
        return 0

    def _finished(self, seed: int) -> Ints:
        """Decide exactly for those whom the dive leaves."""
        pool = self.pool
        found, left = pool.decided()
        left = np.union1d(left, self._left())
        found[np.isin(pool.matrix.owner, left)] = 0
        if not len(left):
            return completed(pool.matrix, found[pool.matrix.integer])[pool.matrix.integer]
        proof = certify.prove(pool.matrix, self.relaxed.duals)
        return polished(pool.matrix, found, left, proof, self._columns(), seed)


def _some(sure: int, number: int, share: float) -> int:
    """How many of ``number`` a step fixes: all that are sure, and a share of the others."""
    return min(number, sure + max(1, round(share * (number - sure))))
