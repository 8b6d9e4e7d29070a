"""A dive on the switches: consistent, few undecided, dear steps taken back."""

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, engines, opening, presolve, relaxation
from scheduler.solver.engines import Relaxed
from tests.roads import large_road, ready
from tests.solving import alternatives, model

POINT = UNITS_PER_POINT


def doubtful(number, price=1, *, gain=100):
    """Sessions of five seats that cost ``price`` to open, two people each who gain ``gain``."""
    a = np.hstack([np.eye(number), -5 * np.eye(number)]).astype(int)
    objective = [gain * POINT] * number + [-price * POINT] * number
    return model(
        a,
        -UNBOUNDED,
        0,
        objective,
        [2] * number + [1] * number,
        owner=[*range(number), *[-1] * number],
    )


def relaxed(matrix):
    return engines.relax(matrix, engines.HIGHS)


def taking(matrix, v):
    """A relaxed answer that takes so much of each column."""
    return Relaxed(np.array(v, dtype=float), np.zeros(matrix.shape[0]))


@pytest.fixture
def steps(monkeypatch):
    """How many switches each step fixed, and whether against where they are nearest."""
    found, fixed = [], opening._fixed

    def noted(here, columns, value):
        found.append((len(columns), bool(np.any(value != np.rint(here.v[columns])))))
        return fixed(here, columns, value)

    monkeypatch.setattr(opening, "_fixed", noted)
    return found


def test_switches():
    """Not what somebody owns, is fixed, gives no room, or stands in a row with another side."""
    matrix = model(
        [[1, -2, 0, 0, -1, 0], [1, 0, -1, -2, 0, 0], [1, 0, 0, 0, 0, -1]],
        -UNBOUNDED,
        [0, 0, 1],
        1,
        owner=[0, -1, 0, -1, -1, -1],
        floor=[0, 0, 0, 0, 1, 0],
    )
    assert opening.switches(matrix).tolist() == [1, 3]
    assert opening.switches(matrix.fixed(np.array([1, 3]), np.array([0, 1]))).tolist() == []


def test_slacks_are_no_switches():
    assert not len(opening.switches(model([[1, -1]], -UNBOUNDED, 0, 1, whole=1)))


def test_what_is_decided_stays_as_it_is(steps):
    matrix = doubtful(3)
    given = taking(matrix, [2, 2, 0, 1, 1, 0])
    found = opening.opened(matrix, given)
    assert found.matrix is matrix
    assert found.relaxed is given
    assert (found.work, steps) == (0, [])


def test_a_dear_step_is_taken_back_and_a_single_switch_set_the_other_way(steps):
    """The relaxation opens each session by two fifths; closing it loses what two people gain."""
    matrix = doubtful(8)
    given = relaxed(matrix)
    assert given.v[8:] == pytest.approx(0.4)
    found = opening.opened(matrix, given)
    assert steps[:3] == [(2, False), (1, False), (1, True)]
    assert found.matrix.floor[8:].sum() == 8
    assert found.v.tolist() == [2] * 8 + [1] * 8
    assert presolve.propagate(found.matrix) is not None


def test_a_step_that_costs_little_stands(steps):
    """To close a session loses nothing where it gains no more than it costs."""
    matrix = doubtful(4, price=5, gain=1)
    found = opening.opened(matrix, taking(matrix, relaxed(matrix).v + 0.3 * (np.arange(8) >= 4)))
    assert not any(wrong for _, wrong in steps)
    assert found.v.tolist() == [0] * 8


def test_it_ends_where_neither_way_is_possible(monkeypatch):
    matrix = doubtful(1)
    monkeypatch.setattr(presolve, "propagate", lambda matrix: None)
    found = opening.opened(matrix, relaxed(matrix))
    assert found.matrix is matrix


def test_it_ends_where_nothing_can_be_relaxed(monkeypatch):
    a = np.vstack([doubtful(2).a.toarray(), [1, 1, 0, 0]])
    two = model(a, -UNBOUNDED, [0, 0, 3], doubtful(2).objective, owner=[0, 1, -1, -1])
    monkeypatch.setattr(relaxation, "relaxed", lambda *given, **more: None)
    assert opening.opened(two, taking(two, [2, 1, 0.4, 0.4])).matrix is two


def test_it_ends_after_its_work(steps, monkeypatch):
    monkeypatch.setattr(opening, "WORK", 0)
    opening.opened(doubtful(20), relaxed(doubtful(20)))
    assert sum(not wrong for _, wrong in steps) < 20


def test_it_ends_after_its_steps(steps, monkeypatch):
    monkeypatch.setattr(opening, "STEPS", 2)
    opening.opened(doubtful(20), relaxed(doubtful(20)))
    assert len(steps) <= 3


def test_clamped_costs_are_not_tried_again(monkeypatch):
    asked = []

    def noted(matrix, *, cheap, start):
        asked.append(cheap)
        return engines.relax(matrix, engines.HIGHS)._replace(cheap=False)

    monkeypatch.setattr(relaxation, "relaxed", noted)
    here = ready(2)
    v = here.v.copy()
    v[opening.switches(here.matrix)] = 0.5
    found = opening.opened(here.matrix, taking(here.matrix, v))
    assert not found.relaxed.cheap
    assert asked[0] and not asked[-1]
    assert asked == sorted(asked, reverse=True)


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_switches_of_a_school_are_fixed_consistently(seed):
    here = ready(seed, sessions_per_block=8, students=40)
    matrix = here.matrix
    switches = opening.switches(matrix)
    with large_road():
        found = opening.opened(matrix, here.small.outside(here.relaxed, matrix.floor))
    assert presolve.propagate(found.matrix) is not None
    assert (found.matrix.floor >= matrix.floor).all()
    assert (found.matrix.cap <= matrix.cap).all()
    free = opening.switches(found.matrix)
    assert set(free.tolist()) <= set(switches.tolist())
    away = np.abs(found.v[free] - np.rint(found.v[free])) > opening.DECIDED
    assert away.sum() <= opening.FEW * len(switches)
    assert (found.v >= found.matrix.floor - 1e-2).all()
    assert (found.v <= found.matrix.cap + 1e-2).all()
    assert matrix.objective @ found.v <= matrix.objective @ here.v + 0.002 * here.proof.units


def priced(matrix):
    return certify.prove(matrix, engines.relax(matrix, engines.HIGHS).duals)


def test_what_excludes_each_other_is_annealed():
    """Two sessions of which one opens, half open each as far as anybody knows."""
    matrix = alternatives([[100, 0], [0, 100], [0, 100]])
    v = relaxed(matrix)
    v.v[-2:] = 0.5
    found = opening.chosen(matrix, v, priced(matrix), 0)
    assert found.matrix.floor[-2:].tolist() == [0, 1]
    assert matrix.objective @ found.v == 200 * POINT


def test_elsewhere_there_is_a_dive():
    matrix = doubtful(8)
    v = relaxed(matrix)
    found = opening.chosen(matrix, v, priced(matrix), 0)
    assert found.v.tolist() == opening.opened(matrix, v).v.tolist()


def test_where_no_draw_is_possible_nothing_is_fixed(monkeypatch):
    matrix = alternatives([[100, 0], [0, 100]])
    monkeypatch.setattr(opening, "_fixed", lambda *_: None)
    v = relaxed(matrix)
    v.v[-2:] = 0.5
    assert opening.chosen(matrix, v, priced(matrix), 0).matrix is matrix
