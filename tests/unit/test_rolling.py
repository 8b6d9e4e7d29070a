"""The master portion by portion: people decided once, seats never twice, few left."""

import numpy as np
import pytest

from scheduler.solver import certify, portions, presolve, rolling
from scheduler.solver.master import Master
from scheduler.solver.matrix import SHARED, completed
from scheduler.solver.neighbourhood import polished
from scheduler.solver.plans import Plans
from tests.unit.test_master import SEAT, fixed


@pytest.fixture
def small(monkeypatch):
    """Portions of ten people."""
    monkeypatch.setattr(rolling, "SIZE", 10)


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_everybody_is_decided_once_or_left(small, seed):
    matrix, relaxed, base = fixed(seed)
    plans = Plans(matrix)
    found, left = rolling.decided(matrix, relaxed.v, base, 0)
    assert ((found >= matrix.floor) & (found <= matrix.cap)).all()
    mine = np.isin(matrix.owner, left) & matrix.integer
    assert not found[mine].any()
    done = np.setdiff1d(plans.people, left)
    rows = np.flatnonzero(plans.chooses & np.isin(plans.row_owner, done))
    assert len(rows)
    assert ((matrix.a @ found)[rows] == 1).all()


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_what_is_decided_can_be_polished_into_a_good_answer(small, seed):
    matrix, relaxed, base = fixed(seed)
    found, left = rolling.decided(matrix, relaxed.v, base, 0)
    proof = certify.prove(matrix, relaxed.duals)
    whole = completed(matrix, polished(matrix, found, left, proof, relaxed.v, 0))
    assert matrix.allows(whole)
    assert matrix.value(whole) <= proof.units
    assert proof.units - matrix.value(whole) < 0.1 * abs(proof.units)


def test_whoever_is_where_there_is_no_room_is_left(small):
    """Two people decided for one seat, with one more made (column 4) and without."""
    nobody = np.array([], dtype=int)
    found, left = rolling._released(SEAT, np.array([1, 0, 1, 0, 1]), nobody, 0)
    assert left.tolist() == []
    assert found.tolist() == [1, 0, 1, 0, 1]
    found, left = rolling._released(SEAT, np.array([1, 0, 1, 0, 0]), nobody, 0)
    assert left.tolist() == [0, 1]
    assert found.tolist() == [0] * 5


def test_few_people_have_one_master(monkeypatch):
    matrix, relaxed, base = fixed(2)
    master = Master(Plans(matrix), relaxed.v, base, 0)
    master.run()
    found, left = rolling.decided(matrix, relaxed.v, base, 0)
    assert found.tolist() == master.decided()[0].tolist()
    assert left.tolist() == master.decided()[1].tolist()


def test_what_goes_beyond_a_shared_row_costs(small):
    matrix, _, _ = fixed(2)
    wide = rolling._roomier(matrix)
    extra = wide.shape[1] - matrix.shape[1]
    assert extra > 0
    assert (wide.objective[-extra:] == -rolling.CROWDED).all()
    shared = portions.Portions(matrix).row_owner == SHARED
    assert shared[np.unique(wide.a[:, -extra:].tocoo().row)].all()
    assert presolve.propagate(wide) is not None
