"""Mends a plan: as few people as possible move, and that they are so few is proven.

The model lists where everybody is, and all that people who are let go could do instead. Levels come
one after the other: findings waived (only where nothing else is possible), places left empty,
findings that count first, people who move, points.

A level's bound holds for everybody, also for what is not listed. It is taken from a looser model in
which people who are not listed in full may leave for nowhere: that frees what they take, counts as
a move, and costs nothing else. Rows that somebody could help to fill by coming are loosened by the
number of people who leave. Its prices are certified in whole numbers (`certify.prove`), so the
bound is no solver's word.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, elastic, engines, presolve
from scheduler.solver.isolate import Done
from scheduler.solver.matrix import SHARED, Matrix, completed
from scheduler.solver.mending import Mended, More, Reached, Stuck

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.solver.mending import Mending, Report

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

NODES = 2_000
"""Nodes that the MIP engine may look at for one level."""

NAMES = ("unplaced", "missed", "moved")
"""Levels that have bounds, in their order."""


def mend(task: Mending, report: Callable[[Report], None]) -> None:
    """Mend, and report one `Stuck`, or one `Mended` and a `More` for each number asked for."""
    whole = _Whole(task)
    part = whole.let_go()
    first = part.first()
    if first is None:
        report(Stuck(_Loose(whole, 0).leaving()))
    else:
        inside, found = first
        waived, counts = whole.waived(found), whole.counts(found)
        loose = _Loose(whole, waived)
        levels, leave = loose.levels(counts)
        found, units, bound = part.best(counts, inside, found)
        alone = not waived and loose.alone(counts, found)
        report(Mended(whole.base(found), waived, loose.fewest, levels, units, bound, alone, leave))
        for number in task.more:
            allowed = (*counts[:2], counts[2] + number)
            found, units, bound = part.best(allowed, inside, found)
            report(More(whole.counts(found)[2], whole.base(found), units, bound))
    report(Done(0, "done"))


# ---- the model with people's moves in it ---------------------------------------------------------


class _Whole:
    """The matrix with one more column for each person who counts: whether they move."""

    def __init__(self, task: Mending) -> None:
        self.task = task
        self.size = len(task.start)
        self.who = np.flatnonzero(task.counted)
        self.mover = np.full(len(task.counted), -1)
        self.mover[self.who] = self.size + np.arange(len(self.who))
        self.empty = task.empty
        more = len(self.who)
        self.missed = np.where(task.missed >= self.size, task.missed + more, task.missed)
        self.heights = task.matrix.shape[0]
        self.matrix = self._moving()
        base = np.concatenate([task.start, task.forced[self.who].astype(np.int64)])
        self.v = completed(self.matrix, base)

    def _moving(self) -> Matrix:
        """``Σ new x − moved ≤ 0`` for each place, ``old x + moved ≥ 1`` for each old visit.

        An empty place is no visit: whoever gets one moves by the first row, and whose place is
        filled by leading does not move.
        """
        task, old = self.task, self.task.matrix
        wide = _spread(old, self.size, self.who, task.forced[self.who].astype(np.int64))
        counts = task.counted & ~task.forced
        place, column = self._places()
        mine = counts[old.owner[column]] & (task.start[column] == 0)
        place, column = place[mine], column[mine]
        rows, row = np.unique(place, return_inverse=True)
        whose = np.full(old.shape[0], SHARED)
        whose[place] = old.owner[column]
        stood = (task.start > 0) & (old.owner[: self.size] >= 0)
        stood[self.empty] = False
        stays = np.flatnonzero(stood)
        stays = stays[counts[old.owner[stays]]]
        number = len(rows) + np.arange(len(stays))
        link = sparse.coo_array(
            (
                np.concatenate(
                    [np.ones(len(row)), -np.ones(len(rows)), np.ones(2 * len(stays))]
                ).astype(np.int64),
                (
                    np.concatenate([row, np.arange(len(rows)), number, number]),
                    np.concatenate(
                        [column, self.mover[whose[rows]], stays, self.mover[old.owner[stays]]]
                    ),
                ),
            ),
            shape=(len(rows) + len(stays), wide.shape[1]),
        )
        least = np.where(np.arange(link.shape[0]) < len(rows), -UNBOUNDED, 1)
        most = np.where(np.arange(link.shape[0]) < len(rows), 0, UNBOUNDED)
        return replace(
            wide,
            a=sparse.csr_array(sparse.vstack([wide.a, link])).astype(np.int64),
            lower=np.concatenate([wide.lower, least]),
            upper=np.concatenate([wide.upper, most]),
        )

    def _places(self) -> tuple[Ints, Ints]:
        """Row and column of each entry of a person's column in the row of a place."""
        matrix = self.task.matrix
        marked = np.zeros(matrix.shape[1], dtype=bool)
        marked[self.empty] = True
        a = matrix.a
        row = np.repeat(np.arange(matrix.shape[0]), np.diff(a.indptr))
        place = np.zeros(matrix.shape[0], dtype=bool)
        place[row[marked[a.indices]]] = True
        place &= matrix.lower == 1
        mine = place[row] & (matrix.owner[a.indices] >= 0) & matrix.integer[a.indices]
        return row[mine], a.indices[mine].astype(np.int64)

    @property
    def movers(self) -> Ints:
        """Columns that count who moves."""
        return self.size + np.arange(len(self.who))

    def counts(self, v: Ints) -> tuple[int, int, int]:
        """Places empty, findings that count first, people who move."""
        return (
            int(v[self.empty].sum()),
            int(v[self.missed].sum()),
            int(v[self.movers].sum()),
        )

    def waived(self, v: Ints) -> int:
        """Findings waived, those among people who are not let go, too."""
        breach = self.matrix.breach
        return len(np.unique(breach[(breach >= 0) & (v > 0)]))

    def base(self, v: Ints) -> Ints:
        """Base columns of the scenario's own model."""
        return v[: self.size].copy()

    def let_go(self) -> _Part:
        """The model of what may change, everything else as it is."""
        free = np.zeros(self.matrix.shape[1], dtype=bool)
        free[: self.size] = self.task.free & ~self.task.frozen
        owners = self.matrix.owner[np.flatnonzero(free)]
        movers = self.mover[np.unique(owners[owners >= 0])]
        free[movers[movers >= 0]] = True
        matrix = self.matrix
        for _ in range(3):
            rows = np.zeros(matrix.shape[0], dtype=bool)
            rows[matrix.columns_first[:, np.flatnonzero(free)].indices] = True
            body = sparse.csr_array(matrix.a[np.flatnonzero(rows)])
            extra = body.indices[~matrix.integer[body.indices]]
            if free[extra].all():
                break
            free[extra] = True
        return _Part(self, np.flatnonzero(free), np.flatnonzero(rows))


def _spread(matrix: Matrix, size: int, who: Ints, floor: Ints) -> Matrix:
    """Room for a 0/1 column of each of these people behind the base columns."""
    more = len(who)

    def wider(values: Ints, new: Ints) -> Ints:
        return np.concatenate([values[:size], new, values[size:]])

    gap = sparse.csr_array((matrix.shape[0], more), dtype=np.int64)
    return replace(
        matrix,
        a=sparse.csr_array(sparse.hstack([matrix.a[:, :size], gap, matrix.a[:, size:]])),
        objective=wider(matrix.objective, np.zeros(more, np.int64)),
        cap=wider(matrix.cap, np.ones(more, np.int64)),
        floor=wider(matrix.floor, floor),
        integer=np.concatenate([matrix.integer[:size], np.ones(more, bool), matrix.integer[size:]]),
        owner=wider(matrix.owner, who),
        breach=wider(matrix.breach, np.full(more, -1)),
    )


# ---- what may change -----------------------------------------------------------------------------


class _Part:
    """Some columns of the whole, the others fixed as they are."""

    def __init__(self, whole: _Whole, columns: Ints, rows: Ints) -> None:
        self.whole, self.columns = whole, columns
        matrix = whole.matrix
        inside = np.zeros(matrix.shape[1], dtype=bool)
        inside[columns] = True
        settled = matrix.a[rows] @ np.where(inside, 0, whole.v)
        self.matrix = matrix.cut(columns, rows).less(settled)
        self.levels = [np.isin(columns, at) for at in (whole.empty, whole.missed, whole.movers)]
        self.rest = [
            int(np.where(inside, 0, whole.v)[at].sum())
            for at in (whole.empty, whole.missed, whole.movers)
        ]

    def first(self) -> tuple[int, Ints] | None:
        """Findings waived in this part, and the whole columns of the best answer on the levels."""
        ordered = self._ordered()
        found = self._solved(elastic.strict(ordered))
        if found is not None or not (self.matrix.breach >= 0).any():
            return None if found is None else (0, found)
        counting = elastic.counting(self.matrix)
        fewest = _exact(counting, self.whole.task.seed)
        if fewest is None:
            return None
        waived = -counting.value(fewest) // UNITS_PER_POINT
        found = self._solved(elastic.waiving(ordered, waived))
        return None if found is None else (waived, found)

    def _ordered(self) -> Matrix:
        """The levels as one sum: one of a level outweighs all of those that come later."""
        weight, objective = UNITS_PER_POINT, np.zeros(len(self.columns), np.int64)
        for level in reversed(self.levels):
            objective[level] -= weight
            weight *= int(level.sum()) + 1
        return replace(self.matrix, objective=objective)

    def best(self, counts: tuple[int, ...], waived: int, known: Ints) -> tuple[Ints, int, int]:
        """The answer worth most with these counts at most; its units, and a certified bound."""
        matrix = self._limited(counts)
        matrix = elastic.waiving(matrix, waived) if waived else elastic.strict(matrix)
        found = self._solved(matrix)
        value = self.whole.matrix.value
        best = known if found is None or value(found) < value(known) else found
        outside = value(self.whole.v) - int(self.matrix.objective @ self.whole.v[self.columns])
        return best, value(best), _bound(matrix) + outside

    def _limited(self, counts: tuple[int, ...]) -> Matrix:
        """With rows that keep the levels."""
        limits = [most - rest for most, rest in zip(counts, self.rest, strict=True)]
        return _with_rows(self.matrix, self.levels, limits)

    def _solved(self, matrix: Matrix) -> Ints | None:
        """Solve exactly; whole columns where that is legal."""
        found = _exact(matrix, self.whole.task.seed)
        if found is None:
            return None
        v = self.whole.v.copy()
        v[self.columns] = found[: len(self.columns)]
        base = v[: self.whole.size + len(self.whole.who)]
        v = completed(self.whole.matrix, base)
        return v if self.whole.matrix.allows(v) else None


def _with_rows(matrix: Matrix, sums: list[Bools], limits: list[int]) -> Matrix:
    """One more row for each sum of columns and its limit."""
    body = sparse.csr_array(np.array(sums, dtype=np.int64).reshape(len(sums), -1))
    return replace(
        matrix,
        a=sparse.csr_array(sparse.vstack([matrix.a, body])).astype(np.int64),
        lower=np.concatenate([matrix.lower, np.full(len(sums), -UNBOUNDED)]),
        upper=np.concatenate([matrix.upper, np.array(limits, dtype=np.int64)]),
    )


def _exact(matrix: Matrix, seed: int) -> Ints | None:
    """Solve the MIP after narrowing it; all columns, rounded."""
    narrow = presolve.propagate(matrix)
    if narrow is None:
        return None
    small = presolve.reduce(narrow)
    v = narrow.floor.copy()
    if len(small.columns):
        found, _ = engines.exact(small.matrix, seed=seed, nodes=NODES)
        if found is None:
            return None
        v[small.columns] = np.rint(found).astype(np.int64)
    return v


def _bound(matrix: Matrix) -> int:
    """Units that nothing is worth more than, certified."""
    narrow = presolve.propagate(matrix)
    if narrow is None:
        return -UNBOUNDED
    small = presolve.reduce(narrow)
    if not len(small.columns):
        return small.constant
    relaxed = engines.relax(small.matrix, engines.HIGHS)
    duals = np.zeros(small.matrix.shape[0]) if relaxed is None else relaxed.duals
    return small.bounded(certify.bound(small.matrix, duals))


# ---- bounds for everybody ------------------------------------------------------------------------


class _Loose:
    """The looser model: whoever is not listed in full may leave for nowhere.

    Where something is waived, its last columns count what; no plan considered waives more.
    """

    def __init__(self, whole: _Whole, waived: int) -> None:
        self.whole, self.waived = whole, waived
        task, matrix = whole.task, whole.matrix
        self.known = np.append(task.listed, True)
        matrix = _helped(self._without_worth(matrix, waived), self._strangers())
        frozen = np.flatnonzero(task.frozen)
        self.plain = matrix.fixed(frozen, task.start[frozen])
        self.matrix = elastic.waiving(self.plain, waived) if waived else self.plain
        self.sums = [self._column(at) for at in (whole.empty, whole.missed, whole.movers)]

    def _column(self, columns: Ints) -> Bools:
        """(columns,): these columns; of places and findings those of people listed in full."""
        found = np.zeros(self.matrix.shape[1], dtype=bool)
        found[columns] = True
        base = np.flatnonzero(found[: self.whole.size])
        found[base] = self.known[self.whole.matrix.owner[base]]
        return found

    def _strangers(self) -> Ints:
        """Columns that count which of those who are not listed in full move."""
        return self.whole.movers[~self.whole.task.listed[self.whole.who]]

    def _without_worth(self, matrix: Matrix, waived: int) -> Matrix:
        """Rows that still say something once nothing costs, and nothing of strangers is asked."""
        a = matrix.a
        row = np.repeat(np.arange(matrix.shape[0]), np.diff(a.indptr))
        kept = matrix.integer | (matrix.breach >= 0)
        kept[self.whole.missed] = True
        silent = np.zeros(matrix.shape[0], dtype=bool)
        silent[row[~kept[a.indices]]] = True
        whose = matrix.personal
        moves = np.arange(matrix.shape[0]) >= self.whole.heights
        strange = (whose >= 0) & ~self.known[whose] & ~moves
        negative = np.zeros(matrix.shape[0], dtype=bool)
        negative[row[(a.data < 0) & matrix.integer[a.indices]]] = True
        lower = np.where(strange | silent, -UNBOUNDED, matrix.lower)
        upper = np.where(silent | (strange & negative), UNBOUNDED, matrix.upper)
        cap = matrix.cap if waived else np.where(matrix.breach >= 0, 0, matrix.cap)
        return replace(matrix, lower=lower, upper=upper, cap=cap)

    def levels(self, counts: tuple[int, int, int]) -> tuple[tuple[Reached, ...], Ints]:
        """Each level with its bound, and whom the looser model moves where it does better."""
        found, better = [], self.fewest < self.waived
        for at, (name, value) in enumerate(zip(NAMES, counts, strict=True)):
            least = self._least(at, counts) if value else 0
            found.append(Reached(name, value, min(value, least)))
            better |= least < value
        none = np.zeros(0, dtype=np.int64)
        return tuple(found), self.leaving() if better else none

    @cached_property
    def fewest(self) -> int:
        """The fewest findings that any plan waives; certified."""
        if not self.waived:
            return 0
        most = -self.waived * UNITS_PER_POINT
        units = self._priced(elastic.counting(self.plain), most).units
        return min(self.waived, -(units // UNITS_PER_POINT))

    def _least(self, at: int, counts: tuple[int, int, int]) -> int:
        """The least that a level can come to while those before it are kept; certified."""
        matrix = self._limited(counts[:at], self.sums[at], -1)
        return -(self._priced(matrix, -counts[at] * UNITS_PER_POINT).units // UNITS_PER_POINT)

    def _limited(self, counts: tuple[int, ...], priced: Bools, sign: int) -> Matrix:
        matrix = replace(self.matrix, objective=sign * UNITS_PER_POINT * priced.astype(np.int64))
        return _with_rows(matrix, self.sums[: len(counts)], [*counts]) if counts else matrix

    def alone(self, counts: tuple[int, int, int], found: Ints) -> bool:
        """Whether nobody but those listed in full can move while all levels are kept."""
        if found[self._strangers()].any():
            return False
        strange = np.zeros(self.matrix.shape[1], dtype=bool)
        strange[self._strangers()] = True
        matrix = self._limited(counts, strange, 1)
        return self._priced(matrix, 0).units < UNITS_PER_POINT

    def leaving(self) -> Ints:
        """Strangers whom the looser model moves to be best on the levels."""
        objective, weight = np.zeros(self.matrix.shape[1], np.int64), UNITS_PER_POINT
        for level in reversed(self.sums):
            objective[level] -= weight
            weight *= min(int(level.sum()), 1000) + 1
        objective[self.plain.shape[1] :] -= weight
        priced = self._priced(replace(self.matrix, objective=objective), -(2**60))
        found = _exact(priced.matrix, self.whole.task.seed)
        if found is None:
            return np.zeros(0, dtype=np.int64)
        who = priced.columns[found > 0]
        return self.whole.matrix.owner[who[np.isin(who, self._strangers())]]

    # ---- row by row --------------------------------------------------------------------------

    def _priced(self, matrix: Matrix, target: int) -> _Priced:
        """A certified bound, at best ``target``, from the rows that matter.

        A model with fewer rows is looser still, so each round's bound holds. Rows of strangers and
        of nobody come in where the answer without them does not keep them.
        """
        rows = self._asked(matrix)
        for turn in range(1, TURNS + 1):
            columns, chosen = self._around(matrix, rows)
            small = matrix.cut(columns, chosen)
            units, v = _relaxed(small, target)
            priced = _Priced(units, small, columns)
            if v is None or units <= target:
                return priced
            whole = np.zeros(matrix.shape[1])
            whole[: len(self.whole.v)] = self.whole.v
            whole[columns] = v
            activity = matrix.a @ whole
            wrong = (activity < matrix.lower - SLIGHT) | (activity > matrix.upper + SLIGHT)
            if turn == TURNS or not (wrong & ~rows).any():
                break
            rows |= wrong
        return priced

    def _asked(self, matrix: Matrix) -> Bools:
        """(rows,): those of people listed in full, and those about everybody."""
        whose = self.whole.matrix.personal
        rows = np.ones(matrix.shape[0], dtype=bool)
        rows[: len(whose)] = (whose >= 0) & self.known[whose]
        return rows & ((matrix.lower > -UNBOUNDED) | (matrix.upper < UNBOUNDED))

    def _around(self, matrix: Matrix, rows: Bools) -> tuple[Ints, Ints]:
        """Columns of these rows and of the objective; these rows, and moves of strangers there."""
        inside = matrix.objective != 0
        inside[matrix.a[np.flatnonzero(rows)].indices] = True
        theirs = np.flatnonzero(inside[: self.whole.size])
        theirs = theirs[~self.known[matrix.owner[theirs]]]
        met = np.zeros(matrix.shape[0], dtype=bool)
        met[matrix.columns_first[:, theirs].indices] = True
        met[: self.whole.heights] = False
        met[self.whole.matrix.shape[0] :] = False
        stays = met & (matrix.lower == 1)
        inside[matrix.a[np.flatnonzero(stays)].indices] = True
        return np.flatnonzero(inside), np.flatnonzero(rows | stays)


TURNS = 12
"""Rows come in so many times at most: the bound is then what it is."""

SLIGHT = 1e-6
"""A row that a relaxed answer misses by less counts as kept."""


class _Priced(NamedTuple):
    """A certified bound, the model that shows it, and its columns in the whole."""

    units: int
    matrix: Matrix
    columns: Ints


def _relaxed(matrix: Matrix, target: int) -> tuple[int, Floats | None]:
    """A certified bound; the relaxed answer where the bound is not ``target`` without any price."""
    narrow = presolve.propagate(matrix)
    if narrow is None:
        return -UNBOUNDED, None
    small = presolve.reduce(narrow)
    plain = small.bounded(certify.bound(small.matrix, np.zeros(small.matrix.shape[0])))
    v = narrow.floor.astype(float)
    if plain <= target or not len(small.columns):
        return plain, None
    relaxed = engines.relax(small.matrix, engines.HIGHS)
    if relaxed is None:
        return plain, None
    v[small.columns] = relaxed.v
    return min(plain, small.bounded(certify.bound(small.matrix, relaxed.duals))), v


def _helped(matrix: Matrix, strangers: Ints) -> Matrix:
    """With one more column, the number of strangers who move, that helps where people count.

    Rows ``Σ a·x ≥ lower`` that are nobody's own get it with their largest coefficient of a person,
    rows ``≤ upper`` with a person's negative coefficient likewise.
    """
    rows, columns = matrix.shape
    a = matrix.a
    row = np.repeat(np.arange(rows), np.diff(a.indptr))
    theirs = (matrix.owner[a.indices] >= 0) & matrix.integer[a.indices]
    high, low = np.ones(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    np.maximum.at(high, row[theirs], a.data[theirs])
    np.minimum.at(low, row[theirs], a.data[theirs])
    shared = matrix.personal == SHARED
    asks = shared & (matrix.lower > -UNBOUNDED)
    gives = shared & (matrix.upper < UNBOUNDED) & (low < 0)
    both = asks & (matrix.upper < UNBOUNDED)
    helped = np.flatnonzero(asks | gives)
    coefficient = np.where(asks, high, low)[helped]
    column = sparse.coo_array(
        (coefficient, (helped, np.zeros(len(helped), np.int64))), shape=(rows, 1)
    )
    total = sparse.coo_array(
        (
            np.concatenate([[1], -np.ones(len(strangers), np.int64)]),
            (np.zeros(1 + len(strangers), np.int64), np.append(columns, strangers)),
        ),
        shape=(1, columns + 1),
    )
    return replace(
        matrix,
        a=sparse.csr_array(sparse.vstack([sparse.hstack([matrix.a, column]), total])),
        lower=np.append(np.where(both & gives, -UNBOUNDED, matrix.lower), -UNBOUNDED),
        upper=np.append(np.where(both, UNBOUNDED, matrix.upper), 0),
        objective=np.append(matrix.objective, 0),
        cap=np.append(matrix.cap, len(strangers)),
        floor=np.append(matrix.floor, 0),
        integer=np.append(matrix.integer, True),
        owner=np.append(matrix.owner, SHARED),
        breach=np.append(matrix.breach, -1),
    )
