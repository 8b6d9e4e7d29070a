"""Branch and bound with certified leaves."""

from dataclasses import replace

import numpy as np
import pytest

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import branch, engines
from tests.solving import all_answers, drawn_model, model

KNAPSACK = model([[3, 4, 2]], -UNBOUNDED, 5, [30, 50, 24])
"""The best is 54 (the first and the third), its relaxation 66.5."""
IMPOSSIBLE = model([[1, 1, 1], [1, 1, 1]], [2, -UNBOUNDED], [UNBOUNDED, 1], 1)
"""No relaxation has an answer, and no single row shows it."""


def grown(matrix, best=None, nodes=500):
    """The tree of a model, its best value among whole answers found, grown to its end."""
    tree = branch.Tree(matrix, best)
    found = []

    def whole(v):
        answer = np.rint(v).astype(np.int64)
        if matrix.allows(answer):
            found.append(matrix.value(answer))
            tree.best = max(found if tree.best is None else [*found, tree.best])

    tree.push(2**40, matrix.floor, matrix.cap)
    branch.grow(tree, nodes=nodes, found=whole)
    return tree, found


def test_the_best_is_found_and_proven():
    tree, found = grown(KNAPSACK)
    assert max(found) == tree.best == tree.bound == 54
    assert tree.pop() is None


def test_with_the_best_known_only_the_proof_is_left():
    tree, found = grown(KNAPSACK, best=54)
    assert max(found, default=54) <= 54
    assert tree.bound == 54


def test_few_nodes_leave_a_valid_bound():
    tree, found = grown(KNAPSACK, nodes=1)
    assert found == []
    assert tree.priced == 1
    assert 54 <= tree.bound <= 66
    assert tree.open


def test_nothing_is_left_of_the_impossible():
    for impossible in (IMPOSSIBLE, model([[1]], 3, 4, 1)):
        tree, found = grown(impossible)
        assert found == []
        assert tree.bound is None


def test_parts_that_hold_nothing_better_are_dropped():
    tree = branch.Tree(KNAPSACK, None)
    tree.push(60, KNAPSACK.floor, KNAPSACK.cap)
    tree.push(70, KNAPSACK.floor, KNAPSACK.cap)
    assert (tree.bound, tree.step, tree.target) == (70, 2, -(2**62))
    tree.best = 62
    tree.push(62, KNAPSACK.floor, KNAPSACK.cap)
    assert len(tree.open) == 2
    assert tree.pop().bound == 70
    assert tree.pop() is None
    assert tree.bound == 62


def test_prices_fix_what_cannot_be_better():
    tree = branch.Tree(KNAPSACK, 52)
    node = branch.Node((-66, 1), 66, KNAPSACK.floor, KNAPSACK.cap)
    priced = tree.price(node)
    assert priced.bound <= 66
    assert (priced.floor >= KNAPSACK.floor).all() and (priced.cap <= KNAPSACK.cap).all()
    tree.best = 64
    assert tree.price(node) is None


def test_where_no_relaxation_is_had_the_part_is_divided_all_the_same():
    """An LP without an answer proves nothing here."""
    tree = branch.Tree(IMPOSSIBLE, None)
    priced = tree.price(branch.Node((-9, 1), 9, IMPOSSIBLE.floor, IMPOSSIBLE.cap))
    assert priced.bound == 9
    assert priced.v.tolist() == [0.5] * 3


def test_an_open_is_divided_before_a_person():
    matrix = model([[1, 1, 1]], 0, 3, 0, owner=[4, -1, -1])
    assert branch.divide_at(matrix, np.array([0.5, 0.9, 0.2])) == 2
    assert branch.divide_at(matrix, np.array([0.4, 1.0, 0.0])) == 0
    assert branch.divide_at(matrix, np.array([1.0, 1.0, 1e-9])) is None
    slack = replace(matrix, integer=np.array([True, True, False]))
    assert branch.divide_at(slack, np.array([0.0, 1.0, 0.5])) is None


def test_a_division_parts_the_whole():
    matrix = model([[1]], 0, 9, 1, cap=9)
    for v, halves in ((4.5, {(0, 4), (5, 9)}), (9.0, {(0, 8), (9, 9)}), (-0.1, {(0, 0), (1, 9)})):
        tree = branch.Tree(matrix, None)
        branch.split(tree, branch.Priced(9, np.array([v]), matrix.floor, matrix.cap), 0)
        assert {(int(n.floor[0]), int(n.cap[0])) for n in tree.open} == halves


def test_a_whole_relaxation_whose_proof_is_loose_is_divided_further(monkeypatch):
    """Multipliers of nothing: the bound closes only once every column is fixed."""
    relax = engines.relax

    def unpriced(matrix, engine):
        found = relax(matrix, engine)
        return found and found._replace(duals=np.zeros(matrix.shape[0]))

    monkeypatch.setattr(engines, "relax", unpriced)
    tree, _ = grown(model([[1, 1, 0], [0, 1, 1]], -UNBOUNDED, 1, [2, 3, 2]))
    assert tree.best == tree.bound == 4
    assert tree.priced > 1


@pytest.mark.parametrize("seed", range(80))
def test_the_tree_ends_at_the_best(seed):
    matrix = drawn_model(seed)
    answers = all_answers(matrix)
    best = max((answers @ matrix.objective).tolist(), default=None)
    known = None if best is None or seed % 2 else min((answers @ matrix.objective).tolist())
    tree, _ = grown(matrix, best=known)
    assert tree.best == best
    assert tree.bound == best
