"""What cannot hold together: minimal sets of demands, and the cheapest ways out.

A *demand* is a set of rows that a person can name: a lock, a session's seats, a pair. The rows of
no demand always hold: nobody is in two sessions of one place. Whether demands can hold together is
asked with as few rows as say so: the first plan is the one in which nobody is anywhere; rows that
it breaks are solved for, rows that the next plan breaks join them, until a plan breaks none
(possible, exactly checked) or the rows so far have no answer (impossible, for more rows only
forbid more). "Impossible" is said only where HiGHS and CP-SAT agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model
from scipy import sparse

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import engines
from scheduler.solver.isolate import Conflict, Done, Possible, Repair
from scheduler.solver.matrix import completed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import NDArray

    from scheduler.solver.isolate import Event, Question
    from scheduler.solver.matrix import Matrix

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SHORT = 2
"""Entries of a row that is taken in with its columns."""

ROUNDS = 40
"""So often is a way out mended; what would take longer is not offered."""

SECOND = 10.0
"""Seconds that CP-SAT may take for one question; what it leaves open is not said."""


class Unsure(RuntimeError):
    """No solver could say, or two of them disagree: nothing is claimed."""


def answer(question: Question, report: Callable[[Event], None]) -> None:
    """Report a plan, or conflicts that share no demand, then repairs."""
    rows = _Rows(question)
    dropped = np.zeros(len(question.relief), dtype=bool)
    reason = "done"
    try:
        for _ in range(question.most):
            found = rows.conflict(~dropped)
            if isinstance(found, np.ndarray):
                if not dropped.any():
                    report(Possible(0, found))
                break
            report(found)
            reason = "impossible"
            dropped[list(found.demands)] = True
        if dropped.any():
            rows.start(~dropped)
            for repair in rows.repairs():
                report(repair)
    except Unsure:
        reason = "unsure"
    report(Done(0, reason))


class _Rows:
    """The rows, and which of them have mattered so far."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.matrix = question.matrix
        self.of = question.of
        self.rest = question.rest
        self.base = int(self.matrix.integer.sum())
        self.seen = np.zeros(self.matrix.shape[0], dtype=bool)
        short = np.diff(self.matrix.a.indptr) <= SHORT
        self.near = (short | (self.matrix.personal >= 0)) & (self.of < 0)

    # ---- one question ------------------------------------------------------------------------

    def plan(self, active: Bools) -> Ints | None:
        """Columns that keep the rows of no demand and of active ones; ``None`` if there are none.

        Raises
        ------
        Unsure
            When HiGHS gave up.
        """
        kept = self.kept(active)
        v = self.rest
        while True:
            broken = kept & self.broken(v)
            if not broken.any():
                return v
            if not (broken & ~self.seen).any() and v is not self.rest:
                raise Unsure
            self.see(broken)
            found = self.solved(np.flatnonzero(self.seen & kept))
            if found is None:
                return None
            v = found

    def kept(self, active: Bools) -> Bools:
        """(rows,): those of no demand, and of active ones."""
        return np.append(active, True)[self.of]

    def broken(self, v: Ints) -> Bools:
        """(rows,): those that ``v`` breaks."""
        activity = self.matrix.a @ v
        broken: Bools = (activity < self.matrix.lower) | (activity > self.matrix.upper)
        return broken

    def see(self, broken: Bools) -> None:
        """Take these rows in, and with each what always holds for its people's columns.

        A place taken is left nowhere else and needs its session open: told so one by one, many
        rounds would be lost.
        """
        self.seen |= broken
        columns = self.matrix.a[np.flatnonzero(broken)].indices
        mine = np.zeros(self.matrix.shape[1], dtype=bool)
        mine[columns] = self.matrix.owner[columns] >= 0
        self.seen |= self.near & (self.matrix.a @ mine != 0)

    def part(self, rows: Ints) -> tuple[Matrix, Ints]:
        """The model of some rows and the columns in them: as few as possible leave their rest."""
        columns = np.unique(self.matrix.a[rows].indices).astype(np.int64)
        part = self.matrix.cut(columns, rows)
        up = np.where(self.rest[columns] > part.floor, 1, -1)
        worth = np.where(part.integer, up, 0) * UNITS_PER_POINT
        return replace(part, objective=worth), columns

    def solved(self, rows: Ints) -> Ints | None:
        """Columns that keep these rows, near rest; ``None`` if there are none."""
        part, columns = self.part(rows)
        found, done = engines.exact(part, seed=self.question.seed, gap=0.2)
        if found is None:
            if done:
                return None
            raise Unsure
        v = self.rest.copy()
        v[columns] = completed(part, np.rint(found[part.integer]).astype(np.int64))
        if not part.allows(v[columns]):
            raise Unsure
        return v

    # ---- conflicts ---------------------------------------------------------------------------

    def conflict(self, active: Bools) -> Conflict | Ints:
        """A minimal set of active demands that cannot hold together, or a plan if they can."""
        whole = self.plan(active)
        if whole is not None:
            return whole[: self.base]
        members = self.core(active)
        without: dict[int, Ints] = {}
        for demand in members.copy():
            found = self.plan(self.mask([member for member in members if member != demand]))
            if found is None:
                members.remove(demand)
            else:
                without[demand] = found[: self.base]
        self.confirm(members)
        return Conflict(0, tuple(members), tuple(without.get(member) for member in members))

    def mask(self, members: Collection[int]) -> Bools:
        """(demands,): whether it is one of these."""
        chosen = np.zeros(len(self.question.relief), dtype=bool)
        chosen[list(members)] = True
        return chosen

    def core(self, active: Bools) -> list[int]:
        """Active demands of the rows so far, as few as CP-SAT needs for a proof, confirmed."""
        rows = np.flatnonzero(self.seen & self.kept(active))
        inside = np.unique(self.of[rows])
        inside = inside[inside >= 0]
        few = self.second(rows, inside.tolist())
        if few is not None and self.plan(self.mask(few)) is None:
            return few
        return [int(demand) for demand in inside]

    def confirm(self, members: list[int]) -> None:
        """Raise `Unsure` unless CP-SAT, too, finds that these cannot hold together."""
        rows = np.flatnonzero(self.seen & self.kept(self.mask(members)))
        if self.plan(self.mask(members)) is not None or self.second(rows, ()) is None:
            raise Unsure

    def second(self, rows: Ints, assumed: Collection[int]) -> list[int] | None:
        """CP-SAT's word on these rows: assumed demands that cannot hold, or ``None`` if unproven.

        Demands that are not assumed hold in any case.
        """
        part, _ = self.part(rows)
        model = cp_model.CpModel()
        bounds = zip(part.floor.tolist(), part.cap.tolist(), strict=True)
        columns = [model.new_int_var(low, high, "") for low, high in bounds]
        literal = {int(demand): model.new_bool_var("") for demand in assumed}
        for at, row in enumerate(rows):
            entries = slice(*part.a.indptr[at : at + 2])
            inside = [columns[col] for col in part.a.indices[entries]]
            total = cp_model.LinearExpr.weighted_sum(inside, part.a.data[entries].tolist())
            sides = int(part.lower[at]), int(part.upper[at])
            held = model.add_linear_constraint(total, *sides)
            demand = int(self.of[row])
            if demand in literal:
                held.only_enforce_if(literal[demand])
        model.add_assumptions(list(literal.values()))
        return _refused(model, literal, self.question.seed)

    # ---- ways out ----------------------------------------------------------------------------

    def start(self, active: Bools) -> None:
        """Rest from now on where all but the conflicts holds, so that little needs to move."""
        known = self.plan(active)
        if known is not None:
            self.rest = known

    def repairs(self) -> list[Repair]:
        """The cheapest ways out, cheapest first; none gives way where another one does already."""
        found: list[Repair] = []
        while len(found) < self.question.most:
            repair = self.repair([repair.demands for repair in found])
            if repair is None:
                break
            found.append(repair)
        return found

    def repair(self, known: list[tuple[int, ...]]) -> Repair | None:
        """The cheapest way out that is none of those known and more."""
        for _ in range(ROUNDS):
            rows = np.flatnonzero(self.seen)
            part, columns = self.part(rows)
            loose, gives = self.loosened(part, rows, known)
            found, done = engines.exact(loose, seed=self.question.seed, gap=0.002)
            if found is None or not done:
                return None
            whole = np.rint(found).astype(np.int64)
            v = self.rest.copy()
            base = whole[: part.shape[1]][part.integer]
            v[columns] = np.minimum(completed(part, base), part.cap)
            amount = np.zeros(len(self.question.relief), dtype=np.int64)
            np.maximum.at(amount, self.of[rows[gives]], whole[-len(gives) :])
            yields = np.flatnonzero(amount)
            broken = self.kept(amount == 0) & self.broken(v)
            if not (broken & ~self.seen).any():
                if broken.any():
                    raise Unsure
                amounts = tuple(int(n) for n in amount[yields])
                return Repair(0, tuple(yields.tolist()), amounts, v[: self.base])
            self.see(broken)
        return None

    def loosened(
        self, part: Matrix, rows: Ints, known: list[tuple[int, ...]]
    ) -> tuple[Matrix, Ints]:
        """The rows with a 0/1 column per demand that may give way and an amount per row of it."""
        relief, of = self.question.relief, self.of[rows]
        gives = np.flatnonzero((of >= 0) & (np.append(relief, 0)[of] > 0))
        demand, which = np.unique(of[gives], return_inverse=True)
        count, width = len(gives), len(demand)
        reach = _reach(part)[gives]
        sign = np.where(part.lower[gives] > -UNBOUNDED, 1, -1)
        at = np.arange(count)
        body = sparse.coo_array((sign, (gives, width + at)), shape=(len(rows), width + count))
        link = sparse.coo_array(
            (
                np.concatenate([np.ones(count, np.int64), -reach]),
                (
                    np.tile(at, 2),
                    np.concatenate([part.shape[1] + width + at, part.shape[1] + which]),
                ),
            ),
            shape=(count, part.shape[1] + width + count),
        )
        old = np.array([np.isin(demand, members) for members in known], dtype=np.int64)
        old = old.reshape(len(known), width)
        spare = [sparse.csr_array((len(old), n), dtype=np.int64) for n in (part.shape[1], count)]
        again = sparse.hstack([spare[0], sparse.csr_array(old), spare[1]])
        a = sparse.vstack([sparse.hstack([part.a, body]), link, again])
        most = old.sum(axis=1) - 1
        tail = np.full(count + len(old), -UNBOUNDED)
        cost = relief[demand] * UNITS_PER_POINT * (1 + int(part.integer.sum()))
        extra = width + count
        return (
            replace(
                part,
                a=sparse.csr_array(a).astype(np.int64),
                lower=np.concatenate([part.lower, tail]),
                upper=np.concatenate([part.upper, np.zeros(count, np.int64), most]),
                objective=np.concatenate([part.objective, -cost, -cost[which]]),
                cap=np.concatenate([part.cap, np.ones(width, np.int64), reach]),
                floor=np.concatenate([part.floor, np.zeros(extra, np.int64)]),
                integer=np.concatenate([part.integer, np.ones(extra, bool)]),
                owner=np.concatenate([part.owner, np.full(extra, -1)]),
                breach=np.concatenate([part.breach, np.full(extra, -1)]),
            ),
            gives,
        )


def _reach(part: Matrix) -> Ints:
    """(rows,): the most that a row can be broken by."""
    a = part.a
    high = a.maximum(0) @ part.cap + a.minimum(0) @ part.floor
    low = a.maximum(0) @ part.floor + a.minimum(0) @ part.cap
    over = np.where(part.upper < UNBOUNDED, high - part.upper, 0)
    under = np.where(part.lower > -UNBOUNDED, part.lower - low, 0)
    reach: Ints = np.maximum(0, np.maximum(over, under))
    return reach


def _refused(
    model: cp_model.CpModel, literal: dict[int, cp_model.IntVar], seed: int
) -> list[int] | None:
    """Demands whose literals cannot all hold; ``None`` where CP-SAT does not prove it in time."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECOND
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    if solver.solve(model) != cp_model.INFEASIBLE:
        return None
    number = {variable.index: demand for demand, variable in literal.items()}
    core = solver.sufficient_assumptions_for_infeasibility()
    return sorted(number[index] for index in core if index in number)
