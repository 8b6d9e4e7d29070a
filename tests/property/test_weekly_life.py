"""Ten weeks with the ledger treat students more evenly than the same weeks without it."""

from statistics import mean

import pytest

from tests.weeks import lived

WEEKS = 10
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def spreads():
    """Spread after the last week by seed: with the ledger, and without."""
    return {
        seed: [lived(seed, WEEKS, carried=carried)[-1] for carried in (True, False)]
        for seed in SEEDS
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_spread_shrinks_against_the_same_weeks_without_the_ledger(spreads, seed):
    carried, forgotten = spreads[seed]
    assert carried < forgotten


def test_it_shrinks_by_a_twentieth_on_average(spreads):
    carried, forgotten = (mean(column) for column in zip(*spreads.values(), strict=True))
    assert carried < 0.95 * forgotten


def test_the_first_week_is_the_same():
    assert lived(4, 1, carried=True) == lived(4, 1, carried=False)
