"""The committed demo: what the generator makes, scarce on purpose, and yet with room for all."""

import importlib.util
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from scheduler.models import Scenario, Session
from scheduler.reading import read
from scheduler.rules.facts import Facts

FIXTURES = Path(__file__).parents[2] / "fixtures"


def made() -> Scenario:
    spec = importlib.util.spec_from_file_location("make_demo", FIXTURES / "make_demo.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    scenario = module.demo()
    assert isinstance(scenario, Scenario)
    return scenario


class World:
    """The demo and what the tests count in it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.facts = Facts(scenario, "one")
        self.rooms = {room.id: room.seats for room in scenario.rooms}
        self.flex = self.of_kind("flex")

    def of_kind(self, kind: str) -> list[Session]:
        return [s for i, s in self.facts.cycle.decided.items() if self.facts.kind(i) == kind]

    def seats(self, session: Session) -> int:
        own = session.max_size
        most = self.facts.activity(session.id).max_size if own is None else own
        limits = [n for n in (most, self.rooms.get(session.room)) if n is not None]
        return min(limits)

    def least(self, session: Session) -> int:
        own = session.min_size
        return (self.facts.activity(session.id).min_size if own is None else own) or 0

    def eligible(self, session: Session) -> list[str]:
        return [p.id for p in self.scenario.people if self.facts.may_go(p.id, session.id)]

    def must_close(self, session: Session) -> bool:
        return len(self.eligible(session)) < self.least(session)


@pytest.fixture(scope="module")
def world() -> World:
    return World(made())


def test_the_committed_folder_is_what_the_generator_makes() -> None:
    assert read(FIXTURES / "demo") == made()


def test_no_file_is_large() -> None:
    assert all(path.stat().st_size < 1_000_000 for path in (FIXTURES / "demo").iterdir())


def test_sizes(world: World) -> None:
    s = world.scenario
    assert (len(s.students), len(s.staff)) == (240, 24)
    per_block = Counter(x.block for x in world.flex)
    assert len(per_block) == 5
    assert all(12 <= count <= 15 for count in per_block.values())
    assert len(world.of_kind("advisory")) == 16
    assert len({x.activity for x in world.of_kind("pd")}) == 6
    assert {bell.calendar for bell in s.bells} == {"current", "short-monday"}
    assert s.scenario.calendar == "current"
    for table in ("choices", "needs", "pulls", "locks", "pairs", "knows", "away", "ledger", "days"):
        assert getattr(s, table), table
    assert any(x.home for x in s.students)
    assert any(x.one_of for x in s.sessions)
    assert any(a.series for a in s.activities)
    assert any(a.mix for a in s.activities)


def first_choices(world: World, strict: bool) -> Counter[str]:
    """People for whom a session is the best of its block, or (strict) ranked 1."""
    best: dict[tuple[str, str], int] = {}
    ranks: dict[tuple[str, str], int] = {}
    for (person, session), choices in world.facts.choices.items():
        rank = min(choice.rank or 0 for choice in choices)
        ranks[person, session] = rank
        key = person, world.facts.session(session).block
        best[key] = min(rank, best.get(key, rank))
    return Counter(
        session
        for (person, session), rank in ranks.items()
        if rank == (1 if strict else best[person, world.facts.session(session).block])
    )


@pytest.mark.parametrize("strict", [True, False])
def test_a_third_of_the_sessions_is_over_demanded(world: World, strict: bool) -> None:
    demand = first_choices(world, strict)
    over = [x.id for x in world.flex if demand[x.id] > world.seats(x)]
    assert Fraction(len(over), len(world.flex)) >= Fraction(3, 10)


def test_seats_are_scarce(world: World) -> None:
    for kind in ("flex", "advisory"):
        seats: Counter[str] = Counter()
        for session in world.of_kind(kind):
            seats[session.block] += world.seats(session)
        for block, count in seats.items():
            there = sum(world.facts.attends(student, block) for student in world.scenario.students)
            assert there <= count <= Fraction(11, 10) * there


def test_some_sessions_must_close(world: World) -> None:
    assert sum(world.must_close(x) for x in world.flex) >= 3


@pytest.mark.parametrize("calendar", ["current", "short-monday"])
def test_everybody_can_be_placed_in_sessions_that_run(calendar: str) -> None:
    """A plan with all hard rules: the first alternatives run, nothing that must close does."""
    scenario = made()
    settings = scenario.scenario.model_copy(update={"calendar": calendar})
    world = World(scenario.model_copy(update={"scenario": settings}))
    taken: set[str] = set()
    runs = []
    for session in world.facts.cycle.decided.values():
        if world.must_close(session) or (session.one_of and session.one_of in taken):
            continue
        taken |= {session.one_of} - {""}
        runs.append(session)
    assert solvable(world, runs)


def solvable(world: World, runs: list[Session]) -> bool:
    """Whether everyone has a place with all of these open (visits, series, locks, pairs kept)."""
    facts, rows = world.facts, Rows()
    leads = defaultdict(set)
    for session in runs:
        for leader in session.leaders:
            leads[leader].add(session.id)
    for session in runs:
        people = [p for p in world.eligible(session) if free(world, p, session, leads[p])]
        names = [(p, session.id) for p in people]
        rows.add(names, world.least(session), world.seats(session))
        for person, name in names:
            rows.sum[facts.place(person, session.id)].append((person, name))
            rows.sum["visits", person, session.activity].append((person, name))
    for places in facts.places.values():
        for place in places:
            if not leads_pd(world, place.person, place.kind, leads):
                rows.add(rows.sum[place], 1, 1)
    visits_series_locks_pairs(world, rows, {s.id for s in runs})
    return rows.feasible()


def free(world: World, person: str, session: Session, led: set[str]) -> bool:
    cycle = world.facts.cycle
    return not any(cycle.overlap(session.block, cycle.offered[i].block) for i in led)


def leads_pd(world: World, person: str, kind: str, leads: dict[str, set[str]]) -> bool:
    return kind == "pd" and any(world.facts.kind(i) == "pd" for i in leads[person])


def visits_series_locks_pairs(world: World, rows: "Rows", runs: set[str]) -> None:
    facts = world.facts
    for key, names in list(rows.sum.items()):
        if key[0] == "visits":
            activity = facts.cycle.activities[key[2]]
            limited = not activity.fallback and not activity.series and activity.kind == "flex"
            if limited and activity.max_visits != 0:
                rows.add(names, 0, activity.max_visits or 1)
            for a, b in pairwise(names):
                if activity.series:
                    rows.add([a], 0, 0, minus=[b])
    for (person, session), state in facts.locks.items():
        if state == "in":
            rows.add([(person, session)], 1, 1)
    for pair in world.scenario.pairs:
        for session in runs:
            names = [n for n in ((pair.a, session), (pair.b, session)) if n in rows.columns]
            if pair.relation == "apart":
                rows.add(names, 0, 1)
            elif pair.hard and facts.kind(session) == pair.kind:
                rows.add(names[:1], 0, 0, minus=names[1:])


class Rows:
    """Sparse rows over named 0-1 columns."""

    def __init__(self) -> None:
        self.columns: dict[tuple[str, str], int] = {}
        self.sum: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self.cells: list[tuple[int, int, int]] = []
        self.low: list[int] = []
        self.high: list[int] = []

    def add(
        self,
        names: list[tuple[str, str]],
        low: int,
        high: int,
        minus: list[tuple[str, str]] | None = None,
    ) -> None:
        row = len(self.low)
        for sign, group in ((1, names), (-1, minus or [])):
            for name in group:
                column = self.columns.setdefault(name, len(self.columns))
                self.cells.append((row, column, sign))
        self.low.append(low)
        self.high.append(high)

    def feasible(self) -> bool:
        row, column, value = np.array(self.cells).T
        shape = (len(self.low), len(self.columns))
        matrix = coo_array((value, (row, column)), shape=shape).tocsc()
        found = milp(
            np.zeros(shape[1]),
            constraints=LinearConstraint(matrix, self.low, self.high),
            integrality=np.ones(shape[1]),
            bounds=Bounds(0, 1),
        )
        return bool(found.success)
