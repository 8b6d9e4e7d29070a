"""The certificate: valid for any multipliers, tight for good ones."""

import numpy as np
import pytest

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, engines
from tests.solving import all_answers, drawn_model, model

KNAPSACK = model([[3, 4, 2]], -UNBOUNDED, 5, [30, 50, 24])


def test_by_hand():
    """At 10 a unit of weight the second (50 - 40) and third (24 - 20) are worth having."""
    proof = certify.prove(KNAPSACK, np.array([10.0]))
    assert proof.exact == 64 * (50 + 10 + 4)
    assert proof.reduced.tolist() == [0, 64 * 10, 64 * 4]
    assert proof.units == 64
    assert certify.bound(KNAPSACK, np.array([0.0])) == 104
    assert proof.spare(54) == 64 * 10


def test_a_bound_is_rounded_down_to_where_values_lie():
    assert certify.value_step(KNAPSACK) == 2
    assert certify.value_step(model([[1]], 0, 1, 0)) == 1
    assert certify.bound(model([[2, 2]], -UNBOUNDED, 3, [10, 10]), np.array([5.0])) == 10


def test_multipliers_of_missing_sides_are_left_out():
    lower_only = model([[1, 1]], 1, UNBOUNDED, [-3, -5])
    assert certify.bound(lower_only, np.array([7.0])) == 0
    assert certify.bound(lower_only, np.array([-3.0])) == -3
    assert certify.bound(KNAPSACK, np.array([-7.0])) == 104


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e300, -1e300])
def test_odd_multipliers_are_valid_too(odd):
    assert certify.bound(KNAPSACK, np.array([odd])) >= 54


@pytest.mark.parametrize("seed", range(150))
def test_no_multipliers_bound_below_an_answer(seed):
    matrix = drawn_model(seed)
    answers = all_answers(matrix)
    best = max((answers @ matrix.objective).tolist(), default=None)
    rng = np.random.default_rng(seed)
    size = np.abs(matrix.objective).max() + 1
    drawn = [rng.normal(0, scale * size, matrix.shape[0]) for scale in (0, 0.1, 1, 30)]
    relaxed = engines.relax(matrix, engines.HIGHS)
    if relaxed is not None:
        drawn.append(relaxed.duals)
    for duals in drawn:
        proof = certify.prove(matrix, duals)
        assert best is None or proof.units >= best
        assert proof.units * certify.GRID <= proof.exact
        target = proof.units - int(size)
        kept = answers[answers @ matrix.objective >= target]
        floor, cap = certify.fixed(matrix, proof, proof.spare(target))
        assert ((kept >= floor) & (kept <= cap)).all()
        assert (floor >= matrix.floor).all() and (cap <= matrix.cap).all()


@pytest.mark.parametrize("seed", range(40))
def test_a_relaxation_and_its_proof_agree(seed):
    """Up to the grid, and then the step, that the proof is rounded to."""
    matrix = drawn_model(seed)
    relaxed = engines.relax(matrix, engines.GLOP)
    if relaxed is not None:
        value = float(matrix.objective @ relaxed.v)
        proof = certify.prove(matrix, relaxed.duals)
        assert proof.exact / certify.GRID >= value - 1e-3
        assert proof.exact / certify.GRID <= value + 0.02 * matrix.shape[0] * 12 + 1e-3


def test_rows_of_one_choice_are_priced_by_themselves():
    """One row of each person's place and one of seats: only the seat needs a multiplier."""
    a = [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]]
    seats = model(a, [1, 1, -UNBOUNDED], 1, [9, 1, 8, 2], owner=[0, 0, 1, 1])
    assert certify.bound(seats, np.zeros(3)) == 17
    assert certify.bound(seats, np.array([0.0, 0.0, 6.0])) == 11
    assert certify.bound(seats, np.array([-100.0, 55.0, 6.0])) == 11


def test_two_rows_of_choice_of_one_person_do_not_undo_each_other():
    """A column that stands in two rows of choice, as that of a series does."""
    a = [[1, 1, 0], [1, 0, 1]]
    series = model(a, 1, 1, [9, 3, 4], owner=0)
    for duals in ([0.0, 0.0], [50.0, -50.0], [3.0, 4.0]):
        assert certify.bound(series, np.array(duals)) >= 9
    assert certify.bound(series, np.array([5.0, 4.0])) == 9
