"""The relaxation of a large model: prepared, and its prices certify a bound of the original."""

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, engines, relaxation
from scheduler.solver.engines import Relaxed
from tests.roads import ready
from tests.solving import all_answers, drawn_model, model

POINT = UNITS_PER_POINT

KNAPSACK = model([[3, 4, 2]], -UNBOUNDED, 5, [300_000, 500_000, 240_000])

SEATS = model(
    [[1, 0, 1, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, -1], [0, 1, 0, 0, -1]],
    [1, 1, -UNBOUNDED, -UNBOUNDED],
    [1, 1, 0, 0],
    [100 * POINT, 60 * POINT, 0, 0, -30 * POINT],
    owner=[0, 1, 0, 1, -1],
)
"""Two people (100 and 60 points in a session, 0 elsewhere); the session costs 30 to open."""


@pytest.fixture
def large(monkeypatch):
    """Everything counts as large; gives what each call of the engine was asked."""
    monkeypatch.setattr(relaxation, "LARGE", 0)
    asked, relax = [], engines.relax

    def noted(matrix, engine, *given):
        asked.append((matrix, engine))
        return relax(matrix, engine, *given)

    monkeypatch.setattr(engines, "relax", noted)
    return asked


def test_small_models_are_left_to_the_simplex_method(monkeypatch):
    asked = []
    monkeypatch.setattr(engines, "relax", lambda matrix, engine: asked.append((matrix, engine)))
    assert relaxation.relaxed(KNAPSACK) is None
    assert asked == [(KNAPSACK, engines.HIGHS)]


def test_large_ones_are_not(large):
    found = relaxation.relaxed(KNAPSACK, 1e-7)
    assert [engine for _, engine in large] == [engines.PDLP]
    assert found.v == pytest.approx([0, 1, 0.5], abs=1e-3)
    assert certify.bound(KNAPSACK, found.duals) == pytest.approx(620_000, abs=2_000)


@pytest.mark.parametrize("seed", range(40))
def test_its_prices_never_bound_below_the_best(seed, large, monkeypatch):
    monkeypatch.setattr(relaxation, "MANY_LINKS", 0)
    matrix = drawn_model(seed)
    answers = all_answers(matrix)
    found = relaxation.relaxed(matrix)
    if found is not None and len(answers):
        assert certify.bound(matrix, found.duals) >= (answers @ matrix.objective).max()


@pytest.mark.parametrize("seed", [2, 5])
def test_its_prices_are_good_ones(seed, large):
    here = ready(seed)
    matrix = here.small.matrix
    best = float(matrix.objective @ here.relaxed.v)
    found = relaxation.relaxed(matrix)
    proven = certify.bound(matrix, found.duals)
    assert best - abs(best) * 1e-6 <= proven <= best + 0.01 * abs(best)
    assert float(matrix.objective @ found.v) == pytest.approx(best, rel=0.01)


def test_links():
    a = [[1, -1, 0], [1, -3, 0], [1, 1, -1], [1, 0, 0], [1, -1, 0], [1, -1, 0]]
    lower = [*[-UNBOUNDED] * 4, 0, -UNBOUNDED]
    matrix = model(a, lower, [0, 0, 0, 0, 0, 1], 1)
    assert relaxation.links(matrix).tolist() == [True, True, False, False, False, False]


def test_links_that_nobody_violates_stay_out(large, monkeypatch):
    """Opening is free here: the relaxation without links opens the session by its other rows."""
    monkeypatch.setattr(relaxation, "MANY_LINKS", 1)
    a = np.vstack([SEATS.a.toarray(), [1, 1, 0, 0, -2]])
    lower, upper = [*SEATS.lower, -UNBOUNDED], [*SEATS.upper, 0]
    matrix = model(a, lower, upper, SEATS.objective, owner=SEATS.owner)
    found = relaxation.relaxed(matrix, 1e-7)
    assert [asked.shape[0] for asked, _ in large] == [3]
    assert found.duals[2:4].tolist() == [0, 0]
    assert certify.bound(matrix, found.duals) == pytest.approx(130 * POINT, abs=POINT)


def test_links_are_put_back_where_one_is_violated(large, monkeypatch):
    monkeypatch.setattr(relaxation, "MANY_LINKS", 1)
    found = relaxation.relaxed(SEATS, 1e-7)
    assert [asked.shape[0] for asked, _ in large] == [2, 4]
    assert found.v == pytest.approx([1, 1, 0, 0, 1], abs=1e-3)
    assert certify.bound(SEATS, found.duals) == pytest.approx(130 * POINT, abs=POINT)


def test_a_rough_answer_says_whether_links_may_stay_out(large, monkeypatch):
    """Without links the session of `SEATS` would not open; a row that opens it makes them idle."""
    monkeypatch.setattr(relaxation, "MANY_LINKS", 1)
    monkeypatch.setattr(relaxation, "DEAR", 0)
    relaxation.relaxed(SEATS, 1e-7)
    assert [asked.shape[0] for asked, _ in large] == [2, 4]
    large.clear()
    a = np.vstack([SEATS.a.toarray(), [1, 1, 0, 0, -2]])
    lower, upper = [*SEATS.lower, -UNBOUNDED], [*SEATS.upper, 0]
    relaxation.relaxed(model(a, lower, upper, SEATS.objective, owner=SEATS.owner), 1e-7)
    assert [asked.shape[0] for asked, _ in large] == [3, 3]


def test_very_many_people_are_relaxed_in_portions_first(large, monkeypatch):
    monkeypatch.setattr(relaxation, "DEAR", 0)
    monkeypatch.setattr(relaxation.portions, "SIZE", 1)
    found = relaxation.rough(crowded(1), 1e-2)
    assert [asked.shape for asked, _ in large] == [(2, 2)] * 2
    assert found.v.shape == (4,)
    large.clear()
    monkeypatch.setattr(relaxation.portions, "SIZE", 2)
    relaxation.rough(crowded(1), 1e-2)
    assert [asked.shape for asked, _ in large] == [(3, 4)]


def test_few_links_stay_in(large, monkeypatch):
    monkeypatch.setattr(relaxation, "MANY_LINKS", 2)
    relaxation.relaxed(SEATS)
    assert [asked.shape[0] for asked, _ in large] == [4]


def crowded(seats):
    """Two people, so many seats, 1000 points lost by whoever has none."""
    return model(
        [[1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 0, 0]],
        [1, 1, -UNBOUNDED],
        [1, 1, seats],
        [100 * POINT, 60 * POINT, -1000 * POINT, -1000 * POINT],
        owner=[0, 1, 0, 1],
    )


def test_a_cost_that_nobody_bears_is_clamped(large):
    matrix = crowded(2)
    found = relaxation.relaxed(matrix, 1e-7)
    assert found.cheap
    (asked,) = [asked for asked, _ in large]
    assert asked.objective.min() == -relaxation.CLAMP
    assert asked.objective.tolist()[:2] == [50 * POINT, 30 * POINT]
    assert certify.bound(matrix, found.duals) == pytest.approx(160 * POINT, abs=POINT)


def test_a_cost_that_somebody_bears_counts_in_full(large):
    matrix = crowded(1)
    found = relaxation.relaxed(matrix, 1e-7)
    assert not found.cheap
    assert [asked.objective.min() for asked, _ in large] == [-relaxation.CLAMP, -1050 * POINT]
    assert found.v == pytest.approx([1, 0, 0, 1], abs=1e-2)
    assert certify.bound(matrix, found.duals) == pytest.approx(-900 * POINT, abs=5 * POINT)


def test_clamping_need_not_be_tried(large, monkeypatch):
    """Nor are links then left out: both were in vain before."""
    monkeypatch.setattr(relaxation, "MANY_LINKS", 0)
    found = relaxation.relaxed(crowded(1), cheap=False)
    assert not found.cheap
    assert [asked.objective.min() for asked, _ in large] == [-1050 * POINT]


def test_a_clamp_that_fails_without_links_is_not_tried_with_them(large, monkeypatch):
    monkeypatch.setattr(relaxation, "MANY_LINKS", 0)
    seats = crowded(1)
    a = np.vstack([np.hstack([seats.a.toarray(), [[0]] * 3]), [1, 0, 0, 0, -1]])
    matrix = model(
        a,
        [*seats.lower, -UNBOUNDED],
        [*seats.upper, 0],
        [*seats.objective, 0],
        owner=[*seats.owner, -1],
    )
    assert not relaxation.relaxed(matrix).cheap
    assert [(asked.shape[0], asked.objective.min()) for asked, _ in large] == [
        (3, -relaxation.CLAMP),
        (4, -1050 * POINT),
    ]


def test_without_an_answer_there_is_none(large, monkeypatch):
    monkeypatch.setattr(relaxation, "MANY_LINKS", 0)
    monkeypatch.setattr(engines, "relax", lambda *given: None)
    assert relaxation.relaxed(SEATS) is None


def test_rows_in_hundredths_are_scaled_like_others(large, monkeypatch):
    """Answer and prices come back in the rows and columns of the model."""
    a = [[10_000, 5_000, -1, -1], [1, 1, 0, 0]]
    matrix = model(a, [0, -UNBOUNDED], [0, 1], [0, 0, 100, 50], [1, 1, 6_000, 9_000], whole=2)
    scales = []
    relax = engines.relax

    def noted(matrix, engine, tolerance, given, start):
        scales.extend(given)
        return relax(matrix, engine, tolerance, given, start)

    monkeypatch.setattr(engines, "relax", noted)
    found = relaxation.relaxed(matrix, 1e-7)
    assert [scale.tolist() for scale in scales] == [[10_000, 1], [1, 1, 10_000, 10_000]]
    assert found.v == pytest.approx([1, 0, 6_000, 4_000], abs=10)
    assert certify.bound(matrix, found.duals) == pytest.approx(800_000, abs=2_000)


def test_multipliers_are_sought_from_half_of_the_best_worth(monkeypatch):
    """An engine that finds nothing to change leaves them there."""
    monkeypatch.setattr(relaxation, "LARGE", 0)
    idle = Relaxed(np.zeros(5), np.zeros(4))
    monkeypatch.setattr(engines, "relax", lambda *given: idle)
    assert relaxation.relaxed(SEATS).duals.tolist() == [50 * POINT, 30 * POINT, 0, 0]


@pytest.mark.parametrize(("rows", "engine"), [(0, engines.PDLP), (10**6, engines.HIGHS)])
def test_from_a_good_start_a_smaller_model_goes_by_pdlp(rows, engine, monkeypatch):
    monkeypatch.setattr(relaxation, "KNOWN", rows)
    small = ready(2).small.matrix
    first = relaxation.relaxed(small)
    asked, relax = [], engines.relax

    def noted(matrix, by, *given):
        asked.append(by)
        return relax(matrix, by, *given)

    monkeypatch.setattr(engines, "relax", noted)
    again = relaxation.relaxed(small, start=first)
    assert set(asked) == {engine}
    assert certify.bound(small, again.duals) <= 1.001 * certify.bound(small, first.duals)


@pytest.mark.parametrize("links", [0, 100_000])
def test_a_good_start_is_where_it_ends(links, large, monkeypatch):
    """It goes through scaled rows and columns, a moved origin, and rows left out."""
    monkeypatch.setattr(relaxation, "MANY_LINKS", links)
    started, relax = [], engines.relax

    def noted(matrix, engine, tolerance, scales, start):
        found = relax(matrix, engine, tolerance, scales, start)
        started.append(start is not None and start.v == pytest.approx(found.v, abs=1e-2))
        return found

    monkeypatch.setattr(engines, "relax", noted)
    small = ready(2).small.matrix
    first = relaxation.relaxed(small, 1e-6)
    again = relaxation.relaxed(small, 1e-5, cheap=first.cheap, start=first)
    assert started[-1]
    assert certify.bound(small, again.duals) <= 1.001 * certify.bound(small, first.duals)
