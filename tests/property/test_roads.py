"""The road of large models and the exact one: both legal, no bound too low, nearly always equal."""

from collections import Counter
from unittest.mock import patch

import pytest

from scheduler.models.points import units
from scheduler.solver import model
from tests.property.test_optimum import BATCHES, batch
from tests.roads import large_road, road, school
from tests.solving import solved_here

STAGES = {"fill", "price", "open", "plan"}


@pytest.mark.parametrize("number", range(BATCHES))
def test_tiny_schools_end_at_the_best_of_all(number):
    """All of them within the bound, and all but one in twenty proven."""
    seen = Counter()
    for made, best in batch(number):
        with large_road():
            found = road(made.scenario)
        assert ("impossible" in found.ends) == bool(best.waived), made.seed
        if best.waived:
            continue
        value = units(best.value)
        assert found.value is not None and found.bound is not None
        assert found.value <= value <= found.bound, made.seed
        seen["possible"] += 1
        seen["proven"] += found.value == found.bound
        seen["best"] += found.value == value
        seen.update(set(found.stages))
    assert seen["best"] >= seen["proven"] >= seen["possible"] - 1
    assert seen["possible"] >= 10
    assert all(seen[stage] >= 5 for stage in STAGES)


@pytest.mark.parametrize(("seed", "crowded"), [(2, 10**9), (2, 0), (5, 0)])
def test_both_roads_agree_on_a_school(seed, crowded):
    """No value of one road above the bound of the other, and both values near each other."""
    with patch.object(model, "CROWDED", crowded):
        exact = road(school(seed))
        with large_road():
            large = road(school(seed))
    assert set(large.stages) >= STAGES
    assert max(large.value, exact.value) <= min(large.bound, exact.bound)
    assert large.value >= exact.value - 0.01 * abs(exact.value)


def test_the_same_road_again():
    with large_road():
        first, second = road(school(2), seed=7), road(school(2), seed=7)
    assert first.stages == second.stages
    assert [answer.base.tolist() for answer in first.answers] == [
        answer.base.tolist() for answer in second.answers
    ]


def test_the_checker_agrees_with_the_large_road():
    with large_road():
        certificate = solved_here(school(2)).certificate
    assert certificate.status in ("optimal", "feasible")
    assert certificate.value <= certificate.bound
