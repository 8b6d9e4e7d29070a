"""Independent parts, computed from the entries."""

import numpy as np
import pytest
from scipy import sparse

from scheduler.solver import components as parts_of
from scheduler.solver.components import components
from tests.solving import all_answers, drawn_model, model


def blocks(*sizes: int):
    """A model of parts, one row over each, and one column in no row."""
    rows = [np.ones((1, size), dtype=np.int64) for size in sizes]
    a = np.hstack([sparse.block_diag(rows).toarray(), np.zeros((len(sizes), 1))])
    columns = a.shape[1]
    return model(a, 0, 1, np.arange(columns), owner=np.arange(columns))


def test_small_parts_are_gathered_and_large_ones_stand_alone():
    matrix = blocks(150, 250, 40, 200)
    found = components(matrix)
    assert [len(part.columns) for part in found] == [191, 250, 200]
    assert [part.matrix.shape[0] for part in found] == [2, 1, 1]
    together = np.concatenate([part.columns for part in found])
    assert sorted(together.tolist()) == list(range(641))
    for part in found:
        assert np.array_equal(part.matrix.objective, part.columns)
        assert np.array_equal(part.matrix.owner, part.columns)
        assert part.matrix.a.nnz == len(part.columns) - (640 in part.columns)


def test_nothing_has_no_parts():
    assert components(model(np.zeros((0, 0)), [], [], [])) == []
    assert components(model(np.zeros((2, 0)), 0, 1, [])) == []


@pytest.mark.parametrize("seed", range(40))
def test_the_parts_are_together_what_the_whole_is(seed, monkeypatch):
    monkeypatch.setattr(parts_of, "_SMALL", 1)
    matrix = drawn_model(seed)
    answers, best, number = all_answers(matrix), 0, 1
    for part in components(matrix):
        some = all_answers(part.matrix)
        number *= len(some)
        best += max((some @ part.matrix.objective).tolist(), default=0)
    empty = matrix.a.count_nonzero(axis=1) == 0
    if ((matrix.lower <= 0) & (matrix.upper >= 0))[empty].all():
        assert number == len(answers)
        assert not number or best == (answers @ matrix.objective).max()
