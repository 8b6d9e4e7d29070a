"""What if: a small demand on a solved model, answered from its kept answer and kept prices.

A demand fixes a few columns (this person is in this session) and may let go of a few rows. What the
kept prices say of everybody's columns is then the length of a way: whoever is displaced from a full
session moves on to where they lose least, until somebody finds free room or takes the seat that the
first one left. People on short ways are let go and solved again, exactly; then all columns that
the certified prices do not exclude (reduced-cost fixing), where these are few; else neighbourhoods
where the prices say that the answer loses, where that is much. So small models are answered
exactly, and large ones near to it, each with a bound of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, elastic, engines, presolve, relaxation
from scheduler.solver.certify import GRID, Proof, choosers
from scheduler.solver.clerk import Found, Known
from scheduler.solver.matrix import SHARED, completed
from scheduler.solver.neighbourhood import Neighbourhoods
from scheduler.solver.plans import Plans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.clerk import Demand, Kept
    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

FIRST = 1_200
"""Columns let go at first."""

TIMES = 2
"""Times as many are let go next, while that helps."""

ROUNDS = 3
"""Sizes that are tried at most: the next takes eight times as long, for a few points."""

MORE = 2
"""Sizes more that are tried while there is no answer at all."""

LARGE = 50_000
"""Candidates of a model from which on that is so; in a smaller one, one size more is tried."""

VAIN = 2
"""Sizes in a row that may bring nothing, while more than `WORTH` might still be gained."""

WORTH = 10 * UNITS_PER_POINT
"""Units that are worth going on for."""

SETTLED = 8_000
"""Columns that the prices do not exclude, up to which all of them are decided at once."""

PLANNED = 25_000
"""Columns that the prices do not exclude, up to which whole plans are asked which of them count."""

NODES = 200
"""Nodes that the MIP engine may look at where a part is let go."""

MOST_NODES = 5_000
"""Nodes that it may look at where all that is not excluded is decided."""

STEPS = 12
"""Neighbourhoods that are searched at last where more than `WORTH` might still be gained."""

FEW = 24
"""Entries of a shared row up to which everybody in it is let go with one of them."""

FAR = 10**6 * UNITS_PER_POINT
"""Longer than any way."""


class Desk:
    """A kept part of a model, of which things are demanded."""

    def __init__(self, kept: Kept, seed: int = 0) -> None:
        strict = elastic.strict(kept.matrix)
        within = presolve.propagate(strict)
        self.possible = within is not None
        self.plain = strict
        self.strict = strict if within is None else within
        self.seed = seed
        self.proof, self.duals = _priced(self.strict, kept.duals)
        self.search = Neighbourhoods(
            self.strict, completed(self.strict, kept.base), self.proof, seed
        )

    @property
    def known(self) -> Known:
        """Its bound and multipliers."""
        return Known(self.proof.units, self.duals)

    def found(self, demand: Demand) -> Found:
        """Meet a demand at the least cost that can be found."""
        nothing = Found(None, 0, self.proof.units, settled=True)
        if not self.possible:
            return nothing
        known = self._bounded(demand)
        forced = _forced(_loosened(known, demand), demand.columns)
        if forced is None:
            return nothing
        proof = _repriced(known, forced, self.proof, demand.loose)
        return _Question(self, forced, proof, demand).answer()

    def _bounded(self, demand: Demand) -> Matrix:
        """The model with bounds of columns that hold whatever the rows say that the demand changes.

        Bounds that were tightened by such a row, of a full session or of one that is too small,
        do not hold without it: then all are as they were at first.
        """
        rows = demand.loose if demand.wider is None else np.union1d(demand.loose, demand.wider)
        inside = self.plain.a[rows].indices
        moved = (self.plain.cap[inside] != self.strict.cap[inside]) | (
            self.plain.floor[inside] != self.strict.floor[inside]
        )
        return self.plain if moved.any() else self.strict


def _priced(matrix: Matrix, duals: Floats | None) -> tuple[Proof, Floats]:
    """Certify the model by multipliers that are known, or by those of its relaxation."""
    small = presolve.reduce(matrix)
    if duals is None:
        duals = np.zeros(matrix.shape[0])
        found = relaxation.relaxed(small.matrix) if len(small.columns) else None
        if found is not None:
            duals[small.rows] = found.duals
    proof = certify.prove(matrix, duals)
    return proof, proof.prices / GRID


def _loosened(matrix: Matrix, demand: Demand) -> Matrix:
    """The same columns, some rows without sides or with a wider upper one."""
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[demand.loose], upper[demand.loose] = -UNBOUNDED, UNBOUNDED
    if demand.wider is not None:
        upper[demand.wider] += 1
    return _sharing(matrix, replace(matrix, lower=lower, upper=upper))


def _sharing(known: Matrix, new: Matrix) -> Matrix:
    """``new``, whose entries are those of ``known``, with what was computed from these."""
    for name in ("columns_first", "personal"):
        new.__dict__[name] = getattr(known, name)
    return new


def _forced(matrix: Matrix, columns: Ints) -> Matrix | None:
    """These columns at 1, and all that this settles at once; ``None`` if it cannot be."""
    floor, cap = matrix.floor.copy(), matrix.cap.copy()
    if np.any(cap[columns] < 1):
        return None
    floor[columns] = np.maximum(floor[columns], 1)
    changed = columns
    while len(changed):
        rows = _sorted(matrix.columns_first[:, changed].indices)
        inside = _sorted(matrix.a[rows].indices)
        bounded = replace(matrix, floor=floor, cap=cap)
        part = presolve.propagate(bounded.cut(inside, rows))
        if part is None:
            return None
        moved = (part.floor != floor[inside]) | (part.cap != cap[inside])
        settled = moved & (part.floor == part.cap)
        floor[inside], cap[inside] = part.floor, part.cap
        changed = inside[settled]
    return _sharing(matrix, replace(matrix, floor=floor, cap=cap))


def _repriced(before: Matrix, after: Matrix, proof: Proof, loose: Ints) -> Proof:
    """What the same prices prove of the changed model, rows without sides at no price."""
    prices = proof.prices.copy()
    prices[loose] = 0
    reduced = proof.reduced
    priced = loose[proof.prices[loose] != 0]
    if len(priced):
        reduced = reduced + before.a[priced].T @ proof.prices[priced]
    side = certify.sides(after, prices)
    total = side + int(np.where(reduced > 0, after.cap, after.floor) @ reduced)
    step = certify.value_step(after)
    return Proof(total // (GRID * step) * step, total, reduced, prices)


class _Question:
    """One demand: what is let go for it, step by step."""

    def __init__(self, desk: Desk, matrix: Matrix, proof: Proof, demand: Demand) -> None:
        self.desk, self.matrix, self.proof, self.demand = desk, matrix, proof, demand
        self.search = desk.search
        self.behind = np.maximum(-proof.reduced, 0) // GRID
        self.v = np.clip(desk.search.best.v, matrix.floor, matrix.cap)
        self.best: tuple[Ints, int] | None = None
        self.bound = proof.units
        self.step = certify.value_step(matrix)

    def answer(self) -> Found:
        """Let go of more and more, then of all that is not excluded."""
        score = self._scores()
        settled, size, vain = False, FIRST, 0
        for number in range(ROUNDS + MORE):
            gained = self._solve(self._near(score, size), NODES)
            if self.demand.brief and self.best is not None:
                break
            settled = self._proven() or self._settle()
            vain = 0 if gained else vain + 1
            most = ROUNDS + (len(self.search.candidate) <= LARGE)
            late = number + 1 >= most or vain >= self._patience()
            if settled or (self.best is not None and late):
                break
            size *= TIMES
        if not settled:
            settled = self._searched()
        if self.best is None:
            settled = self._everything()
        if self.best is None:
            return Found(None, 0, self.bound, settled)
        bound = self.best[1] if settled else self.bound
        return Found(self.best[0][self.matrix.integer], self.best[1], bound, settled)

    def _proven(self) -> bool:
        """Whether the answer is worth as much as the prices allow: then it is the best."""
        return self.best is not None and self.best[1] >= self.bound

    def _patience(self) -> int:
        """Sizes in a row that may bring nothing."""
        return VAIN if self.best is None or self.bound - self.best[1] > WORTH else 1

    def _searched(self) -> bool:
        """Search where the prices say that the answer loses, while that is much.

        Returns whether the answer is now known to be the best.
        """
        if self.best is None or self.bound - self.best[1] <= WORTH:
            return False
        search = Neighbourhoods(self.matrix, self.best[0], self.proof, self.desk.seed)
        for _ in range(STEPS):
            search.look(self.bound - search.best.value)
            if search.step():
                self.v, self.best = search.best.v, (search.best.v, search.best.value)
            if self.bound - self.best[1] <= WORTH:
                break
        return self._proven()

    def _settle(self) -> bool:
        """Decide all that the prices do not exclude, if that is not much."""
        if self.best is None:
            return False
        before = self.best[1]
        free = self._open()
        if FIRST < len(free) <= PLANNED:
            free = self._open_by_plans(free)
        if len(free) > SETTLED:
            return False
        done = self._solve(free, MOST_NODES, gap=0.0, whole=True)
        return done and self.best[1] >= before

    def _open(self) -> Ints:
        """Whole-number columns that the certified prices do not exclude."""
        assert self.best is not None
        spare = max(0, self.proof.spare(self.best[1]))
        self.floor, self.cap = certify.fixed(self.matrix, self.proof, spare)
        return np.flatnonzero((self.cap > self.floor) & self.matrix.integer)

    def _open_by_plans(self, free: Ints) -> Ints:
        """Of these, what people's whole plans at these prices do not exclude."""
        assert self.best is not None
        fixed = replace(self.matrix, floor=self.floor, cap=self.cap)
        small = presolve.reduce(presolve.propagate(fixed) or fixed)
        plans = Plans(small.matrix)
        target = self.best[1] - small.constant
        bound, able = plans.near(self.proof.prices[small.rows] / GRID, target)
        self.bound = min(self.bound, small.bounded(bound))
        return np.intersect1d(free, small.columns[able])

    def _everything(self) -> bool:
        """Where no part sufficed: the whole, if that is not too much."""
        free = np.flatnonzero((self.matrix.cap > self.matrix.floor) & self.matrix.integer)
        if len(free) > 3 * SETTLED:
            return False
        return self._solve(free, MOST_NODES, gap=0.0, whole=True)

    # ---- solving -----------------------------------------------------------------------------

    def _solve(self, free: Ints, nodes: int, gap: float = 1e-6, *, whole: bool = False) -> bool:
        """Solve for these columns with the others as they are.

        Returns whether the answer became better; for the ``whole`` whether the solver finished.
        """
        matrix = self.matrix
        free = free[matrix.cap[free] > matrix.floor[free]]
        part = _part(matrix, self.v, free)
        within = presolve.propagate(part[0])
        if within is None:
            return whole
        small = presolve.reduce(within)
        inner, done = within.floor.copy(), True
        if len(small.columns):
            stay = self._staying(small.matrix, part[1][small.columns])
            found, done = engines.exact(stay, seed=self.desk.seed, nodes=nodes, gap=gap)
            if found is None:
                return whole and done
            inner[small.columns] = np.rint(found).astype(np.int64)
        v = self.v.copy()
        v[part[1]] = completed(part[0], inner[part[0].integer])
        value = matrix.value(v)
        better = self.best is None or value > self.best[1]
        if better and part[0].allows(v[part[1]]) and matrix.allows(v):
            self.v, self.best = v, (v, value)
            return done if whole else True
        return whole and done

    def _staying(self, matrix: Matrix, columns: Ints) -> Matrix:
        """The same model, where of equal answers the one is better in which more people stay.

        All stays together add less than one step of the value, so they never outweigh it.
        """
        before = self.search.best.v[columns]
        taken = matrix.integer & (matrix.owner != SHARED) & (before > 0)
        bonus = self.step // (2 * (1 + int(np.count_nonzero(taken))))
        return replace(matrix, objective=matrix.objective + bonus * taken)

    # ---- choosing ----------------------------------------------------------------------------

    def _near(self, score: Ints, size: int) -> Ints:
        """About so many columns: the nearest ones, with what else their people would as well take.

        Whatever stands in a small shared row with the demand comes too, and the sessions that
        open or close by it with everybody in them.
        """
        search, matrix = self.search, self.matrix
        order = search.candidate[np.argsort(score, kind="stable")]
        near = order[: size // 2]
        mine, touched = self._touched()
        first = np.union1d(mine, search.among(touched))
        people = np.concatenate([first, matrix.owner[near]])
        people = people[np.sort(np.unique(people, return_index=True)[1])]
        turn = np.full(int(search.people.max(initial=-1)) + 1, len(people))
        turn[people] = np.arange(len(people))
        free = search.candidate[turn[search.owner] < len(people)]
        rank = np.argsort(self.behind[free] + FAR * (turn[matrix.owner[free]] >= len(first)))
        taken = search.candidate[self.v[search.candidate] > 0]
        taken = taken[turn[matrix.owner[taken]] < len(people)]
        own = search.candidate[np.isin(search.owner, mine)]
        chosen = np.unique(np.concatenate([own, near, taken, free[rank[:size]]]))
        return np.concatenate([chosen, search.switch[touched], search.others(chosen)])

    def _touched(self) -> tuple[Ints, Ints]:
        """People of the demand and of small rows with it; switches that it may turn."""
        matrix, search = self.matrix, self.search
        asked = np.concatenate([self.demand.columns, self.demand.around])
        owner = np.unique(matrix.owner[asked])
        owner = owner[owner >= 0]
        own = search.candidate[np.isin(search.owner, owner)]
        left = own[self.search.best.v[own] > 0]
        named = np.concatenate([asked[~np.isin(asked, search.switch)], left])
        rows = np.unique(matrix.columns_first[:, named].indices)
        few = rows[np.diff(matrix.a.indptr)[rows] <= FEW]
        inside = matrix.a[few].indices
        people = np.union1d(owner, matrix.owner[inside][matrix.owner[inside] >= 0])
        number = np.full(matrix.shape[1], -1)
        number[search.switch] = np.arange(len(search.switch))
        here = np.concatenate([search.links[asked].indices, search.links[left].indices])
        here = np.unique(np.concatenate([here, number[asked[number[asked] >= 0]]]))
        rows = np.unique(matrix.columns_first[:, search.switch[here]].indices)
        bare = rows[np.diff(matrix.a.indptr)[rows] <= FEW]
        beside = number[np.unique(matrix.a[bare].indices)]
        return people[np.isin(people, search.people)], np.union1d(here, beside[beside >= 0])

    def _scores(self) -> Ints:
        """(candidates,): length of the shortest way from the demand that leads over each column."""
        search, matrix = self.search, self.matrix
        nodes = len(search.switch) + 1
        unit = self._units()
        column, came = self._moves()
        loss = np.maximum(self.behind[column] - self.behind[came], 0)
        graph = _least(unit[came], unit[column], loss, nodes)
        asked = np.concatenate([self.demand.columns, self.demand.around])
        owner = matrix.owner[self.demand.columns]
        own = search.candidate[np.isin(search.owner, owner[owner >= 0])]
        left = unit[own[search.best.v[own] > 0]]
        roomy = self._roomy()
        out = dijkstra(graph, indices=np.unique(unit[asked]), min_only=True)
        into = dijkstra(graph.T, indices=np.union1d(np.flatnonzero(roomy), left), min_only=True)
        back = dijkstra(graph.T, indices=np.union1d(left, unit[asked]), min_only=True)
        length = np.minimum(out[unit[came]] + loss + into[unit[column]], loss + back[unit[column]])
        score = np.full(matrix.shape[1], np.inf)
        np.minimum.at(score, column, length)
        found: Ints = np.minimum(score[search.candidate], FAR).astype(np.int64)
        return found

    def _units(self) -> Ints:
        """(columns,): number of the switch that gives a candidate room, or one more for none."""
        search = self.search
        links = search.links
        unit = np.full(self.matrix.shape[1], len(search.switch))
        some = np.flatnonzero(np.diff(links.indptr) > 0)
        unit[some] = links.indices[links.indptr[some]]
        unit[search.switch] = np.arange(len(search.switch))
        return unit

    def _moves(self) -> tuple[Ints, Ints]:
        """Candidates that are not taken, and what their person takes there instead."""
        row, column, _ = choosers(self.matrix)
        taken = self.search.best.v[column] > 0
        there = np.full(self.matrix.shape[0], -1)
        there[row[taken]] = column[taken]
        open_ = ~taken & (there[row] >= 0) & (self.matrix.cap[column] > 0)
        return column[open_], there[row[open_]]

    def _roomy(self) -> Bools:
        """(switches + 1,): which have room left as it is; being nowhere always has."""
        search, matrix = self.search, self.matrix
        activity = matrix.a @ search.best.v
        length = np.diff(matrix.a.indptr)
        tight = (matrix.upper < UNBOUNDED) & (activity >= matrix.upper)
        tight &= (length > 2) & (matrix.personal == SHARED)
        row = np.repeat(np.arange(matrix.shape[0]), length)
        column = matrix.a.indices
        full = tight[row] & (matrix.a.data > 0) & search.own[column]
        roomy = np.ones(len(search.switch) + 1, dtype=bool)
        roomy[self._units()[column[full]]] = False
        roomy[:-1] &= search.best.v[search.switch] > 0
        roomy[-1] = True
        return roomy


def _least(source: Ints, target: Ints, loss: Ints, nodes: int) -> sparse.csr_array:
    """A graph with the shortest of all ways between two nodes; lengths from 1 on."""
    key = source * nodes + target
    order = np.lexsort((loss, key))
    first = np.unique(key[order], return_index=True)[1]
    chosen = order[first]
    return sparse.csr_array(
        (loss[chosen] + 1.0, (source[chosen], target[chosen])), shape=(nodes, nodes)
    )


def _part(matrix: Matrix, v: Ints, free: Ints) -> tuple[Matrix, Ints]:
    """The model of some columns, the others fixed at ``v``; their slacks and segments come too."""
    inside = np.zeros(matrix.shape[1], dtype=bool)
    inside[free] = True
    for _ in range(3):
        rows = _sorted(matrix.columns_first[:, np.flatnonzero(inside)].indices)
        body = sparse.csr_array(matrix.a[rows])
        extra = body.indices[~matrix.integer[body.indices]]
        if inside[extra].all():
            break
        inside[extra] = True
    columns = np.flatnonzero(inside)
    settled = body @ np.where(inside, 0, v)
    return matrix.cut(columns, rows).less(settled), columns


def _sorted(numbers: NDArray[np.integer[Any]]) -> Ints:
    """Each number once, in order."""
    return np.unique(numbers).astype(np.int64)
