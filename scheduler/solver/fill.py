"""A first answer within a moment: everybody's best seat that is still free, in rounds.

No more than what a good sign-up would reach, but legal, and there before anything is priced. It
knows rows, not rules. A column that one person owns is a *candidate*; a column that nobody owns is
a *pool* where it counts the candidates that sit through a row (seats given to a class of people at
once), else a *switch* (a session that opens). In each round every free place asks for its best
candidate that fits; the best of those that ask are taken as long as every row without a slack has
room. Switches whose rows stay below their lower side are turned off again, the emptiest first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from scheduler.solver.matrix import SHARED, completed
from scheduler.solver.presolve import propagate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

PASSES = 6
"""Times that the emptiest of what stayed too small is turned off; then all of it is."""

ROUNDS = 80
"""Rounds of asking in a pass; most are over after some twenty."""

ASKED = 4
"""Candidates of a place, its best ones, that count as demand for a switch."""

ENDLESS = np.iinfo(np.int64).max // 4


def filled(matrix: Matrix, start: Ints, gain: Ints | None = None) -> Ints | None:
    """Improve a legal answer candidate by candidate.

    Parameters
    ----------
    matrix : Matrix
    start : int array (base columns,)
        An answer that keeps every row's upper side; whoever has a costly column is free to move
        from it. Switches that are on stay on if they can.
    gain : int array (columns,), optional
        By what candidates are compared; by default what each adds at best.

    Returns
    -------
    int array (base columns,) or None
        ``None`` where nothing legal came of it.
    """
    within = propagate(matrix)
    if within is None:
        return None
    if not len(start):
        return start
    sheet = _Sheet(within, start, gain)
    sheet.switch_on()
    for turn in range(PASSES + 1):
        sheet.go_through()
        small = sheet.too_small()
        if not len(small):
            break
        sheet.switch_off(small if turn == PASSES else sheet.emptiest(small))
    while len(small := sheet.too_small()):
        sheet.switch_off(small)
    return sheet.v if matrix.allows(completed(matrix, sheet.v)) else None


class _Sheet:
    """The answer so far, and what each row has used up."""

    def __init__(self, matrix: Matrix, start: Ints, gain: Ints | None) -> None:
        self.matrix = matrix
        self.v = np.clip(start, matrix.floor[: len(start)], matrix.cap[: len(start)])
        self.base = len(start)
        self.body = sparse.csc_array(matrix.columns_first[:, : self.base])
        entries = matrix.a.tocoo()
        soft = (entries.col >= self.base) & (matrix.cap[entries.col] > 0)
        bare = np.bincount(entries.row[soft], minlength=matrix.shape[0]) == 0
        self.upper = np.where(bare, matrix.upper, ENDLESS)
        self.lower = np.where(bare, matrix.lower, -ENDLESS)
        self.activity = self.body @ self.v
        self.gain = self._gains() if gain is None else gain[: self.base]
        self._kinds(bare)

    def _gains(self) -> Ints:
        """What each column adds at best, its rows' slacks and segments considered."""
        matrix = self.matrix
        entries = matrix.a.tocoo()
        steep = np.zeros(matrix.shape[0], dtype=np.int64)
        extra = entries.col >= self.base
        missing = (entries.data > 0) & (matrix.objective[entries.col] < 0)
        worth = np.where(missing, -1, 1) * matrix.objective[entries.col]
        np.maximum.at(steep, entries.row[extra], worth[extra])
        gain = matrix.objective.copy()
        np.add.at(gain, entries.col[~extra], (entries.data * steep[entries.row])[~extra])
        return gain[: self.base]

    def _kinds(self, bare: Bools) -> None:
        """Candidates, places, switches and pools."""
        matrix, base = self.matrix, self.base
        own = matrix.owner[:base] != SHARED
        able = matrix.cap[:base] > matrix.floor[:base]
        entries = self.body.tocoo()
        self.row, self.col = entries.row.astype(np.int64), entries.col.astype(np.int64)
        self.coef = entries.data
        self.pooled, self.pool = self._pools(own)
        self.switch = np.flatnonzero(~own & able & ~self.pool)
        one = bare & (matrix.lower == 1) & (matrix.upper == 1)
        chooser = one[self.row] & own[self.col] & (self.coef == 1)
        self.place_row, self.place_col = self.row[chooser], self.col[chooser]
        self.idle = np.full(matrix.shape[0], -1)
        order = np.argsort(-self.gain[self.place_col], kind="stable")
        self.idle[self.place_row[order]] = self.place_col[order]
        resting = np.zeros(base, dtype=bool)
        resting[self.idle[self.idle >= 0]] = True
        ask = own & able & (matrix.cap[:base] == 1) & ~resting
        seats = np.isin(self.col, np.unique(self.place_col)) & ask[self.col]
        self.asking = seats & ~chooser
        self.first = chooser & ask[self.col]

    def _pools(self, own: Bools) -> tuple[Ints, Bools]:
        """(base,) each: a candidate's row ``Σ pools − Σ candidates = 0`` or -1; what is a pool."""
        matrix = self.matrix
        rows = matrix.shape[0]
        even = (matrix.lower == 0) & (matrix.upper == 0)
        through = even[self.row] & own[self.col] & (self.coef == -1)
        gives = even[self.row] & ~own[self.col] & (self.coef == 1)
        both = np.bincount(self.row[through], minlength=rows) > 0
        both &= np.bincount(self.row[gives], minlength=rows) > 0
        pooled, pool = np.full(self.base, -1), np.zeros(self.base, dtype=bool)
        through &= both[self.row]
        pooled[self.col[through]] = self.row[through]
        pool[self.col[gives & both[self.row]]] = True
        return pooled, pool

    # ---- switches ----------------------------------------------------------------------------

    def switch_on(self) -> None:
        """Turn on what is asked for most, as long as it fits."""
        demand = self._demand()
        for column in self.switch[np.argsort(-demand[self.switch], kind="stable")].tolist():
            part = slice(self.body.indptr[column], self.body.indptr[column + 1])
            rows, coefs = self.body.indices[part], self.body.data[part]
            more = np.maximum(coefs, 0)
            fits = np.all((more == 0) | (self.activity[rows] + more <= self.upper[rows]))
            if not self.v[column] and fits:
                self.v[column] = 1
                self.activity[rows] += coefs

    def _demand(self) -> Floats:
        """(base,): how many places would like each switch on."""
        row, col = self.row[self.first], self.col[self.first]
        order = np.lexsort((-self.gain[col], row))
        rank = np.arange(len(order)) - np.searchsorted(row[order], row[order])
        liked = np.zeros(self.base)
        liked[col[order[rank < ASKED]]] = 1
        wanted = np.zeros(self.matrix.shape[0])
        asks = self.coef > 0
        np.add.at(wanted, self.row[asks], liked[self.col[asks]])
        demand = np.zeros(self.base)
        gives = (self.coef < 0) & (self.upper[self.row] == 0)
        np.maximum.at(demand, self.col[gives], wanted[self.row[gives]])
        return demand

    def too_small(self) -> Ints:
        """Switches that are on in rows whose lower side is not reached."""
        short = self.activity < self.lower
        on = short[self.row] & (self.coef < 0) & (self.v[self.col] > 0)
        free = self.matrix.floor[: self.base][self.col] == 0
        switch = np.zeros(self.base, dtype=bool)
        switch[self.switch] = True
        return np.unique(self.col[on & free & switch[self.col]])

    def emptiest(self, small: Ints) -> Ints:
        """The half of these switches that lack most."""
        lack = np.zeros(self.base, dtype=np.int64)
        short = np.maximum(self.lower - self.activity, 0)
        inside = np.isin(self.col, small) & (self.coef < 0) & (short[self.row] < ENDLESS // 2)
        np.maximum.at(lack, self.col[inside], short[self.row[inside]])
        return small[np.argsort(-lack[small], kind="stable")][: max(1, len(small) // 2)]

    def switch_off(self, switches: Ints) -> None:
        """Turn switches off; whoever then has no room becomes free again."""
        self.v[switches] = 0
        self.switch = np.setdiff1d(self.switch, switches)
        for _ in range(8):
            self.activity = self.body @ self.v
            over = self.activity > self.upper
            leaving = over[self.row] & (self.coef > 0) & (self.v[self.col] > 0)
            leaving &= np.isin(self.row, self._rows_of(switches))
            columns = np.unique(self.col[leaving])
            columns = columns[self.v[columns] > self.matrix.floor[columns]]
            if not len(columns):
                return
            self._leave(columns)

    def _rows_of(self, columns: Ints) -> Ints:
        return np.unique(self.row[np.isin(self.col, columns)])

    def _leave(self, columns: Ints) -> None:
        """Empty these columns; their places, and those who sat through a pool, are free again."""
        leaving = self.pool[self.col] & np.isin(self.col, columns)
        seats = np.zeros(self.matrix.shape[0], dtype=np.int64)
        np.add.at(seats, self.row[leaving], self.v[self.col[leaving]])
        sitting = np.flatnonzero((self.pooled >= 0) & (self.v > 0))
        sitting = sitting[np.argsort(self.pooled[sitting], kind="stable")]
        row = self.pooled[sitting]
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        columns = np.concatenate([columns, sitting[rank < seats[row]]])
        self.v[columns] = self.matrix.floor[columns]
        rows = np.unique(self.place_row[np.isin(self.place_col, columns)])
        self.v[self.idle[rows]] = 1

    # ---- places ------------------------------------------------------------------------------

    def go_through(self) -> None:
        """Seat people round by round until nobody who is free fits anywhere."""
        for _ in range(ROUNDS):
            taken = self._accepted(self._asked())
            if not len(taken):
                break
            self._take(taken)
        self._fill_pools()

    def _asked(self) -> Ints:
        """The best candidate that fits of each free place, the best first."""
        room = self.upper - self.activity
        stuck = np.zeros(self.base, dtype=bool)
        stuck[self.col[self.asking & (self.coef > room[self.row])]] = True
        stuck |= (self.pooled >= 0) | (self.v > 0)
        held = self.first & ((self.idle < 0) | (self.v[self.idle] == 0))[self.row]
        stuck[self.col[held]] = True
        ask = self.first & ~stuck[self.col]
        row, col = self.row[ask], self.col[ask]
        better = self.gain[col] > self.gain[self.idle[row]]
        row, col = row[better], col[better]
        order = np.lexsort((-self.gain[col], row))
        row, col = row[order], col[order]
        first = np.concatenate([[True], np.diff(row) != 0])[: len(row)]
        chosen = np.unique(col[first])
        return chosen[np.argsort(-self.gain[chosen], kind="stable")]

    def _accepted(self, asked: Ints) -> Ints:
        """Those of them that all rows have room for, even if all before them are taken."""
        if not len(asked):
            return asked
        rank = np.full(self.base, -1)
        rank[asked] = np.arange(len(asked))
        mine = (rank[self.col] >= 0) & (self.asking | self.first)
        row, turn = self.row[mine], rank[self.col[mine]]
        need = np.maximum(self.coef[mine], 0)
        room = np.where(self.idle[row] >= 0, 1, (self.upper - self.activity)[row])
        order = np.lexsort((turn, row))
        row, turn, need, room = row[order], turn[order], need[order], room[order]
        total = np.cumsum(need)
        start = np.searchsorted(row, row)
        before = total - (total - need)[start]
        refused = np.zeros(len(asked), dtype=bool)
        refused[turn[(need > 0) & (before > room)]] = True
        return asked[~refused]

    def _take(self, taken: Ints) -> None:
        self.v[taken] = 1
        rows = np.unique(self.place_row[np.isin(self.place_col, taken)])
        self.v[self.idle[rows]] = 0
        self.activity = self.body @ self.v

    def _fill_pools(self) -> None:
        """Seat whoever is still free through the pools, those that lack people first."""
        for row in np.unique(self.pooled[self.pooled >= 0]).tolist():
            people = self._waiting(row)
            pools = self.col[(self.row == row) & self.pool[self.col]]
            while len(people):
                room, lack = self._room(pools)
                best = int(np.lexsort((-room, -np.minimum(lack, room)))[0])
                if room[best] <= 0:
                    break
                most = min(len(people), int(room[best]), int(lack[best]) or len(people))
                self.v[pools[best]] += most
                self._take(people[:most])
                people = people[most:]

    def _waiting(self, row: int) -> Ints:
        """Candidates that sit through this row, whose place is free."""
        columns = np.flatnonzero((self.pooled == row) & (self.v == 0))
        inside = np.isin(self.place_col, columns)
        idle = self.idle[self.place_row[inside]]
        free = (idle >= 0) & (self.v[idle] > 0) & (idle != self.place_col[inside])
        return np.unique(self.place_col[inside][free])

    def _room(self, pools: Ints) -> tuple[Ints, Ints]:
        """How many more each pool can hold, and how many its switch lacks."""
        room = (self.matrix.cap[pools] - self.v[pools]).copy()
        lack = np.zeros(len(pools), dtype=np.int64)
        for at, pool in enumerate(pools.tolist()):
            part = slice(self.body.indptr[pool], self.body.indptr[pool + 1])
            rows, coefs = self.body.indices[part], self.body.data[part]
            other = self.matrix.upper[rows] != self.matrix.lower[rows]
            rows, coefs = rows[other & (coefs > 0)], coefs[other & (coefs > 0)]
            left = (self.upper[rows] - self.activity[rows]) // coefs
            room[at] = min(int(room[at]), int(left.min(initial=ENDLESS)))
            short = self.lower[rows] - self.activity[rows]
            lack[at] = max(0, int(short.max(initial=0)))
        return room, lack
