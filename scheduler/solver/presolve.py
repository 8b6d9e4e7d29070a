"""Smaller models that mean the same: bounds propagated, fixed columns and idle rows removed.

Everything is whole-number arithmetic, so what is concluded here is part of a proof.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver.certify import GRID, Proof

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.engines import Relaxed
    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

ROUNDS = 8
"""Propagation stops after so many rounds; more rarely find more."""


class Reduced(NamedTuple):
    """A model without its fixed columns.

    Attributes
    ----------
    matrix : Matrix
    columns : int array
        Its columns in the model that it came from.
    rows : int array
        Its rows, likewise.
    constant : int
        Units that the fixed columns are worth.
    size, height : int
        Numbers of columns and rows of that model.
    """

    matrix: Matrix
    columns: Ints
    rows: Ints
    constant: int
    size: int
    height: int

    def bounded(self, units: int) -> int:
        """A bound of the small model as one of the whole."""
        return units + self.constant

    def inside(self, whole: Relaxed) -> Relaxed:
        """What a relaxed answer of the whole says of the small model."""
        return whole._replace(v=whole.v[self.columns], duals=whole.duals[self.rows])

    def outside(self, small: Relaxed, floor: Ints) -> Relaxed:
        """A relaxed answer of the small model as one of the whole, whose floor is ``floor``."""
        v, duals = floor.astype(float), np.zeros(self.height)
        v[self.columns], duals[self.rows] = small.v, small.duals
        return small._replace(v=v, duals=duals)

    def proven(self, proof: Proof) -> Proof:
        """A proof of the small model as one of the whole: fixed columns have no reduced value."""
        reduced = np.zeros(self.size, dtype=np.int64)
        reduced[self.columns] = proof.reduced
        prices = np.zeros(self.height, dtype=np.int64)
        prices[self.rows] = proof.prices
        exact = proof.exact + self.constant * GRID
        return Proof(proof.units + self.constant, exact, reduced, prices)


def propagate(matrix: Matrix) -> Matrix | None:
    """Tighten the bounds of columns by what each row still allows; ``None`` if nothing is left.

    For a row ``lower ≤ Σ a_j v_j ≤ upper`` and each column, the others' least and greatest sums
    bound ``a_j v_j`` (activity-based tightening; Savelsbergh 1994).
    """
    entries = matrix.a.tocoo()
    row, col = entries.row.astype(np.int64), entries.col.astype(np.int64)
    coef = entries.data
    floor, cap = matrix.floor.copy(), matrix.cap.copy()
    for _ in range(ROUNDS):
        least, most = _contributions(coef, floor[col], cap[col])
        low = np.bincount(row, weights=least, minlength=matrix.shape[0]).astype(np.int64)
        high = np.bincount(row, weights=most, minlength=matrix.shape[0]).astype(np.int64)
        if np.any(low > matrix.upper) or np.any(high < matrix.lower):
            return None
        above = matrix.upper[row] - (low[row] - least)
        below = matrix.lower[row] - (high[row] - most)
        new_floor, new_cap = floor.copy(), cap.copy()
        _tighten(new_floor, new_cap, col, coef, above, below, (matrix.upper, matrix.lower), row)
        if np.any(new_floor > new_cap):
            return None
        if np.array_equal(new_floor, floor) and np.array_equal(new_cap, cap):
            break
        floor, cap = new_floor, new_cap
    return replace(matrix, floor=floor, cap=cap)


def _contributions(coef: Ints, floor: Ints, cap: Ints) -> tuple[Ints, Ints]:
    """Least and greatest of each entry's ``a_j v_j``."""
    return np.where(coef > 0, coef * floor, coef * cap), np.where(
        coef > 0, coef * cap, coef * floor
    )


def _tighten(
    floor: Ints,
    cap: Ints,
    col: Ints,
    coef: Ints,
    above: Ints,
    below: Ints,
    sides: tuple[Ints, Ints],
    row: Ints,
) -> None:
    """Bound columns by ``below ≤ a_j v_j ≤ above`` of their entries, in place."""
    upper, lower = sides
    bounded = upper[row] < UNBOUNDED
    up, down = bounded & (coef > 0), bounded & (coef < 0)
    np.minimum.at(cap, col[up], above[up] // coef[up])
    np.maximum.at(floor, col[down], -(above[down] // -coef[down]))
    bounded = lower[row] > -UNBOUNDED
    up, down = bounded & (coef > 0), bounded & (coef < 0)
    np.maximum.at(floor, col[up], -(-below[up] // coef[up]))
    np.minimum.at(cap, col[down], -below[down] // -coef[down])


def reduce(matrix: Matrix) -> Reduced:
    """Drop fixed columns, and rows that the bounds or a row without slack keep by themselves."""
    idle, implied = _implied(matrix)
    fixed = (matrix.floor == matrix.cap) | implied
    columns = np.flatnonzero(~fixed)
    settled = matrix.a @ np.where(fixed, matrix.floor, 0)
    moved = matrix.less(settled)
    narrow = sparse.csr_array(matrix.columns_first[:, columns])
    positive, negative = narrow.maximum(0), narrow.minimum(0)
    floor, cap = matrix.floor[columns], matrix.cap[columns]
    high = positive @ cap + negative @ floor
    low = positive @ floor + negative @ cap
    rows = np.flatnonzero(((high > moved.upper) | (low < moved.lower)) & ~idle)
    small = moved.cut(columns, rows)
    constant = int(matrix.objective[fixed] @ matrix.floor[fixed])
    return Reduced(small, columns, rows, constant, len(fixed), matrix.shape[0])


def _implied(matrix: Matrix) -> tuple[Bools, Bools]:
    """Rows with a slack that a row without one already keeps, and these slacks: they stay at 0.

    Such pairs have the same whole-number part; they are found by a random number per column and
    then compared entry by entry.
    """
    rows, columns = matrix.shape
    entry_row = np.repeat(np.arange(rows), np.diff(matrix.a.indptr))
    extra = ~matrix.integer[matrix.a.indices]
    slacks = np.bincount(entry_row[extra], minlength=rows)
    uses = np.bincount(matrix.a.indices[extra], minlength=columns)
    costly = (matrix.objective <= 0) & (matrix.floor == 0) & (uses == 1) & ~matrix.integer
    alone = np.zeros(rows, dtype=bool)
    alone[entry_row[extra]] = costly[matrix.a.indices[extra]]
    soft = np.flatnonzero((slacks == 1) & alone & (matrix.lower <= -UNBOUNDED))
    key = matrix.a @ np.where(matrix.integer, _numbers(columns), 0)
    hard = np.flatnonzero(slacks == 0)
    hard = hard[np.lexsort((matrix.upper[hard], key[hard]))]
    at = np.minimum(np.searchsorted(key[hard], key[soft]), max(len(hard) - 1, 0))
    twin = hard[at] if len(hard) else soft
    likely = (key[twin] == key[soft]) & (matrix.upper[twin] <= matrix.upper[soft]) & (twin != soft)
    soft, twin = soft[likely], twin[likely]
    whole = np.flatnonzero(matrix.integer)
    differs = abs(matrix.a[soft][:, whole] - matrix.a[twin][:, whole]).sum(axis=1)
    idle, implied = np.zeros(rows, dtype=bool), np.zeros(columns, dtype=bool)
    idle[soft[differs == 0]] = True
    implied[matrix.a.indices[extra & idle[entry_row]]] = True
    return idle, implied


def _numbers(count: int) -> Ints:
    """So many random numbers below 2**40, always the same."""
    return np.random.default_rng(count).integers(1, 2**40, count)
