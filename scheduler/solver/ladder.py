"""What leximin needs beside the matrix, and the matrices of its stages.

A *rank* says how far an answer comes on each level: minus the counts that are minimised first, then
the smallest shares, rising. Ranks compare as tuples do, and more is better.

Thresholds ``t₁ ≤ t₂ ≤ … ≤ t_k`` are reached where fewer than ``j`` people have a share below
``t_j``, for each ``j``. In hundredths of points, which are whole, a share of at least ``t`` means
``c ≥ ⌈o + t·U⌉``. Each person either owes the last threshold, or chooses which one they keep:

    c − Σ_m need[m]·keeps[m] ≥ 0,   Σ_m keeps[m] = 1,   Σ_{people} Σ_{m<j} keeps[m] ≤ j − 1
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from scheduler.ledger import everybodys_best
from scheduler.models.points import UNITS_PER_HUNDREDTH, UNITS_PER_POINT, hundredths
from scheduler.rules import catalogue
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, elastic, presolve
from scheduler.solver.certify import GRID
from scheduler.solver.matrix import SHARED, Matrix, completed
from scheduler.solver.plans import Plans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.solver.columns import Columns
    from scheduler.solver.isolate import Rank
    from scheduler.solver.matrix import Aims

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

NEVER = UNBOUNDED
"""Hundredths that nobody can get."""

STEEP = 5_000
"""Units that a hundredth below a threshold costs where thresholds are wishes still: 50 to 1."""

URGENT = 10_000 * UNITS_PER_POINT
"""Units that each of what is minimised first costs in addition there."""


@dataclass(frozen=True)
class Ladder:
    """A model with levels.

    Attributes
    ----------
    matrix : Matrix
    aims : Aims
    debt, most : int arrays (people,)
        Hundredths owed as far as they count, and the most that each could have alone; people of
        whom ``most`` is 0 have no share.
    step : int array (people,)
        Every answer gives a person a multiple of so many hundredths.
    levels : int
        Number of shares to raise.
    """

    matrix: Matrix
    aims: Aims
    debt: Ints
    most: Ints
    step: Ints
    levels: int

    @property
    def base(self) -> int:
        """Number of base columns, which come first."""
        return len(self.aims.points)

    def earned(self, base: Ints) -> Ints:
        """(people,): hundredths of choice points."""
        taken = np.flatnonzero(self.aims.points * base)
        owner = self.matrix.owner[taken]
        weights = self.aims.points[taken] * base[taken]
        found = np.bincount(owner, weights=weights, minlength=len(self.most))
        return np.rint(found).astype(np.int64)

    def share(self, person: int, points: int) -> Fraction:
        """Share of a person with so many hundredths."""
        return Fraction(int(points) - int(self.debt[person]), int(self.most[person]))

    def rank(self, base: Ints) -> Rank:
        """How far an answer comes on each level."""
        whole = completed(self.matrix, base)
        counts = (Fraction(-int(whole[columns].sum())) for columns in self.aims.first)
        return (*counts, *self.least(self.earned(base)))

    def least(self, points: Ints) -> list[Fraction]:
        """The smallest shares of people with so many hundredths, rising."""
        people = np.flatnonzero(self.most)
        shares = (points[people] - self.debt[people]) / self.most[people]
        near = people[np.argsort(shares, kind="stable")[: self.levels]]
        last = max(((points[p] - self.debt[p]) / self.most[p] for p in near), default=0)
        close = people[shares <= last + 1e-9]
        return heapq.nsmallest(self.levels, (self.share(p, points[p]) for p in close.tolist()))

    # ---- thresholds --------------------------------------------------------------------------

    def needed(self, threshold: Fraction) -> Ints:
        """(people,): least hundredths that make a share of at least ``threshold``."""
        over, under = threshold.numerator, threshold.denominator
        step = self.step * under
        points = (self.debt * under + over * self.most) + step - 1
        return np.where(self.most > 0, np.maximum(points // step * self.step, 0), 0)

    def above(self, threshold: Fraction, best: Ints) -> Fraction | None:
        """The least share from ``threshold`` on that anybody can have, ``best`` at most."""
        need = self.needed(threshold)
        people = np.flatnonzero((self.most > 0) & (need <= best))
        return self._extreme(people, need, -1)

    def below(self, threshold: Fraction) -> Fraction | None:
        """The largest share below ``threshold`` that anybody can have."""
        need = self.needed(threshold)
        people = np.flatnonzero((self.most > 0) & (need > 0))
        return self._extreme(people, need - self.step, 1)

    def _extreme(self, people: Ints, points: Ints, sign: int) -> Fraction | None:
        if not len(people):
            return None
        shares = sign * (points[people] - self.debt[people]) / self.most[people]
        near = people[shares >= shares.max() - 1e-9]
        return sign * max(sign * self.share(p, points[p]) for p in near.tolist())


def ladder(columns: Columns, matrix: Matrix, aims: Aims) -> Ladder | None:
    """The ladder of a scenario, where its form of fairness has levels."""
    scenario = columns.scenario
    rule, settings = catalogue.fairness(scenario)
    levels = rule.levels(settings)
    if not levels:
        return None
    facts = catalogue.facts(scenario)
    best = everybodys_best(facts, catalogue.earnings(facts))
    owed = {row.person: row.owed for row in scenario.ledger}
    debt = [hundredths(rule.counted(owed[p], settings)) if p in owed else 0 for p in columns.people]
    most = np.array([hundredths(best[p]) for p in columns.people], dtype=np.int64)
    step = np.zeros(len(most), dtype=np.int64)
    earning = np.flatnonzero(aims.points)
    np.gcd.at(step, matrix.owner[earning], aims.points[earning])
    return Ladder(
        matrix=matrix,
        aims=aims,
        debt=np.array(debt, dtype=np.int64),
        most=most,
        step=np.maximum(step, 1),
        levels=min(levels, int((most > 0).sum())),
    )


def waiving(steps: Ladder, number: int) -> Ladder:
    """The ladder of the model in which ``number`` findings may be waived."""
    wide = elastic.waiving(steps.matrix, number)
    columns, base = steps.matrix.shape[1], steps.base
    extra = wide.shape[1] - columns
    order = np.concatenate([np.arange(base), columns + np.arange(extra), np.arange(base, columns)])
    matrix = replace(wide.cut(order), breach=np.full(wide.shape[1], -1))
    return replace(steps, matrix=matrix, aims=steps.aims.shifted(base, extra))


# ---- who owes what -------------------------------------------------------------------------------


class Owed(NamedTuple):
    """What thresholds ask of people.

    Attributes
    ----------
    need : int array (people, thresholds)
        Hundredths that keep each threshold.
    fixed : int array (people,)
        Hundredths asked of those who have no choice, else 0.
    person, level : int arrays (choices,)
        Thresholds (from 0) among which the others choose.
    spare : tuple of (int, int)
        Threshold ``j`` (from 0) and how many of those who choose may stay below it.
    """

    need: Ints
    fixed: Ints
    person: Ints
    level: Ints
    spare: tuple[tuple[int, int], ...]


def owed(steps: Ladder, thresholds: Rank, best: Ints) -> Owed | None:
    """What thresholds ask of people who can have ``best`` hundredths at most.

    ``None`` where too many people cannot reach a threshold whatever happens to others.
    """
    number = len(thresholds)
    if not number:
        return nobody(steps)
    need = np.stack([steps.needed(t) for t in thresholds], axis=1)
    highest = (need <= best[:, None]).sum(axis=1) - 1
    unable = np.array([int((highest < j).sum()) for j in range(number)])
    if np.any(unable > np.arange(number)):
        return None
    lowest = np.zeros(len(need), dtype=np.int64)
    for j in np.flatnonzero(unable == np.arange(number)).tolist():
        lowest[highest >= j] = j
    people = np.arange(len(need))
    open_to = need[people, lowest] < need[people, highest]
    fixed = np.where(open_to, 0, need[people, highest])
    level = np.arange(number)[None, :]
    steeper = np.concatenate([np.diff(need, axis=1) > 0, np.ones((len(need), 1), bool)], axis=1)
    top = level == highest[:, None]
    choice = open_to[:, None] & (level >= lowest[:, None]) & (level <= highest[:, None])
    person, kept = np.nonzero(choice & (steeper | top))
    spare = tuple((j, j - int(unable[j])) for j in range(number) if j > unable[j])
    return Owed(need, fixed, person, kept, spare)


def nobody(steps: Ladder) -> Owed:
    """Nobody owes anything."""
    nothing = np.zeros(0, dtype=np.int64)
    return Owed(
        np.zeros((len(steps.most), 0), np.int64), np.zeros_like(steps.most), nothing, nothing, ()
    )


def best_alone(steps: Ladder, counts: Rank) -> Ints:
    """(people,): hundredths that no answer exceeds, shown by whole plans without any price.

    ``counts`` are the ranks of what is minimised first: columns that must be 0 narrow the plans.
    """
    plain = held(steps, bare(steps), counts)
    points = np.zeros(plain.shape[1], dtype=np.int64)
    points[: steps.base] = steps.aims.points
    best = steps.most.copy()
    within = presolve.propagate(elastic.strict(replace(plain, objective=points)))
    if within is None:
        return best // steps.step * steps.step
    small = presolve.reduce(within)
    plans = Plans(small.matrix)
    people, most = plans.people, plans.price(np.zeros(len(small.rows))).most
    settled = steps.earned(np.where(within.floor == within.cap, within.floor, 0)[: steps.base])
    best[people] = np.minimum(best[people], settled[people] + most // GRID)
    idle = np.setdiff1d(np.arange(len(best)), np.unique(small.matrix.owner[small.matrix.integer]))
    best[idle] = np.minimum(best[idle], settled[idle])
    return best // steps.step * steps.step


def everybody(steps: Ladder, threshold: Fraction, best: Ints) -> Owed:
    """Everybody owes the same threshold, or what they can have at most if that is less."""
    return nobody(steps)._replace(fixed=np.minimum(steps.needed(threshold), best))


class Weighed(NamedTuple):
    """A certified limit of what people have together: ``Σ weight·c ≤ limit``.

    It limits every threshold: all must have what it asks, but for the few who may stay below.
    """

    weight: Ints
    limit: int

    def allows(self, steps: Ladder, threshold: Fraction, low: Ints, spare: int) -> bool:
        """Whether all but ``spare`` people, who have ``low``, might reach a threshold."""
        need = np.maximum(steps.needed(threshold), low)
        less = np.sort(self.weight * (need - low))[len(need) - spare :]
        return int(self.weight @ need) - int(less.sum()) <= self.limit


def weighed(rung: Rung, prices: Floats) -> Weighed:
    """The limit that multipliers of `asking` show, in whole numbers.

    The rows of those who owe come last. A weight is at most what a missing hundredth costs, so
    that in the bound nobody misses any, and the bound is ``limit − Σ weight·need``.
    """
    people = np.flatnonzero(rung.owed.fixed)
    weight = np.zeros(len(rung.owed.fixed), dtype=np.int64)
    rows = slice(rung.matrix.shape[0] - len(people), None)
    y = prices.copy()
    y[rows] = np.clip(y[rows], -UNITS_PER_HUNDREDTH, 0)
    proof = certify.prove(rung.matrix, y)
    weight[people] = -proof.prices[rows]
    return Weighed(weight, proof.exact + int(weight @ rung.owed.fixed))


# ---- matrices of the stages ----------------------------------------------------------------------


def bare(steps: Ladder) -> Matrix:
    """The model without worth: no segments, no rows that fill them, no objective."""
    matrix, aims = steps.matrix, steps.aims
    columns = matrix.shape[1] - aims.segments
    rows = np.delete(np.arange(matrix.shape[0]), np.arange(matrix.shape[0])[aims.rows])
    small = matrix.cut(slice(columns), rows)
    return replace(small, objective=np.zeros(columns, dtype=np.int64))


def held(steps: Ladder, matrix: Matrix, counts: Rank) -> Matrix:
    """The model with no more of what is minimised first than ``counts``, which are ranks."""
    draft = Draft(matrix)
    cap = matrix.cap.copy()
    for columns, count in zip(steps.aims.first, counts, strict=False):
        if count == 0:
            cap[columns] = 0
        else:
            draft.put(draft.rows(1, upper=-int(count)), columns)
    return replace(draft.matrix(), cap=cap)


def counting(steps: Ladder, counts: Rank) -> Matrix:
    """The stage of the count that comes after ``counts``."""
    matrix = held(steps, bare(steps), counts)
    objective = matrix.objective.copy()
    objective[steps.aims.first[len(counts)]] = -UNITS_PER_POINT
    return replace(matrix, objective=objective)


class Rung(NamedTuple):
    """The matrix of a stage in which people owe thresholds; its base columns end with choices."""

    matrix: Matrix
    owed: Owed


def asking(steps: Ladder, counts: Rank, owes: Owed) -> Rung:
    """The stage that asks whether thresholds can be reached: it minimises what is missing."""
    return owing(steps, held(steps, bare(steps), counts), owes)


def owing(steps: Ladder, matrix: Matrix, owes: Owed) -> Rung:
    """A model without worth where what is missing costs one point for each."""
    draft = Draft(matrix)
    _want(draft, steps, owes, UNITS_PER_HUNDREDTH)
    return Rung(draft.matrix(), owes)


def wishing(steps: Ladder, owes: Owed) -> Rung:
    """The model itself, where it is dear to miss a threshold or what is minimised first."""
    matrix = steps.matrix
    objective = matrix.objective.copy()
    for columns in steps.aims.first:
        objective[columns] -= URGENT
    draft = Draft(replace(matrix, objective=objective))
    _want(draft, steps, owes, STEEP)
    return Rung(draft.matrix(), owes)


def keeping(steps: Ladder, counts: Rank, owes: Owed) -> Rung:
    """The model itself with thresholds that are kept."""
    draft = Draft(held(steps, _split(steps, owes.fixed), counts))
    _choose(draft, steps, owes)
    return Rung(draft.matrix(), owes)


def _want(draft: Draft, steps: Ladder, owes: Owed, cost: int) -> None:
    """Rows of everybody who owes something; each hundredth that is missing costs ``cost`` units."""
    people = np.flatnonzero(owes.fixed)
    row = draft.rows(len(people), lower=owes.fixed[people])
    _earn(draft, steps, people, row)
    draft.put(row, draft.slacks(-cost, owes.fixed[people]))
    _choose(draft, steps, owes, cost)


def _earn(draft: Draft, steps: Ladder, people: Ints, row: Ints) -> None:
    """Put the points of these people into these rows."""
    number = np.full(len(steps.most) + 1, -1)
    number[people] = row
    columns = np.flatnonzero(steps.aims.points)
    at = number[steps.matrix.owner[columns]]
    columns, at = columns[at >= 0], at[at >= 0]
    draft.put(at, columns, steps.aims.points[columns])


def _choose(draft: Draft, steps: Ladder, owes: Owed, cost: int = 0) -> None:
    """Rows and columns of those who choose a threshold; points that are missing may have a cost."""
    people, which = np.unique(owes.person, return_inverse=True)
    if not len(people):
        return
    keeps = draft.choices(owes.person)
    draft.put(draft.rows(len(people), lower=1, upper=1)[which], keeps)
    row = draft.rows(len(people), lower=0)
    _earn(draft, steps, people, row)
    need = owes.need[owes.person, owes.level]
    draft.put(row[which], keeps, -need)
    if cost:
        top = np.zeros(len(people), dtype=np.int64)
        np.maximum.at(top, which, need)
        draft.put(row, draft.slacks(-cost, top))
    highest = np.zeros(len(people), dtype=np.int64)
    np.maximum.at(highest, which, owes.level)
    for j, number in owes.spare:
        below = (owes.level < j) & (highest[which] >= j)
        draft.put(draft.rows(1, upper=number), keeps[below])


def _split(steps: Ladder, fixed: Ints) -> Matrix:
    """The model in which segments are filled as far as ``fixed`` hundredths at least."""
    matrix, aims = steps.matrix, steps.aims
    first = matrix.shape[1] - aims.segments
    body = sparse.coo_array(matrix.a[aims.rows])
    entry = body.col >= first
    order = np.argsort(body.col[entry])
    row = body.row[entry][order].astype(np.int64)
    width = matrix.cap[first:]
    before = np.cumsum(width) - width
    start = before - before[np.searchsorted(row, row)]
    below = np.clip(fixed[matrix.personal[aims.rows][row]] - start, 0, width)
    cap, floor = matrix.cap.copy(), matrix.floor.copy()
    cut = np.flatnonzero((below > 0) & (below < width))
    cap[first + cut] = below[cut]
    floor[first:] = below
    draft = Draft(replace(matrix, cap=cap, floor=floor))
    rest = draft.slacks(matrix.objective[first + cut], (width - below)[cut])
    draft.put(np.arange(matrix.shape[0])[aims.rows][row[cut]], rest, -1)
    return draft.matrix()


class Draft:
    """A matrix to which columns and rows are added."""

    def __init__(self, matrix: Matrix) -> None:
        self._of = matrix
        self._height, self._width = matrix.shape
        self._entries: list[tuple[Ints, Ints, Ints]] = []
        self._sides: list[tuple[Ints, Ints]] = []
        self._new: list[tuple[Ints, Ints, Ints, Bools]] = []

    def rows(self, number: int, lower: object = -UNBOUNDED, upper: object = UNBOUNDED) -> Ints:
        """Add rows; their indexes."""
        sides = (np.broadcast_to(np.asarray(s, dtype=np.int64), (number,)) for s in (lower, upper))
        self._sides.append(tuple(sides))  # type: ignore[arg-type]
        self._height += number
        return np.arange(self._height - number, self._height)

    def choices(self, owner: Ints) -> Ints:
        """Add 0/1 base columns of people; their indexes until the matrix is made."""
        size = len(owner)
        return self._columns(np.zeros(size, np.int64), np.ones(size, np.int64), owner, whole=True)

    def slacks(self, objective: object, cap: Ints) -> Ints:
        """Add nobody's columns from 0 to ``cap``; their indexes until the matrix is made."""
        worth = np.broadcast_to(np.asarray(objective, dtype=np.int64), cap.shape)
        return self._columns(worth, cap, np.full(len(cap), SHARED), whole=False)

    def _columns(self, objective: Ints, cap: Ints, owner: Ints, *, whole: bool) -> Ints:
        self._new.append((objective, cap, owner, np.full(len(cap), whole)))
        self._width += len(cap)
        return np.arange(self._width - len(cap), self._width)

    def put(self, row: Ints, column: Ints, coefficient: object = 1) -> None:
        """Add entries."""
        entries = np.broadcast_arrays(row, column, np.asarray(coefficient, dtype=np.int64))
        self._entries.append((entries[0], entries[1], entries[2]))

    def matrix(self) -> Matrix:
        """The matrix as it is now, base columns first."""
        of = self._of
        if not self._sides and not self._new:
            return of
        old = of.a.tocoo()
        parts = [(old.row.astype(np.int64), old.col.astype(np.int64), old.data), *self._entries]
        row, col, coef = (np.concatenate(part) for part in zip(*parts, strict=True))
        nothing = (np.zeros(0, np.int64),) * 3
        new = [*self._new, (*nothing, np.zeros(0, bool))]
        objective, cap, owner, whole = (np.concatenate(part) for part in zip(*new, strict=True))
        sides = [(of.lower, of.upper), *self._sides]
        lower, upper = (np.concatenate(part) for part in zip(*sides, strict=True))
        integer = np.concatenate([of.integer, whole])
        matrix = Matrix(
            a=sparse.csr_array((coef, (row, col)), shape=(self._height, self._width)),
            lower=lower,
            upper=upper,
            objective=np.concatenate([of.objective, objective]),
            cap=np.concatenate([of.cap, cap]),
            floor=np.concatenate([of.floor, np.zeros(len(cap), np.int64)]),
            integer=integer,
            owner=np.concatenate([of.owner, owner]),
            breach=np.concatenate([of.breach, np.full(len(cap), -1)]),
        )
        return matrix.cut(np.argsort(~integer, kind="stable"))


def start(steps: Ladder, owes: Owed, base: Ints) -> Ints:
    """An answer's base columns with choices of thresholds that its shares keep.

    Where it does not reach them, everybody aims at the highest; points are missing then.
    """
    if not len(owes.person):
        return base
    need = owes.need[owes.person, owes.level]
    able = need <= steps.earned(base)[owes.person]
    last = np.full(len(owes.need), -1)
    np.maximum.at(last, owes.person[able], owes.level[able])
    top = np.full(len(owes.need), -1)
    np.maximum.at(top, owes.person, owes.level)
    below = (int(((last < j) & (top >= j)).sum()) <= number for j, number in owes.spare)
    taken = last if np.all(last[owes.person] >= 0) and all(below) else top
    return np.concatenate([base, (owes.level == taken[owes.person]).astype(np.int64)])
