"""The certificate: a bound that is valid for any dual vector, recomputed in whole numbers.

For multipliers ``y`` (≥ 0 on ``≤`` rows, ≤ 0 on ``≥`` rows, free on equalities) every feasible
``v`` satisfies ``objective·v ≤ Σ_r y_r·side_r + Σ_j max over [floor_j, cap_j] of r_j·v_j`` with
``r = objective − yᵀA`` (weak Lagrangian duality; Geoffrion 1974). Multipliers are first rounded
to multiples of 1/`GRID` unit, so that nothing below is rounded at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.rules.contract import UNBOUNDED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

GRID = 64
"""Multipliers are multiples of 1/GRID unit (a unit is 1/10,000 point)."""

_LARGEST = 2**40
"""Multipliers beyond this many grid steps are cut: that stays valid and keeps sums below 2**63."""


@dataclass(frozen=True)
class Proof:
    """A certified bound and the prices that show it.

    Attributes
    ----------
    units : int
        No solution is worth more, rounded down to the grid on which all values lie.
    exact : int
        The same before rounding, in 1/`GRID` units.
    reduced : int array (columns,)
        1/`GRID` units that one more of each column adds at these prices.
    prices : int array (rows,)
        The multipliers, in 1/`GRID` units.
    """

    units: int
    exact: int
    reduced: Ints
    prices: Ints

    def spare(self, target: int) -> int:
        """1/`GRID` units that may be lost before nothing reaches ``target`` units."""
        return self.exact - target * GRID


def bound(matrix: Matrix, duals: Floats) -> int:
    """The most units that any solution of ``matrix`` can be worth, proven by ``duals``."""
    return prove(matrix, duals).units


def prove(matrix: Matrix, duals: Floats) -> Proof:
    """Bound every solution of ``matrix``.

    Parameters
    ----------
    matrix : Matrix
    duals : float array (rows,)
        Any numbers; good ones make the bound tight. Positive prices a row's upper side.
    """
    y = projected(matrix, duals)
    reduced = matrix.objective * GRID - matrix.columns_first.T @ y
    y, reduced = tightened(matrix, y, reduced)
    total = sides(matrix, y) + _columns(matrix, reduced)
    step = value_step(matrix)
    return Proof(total // (GRID * step) * step, total, reduced, y)


def fixed(matrix: Matrix, proof: Proof, spare: int) -> tuple[Ints, Ints]:
    """Bounds of the columns without the values that cost more than ``spare``.

    A column that adds ``r > 0`` per one stands at its cap in the bound: each one less loses ``r``;
    one with ``r < 0`` stands at its floor: each one more loses ``-r``.
    """
    loss = np.maximum(np.abs(proof.reduced), 1)
    reach = np.minimum(spare // loss, matrix.cap - matrix.floor)
    floor = np.where(proof.reduced > 0, matrix.cap - reach, matrix.floor)
    cap = np.where(proof.reduced < 0, matrix.floor + reach, matrix.cap)
    return floor, cap


def value_step(matrix: Matrix) -> int:
    """Largest number of units that every whole solution's value is a multiple of."""
    return int(np.gcd.reduce(matrix.objective, initial=0)) or 1


def projected(matrix: Matrix, duals: Floats) -> Ints:
    """Multipliers on the grid, with the signs that rows without a side demand."""
    finite = np.nan_to_num(duals, nan=0.0, posinf=0.0, neginf=0.0)
    y = np.rint(np.clip(finite * GRID, -_LARGEST, _LARGEST)).astype(np.int64)
    y = np.where((y > 0) & (matrix.upper >= UNBOUNDED), 0, y)
    return np.where((y < 0) & (matrix.lower <= -UNBOUNDED), 0, y)


def sides(matrix: Matrix, y: Ints) -> int:
    """1/`GRID` units that the rows' sides are worth at multipliers ``y``."""
    priced = np.flatnonzero(y)
    side = np.where(y[priced] > 0, matrix.upper[priced], matrix.lower[priced])
    return int(y[priced] @ side)


def _columns(matrix: Matrix, reduced: Ints) -> int:
    return int(np.where(reduced > 0, matrix.cap, matrix.floor) @ reduced)


def tightened(matrix: Matrix, y: Ints, reduced: Ints) -> tuple[Ints, Ints]:
    """Better multipliers for the rows in which a person chooses one column.

    The best multiplier of such a row is known when all others stand: the largest reduced value
    among its columns. Rows of different people share no column, so each person's first rows are
    set at once, then the second ones, and so on.
    """
    y, reduced = _pooled(matrix, y, reduced)
    rows, columns, turns = choosers(matrix)
    for turn in range(int(turns.max(initial=-1)) + 1):
        now = turns == turn
        best = np.full(matrix.shape[0], np.iinfo(np.int64).min)
        np.maximum.at(best, rows[now], reduced[columns[now]])
        change = np.where(best > np.iinfo(np.int64).min, best, 0)
        y, reduced = y + change, reduced - matrix.columns_first.T @ change
    return y, reduced


def _pooled(matrix: Matrix, y: Ints, reduced: Ints) -> tuple[Ints, Ints]:
    """Better multipliers for rows ``Σ pools − Σ candidates = 0``: no pool gains by itself.

    A pool holds many people, so what it seems to gain counts many times; taken off all pools of the
    row it counts once for each candidate, and not at all for those who have better things to do.
    """
    a = matrix.a
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(a.indptr))
    even = (matrix.lower == 0) & (matrix.upper == 0)
    pools = even[row] & (a.data == 1) & (matrix.owner[a.indices] < 0) & matrix.integer[a.indices]
    others = even[row] & (a.data == -1) & (matrix.owner[a.indices] >= 0)
    fits = np.bincount(row[pools | others], minlength=matrix.shape[0]) == np.diff(a.indptr)
    pools &= fits[row]
    best = np.full(matrix.shape[0], np.iinfo(np.int64).min)
    np.maximum.at(best, row[pools], reduced[a.indices[pools]])
    change = np.where(best > np.iinfo(np.int64).min, best, 0)
    return y + change, reduced - matrix.columns_first.T @ change


def choosers(matrix: Matrix) -> tuple[Ints, Ints, Ints]:
    """Entries of the rows ``Σ of one person's 0/1 columns = 1``.

    Returns
    -------
    row, column, turn : int arrays (entries,)
        ``turn`` numbers the rows of each person from 0.
    """
    a = matrix.a
    length = np.diff(a.indptr)
    row = np.repeat(np.arange(matrix.shape[0]), length)
    plain = (matrix.upper == 1) & (matrix.lower == 1) & (length > 0) & (matrix.personal >= 0)
    odd = (a.data != 1) | (matrix.cap[a.indices] > 1) | (matrix.floor[a.indices] < 0)
    plain[row[odd | ~matrix.integer[a.indices]]] = False
    chosen = np.flatnonzero(plain)
    order = chosen[np.argsort(matrix.personal[chosen], kind="stable")]
    owner = matrix.personal[order]
    turn = np.zeros(matrix.shape[0], dtype=np.int64)
    turn[order] = np.arange(len(order)) - np.searchsorted(owner, owner)
    entry = plain[row]
    return row[entry], a.indices[entry].astype(np.int64), turn[row[entry]]
