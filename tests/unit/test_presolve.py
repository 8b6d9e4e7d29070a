"""Smaller models that mean the same."""

import numpy as np
import pytest

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, presolve
from tests.solving import all_answers, drawn_model, model


@pytest.mark.parametrize(
    ("coefficients", "lower", "upper", "floor", "cap"),
    [
        ([2, 3], -UNBOUNDED, 7, [0, 0], [3, 2]),
        ([2, 3], 18, UNBOUNDED, [3, 4], [4, 4]),
        ([-2, -3], -7, UNBOUNDED, [0, 0], [3, 2]),
        ([-2, -3], -UNBOUNDED, -18, [3, 4], [4, 4]),
        ([2, -3], 7, 8, [4, 0], [4, 0]),
        ([1, 1], -UNBOUNDED, UNBOUNDED, [0, 0], [4, 4]),
    ],
)
def test_bounds_follow_from_a_row(coefficients, lower, upper, floor, cap):
    found = presolve.propagate(model([coefficients], lower, upper, 0, cap=4))
    assert found is not None
    assert (found.floor.tolist(), found.cap.tolist()) == (floor, cap)


def test_what_one_row_fixes_the_next_one_knows():
    chain = model([[1, 0, 0], [-1, 1, 0], [0, -1, 1]], [1, 0, 0], UNBOUNDED, 0)
    found = presolve.propagate(chain)
    assert found is not None
    assert found.floor.tolist() == [1, 1, 1]


def test_propagation_gives_up_after_its_rounds():
    size = presolve.ROUNDS + 3
    steps = np.eye(size, dtype=int) - np.eye(size, k=-1, dtype=int)
    found = presolve.propagate(model(steps[::-1], [*[0] * (size - 1), 1], UNBOUNDED, 0))
    assert found is not None
    assert 1 <= found.floor.sum() <= size


@pytest.mark.parametrize(
    "impossible",
    [
        model([[1, 1]], 3, UNBOUNDED, 0),
        model([[1, 1]], -UNBOUNDED, -1, 0),
        model([[2, 2]], 1, 1, 0),
        model([[1, 0], [1, 0]], [1, -UNBOUNDED], [UNBOUNDED, 0], 0),
    ],
)
def test_nothing_is_left_of_the_impossible(impossible):
    assert presolve.propagate(impossible) is None


def test_fixed_columns_and_idle_rows_are_dropped():
    matrix = model(
        [[1, 1, 1], [1, 0, 0], [0, 1, 1], [0, 5, 0]],
        [2, 1, 0, -UNBOUNDED],
        [2, 1, 2, UNBOUNDED],
        [7, 2, 3],
        floor=[1, 0, 0],
    )
    small = presolve.reduce(matrix)
    assert small.columns.tolist() == [1, 2]
    assert small.rows.tolist() == [0]
    assert (small.constant, small.size) == (7, 3)
    assert small.matrix.a.toarray().tolist() == [[1, 1]]
    assert (small.matrix.lower.tolist(), small.matrix.upper.tolist()) == ([1], [1])
    proof = small.proven(certify.prove(small.matrix, np.array([2.0])))
    assert proof.units == 10
    assert proof.exact == 10 * certify.GRID
    assert proof.reduced.tolist() == [0, 0, certify.GRID]


def test_a_broken_row_stays_even_where_all_is_fixed():
    small = presolve.reduce(model([[1, 1]], 1, 1, 0, floor=1))
    assert not len(small.columns)
    assert small.rows.tolist() == [0]


@pytest.mark.parametrize("seed", range(200))
def test_nothing_legal_is_lost(seed):
    matrix = drawn_model(seed)
    answers = all_answers(matrix)
    within = presolve.propagate(matrix)
    if within is None:
        assert not len(answers)
        return
    assert np.array_equal(all_answers(within), answers)
    small = presolve.reduce(within)
    left = all_answers(small.matrix)
    whole = np.tile(within.floor, (len(left), 1))
    whole[:, small.columns] = left
    assert sorted(whole.tolist()) == sorted(answers.tolist())
    worth = left @ small.matrix.objective + small.constant
    assert np.array_equal(worth, whole @ matrix.objective)
