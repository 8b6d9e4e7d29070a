"""Plans drawn from a relaxation: whole, in their places, personal rows kept."""

from functools import cache

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver.matrix import completed
from scheduler.solver.plans import NEVER, Plans
from scheduler.solver.sampling import Sampler, worths
from tests.roads import ready
from tests.solving import model

POINT = UNITS_PER_POINT

TWICE = model(
    [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [1, 0, 1, 0, 0], [0, 1, 0, 1, 0], [0, 0, 0, 0, 1]],
    [1, 1, -UNBOUNDED, -UNBOUNDED, 0],
    [1, 1, 1, 2, 1],
    [90 * POINT, 10 * POINT, 80 * POINT, 5 * POINT, 0],
    owner=[0, 0, 0, 0, -1],
)
"""One person in two blocks; columns 0 and 2 are one activity, which may be visited once."""

NEED = model(
    [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [1, 0, 1, 0, 1]],
    [1, 1, 1],
    [1, 1, UNBOUNDED],
    [0, 9 * POINT, 0, 9 * POINT, -100 * POINT],
    whole=4,
    owner=[0, 0, 0, 0, -1],
)
"""A need worth 100 that either block serves (columns 0 and 2), at a loss of 9."""


@cache
def planned(seed):
    return Plans(ready(seed, series=2).small.matrix)


def checked(plans, person, columns):
    """Every plan has its person's columns in their places, and breaks no row's upper side."""
    matrix = plans.matrix
    for one, row in zip(person.tolist(), columns, strict=True):
        place = np.flatnonzero(row >= 0)
        taken = row[place]
        assert (matrix.owner[taken] == one).all()
        assert (plans.place[plans.chooser[taken]] == place).all()
        assert plans.fills[taken].sum(axis=0).max(initial=0) <= 1
        v = np.zeros(matrix.shape[1], dtype=np.int64)
        v[taken] = 1
        rows = np.flatnonzero(plans.plain & (plans.row_owner == one) & plans.row_inside)
        assert ((matrix.a @ v)[rows] <= matrix.upper[rows]).all()


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_drawn_plans_keep_places_and_rows(seed):
    plans, v = planned(seed), ready(seed, series=2).relaxed.v
    person, columns = Sampler(plans, 1).drawn(v, 3)
    assert person.tolist() == plans.people.tolist() * 3
    assert columns.shape == (len(person), plans.places)
    checked(plans, person, columns)
    assert (v[columns[columns >= 0]] > 0).all()
    assert (worths(plans, person, columns) > NEVER).mean() > 0.8


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_priced_plans_keep_places_and_rows(seed):
    plans = planned(seed)
    person, columns = Sampler(plans, 1).priced(plans.matrix.objective, 3)
    assert person.tolist() == plans.people.tolist() * 3
    checked(plans, person, columns)
    assert (worths(plans, person, columns) > NEVER).mean() > 0.8


def test_the_same_seed_draws_the_same():
    plans, v = planned(2), ready(2, series=2).relaxed.v
    first, second, other = (Sampler(plans, seed).drawn(v, 2)[1] for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_plans_are_drawn_by_their_share():
    v = np.array([0.9, 0.1, 0, 1, 0])
    _, columns = Sampler(Plans(TWICE), 0).drawn(v, 200)
    assert set(columns[:, 1].tolist()) == {3}
    assert 0.6 < (columns[:, 0] == 0).mean() < 1


def test_what_the_relaxation_takes_none_of_is_not_drawn():
    _, columns = Sampler(Plans(TWICE), 0).drawn(np.array([1, 0, 1e-4, 0, 0]), 20)
    assert columns.tolist() == [[0, -1]] * 20


def test_an_activity_is_visited_as_often_as_it_may_be():
    """Whichever block comes first takes it."""
    plans = Plans(TWICE)
    for person, columns in (
        Sampler(plans, 0).drawn(np.array([1, 0.01, 1, 0.01, 0]), 30),
        Sampler(plans, 0).priced(TWICE.objective, 30),
    ):
        checked(plans, person, columns)
        assert {tuple(row) for row in columns.tolist()} == {(0, 3), (1, 2)}
        assert set(worths(plans, person, columns).tolist()) == {95 * POINT, 90 * POINT}


def test_a_need_is_served_once():
    plans = Plans(NEED)
    _, columns = Sampler(plans, 0).priced(NEED.objective, 30)
    assert {tuple(row) for row in columns.tolist()} == {(0, 3), (1, 2)}


def test_what_the_relaxation_serves_is_served_once():
    """Half of the need in each block: every plan serves it in one of them, none in both."""
    _, columns = Sampler(Plans(NEED), 0).drawn(np.array([0.5, 0.5, 0.5, 0.5, 0]), 60)
    assert {tuple(row) for row in columns.tolist()} == {(0, 3), (1, 2)}


def test_what_the_relaxation_serves_in_part_may_be_left():
    _, columns = Sampler(Plans(NEED), 0).drawn(np.array([0.3, 0.7, 0.3, 0.7, 0.4]), 60)
    assert {tuple(row) for row in columns.tolist()} == {(0, 3), (1, 2), (1, 3)}


def test_what_surplus_costs_is_spared():
    """Visiting twice costs 100; either block alone gains 9."""
    a = [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [1, 0, 1, 0, -1]]
    objective = [9 * POINT, 0, 9 * POINT, 0, -100 * POINT]
    twice = model(a, [1, 1, -UNBOUNDED], 1, objective, whole=4, owner=[0, 0, 0, 0, -1])
    _, columns = Sampler(Plans(twice), 0).priced(twice.objective, 30)
    assert {tuple(row) for row in columns.tolist()} == {(0, 3), (1, 2)}


def test_concave_fairness_counts_as_far_as_it_has_come():
    """The first 50 points count in full, more by a tenth: one good block is enough for anybody."""
    a = [[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0], [50, 0, 50, 0, -1, -1]]
    objective = [0, 20 * POINT, 0, 20 * POINT, POINT, POINT // 10]
    concave = model(
        a, [1, 1, 0], [1, 1, 0], objective, [1, 1, 1, 1, 50, 50], whole=4, owner=[0] * 4 + [-1] * 2
    )
    _, columns = Sampler(Plans(concave), 0).priced(concave.objective, 30)
    assert {tuple(row) for row in columns.tolist()} == {(0, 3), (1, 2)}


def test_a_series_fills_both_of_its_places():
    """Column 0 stands in both blocks: with it, nothing else can be taken."""
    a = [[1, 1, 0], [1, 0, 1]]
    series = model(a, 1, 1, [9 * POINT, 8 * POINT, 2 * POINT], owner=0)
    plans = Plans(series)
    for share in ([1, 1e-2, 1e-2], [0.5, 0.5, 0.5]):
        person, columns = Sampler(plans, 3).drawn(np.array(share), 50)
        checked(plans, person, columns)
        assert {tuple(sorted(row)) for row in columns.tolist()} <= {(-1, 0), (1, 2)}


def test_only_the_best_of_each_place_are_looked_at():
    count = 12
    a = np.ones((1, count), dtype=int)
    wide = model(a, 1, 1, POINT * np.arange(count), owner=0)
    sampler = Sampler(Plans(wide), 0)
    assert sampler.priced(wide.objective, 2)[1].tolist() == [[count - 1]] * 2
    assert sampler.priced(-wide.objective, 2)[1].tolist() == [[0]] * 2


def test_a_plan_that_lacks_a_place_or_breaks_a_row_is_worth_nothing():
    plans, person = Plans(TWICE), np.zeros(4, dtype=np.int64)
    columns = np.array([[0, -1], [0, 2], [0, 3], [1, 3]])
    assert worths(plans, person, columns).tolist() == [NEVER, NEVER, 95 * POINT, 15 * POINT]


@pytest.mark.parametrize("seed", [2, 5])
def test_plans_are_worth_what_their_columns_and_personal_rows_are(seed):
    plans = planned(seed)
    matrix = plans.matrix
    person, columns = Sampler(plans, 4).priced(matrix.objective, 1)
    whole = 0
    for at, worth in enumerate(worths(plans, person, columns).tolist()):
        if worth > NEVER:
            base = np.zeros(matrix.shape[1], dtype=np.int64)
            base[columns[at][columns[at] >= 0]] = 1
            v = completed(matrix, base[matrix.integer])
            own = plans.inside & (plans.owner == person[at])
            assert worth == int(matrix.objective[own] @ v[own])
            whole += 1
    assert whole > 0.8 * len(person)
