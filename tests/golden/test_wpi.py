"""The published optimum of three years of real university preference data."""

from decimal import Decimal

import pytest

from benchmarks.datasets import wpi_iqp
from scheduler.solver import solve

YEARS = wpi_iqp.folder()
pytestmark = pytest.mark.skipif(YEARS is None, reason="FLEXWEAVE_DATA is unset or has no wpi_iqp")

SIZES = {
    "IQP2017-2018": (928, 46, Decimal("906.5")),
    "IQP2018-2019": (927, 47, Decimal("927")),
    "IQP2019-2020": (1126, 57, Decimal("1087.5")),
}


@pytest.mark.parametrize("year", SIZES)
def test_the_best_sum_of_interest_is_reached_and_proven(year: str) -> None:
    assert YEARS is not None
    students, centres, interest = SIZES[year]
    case = wpi_iqp.scenario(YEARS / year)
    assert (len(case.students), len(case.sessions)) == (students, centres)
    found = wpi_iqp.outcome(year, case, solve(case))
    assert found.interest == interest
    assert found.bound == interest
    assert found.marked
    assert found.agrees
