"""Independent parts of a matrix, each solved by itself. Computed from the entries, not declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]


class Component(NamedTuple):
    """A part that shares no row with the others: its matrix, its columns and rows in the whole."""

    matrix: Matrix
    columns: Ints
    rows: Ints


def components(matrix: Matrix) -> list[Component]:
    """Split a matrix into the parts that share no row, the smallest ones gathered in one.

    Columns in no row at all belong to the gathered part, where they cost nothing to decide.
    """
    rows, columns = matrix.shape
    entries = matrix.a.tocoo()
    graph = sparse.coo_array(
        (np.ones(len(entries.row), dtype=np.int8), (entries.row, entries.col + rows)),
        shape=(rows + columns, rows + columns),
    )
    number, label = connected_components(graph, directed=False)
    size = np.bincount(label[rows:], minlength=number)
    label = np.where((size < _SMALL)[label], -1, label)
    found = []
    for part in np.unique(label):
        inside, among = (np.flatnonzero(side == part) for side in (label[rows:], label[:rows]))
        whole = (len(among), len(inside)) == matrix.shape
        found.append(Component(matrix if whole else matrix.cut(inside, among), inside, among))
    return [part for part in found if len(part.columns)]


_SMALL = 200
"""Parts with fewer columns are solved together: a solver call costs more than they do."""
