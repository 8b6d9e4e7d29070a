"""Exchange: whatever is chosen anew, the answer stays legal and never gets worse."""

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver.exchange import exchanged
from scheduler.solver.matrix import completed
from tests.roads import ready
from tests.unit.test_neighbourhood import POINT, SWAP, WRONG


def test_two_people_swap_their_seats():
    assert exchanged(SWAP, WRONG).tolist() == [0, 1, 1, 0]


def test_what_is_enough_stays():
    assert exchanged(SWAP, WRONG, enough=110 * POINT).tolist() == WRONG.tolist()


def test_nothing_is_left_where_all_is_fixed():
    fixed = SWAP.fixed(np.arange(4), WRONG)
    assert exchanged(fixed, WRONG).tolist() == WRONG.tolist()


@pytest.mark.parametrize("seed", [2, 5])
def test_schools_gain(seed):
    here = ready(seed)
    before = here.strict.value(completed(here.strict, here.base))
    whole = completed(here.strict, exchanged(here.strict, here.base))
    assert here.strict.allows(whole)
    assert here.strict.value(whole) > before + UNITS_PER_POINT
