"""The relaxation of a very large model, from portions of its people.

A first-order method needs more steps the more people compete for a seat, and each step costs more.
So people are dealt into portions at random, and each portion is relaxed as if the whole school were
like it: everybody counts for as many as there are portions, in the rows that people share. Together
these answers keep every row of the whole, and the mean of their prices is nearly right for all. It
is where the relaxation of the whole starts from.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from scheduler.solver.engines import Relaxed
from scheduler.solver.matrix import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Relaxing = Callable[[Matrix], Relaxed | None]

SIZE = 3_000
"""People in a portion, about: few compete for a seat, and yet they are like the whole."""


def joined(matrix: Matrix, relax: Relaxing) -> Relaxed | None:
    """A start for the relaxation of ``matrix`` from portions of its people.

    Parameters
    ----------
    matrix : Matrix
    relax : callable
        Relaxes the model of a portion.

    Returns
    -------
    Relaxed or None
        ``None`` where a portion has no answer. What belongs to nobody, and the prices of rows that
        people share, are the means of all portions.
    """
    portions = Portions(matrix)
    people = np.random.default_rng(0).permutation(portions.people)
    number = max(1, round(len(people) / SIZE))
    v, duals = np.zeros(matrix.shape[1]), np.zeros(matrix.shape[0])
    for some in np.array_split(people, number):
        part, columns, rows = portions.of(some, number)
        found = relax(part)
        if found is None:
            return None
        v[columns] += np.where(portions.owner[columns] == SHARED, found.v / number, found.v)
        duals[rows] += found.duals
    return Relaxed(v, duals)


class Portions:
    """Whose the rows and columns of a model are.

    Attributes
    ----------
    row_owner : int array (rows,)
        The only person whose base columns are in it, if there is one; else `SHARED`.
    many : bool array (rows,)
        Whether base columns of several people are in it.
    owner : int array (columns,)
        As in the matrix; a slack or segment is of the person whose rows alone it is in.
    """

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        entries = matrix.a.tocoo()
        row, col = entries.row.astype(np.int64), entries.col.astype(np.int64)
        own = matrix.owner[col] != SHARED
        least, most = _range(row[own], matrix.owner[col[own]], matrix.shape[0])
        self.row_owner = np.where(least == most, least, SHARED)
        self.many = least < most
        extra = ~matrix.integer[col]
        least, most = _range(col[extra], self.row_owner[row[extra]], matrix.shape[1])
        alone = np.where(least == most, least, SHARED)
        self.owner = np.where(matrix.integer, matrix.owner, alone)

    @cached_property
    def people(self) -> Ints:
        """Everybody who has a column."""
        return np.unique(self.owner[self.owner != SHARED])

    def of(self, people: Ints, weight: int) -> tuple[Matrix, Ints, Ints]:
        """The model of these people, each of whom counts for ``weight``; its columns and rows.

        All worth is divided by ``weight``, and so are the prices of rows that people share.
        """
        here = np.zeros(int(self.people.max(initial=0)) + 2, dtype=bool)
        here[people] = True
        shared = self.owner == SHARED
        columns = np.flatnonzero(shared | here[self.owner])
        rows = np.flatnonzero((self.row_owner == SHARED) | here[self.row_owner])
        part = self.matrix.cut(columns, rows)
        entries = part.a.tocoo()
        often = self.many[rows][entries.row] & ~shared[columns][entries.col]
        data = np.where(often, weight, 1) * entries.data
        objective = np.where(shared[columns], part.objective // weight, part.objective)
        a = sparse.csr_array((data, (entries.row, entries.col)), shape=entries.shape)
        return replace(part, a=a, objective=objective), columns, rows


def _range(at: Ints, value: Ints, size: int) -> tuple[Ints, Ints]:
    """(size,) each: the least and the largest value at each place; `SHARED` where there is none."""
    least, most = np.full(size, np.iinfo(np.int64).max), np.full(size, SHARED)
    np.minimum.at(least, at, value)
    np.maximum.at(most, at, value)
    return np.where(most == SHARED, SHARED, least), most
