"""Whole plans of people: bounds that enumerate, with plans that are alike told once."""

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver.certify import GRID
from scheduler.solver.plans import NEVER, Plans
from tests.roads import ready
from tests.solving import model

POINT = UNITS_PER_POINT
ALIKE = 30
"""Candidates of a block that differ in nothing but their seats."""


def longhand(plans, duals):
    """(people,): the most that plans are worth at these prices, none told for another."""
    y, reduced = plans._tightened(duals)
    shared = np.where(plans.row_inside, 0, y)
    price = plans.matrix.objective * GRID - plans.matrix.columns_first.T @ shared
    base = plans._bases(y, reduced)
    limit = plans._reach(np.maximum(-reduced, 0), base, price)
    person, columns = plans._enumerated(np.maximum(-reduced, 0), limit, 10**6)
    best = np.full(len(plans.good), NEVER)
    np.maximum.at(best, person, plans.worth(person, columns, price))
    return np.maximum(best, base - limit)[plans.people]


@pytest.mark.parametrize("seed", range(8))
def test_plans_that_are_told_once_lose_no_best_one(seed):
    here = ready(seed, series=seed % 3)
    plans = Plans(here.small.matrix)
    noise = np.random.default_rng(seed).normal(size=here.small.matrix.shape[0]) * 20 * POINT
    for duals in (here.relaxed.duals, noise):
        people, most = plans.people, plans.price(duals, 10**6).most
        assert people.tolist() == plans.people.tolist()
        assert (most == longhand(plans, duals)).all()


@pytest.mark.parametrize("seed", range(8))
def test_fewer_plans_never_show_a_better_bound(seed):
    here = ready(seed, series=seed % 3)
    plans = Plans(here.small.matrix)
    bounds = [plans.price(here.relaxed.duals, w).bound for w in (1, 2, 8, 10**6)]
    assert bounds == sorted(bounds, reverse=True)


def blocks(number):
    """One person; a block has a wish worth 10 that counts once, and seats worth 1 to 30 cents."""
    width = 1 + ALIKE
    rows = np.zeros((number + 1, number * width + 1))
    objective = np.zeros(number * width + 1)
    for at in range(number):
        rows[at, at * width : (at + 1) * width] = 1
        rows[-1, at * width] = 1
        objective[at * width] = 10 * POINT
        objective[at * width + 1 : (at + 1) * width] = np.arange(1, width) * POINT // 100
    return model(
        rows.astype(int).tolist(),
        [1] * number + [-UNBOUNDED],
        [1] * number + [1],
        objective.astype(int).tolist(),
        owner=[0] * (number * width) + [-1],
    )


def test_a_few_plans_are_enough_where_most_are_alike():
    plans = Plans(blocks(4))
    bound = plans.price(np.zeros(5), 4).bound
    assert bound == 10 * POINT + 3 * (ALIKE * POINT // 100)
