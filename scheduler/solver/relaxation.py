"""The relaxation of a large model, prepared so that a first-order method gets through it.

PDLP stops at a relative tolerance, and how many steps it needs depends on how the numbers lie.
Three things change that by an order of magnitude and the meaning not at all, for any multipliers
certify a bound of the original:

- *Origin.* A person takes one column of each chooser row, so half of the best worth there can be
  taken off all of them: the multipliers of these rows are then sought from there.
- *Scale.* Rows are divided by their largest whole-number coefficient, slacks and segments measured
  to match; points in hundredths otherwise make rows ten thousand times as long as others.
- *Clamp.* A column that costs much more than anything gains (nobody is unplaced who could be
  placed) makes the objective long for nothing. It counts less at first; if the answer then makes
  use of it, the relaxation is solved again at its full cost.

Rows ``x ≤ open`` are most of the rows and mostly idle: where there are very many they are left out
first, and all of them are put back if one is violated. Where that would take long, a rough answer
says first whether it is worth trying.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, engines, portions, presolve
from scheduler.solver.engines import Relaxed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

LARGE = 8_000
"""Rows from which on the simplex method is too slow."""

KNOWN = 1_000
"""Rows from which on it is too slow beside PDLP that goes on from an answer that is nearly good."""

MANY_LINKS = 100_000
"""Rows ``x ≤ open`` from which on they are left out first."""

CLAMP = 150 * UNITS_PER_POINT
"""What a column costs at most, at first: more than most gains."""

ORIGIN = 0.5
"""Share of the best worth in a chooser row from which its multiplier is sought."""

BROKEN_LINKS = 1e-3
"""Links may be violated by so much in all per chooser row before all of them are put back."""

DEAR = 2_000_000
"""Entries from which on a model is dear to relax: a rough answer comes first, and without links."""

ROUGH = 1e-2
"""Tolerance of a rough answer."""

CLOSE = 1e-4
"""Tolerance of the portions of a dear model."""

LOOSE = 2e-3
"""Share of the objective that clamping may hide before costs count in full."""


def relaxed(
    matrix: Matrix, tolerance: float = 1e-4, *, cheap: bool = True, start: Relaxed | None = None
) -> Relaxed | None:
    """Solve the LP relaxation: by the simplex method, or PDLP where the model is large.

    Parameters
    ----------
    matrix : Matrix
    tolerance : float
        Relative, of PDLP.
    cheap : bool
        Whether clamped costs are worth trying.
    start : Relaxed, optional
        Columns and multipliers of this model that are nearly good: PDLP goes on from there.

    Returns
    -------
    Relaxed or None
        ``None`` where there is no answer. Its multipliers price ``matrix`` as it is.
    """
    if matrix.shape[0] < (LARGE if start is None else min(LARGE, KNOWN)):
        return engines.relax(matrix, engines.HIGHS)
    link = links(matrix)
    if cheap and np.count_nonzero(link) > MANY_LINKS and _idle(matrix, link, start):
        found, cheap = _solved(matrix, ~link, tolerance, cheap=True, start=start)
        if cheap and found is not None and _broken(matrix, link, found.v) < BROKEN_LINKS:
            return found
    every = np.ones(matrix.shape[0], dtype=bool)
    found, fine = _solved(matrix, every, tolerance, cheap=cheap, start=start)
    return found if fine else _solved(matrix, every, tolerance, cheap=False, start=start)[0]


def rough(matrix: Matrix, tolerance: float) -> Relaxed | None:
    """A first idea of the relaxation, costs clamped, and without links where they are very many.

    Any multipliers bound; nothing else of it is to be relied on. A dear model of very many people
    is put together from portions of them, closely relaxed (`portions`); another one is not
    presolved, which would take longer than it saves.
    """
    few = np.count_nonzero(links(matrix)) <= MANY_LINKS

    def relax(part: Matrix, tolerance: float, start: Relaxed | None = None) -> Relaxed | None:
        kept = np.ones(part.shape[0], dtype=bool) if few else ~links(part)
        return _solved(part, kept, tolerance, cheap=True, start=start)[0]

    if not dear(matrix):
        return relax(matrix, tolerance)
    if len(np.unique(matrix.owner)) >= 2 * portions.SIZE:
        return portions.joined(matrix, lambda part: relax(part, CLOSE))
    origin = Relaxed(np.zeros(matrix.shape[1]), _origin(matrix).astype(float))
    return relax(matrix, tolerance, origin)


def dear(matrix: Matrix) -> bool:
    """Whether it takes long to relax this model at all."""
    return bool(matrix.a.nnz >= DEAR)


def _idle(matrix: Matrix, link: Bools, start: Relaxed | None) -> bool:
    """Whether a rough answer without links hardly violates them; taken for granted if not dear."""
    if not dear(matrix):
        return True
    near = rough(matrix, ROUGH) if start is None else start
    return near is not None and _broken(matrix, link, near.v) < 5 * BROKEN_LINKS


def priced(matrix: Matrix, tolerance: float) -> Floats | None:
    """(rows,): multipliers of a propagated model at full costs, 0 for rows that hold anyway."""
    small = presolve.reduce(matrix)
    prices = np.zeros(matrix.shape[0])
    if len(small.columns):
        found = relaxed(small.matrix, tolerance, cheap=False)
        if found is None:
            return None
        prices[small.rows] = found.duals
    return prices


def links(matrix: Matrix) -> Bools:
    """(rows,): rows of the form ``x − c·open ≤ 0``."""
    alone = (np.diff(matrix.a.indptr) == 2) & (matrix.upper == 0)
    return np.asarray(alone & (matrix.lower <= -UNBOUNDED))


def _broken(matrix: Matrix, link: Bools, v: Floats) -> float:
    """By how much these rows are violated in all, per chooser row."""
    over = np.maximum((matrix.a @ v - matrix.upper)[link], 0).sum()
    row, _, _ = certify.choosers(matrix)
    return float(over) / max(1, len(np.unique(row)))


def _solved(
    matrix: Matrix, kept: Bools, tolerance: float, *, cheap: bool, start: Relaxed | None
) -> tuple[Relaxed | None, bool]:
    """The relaxation in some of its rows, ``cheap`` with clamped costs; whether these are enough.

    Rows left out have multipliers of 0.
    """
    rows = np.flatnonzero(kept)
    origin = _origin(matrix)
    moved = matrix.objective - matrix.columns_first.T @ origin
    objective = np.maximum(moved, -CLAMP) if cheap else moved
    fewer = replace(matrix.cut(slice(None), rows), objective=objective)
    near = None if start is None else Relaxed(start.v, (start.duals - origin)[rows])
    found = _prepared(fewer, tolerance, near)
    if found is None:
        return None, True
    duals = origin.astype(float)
    duals[rows] += found.duals
    unpaid = float((objective - moved) @ found.v)
    enough = unpaid <= LOOSE * abs(float(matrix.objective @ found.v))
    return Relaxed(found.v, duals, cheap), enough or not cheap


def _origin(matrix: Matrix) -> Ints:
    """(rows,): units from which the multipliers of chooser rows are sought."""
    row, column, _ = certify.choosers(matrix)
    best = np.full(matrix.shape[0], np.iinfo(np.int64).min)
    np.maximum.at(best, row, matrix.objective[column])
    known = best > np.iinfo(np.int64).min
    return np.where(known, (np.where(known, best, 0) * ORIGIN).astype(np.int64), 0)


def _prepared(matrix: Matrix, tolerance: float, start: Relaxed | None) -> Relaxed | None:
    """Solve by PDLP in rows and slacks scaled alike."""
    by_row, by_column = _scales(matrix)
    near = None if start is None else Relaxed(start.v / by_column, start.duals * by_row)
    found = engines.relax(matrix, engines.PDLP, tolerance, (by_row, by_column), near)
    return None if found is None else Relaxed(found.v * by_column, found.duals / by_row)


def _scales(matrix: Matrix) -> tuple[Floats, Floats]:
    """What rows are divided by, and how many of the old one new unit of a column is."""
    rows, columns = matrix.shape
    entries = matrix.a.tocoo()
    whole = matrix.integer[entries.col]
    by_row = np.ones(rows)
    np.maximum.at(by_row, entries.row[whole], np.abs(entries.data[whole]).astype(float))
    by_column = np.ones(columns)
    row, col, coef = entries.row[~whole], entries.col[~whole], np.abs(entries.data[~whole])
    np.maximum.at(by_column, col, by_row[row] / coef)
    return by_row, by_column
