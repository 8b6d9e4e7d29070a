"""Branch and bound in which every leaf's bound is recomputed in whole numbers.

No LP bound closes the gaps that minimum sizes leave, and no solver's own proof is taken for one.
So the model is divided (a session opens or closes; a person goes there or not), each part is
propagated, priced and certified, and a part is dropped only when its certified bound shows that
it holds nothing better than the best answer. The bound of the whole is the largest of what is
left (Land & Doig 1960). Columns whose certified price shows that they cannot take part in a better
answer are fixed on the way (reduced-cost fixing; Dantzig, Fulkerson & Johnson 1954).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.solver import certify, engines, presolve
from scheduler.solver.matrix import SHARED
from scheduler.solver.plans import Plans

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

NARROW = 64
"""Plans kept per person while a node is priced."""

WHOLE = 1e-6
"""A column this near to a whole number counts as one."""


@dataclass(order=True)
class Node:
    """A part of the model: bounds of its columns, and what it can be worth at most.

    Nodes are ordered by bound, the largest first, then by number.
    """

    key: tuple[int, int]
    bound: int = field(compare=False)
    floor: Ints = field(compare=False)
    cap: Ints = field(compare=False)


@dataclass(frozen=True)
class Priced:
    """A node after its LP: certified bound, columns of the whole model, bounds after fixing."""

    bound: int
    v: Floats
    floor: Ints
    cap: Ints


class Tree:
    """The parts not yet dropped, and the best answer's value to beat.

    Parameters
    ----------
    matrix : Matrix
    best : int or None
        Units of the best answer so far.
    """

    def __init__(self, matrix: Matrix, best: int | None) -> None:
        self.matrix = matrix
        self.best = best
        self.step = certify.value_step(matrix)
        self.number = 0
        self.open: list[Node] = []
        self.priced = 0

    @property
    def target(self) -> int:
        """The least units that would be better than the best answer."""
        return -(2**62) if self.best is None else self.best + self.step

    @property
    def bound(self) -> int | None:
        """Nothing is worth more than this; ``None`` if nothing is left and nothing was found."""
        left = self.open[0].bound if self.open else None
        known = [units for units in (left, self.best) if units is not None]
        return max(known, default=None)

    def push(self, bound: int, floor: Ints, cap: Ints) -> None:
        """Add a part, unless it holds nothing better."""
        if bound >= self.target:
            self.number += 1
            heapq.heappush(self.open, Node((-bound, self.number), bound, floor, cap))

    def pop(self) -> Node | None:
        """Take the part with the largest bound, dropping what meanwhile holds nothing better."""
        while self.open:
            node = heapq.heappop(self.open)
            if node.bound >= self.target:
                return node
        return None

    def price(self, node: Node) -> Priced | None:
        """Propagate, solve the relaxation, certify, fix; ``None`` where nothing better is left."""
        self.priced += 1
        within = presolve.propagate(replace(self.matrix, floor=node.floor, cap=node.cap))
        if within is None:
            return None
        small = presolve.reduce(within)
        if not len(small.columns):
            return self._settled(small, within)
        relaxed = engines.relax(small.matrix, engines.HIGHS)
        if relaxed is None:
            return Priced(node.bound, within.floor / 2 + within.cap / 2, within.floor, within.cap)
        return self._certified(node, small, within, relaxed)

    def _settled(self, small: presolve.Reduced, within: Matrix) -> Priced:
        v = within.floor.astype(float)
        return Priced(small.constant, v, within.floor, within.cap)

    def _certified(
        self,
        node: Node,
        small: presolve.Reduced,
        within: Matrix,
        relaxed: engines.Relaxed,
    ) -> Priced | None:
        proof = small.proven(certify.prove(small.matrix, relaxed.duals))
        plans = Plans(small.matrix).price(relaxed.duals, NARROW).bound
        bound = min(node.bound, proof.units, small.bounded(plans))
        if bound < self.target:
            return None
        floor, cap = within.floor, within.cap
        if self.best is not None:
            floor, cap = certify.fixed(within, proof, proof.spare(self.target))
        v = within.floor.astype(float)
        v[small.columns] = relaxed.v
        return Priced(bound, v, floor, cap)


def grow(tree: Tree, *, nodes: int, found: Callable[[Floats], None]) -> None:
    """Price and divide up to ``nodes`` parts, the most promising first.

    ``found`` is called with each relaxation whose columns are whole; it may raise ``tree.best``.
    """
    for _ in range(nodes):
        node = tree.pop()
        if node is None:
            return
        priced = tree.price(node)
        if priced is None:
            continue
        column = divide_at(tree.matrix, priced.v)
        if column is None:
            found(priced.v)
            column = _undecided(tree.matrix, priced)
            if column is None or priced.bound < tree.target:
                continue
        split(tree, priced, column)


def split(tree: Tree, priced: Priced, column: int) -> None:
    """Divide a part at a column: at most its whole part, or at least one more."""
    below = int(np.floor(np.clip(priced.v[column], priced.floor[column], priced.cap[column] - 1)))
    cap, floor = priced.cap.copy(), priced.floor.copy()
    cap[column], floor[column] = below, below + 1
    tree.push(priced.bound, priced.floor, cap)
    tree.push(priced.bound, floor, priced.cap)


def divide_at(matrix: Matrix, v: Floats) -> int | None:
    """The column to divide at: the most undecided ``open``, else the most undecided candidate."""
    away = np.abs(v - np.rint(v)) * matrix.integer
    shared = np.where(matrix.owner == SHARED, away, 0.0)
    for undecided in (shared, away):
        if undecided.max(initial=0.0) > WHOLE:
            return int(undecided.argmax())
    return None


def _undecided(matrix: Matrix, priced: Priced) -> int | None:
    """Some whole-valued column that is not fixed yet, where slacks hide a better bound."""
    free = np.flatnonzero((priced.floor < priced.cap) & matrix.integer)
    return int(free[0]) if len(free) else None
