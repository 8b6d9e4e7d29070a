"""Contradictions planted among innocent rows are named, and nothing possible is called impossible.

`python -m benchmarks.conflicts` does the same with more and larger schools.
"""

from unittest.mock import patch

import pytest

from benchmarks import conflicts
from scheduler.explain import conflict as explaining
from tests.solving import Here, solved_here

SCHOOL = conflicts.SCHOOL.model_copy(
    update={"students": 60, "sessions_per_block": 8, "staff": 14, "pairs": 8}
)


@pytest.fixture(autouse=True)
def _here():
    with patch.object(explaining, "Isolated", Here):
        yield


@pytest.mark.parametrize("seed", range(len(conflicts.SORTS)))
def test_the_planted_set_is_named_minimal_and_can_be_helped(seed):
    found = conflicts.tried(seed, SCHOOL)
    assert (found.named, found.minimal, found.possible_before, found.remedied) == (True,) * 4


@pytest.mark.parametrize("seed", range(4))
def test_the_solver_waives_something_in_what_is_called_impossible(seed):
    plant = conflicts.planted(seed, SCHOOL)
    assert solved_here(plant.scenario, gap=0.5).certificate.status == "impossible"
    assert solved_here(plant.innocent, gap=0.5).certificate.status != "impossible"
