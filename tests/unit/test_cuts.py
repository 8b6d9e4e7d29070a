"""Cuts: no answer breaks one, whatever rows were summed up; relaxed answers do."""

import numpy as np
import pytest

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, cuts, engines, presolve
from scheduler.solver.matrix import completed
from tests.roads import ready
from tests.solving import all_answers, drawn_model, model

ODD = model([[2, 2, 2]], -UNBOUNDED, 3, [10, 10, 9])
"""Two of three may not be taken, though half of a second one fits."""


def within(cut, answers):
    return (answers[:, cut.columns] @ cut.coefficients <= cut.upper).all()


def test_by_hand():
    """Halved and rounded down, 2x + 2y + 2z <= 3 says that one may be taken."""
    cut = cuts.rounded(ODD, np.array([0]), np.array([1]), np.array([0.5, 1.0, 0.0]))
    answers = all_answers(ODD)
    assert within(cut, answers)
    assert cut.depth == pytest.approx(0.5 / np.sqrt(3))
    assert len(all_answers(cuts.added(ODD, [cut]))) == len(answers) == 4


def test_a_sum_that_no_relaxed_answer_breaks_gives_none():
    whole = np.array([1.0, 0.0, 0.0])
    assert cuts.rounded(ODD, np.array([0]), np.array([1]), whole) is None
    assert cuts.rounded(ODD, np.array([0]), np.array([0]), whole) is None


def test_sums_too_large_to_be_exact_give_none():
    huge = model([[2**30, 2**30 + 2]], -UNBOUNDED, 2**39, [1, 1], 2**34)
    v = np.array([2**34 - 0.5, 2**34 - 1.0])
    assert cuts.rounded(huge, np.array([0]), np.array([2**20]), v) is None


def test_a_basis_that_is_none_gives_no_sums():
    v, none = np.full(3, 0.5), np.zeros(0, dtype=np.int64)
    assert len(cuts.tableau(ODD, engines.Vertex(v, np.zeros(1), none, none))) == 0
    singular = model([[1, 1], [1, 1]], 0, 1, 1)
    basis = engines.Vertex(v[:2], np.zeros(2), np.array([0, 1]), none)
    assert len(cuts.tableau(singular, basis)) == 0


@pytest.mark.parametrize("seed", range(200))
def test_no_answer_breaks_a_cut(seed):
    matrix = drawn_model(seed)
    answers = all_answers(matrix)
    rng = np.random.default_rng(seed)
    rows = np.arange(matrix.shape[0])
    free = np.where(matrix.upper >= UNBOUNDED, -1, np.where(matrix.lower <= -UNBOUNDED, 1, 0))
    for scale in (1, 7, cuts.SCALE):
        weights = rng.integers(-3 * scale, 3 * scale + 1, len(rows))
        weights = np.where(free == 0, weights, free * np.abs(weights))
        v = matrix.floor + rng.random(matrix.shape[1]) * (matrix.cap - matrix.floor)
        cut = cuts.rounded(matrix, rows, weights, v)
        assert cut is None or within(cut, answers)
        assert cut is None or cut.depth * np.linalg.norm(cut.coefficients) == pytest.approx(
            float(cut.coefficients @ v[cut.columns]) - cut.upper
        )
    vertex = engines.vertex(matrix)
    if vertex is not None:
        assert all(within(cut, answers) for cut in cuts.cuts(matrix, vertex))


@pytest.mark.parametrize("seed", range(5))
def test_cuts_lower_the_bound_of_a_school_and_keep_its_answers(seed):
    """Slacks and segments of an answer are whole, so cuts hold for them too."""
    made = ready(seed)
    matrix, answer = made.matrix, completed(made.strict, made.base)
    bounds = []
    for _ in range(4):
        small = presolve.reduce(matrix)
        vertex = engines.vertex(small.matrix)
        bounds.append(small.proven(certify.prove(small.matrix, vertex.duals)).units)
        found = cuts.cuts(small.matrix, vertex)
        if not found:
            break
        matrix = cuts.exchanged(matrix, small, vertex.v, made.strict.shape[0], found)
        assert matrix.allows(answer)
    assert bounds[0] > bounds[-1] >= made.strict.value(answer)
