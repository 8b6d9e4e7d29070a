"""What must not be, and what is waived when nothing else is possible.

Hard slacks measure breaches of locks and of soft rules set to ``hard``. `strict` forbids them all;
`counting` finds the fewest findings to waive; `waiving` allows that many and looks at points again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED

if TYPE_CHECKING:
    from scheduler.solver.matrix import Matrix


def strict(matrix: Matrix) -> Matrix:
    """The same model without any breach."""
    return replace(matrix, cap=np.where(matrix.breach >= 0, 0, matrix.cap))


def counting(matrix: Matrix) -> Matrix:
    """The same rows, one new 0/1 column per finding that could be waived; minimise their number.

    Rows added: ``slack − cap·waived ≤ 0`` for each hard slack. The new columns come last.
    """
    slack = np.flatnonzero(matrix.breach >= 0)
    finding, which = np.unique(matrix.breach[slack], return_inverse=True)
    rows, columns = matrix.shape
    number = np.arange(len(slack))
    link = sparse.coo_array(
        (
            np.concatenate([np.ones(len(slack), dtype=np.int64), -matrix.cap[slack]]),
            (np.tile(number, 2), np.concatenate([slack, columns + which])),
        ),
        shape=(len(slack), columns + len(finding)),
    )
    wide = sparse.hstack([matrix.a, sparse.csr_array((rows, len(finding)), dtype=np.int64)])
    return replace(
        _widened(matrix, len(finding)),
        a=sparse.csr_array(sparse.vstack([wide, link])),
        lower=np.concatenate([matrix.lower, np.full(len(slack), -UNBOUNDED)]),
        upper=np.concatenate([matrix.upper, np.zeros(len(slack), dtype=np.int64)]),
        objective=np.concatenate([np.zeros(columns, np.int64), _cost(len(finding))]),
    )


def waiving(matrix: Matrix, number: int) -> Matrix:
    """The model with at most ``number`` findings waived, its own objective restored."""
    elastic = counting(matrix)
    waived = elastic.objective < 0
    row = sparse.csr_array(waived[None, :].astype(np.int64))
    return replace(
        elastic,
        a=sparse.csr_array(sparse.vstack([elastic.a, row])),
        lower=np.concatenate([elastic.lower, [-UNBOUNDED]]),
        upper=np.concatenate([elastic.upper, [number]]),
        objective=np.concatenate(
            [matrix.objective, np.zeros(elastic.shape[1] - matrix.shape[1], np.int64)]
        ),
    )


def _cost(number: int) -> np.ndarray:
    return np.full(number, -UNITS_PER_POINT)


def _widened(matrix: Matrix, extra: int) -> Matrix:
    """Room for ``extra`` 0/1 columns of nobody."""
    return replace(
        matrix,
        cap=np.concatenate([matrix.cap, np.ones(extra, np.int64)]),
        floor=np.concatenate([matrix.floor, np.zeros(extra, np.int64)]),
        integer=np.concatenate([matrix.integer, np.ones(extra, bool)]),
        owner=np.concatenate([matrix.owner, np.full(extra, -1)]),
        breach=np.concatenate([matrix.breach, np.full(extra, -1)]),
    )
