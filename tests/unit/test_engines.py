"""Relaxations and exact solves, fed in bulk."""

import numpy as np
import pytest

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, engines
from tests.solving import model

KNAPSACK = model([[3, 4, 2]], -UNBOUNDED, 5, [300_000, 500_000, 240_000])


@pytest.mark.parametrize("engine", [engines.GLOP, engines.HIGHS, engines.PDLP])
def test_a_relaxation_with_its_prices(engine):
    """All of the second, the best for its weight, and half of the third."""
    relaxed = engines.relax(KNAPSACK, engine, tolerance=1e-7)
    assert relaxed.v == pytest.approx([0, 1, 0.5], abs=1e-3)
    assert certify.bound(KNAPSACK, relaxed.duals) == pytest.approx(620_000, abs=20_000)


def test_the_impossible_has_no_relaxation():
    impossible = model([[1, 1, 1], [1, 1, 1]], [2, -UNBOUNDED], [UNBOUNDED, 1], 1)
    assert engines.relax(impossible, engines.HIGHS) is None
    assert engines.exact(impossible) == (None, True)


def test_an_exact_solve():
    v, done = engines.exact(KNAPSACK)
    assert done
    assert np.rint(v).tolist() == [1, 0, 1]


def test_nodes_end_it_early():
    """Half of each of many odd weights: no node limit of nothing is enough."""
    rng = np.random.default_rng(2)
    a = rng.integers(0, 100, (5, 50))
    side = a.sum(axis=1) // 2
    v, done = engines.exact(model(a, side, side, 1), nodes=1)
    assert not done
    assert v is None


def test_the_model_says_what_the_matrix_says():
    matrix = model([[1, 0], [0, -2]], [0, -UNBOUNDED], [UNBOUNDED, 1], [0, 20_000], [1, 7], whole=1)
    made = engines.proto(matrix, integer=True)
    assert list(made.variables.upper_bounds) == [1, 7]
    assert list(made.variables.integers) == [True, False]
    assert not any(engines.proto(matrix, integer=False).variables.integers)
    assert list(made.objective.linear_coefficients.values) == [2]
    assert list(made.linear_constraints.lower_bounds) == [0, -np.inf]
    assert list(made.linear_constraints.upper_bounds) == [np.inf, 1]
    assert list(made.linear_constraint_matrix.coefficients) == [1, -2]
