"""Plans: one person's whole cycle, priced exactly.

Rows that concern one person alone need no prices: given the prices of the *shared* rows, the best
plan of each person is a small problem of its own, and solving it in whole numbers bounds the
person more tightly than the relaxation does (Lagrangian relaxation of the shared rows; Geoffrion
1974). Concave fairness, needs and visits are exact in a plan.

People are treated together, as arrays. A person's columns fall into *choosers* (their places, one
column each). A plan takes one column of each; the relaxation's reduced values say how much it
loses at least, so plans are enumerated in the order of that loss and cut off, validly, where even
the best of the rest must lose more than the best plan found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify
from scheduler.solver.certify import GRID
from scheduler.solver.matrix import SHARED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

BROKEN = -(2**48)
"""What a broken personal row adds to the worth of a plan: more than anything could make good."""

NEVER = 4 * BROKEN
"""Worth of a plan that cannot be."""

FREE, FILLED = -1, -2
"""Marks of a place in a plan: not yet decided, and filled by a column that fills another too."""

FAR = 2**50
"""A loss beyond every other, in 1/GRID units."""

WIDTH = 256
"""Plans (or parts of plans) kept per person while enumerating."""

BATCH = 30_000
"""Plans kept at once while enumerating: people are taken in batches, which saves memory."""


@dataclass(frozen=True)
class Priced:
    """People's best plans at some prices.

    Attributes
    ----------
    bound : int
        Units that no solution exceeds.
    person, columns : int arrays (plans,), (plans, choosers)
        Each plan's person and its columns; -1 pads people with fewer places.
    worth : int array (plans,)
        1/GRID units of each plan at these prices.
    exact : int
        The bound before rounding, in 1/GRID units.
    most : int array (people,)
        1/GRID units that each of `Plans.people` is worth at most at these prices.
    """

    bound: int
    person: Ints
    columns: Ints
    worth: Ints
    exact: int
    most: Ints


class Plans:
    """The personal part of a model.

    Parameters
    ----------
    matrix : Matrix
        Propagated and reduced.
    """

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self._own_columns()
        self._classify_rows()
        self._choosers()

    # ---- structure ---------------------------------------------------------------------------

    def _own_columns(self) -> None:
        """Owner of every row and column; a slack belongs to whom all its rows belong to.

        A slack that rows of several owners share makes these rows shared, which may make other
        slacks of theirs shared: repeated until nothing changes.
        """
        matrix = self.matrix
        a = sparse.coo_array(matrix.a)
        self._row, self._col = a.row.astype(np.int64), a.col.astype(np.int64)
        self._coef = a.data
        extra = ~matrix.integer[self._col]
        row, col = self._row[extra], self._col[extra]
        self.row_owner = matrix.personal.copy()
        while True:
            least = np.full(matrix.shape[1], np.iinfo(np.int64).max)
            most = np.full(matrix.shape[1], SHARED)
            np.minimum.at(least, col, self.row_owner[row])
            np.maximum.at(most, col, self.row_owner[row])
            alone = np.where(least == most, most, SHARED)
            self.owner = np.where(matrix.integer, matrix.owner, alone)
            joined = (self.owner[col] == SHARED) & (self.row_owner[row] != SHARED)
            if not joined.any():
                return
            self.row_owner[row[joined]] = SHARED

    def _classify_rows(self) -> None:
        """Personal rows by kind: plain, with one slack, or with segments; others lose their owner.

        A row with several slacks, or a slack in several rows, does not stand by itself: its person
        is priced by the relaxation alone.
        """
        matrix, rows = self.matrix, self.matrix.shape[0]
        extra = ~matrix.integer[self._col]
        number = np.bincount(self._row[extra], minlength=rows)
        uses = np.bincount(self._col[extra], minlength=matrix.shape[1])
        gains = matrix.objective[self._col] > 0
        segments = np.bincount(self._row[extra & gains & (self._coef == -1)], minlength=rows)
        self.plain = number == 0
        self.filled = (number > 0) & (segments == number) & (matrix.lower == matrix.upper)
        self.slacked = (number == 1) & ~self.filled & (segments == 0)
        odd = ~(self.plain | self.filled | self.slacked)
        odd[self._row[extra & (uses[self._col] > 1)]] = True
        self.odd_people = np.unique(self.row_owner[odd & (self.row_owner != SHARED)])
        self.slack_of = np.full(rows, -1)
        self.slack_coef = np.zeros(rows, dtype=np.int64)
        entry = extra & self.slacked[self._row]
        self.slack_of[self._row[entry]] = self._col[entry]
        self.slack_coef[self._row[entry]] = self._coef[entry]

    def _choosers(self) -> None:
        """Rows that choose one column each; people all of whose columns are in one such row."""
        matrix = self.matrix
        row, col, turn = certify.choosers(matrix)
        self.place = np.full(matrix.shape[0], -1)
        self.place[row] = turn
        self.places = int(turn.max(initial=-1)) + 1
        self.fills = sparse.csr_array(
            (np.ones(len(row), np.int64), (col, turn)), shape=(matrix.shape[1], self.places)
        )
        self.chooser = np.full(matrix.shape[1], -1)
        order = np.argsort(-turn, kind="stable")
        self.chooser[col[order]] = row[order]
        owned = matrix.integer & (matrix.owner != SHARED)
        loose = np.unique(matrix.owner[owned & (self.chooser < 0)])
        people = np.unique(matrix.owner[owned])
        self.people = np.setdiff1d(people, np.union1d(loose, self.odd_people))
        self.good = np.zeros(max(people.max(initial=0), matrix.owner.max(initial=0)) + 2, bool)
        self.good[self.people] = True
        self.chooses = np.zeros(matrix.shape[0], dtype=bool)
        self.chooses[row] = True
        self.inside = self.good[self.owner] & (self.owner != SHARED)
        self.row_inside = self.good[self.row_owner] & (self.row_owner != SHARED)
        self._count_places()
        self._cut_rows()

    def _count_places(self) -> None:
        """Candidate columns ordered by person and by the first place that they fill."""
        columns = np.flatnonzero(self.inside & self.matrix.integer)
        order = np.lexsort((self.place[self.chooser[columns]], self.matrix.owner[columns]))
        self.candidates = columns[order]

    def _cut_rows(self) -> None:
        """Entries of personal rows that are no choosers, by candidate column."""
        keep = self.row_inside[self._row] & ~self.chooses[self._row]
        keep &= self.matrix.integer[self._col]
        self.personal_a = sparse.csr_array(
            (self._coef[keep], (self._col[keep], self._row[keep])), shape=self.matrix.shape[::-1]
        )
        self.rest_rows = np.flatnonzero(self.row_inside & ~self.chooses)
        self._fill_tables()

    def _fill_tables(self) -> None:
        """Segments of filled rows, steepest first: starts, cumulated widths and gains."""
        entry = np.flatnonzero(~self.matrix.integer[self._col] & self.filled[self._row])
        row, col = self._row[entry], self._col[entry]
        order = np.lexsort((-self.matrix.objective[col], row))
        self.segment_row, self.segment_col = row[order], col[order]

    # ---- pricing -----------------------------------------------------------------------------

    def price(self, duals: Floats, width: int = WIDTH) -> Priced:
        """Bound the model by everybody's best plan at the prices in ``duals``; give these plans."""
        matrix = self.matrix
        y, reduced = self._tightened(duals)
        base = self._bases(y, reduced)
        shared = np.where(self.row_inside, 0, y)
        price = matrix.objective * GRID - matrix.columns_first.T @ shared
        loss = np.maximum(-reduced, 0)
        limit = self._reach(loss, base, price)
        person, columns = self._enumerated(loss, limit, width, price)
        worth = self.worth(person, columns, price)
        best = np.full(len(self.good), NEVER)
        np.maximum.at(best, person, worth)
        most = np.maximum(best, base - limit)[self.people]
        outside = np.where(reduced > 0, matrix.cap, matrix.floor) * reduced
        total = int(most.sum()) + int(outside[~self.inside].sum())
        total += certify.sides(matrix, shared)
        step = certify.value_step(matrix)
        return Priced(total // (GRID * step) * step, person, columns, worth, total, most)

    def near(self, duals: Floats, target: int, width: int = WIDTH) -> tuple[int, Bools]:
        """Bound the model; and which columns may be part of an answer worth ``target`` units.

        A person's plan that loses more than what the bound has to spare is in no such answer; a
        column that is in none of the person's other plans is not taken (reduced-cost fixing by
        whole plans). People with more plans than are looked at keep all their columns.

        Returns
        -------
        bound : int
            Units that no solution exceeds.
        able : bool array (columns,)
        """
        y, reduced = self._tightened(duals)
        priced = self.price(duals, width)
        most = priced.most
        spare = max(0, priced.exact - target * GRID)
        base = self._bases(y, reduced)
        shared = np.where(self.row_inside, 0, y)
        price = self.matrix.objective * GRID - self.matrix.columns_first.T @ shared
        reach = np.full(len(self.good), FAR)
        reach[self.people] = np.clip(base[self.people] - most + spare, 0, FAR)
        limit = reach.copy()
        person, columns = self._enumerated(np.maximum(-reduced, 0), limit, 4 * width)
        worth = self.worth(person, columns, price)
        least = np.full(len(self.good), NEVER)
        least[self.people] = most - spare
        plans = columns[worth >= least[person]]
        able = np.ones(self.matrix.shape[1], dtype=bool)
        able[self.candidates] = False
        able[plans[plans >= 0]] = True
        unsure = limit < reach
        able[self.candidates] |= unsure[self.matrix.owner[self.candidates]]
        return priced.bound, able

    def _tightened(self, duals: Floats) -> tuple[Ints, Ints]:
        matrix = self.matrix
        y = certify.projected(matrix, duals)
        reduced = matrix.objective * GRID - matrix.columns_first.T @ y
        return certify.tightened(matrix, y, reduced)

    def _bases(self, y: Ints, reduced: Ints) -> Ints:
        """(people,): what the relaxation says that each person is worth at most."""
        matrix = self.matrix
        side = np.where(y > 0, matrix.upper, matrix.lower)
        base = np.zeros(len(self.good), dtype=np.int64)
        rows = np.flatnonzero(self.row_inside & (y != 0))
        np.add.at(base, self.row_owner[rows], y[rows] * side[rows])
        columns = np.flatnonzero(self.inside)
        most = np.where(reduced > 0, matrix.cap, matrix.floor) * reduced
        np.add.at(base, self.owner[columns], most[columns])
        return base

    def _enumerated(
        self, loss: Ints, limit: Ints, width: int, price: Ints | None = None
    ) -> tuple[Ints, Ints]:
        """Plans that lose no more than each person's limit, which falls where some are left out.

        With a ``price``, plans that use all personal rows alike are one: the best of them stands
        for all (dominance, as in labelling algorithms for resource constrained paths; Irnich &
        Desaulniers 2005).
        """
        some = self.candidates if price is None else self._foremost(price)
        number = -(-len(self.people) * width // BATCH)
        found = [
            self._batch(people, some, loss, limit, width, price)
            for people in np.array_split(self.people, max(1, number))
        ]
        person, columns = zip(*found, strict=True)
        return np.concatenate(person), np.concatenate(columns)

    def _batch(
        self, person: Ints, some: Ints, loss: Ints, limit: Ints, width: int, price: Ints | None
    ) -> tuple[Ints, Ints]:
        """Plans of these people, of ``some`` candidates, place by place."""
        lost = np.zeros(len(person), dtype=np.int64)
        columns = np.full((len(person), self.places), FREE)
        for place in range(self.places):
            person, lost, columns = self._extend(place, some, person, lost, columns, loss, limit)
            if price is not None:
                first = self._leading(person, columns, price)
                person, lost, columns = person[first], lost[first], columns[first]
            person, lost, columns = _narrowed(person, lost, columns, limit, width)
        return person, columns

    @cached_property
    def _use(self) -> sparse.csr_array:
        """(columns, rows + places): what each candidate uses of personal rows and places."""
        return sparse.csr_array(sparse.hstack([self.personal_a, self.fills]))

    @cached_property
    def kind(self) -> Ints:
        """(candidates,): number of the kind; those of one use personal rows and places alike."""
        return kinds(self.matrix.owner[self.candidates], self._use[self.candidates])

    def _foremost(self, price: Ints) -> Ints:
        """The candidates of the highest price of each kind."""
        order = np.lexsort((-price[self.candidates], self.kind))
        first = np.concatenate([[True], np.diff(self.kind[order]) != 0])[: len(order)]
        foremost: Ints = self.candidates[np.sort(order[first])]
        return foremost

    def _leading(self, person: Ints, columns: Ints, price: Ints) -> Ints:
        """Of part plans of a person that use personal rows and places alike, the dearest one."""
        plan, place = np.nonzero(columns >= 0)
        ones, shape = np.ones(len(plan), dtype=np.int64), (len(columns), len(price))
        taken = sparse.csr_array((ones, (plan, columns[plan, place])), shape=shape)
        kind = kinds(person, sparse.csr_array(taken @ self._use))
        total = np.asarray(taken @ price)
        order = np.lexsort((-total, kind))
        first = np.concatenate([[True], np.diff(kind[order]) != 0])[: len(order)]
        return np.sort(order[first])

    def _reach(self, loss: Ints, base: Ints, price: Ints) -> Ints:
        """(people,): loss of the plan that takes the best column of each place, or a large one."""
        owner, place = self.matrix.owner[self.candidates], self.chooser[self.candidates]
        order = np.lexsort((loss[self.candidates], place, owner))
        chosen = self.candidates[order]
        first = np.concatenate([[True], np.diff(self.chooser[chosen]) != 0])[: len(chosen)]
        chosen = chosen[first]
        number = np.full(len(self.good), -1)
        number[self.people] = np.arange(len(self.people))
        columns = np.full((len(self.people), self.places), -1)
        rows = number[self.matrix.owner[chosen]]
        columns[rows, self.place[self.chooser[chosen]]] = chosen
        worth = self.worth(self.people, columns, price)
        limit = np.full(len(self.good), FAR)
        limit[self.people] = np.clip(base[self.people] - worth, 0, FAR)
        return limit

    def _extend(
        self,
        place: int,
        some: Ints,
        person: Ints,
        lost: Ints,
        columns: Ints,
        loss: Ints,
        limit: Ints,
    ) -> tuple[Ints, Ints, Ints]:
        """Part plans with one more place: of ``some`` candidates, all within a person's limit."""
        mine = some[self.place[self.chooser[some]] == place]
        owner = self.matrix.owner[mine]
        start = np.searchsorted(owner, person)
        length = np.searchsorted(owner, person, side="right") - start
        idle = self.lacks(place, person) | (columns[:, place] != FREE)
        length[idle] = 0
        which = np.repeat(np.arange(len(person)), length)
        offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        column = mine[start[which] + offset]
        total = lost[which] + loss[column]
        near = total <= limit[person[which]]
        which, column, total = which[near], column[near], total[near]
        grown, fills = columns[which], self.fills[column].toarray() > 0
        free = ~np.any(fills & (grown != FREE), axis=1)
        grown = np.where(fills, FILLED, grown)
        grown[:, place] = column
        which, total, grown = which[free], total[free], grown[free]
        able = self.able(grown)
        which, total, grown = which[able], total[able], grown[able]
        return (
            np.concatenate([person[which], person[idle]]),
            np.concatenate([total, lost[idle]]),
            np.concatenate([grown, columns[idle]]),
        )

    def able(self, columns: Ints) -> Bools:
        """Part plans that no more columns could mend do not count: those that overfill a row."""
        flat, plan = columns.ravel(), np.repeat(np.arange(len(columns)), self.places)
        plan, flat = plan[flat >= 0], flat[flat >= 0]
        ones = np.ones(len(flat), dtype=np.int64)
        shape = (len(columns), self.matrix.shape[1])
        activity = sparse.csr_array((ones, (plan, flat)), shape=shape) @ self._limited
        over = activity.data > self.matrix.upper[activity.indices]
        row = np.repeat(np.arange(len(columns)), np.diff(activity.indptr))
        able = np.ones(len(columns), dtype=bool)
        able[row[over]] = False
        return able

    @cached_property
    def _limited(self) -> sparse.csr_array:
        """(columns, rows): personal rows with an upper side that every column only fills."""
        entries = self.personal_a.tocoo()
        least = np.zeros(self.matrix.shape[0], dtype=np.int64)
        np.minimum.at(least, entries.col, entries.data)
        limited = self.plain & (least >= 0) & (self.matrix.upper < UNBOUNDED)
        keep = limited[entries.col]
        place = (entries.row[keep], entries.col[keep])
        return sparse.csr_array((entries.data[keep], place), shape=entries.shape)

    def lacks(self, place: int, person: Ints) -> Bools:
        """Whether each person lacks this place."""
        rows = np.flatnonzero((self.place == place) & self.row_inside)
        return ~np.isin(person, self.row_owner[rows])

    def worth(self, person: Ints, columns: Ints, price: Ints) -> Ints:
        """1/GRID units of plans: their columns at ``price``, and what their personal rows make."""
        flat, plan = columns.ravel(), np.repeat(np.arange(len(person)), columns.shape[1])
        plan, flat = plan[flat >= 0], flat[flat >= 0]
        taken = sparse.csr_array(
            (np.ones(len(flat), np.int64), (plan, flat)), shape=(len(person), len(price))
        )
        total = taken @ price + self._idle[person]
        activity = sparse.coo_array(taken @ self.personal_a)
        row, at = activity.col.astype(np.int64), activity.row.astype(np.int64)
        np.add.at(total, at, self.row_worth(row, activity.data) - self._row_idle[row])
        return np.asarray(np.where(total < BROKEN // 2, NEVER, total))

    @cached_property
    def _row_idle(self) -> Ints:
        """(rows,): worth of each personal row that a plan does not touch."""
        idle = np.zeros(self.matrix.shape[0], dtype=np.int64)
        idle[self.rest_rows] = self.row_worth(self.rest_rows, np.zeros_like(self.rest_rows))
        return idle

    @cached_property
    def _idle(self) -> Ints:
        """(people,): what the personal rows are worth to a plan that touches none of them."""
        idle = np.zeros(len(self.good), dtype=np.int64)
        np.add.at(idle, self.row_owner[self.rest_rows], self._row_idle[self.rest_rows])
        return idle

    def row_worth(self, row: Ints, activity: Ints) -> Ints:
        """1/GRID units of each row's slack or segments at an activity; `NEVER` where it breaks."""
        matrix = self.matrix
        short = matrix.lower[row] - activity
        over = activity - matrix.upper[row]
        coef, slack = self.slack_coef[row], self.slack_of[row]
        missing = np.where(coef > 0, short, over)
        need = np.maximum(-(-missing // np.maximum(np.abs(coef), 1)), 0)
        slacked = self.slacked[row]
        cost = np.where(slacked, need * matrix.objective[slack] * GRID, 0)
        held = np.where(coef > 0, over <= 0, short <= 0) & (need <= matrix.cap[slack])
        fine = np.where(slacked, held, (short <= 0) & (over <= 0))
        filled = self.filled[row]
        gain = np.zeros(len(row), dtype=np.int64)
        gain[filled], full = self._fill(row[filled], activity[filled])
        fine[filled] = full
        return np.where(fine, cost + gain, BROKEN)

    def _fill(self, row: Ints, activity: Ints) -> tuple[Ints, Bools]:
        """Gain of filling each row's segments with its activity, and whether it all went in."""
        start = np.searchsorted(self.segment_row, row)
        stop = np.searchsorted(self.segment_row, row, side="right")
        left, gain = activity - self.matrix.lower[row], np.zeros(len(row), dtype=np.int64)
        for step in range(int((stop - start).max(initial=0))):
            at = start + step
            inside = at < stop
            col = self.segment_col[np.where(inside, at, 0)]
            part = np.where(inside, np.clip(left, 0, self.matrix.cap[col]), 0)
            gain += part * self.matrix.objective[col] * GRID
            left = left - part
        return gain, left == 0


def kinds(person: Ints, use: sparse.csr_array) -> Ints:
    """(items,): numbers of kinds; those of one are one person's and have equal rows of ``use``.

    Sorted by a random mark of their row, then compared entry by entry with the one before.
    """
    marks = np.random.default_rng(0).integers(2**62, size=use.shape[1])
    mark: Ints = use @ marks
    order = np.lexsort((mark, person))
    other = np.ones(len(order), dtype=bool)
    near = (np.diff(person[order]) == 0) & (np.diff(mark[order]) == 0)
    here = 1 + np.flatnonzero(near)
    different = (use[order[here]] - use[order[here - 1]]).tocoo()
    other[here] = False
    other[here[different.row[different.data != 0]]] = True
    kind = np.zeros(len(order), dtype=np.int64)
    kind[order] = np.cumsum(other)
    return kind


def _narrowed(
    person: Ints, lost: Ints, columns: Ints, limit: Ints, width: int
) -> tuple[Ints, Ints, Ints]:
    """The ``width`` part plans of each person that lose least; ``limit`` falls where some go."""
    order = np.lexsort((lost, person))
    person, lost, columns = person[order], lost[order], columns[order]
    rank = np.arange(len(person)) - np.searchsorted(person, person)
    gone = rank >= width
    np.minimum.at(limit, person[gone], lost[gone])
    return person[~gone], lost[~gone], columns[~gone]
