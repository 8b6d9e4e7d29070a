"""A bound that sees switches as on or off: every way to set those of a block is weighed.

Where alternatives exclude each other, the relaxation opens a third of each and gives everybody a
third of a first choice. Prices cannot mend that, but whole settings can. Keep prices for all rows
but those that say who may go where: rows ``x ≤ switch``, rows in which a person chooses one column,
and rows of a block's switches alone. Then blocks (switches that places could share) stand alone,
and with the switches of ``S`` on a place is worth the best column that is left. With ``r_1 ≥ r_2 ≥
…`` its columns behind switches, none worse than the best ``r_0`` that needs none,

    max over S = r_0 + Σ_k (r_k − r_{k+1})·[S holds one of the best k switches]

so a block is worth a constant less all steps that ``S`` misses: a sum over subsets, which the zeta
transform takes for all ``S`` at once (Yates 1937). Millions of settings take about a second, in
whole numbers. The largest of them bounds the block, and no setting is left out: this is Lagrangian
relaxation whose parts are whole blocks (Geoffrion 1974), and valid for any prices.

Rows of switches of several blocks (of three times one) keep a price. Changing it leaves the tables
as they are, so good ones are found by subgradients (Held, Wolfe & Crowder 1974) over the settings
that were best so far. All other prices are lowered over these too (`smoothed`); then all settings
are weighed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify
from scheduler.solver.certify import GRID
from scheduler.solver.matrix import SHARED
from scheduler.solver.smoothed import Smoothed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

MOST = 2**23
"""Settings of a block that are weighed at most; blocks with more keep their prices."""

LONGEST = 13
"""Switches in one half of a block at most."""

EXACT = 2.0**51
"""Sums below stay exact as floats, and those of what prices then add."""

ROUNDS = 5
"""Times that all settings are weighed at new prices."""

FEW = 60
"""Settings of each block that join those over which prices are lowered."""

STRIDE = 2.0
"""Points by which the price of a seat moves in one step, at first."""

SHORTER = 0.6
"""What a stride becomes where the last one led nowhere."""

TURNS = 2
"""Times a round that prices of rows of several blocks' switches are improved by themselves."""

KEPT = 5_000
"""Settings of each block that they are improved over, from each turn."""

STEPS = 150
"""Steps of a turn."""

DAMPED = 0.97
"""What each step is shorter than the one before."""


class Half(NamedTuple):
    """Some switches of a block: their bits, and every way to set them, as bits and as 0/1."""

    bits: Ints
    ways: Ints
    on: Floats


class Block(NamedTuple):
    """A block: its switches' columns, its candidates, and the two halves of its settings.

    ``column``, ``place`` and ``bit`` say of each candidate its column, its place and its switch
    (-1 where it needs none). Places are numbered from 0.
    """

    switches: Ints
    column: Ints
    place: Ints
    bit: Ints
    left: Half
    right: Half


class Steps(NamedTuple):
    """What places are worth in a block at some prices.

    ``worth`` falls away from ``constant`` by ``size`` for each set of switches of ``mask`` that is
    all off; ``gain`` is what each switch adds by itself. No sum of these is beyond ``reach``.
    """

    constant: float
    mask: Ints
    size: Floats
    gain: Floats
    reach: float


class Boards:
    """The blocks of a model whose settings can all be weighed.

    Parameters
    ----------
    matrix : Matrix
        Propagated and reduced.
    switches : int array (switches,)
        Its switches.
    """

    def __init__(self, matrix: Matrix, switches: Ints) -> None:
        self.matrix = matrix
        plain = (matrix.floor[switches] == 0) & (matrix.cap[switches] == 1)
        self.switches = switches[plain]
        self.number = np.full(matrix.shape[1], -1)
        self.number[self.switches] = np.arange(len(self.switches))
        self._links()
        self._choices()
        self._blocks()

    # ---- structure ---------------------------------------------------------------------------

    def _links(self) -> None:
        """Rows of switches alone, and rows ``x ≤ c·switch`` with the candidate that they hold."""
        matrix = self.matrix
        a = matrix.a.tocoo()
        row, col, coef = a.row.astype(np.int64), a.col.astype(np.int64), a.data
        switch = self.number[col] >= 0
        length = np.diff(matrix.a.indptr)
        switched = np.bincount(row[switch], minlength=matrix.shape[0])
        self.tied = np.flatnonzero((switched == length) & (length > 0))
        link = (length == 2) & (switched == 1) & (matrix.upper == 0)
        link[row[switch & (coef >= 0)]] = False
        one = (coef > 0) & matrix.integer[col] & (matrix.owner[col] != SHARED)
        link[row[~switch & ~one]] = False
        here = link[row] & switch
        behind = np.full(matrix.shape[0], -1)
        behind[row[here]] = self.number[col[here]]
        held = link[row] & ~switch
        self.behind = np.full(matrix.shape[1], -1)
        self.link = np.full(matrix.shape[1], -1)
        self.behind[col[held]], self.link[col[held]] = behind[row[held]], row[held]

    def _choices(self) -> None:
        """Entries of the rows that choose among columns which no other such row holds."""
        row, col, _ = certify.choosers(self.matrix)
        often = np.bincount(col, minlength=self.matrix.shape[1])[col] > 1
        fit = ~np.isin(row, row[often])
        self.row, self.col = row[fit], col[fit]

    def _blocks(self) -> None:
        """Blocks, and the rows that need no price because settings keep them."""
        settled = np.zeros(self.matrix.shape[0], dtype=bool)
        self.blocks = []
        bound = self.behind[self.col] >= 0
        places, at = np.unique(self.row, return_inverse=True)
        meets = sparse.csr_array(
            (np.ones(int(bound.sum()), np.int64), (at[bound], self.behind[self.col[bound]])),
            shape=(len(places), len(self.switches)),
        )
        _, label = connected_components(meets.T @ meets, directed=False)
        whose = np.full(len(places), -1)
        whose[at[bound]] = label[self.behind[self.col[bound]]]
        for number in np.unique(whose[whose >= 0]).tolist():
            mine = np.flatnonzero(label == number)
            halves = self._halves(mine)
            if halves is not None:
                entry = whose[at] == number
                block = self._block(mine, self.row[entry], self.col[entry], halves)
                self.blocks.append(block)
                settled[self.row[entry]] = True
                settled[self.link[block.column[block.bit >= 0]]] = True
                settled[self._within(mine)] = True
        self.settled = settled
        self.weighed = np.zeros(self.matrix.shape[1], dtype=bool)
        for block in self.blocks:
            self.weighed[block.switches] = True
            self.weighed[block.column] = True
        self.cross = self._cross()

    def _cross(self) -> Ints:
        """Rows ``≤`` of weighed switches alone that no block keeps by itself."""
        matrix, tied = self.matrix, self.tied
        inside = abs(matrix.a[tied]).sign() @ self.weighed.astype(np.int64)
        fit = (inside == np.diff(matrix.a.indptr)[tied]) & ~self.settled[tied]
        fit &= (matrix.upper[tied] < UNBOUNDED) & (matrix.lower[tied] <= -UNBOUNDED)
        cross: Ints = tied[fit]
        return cross

    def _block(self, mine: Ints, row: Ints, col: Ints, halves: tuple[Half, Half]) -> Block:
        bit = np.full(len(self.switches) + 1, -1)
        bit[mine] = np.arange(len(mine))
        place = np.unique(row, return_inverse=True)[1]
        return Block(self.switches[mine], col, place, bit[self.behind[col]], *halves)

    def _within(self, mine: Ints) -> Ints:
        """Rows of these switches alone."""
        inside = np.zeros(self.matrix.shape[1], dtype=np.int64)
        inside[self.switches[mine]] = 1
        length = np.diff(self.matrix.a.indptr)[self.tied]
        kept: Ints = self.tied[abs(self.matrix.a[self.tied]).sign() @ inside == length]
        return kept

    def _halves(self, mine: Ints) -> tuple[Half, Half] | None:
        """Every way to set a block's switches, as two halves; ``None`` where there are too many."""
        rows, columns = self._within(mine), self.switches[mine]
        a = self.matrix.a[rows][:, columns].toarray()
        lower, upper = self.matrix.lower[rows], self.matrix.upper[rows]
        binds = (np.maximum(a, 0).sum(axis=1) > upper) | (np.minimum(a, 0).sum(axis=1) < lower)
        a, lower, upper = a[binds], lower[binds], upper[binds]
        _, label = connected_components(sparse.csr_array(abs(a).T @ abs(a)), directed=False)
        size = np.bincount(label)
        parts = [np.zeros(0, dtype=np.int64)] * 2
        for group in np.argsort(-size, kind="stable").tolist():
            parts.sort(key=len)
            parts[0] = np.concatenate([parts[0], np.flatnonzero(label == group)])
        parts.sort(key=len)
        halves = [_half(np.sort(part), a, lower, upper) for part in reversed(parts)]
        if halves[0] is None or halves[1] is None:
            return None
        few = len(halves[0].ways) * len(halves[1].ways) <= MOST
        return (halves[0], halves[1]) if few else None

    # ---- weighing ----------------------------------------------------------------------------

    def _priced(self, y: Ints) -> tuple[Ints, int]:
        """Reduced values at the prices that count, and what all but the blocks is worth."""
        matrix = self.matrix
        y = np.where(self.settled, 0, y)
        reduced: Ints = matrix.objective * GRID - matrix.columns_first.T @ y
        rest = np.where(reduced > 0, matrix.cap, matrix.floor) * reduced
        return reduced, certify.sides(matrix, y) + int(rest[~self.weighed].sum())

    def tables(self, y: Ints) -> Tables | None:
        """Blocks at these multipliers (1/GRID units); ``None`` where they would not be exact."""
        reduced, rest = self._priced(y)
        steps = [_steps(block, reduced) for block in self.blocks]
        if any(one.reach > EXACT for one in steps):
            return None
        worth = [_table(block, one) for block, one in zip(self.blocks, steps, strict=True)]
        return Tables(self, rest, worth, y[self.cross])

    def rounds(self, duals: Floats, least: int) -> Iterator[int]:
        """Bounds, each smaller than the last, in units: the last is what a few rounds find.

        Each round weighs all settings, and lowers prices over those that were foremost so far.
        Where nothing can be weighed there is none.

        Parameters
        ----------
        duals : float array (rows,)
            Where prices start.
        least : int
            Units of some answer, below which no bound is sought.
        """
        y = kept = certify.prove(self.matrix, duals).prices
        smoothed, lowest, stride = Smoothed(self), 2**62, STRIDE
        pools = [np.zeros((0, len(block.switches)), np.int64) for block in self.blocks]
        for number in range(ROUNDS if self.blocks else 0):
            tables = self.tables(y)
            if tables is None:
                return
            exact, price = tables.lowered(least * GRID)
            y[self.cross] = price
            pools = [
                np.unique(np.concatenate(pair), axis=0)
                for pair in zip(pools, tables.foremost(price, FEW), strict=True)
            ]
            del tables
            if exact < lowest:
                kept, lowest = y, exact
                yield self._units(exact)
            else:
                stride *= SHORTER
            if number < ROUNDS - 1:
                y = smoothed.lowered(kept, pools, stride)

    def _units(self, exact: int) -> int:
        """Units that no solution exceeds, of a bound in 1/GRID units."""
        step = certify.value_step(self.matrix)
        return exact // (GRID * step) * step


class Tables:
    """Each block under every way to set its switches, at some prices.

    Prices of rows of several blocks' switches may change: then a switch gains or loses by itself,
    and all else stands.

    Parameters
    ----------
    boards : Boards
    rest : int
        What all but the blocks is worth, in 1/GRID units.
    worth : list of float array (right ways, left ways)
        What blocks are worth; whole numbers.
    before : int array (cross rows,)
        Prices of these rows in ``rest`` and ``worth``.
    """

    def __init__(self, boards: Boards, rest: int, worth: list[Floats], before: Ints) -> None:
        self.blocks, self.worth, self.rest, self.before = boards.blocks, worth, rest, before
        self.a = boards.matrix.a[boards.cross]
        self.side = boards.matrix.upper[boards.cross]

    def bound(self, price: Ints) -> int:
        """The bound of all settings at these prices, in 1/GRID units."""
        most = sum(int(total.max()) for total in self._totals(price))
        return self.rest + most + int((price - self.before) @ self.side)

    def lowered(self, least: int) -> tuple[int, Ints]:
        """The best bound that better prices of cross rows give, in 1/GRID units, and these."""
        price = best = self.before
        lowest, pools = self.bound(price), [np.zeros(0, dtype=np.int64) for _ in self.blocks]
        for _ in range(TURNS):
            joining = self._places(price, KEPT)
            pools = [np.union1d(*pair) for pair in zip(pools, joining, strict=True)]
            price = self.crossed(pools, best, least)
            exact = self.bound(price)
            if exact < lowest:
                lowest, best = exact, price
        return lowest, best

    def foremost(self, price: Ints, number: int) -> list[Ints]:
        """(settings, switches): so many of each block's best settings, 0 or 1."""
        return [
            _set(block, places, worth.shape[1])
            for block, worth, places in zip(
                self.blocks, self.worth, self._places(price, number), strict=True
            )
        ]

    def _places(self, price: Ints, number: int) -> Iterator[Ints]:
        """Places of the best settings in each block's table."""
        for total in self._totals(price):
            flat = total.ravel()
            kept = min(number, len(flat))
            yield np.argpartition(flat, len(flat) - kept)[len(flat) - kept :]

    def _totals(self, price: Ints) -> Iterator[Floats]:
        """Each block's table at these prices."""
        gain = self.a.T @ (self.before - price)
        for block, worth in zip(self.blocks, self.worth, strict=True):
            more = gain[block.switches].astype(float)
            left, right = (half.on @ more[half.bits] for half in (block.left, block.right))
            yield worth + right[:, None] + left

    def crossed(self, pools: list[Ints], price: Ints, least: int) -> Ints:
        """Better prices than these, if only the settings in ``pools`` were there.

        A row that the best settings break becomes dearer, one that they leave room cheaper.
        """
        here = best = price.astype(float)
        lowest, length = np.inf, 1.0
        parts = self._parts(pools)
        for _ in range(STEPS):
            bound, left = self.rest + float((here - self.before) @ self.side), self.side * 1.0
            for worth, takes in parts:
                total = worth - takes @ (here - self.before)
                at = int(total.argmax())
                bound, left = bound + float(total[at]), left - takes[at]
            if bound < lowest:
                lowest, best = bound, here
            length *= DAMPED
            here = np.maximum(
                0, here - length * (bound - least) / max(1.0, float(left @ left)) * left
            )
        found: Ints = np.rint(np.minimum(best, EXACT / (2 * len(best) + 1))).astype(np.int64)
        return found

    def _parts(self, pools: list[Ints]) -> list[tuple[Floats, Floats]]:
        """Of each block's pool: what settings are worth, and what they take of the cross rows."""
        parts, a = [], self.a.toarray()
        for block, worth, pool in zip(self.blocks, self.worth, pools, strict=True):
            on = _set(block, pool, worth.shape[1])
            parts.append((worth.ravel()[pool], (on @ a[:, block.switches].T).astype(float)))
        return parts


def _half(bits: Ints, a: Ints, lower: Ints, upper: Ints) -> Half | None:
    """The ways to set these switches that rows ``a`` allow, none of which holds others too."""
    if len(bits) > LONGEST:
        return None
    on = np.arange(2 ** len(bits))[:, None] >> np.arange(len(bits)) & 1
    mine = np.flatnonzero(a[:, bits].any(axis=1))
    sums = on @ a[mine][:, bits].T
    ways = np.flatnonzero(np.all((sums >= lower[mine]) & (sums <= upper[mine]), axis=1))
    return Half(bits, ways, on[ways].astype(float))


def _set(block: Block, at: Ints, width: int) -> Ints:
    """(settings, switches): which switches are on in these places of a block's table."""
    on = np.zeros((len(at), len(block.switches)), dtype=np.int64)
    for half, way in zip((block.right, block.left), np.divmod(at, width), strict=True):
        on[:, half.bits] = half.on[way]
    return on


def _steps(block: Block, reduced: Ints) -> Steps:
    """How a block's worth falls as switches go off.

    A place for which nothing is open counts as its worst column: that bounds it all the same.
    """
    worth, count = reduced[block.column], int(block.place.max(initial=-1)) + 1
    least, free = np.full((2, count), 0)
    least[:] = 2**62
    np.minimum.at(least, block.place, worth)
    free[:] = least
    alone = block.bit < 0
    np.maximum.at(free, block.place[alone], worth[alone])
    table = np.repeat(free[:, None], len(block.switches), axis=1)
    np.maximum.at(table, (block.place[~alone], block.bit[~alone]), worth[~alone])
    order = np.argsort(-table, axis=1, kind="stable")
    fallen = np.concatenate([np.take_along_axis(table, order, 1), free[:, None]], axis=1)
    size = fallen[:, :-1] - fallen[:, 1:]
    mask = np.cumsum(1 << order, axis=1)[size > 0]
    mask, number = np.unique(mask, return_inverse=True)
    total = np.zeros(len(mask))
    np.add.at(total, number, size[size > 0].astype(float))
    gain = reduced[block.switches].astype(float)
    reach = sum(float(np.abs(part.astype(float)).sum()) for part in (free, total, gain))
    return Steps(float(free.sum() + total.sum()), mask, total, gain, reach)


def _table(block: Block, steps: Steps) -> Floats:
    """(right ways, left ways): what a block is worth under each setting."""
    left, right = block.left, block.right
    first, at = np.unique(_inner(steps.mask, left.bits), return_inverse=True)
    place = (_inner(steps.mask, right.bits), at)
    size = sparse.csr_array((steps.size, place), shape=(2 ** len(right.bits), len(first)))
    missed = size @ ((first[:, None] & left.ways) == 0).astype(float)
    for bit in range(len(right.bits)):
        pairs = missed.reshape(-1, 2, 2**bit, len(left.ways))
        pairs[:, 1] += pairs[:, 0]
    table = steps.constant - missed[2 ** len(right.bits) - 1 - right.ways]
    gains = [half.on @ steps.gain[half.bits] for half in (right, left)]
    table += gains[0][:, None] + gains[1]
    return np.asarray(table)


def _inner(mask: Ints, bits: Ints) -> Ints:
    """These bits of masks, numbered from 0."""
    inner: Ints = ((mask[:, None] >> bits & 1) << np.arange(len(bits))).sum(axis=1)
    return inner
