"""Portions of people: each like the whole, together a start that keeps its rows."""

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, engines, portions
from scheduler.solver.matrix import SHARED
from scheduler.solver.portions import Portions, joined
from tests.roads import ready
from tests.solving import model

POINT = UNITS_PER_POINT
PEOPLE = 4

TWINS = model(
    [
        *([*np.repeat(np.eye(PEOPLE, dtype=int), 2, axis=1)[at].tolist(), 0] for at in range(4)),
        [1, 0] * PEOPLE + [-1],
        [1] + [0] * 7 + [-1],
    ],
    [1, 1, 1, 1, -UNBOUNDED, -UNBOUNDED],
    [1, 1, 1, 1, 1, 0],
    [10 * POINT, 0] * PEOPLE + [-4 * POINT],
    [1] * 2 * PEOPLE + [3],
    owner=[*np.repeat(np.arange(PEOPLE), 2).tolist(), -1],
)
"""Four alike want one seat; up to three more (column 8) cost 4 points each."""


def relax(matrix):
    """Exactly, by the simplex method."""
    return engines.relax(matrix, engines.HIGHS)


def test_a_portion_of_those_who_are_alike_is_like_the_whole(monkeypatch):
    monkeypatch.setattr(portions, "SIZE", 2)
    whole = relax(TWINS)
    for some in ([0, 1], [2, 3]):
        part, _, _ = Portions(TWINS).of(np.array(some), 2)
        found = relax(part)
        assert 2 * part.objective @ found.v == pytest.approx(TWINS.objective @ whole.v)


def test_only_rows_of_several_people_count_them_often():
    part, columns, rows = Portions(TWINS).of(np.array([0, 1]), 2)
    assert columns.tolist() == [0, 1, 2, 3, 8]
    assert rows.tolist() == [0, 1, 4, 5]
    assert part.a.toarray().tolist() == [
        [1, 1, 0, 0, 0],
        [0, 0, 1, 1, 0],
        [2, 0, 2, 0, -1],
        [1, 0, 0, 0, -1],
    ]
    assert part.objective.tolist() == [10 * POINT, 0, 10 * POINT, 0, -2 * POINT]


def test_slacks_belong_to_whom_their_rows_belong():
    matrix = ready(2, students=40).small.matrix
    here = Portions(matrix)
    assert here.owner[matrix.integer].tolist() == matrix.owner[matrix.integer].tolist()
    own = np.flatnonzero(~matrix.integer & (here.owner != SHARED))
    assert len(own)
    for column in own.tolist():
        rows = matrix.columns_first[:, [column]].tocoo().row
        assert set(here.row_owner[rows].tolist()) == {here.owner[column]}
    assert not here.many[here.row_owner != SHARED].any()


@pytest.mark.parametrize("seed", [2, 3])
def test_together_they_keep_the_rows_and_bound_the_whole(seed, monkeypatch):
    monkeypatch.setattr(portions, "SIZE", 10)
    matrix = ready(seed, students=40).small.matrix
    found, exact = joined(matrix, relax), relax(matrix)
    single = Portions(matrix).row_owner == SHARED
    activity = matrix.a @ found.v
    over = np.maximum(activity - matrix.upper, matrix.lower - activity)
    assert over[single].max() < 1e-6
    best = matrix.objective @ exact.v
    assert certify.prove(matrix, found.duals).units >= best - 1
    assert matrix.objective @ found.v <= best + 1


def test_a_portion_without_an_answer_gives_no_start(monkeypatch):
    monkeypatch.setattr(portions, "SIZE", 2)
    assert joined(TWINS, lambda part: None) is None
