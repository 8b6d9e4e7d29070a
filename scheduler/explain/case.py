"""A solution that is asked about: its model, answer and prices, kept between questions.

A what-if is a demand on the kept model where that model has a column for it. Where a lock lets
somebody in who could not go there, or the scenario itself is changed, a model of the changed
scenario is made; its prices are those of the rows that it shares with the kept one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scheduler.explain.altered import with_lock
from scheduler.models.points import from_units
from scheduler.rules import catalogue
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver.certify import GRID
from scheduler.solver.clerk import Clerk, Demand, Kept
from scheduler.solver.components import components
from scheduler.solver.matrix import completed
from scheduler.solver.model import fingerprint, modelled, tidied
from scheduler.verify import weigh

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from typing import Self

    from numpy.typing import NDArray

    from scheduler.models import Plan, Scenario, Solution
    from scheduler.rules.facts import Facts
    from scheduler.solver.clerk import Answering
    from scheduler.solver.components import Component
    from scheduler.solver.matrix import Matrix
    from scheduler.solver.model import Model
    from scheduler.verify import Weighed

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Outcome:
    """A plan that was found for a changed question, judged from ids.

    ``bound`` limits every plan for that question; ``settled`` says whether all that prices leave
    open was decided exactly, of the part of the model that the question is about.
    """

    plan: Plan
    weighed: Weighed
    bound: Decimal | None
    settled: bool

    @property
    def best(self) -> bool:
        """Whether there is no better plan for that question."""
        return self.bound is not None and self.bound <= self.weighed.value


class Case:
    """A scenario and a solution of it, with what answering questions needs.

    Parameters
    ----------
    scenario : Scenario
    solution : Solution
        Verified, of this scenario.
    prices : float array (rows of the model,), optional
        Multipliers that certify the bound. Where they are not given, those that the solution came
        with; where it came with none, or with those of another model, they are computed.
    answering : Answering, optional
        What solves; by default a child process, started with the first question that needs it.
    """

    def __init__(
        self,
        scenario: Scenario,
        solution: Solution,
        prices: NDArray[np.float64] | None = None,
        answering: Answering | None = None,
    ) -> None:
        self.scenario = scenario
        self.solution = solution
        self.plan = solution.plan
        self.facts = catalogue.facts(scenario)
        self._prices = prices
        self._answering = answering
        self._kept: dict[int, int] = {}
        self._next = 0
        self.found: dict[tuple[str, str], Outcome] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the solvers."""
        if self._answering is not None:
            self._answering.close()
            self._answering = None
            self._kept.clear()

    # ---- what is kept ------------------------------------------------------------------------

    @property
    def answering(self) -> Answering:
        """What solves."""
        if self._answering is None:
            self._answering = Clerk()
        return self._answering

    @cached_property
    def weighed(self) -> Weighed:
        """The solution's value and findings, judged again."""
        return weigh(self.facts, self.plan)

    @cached_property
    def lines(self) -> frozenset[tuple[str, str]]:
        """Who is where, kept lines among them."""
        return frozenset((*self.plan.lines, *self.facts.cycle.kept))

    @cached_property
    def visits(self) -> dict[str, tuple[str, ...]]:
        """Sessions that each person visits, in the order of blocks."""
        return self.facts.visits(self.plan)

    @cached_property
    def roster(self) -> dict[str, tuple[str, ...]]:
        """People in each decided session."""
        return self.facts.roster(self.plan)

    @cached_property
    def model(self) -> Model:
        """The scenario's model."""
        return modelled(self.scenario)

    @cached_property
    def standing(self) -> Ints:
        """(base,): the solution's columns."""
        return self.model.standing(self.plan)

    @cached_property
    def parts(self) -> list[Component]:
        """Independent parts of the model."""
        return components(self.model.matrix)

    @cached_property
    def _part_of(self) -> Ints:
        """(columns,): part of each column."""
        found = np.zeros(self.model.matrix.shape[1], dtype=np.int64)
        for number, part in enumerate(self.parts):
            found[part.columns] = number
        return found

    @property
    def prices(self) -> NDArray[np.float64] | None:
        """(rows,): multipliers that are known, if any."""
        if self._prices is None:
            self._prices = self._came_with
        return self._prices

    @cached_property
    def _came_with(self) -> NDArray[np.float64] | None:
        """(rows,): multipliers that the solution came with, if they are those of this model."""
        known = self.solution.multipliers
        if known is None or known.scenario_hash != self.scenario.digest:
            return None
        height = self.model.matrix.shape[0]
        fits = len(known.row) == len(known.multiplier) and max(known.row, default=0) < height
        if not fits or known.model != fingerprint(self.model.matrix):
            return None
        prices = np.zeros(height)
        prices[np.array(known.row, dtype=np.int64)] = np.array(known.multiplier) / GRID
        return prices

    def _keep(self, number: int) -> int:
        """Let a part be kept by what solves, once; its number there."""
        if number not in self._kept:
            part = self.parts[number]
            prices = self.prices
            duals = None if prices is None else prices[part.rows]
            base = self.standing[part.columns[part.matrix.integer]]
            known = self.answering.keep(self._next, Kept(part.matrix, base, duals))
            if prices is None:
                self._priced[number] = known.duals
            self._kept[number] = self._next
            self._next += 1
        return self._kept[number]

    @cached_property
    def _priced(self) -> dict[int, NDArray[np.float64]]:
        return {}

    # ---- asking ------------------------------------------------------------------------------

    def put(self, person: str, session: str) -> Outcome | None:
        """The best plan found with this person locked into this session; ``None`` if none is.

        Parameters
        ----------
        person, session : str
            Ids; the session is decided, and the person is there in its blocks.
        """
        if (person, session) not in self.found:
            found = self._put(person, session)
            if found is None:
                return None
            self.found[person, session] = found
        return self.found[person, session]

    def _put(self, person: str, session: str) -> Outcome | None:
        column = self._column(person, session)
        seat = self.model.seat(person, session)
        if column is None and len(seat) == 2:
            found = self._seated(person, session, seat)
            if found is not None:
                return found
        if column is None:
            return self.changed(with_lock(self.scenario, person, session), [(person, session)])
        facts = self.facts.with_lock(person, session)
        return self._met(_demand(column, self._least_rows(column)), facts)

    def _seated(self, person: str, session: str, seat: Ints) -> Outcome | None:
        """The best plan found with somebody of the crowd in a seat: one more is counted there.

        ``None`` also where no dealing of what was counted is legal for this person.
        """
        columns = self.model.columns
        where = columns.session_index[session]
        switch = columns.session_open(np.array([where]))
        demand = Demand(seat, self._least_rows(int(seat[0])), switch)
        return self._met(demand, self.facts.with_lock(person, session), (person, session))

    def opened(self, session: str) -> Outcome | None:
        """The best plan found in which this decided session is open, with all that it needs."""
        columns = self.model.columns
        where = np.array([columns.session_index[session]])
        return self._met(_demand(int(columns.session_open(where)[0])), self.facts)

    def widened(self, session: str, scenario: Scenario, person: str = "") -> Outcome | None:
        """The best plan found with one seat more in an open session, judged by that scenario.

        Its row of seats allows one more. Where there is no such row, or rooms are shared, the
        changed scenario gets a model of its own. With a person, they are locked in there.
        """
        columns, matrix = self.model.columns, self.model.matrix
        where = columns.session_index[session]
        switch = int(columns.session_open(np.array([where]))[0])
        rows = matrix.columns_first[:, [switch]].indices
        cap = -int(columns.session_cap[where])
        seats = (matrix.a[rows][:, [switch]].toarray().ravel() == cap) & (matrix.upper[rows] == 0)
        many = np.diff(matrix.a.indptr)[rows] > 2
        found = rows[seats & many & (matrix.lower[rows] <= -UNBOUNDED)].astype(np.int64)
        room = columns.cycle.offered[session].room
        shared = any(r.id == room and r.shared for r in self.scenario.rooms)
        column = self._column(person, session) if person else switch
        if person:
            scenario = with_lock(scenario, person, session)
        if len(found) != 1 or shared or column is None:
            return self.changed(scenario, [(person, session)])
        loose = self._least_rows(column) if person else found[:0]
        demand = _demand(column, loose)._replace(wider=found)
        return self._met(demand, catalogue.facts(scenario))

    def _met(
        self, demand: Demand, facts: Facts, sure: tuple[str, str] | None = None
    ) -> Outcome | None:
        """The best plan found that meets a demand of the kept model, judged by ``facts``.

        ``sure`` is somebody of the crowd and the session whose seat they get.
        """
        number = int(self._part_of[demand.columns[0]])
        kept = self._keep(number)
        part = self.parts[number]
        found = self.answering.meet(kept, _inside(part, demand))
        if found.base is None:
            return None
        whole = self.standing.copy()
        whole[part.columns[part.matrix.integer]] = found.base
        plan = self.model.plan(tidied(self.model, whole), self.plan, sure)
        judged = weigh(facts, plan)
        if judged.illegal or judged.waived:
            return None
        return Outcome(plan, judged, self._bound(number, found.bound), found.settled)

    def _column(self, person: str, session: str) -> int | None:
        """The column of somebody who may go there; ``None`` where the model has none for it."""
        columns = self.model.columns
        who, where = columns.person_index.get(person), columns.session_index.get(session)
        if who is None or where is None or not self.facts.may_go(person, session):
            return None
        visit = int(columns.visit_at[who, where])
        if visit < 0:
            return None
        column = int(columns.visit_column[visit])
        fold = self.model.fold
        return None if fold is not None and column in fold.count else column

    def _least_rows(self, column: int) -> Ints:
        """Rows that ask an open session for a least number of people, this candidate's among them.

        One person locked in makes up for the whole minimum, so these rows hold no more.
        """
        matrix, columns = self.model.matrix, self.model.columns
        switch = len(columns.cand_person) + int(columns.cand_unit[column])
        one, other = (matrix.columns_first[:, [c]].indices for c in (column, switch))
        rows = np.intersect1d(one, other)
        body = matrix.a[rows]
        slack = (abs(body[:, np.flatnonzero(~matrix.integer)]).sum(axis=1)) > 0
        asks = (body[:, [switch]].toarray().ravel() < 0) & (matrix.lower[rows] == 0)
        found: Ints = rows[asks & (matrix.upper[rows] >= UNBOUNDED) & ~slack]
        return found

    def _bound(self, number: int, units: int) -> Decimal | None:
        """The bound of one part as one of the whole: the others have theirs in the certificate."""
        if len(self.parts) == 1:
            return from_units(units)
        bound = self.solution.certificate.bound
        if bound is None:
            return None
        part = self.parts[number]
        here = completed(part.matrix, self.standing[part.columns[part.matrix.integer]])
        return bound - from_units(part.matrix.value(here)) + from_units(units)

    def changed(
        self, scenario: Scenario, about: Iterable[tuple[str, str]] = (), *, brief: bool = False
    ) -> Outcome | None:
        """The best plan found for a changed scenario, near the solution.

        Parameters
        ----------
        scenario : Scenario
            The kept one, changed a little.
        about : iterable of (person, session)
            What the change is about: these are looked at first. Empty persons mean the session.
        brief : bool
            Whether the first plan found will do: for changes that much else would follow from.
        """
        model = modelled(scenario)
        whole = model.standing(self.plan)
        parts = components(model.matrix)
        about = tuple(about)
        asked = _asked(model, about)
        fixed = {(lock.person, lock.session) for lock in scenario.locks if lock.state == "in"}
        locked = _asked(model, [pair for pair in about if pair in fixed])
        total: Decimal | None = None
        settled = True
        bounds: list[int | None] = []
        duals = self._translated(model)
        for part in parts:
            inside = part.columns[part.matrix.integer]
            around = np.flatnonzero(np.isin(part.columns, asked))
            here = completed(part.matrix, whole[inside])
            if not len(around) and part.matrix.allows(here):
                bounds.append(None)
                continue
            given = None if duals is None else duals[part.rows]
            known = self.answering.keep(self._next, Kept(part.matrix, whole[inside], given))
            sure = np.flatnonzero(np.isin(part.columns, locked))
            found = self.answering.meet(self._next, Demand(sure, sure[:0], around, None, brief))
            if found.base is None:
                return None
            settled &= found.settled
            whole[inside] = found.base
            bounds.append(min(known.bound, found.bound))
        plan = model.plan(tidied(model, whole), self.plan)
        judged = weigh(catalogue.facts(scenario), plan)
        if judged.illegal or judged.waived:
            return None
        if len(parts) == 1 and bounds[0] is not None:
            total = from_units(bounds[0])
        return Outcome(plan, judged, total, settled)

    def _translated(self, model: Model) -> NDArray[np.float64] | None:
        """(rows of another model,): prices of the rows that it shares with the kept one."""
        prices = self._known_prices()
        found = np.zeros(model.matrix.shape[0])
        left = np.ones(len(found), dtype=bool)
        pairs = zip(_signatures(self.model), _signatures(model), strict=True)
        for (here, known), (there, sought) in pairs:
            row = np.flatnonzero(left & sought)
            from_ = _matched(here, known, there[row])
            found[row] = np.where(from_ >= 0, prices[from_], 0.0)
            left[row[from_ >= 0]] = False
        return found

    def _known_prices(self) -> NDArray[np.float64]:
        """(rows,): multipliers, computed by what solves where none were given."""
        prices = self.prices
        if prices is None:
            prices = np.zeros(self.model.matrix.shape[0])
            for number, part in enumerate(self.parts):
                self._keep(number)
                prices[part.rows] = self._priced[number]
            self._prices = prices
        return prices


def _demand(column: int, loose: Ints | None = None) -> Demand:
    """One column taken, some rows let go."""
    nothing = np.zeros(0, dtype=np.int64)
    return Demand(np.array([column]), nothing if loose is None else loose, nothing)


def _inside(part: Component, demand: Demand) -> Demand:
    """A demand of the whole as one of the part that it is about."""
    rows = (None if r is None else np.searchsorted(part.rows, r) for r in (demand.loose, demand[3]))
    loose, wider = rows
    assert loose is not None
    columns, around = (np.searchsorted(part.columns, c) for c in (demand.columns, demand.around))
    return demand._replace(columns=columns, loose=loose, around=around, wider=wider)


def _asked(model: Model, about: Iterable[tuple[str, str]]) -> Ints:
    """Base columns of pairs of person and session; of the session where there is no person."""
    columns, found = model.columns, []
    for person, session in about:
        where = columns.session_index.get(session)
        if where is None:
            continue
        who = columns.person_index.get(person)
        visit = -1 if who is None else int(columns.visit_at[who, where])
        if visit >= 0:
            found.append(int(columns.visit_column[visit]))
        else:
            found.append(int(columns.session_open(np.array([where]))[0]))
    return np.array(sorted(set(found)), dtype=np.int64)


def _matched(here: Ints, known: Bools, there: Ints) -> Ints:
    """Rows whose numbers ``here`` are those of ``there``, in the same turn; -1 for none."""
    rows = np.flatnonzero(known)
    order = rows[np.argsort(here[rows], kind="stable")]
    if not len(order):
        return np.full(len(there), -1)
    at = np.minimum(np.searchsorted(here[order], there) + _turns(there), len(order) - 1)
    return np.where(here[order][at] == there, order[at], -1)


def _signatures(model: Model) -> tuple[tuple[Ints, Bools], tuple[Ints, Bools]]:
    """Numbers for what rows are about: by all their base columns, and without the candidates.

    The second is for rows to which a change adds somebody, or takes somebody away; rows of two
    entries are not told apart by it. Each comes with the rows (rows,) that it speaks of.
    """
    matrix = model.matrix
    candidates = len(model.columns.cand_person)
    key = _keys(model)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.a.indptr))
    slack = np.bincount(row[~matrix.integer[matrix.a.indices]], minlength=matrix.shape[0])
    sides = 1 + (matrix.lower > -UNBOUNDED) + 2 * (matrix.upper < UNBOUNDED)
    kind = (8 * np.minimum(slack, 7) + sides).astype(np.uint64)
    every = np.ones(matrix.shape[0], dtype=bool)
    exact = _summed(key, matrix, row) * np.uint64(64) + kind
    key[:candidates] = 0
    people = np.array([_number(f"p {name}") for name in model.columns.people], dtype=np.uint64)
    owner = np.where(matrix.personal >= 0, np.append(people, 0)[matrix.personal], np.uint64(0))
    loose = (_summed(key, matrix, row) + owner) * np.uint64(64) + kind
    told = (np.diff(matrix.a.indptr) > 2) & (loose >= np.uint64(64))
    return (exact.view(np.int64), every), (loose.view(np.int64), told)


def _summed(key: NDArray[np.uint64], matrix: Matrix, row: Ints) -> NDArray[np.uint64]:
    """(rows,): sum of the numbers of each row's columns, those taken off it counted otherwise."""
    found = np.zeros(matrix.shape[0], dtype=np.uint64)
    less = matrix.a.data < 0
    np.add.at(found, row, key[matrix.a.indices] * np.where(less, np.uint64(5), np.uint64(1)))
    return found


def _keys(model: Model) -> NDArray[np.uint64]:
    """(columns,): a number for what each base column is about, by id; 0 for slacks."""
    columns, fold = model.columns, model.fold
    people = np.array([_number(f"p {name}") for name in columns.people], dtype=np.uint64)
    units = np.array([_number(f"u {name}") for name in columns.units], dtype=np.uint64)
    names = np.array([_number(f"b {name}") for name in columns.blocks], dtype=np.uint64)
    block = np.zeros(len(columns.place_person), dtype=np.uint64)
    who, at = np.nonzero(columns.place_of >= 0)
    np.maximum.at(block, columns.place_of[who, at], names[at])
    parts = [
        people[columns.cand_person] * units[columns.cand_unit],
        units,
        people[columns.place_person] * block,
    ]
    if fold is not None:
        parts.append(people[fold.person] * names[fold.block] * np.uint64(3))
    key = np.zeros(model.matrix.shape[1], dtype=np.uint64)
    key[: model.base] = np.concatenate(parts)
    return key


def _turns(keys: Ints) -> Ints:
    """How many equal keys come before each."""
    order = np.argsort(keys, kind="stable")
    found = np.empty(len(keys), dtype=np.int64)
    found[order] = np.arange(len(keys)) - np.searchsorted(keys[order], keys[order])
    return found


def _number(text: str) -> int:
    """A number of 63 bits for a text, odd, always the same."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) | 1
