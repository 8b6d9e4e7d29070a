"""Solving inside the test's own process, and everything legal tried by ids alone."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import numpy as np
from scipy import sparse

from scheduler.models import Finding, Plan
from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules import catalogue
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver.child import perform
from scheduler.solver.clerk import Keep, Meet
from scheduler.solver.clerk_child import answered
from scheduler.solver.columns import Columns
from scheduler.solver.matrix import Matrix, assemble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.models import Scenario, Solution
    from scheduler.rules.facts import Facts
    from scheduler.solver.isolate import Event, Task
    from scheduler.solver.whatif import Demand, Desk, Found, Kept, Known

SOLVE = import_module("scheduler.solver.solve")
"""The module, whose name in the package is that of its function."""


class Here:
    """Stands in for `Isolated`: the same search without a child process."""

    def __init__(self, task: Task, deadline: float | None) -> None:
        self.task = task
        self.timed_out = False

    def __iter__(self) -> Iterator[Event]:
        found: list[Event] = []
        perform(self.task, found.append)
        return iter(found)


class Desks:
    """Stands in for `Clerk`: answers what-ifs in the test's own process."""

    def __init__(self) -> None:
        self.desks: dict[int, Desk] = {}

    def keep(self, number: int, kept: Kept, seed: int = 0) -> Known:
        return answered(self.desks, Keep(number, kept, seed))  # type: ignore[return-value]

    def meet(self, number: int, demand: Demand) -> Found:
        return answered(self.desks, Meet(number, demand))  # type: ignore[return-value]

    def close(self) -> None:
        self.desks.clear()


def solved_here(scenario: Scenario, **given: Any) -> Solution:
    """`solve` without a child process."""
    with patch.object(SOLVE, "Isolated", Here):
        return SOLVE.solve(scenario, **given)


class Best(NamedTuple):
    """The best of all legal plans: fewest findings waived, then the rank, then most points."""

    waived: int
    value: Decimal
    plan: Plan
    rank: tuple[Fraction, ...] = ()


Rank = Callable[[Plan, tuple[Finding, ...]], tuple[Fraction, ...]]


def unranked(plan: Plan, findings: tuple[Finding, ...]) -> tuple[Fraction, ...]:
    """Nothing comes before the value."""
    return ()


def best_of_all(facts: Facts, most: int, rank: Rank = unranked) -> Best | None:
    """Try every plan in which nobody fills a place twice, by ids alone.

    Parameters
    ----------
    facts : Facts
    most : int
        Give up, with ``None``, where more plans than this would have to be tried.
    rank : callable (plan, findings) -> tuple
        What counts before the value, the more the better.
    """
    units = list(dict.fromkeys(facts.together(session) for session in facts.cycle.decided))
    cycles = {p.id: _cycles(facts, p.id, units) for p in facts.scenario.people}
    number = 2 ** len(units)
    for each in cycles.values():
        number *= len(each)
    if number > most:
        return None
    rules = list(catalogue.speaking(facts.scenario).values())
    best = None
    for lines in map(
        tuple, map(itertools.chain.from_iterable, itertools.product(*cycles.values()))
    ):
        visited = {session for _, session in lines}
        idle = [unit for unit in units if not visited & set(unit)]
        for more in _subsets(idle):
            plan = Plan(lines=lines, open=frozenset(visited.union(*more)))
            found = _measured(facts, rules, plan)
            if found is None:
                continue
            waived, cost, findings = found
            if best is None or waived <= best.waived:
                value = _worth(facts, rules, plan) - cost
                tried = Best(waived, value, plan, rank(plan, findings))
                if best is None or _goodness(tried) > _goodness(best):
                    best = tried
    return best


def _goodness(best: Best) -> tuple[Any, ...]:
    return -best.waived, best.rank, best.value


def _cycles(
    facts: Facts, person: str, units: list[tuple[str, ...]]
) -> list[tuple[tuple[str, str], ...]]:
    """Every set of lines of one person that fills no place twice; locks ``out`` may be broken."""
    able = [unit for unit in units if facts.could_go(person, unit[0])]
    found = []
    for chosen in _subsets(able):
        places = [place for unit in chosen for place in {facts.place(person, s) for s in unit}]
        if len(places) == len(set(places)):
            found.append(tuple((person, session) for unit in chosen for session in unit))
    return found


def _subsets(items: list[Any]) -> Iterator[tuple[Any, ...]]:
    return itertools.chain.from_iterable(
        itertools.combinations(items, number) for number in range(len(items) + 1)
    )


def _measured(
    facts: Facts, rules: list[Any], plan: Plan
) -> tuple[int, Decimal, tuple[Finding, ...]] | None:
    """Findings waived, points lost, all findings; ``None`` if the plan is illegal."""
    weights: dict[str, int] = defaultdict(int)
    cost = Decimal(0)
    found: list[Finding] = []
    for rule, settings in rules:
        for finding in rule.measure(facts, plan, settings):
            if finding.weight == "illegal":
                return None
            weights[finding.weight] += 1
            cost += finding.cost
            found.append(finding)
    return weights["waived"], cost, tuple(found)


def _worth(facts: Facts, rules: list[Any], plan: Plan) -> Decimal:
    fairness, knobs = catalogue.fairness(facts.scenario)
    owed = {row.person: row.owed for row in facts.scenario.ledger}
    earning = [(rule, settings) for rule, settings in rules if hasattr(rule, "earns")]
    total = Decimal(0)
    for person, visits in facts.visits(plan).items():
        earned = sum(
            (
                rule.earns(facts, person, session, settings)
                for session in facts.points_due(visits, person)
                for rule, settings in earning
            ),
            Decimal(0),
        )
        places = len(facts.places[person])
        total += fairness.worth(earned, owed.get(person, Decimal(0)), places, knobs)
    return total


# ---- models by hand -----------------------------------------------------------------------------


def model(
    a: Any,
    lower: Any,
    upper: Any,
    objective: Any,
    cap: Any = 1,
    *,
    whole: int | None = None,
    owner: Any = -1,
    breach: Any = -1,
    floor: Any = 0,
) -> Matrix:
    """A model written out; the first ``whole`` columns are base columns (all if not given)."""
    table = np.array(a, dtype=np.int64)
    rows, columns = table.shape

    def filled(values: Any, size: int) -> NDArray[np.int64]:
        return np.broadcast_to(np.array(values, dtype=np.int64), (size,)).copy()

    return Matrix(
        a=sparse.csr_array(table),
        lower=filled(lower, rows),
        upper=filled(upper, rows),
        objective=filled(objective, columns),
        cap=filled(cap, columns),
        floor=filled(floor, columns),
        integer=np.arange(columns) < (columns if whole is None else whole),
        owner=filled(owner, columns),
        breach=filled(breach, columns),
    )


def alternatives(gain: Any, seats: int | None = None, beyond: int | None = None) -> Matrix:
    """People who gain so many points in sessions of which one opens, at most; nothing elsewhere.

    Sessions may have seats; each person beyond these may cost so many points instead.
    Columns: candidates by person and session, nowhere by person, open, beyond by session.
    """
    points = np.array(gain)
    people, sessions = points.shape
    one, each = np.eye(people, dtype=np.int64), np.eye(sessions, dtype=np.int64)
    soft = 0 if beyond is None else sessions
    choose = np.hstack([np.kron(one, np.ones(sessions)), one, np.zeros((people, sessions + soft))])
    link = np.hstack(
        [
            np.eye(people * sessions),
            np.zeros((people * sessions, people)),
            -np.kron(np.ones((people, 1)), each),
            np.zeros((people * sessions, soft)),
        ]
    )
    idle = np.zeros((sessions, people))
    room = np.hstack([np.kron(np.ones(people), each), idle, -(seats or people) * each])
    room = np.hstack([room, -each[:, :soft]])
    tied = np.zeros((1, room.shape[1]))
    tied[0, people * (sessions + 1) : (people + 1) * (sessions + 1) - 1] = 1
    base = people * (sessions + 1) + sessions
    worth = np.concatenate([points.ravel(), np.zeros(people + sessions), [-(beyond or 0)] * soft])
    whose = np.concatenate([np.repeat(np.arange(people), sessions), np.arange(people)])
    return model(
        np.vstack([choose, link, room, tied]),
        [1] * people + [-UNBOUNDED] * (len(link) + sessions + 1),
        [1] * people + [0] * (len(link) + sessions) + [1],
        worth.astype(np.int64) * UNITS_PER_POINT,
        [1] * base + [people] * soft,
        whole=base,
        owner=np.concatenate([whose, [-1] * (sessions + soft)]),
    )


def drawn_model(seed: int) -> Matrix:
    """A small random model without slacks: rows of every kind, columns of 0 to 3."""
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 5)), int(rng.integers(2, 6))
    a = rng.integers(-3, 4, (rows, columns)) * (rng.random((rows, columns)) < 0.7)
    a[rng.random(rows) < 0.3] = rng.integers(0, 2, columns)
    cap = rng.integers(1, 4, columns) if rng.random() < 0.5 else np.ones(columns, dtype=int)
    some = a @ rng.integers(0, cap + 1)
    kind = rng.integers(0, 4, rows)
    lower = np.where(kind == 0, -UNBOUNDED, some - rng.integers(0, 2, rows) * (kind != 1))
    upper = np.where(kind == 3, UNBOUNDED, some + rng.integers(0, 2, rows) * (kind != 1))
    objective = rng.integers(-5, 9, columns) * int(rng.choice([1, 5, 10_000]))
    return model(a, lower, upper, objective, cap, owner=rng.integers(-1, 2, columns))


def all_answers(matrix: Matrix) -> NDArray[np.int64]:
    """(answers, columns): everything that keeps rows and bounds, columns whole."""
    ranges = [range(low, high + 1) for low, high in zip(matrix.floor, matrix.cap, strict=True)]
    tried = np.array(list(itertools.product(*ranges)), dtype=np.int64)
    tried = tried.reshape(len(tried), matrix.shape[1])
    activity = tried @ matrix.a.toarray().T
    return tried[((activity >= matrix.lower) & (activity <= matrix.upper)).all(axis=1)]


def scenario_matrix(scenario: Scenario) -> tuple[Columns, Matrix]:
    """Columns and matrix of a scenario."""
    columns = Columns(scenario, catalogue.pd_form(scenario))
    return columns, assemble(columns)


def base_of(columns: Columns, plan: Plan) -> NDArray[np.int64]:
    """Base columns of a plan by ids."""
    visits = [
        columns.visit_at[columns.person_index[person], columns.session_index[session]]
        for person, session in plan.lines
    ]
    base = np.zeros(columns.count, dtype=np.int64)
    base[columns.visit_column[visits]] = 1
    base[columns.session_open(np.array([columns.session_index[s] for s in plan.open], int))] = 1
    facts = catalogue.facts(columns.scenario)
    filled = set(columns.visit_place[visits].tolist())
    for place in facts.filled_by_leading(plan):
        blocks = facts.meeting["pd"] if not place.block else (place.block,)
        person = columns.person_index[place.person]
        filled |= {int(columns.place_of[person, columns.blocks.index(b)]) for b in blocks}
    base[np.delete(columns.unplaced_columns, [place for place in filled if place >= 0])] = 1
    return base
