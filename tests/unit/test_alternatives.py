"""Alternatives: a choice of switches is worth what an assignment to their rooms is worth."""

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver import engines, opening
from scheduler.solver.alternatives import Alternatives
from tests.solving import alternatives


def seen(matrix):
    return Alternatives(matrix, opening.switches(matrix), np.zeros(matrix.shape[0]))


def gains(seed, people=9, sessions=4):
    return np.random.default_rng(seed).integers(1, 100, (people, sessions))


@pytest.mark.parametrize(("seats", "beyond"), [(None, None), (3, None), (3, 20), (3, 500)])
@pytest.mark.parametrize("seed", range(4))
def test_one_room_is_valued_as_the_exact_solve_values_it(seed, seats, beyond):
    matrix = alternatives(gains(seed), seats, beyond)
    model = seen(matrix)
    for at in range(4):
        on = np.arange(4) == at
        fixed = matrix.fixed(model.switches, on.astype(np.int64))
        best, done = engines.exact(fixed)
        assert done
        worth = matrix.objective @ np.rint(best) / UNITS_PER_POINT
        assert model.total(model.started(on)) == pytest.approx(worth)


def test_several_rooms_are_valued_at_least_as_high_as_the_exact_solve_does():
    """Prices of any kind bound the assignment; these come near to it."""
    matrix = alternatives(gains(5), 3)
    matrix.upper[-1] = 4
    model, on = seen(matrix), np.array([True, True, False, True])
    best, _ = engines.exact(matrix.fixed(model.switches, on.astype(np.int64)))
    worth = matrix.objective @ np.rint(best) / UNITS_PER_POINT
    assert worth <= model.total(model.started(on)) + 1e-6 <= 1.1 * worth


@pytest.mark.parametrize("seed", range(4))
def test_the_best_alternative_is_found(seed):
    matrix = alternatives(gains(seed))
    on = seen(matrix).annealed(seed, moves=200)
    assert on.sum() == 1
    assert gains(seed)[:, on].sum() == gains(seed).sum(axis=0).max()


def test_rows_are_kept_on_the_way():
    """Two of four may be on: the worth only grows with more."""
    matrix = alternatives(gains(3))
    matrix.upper[-1] = 2
    assert seen(matrix).annealed(0, moves=200).sum() == 2


def test_what_others_cannot_make_room_for_stays_off():
    """A row that no switch may enter."""
    matrix = alternatives(gains(0))
    matrix.upper[-1] = 0
    assert not seen(matrix).annealed(0, moves=20).any()


def test_the_same_seed_gives_the_same_choice():
    matrix = alternatives(gains(7, 30, 6), 8)
    matrix.upper[-1] = 3
    first, second = (seen(matrix).annealed(2, moves=300) for _ in range(2))
    assert first.tolist() == second.tolist()
