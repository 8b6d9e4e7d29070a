"""Boards: every way to set a block's switches is weighed, and no answer is worth more."""

import itertools

import numpy as np
import pytest

from scheduler.generate import Sizes, generate
from scheduler.models.points import UNITS_PER_POINT
from scheduler.solver import boards, certify, elastic, engines, opening, presolve
from scheduler.solver.boards import Boards
from scheduler.solver.certify import GRID
from scheduler.solver.model import modelled
from scheduler.solver.smoothed import Smoothed
from tests.solving import alternatives

SIZES = Sizes(
    students=14,
    staff=8,
    flex_blocks=3,
    sessions_per_block=5,
    floating=4,
    alternatives=3,
    clashes=0.4,
    min_size=2,
    must_close=0,
    series=0,
    pairs=0,
    advisory_groups=0,
    cops=0,
    knows=3,
)


def gains(seed, people=9, sessions=4):
    return np.random.default_rng(seed).integers(1, 100, (people, sessions))


def school(seed):
    """A small school whose timetable is open: its model, propagated and reduced."""
    matrix = presolve.propagate(elastic.strict(modelled(generate(SIZES, seed)).matrix))
    return presolve.reduce(matrix).matrix


def board(matrix):
    return Boards(matrix, opening.switches(matrix))


def lowest(matrix, prices, least):
    """The last bound; ``None`` where there is none."""
    bounds = list(board(matrix).rounds(prices, least))
    assert bounds == sorted(bounds, reverse=True)
    return min(bounds, default=None)


def optimum(matrix):
    v, done = engines.exact(matrix)
    assert done
    return matrix.value(np.rint(v).astype(np.int64))


def by_hand(model, y, setting):
    """What a block is worth, place by place; ``setting`` is a column of 0 and 1 per switch."""
    matrix, block = model.matrix, model.blocks[0]
    kept = np.where(model.settled, 0, y)
    reduced = matrix.objective * GRID - matrix.a.T @ kept
    worth = int(reduced[block.switches] @ setting)
    for place in np.unique(block.place):
        mine = block.place == place
        able = mine & ((block.bit < 0) | (np.append(setting, 0)[block.bit] > 0))
        worth += int(reduced[block.column[able]].max())
    return worth


@pytest.mark.parametrize("seed", range(4))
def test_every_setting_is_weighed_as_by_hand(seed):
    matrix = alternatives(gains(seed), 3, 20)
    matrix.upper[-1] = 2
    model = board(matrix)
    prices = np.random.default_rng(seed).integers(-50, 50, matrix.shape[0]) * 10_000.0
    y = certify.projected(matrix, prices)
    (table,) = model.tables(y).worth
    block, found = model.blocks[0], {}
    for right, left in itertools.product(*map(range, table.shape)):
        on = np.zeros(4, dtype=np.int64)
        on[block.right.bits] = block.right.on[right]
        on[block.left.bits] = block.left.on[left]
        found[tuple(on)] = table[right, left]
    assert found == {on: by_hand(model, y, np.array(on)) for on in found}
    assert set(found) == {on for on in itertools.product((0, 1), repeat=4) if sum(on) <= 2}


@pytest.mark.parametrize("seed", range(4))
def test_where_settings_alone_decide_the_bound_is_the_optimum(seed):
    matrix = alternatives(gains(seed, 12, 6))
    matrix.upper[-1] = 2
    assert lowest(matrix, np.zeros(matrix.shape[0]), 0) == optimum(matrix)


def test_no_more_than_whole_settings_reach():
    """Each pair of four sessions suits one of six people; any two that open suit five.

    Half of each of the four would suit everybody.
    """
    pairs = itertools.combinations(range(4), 2)
    matrix = alternatives([[60 * (session in pair) for session in range(4)] for pair in pairs])
    matrix.upper[-1] = 2
    duals = engines.relax(matrix, engines.HIGHS).duals
    assert certify.bound(matrix, duals) == 360 * UNITS_PER_POINT
    assert lowest(matrix, duals, 0) == optimum(matrix) == 300 * UNITS_PER_POINT


@pytest.mark.parametrize("seed", range(6))
def test_no_prices_bound_a_school_below_its_optimum(seed):
    matrix = school(seed)
    best, draw = optimum(matrix), np.random.default_rng(seed)
    assert board(matrix).blocks
    for scale in (0, 1, 30):
        prices = draw.normal(0, scale * 10_000, matrix.shape[0])
        assert lowest(matrix, prices, best) >= best


@pytest.mark.parametrize("seed", range(6))
def test_at_the_prices_of_the_relaxation_it_is_no_worse_than_theirs(seed):
    matrix = school(seed)
    duals = engines.relax(matrix, engines.HIGHS).duals
    found = lowest(matrix, duals, optimum(matrix))
    assert optimum(matrix) <= found <= certify.bound(matrix, duals)


def test_better_prices_of_rows_across_blocks_are_found(monkeypatch):
    matrix = school(0)
    duals = engines.relax(matrix, engines.HIGHS).duals
    duals[board(matrix).cross] = 0
    monkeypatch.setattr(boards, "ROUNDS", 1)
    better = lowest(matrix, duals, optimum(matrix))
    monkeypatch.setattr(boards, "TURNS", 0)
    assert better < lowest(matrix, duals, optimum(matrix))


def test_all_prices_are_lowered_over_the_foremost_settings(monkeypatch):
    """From no prices at all."""
    matrix = school(3)
    nothing, best = np.zeros(matrix.shape[0]), optimum(matrix)
    better = lowest(matrix, nothing, best)
    monkeypatch.setattr(boards, "ROUNDS", 1)
    assert best <= better < lowest(matrix, nothing, best)


def test_the_smoothed_bound_is_that_of_the_tables():
    matrix = school(4)
    model = board(matrix)
    y = certify.prove(matrix, engines.relax(matrix, engines.HIGHS).duals).prices
    tables = model.tables(y)
    pools = tables.foremost(tables.before, 10)
    bound, _ = Smoothed(model).valued(y / (GRID * UNITS_PER_POINT), pools)
    assert bound == pytest.approx(tables.bound(tables.before) / (GRID * UNITS_PER_POINT))


def test_the_same_bounds_again():
    matrix = school(5)
    nothing = np.zeros(matrix.shape[0])
    first, second = (list(board(matrix).rounds(nothing, 0)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("seed", range(4))
def test_beside_blocks_that_keep_their_prices_the_bound_holds(seed, monkeypatch):
    """Rows that hold switches of such blocks, too, keep theirs."""
    matrix = school(seed)
    best, all_blocks = optimum(matrix), board(matrix).blocks
    sizes = sorted(len(block.left.ways) * len(block.right.ways) for block in all_blocks)
    monkeypatch.setattr(boards, "MOST", sizes[0])
    model = board(matrix)
    assert 0 < len(model.blocks) < len(all_blocks)
    assert np.all(model.weighed[matrix.a[model.cross].indices])
    for scale in (0, 1, 30):
        prices = np.random.default_rng(seed).normal(0, scale * 10_000, matrix.shape[0])
        assert lowest(matrix, prices, best) >= best


def test_blocks_of_too_many_settings_keep_their_prices(monkeypatch):
    matrix = school(1)
    best = optimum(matrix)
    monkeypatch.setattr(boards, "MOST", 1)
    assert lowest(matrix, np.zeros(matrix.shape[0]), best) is None
    monkeypatch.setattr(boards, "LONGEST", 1)
    assert not board(matrix).blocks


def test_what_would_not_be_exact_is_not_weighed(monkeypatch):
    matrix = alternatives(gains(0))
    monkeypatch.setattr(boards, "EXACT", 1.0)
    assert lowest(matrix, np.zeros(matrix.shape[0]), 0) is None


def test_places_for_which_nothing_is_open_are_bounded_all_the_same():
    """Nobody may be nowhere: some session must open, and the bound is that of the best."""
    matrix = alternatives(gains(3))
    nowhere = slice(36, 45)
    matrix.cap[nowhere] = 0
    small = presolve.reduce(matrix).matrix
    assert lowest(small, np.zeros(small.shape[0]), 0) >= optimum(small)
