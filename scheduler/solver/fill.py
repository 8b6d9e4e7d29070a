"""A first answer within a moment: the best wishes first, wherever a row still has room.

No more than what a sign-up would reach, but legal, and there before anything is priced. It knows
rows, not rules: a candidate is taken if no row without a slack is broken, its session being opened
with it. Sessions left below their minimum are closed, and a second pass goes without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.solver.matrix import SHARED, completed
from scheduler.solver.presolve import propagate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

PASSES = 3
"""Passes over the candidates; after each, sessions that stayed too small close."""


def filled(matrix: Matrix, start: Ints) -> Ints | None:
    """Improve a legal answer candidate by candidate.

    Parameters
    ----------
    matrix : Matrix
    start : int array (base columns,)
        A legal answer in which people are unplaced.

    Returns
    -------
    int array (base columns,) or None
        ``None`` where nothing legal came of it.
    """
    within = propagate(matrix)
    if within is None:
        return None
    sheet = _Sheet(within, start)
    shut = np.zeros(len(start), dtype=bool)
    for _ in range(PASSES):
        sheet.go_through(shut)
        small = sheet.too_small()
        if not len(small):
            break
        shut[small] = True
        sheet.close(small)
    return sheet.v if matrix.allows(completed(matrix, sheet.v)) else None


class _Sheet:
    """The answer so far, and what each row has used up."""

    def __init__(self, matrix: Matrix, start: Ints) -> None:
        self.matrix = matrix
        self.start = start
        self.v = start.copy()
        base = len(start)
        body = matrix.columns_first[:, :base]
        self.first, self.coefs = body.indptr, body.data
        self.rows = body.indices.astype(np.int64)
        entries = matrix.a.tocoo()
        soft = (entries.col >= base) & (matrix.cap[entries.col] > 0)
        self.bare = np.bincount(entries.row[soft], minlength=body.shape[0]) == 0
        self.upper = np.where(self.bare, matrix.upper, np.iinfo(np.int64).max)
        self.lower = matrix.lower
        self.activity = body @ self.v
        self.chooser = self.bare & (matrix.lower == 1) & (matrix.upper == 1)
        self.order = self._order(base)

    def _order(self, base: int) -> Ints:
        """Candidates by what they add at best, the most first."""
        matrix = self.matrix
        gain = matrix.objective.copy()
        entries = matrix.a.tocoo()
        steep = np.zeros(matrix.shape[0], dtype=np.int64)
        extra = entries.col >= base
        np.maximum.at(steep, entries.row[extra], matrix.objective[entries.col[extra]])
        np.add.at(gain, entries.col[~extra], (entries.data * steep[entries.row])[~extra])
        able = (matrix.owner[:base] != SHARED) & (matrix.cap[:base] == 1) & (self.start == 0)
        columns = np.flatnonzero(able)
        return columns[np.argsort(-gain[columns], kind="stable")]

    def entries(self, column: int) -> tuple[Ints, Ints]:
        """Rows and coefficients of a column."""
        part = slice(self.first[column], self.first[column + 1])
        return self.rows[part], self.coefs[part]

    def go_through(self, shut: Bools) -> None:
        """Take every candidate that fits, the best first."""
        for column in self.order.tolist():
            if not self.v[column]:
                change = self._change(column, shut)
                if change and self._fits(change):
                    self._apply(change)

    def _change(self, column: int, shut: Bools) -> dict[int, int] | None:
        """What taking the candidate changes: it, who was unplaced, and what must open for it."""
        rows, coefs = self.entries(column)
        change = {column: 1}
        for row, coef in zip(rows.tolist(), coefs.tolist(), strict=True):
            if self.chooser[row]:
                idle = self._idle(row)
                if idle is None:
                    return None
                change[idle] = -1
            elif self.bare[row] and self.activity[row] + coef > self.upper[row]:
                opens = self._opens(row)
                if opens is None or shut[opens]:
                    return None
                change[opens] = 1
        return change

    def _idle(self, row: int) -> int | None:
        """The column of a chooser that the start had taken and that is still taken."""
        part = slice(self.matrix.a.indptr[row], self.matrix.a.indptr[row + 1])
        for column in self.matrix.a.indices[part].tolist():
            if self.v[column] and self.start[column] and self.matrix.objective[column] < 0:
                return int(column)
        return None

    def _opens(self, row: int) -> int | None:
        """The closed column that would give a row room."""
        part = slice(self.matrix.a.indptr[row], self.matrix.a.indptr[row + 1])
        columns, coefs = self.matrix.a.indices[part], self.matrix.a.data[part]
        for column, coef in zip(columns.tolist(), coefs.tolist(), strict=True):
            if column >= len(self.v) or self.matrix.owner[column] != SHARED:
                continue
            if coef < 0 and not self.v[column]:
                return int(column)
        return None

    def _fits(self, change: dict[int, int]) -> bool:
        """Whether no bare row's upper side is broken; lower sides are looked at afterwards."""
        total: dict[int, int] = {}
        for column, step in change.items():
            if not 0 <= self.v[column] + step <= self.matrix.cap[column]:
                return False
            rows, coefs = self.entries(column)
            for row, coef in zip(rows.tolist(), coefs.tolist(), strict=True):
                total[row] = total.get(row, 0) + coef * step
        return all(self.activity[row] + more <= self.upper[row] for row, more in total.items())

    def _apply(self, change: dict[int, int]) -> None:
        for column, step in change.items():
            rows, coefs = self.entries(column)
            self.activity[rows] += coefs * step
            self.v[column] += step

    def too_small(self) -> Ints:
        """Opened columns in rows whose lower side is not reached."""
        short = np.flatnonzero(self.bare & (self.activity < self.lower))
        columns = self.matrix.a[short].tocoo()
        opened = columns.col[(columns.data < 0)]
        opened = opened[opened < len(self.v)]
        mine = (self.matrix.owner[opened] == SHARED) & (self.v[opened] > self.start[opened])
        return np.unique(opened[mine])

    def close(self, opened: Ints) -> None:
        """Close columns again, and let everyone who went there be as they were."""
        entries = self.matrix.a.tocoo()
        rows = np.unique(entries.row[np.isin(entries.col, opened)])
        inside = np.isin(entries.row, rows) & (entries.col < len(self.v))
        people = np.unique(entries.col[inside])
        people = people[
            (self.matrix.owner[people] != SHARED) & (self.v[people] > self.start[people])
        ]
        linked = self._linked(people, opened)
        for column in linked:
            self._leave(int(column))
        self.v[opened] = self.start[opened]
        body = self.matrix.columns_first[:, : len(self.v)]
        self.activity = body @ self.v

    def _linked(self, people: Ints, opened: Ints) -> Ints:
        """Candidates that only stand because one of these is open."""
        shut = self.v.copy()
        shut[opened] = 0
        body = self.matrix.columns_first[:, : len(self.v)]
        broken = np.flatnonzero(self.bare & (body @ shut > self.upper))
        entries = self.matrix.a[broken].tocoo()
        return np.intersect1d(people, entries.col)

    def _leave(self, column: int) -> None:
        """Take a candidate out and leave its places as they were at the start."""
        self.v[column] = 0
        rows, _ = self.entries(column)
        for row in rows[self.chooser[rows]].tolist():
            part = slice(self.matrix.a.indptr[row], self.matrix.a.indptr[row + 1])
            columns = self.matrix.a.indices[part]
            self.v[columns[self.start[columns] > 0]] = 1
