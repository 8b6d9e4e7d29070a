"""The model is one sparse matrix of whole numbers, assembled in bulk from the rules.

Maximise ``objective · v`` subject to ``lower ≤ A v ≤ upper`` and ``0 ≤ v ≤ cap``. Columns are the
base columns, every rule's slacks, and the segments of fairness. Because all data are whole numbers
(units of 1/10,000 point), values and bounds computed from it are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from scheduler.models.points import UNITS_PER_HUNDREDTH, hundredths
from scheduler.rules import catalogue
from scheduler.rules.contract import UNBOUNDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.rules.contract import Rows, Subjects
    from scheduler.solver.columns import Columns

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SHARED = -1
"""Owner of a column or row that is not one person's alone."""


@dataclass(frozen=True)
class Matrix:
    """A model.

    Attributes
    ----------
    a : sparse array of int64 (rows, columns)
    lower, upper : int arrays (rows,)
        Sides; `UNBOUNDED` where there is none.
    objective, cap : int arrays (columns,)
        Units per one of the column, and its upper bound; the lower bound is `floor`.
    floor : int array (columns,)
    integer : bool array (columns,)
        Whether only whole numbers are meant; slacks and segments follow from the others.
    owner : int array (columns,)
        Person of a base column, or `SHARED`.
    breach : int array (columns,)
        Number of the finding that the slack would be a waived breach of, or -1.
    """

    a: sparse.csr_array
    lower: Ints
    upper: Ints
    objective: Ints
    cap: Ints
    floor: Ints
    integer: Bools
    owner: Ints
    breach: Ints

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        rows, columns = self.a.shape
        return rows, columns

    def value(self, v: Ints) -> int:
        """Units that a solution is worth."""
        return int(self.objective @ v)

    def allows(self, v: Ints) -> bool:
        """Whether ``v`` keeps every row and bound, exactly."""
        activity = self.a @ v
        rows = np.all((activity >= self.lower) & (activity <= self.upper))
        return bool(rows and np.all((v >= self.floor) & (v <= self.cap)))

    @cached_property
    def columns_first(self) -> sparse.csc_array:
        """The same matrix, stored by columns."""
        return sparse.csc_array(self.a)

    @cached_property
    def personal(self) -> Ints:
        """(rows,): the person whose columns alone a row holds, or `SHARED`. Computed, not declared.

        A slack or segment is personal where the base columns of its rows are.
        """
        a = self.a.tocoo()
        base = self.integer[a.col]
        least = np.full(self.shape[0], np.iinfo(np.int64).max)
        most = np.full(self.shape[0], SHARED)
        np.minimum.at(least, a.row[base], self.owner[a.col[base]])
        np.maximum.at(most, a.row[base], self.owner[a.col[base]])
        return np.where(least == most, most, SHARED)

    def cut(self, columns: Ints | slice, rows: Ints | None = None) -> Matrix:
        """The model of some columns, in this order, and of some rows; the others are left out."""
        names = ("objective", "cap", "floor", "integer", "owner", "breach")
        body = self.a if rows is None else self.a[rows]
        chosen = slice(None) if rows is None else rows
        columns = np.arange(self.shape[1])[columns]
        return replace(
            self,
            a=sparse.csr_array(sparse.csr_array(body)[:, columns]),
            lower=self.lower[chosen],
            upper=self.upper[chosen],
            **{name: getattr(self, name)[columns] for name in names},
        )

    def fixed(self, columns: Ints, values: Ints) -> Matrix:
        """The same model with some columns fixed."""
        floor, cap = self.floor.copy(), self.cap.copy()
        floor[columns] = values
        cap[columns] = values
        return replace(self, floor=floor, cap=cap)

    def less(self, settled: Ints) -> Matrix:
        """The same model with the sides of its rows (rows,) less what others in them take."""
        lower, upper = self.lower, self.upper
        return replace(
            self,
            lower=np.where(lower > -UNBOUNDED, lower - settled, lower),
            upper=np.where(upper < UNBOUNDED, upper - settled, upper),
        )


class Aims(NamedTuple):
    """What leximin wants to know of a matrix beside its objective.

    Attributes
    ----------
    points : int array (base columns,)
        Hundredths of choice points that each earns for its person.
    first : tuple of int arrays
        Columns that count what is minimised first, by rank.
    rows : slice
        Rows that fill people's segments with their points.
    segments : int
        Number of segments, which are the last columns.
    """

    points: Ints
    first: tuple[Ints, ...]
    rows: slice
    segments: int

    def shifted(self, base: int, extra: int) -> Aims:
        """The same where ``extra`` columns that earn nothing came in behind ``base`` columns."""
        return self._replace(
            points=np.concatenate([self.points, np.zeros(extra, np.int64)]),
            first=tuple(np.where(col >= base, col + extra, col) for col in self.first),
        )


def assemble(columns: Columns) -> Matrix:
    """Build the matrix of a scenario from the rows of every rule that speaks."""
    return assembled(columns)[0]


def assembled(columns: Columns) -> tuple[Matrix, Aims]:
    """As `assemble`, with what leximin wants to know."""
    parts = _Parts(columns.count)
    earnings = np.zeros(columns.count, dtype=np.int64)
    marked: dict[tuple[str, str], Ints] = {}
    for name, (rule, settings) in catalogue.speaking(columns.scenario).items():
        made = rule.rows(columns, settings)
        marked |= {(name, what): parts.numbered(col) for what, col in made.first.items()}
        parts.add(made)
        earnings += made.earnings()
    owner = _owners(columns)
    rows, slacks = parts.rows, parts.columns
    _add_fairness(parts, columns, earnings, owner)
    order = catalogue.first(columns.scenario)
    first = tuple(marked[rule, what] for rule, what, _ in order)
    aims = Aims(earnings, first, slice(rows, parts.rows), parts.columns - slacks)
    return parts.matrix(owner), aims


class Demand(NamedTuple):
    """One thing that must hold: the rule it is of, and whom it is about (see `Rows.about`)."""

    rule: str
    what: str
    subjects: tuple[str, ...]


class Demands(NamedTuple):
    """All that must hold, without a word of what it is worth.

    Attributes
    ----------
    matrix : Matrix
        Every breach forbidden; rules that cannot forbid anything are left out.
    of : int array (rows,)
        Number of the demand that each row is part of, or -1 where nobody can do without the row.
    rules : list of str (demands,)
        The rule of each.
    named : callable
        From the number to the `Demand`.
    """

    matrix: Matrix
    of: Ints
    rules: list[str]
    named: Callable[[int], Demand]


def demanded(columns: Columns) -> Demands:
    """Build the rows of what must hold, each with the demand that it is part of."""
    parts = _Parts(columns.count)
    of: list[Ints] = [np.zeros(0, dtype=np.int64)]
    makers: list[tuple[int, Callable[[int], Demand]]] = [(0, _nothing)]
    rules: list[str] = []
    for name, (rule, settings) in catalogue.speaking(columns.scenario).items():
        made = rule.rows(columns, settings)
        hard = made.slack_columns[2]
        if made.count and (hard.any() or not made.slacks):
            parts.add(made)
            of.append(_numbered(name, made, bool(hard.any()), makers))
            rules += [name] * (makers[-1][0] - len(rules))
    matrix = parts.matrix(_owners(columns))
    starts = np.array([start for start, _ in makers])

    def named(number: int) -> Demand:
        which = int(np.searchsorted(starts, number, side="right")) - 1
        start = int(starts[which])
        return makers[which + 1][1](number - start)

    strict = replace(
        matrix,
        cap=np.where(matrix.breach >= 0, 0, matrix.cap),
        objective=np.zeros(matrix.shape[1], dtype=np.int64),
    )
    rows = np.concatenate(of)
    return Demands(strict, rows, rules, named)


def _nothing(number: int) -> Demand:
    raise LookupError(f"there is no demand {number}")


def _numbered(
    rule: str, made: Rows, hard: bool, makers: list[tuple[int, Callable[[int], Demand]]]
) -> Ints:
    """(rows,): demand of each row; ``makers`` learn how to name the new ones."""
    of = np.full(made.count, -1)
    for what, rows, which, subjects in made.demands:
        keys, inside = np.unique(which, return_inverse=True)
        of[rows] = makers[-1][0] + inside
        naming = _naming(rule, what, keys, subjects)
        makers.append((makers[-1][0] + len(keys), naming))
    if hard and not made.demands:
        of[:] = makers[-1][0]
        makers.append((makers[-1][0] + 1, lambda number: Demand(rule, "", ())))
    return of


def _naming(rule: str, what: str, keys: Ints, subjects: Subjects) -> Callable[[int], Demand]:
    return lambda number: Demand(rule, what, tuple(subjects(int(keys[number]))))


def _owners(columns: Columns) -> Ints:
    """(base columns,): the person of each candidate and unplaced; nobody's for ``open``."""
    shared = np.full(len(columns.units), SHARED)
    return np.concatenate([columns.cand_person, shared, columns.place_person])


class _Parts:
    """The matrix while it grows, rule by rule."""

    def __init__(self, base: int) -> None:
        self.base = base
        self.columns = base
        self.rows = 0
        self.breaches = 0
        # Where nothing is decided no rule has a row.
        none = np.zeros(0, dtype=np.int64)
        self.entries: list[tuple[Ints, Ints, Ints]] = [(none, none, none)]
        self.sides: list[tuple[Ints, Ints]] = [(none, none)]
        self.objective = [np.zeros(base, dtype=np.int64)]
        self.cap = [np.ones(base, dtype=np.int64)]
        self.breach = [np.full(base, -1)]

    def add(self, made: Rows) -> None:
        row, col, coef = made.entries
        self.entries.append((row + self.rows, self.numbered(col), coef))
        self.sides.append(made.sides)
        cost, upper, hard, finding = made.slack_columns
        self.objective[0] = self.objective[0] - made.charges()
        self._extend(np.where(hard, 0, -cost), upper, np.where(hard, finding + self.breaches, -1))
        self.rows += made.count
        self.breaches += made.findings

    def numbered(self, columns: Ints) -> Ints:
        """Columns of the rule that comes next, as they are numbered in the whole."""
        return np.where(columns >= self.base, columns + self.columns - self.base, columns)

    def _extend(self, objective: Ints, cap: Ints, breach: Ints) -> None:
        self.objective.append(objective)
        self.cap.append(cap)
        self.breach.append(breach)
        self.columns += len(cap)

    def segments(self, row: Ints, width: Ints, slope: Ints) -> None:
        """Columns that take part ``-1`` in rows already numbered, worth ``slope`` each."""
        column = self.columns + np.arange(len(row))
        self.entries.append((row, column, np.full(len(row), -1)))
        self._extend(slope, width, np.full(len(row), -1))

    def matrix(self, owner: Ints) -> Matrix:
        row, col, coef = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        lower, upper = (np.concatenate(part) for part in zip(*self.sides, strict=True))
        a = sparse.csr_array((coef, (row, col)), shape=(self.rows, self.columns))
        a.sum_duplicates()
        a.eliminate_zeros()
        extra = self.columns - self.base
        return Matrix(
            a=a,
            lower=lower,
            upper=upper,
            objective=np.concatenate(self.objective),
            cap=np.concatenate(self.cap),
            floor=np.zeros(self.columns, dtype=np.int64),
            integer=np.arange(self.columns) < self.base,
            owner=np.concatenate([owner, np.full(extra, SHARED)]),
            breach=np.concatenate(self.breach),
        )


def _add_fairness(parts: _Parts, columns: Columns, earnings: Ints, owner: Ints) -> None:
    """Let choice points enter: as they are, or through each person's concave segments.

    With segments ``s_k`` of widths ``w_k`` and falling slopes ``f_k``:
    ``Σ points·x = Σ_k s_k`` and the person is worth ``Σ_k f_k·s_k``. A maximum fills the steep
    segments first, so the sum is the concave function itself.
    """
    rule, settings = catalogue.fairness(columns.scenario)
    earning = np.flatnonzero(earnings)
    if settings.form == "sum":
        parts.objective[0][earning] += earnings[earning] * UNITS_PER_HUNDREDTH
        return
    owed = {row.person: hundredths(row.owed) for row in columns.scenario.ledger}
    places = np.bincount(columns.place_person, minlength=len(columns.people))
    most = np.zeros(len(columns.people), dtype=np.int64)
    np.add.at(most, owner[earning], earnings[earning])
    people = np.flatnonzero(most)
    number = np.full(len(columns.people), -1)
    number[people] = parts.rows + np.arange(len(people))
    parts.entries.append((number[owner[earning]], earning, earnings[earning]))
    parts.sides.append((np.zeros(len(people), dtype=np.int64),) * 2)
    parts.rows += len(people)
    for p in people:
        debt = owed.get(columns.people[p], 0)
        width, slope = rule.segments(debt, int(places[p]), int(most[p]), settings)
        parts.segments(np.full(len(width), number[p]), width, slope)


def rounded_up(matrix: Matrix, v: Floats) -> Ints:
    """Whole columns of a solver's floating answer, slacks and segments set as the rows demand.

    Base columns are rounded; each slack takes the least value that its rows then need, segments
    are filled from the steepest. Exact whatever the solver's tolerance was.
    """
    base = np.rint(v[matrix.integer]).astype(np.int64)
    return completed(matrix, base)


def completed(matrix: Matrix, base: Ints) -> Ints:
    """Base columns and the best slacks and segments for them.

    The segments of a person share one equality and are filled greedily. A slack takes the largest
    value that one of its rows demands; where slacks demand slacks, that is repeated until nothing
    changes.
    """
    v = np.concatenate([base, np.zeros(matrix.shape[1] - len(base), dtype=np.int64)])
    activity = matrix.a @ v
    extra = matrix.a[:, len(base) :].tocoo()
    row, col = extra.row.astype(np.int64), extra.col.astype(np.int64) + len(base)
    coef = extra.data
    gains = matrix.objective[col] > 0
    _fill(matrix, v, activity, row[gains], col[gains])
    row, col, coef = row[~gains], col[~gains], coef[~gains]
    for _ in range(CHAIN):
        activity = matrix.a @ v
        low = np.where(
            coef > 0, matrix.lower[row] - activity[row], activity[row] - matrix.upper[row]
        )
        more = np.where(low > 0, v[col] - (-low // np.abs(coef)), v[col])
        before = v.copy()
        np.maximum.at(v, col, more)
        if np.array_equal(before, v):
            break
    return v


CHAIN = 4
"""Slacks may demand slacks of others so many times over."""


def _fill(matrix: Matrix, v: Ints, activity: Ints, row: Ints, col: Ints) -> None:
    """Fill each row's segments, steepest first, with what the row's points leave."""
    order = np.lexsort((col, -matrix.objective[col], row))
    row, col = row[order], col[order]
    width = matrix.cap[col]
    before = np.cumsum(width) - width
    first = np.searchsorted(row, row)
    points = activity[row] - matrix.lower[row]
    v[col] = np.clip(points - (before - before[first]), 0, width)
