"""Large-neighbourhood search: let go of a part of a legal answer and solve that part exactly.

The prices say where the answer loses: what a bound by prices has more than the answer is, to the
last unit, what people lose against their best columns, plus unsold priced sides of rows (weak
duality, read as complementary slackness). So people are let go where that loss is, together with
those who sit in their way; sessions open and close with all who could be in them; costly slacks
with all whose columns are in their rows. What is let go is a small model of its own, solved by the
MIP engine (Shaw 1998; destroy by price instead of at random).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver import engines, presolve
from scheduler.solver.certify import GRID, choosers
from scheduler.solver.components import Component
from scheduler.solver.matrix import SHARED, completed
from scheduler.solver.opening import switches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.certify import Proof
    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

COLUMNS = 1_500
"""Candidates let go at once: what the MIP engine solves in a moment."""

WIDEST = 8
"""Times as many are let go after so many vain tries, step by step."""

VAIN = 20
"""Vain tries after which twice as much is let go."""

POLISHED = 15_000
"""Candidates of people left undecided that are decided at once."""

BEHIND = (5 * UNITS_PER_POINT, 60 * UNITS_PER_POINT)
"""A candidate that loses more against the best of its place is left out: at the least gap, and at
the largest."""

SHARE = 1 / 40
"""Share of the gap that a candidate may lose."""

SOME = 40
"""People who are drawn first where a neighbourhood is about rows."""

NODES = 200
"""Nodes that the MIP engine may look at in one neighbourhood."""


@dataclass
class Answer:
    """A legal answer as whole columns, and its value in units."""

    v: Ints
    value: int


class Neighbourhoods:
    """Neighbourhoods of the best answer, and what solving them brings.

    Parameters
    ----------
    matrix : Matrix
        Propagated.
    v : int array (columns,)
        A legal answer, slacks and segments as the rows demand.
    proof : Proof
        Certified prices.
    seed : int
    """

    def __init__(self, matrix: Matrix, v: Ints, proof: Proof, seed: int) -> None:
        self.matrix = matrix
        self.best = Answer(v, matrix.value(v))
        self.draw = np.random.default_rng(seed)
        self.seed = seed
        self.size, self.vain = COLUMNS, 0
        self._index()
        self.price(proof)
        self.wins = dict.fromkeys(self.kinds, 1.0)

    @property
    def stuck(self) -> bool:
        """Whether even the widest neighbourhoods were tried in vain."""
        return self.size >= WIDEST * COLUMNS and self.vain >= VAIN

    # ---- structure ---------------------------------------------------------------------------

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the ways to choose a neighbourhood."""
        return ("unsold", "losers", "switches", "slacks", "anyone")

    def _index(self) -> None:
        matrix = self.matrix
        entries = matrix.a.tocoo()
        self.row, self.col = entries.row.astype(np.int64), entries.col.astype(np.int64)
        self.coef = entries.data
        self.own = matrix.owner != SHARED
        able = matrix.cap > matrix.floor
        self.candidate = np.flatnonzero(matrix.integer & self.own & able)
        self.owner = matrix.owner[self.candidate]
        self.people = np.unique(self.owner)
        self.switch = switches(matrix)
        self.other = np.setdiff1d(np.flatnonzero(matrix.integer & ~self.own & able), self.switch)
        self.links = self._links()
        self.by_column = matrix.columns_first

    def _links(self) -> sparse.csr_array:
        """(columns, switches): which candidates each switch gives room to."""
        number = np.full(self.matrix.shape[1], -1)
        number[self.switch] = np.arange(len(self.switch))
        mine = (number[self.col] >= 0) & (self.coef < 0) & (self.matrix.upper[self.row] == 0)
        rows = self.matrix.shape[0]
        gives = sparse.csr_array(
            (np.ones(int(mine.sum()), np.int8), (self.row[mine], number[self.col[mine]])),
            shape=(rows, len(self.switch)),
        )
        asks = self.own[self.col] & (self.coef > 0) & self.matrix.integer[self.col]
        takes = sparse.csr_array(
            (np.ones(int(asks.sum()), np.int8), (self.col[asks], self.row[asks])),
            shape=(self.matrix.shape[1], rows),
        )
        return sparse.csr_array(takes @ gives)

    def price(self, proof: Proof) -> None:
        """Take new prices."""
        self.prices = proof.prices
        behind = np.maximum(-proof.reduced, 0) // GRID
        self.behind = behind
        self.look()

    def look(self, gap: int | None = None) -> None:
        """Look at candidates as far behind as a gap of so many units makes sensible."""
        least, most = BEHIND
        wider = self.size // COLUMNS
        behind = most if gap is None else SHARE * gap * wider
        self.reach = int(np.clip(behind, least, most * wider))
        self.near = np.zeros(self.matrix.shape[1], dtype=bool)
        self.near[self.candidate] = self.behind[self.candidate] <= self.reach

    # ---- choosing ----------------------------------------------------------------------------

    def step(self) -> bool:
        """Choose a neighbourhood, solve it, keep what is better; whether it was."""
        weights = np.array([self.wins[kind] for kind in self.kinds])
        kind = self.kinds[int(self.draw.choice(len(weights), p=weights / weights.sum()))]
        before = self.best.value
        self.solve(getattr(self, f"_{kind}")())
        gained = self.best.value > before
        self.wins[kind] = max(0.1, 0.8 * self.wins[kind] + 0.4 * gained)
        self.vain = 0 if gained else self.vain + 1
        if self.vain >= VAIN and self.size < WIDEST * COLUMNS:
            self.size, self.vain = 2 * self.size, 0
        return gained

    def loss(self) -> Ints:
        """(people,): units that people lose against their best columns at the prices."""
        taken = self.best.v[self.candidate] > self.matrix.floor[self.candidate]
        lost = np.zeros(int(self.people.max(initial=-1)) + 1, dtype=np.int64)
        np.add.at(lost, self.owner[taken], self.behind[self.candidate[taken]])
        return lost

    def _unsold(self) -> Ints:
        """People whose own rows leave priced room, and those around a few priced rows with room."""
        y, matrix = self.prices, self.matrix
        side = np.where(y > 0, matrix.upper, np.where(y < 0, matrix.lower, 0))
        lost = np.maximum(y * (side - matrix.a @ self.best.v), 0)
        whose = matrix.personal
        own = np.flatnonzero((lost > 0) & (whose != SHARED))
        shared = np.flatnonzero((lost > 0) & (whose == SHARED))
        if len(own) + len(shared) < 2:
            return self._losers()
        some = np.unique(whose[self._drawn(own, lost[own], SOME)])
        rows = self._drawn(shared, lost[shared], 3)
        inside = np.unique(matrix.a[rows].indices)
        inside = inside[self.own[inside]]
        there = matrix.owner[inside[self.best.v[inside] > 0]]
        wish = np.unique(matrix.owner[inside[self.near[inside]]])
        people = np.concatenate([some, there, self._drawn(wish, None, SOME)])
        people = people[np.isin(people, self.people)]
        return self.around(np.unique(people), np.unique(self.links[inside].indices))

    def _losers(self) -> Ints:
        """People who lose most, and those who sit where they would rather be."""
        lost = self.loss()[self.people]
        weight = lost + lost.sum() / (20 * max(1, len(lost))) + 1
        some = self._drawn(self.people, weight, max(3, len(self.people) // 40))
        wish = self.candidate[np.isin(self.owner, some)]
        wish = wish[(self.behind[wish] <= self.reach // 2) & (self.best.v[wish] == 0)]
        switches = np.unique(self.links[wish].indices)
        return self.around(some, switches)

    def _switches(self) -> Ints:
        """A few switches, those that share a bare row with them, and all who could be there."""
        if not len(self.switch):
            return self._anyone()
        doubt = 1.0 / (1 + np.abs(self.behind[self.switch]) / UNITS_PER_POINT)
        some = self._drawn(self.switch, doubt + 0.05, 3)
        rows = np.unique(self.row[np.isin(self.col, some)])
        beside = np.unique(self.col[np.isin(self.row, rows)])
        number = np.searchsorted(self.switch, np.intersect1d(beside, self.switch))
        inside = self.among(number)
        return self.around(inside, number[:12])

    def _slacks(self) -> Ints:
        """A costly slack or two, and everybody in their rows."""
        cost = -self.matrix.objective * self.best.v * ~self.matrix.integer
        costly = np.flatnonzero(cost > 0)
        if not len(costly):
            return self._losers()
        some = self._drawn(costly, cost[costly], 4)
        rows = np.unique(self.row[np.isin(self.col, some)])
        inside = self.col[np.isin(self.row, rows)]
        inside = inside[self.own[inside]]
        people = np.unique(self.matrix.owner[inside[self.best.v[inside] > 0]])
        wish = inside[self.near[inside]]
        more = self._drawn(np.unique(self.matrix.owner[wish]), None, 60)
        return self.around(np.union1d(people, more), np.unique(self.links[inside].indices))

    def _anyone(self) -> Ints:
        """Anybody."""
        return self.around(np.zeros(0, dtype=np.int64), np.arange(len(self.switch)))

    def among(self, switches: Ints) -> Ints:
        """People who are where these switches give room."""
        taken = self.candidate[self.best.v[self.candidate] > 0]
        links = self.links[taken][:, switches]
        return np.unique(self.matrix.owner[taken[links.sum(axis=1) > 0]])

    def _drawn(self, what: Ints, weight: Floats | Ints | None, number: int) -> Ints:
        """Some of them, the heavy ones more likely."""
        number = min(number, len(what))
        chance = None if weight is None or not number else weight / weight.sum()
        if chance is not None and np.count_nonzero(chance) < number:
            number = int(np.count_nonzero(chance))
        return self.draw.choice(what, number, replace=False, p=chance)

    def around(self, people: Ints, switches: Ints) -> Ints:
        """Columns to let go: of these people, then of others at these switches, then of anybody."""
        others = np.setdiff1d(self.among(switches), people)
        rest = np.setdiff1d(self.people, np.concatenate([people, others]))
        order = [self.draw.permutation(part) for part in (people, others, rest)]
        turn = np.full(int(self.people.max(initial=-1)) + 1, len(self.people))
        turn[np.concatenate(order)] = np.arange(len(self.people))
        near = self.near[self.candidate] | (self.best.v[self.candidate] > 0)
        near |= self.behind[self.candidate] <= self.loss()[self.owner]
        free = self.candidate[near]
        size = np.bincount(turn[self.matrix.owner[free]], minlength=len(self.people) + 1)
        most = int(np.searchsorted(np.cumsum(size), self.size))
        free = free[turn[self.matrix.owner[free]] <= max(most, 1)]
        return np.concatenate([free, self.switch[switches], self.others(free)])

    def others(self, free: Ints) -> Ints:
        """Shared columns that are no switches and meet these candidates in a row, and theirs."""
        met = np.zeros(self.matrix.shape[1], dtype=bool)
        met[self.matrix.a[self._meeting(free)].indices] = True
        return self.other[met[self.other]]

    def _meeting(self, columns: Ints) -> Ints:
        """Rows in which any of these columns stand."""
        found = np.zeros(self.matrix.shape[0], dtype=bool)
        found[self.by_column[:, columns].indices] = True
        return np.flatnonzero(found)

    # ---- solving -----------------------------------------------------------------------------

    def solve(self, free: Ints) -> bool:
        """Solve for these columns with all others as they are; whether that was better."""
        part = self.part(free)
        small = presolve.reduce(part.matrix)
        inner = part.matrix.floor.copy()
        if len(small.columns):
            found, _ = engines.exact(small.matrix, seed=self.seed, nodes=NODES, gap=1e-5)
            if found is None:
                return False
            inner[small.columns] = np.rint(found).astype(np.int64)
        whole = completed(part.matrix, inner[part.matrix.integer])
        v = self.best.v.copy()
        v[part.columns] = whole
        value = self.matrix.value(v)
        if value <= self.best.value or not part.matrix.allows(whole):
            return False
        self.best = Answer(v, value)
        return True

    def part(self, free: Ints) -> Component:
        """The model of some columns, the others fixed; their slacks and segments come along."""
        matrix, inside = self.matrix, np.zeros(self.matrix.shape[1], dtype=bool)
        inside[free] = True
        for _ in range(3):
            chosen = self._meeting(np.flatnonzero(inside))
            body = sparse.csr_array(matrix.a[chosen])
            extra = body.indices[~matrix.integer[body.indices]]
            if inside[extra].all():
                break
            inside[extra] = True
        columns = np.flatnonzero(inside)
        settled = body @ np.where(inside, 0, self.best.v)
        return Component(matrix.cut(columns, chosen).less(settled), columns, chosen)


def polished(
    matrix: Matrix, found: Ints, left: Ints, proof: Proof, relaxed: Floats, seed: int
) -> Ints:
    """Decide for people left undecided, exactly, with what the others leave of the shared rows.

    Parameters
    ----------
    matrix : Matrix
        Propagated.
    found : int array (columns,)
        Whole columns of what is decided; nothing of the people left.
    left : int array (people,)
    proof : Proof
        As in `Neighbourhoods`.
    relaxed : float array (columns,)
        Candidates that the relaxation takes are considered too.
    seed : int

    Returns
    -------
    int array (base columns,)
        Perhaps not legal: what is decided may leave rows below their lower side.
    """
    search = Neighbourhoods(matrix, completed(matrix, _idle(matrix, found)), proof, seed)
    search.near |= relaxed > TAKEN
    mine = search.candidate[search.near[search.candidate]]
    mine = mine[np.isin(matrix.owner[mine], left)]
    size = np.bincount(np.searchsorted(left, matrix.owner[mine]), minlength=len(left))
    batch = np.cumsum(size) // POLISHED
    for number in np.unique(batch):
        _decide(search, left[batch == number])
    return search.best.v[matrix.integer]


def _decide(search: Neighbourhoods, people: Ints) -> None:
    """Decide for people exactly; where that cannot be, for more and more others along with them."""
    others = search.draw.permutation(np.setdiff1d(search.people, people))
    for times in WIDER:
        who = np.concatenate([people, others[: times * len(people)]])
        free = search.candidate[np.isin(search.owner, who)]
        free = free[search.near[free] | (search.best.v[free] > 0)]
        search.best.value = -(2**62)
        if times and len(free) > POLISHED:
            return
        if search.solve(np.concatenate([free, search.switch, search.others(free)])):
            return


WIDER = (0, 1, 3, 7)
"""Times as many others who are decided along with people for whom nothing can be found alone."""

TAKEN = 1e-3
"""A candidate that the relaxation takes less of counts as not taken."""


def _idle(matrix: Matrix, found: Ints) -> Ints:
    """Base columns of ``found``, every place without a candidate left at its worst column."""
    base = found[matrix.integer].copy()
    row, column, _ = choosers(matrix)
    order = np.lexsort((matrix.objective[column], row))
    row, column = row[order], column[order]
    first = np.concatenate([[True], np.diff(row) != 0])[: len(row)]
    taken = np.zeros(matrix.shape[0], dtype=np.int64)
    np.add.at(taken, row, base[column])
    empty = first & (taken[row] == 0)
    base[column[empty]] = 1
    return base
