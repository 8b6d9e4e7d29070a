"""Neighbourhoods: whatever is let go, the answer stays legal and never gets worse."""

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import certify, engines, opening
from scheduler.solver import neighbourhood as around
from scheduler.solver.matrix import completed
from scheduler.solver.neighbourhood import Neighbourhoods, polished
from tests.roads import ready
from tests.solving import model

POINT = UNITS_PER_POINT
SEEDS = [2, 5]

SWAP = model(
    [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]],
    [1, 1, -UNBOUNDED, -UNBOUNDED],
    1,
    [90 * POINT, 80 * POINT, 90 * POINT, 20 * POINT],
    owner=[0, 0, 1, 1],
)
"""Two people and two seats; the second person should have the better one."""
WRONG = np.array([1, 0, 0, 1])


def proven(matrix):
    relaxed = engines.relax(matrix, engines.HIGHS)
    return certify.prove(matrix, relaxed.duals)


def search(seed, number=0):
    """Neighbourhoods of the first answer of a school."""
    here = ready(seed)
    whole = completed(here.strict, here.base)
    return Neighbourhoods(here.matrix, whole, here.proof, number)


def small(matrix=SWAP, v=WRONG):
    return Neighbourhoods(matrix, np.array(v), proven(matrix), 0)


def test_a_swap_is_found():
    here = small()
    assert here.best.value == 110 * POINT
    assert here.solve(np.arange(4))
    assert here.best.v.tolist() == [0, 1, 1, 0]
    assert here.best.value == 170 * POINT
    assert not here.solve(np.arange(4))


def test_one_alone_cannot_move():
    here = small()
    assert not here.solve(np.array([0, 1]))
    assert not here.solve(np.zeros(0, dtype=np.int64))
    assert here.best.v.tolist() == WRONG.tolist()


def test_without_an_answer_nothing_changes(monkeypatch):
    monkeypatch.setattr(engines, "exact", lambda *given, **more: (None, False))
    here = small()
    assert not here.solve(np.arange(4))
    assert here.best.v.tolist() == WRONG.tolist()


def test_an_answer_that_breaks_a_row_is_turned_away(monkeypatch):
    monkeypatch.setattr(engines, "exact", lambda matrix, **more: (np.ones(matrix.shape[1]), True))
    here = small()
    assert not here.solve(np.arange(4))
    assert here.best.v.tolist() == WRONG.tolist()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("number", range(5))
def test_a_part_says_of_every_change_what_the_whole_says(seed, number):
    """Some people's columns anew: rows, and what the value changes by, as in the whole."""
    here = search(seed, number)
    matrix, rng = here.matrix, np.random.default_rng(number)
    people = rng.choice(here.people, 4, replace=False)
    free = here.candidate[np.isin(here.owner, people)]
    part = here.part(np.concatenate([free, here.switch[:3]]))
    inside = part.matrix.integer
    before = here.best.v[part.columns]
    assert np.array_equal(completed(part.matrix, before[inside]), before)
    assert part.matrix.allows(before)
    for _ in range(30):
        base = before[inside].copy()
        at = rng.integers(0, len(base), 2)
        base[at] = 1 - base[at]
        whole = here.best.v[matrix.integer].copy()
        whole[part.columns[inside]] = base
        v, changed = completed(matrix, whole), completed(part.matrix, base)
        assert np.array_equal(v[part.columns], changed)
        change = part.matrix.value(changed) - part.matrix.value(before)
        assert matrix.value(v) - here.best.value == change
        if matrix.allows(v):
            assert part.matrix.allows(changed)
        if part.matrix.allows(changed):
            assert matrix.allows(v)


def test_what_a_fixed_visit_earns_counts_in_a_part():
    """Points 5 are earned already; segments of 3 at 20 and 9 at 10 a point."""
    matrix = model(
        [[5, 5, 0, -1, -1], [0, 1, 1, 0, 0]],
        [0, 1],
        [0, 1],
        [0, 0, 0, 20, 10],
        [1, 1, 1, 3, 9],
        whole=3,
        owner=[0, 0, 0, -1, -1],
        floor=[1, 0, 0, 0, 0],
    )
    here = small(matrix, [1, 0, 1, 3, 2])
    assert here.solve(np.array([1, 2]))
    assert here.best.v.tolist() == [1, 1, 0, 3, 7]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_kind_keeps_the_answer_legal_and_never_makes_it_worse(seed, monkeypatch):
    monkeypatch.setattr(around, "COLUMNS", 60)
    here = search(seed)
    able = set(np.flatnonzero(here.matrix.cap > here.matrix.floor).tolist())
    for kind in here.kinds * 4:
        before = here.best.value
        free = getattr(here, f"_{kind}")()
        assert set(free.tolist()) <= able
        assert len(np.unique(free)) == len(free) > 0
        better = here.solve(free)
        assert here.matrix.allows(here.best.v)
        assert here.matrix.value(here.best.v) == here.best.value
        assert better == (here.best.value > before)
        assert here.best.value >= before
        assert here.best.value <= ready(seed).proof.units


def test_a_kind_with_nothing_of_its_own_takes_another():
    """No switch, no slack, no row with priced room: everybody, or whoever loses."""
    here = small(SWAP, [0, 1, 1, 0])
    for kind in here.kinds:
        free = getattr(here, f"_{kind}")()
        assert set(free.tolist()) <= {0, 1, 2, 3}
        assert len(free)


def test_rows_of_one_sort_alone_leave_the_other_out():
    """Two seats that are sold below their price, and no personal row with room."""
    matrix = model(
        [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]],
        [1, 1, -UNBOUNDED, -UNBOUNDED],
        [1, 1, 2, 2],
        [90 * POINT, 80 * POINT, 90 * POINT, 20 * POINT],
        owner=[0, 0, 1, 1],
    )
    proof = certify.prove(matrix, np.array([0.0, 0, POINT, POINT]))
    here = Neighbourhoods(matrix, WRONG, proof, 0)
    assert here._drawn(np.zeros(0, dtype=np.int64), np.zeros(0), 3).tolist() == []
    for kind in here.kinds:
        assert len(getattr(here, f"_{kind}")())


def test_whoever_loses_most_is_told():
    here = small()
    here.behind = np.array([0, 10, 30, 5])
    assert here.loss().tolist() == [0, 5]


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_get_wider_until_they_are_stuck(seed, monkeypatch):
    monkeypatch.setattr(around, "VAIN", 2)
    monkeypatch.setattr(around, "WIDEST", 2)
    monkeypatch.setattr(around, "COLUMNS", 40)
    here = search(seed)
    assert not here.stuck
    values, sizes = [here.best.value], [here.size]
    while not here.stuck:
        gained = here.step()
        values.append(here.best.value)
        sizes.append(here.size)
        assert gained == (values[-1] > values[-2])
        assert gained == (here.vain == 0) or here.size > sizes[-2]
        assert all(0.1 <= win <= 2 for win in here.wins.values())
        assert here.matrix.allows(here.best.v)
    assert sizes[-1] == 80
    assert values == sorted(values)


def test_the_same_seed_takes_the_same_steps():
    first, second = search(2, 3), search(2, 3)
    for _ in range(3):
        assert first.step() == second.step()
    assert np.array_equal(first.best.v, second.best.v)


def test_new_prices_say_who_is_near():
    here = search(2)
    near = here.near.copy()
    far = here.candidate[here.matrix.objective[here.candidate] >= 0][:5]
    reduced = ready(2).proof.reduced.copy()
    reduced[far] = -10 * around.BEHIND[1] * certify.GRID
    here.price(certify.Proof(0, 0, reduced, ready(2).proof.prices))
    assert near.any()
    assert not here.near[far].any()
    assert set(np.flatnonzero(here.near).tolist()) <= set(here.candidate.tolist())


def test_neighbours_of_a_few_come_before_anybody(monkeypatch):
    monkeypatch.setattr(around, "COLUMNS", 1)
    here = search(2)
    someone = here.people[3:4]
    free = here.around(someone, np.zeros(0, dtype=np.int64))
    owners = here.matrix.owner[free]
    assert someone[0] in owners
    assert len(np.unique(owners[owners >= 0])) <= 2


# ---- polish ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("batch", [15_000, 30])
def test_people_left_undecided_are_decided(seed, batch, monkeypatch):
    """A legal answer with some people taken out of it: at least as good as it was, and legal."""
    monkeypatch.setattr(around, "POLISHED", batch)
    here = ready(seed)
    matrix = here.matrix
    whole = completed(here.strict, here.base)
    people = search(seed).people
    left = people[:: max(1, len(people) // 6)]
    found = whole * matrix.integer
    mine = np.isin(matrix.owner, left) & matrix.integer
    found[mine] = matrix.floor[mine]
    base = polished(matrix, found, left, here.proof, np.maximum(here.v, whole), 0)
    v = completed(matrix, base)
    assert matrix.allows(v)
    assert batch < 15_000 or matrix.value(v) >= matrix.value(whole)
    others = matrix.integer & ~mine & (matrix.owner >= 0)
    assert np.array_equal(v[others], found[others])


def test_nobody_left_is_nothing_to_decide():
    here = ready(2)
    whole = completed(here.strict, here.base)
    nobody = np.zeros(0, dtype=np.int64)
    base = polished(here.matrix, whole, nobody, here.proof, here.v, 0)
    assert np.array_equal(base, here.base)


TWO_SEATS = model(
    [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]],
    [1, 1, 2],
    [1, 1, 2],
    [5 * POINT, 9 * POINT, 5 * POINT, 9 * POINT],
    owner=[0, 0, 1, 1],
)
"""Both people must take the seats, though both would rather not."""


def test_others_are_decided_along_where_nothing_else_is_possible():
    found = np.array([0, 1, 0, 0])
    base = polished(TWO_SEATS, found, np.array([1]), proven(TWO_SEATS), np.zeros(4), 0)
    assert base.tolist() == [1, 0, 1, 0]


def test_what_cannot_be_mended_is_flagged_by_its_rows(monkeypatch):
    """Nobody may be idle in the row of seats, and the one who could go is not left to decide."""
    monkeypatch.setattr(around, "WIDER", (0,))
    found = np.array([0, 1, 0, 0])
    base = polished(TWO_SEATS, found, np.array([1]), proven(TWO_SEATS), np.zeros(4), 0)
    assert not TWO_SEATS.allows(completed(TWO_SEATS, base))
    assert base.tolist()[:2] == [0, 1]


def test_an_empty_place_waits_at_its_worst_column():
    found = around._idle(SWAP, np.array([1, 0, 0, 0]))
    assert found.tolist() == [1, 0, 0, 1]


def test_switches_of_neighbourhoods_are_those_of_the_dive():
    for seed in SEEDS:
        here = search(seed)
        assert here.switch.tolist() == opening.switches(here.matrix).tolist()
