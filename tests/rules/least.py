"""The least that a rule's rows let an assignment cost, exactly and for many assignments at once.

With the base columns fixed, what is left to choose are the rule's slacks (and, for the rule that
decides it, ``unplaced``). A free column that is alone in its rows has a lowest value, whence a
closed form; free columns that share a row are solved together, each distinct residue once. They
need not be whole numbers, yet come out so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from scheduler.rules.contract import UNBOUNDED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.rules.contract import Rows

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

FAR = 4 * UNBOUNDED


class Least(NamedTuple):
    """For each assignment: whether the rows admit it, findings waived at least, units it costs."""

    admitted: Bools
    waived: Ints
    cost: Ints


@dataclass
class Part:
    """Free columns that rows or findings tie together, with the rows that hold any of them."""

    columns: Ints
    rows: Ints


class Price:
    """The rows of one rule, with the base columns after the first ``fixed`` left free.

    Parameters
    ----------
    rows : Rows
    fixed : int
        Base columns from 0 that an assignment gives values to.
    """

    def __init__(self, rows: Rows, fixed: int) -> None:
        row, column, coefficient = rows.entries
        self.matrix = np.zeros((rows.count, rows.base + rows.slacks), dtype=np.int64)
        np.add.at(self.matrix, (row, column), coefficient)
        lower, upper = rows.sides
        self.lower = np.where(lower <= -UNBOUNDED, -FAR, lower)
        self.upper = np.where(upper >= UNBOUNDED, FAR, upper)
        cost, top, hard, finding = rows.slack_columns
        loose = rows.base - fixed
        self.fixed = fixed
        self.charges = rows.charges()
        self.cost = np.concatenate([self.charges[fixed:], cost])
        self.top = np.concatenate([np.ones(loose, dtype=np.int64), top])
        self.hard = np.concatenate([np.zeros(loose, dtype=bool), hard])
        self.finding = np.concatenate([np.full(loose, -1), finding])
        self.free = self.matrix[:, fixed:]
        assert (self.cost >= 0).all()
        assert (self.top >= 0).all()
        assert (self.lower <= self.upper).all()

    def least(self, assignments: Ints) -> Least:
        """The least of each assignment, (assignments, fixed)."""
        activity = assignments @ self.matrix[:, : self.fixed].T
        low, high = self.lower - activity, self.upper - activity
        bare = ~self.free.any(axis=1)
        admitted = ((low <= 0) & (high >= 0))[:, bare].all(axis=1)
        waived = np.zeros(len(assignments), dtype=np.int64)
        cost = assignments @ self.charges[: self.fixed]
        for part in self.parts():
            simple = (np.count_nonzero(self.free[part.rows], axis=1) <= 1).all()
            found = (self.alone if simple else self.together)(
                part, low[:, part.rows], high[:, part.rows]
            )
            admitted &= found.admitted
            waived += found.waived
            cost += found.cost
        return Least(admitted, waived * admitted, cost * admitted)

    def asked(self) -> Ints:
        """(free columns,): the most that the rows of each could ask of it, the others at 0.

        Columns that are only in rows of free columns are asked whatever they reach.
        """
        base = self.matrix[:, : self.fixed]
        most, least = np.maximum(base, 0).sum(axis=1), np.minimum(base, 0).sum(axis=1)
        above = np.where(self.upper < UNBOUNDED, most - self.upper, 0)
        below = np.where(self.lower > -UNBOUNDED, self.lower - least, 0)
        found = np.zeros(len(self.cost), dtype=np.int64)
        removed = ~self.free[base.any(axis=1)].any(axis=0)
        found[removed] = self.top[removed]
        for row, column in zip(*np.nonzero(self.free), strict=True):
            size = self.free[row, column]
            need = below[row] if size > 0 else above[row]
            found[column] = max(found[column], -(-need // abs(size)))
        return found

    def solved(self, assignment: Ints) -> tuple[bool, int, int]:
        """The least of one assignment by a solver alone: whether admitted, waived, cost."""
        activity = self.matrix[:, : self.fixed] @ assignment
        every = Part(np.arange(len(self.cost)), np.arange(len(self.lower)))
        found = self.solve(every, self.lower - activity, self.upper - activity)
        return (
            found[0],
            found[1],
            found[2] + found[0] * int(assignment @ self.charges[: self.fixed]),
        )

    def parts(self) -> list[Part]:
        """Free columns by the rows, and the findings to be waived, that they share."""
        leader = np.arange(len(self.cost))
        ties = [np.flatnonzero(row) for row in self.free]
        ties += [
            np.flatnonzero(self.hard & (self.finding == n)) for n in set(self.finding[self.hard])
        ]
        for tied in ties:
            if len(tied):
                leader[np.isin(leader, leader[tied])] = leader[tied].min()
        return [
            Part(columns, np.flatnonzero(self.free[:, columns].any(axis=1)))
            for columns in (np.flatnonzero(leader == at) for at in np.unique(leader))
        ]

    def alone(self, part: Part, low: Ints, high: Ints) -> Least:
        """In closed form: each column takes the largest of its rows' lower ends."""
        count = len(low)
        admitted = np.ones(count, dtype=bool)
        breached: dict[int, Bools] = {}
        cost = np.zeros(count, dtype=np.int64)
        for column in part.columns:
            least = np.zeros(count, dtype=np.int64)
            most = np.full(count, self.top[column])
            for at, row in enumerate(part.rows):
                coefficient = int(self.free[row, column])
                if coefficient:
                    first, last = low[:, at], high[:, at]
                    if coefficient < 0:
                        first, last = -last, -first
                    assert (first[first > 0] % coefficient == 0).all(), "a slack is not whole"
                    least = np.maximum(least, first // abs(coefficient))
                    most = np.minimum(most, last // abs(coefficient))
            admitted &= least <= most
            cost += least * self.cost[column]
            if self.hard[column]:
                group = int(self.finding[column])
                breached[group] = breached.get(group, False) | (least > 0)
        waived = sum(breached.values(), np.zeros(count, dtype=np.int64))
        return Least(admitted, waived, cost)

    def together(self, part: Part, low: Ints, high: Ints) -> Least:
        """By solving each distinct residue: the fewest waived, then the least cost."""
        sides, back = np.unique(np.hstack([low, high]), axis=0, return_inverse=True)
        width = len(part.rows)
        solved = [self.solve(part, side[:width], side[width:]) for side in sides]
        parts = zip(*solved, strict=True)
        return Least(*(np.array(each)[back.ravel()] for each in parts))

    def solve(self, part: Part, low: Ints, high: Ints) -> tuple[bool, int, int]:
        """One residue, as a mixed integer programme: whether admitted, waived, cost."""
        columns = part.columns
        group = np.where(self.hard[columns], self.finding[columns], -1)
        return _solved(
            tuple(map(tuple, self.free[np.ix_(part.rows, columns)].tolist())),
            tuple(np.clip(low, -FAR, UNBOUNDED).tolist()),
            tuple(np.clip(high, -UNBOUNDED, FAR).tolist()),
            tuple(self.top[columns].tolist()),
            tuple(self.cost[columns].tolist()),
            tuple(np.unique(group, return_inverse=True)[1].tolist() if len(group) else ()),
            bool((group < 0).any()),
        )


@cache
def _solved(
    body: tuple[tuple[int, ...], ...],
    low: tuple[int, ...],
    high: tuple[int, ...],
    top: tuple[int, ...],
    cost: tuple[int, ...],
    group: tuple[int, ...],
    soft: bool,
) -> tuple[bool, int, int]:
    """Solve one residue; columns of group 0 waive nothing if ``soft``."""
    if not top:
        return max(low, default=0) <= 0 <= min(high, default=0), 0, 0
    number = np.array(group) - soft
    hard = np.flatnonzero(number >= 0)
    groups = int(number.max()) + 1
    counts = np.zeros((len(hard), len(top) + groups))
    counts[np.arange(len(hard)), hard] = 1
    counts[np.arange(len(hard)), len(top) + number[hard]] = -np.array(top)[hard]
    rows = np.hstack([np.array(body).reshape(len(body), len(top)), np.zeros((len(body), groups))])
    rules = [LinearConstraint(rows, _open(low), _open(high))] if body else []
    rules += [LinearConstraint(counts, -np.inf, 0)] if len(hard) else []
    bounds = Bounds(0, np.array([*top, *[1] * groups]))
    count = np.array([*[0] * len(top), *[1] * groups])
    first = milp(count, constraints=rules, bounds=bounds, integrality=count)
    if first.status != 0:
        assert first.status == 2, first.message
        return False, 0, 0
    waived = round(first.fun)
    if not any(cost):
        return True, waived, 0
    rules.append(LinearConstraint(count[None, :], -np.inf, waived))
    price = np.array([*cost, *[0] * groups])
    second = milp(price, constraints=rules, bounds=bounds, integrality=count)
    assert second.status == 0, second.message
    return True, waived, round(second.fun)


def _open(sides: tuple[int, ...]) -> NDArray[np.float64]:
    """Sides as the solver takes them: what is far off is infinite."""
    far = np.abs(sides) >= UNBOUNDED
    return np.where(far, np.copysign(np.inf, sides), sides)
