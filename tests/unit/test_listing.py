"""All plans listed once: the bounds of enumeration, and plans that are worth what is said."""

from unittest.mock import patch

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver import certify, listing
from scheduler.solver.certify import GRID
from scheduler.solver.listing import Listing, TooMany
from scheduler.solver.plans import FAR, Plans
from tests.roads import ready


def prices(plans, duals):
    """(columns,): 1/GRID units of columns at the prices of shared rows; and these prices."""
    matrix = plans.matrix
    y = np.where(plans.row_inside, 0, certify.projected(matrix, duals))
    y, _ = certify.tightened(matrix, y, matrix.objective * GRID - matrix.columns_first.T @ y)
    y = np.where(plans.row_inside, 0, y)
    return matrix.objective * GRID - matrix.columns_first.T @ y, y


@pytest.mark.parametrize("seed", range(8))
def test_listed_plans_show_what_enumerated_ones_do(seed):
    here = ready(seed, series=seed % 3)
    plans = Plans(here.small.matrix)
    listed = Listing(plans)
    noise = np.random.default_rng(seed).normal(size=here.small.matrix.shape[0])
    nothing = np.zeros(here.small.matrix.shape[1], dtype=np.int64)
    for duals in (here.relaxed.duals, noise * 20 * UNITS_PER_POINT):
        found = listed.priced(duals)
        price, y = prices(plans, duals)
        person, columns = plans._enumerated(nothing, np.full(len(plans.good), FAR), 10**6)
        worth = plans.worth(person, columns, price)
        for one in plans.people:
            assert found.total[listed.person == one].max() == worth[person == one].max()
        outside = np.where(price > 0, plans.matrix.cap, plans.matrix.floor) * price
        assert found.rest == outside[~plans.inside].sum() + certify.sides(plans.matrix, y)


@pytest.mark.parametrize("seed", range(8))
def test_the_best_plans_are_worth_what_is_said(seed):
    here = ready(seed, series=seed % 3)
    plans = Plans(here.small.matrix)
    listed = Listing(plans)
    found = listed.priced(np.zeros(here.small.matrix.shape[0]))
    which = np.flatnonzero(listed.possible)
    columns = listed.plans_of(found, which)
    price, _ = prices(plans, np.zeros(here.small.matrix.shape[0]))
    assert (plans.worth(listed.person[which], columns, price) == found.total[which]).all()


def test_too_many_plans_are_not_listed():
    plans = Plans(ready(0).small.matrix)
    with patch.object(listing, "MOST", 3), pytest.raises(TooMany):
        Listing(plans)
