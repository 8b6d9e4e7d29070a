"""Prices of all rows, lowered over the foremost settings of boards.

The bound of `boards` is a maximum over settings, so its subgradient is that of one setting alone,
and says little of what thousands of near ones would do. Smoothed, each of the foremost settings
counts by how near it is to the best (weights ``exp(worth / HEAT)``; Nesterov 2005), and the
direction is what all of them miss or leave in every row. Rows differ by much in how far their
prices have to go, so each has a stride by its own directions so far (Kingma & Ba 2015).

All of it is a search, in floats: what prices show is weighed afterwards, over all settings.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify
from scheduler.solver.certify import GRID

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.boards import Block, Boards

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

STEPS = 40
"""Steps over the same settings."""

HEAT = 1e-3
"""Share of the bound by which a setting may be behind and still count."""

FAINT = 2e-3
"""Settings of a smaller weight are left out of a direction."""

FURTHER = 20
"""Prices of rows of switches alone move so many times as far as others: many people share them."""

MEAN, SQUARE = 0.8, 0.95
"""Shares of the directions so far, and of their squares, in the next ones."""

LEAST = 1e-2
"""A direction that is shorter counts as one of this length."""


class Seats(NamedTuple):
    """A block's candidates by place: columns, switches (-1 for none), first of each, its place."""

    column: Ints
    bit: Ints
    first: Ints
    place: Ints


class Smoothed:
    """The smoothed bound of some boards."""

    def __init__(self, boards: Boards) -> None:
        self.boards, self.matrix = boards, boards.matrix
        self.seats = [_seats(block) for block in boards.blocks]
        self.by_row = sparse.csr_array(self.matrix.a.astype(float))
        self.by_column = sparse.csr_array(self.matrix.columns_first.T.astype(float))
        self.upper = self.matrix.upper < UNBOUNDED
        self.lower = self.matrix.lower > -UNBOUNDED

    def lowered(self, multipliers: Ints, pools: list[Ints], stride: float) -> Ints:
        """Better multipliers (1/GRID units), if only these settings were there.

        Parameters
        ----------
        multipliers : int array (rows,)
        pools : list of int array (settings, switches)
            Of each block, 0 or 1.
        stride : float
            Points that the price of a seat moves at first, in one step; later steps are shorter.
        """
        here = best = multipliers / (GRID * UNITS_PER_POINT)
        lowest, mean, square = np.inf, np.zeros(len(here)), np.zeros(len(here))
        for number in range(STEPS):
            bound, away = self.valued(here, pools)
            if bound < lowest:
                lowest, best = bound, here
            away = away / self._scale
            mean = MEAN * mean + (1 - MEAN) * away
            square = SQUARE * square + (1 - SQUARE) * away**2
            length = np.sqrt(square / (1 - SQUARE ** (number + 1))) + LEAST
            way = mean / (1 - MEAN ** (number + 1)) / length / self._scale
            here = self._signed(here - stride * (1 - number / STEPS) * way)
        return certify.projected(self.matrix, best * UNITS_PER_POINT)

    def valued(self, y: Floats, pools: list[Ints]) -> tuple[float, Floats]:
        """The bound over these settings in points, and what each row leaves on its priced side."""
        matrix, settled = self.matrix, self.boards.settled
        y = np.where(settled, 0.0, y)
        reduced = matrix.objective / UNITS_PER_POINT - self.by_column @ y
        v = np.where(reduced > 0, matrix.cap, matrix.floor).astype(float)
        v[self.boards.weighed] = 0
        side = np.where(y > 0, matrix.upper, np.where(y < 0, matrix.lower, 0))
        bound = float(y @ side + reduced @ v)
        for block, seats, pool in zip(self.boards.blocks, self.seats, pools, strict=True):
            bound += _mixed(block, seats, pool, reduced, v, HEAT * abs(float(y @ side)))
        activity = self.by_row @ v
        over, short = matrix.upper - activity, matrix.lower - activity
        missing = np.minimum(over, 0) + np.maximum(short, 0)
        away = np.where(y > 0, over, np.where(y < 0, short, missing))
        return bound, np.where(settled, 0.0, away)

    def _signed(self, y: Floats) -> Floats:
        """Prices without those that a row has no side for."""
        y = np.where((y > 0) & ~self.upper, 0.0, y)
        return np.where((y < 0) & ~self.lower, 0.0, y)

    @cached_property
    def _scale(self) -> Floats:
        """(rows,): by how much a row's directions are too large and its prices too small."""
        entries = self.matrix.a.tocoo()
        whole = self.matrix.integer[entries.col]
        scale = np.ones(self.matrix.shape[0])
        np.maximum.at(scale, entries.row[whole], np.abs(entries.data[whole]).astype(float))
        scale[self.boards.cross] /= FURTHER
        return scale


def _seats(block: Block) -> Seats:
    order = np.argsort(block.place, kind="stable")
    place = block.place[order]
    first = np.flatnonzero(np.diff(place, prepend=-1))
    return Seats(block.column[order], block.bit[order], first, place)


def _mixed(
    block: Block, seats: Seats, pool: Ints, reduced: Floats, v: Floats, heat: float
) -> float:
    """The worth of a block's best setting; ``v`` gets what the foremost ones take, by weight."""
    worth = reduced[seats.column]
    able = (seats.bit < 0) | (pool[:, np.maximum(seats.bit, 0)] > 0)
    worth = np.where(able, worth, worth.min() - 1)
    best = np.maximum.reduceat(worth, seats.first, axis=1)
    total = best.sum(axis=1) + pool @ reduced[block.switches]
    weight = np.exp((total - total.max()) / max(heat, 1e-9))
    some = np.flatnonzero(weight > FAINT * weight.sum())
    weight = weight[some] / weight[some].sum()
    taken = worth[some] >= best[some][:, seats.place]
    v[seats.column] = weight @ taken.astype(float)
    v[block.switches] = weight @ pool[some]
    return float(total.max())
