"""A first answer: legal, no worse than nobody placed, and most of a small school in its places."""

import numpy as np
import pytest

from scheduler.generate import Sizes, generate
from scheduler.solver import elastic
from scheduler.solver.components import components
from scheduler.solver.fill import filled
from scheduler.solver.matrix import completed
from scheduler.solver.model import modelled
from tests.property.test_optimum import BATCHES, batch
from tests.solving import model


def parts(scenario):
    made = modelled(scenario)
    for part in components(made.matrix):
        start = made.resting(part)
        if start is not None:
            yield elastic.strict(part.matrix), start


@pytest.mark.parametrize("number", range(BATCHES))
def test_whatever_is_filled_is_legal(number):
    for made, _ in batch(number):
        for matrix, start in parts(made.scenario):
            base = filled(matrix, start.base)
            if base is not None:
                assert matrix.allows(completed(matrix, base)), made.seed


def test_most_of_a_school_is_filled():
    sizes = Sizes(
        students=60, staff=12, sessions_per_block=6, advisory_groups=4, cops=2, pairs=4, knows=5
    )
    school = generate(sizes)
    made = modelled(school)
    whole = np.zeros(made.base, dtype=np.int64)
    for part in components(made.matrix):
        start = made.resting(part)
        base = filled(elastic.strict(part.matrix), start.base)
        whole[part.columns[part.matrix.integer]] = start.base if base is None else base
    unplaced = whole[made.columns.unplaced_columns].sum()
    assert unplaced < 0.15 * len(made.columns.unplaced_columns)


def test_what_stays_too_small_closes_again():
    """One person (column 0) wants a session (1) that needs two; column 2 is unplaced."""
    matrix = model(
        [[1, 0, 1], [1, -1, 0], [1, -2, 0]],
        lower=[1, -(2**40), 0],
        upper=[1, 0, 2**40],
        objective=[100, 0, -1000],
        owner=[0, -1, 0],
    )
    assert filled(matrix, np.array([0, 0, 1])).tolist() == [0, 0, 1]


def test_nothing_can_be_filled_where_nothing_is_possible():
    matrix = model([[1]], lower=[2], upper=[2], objective=[1], owner=[0])
    assert filled(matrix, np.array([0])) is None
