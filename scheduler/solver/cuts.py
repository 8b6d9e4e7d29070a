"""Cuts: rows that every whole answer keeps, and a relaxed one breaks.

Whatever multipliers the rows are added up with, every answer keeps the sum; and since all columns
are whole in an answer, slacks and segments too (`matrix.completed`), the sum can be rounded
(mixed-integer rounding; Nemhauser & Wolsey 1990, Marchand & Wolsey 2001). Rows are tried one by
one, and summed up as the simplex method sums them where a column is left undecided (Gomory 1960).
As with bounds, any multipliers will do, and all is whole-number arithmetic: a cut is part of a
proof, and owes nothing to a solver's tolerance.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from scheduler.rules.contract import UNBOUNDED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.engines import Vertex
    from scheduler.solver.matrix import Matrix
    from scheduler.solver.presolve import Reduced

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SCALE = 2**14
"""Multipliers of a tableau are rounded to multiples of 1/SCALE."""

COARSE = 2**14
"""Coefficients of a cut are rounded down until none is larger."""

LONGEST = 800
"""Columns that a sum may hold: longer cuts cost more than they cut off."""

DIVISORS = 12
"""Divisors that are tried for a sum; then two, four and eight times the best one."""

MOST = 400
"""Cuts, tableau rows, that are taken at once: the deepest, the least decided."""

DEPTH = 1e-3
"""How far a relaxed answer must be beyond a cut."""

UNDECIDED = 0.01
"""A column this near to a whole number needs no tableau row."""

SAFE = 2.0**60
"""Sums below stay exact."""

WHOLE = 1e-6


class Cut(NamedTuple):
    """A row ``coefficients · v[columns] ≤ upper`` that a relaxed answer misses by ``depth``."""

    depth: float
    columns: Ints
    coefficients: Ints
    upper: int


def cuts(matrix: Matrix, vertex: Vertex) -> list[Cut]:
    """Cuts that the relaxed answer ``vertex`` of ``matrix`` breaks, the deepest first."""
    found = [
        rounded(matrix, np.array([row]), np.array([sign]), vertex.v)
        for row, sign in _tight(matrix, vertex.v)
    ]
    for weights in tableau(matrix, vertex):
        row = np.flatnonzero(weights)
        found.append(rounded(matrix, row, weights[row], vertex.v))
    good = [cut for cut in found if cut is not None]
    return sorted(good, key=lambda cut: -cut.depth)[:MOST]


def exchanged(matrix: Matrix, small: Reduced, v: Floats, height: int, found: list[Cut]) -> Matrix:
    """The matrix with cuts found in ``small``, without those cuts that ``v`` leaves room.

    Parameters
    ----------
    matrix : Matrix
        Its rows from ``height`` on are cuts.
    small : Reduced
        From it; its cuts hold where its fixed columns are as they are fixed.
    v : float array (columns of ``small``,)
    height : int
    found : list of Cut
    """
    room = small.matrix.upper - small.matrix.a @ v > WHOLE
    idle = np.setdiff1d(np.arange(height, matrix.shape[0]), small.rows[~room])
    kept = np.setdiff1d(np.arange(matrix.shape[0]), idle)
    moved = [cut._replace(columns=small.columns[cut.columns]) for cut in found]
    return added(matrix.cut(slice(None), kept), moved)


def added(matrix: Matrix, found: list[Cut]) -> Matrix:
    """The matrix with these rows too."""
    number = np.repeat(np.arange(len(found)), [len(cut.columns) for cut in found])
    columns = np.concatenate([cut.columns for cut in found])
    coefs = np.concatenate([cut.coefficients for cut in found])
    body = sparse.csr_array((coefs, (number, columns)), shape=(len(found), matrix.shape[1]))
    upper = np.array([cut.upper for cut in found], dtype=np.int64)
    return replace(
        matrix,
        a=sparse.csr_array(sparse.vstack([matrix.a, body])),
        lower=np.concatenate([matrix.lower, np.full(len(found), -UNBOUNDED)]),
        upper=np.concatenate([matrix.upper, upper]),
    )


def _tight(matrix: Matrix, v: Floats) -> list[tuple[int, int]]:
    """Rows at one of their sides that hold an undecided column; 1 for the upper side, else -1."""
    undecided = (np.abs(v - np.rint(v)) > WHOLE) & matrix.integer
    holds = abs(matrix.a) @ undecided.astype(np.int64) > 0
    activity = matrix.a @ v
    above = np.flatnonzero(holds & (matrix.upper - activity < WHOLE))
    below = np.flatnonzero(holds & (activity - matrix.lower < WHOLE))
    return [(row, 1) for row in above.tolist()] + [(row, -1) for row in below.tolist()]


def tableau(matrix: Matrix, vertex: Vertex) -> Ints:
    """(tableau rows, rows): multipliers, in 1/`SCALE`, that sum rows up as the basis does.

    One for each of the least decided columns. Multipliers of a sign that a row has no side for
    are 0.
    """
    rows = matrix.shape[0]
    if len(vertex.columns) + len(vertex.rows) != rows:
        return np.zeros((0, rows), dtype=np.int64)
    unit = sparse.eye_array(rows, format="csc")[:, vertex.rows]
    basis = sparse.hstack([matrix.columns_first[:, vertex.columns].astype(float), -unit])
    v = vertex.v[vertex.columns]
    away = np.abs(v - np.rint(v)) * matrix.integer[vertex.columns]
    chosen = np.argsort(-away, kind="stable")[:MOST]
    chosen = chosen[away[chosen] > UNDECIDED]
    ask = np.zeros((rows, len(chosen)))
    ask[chosen, np.arange(len(chosen))] = 1
    try:
        found = splu(sparse.csc_array(basis.T)).solve(ask).T
    except RuntimeError:  # the basis is singular
        return np.zeros((0, rows), dtype=np.int64)
    found = np.clip(np.nan_to_num(found) * SCALE, -(2**26), 2**26)
    weights: Ints = np.rint(found).astype(np.int64)
    weights[(weights > 0) & (matrix.upper >= UNBOUNDED)] = 0
    weights[(weights < 0) & (matrix.lower <= -UNBOUNDED)] = 0
    return weights


def rounded(matrix: Matrix, rows: Ints, weights: Ints, v: Floats) -> Cut | None:
    """Sum rows up, and round the sum so that ``v`` breaks it; ``None`` if it doesn't.

    With ``u ≥ 0`` the distance of each column from its nearer bound, the sum is ``c·u ≤ b``. For
    every divisor ``d``, with ``r = b mod d``, whole ``u`` keep

        Σ_j (⌊c_j/d⌋·(d − r) + max(0, c_j mod d − r))·u_j ≤ ⌊b/d⌋·(d − r)

    Parameters
    ----------
    matrix : Matrix
    rows, weights : int arrays
        A positive weight takes the row's upper side, a negative one its lower side.
    v : float array (columns,)
    """
    c = sparse.csr_array(matrix.a[rows]).T @ weights
    b = int(weights @ np.where(weights > 0, matrix.upper[rows], matrix.lower[rows]))
    k = np.flatnonzero(c)
    if not 0 < len(k) <= LONGEST:
        return None
    c, floor, cap = c[k], matrix.floor[k], matrix.cap[k]
    far = v[k] - floor > cap - v[k]
    bound = np.where(far, cap, floor)
    if np.abs(c).astype(float) @ np.abs(bound) + abs(b) > SAFE:
        return None
    b -= int(c @ bound)
    c, u = np.where(far, -c, c), np.abs(v[k] - bound)
    best = _best(c, b, u, matrix.integer[k])
    if best is None:
        return None
    depth, c, b = best
    c = np.where(far, -c, c)
    kept = c != 0
    return Cut(depth, k[kept], c[kept], b + int(c @ bound))


def _best(c: Ints, b: int, u: Floats, whole: Bools) -> tuple[float, Ints, int] | None:
    """The deepest of the roundings of ``c·u ≤ b`` by several divisors: depth, ``c`` and ``b``."""
    sizes = np.unique(np.abs(c[whole & (u > WHOLE)]))[::-1][:DIVISORS].tolist()
    best, divisor = None, 0
    for d in [SCALE, *sizes]:
        found = _rounding(c, b, u, d)
        if found is not None and (best is None or found[0] > best[0]):
            best, divisor = found, d
    for times in (2, 4, 8):
        found = _rounding(c, b, u, times * divisor) if best is not None else None
        if found is not None and best is not None and found[0] > best[0]:
            best = found
    return best


def _rounding(c: Ints, b: int, u: Floats, d: int) -> tuple[float, Ints, int] | None:
    """Round ``c·u ≤ b`` by one divisor: by how much ``u`` then misses it, ``c`` and ``b``.

    Coefficients are rounded down until they are handy, which whole ``u ≥ 0`` allow.
    """
    r = b % d
    if not d / 100 < r < d - d / 100:
        return None
    c = c // d * (d - r) + np.maximum(0, c % d - r)
    coarse = max(1, int(np.abs(c).max()) // COARSE)
    c, b = c // coarse, b // d * (d - r) // coarse
    common = max(1, int(np.gcd.reduce(c)))
    c, b = c // common, b // common
    depth = float(c @ u - b) / max(1.0, float(np.linalg.norm(c)))
    return (depth, c, b) if depth > DEPTH else None
