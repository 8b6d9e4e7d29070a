"""The master over people's plans: feasible from the start, never above the bound, whole parts."""

from functools import cache

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import engines, opening, presolve
from scheduler.solver import master as mastering
from scheduler.solver.master import Master
from scheduler.solver.matrix import completed
from scheduler.solver.plans import WIDTH, Plans
from tests.roads import ready
from tests.solving import model

POINT = UNITS_PER_POINT

SEAT = model(
    [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [1, 0, 1, 0, -1]],
    [1, 1, -UNBOUNDED],
    [1, 1, 1],
    [90 * POINT, 20 * POINT, 60 * POINT, 30 * POINT, -5 * POINT],
    [1, 1, 1, 1, 2],
    owner=[0, 0, 1, 1, -1],
)
"""Two people want one seat (column 0 or 2); one more costs 5 points each."""


def worth(master):
    """Units of the LP's answer."""
    columns = len(master.columns)
    shared = master.matrix.objective[master.columns]
    return float(shared @ master.v[:columns] + master.worth @ master.v[columns:])


@cache
def fixed(seed):
    """A school with its switches as a first answer has them: what the master is made for."""
    here = ready(seed, students=40)
    switches = opening.switches(here.matrix)
    matrix = presolve.propagate(here.matrix.fixed(switches, here.base[switches]))
    assert matrix is not None
    small = presolve.reduce(matrix)
    relaxed = engines.relax(small.matrix, engines.HIGHS)
    assert relaxed is not None
    return small.matrix, relaxed, completed(here.strict, here.base)[small.columns]


def test_plans_compete_for_a_seat():
    master = Master(Plans(SEAT), np.array([1, 0, 1, 0, 1.0]), np.array([0, 1, 0, 1, 0]), 0)
    master.run()
    found, left = master.decided()
    assert found.tolist() == [1, 0, 1, 0, 1]
    assert left.tolist() == []
    assert worth(master) == 145 * POINT


def test_better_plans_join():
    """What is drawn is bad for both: only prices show the better plans."""
    master = Master(Plans(SEAT), np.array([0, 1, 0, 1, 0.0]), np.array([0, 1, 0, 1, 0]), 0)
    assert len(master.worth) == 2
    master.relaxed = 100 * POINT
    master.run()
    assert len(master.worth) == 4
    assert worth(master) == 145 * POINT


def test_rounds_are_limited(monkeypatch):
    monkeypatch.setattr(mastering, "ROUNDS", 1)
    master = Master(Plans(SEAT), np.array([0, 1, 0, 1, 0.0]), np.array([0, 1, 0, 1, 0]), 0)
    master.run()
    assert worth(master) == 50 * POINT
    assert master.decided()[0].tolist() == [0, 1, 0, 1, 0]


def test_a_shared_half_is_left_undecided():
    """Two seats' worth of room for three half: whoever is split stays open."""
    matrix = model(
        [[1, 1, 0, 0], [0, 0, 1, 1], [2, 0, 2, 0]],
        [1, 1, -UNBOUNDED],
        [1, 1, 3],
        [90 * POINT, 0, 80 * POINT, 0],
        owner=[0, 0, 1, 1],
    )
    master = Master(Plans(matrix), np.array([1, 0, 0.5, 0.5]), np.array([0, 1, 0, 1]), 0)
    master.run()
    found, left = master.decided()
    assert found.tolist() == [1, 0, 0, 0]
    assert left.tolist() == [1]
    assert worth(master) == pytest.approx(130 * POINT)


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_on_a_school(seed):
    matrix, relaxed, base = fixed(seed)
    plans = Plans(matrix)
    master = Master(plans, relaxed.v, base, 0)
    first = master.lp.solve()
    assert first is not None
    known = len(master.worth)
    master.v = first.v
    before = worth(master)
    assert before >= matrix.value(base) - 1
    master.run()
    assert worth(master) >= before - 1
    assert worth(master) <= plans.price(relaxed.duals, WIDTH).bound + 1
    assert len(master.worth) >= known
    assert len({(p, *row) for p, row in zip(master.person, master.pool.tolist(), strict=True)}) == (
        len(master.worth)
    )
    found, left = master.decided()
    assert ((found >= matrix.floor) & (found <= matrix.cap)).all()
    mine = np.isin(matrix.owner, left) & plans.inside & matrix.integer
    assert not found[mine].any()
    assert len(left) < len(plans.people) / 2
    done = np.setdiff1d(plans.people, left)
    rows = np.flatnonzero(plans.chooses & np.isin(plans.row_owner, done))
    assert ((matrix.a @ found)[rows] == 1).all()


def test_the_same_seed_decides_the_same():
    matrix, relaxed, base = fixed(2)
    answers = []
    for _ in range(2):
        master = Master(Plans(matrix), relaxed.v, base, 5)
        master.run()
        answers.append(master.decided()[0].tolist())
    assert answers[0] == answers[1]


def test_without_an_answer_nothing_is_decided(monkeypatch):
    monkeypatch.setattr(engines.Simplex, "solve", lambda lp: None)
    master = Master(Plans(SEAT), np.array([1, 0, 1, 0, 1.0]), np.array([0, 1, 0, 1, 0]), 0)
    master.run()
    found, left = master.decided()
    assert found.tolist() == [0] * 5
    assert left.tolist() == [0, 1]
