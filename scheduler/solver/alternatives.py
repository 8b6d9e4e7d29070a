"""Which of many alternatives open: switches annealed while prices stand for everything else.

Where rows of switches alone decide (of three times for an activity one; two sessions want one
room), the relaxation opens a third of each, and rounding it says little. But once switches are
fixed a little arithmetic values them. Rows that tie people's places together keep their prices
from the relaxation. Then places that could share a switch form a block, and people only compete
for the room of a block's open switches: an assignment, whose prices are found one switch at a time
(the margin of the first person who has no room; coordinate descent on the Lagrangian dual). So
switches are changed thousands of times by simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983).

All of it is an estimate: whoever goes on from here solves the relaxation of what was chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver.certify import choosers
from scheduler.solver.matrix import SHARED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

MOVES = 4_000
"""Changes that are tried at most."""

EACH = 200
"""Changes that are tried for each switch."""

HOT, COLD = 1 / 75, 1 / 2_000
"""Share of the worth by which a change may be worse, at first and at last (temperatures)."""

SWEEPS = 2
"""Times that a block's prices are renewed after a change, starting from those before it."""


class Rooms(NamedTuple):
    """Room that switches give: so many seats freely, more at a cost (points), and never more."""

    free: Ints
    cost: Floats
    most: Ints


class Block(NamedTuple):
    """Switches that places could share, what each is worth to each place, and doing without."""

    switches: Ints
    worth: Floats
    without: Floats


@dataclass
class State:
    """Switches that are on, their prices in points, and what each block is worth."""

    on: Bools
    price: Floats
    worth: Floats


class Alternatives:
    """A model as far as its switches see it.

    Parameters
    ----------
    matrix : Matrix
        Propagated.
    switches : int array (switches,)
        Its switches.
    prices : float array (rows,)
        Multipliers of its relaxation, in units.
    """

    def __init__(self, matrix: Matrix, switches: Ints, prices: Floats) -> None:
        self.matrix, self.switches = matrix, switches
        self.number = np.full(matrix.shape[1], -1)
        self.number[switches] = np.arange(len(switches))
        self._rows()
        priced = np.where(self.settled, 0.0, prices)
        worth = (matrix.objective - matrix.columns_first.T @ priced) / UNITS_PER_POINT
        self.bonus = worth[switches]
        self._blocks(worth)

    # ---- structure ---------------------------------------------------------------------------

    def _rows(self) -> None:
        """Rows by what they do here: tie switches, link a candidate, give room, choose, or cost."""
        matrix, rows = self.matrix, self.matrix.shape[0]
        a = matrix.a.tocoo()
        row, col, coef = a.row.astype(np.int64), a.col.astype(np.int64), a.data
        switch = self.number[col] >= 0
        own = matrix.owner[col] != SHARED
        count = np.diff(matrix.a.indptr)
        switched = np.bincount(row[switch], minlength=rows)
        owned = np.bincount(row[own], minlength=rows)
        gives = (switched == 1) & (matrix.upper == 0) & (owned > 0)
        gives[row[switch & (coef >= 0)]] = False
        gives[row[own & (coef != 1)]] = False
        link = gives & (owned == 1) & (count == 2)
        self.of = np.full(matrix.shape[1], -1)
        by_row = np.full(rows, -1)
        by_row[row[switch]] = self.number[col[switch]]
        linked = link[row] & own
        self.of[col[linked]] = by_row[row[linked]]
        room = gives & ~link
        slack = room[row] & ~matrix.integer[col]
        seats, cost = np.zeros(rows, np.int64), np.full(rows, np.inf)
        seats[row[switch]] = -coef[switch]
        cost[row[slack]] = -matrix.objective[col[slack]] / UNITS_PER_POINT
        self.rooms = self._room(by_row, seats, cost, np.flatnonzero(room))
        tied = np.flatnonzero((switched == count) & (count > 1))
        self.tied = matrix.a[tied][:, self.switches].toarray()
        self.limit = matrix.upper[tied]
        self.settled = link | room
        self.settled[tied] = True
        self.settled[choosers(matrix)[0]] = True

    def _room(self, by_row: Ints, seats: Ints, cost: Floats, room: Ints) -> Rooms:
        people = self.matrix.shape[1]
        free, most = np.full((2, len(self.switches)), people)
        price = np.zeros(len(self.switches))
        hard = room[np.isinf(cost[room])]
        np.minimum.at(most, by_row[hard], seats[hard])
        soft = room[~np.isinf(cost[room])]
        free[by_row[soft]], price[by_row[soft]] = seats[soft], cost[soft]
        return Rooms(np.minimum(free, most), price, most)

    def _blocks(self, worth: Floats) -> None:
        """Worth by place and switch, and which switches compete for places."""
        row, col, _ = choosers(self.matrix)
        chooser, place = np.unique(row, return_inverse=True)
        linked = self.of[col] >= 0
        table = np.full((len(chooser), len(self.switches)), -np.inf)
        np.maximum.at(table, (place[linked], self.of[col[linked]]), worth[col[linked]])
        without = np.full(len(chooser), -np.inf)
        np.maximum.at(without, place[~linked], worth[col[~linked]])
        meets = sparse.csr_array(np.isfinite(table).astype(np.int64))
        count, self.block = connected_components(meets.T @ meets, directed=False)
        self.blocks = []
        for number in range(count):
            mine = np.flatnonzero(self.block == number)
            there = np.isfinite(table[:, mine]).any(axis=1)
            self.blocks.append(Block(mine, table[np.ix_(there, mine)], without[there]))

    # ---- valuing -----------------------------------------------------------------------------

    def priced(self, number: int, on: Bools, price: Floats, sweeps: int) -> tuple[float, Floats]:
        """What a block is worth with these switches on, in points, and prices of its rooms."""
        block = self.blocks[number]
        here = np.flatnonzero(on[block.switches])
        which = block.switches[here]
        worth, found = block.worth[:, here], price[which]
        free, cost, most = (part[which] for part in self.rooms)
        net = worth - found
        for at in list(range(len(here))) * sweeps:
            net[:, at] = -np.inf
            margin = worth[:, at] - np.maximum(block.without, net.max(axis=1))
            margin = np.append(np.sort(margin)[::-1], -np.inf)
            first, last = margin[np.minimum([free[at], most[at]], len(margin) - 1)]
            found[at] = max(0.0, min(cost[at], first), last)
            net[:, at] = worth[:, at] - found[at]
        total = np.maximum(block.without, net.max(axis=1, initial=-np.inf)).sum()
        total += np.minimum(found, cost) @ free + np.maximum(found - cost, 0) @ most
        price = price.copy()
        price[which] = found
        return float(total), price

    def total(self, state: State) -> float:
        """Points, up to a constant."""
        return float(state.worth.sum() + self.bonus @ state.on)

    def started(self, on: Bools) -> State:
        """The state with these switches on."""
        state = State(on, np.zeros(len(on)), np.zeros(len(self.blocks)))
        for number in range(len(self.blocks)):
            worth, state.price = self.priced(number, on, state.price, 3 * SWEEPS)
            state.worth[number] = worth
        return state

    # ---- changing ----------------------------------------------------------------------------

    def annealed(self, seed: int, moves: int = MOVES) -> Bools:
        """(switches,): which of them to turn on; the best that was met."""
        draw, moves = np.random.default_rng(seed), min(moves, EACH * len(self.switches))
        here = self.started(np.zeros(len(self.switches), dtype=bool))
        value = best = self.total(here)
        found, scale = here.on, max(1.0, float(np.abs(here.worth).sum()))
        for move in range(moves):
            heat = scale * HOT * (COLD / HOT) ** (move / moves)
            next_ = self._moved(here, self._changed(here.on, draw))
            worth = self.total(next_)
            if worth >= value or draw.random() < np.exp((worth - value) / heat):
                here, value = next_, worth
                if value > best:
                    best, found = value, here.on
        return found

    def _moved(self, state: State, on: Bools) -> State:
        """The state after a change: the blocks that it touches are valued again."""
        moved = State(on, state.price, state.worth.copy())
        for number in np.unique(self.block[on != state.on]).tolist():
            worth, moved.price = self.priced(number, on, moved.price, SWEEPS)
            moved.worth[number] = worth
        return moved

    def _changed(self, before: Bools, draw: np.random.Generator) -> Bools:
        """One switch off; or one on, and off what it excludes, and perhaps one more that fits."""
        on = before.copy()
        chosen = int(draw.integers(len(on)))
        on[chosen] = ~on[chosen]
        while on[chosen] and np.any(over := self.tied @ on > self.limit):
            row = self.tied[int(np.flatnonzero(over)[0])]
            others = np.flatnonzero(on & (row > 0))
            others = others[others != chosen]
            if not len(others):
                return before
            on[draw.choice(others)] = False
        spare = (self.limit - self.tied @ on)[:, None]
        fits = np.flatnonzero(np.all(self.tied <= spare, axis=0) & ~on & ~before)
        if len(fits) and draw.random() < 1 / 2:
            on[draw.choice(fits)] = True
        return on
