"""The dive over plans: whole in the end, steps that lose taken back, switches first."""

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import diving
from scheduler.solver.diving import Dive
from scheduler.solver.master import Pool
from scheduler.solver.matrix import completed
from scheduler.solver.plans import Plans
from tests.solving import model

POINT = UNITS_PER_POINT
PEOPLE = 4

HALVES = model(
    [
        *(np.repeat(np.eye(PEOPLE, dtype=int), 2, axis=1).tolist()),
        [1, 0] * PEOPLE,
    ],
    [1, 1, 1, 1, -UNBOUNDED],
    [1, 1, 1, 1, 2],
    [10 * POINT, 0] * PEOPLE,
    [1] * 2 * PEOPLE,
    owner=np.repeat(np.arange(PEOPLE), 2).tolist(),
)
"""Four people want two seats (the even columns), and all else is open to everybody."""

SWITCH = model(
    [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [1, 0, 1, 0, -2], [1, 0, 1, 0, -5]],
    [1, 1, 0, -UNBOUNDED],
    [1, 1, UNBOUNDED, 0],
    [10 * POINT, 0, 10 * POINT, 0, 0],
    [1, 1, 1, 1, 1],
    owner=[0, 0, 1, 1, -1],
)
"""Column 4 opens a session of five seats that needs two people."""


class Full(Pool):
    """All plans of everybody, who have one place each."""

    def __init__(self, matrix):
        super().__init__(Plans(matrix))
        candidates = self.plans.candidates
        self._add(matrix.owner[candidates], candidates[:, None])
        self.begin()
        self.asked = []
        self.impossible = 0

    def grow(self, fixed, rounds):
        """Solve; ``None`` as often as a test wants it."""
        self.asked.append((fixed.copy(), rounds))
        if self.impossible:
            self.impossible -= 1
            return None
        found = self.lp.solve()
        if found is not None:
            self.v = found.v
            found = found._replace(duals=np.zeros(self.matrix.shape[0]))
        return found


def dive(matrix):
    """A dive whose pool is solved, and the pool."""
    pool = Full(matrix)
    relaxed = pool.grow(np.zeros(0, dtype=bool), 0)
    return Dive(pool, pool.grow, relaxed), pool


def worth(matrix, base):
    """Points of an answer, which must be legal."""
    whole = completed(matrix, base)
    assert matrix.allows(whole)
    return matrix.value(whole) // POINT


def test_everybody_has_one_plan_in_the_end():
    here, pool = dive(HALVES)
    assert worth(HALVES, here.run(0)) == 20
    assert (here.chosen >= 0).sum() == PEOPLE
    assert pool.asked[-1][1] == diving.ROUNDS


def test_switches_are_set_before_plans_and_as_far_open_as_rows_let_them():
    here, pool = dive(SWITCH)
    assert here._raised().tolist() == [1]
    assert worth(SWITCH, here.run(0)) == 20
    assert not pool.asked[1][0].any()
    assert pool.asked[2][0].any()


def test_what_holds_a_switch_down_is_the_row_with_the_least_room():
    here, pool = dive(SWITCH)
    pool.v = np.zeros_like(pool.v)
    pool.v[1 + np.flatnonzero(pool.pool[:, 0] == 0)] = 1
    assert here._raised().tolist() == [pytest.approx(1 / 2)]


def test_a_step_with_which_nothing_is_possible_is_halved():
    here, pool = dive(HALVES)
    columns = here.own + np.flatnonzero(pool.person < 2)[::2]
    pool.impossible = 1
    assert here._step(columns, np.ones(2), 2) == 1
    assert (here.chosen >= 0).tolist()[:2] == [True, False]


def test_a_step_that_is_given_up_leaves_the_lp_as_it_was():
    here, pool = dive(HALVES)
    pool.impossible = 2
    assert here._step(here.own + np.arange(2), np.ones(2), 2) == 0
    assert (here.chosen < 0).all()
    pool.grow(here.chosen >= 0, 1)
    assert pool.value == 20 * POINT


def test_a_step_that_loses_counts_as_impossible_until_it_must_be():
    here, pool = dive(HALVES)
    worse = here.own + np.flatnonzero(pool.pool[:, 0] % 2 > 0)[:3]
    assert here._step(worse, np.ones(3), 3) == 1
    here.allowed = np.inf
    assert here._step(worse[1:], np.ones(2), 2) == 2
    assert pool.value == 10 * POINT


def test_whom_no_step_decides_are_decided_exactly(monkeypatch):
    here, _ = dive(HALVES)
    monkeypatch.setattr(here, "_decide", lambda: False)
    assert worth(HALVES, here.run(0)) == 20


def test_others_are_let_go_with_those_who_are_left():
    here, pool = dive(HALVES)
    here._step(here.own + np.flatnonzero(pool.pool[:, 0] % 2 > 0)[:2], np.ones(2), 2)
    here._release(np.flatnonzero(here.chosen >= 0))
    assert (here.chosen < 0).all()
    assert pool.value == 20 * POINT


def test_where_many_are_left_steps_may_lose(monkeypatch):
    here, pool = dive(HALVES)
    monkeypatch.setattr(diving, "FEW", 0)
    monkeypatch.setattr(diving, "AGAIN", 0)
    decide, said = here._decide, iter([False])
    monkeypatch.setattr(here, "_decide", lambda: next(said, None) is None and decide())
    assert worth(HALVES, here.run(0)) == 20
    assert here.allowed == np.inf
    assert (here.chosen[pool.plans.people] >= 0).all()
