"""What a repair asks its child process for, and what that reports: loads no solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scheduler.solver.isolate import Done

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Mending:
    """What the child is to mend.

    Attributes
    ----------
    matrix : Matrix
    start : int array (base,)
        The old plan, perhaps no longer legal.
    free : bool array (base,)
        Columns that may change.
    frozen : bool array (base,)
        Columns that nothing may change, in the bound neither.
    listed : bool array (people,)
        People all of whose possible columns are listed.
    counted : bool array (people,)
        People who count where they move.
    forced : bool array (people,)
        Those of them who have lost a place, so that they move whatever happens.
    empty, missed : int arrays
        Columns that count empty places, and findings that count first.
    more : tuple of int
        So many people more may move, each solved in turn, for the sake of points.
    parts : tuple
        One: what `Isolated` waits for.
    """

    matrix: Matrix
    start: Ints
    free: Bools
    frozen: Bools
    listed: Bools
    counted: Bools
    forced: Bools
    empty: Ints
    missed: Ints
    more: tuple[int, ...] = ()
    seed: int = 0
    parts: tuple[int, ...] = (0,)


class Reached(NamedTuple):
    """How many a level came to, and the least that there can be."""

    name: str
    value: int
    bound: int


class Mended(NamedTuple):
    """The best answer found.

    ``fewest`` is the least that any plan waives. ``units`` is what it is worth and ``bound`` what
    it could be worth on the same levels, both over the columns let go; the bound holds for
    everybody where ``alone``: nobody else could move there, as certified. ``leave`` are people whom
    the looser model would move where it does better.
    """

    base: Ints
    waived: int
    fewest: int
    levels: tuple[Reached, ...]
    units: int
    bound: int
    alone: bool
    leave: Ints


class More(NamedTuple):
    """The best answer found where so many people may move, in units, and its bound."""

    moved: int
    base: Ints
    units: int
    bound: int


class Stuck(NamedTuple):
    """Nothing legal was found with the others as they are; ``leave`` would have to move."""

    leave: Ints


Report = Mended | More | Stuck | Done
