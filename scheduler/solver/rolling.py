"""The master of a very large model, portion by portion.

The simplex method takes more than its share of time the more people there are. So a portion of them
chooses among plans while all later people stay as the relaxation has them and all earlier ones as
they were decided. Whom the vertex leaves undecided goes on into the next portion, and so does every
seat that was not used: what is cut off in one portion by rounding is there in the next. In the end
as few are left as one master would leave, and those with them for whom there is no room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver.ladder import Draft
from scheduler.solver.master import Master
from scheduler.solver.matrix import SHARED, completed
from scheduler.solver.plans import Plans
from scheduler.solver.portions import SIZE, Portions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

CROWDED = 100 * UNITS_PER_POINT
"""Units that one beyond a side of a shared row costs: others may be there only by halves."""

OTHERS = 4
"""So many people are left undecided for each one too many in a row."""


def decided(matrix: Matrix, v: Floats, whole: Ints, seed: int) -> tuple[Ints, Ints]:
    """Choose among plans drawn from a relaxed answer, for all people at once or by portions.

    Parameters
    ----------
    matrix : Matrix
        Propagated and reduced.
    v : float array (columns,)
        A relaxed answer.
    whole : int array (columns,)
        A legal answer.
    seed : int

    Returns
    -------
    found : int array (columns,)
        What is decided; nothing of those who are left.
    left : int array (people,)
    """
    if len(np.unique(matrix.owner)) < 2 * SIZE:
        master = Master(Plans(matrix), v, whole, seed)
        master.run()
        return master.decided()
    return _rolled(matrix, v, whole, seed)


def _rolled(matrix: Matrix, v: Floats, whole: Ints, seed: int) -> tuple[Ints, Ints]:
    """As `decided`, portion by portion."""
    portions = Portions(matrix)
    order = np.random.default_rng(seed).permutation(portions.people)
    now, left = v.copy(), order[:0]
    for some in np.array_split(order, round(len(order) / SIZE)):
        part, columns, rows = portions.of(np.union1d(some, left), 1)
        now[columns] = 0
        settled = np.rint(matrix.a[rows] @ now).astype(np.int64)
        plans = Plans(_roomier(part.less(settled)))
        room = plans.matrix.shape[1] - len(columns)
        master = Master(
            plans, np.pad(v[columns], (0, room)), np.pad(whole[columns], (0, room)), seed
        )
        master.run()
        found, left = master.decided()
        now[columns] = found[: len(columns)]
    return _released(matrix, np.rint(now).astype(np.int64), left, seed)


def _released(matrix: Matrix, found: Ints, left: Ints, seed: int) -> tuple[Ints, Ints]:
    """Leave some of those undecided, too, who are in rows that hold more than they may."""
    excess = matrix.a @ completed(matrix, found[matrix.integer]) - matrix.upper
    draw = np.random.default_rng(seed)
    for row in np.flatnonzero(excess > 0).tolist():
        part = slice(matrix.a.indptr[row], matrix.a.indptr[row + 1])
        columns = matrix.a.indices[part][matrix.a.data[part] > 0]
        owner = matrix.owner[columns[found[columns] > 0]]
        inside = draw.permutation(np.unique(owner[owner != SHARED]))
        left = np.union1d(left, inside[: OTHERS * int(excess[row])])
    return np.where(matrix.integer & np.isin(matrix.owner, left), 0, found), left


def _roomier(matrix: Matrix) -> Matrix:
    """The same model where it is dear, but possible, to go beyond what shared rows allow."""
    shared = Portions(matrix).row_owner == SHARED
    draft = Draft(matrix)
    for row, step in (
        (np.flatnonzero(shared & (matrix.upper < UNBOUNDED)), -1),
        (np.flatnonzero(shared & (matrix.lower > -UNBOUNDED)), 1),
    ):
        draft.put(row, draft.slacks(-CROWDED, np.full(len(row), matrix.shape[1])), step)
    return draft.matrix()
