"""Open or close: a dive on the switches, the relaxation solved again after every step.

A *switch* is a 0/1 column that nobody owns and that gives others room (a session that opens). Where
the relaxation leaves switches undecided, the decided ones and the most decided quarter of the
others are fixed, what follows is propagated, and the smaller relaxation is solved. A step that
costs much more than a step should is taken back and made smaller; a single switch that costs too
much is set the other way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.solver import presolve, relaxation
from scheduler.solver.matrix import SHARED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.engines import Relaxed
    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

DECIDED = 0.02
"""A switch this near to 0 or 1 counts as decided."""

STEP = 0.25
"""Share of the undecided switches that a step fixes."""

FEW = 0.05
"""Share of the switches that may stay undecided: whoever goes on from here sees to them."""

STEPS = 60

DEAR = 0.003
"""A step that loses this share of the worth is taken back."""


WORK = 600_000
"""Columns in all of the relaxations of a dive."""


@dataclass(frozen=True)
class Opened:
    """A model with its switches fixed, its relaxation (of the whole model), what it took."""

    matrix: Matrix
    relaxed: Relaxed
    work: int = 0

    @property
    def v(self) -> Floats:
        """(columns,): what the relaxation takes."""
        return self.relaxed.v


def switches(matrix: Matrix) -> Ints:
    """Free 0/1 columns that nobody owns and that give room in a row ``… − c·switch ≤ 0``."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.a.indptr))
    col = matrix.a.indices
    free = matrix.integer & (matrix.owner == SHARED) & (matrix.floor < matrix.cap)
    gives = free[col] & (matrix.a.data < 0) & (matrix.upper[row] == 0)
    return np.unique(col[gives]).astype(np.int64)


def opened(matrix: Matrix, relaxed: Relaxed) -> Opened:
    """Fix the switches of a propagated model, guided by a relaxed answer of it."""
    here, share, work = Opened(matrix, relaxed), STEP, 0
    few = FEW * len(switches(matrix))
    worth = float(matrix.objective @ here.v)
    for _ in range(STEPS):
        free = switches(here.matrix)
        away = np.abs(here.v[free] - np.rint(here.v[free]))
        if np.count_nonzero(away > DECIDED) <= few or work > WORK:
            break
        next_ = _fixed(here, free[_most_decided(away, share)])
        work += matrix.shape[1] if next_ is None else next_.work
        if next_ is not None and float(matrix.objective @ next_.v) >= worth - DEAR * abs(worth):
            here, share = next_, min(STEP, 2 * share)
            worth = float(matrix.objective @ here.v)
        elif share * len(free) > 1:
            share = share / 4
        else:
            other = _fixed(here, free[_most_decided(away, share)], wrong=True) or next_
            if other is None:
                break
            here, worth = other, float(matrix.objective @ other.v)
    return here


def _most_decided(away: Floats, share: float) -> Ints:
    """The decided ones and a share of the others; a small share takes undecided ones alone."""
    order = np.argsort(away, kind="stable")
    decided = int(np.count_nonzero(away <= DECIDED))
    number = max(1, round(share * (len(away) - decided)))
    return order[: decided + number] if share == STEP else order[decided : decided + number]


def _fixed(here: Opened, columns: Ints, *, wrong: bool = False) -> Opened | None:
    """The model with these switches fixed as they are nearest (or the ``wrong`` way), relaxed."""
    value = np.rint(here.v[columns]).astype(np.int64)
    value = 1 - value if wrong else value
    fixed = presolve.propagate(here.matrix.fixed(columns, value))
    if fixed is None:
        return None
    small = presolve.reduce(fixed)
    if not len(small.columns):
        return Opened(fixed, here.relaxed._replace(v=fixed.floor.astype(float)))
    start = small.inside(here.relaxed)
    found = relaxation.relaxed(small.matrix, cheap=start.cheap, start=start)
    if found is None:
        return None
    return Opened(fixed, small.outside(found, fixed.floor), len(small.columns))
