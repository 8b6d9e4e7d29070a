"""The engine's own matrix, as both solvers that are given it whole see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scheduler.solver import elastic, presolve

if TYPE_CHECKING:
    from scheduler.solver.matrix import Matrix


class Narrowed(NamedTuple):
    """A model with its bounds propagated, and what is left of it without fixed columns."""

    within: Matrix
    small: presolve.Reduced


def narrowed(matrix: Matrix) -> Narrowed | None:
    """What strictness and propagation leave of a matrix; ``None`` if that is nothing."""
    within = presolve.propagate(elastic.strict(matrix))
    return None if within is None else Narrowed(within, presolve.reduce(within))
