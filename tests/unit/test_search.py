"""The search for one answer and its bound, called here with somebody who takes notes."""

import itertools

import numpy as np
import pytest

from scheduler.models.points import UNITS_PER_POINT
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import engines, relaxation
from scheduler.solver import search as searching
from scheduler.solver.components import Component
from scheduler.solver.isolate import Answer, Bound, Done, Stage, Task
from scheduler.solver.neighbourhood import Neighbourhoods
from scheduler.solver.opening import Opened
from scheduler.solver.search import search
from tests.roads import large_road, road, school
from tests.solving import all_answers, alternatives, drawn_model, model

KNAPSACK = model([[3, 4, 2]], -UNBOUNDED, 5, [300_000, 500_000, 240_000])
LOCKED = model(
    [[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]],
    [0, 1, 1],
    [1, UNBOUNDED, UNBOUNDED],
    [1, 2, 0, 0],
    whole=2,
    breach=[-1, -1, 0, 1],
)
"""Two locks and one seat."""


def searched(*matrices, **given):
    """Events of searching these parts."""
    parts = tuple(
        Component(matrix, np.arange(matrix.shape[1]), np.arange(matrix.shape[0]))
        for matrix in matrices
    )
    events = []
    search(Task(parts, **given), events.append)
    return events


def of_kind(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_an_answer_and_its_bound():
    events = searched(KNAPSACK)
    assert of_kind(events, Answer)[-1].units == 540_000
    assert of_kind(events, Answer)[-1].base.tolist() == [1, 0, 1]
    assert of_kind(events, Bound)[-1].units == 540_000
    assert events[-1] == Done(0, "done")
    assert {stage.name for stage in of_kind(events, Stage)} <= {*("price", "exact", "cut", "prove")}


def test_values_rise_and_bounds_fall():
    for seed in range(10):
        events = searched(drawn_model(seed))
        values = [answer.units for answer in of_kind(events, Answer)]
        bounds = [bound.units for bound in of_kind(events, Bound)]
        assert values == sorted(set(values))
        assert bounds == sorted(set(bounds), reverse=True)


def test_every_part_is_searched():
    events = searched(KNAPSACK, model([[1]], 0, 1, 7))
    assert of_kind(events, Done) == [Done(0, "done"), Done(1, "done")]
    assert {event.part for event in events} == {0, 1}


def test_a_gap_ends_it_early():
    events = searched(KNAPSACK, gap=0.5)
    assert events[-1] == Done(0, "gap")
    assert "prove" not in {stage.name for stage in of_kind(events, Stage)}
    assert of_kind(events, Bound)[-1].units > of_kind(events, Answer)[-1].units


def test_the_same_events_again():
    first, second = searched(KNAPSACK, seed=3), searched(KNAPSACK, seed=3)
    assert list(map(repr, first)) == list(map(repr, second))


def test_the_fewest_are_waived():
    events = searched(LOCKED)
    assert events[-1] == Done(0, "impossible")
    last = of_kind(events, Answer)[-1]
    assert (last.base.tolist(), last.waived, last.units) == ([0, 1], 1, 2)
    assert of_kind(events, Stage)[-1].name == "waive"


def test_what_breaks_a_row_for_good_has_no_answer():
    events = searched(model([[1, 1]], 3, UNBOUNDED, 1))
    assert events[-1] == Done(0, "nothing")
    assert not of_kind(events, Answer)


def test_a_false_infeasible_is_looked_at_again(monkeypatch):
    """The exact solve says that nothing is possible; waiving nothing gives an answer."""
    exact = engines.exact

    def wrong(matrix, **given):
        return exact(matrix, **given) if (matrix.objective < 0).any() or asked else (None, True)

    asked = []
    waive = searching._Part.waive

    def noted(part):
        asked.append(part)
        return waive(part)

    monkeypatch.setattr(engines, "exact", wrong)
    monkeypatch.setattr(searching._Part, "waive", noted)
    events = searched(KNAPSACK)
    assert events[-1] == Done(0, "done")
    assert of_kind(events, Answer)[-1].units == 540_000
    assert of_kind(events, Answer)[-1].waived == 0


def test_a_second_solve_that_finds_nothing_keeps_the_first(monkeypatch):
    exact, calls = engines.exact, []

    def once(matrix, **given):
        calls.append(matrix)
        return exact(matrix, **given) if len(calls) == 1 else (None, True)

    monkeypatch.setattr(engines, "exact", once)
    events = searched(LOCKED)
    assert len(calls) == 2
    assert of_kind(events, Answer)[-1].waived == 1


def test_a_settled_model_needs_no_solver():
    events = searched(model([[1, 1]], 2, 2, [5, 6]))
    assert of_kind(events, Answer)[-1].units == 11
    assert events[-1] == Done(0, "done")


def test_without_a_relaxation_the_rest_goes_on(monkeypatch):
    monkeypatch.setattr(engines, "relax", lambda *given: None)
    monkeypatch.setattr(engines, "vertex", lambda *given: None)
    events = searched(KNAPSACK)
    assert of_kind(events, Answer)[-1].units == 540_000
    assert of_kind(events, Bound)[-1].units == 540_000
    assert [stage.name for stage in of_kind(events, Stage)] == [*("price", "exact", "cut", "prove")]


def test_the_proof_stops_after_its_work(monkeypatch):
    monkeypatch.setattr(searching, "MOST_NODES", 1)
    monkeypatch.setattr(searching, "CUTTINGS", 0)
    events = searched(PARITY)
    assert events[-1] == Done(0, "done")
    assert of_kind(events, Bound)[-1].units > of_kind(events, Answer)[-1].units


PARITY = model(
    [[2, 2, 2, 2, 2, 2, -2, -1]], 0, 0, [10_000, *[10_007] * 5, 0, -3], [*[1] * 6, 2, 1], whole=7
)
"""Two of six, by whole numbers that no relaxation sees."""


def test_branching_finds_what_the_exact_solve_missed(monkeypatch):
    """An exact solve that ends early leaves the answer to the tree."""
    monkeypatch.setattr(engines, "exact", lambda matrix, **given: (None, False))
    events = searched(KNAPSACK)
    assert of_kind(events, Answer)[-1].units == 540_000
    assert of_kind(events, Bound)[-1].units == 540_000


@pytest.mark.parametrize("seed", range(60))
def test_the_best_of_all_is_found_and_proven(seed):
    matrix = drawn_model(seed)
    answers = all_answers(matrix)
    events = searched(matrix)
    if not len(answers):
        assert events[-1] == Done(0, "nothing")
        return
    best = (answers @ matrix.objective).max()
    assert of_kind(events, Answer)[-1].units == best
    assert of_kind(events, Bound)[-1].units == best


# ---- the road of large models ----------------------------------------------------------------


def test_a_large_model_without_a_relaxation_keeps_its_first_answer(monkeypatch):
    monkeypatch.setattr(engines, "relax", lambda *given: None)
    with large_road():
        found = road(school(2))
    assert "open" not in found.stages
    assert {"plan", "improve", "exact", "prove"} < set(found.stages)
    assert found.value is not None


def test_a_large_model_is_not_solved_exactly(monkeypatch):
    def never(matrix, **given):
        raise AssertionError

    monkeypatch.setattr(Neighbourhoods, "solve", lambda *given, **more: False)
    monkeypatch.setattr(engines, "exact", never)
    with large_road():
        assert road(school(2)).value is not None


def test_a_model_between_small_and_large_takes_some_steps_and_is_solved(monkeypatch):
    steps = []

    def step(search):
        steps.append(search)
        return False

    monkeypatch.setattr(Neighbourhoods, "step", step)
    monkeypatch.setattr(searching, "SMALL", 0)
    found = road(school(5))
    assert len(steps) == searching.STEPS * found.stages.count("improve") > 0
    assert "exact" in found.stages
    assert found.value <= found.bound


def test_prices_are_made_tighter_once_where_neighbourhoods_are_in_vain(monkeypatch):
    tolerances, relaxed = [], relaxation.relaxed

    def noted(matrix, tolerance=1e-4, **given):
        tolerances.append(tolerance)
        return relaxed(matrix, tolerance, **given)

    monkeypatch.setattr(relaxation, "relaxed", noted)
    monkeypatch.setattr(Neighbourhoods, "solve", lambda *given, **more: False)
    with large_road():
        found = road(school(5))
    assert found.stages.count("improve") >= tolerances.count(searching.TIGHT) >= 1


def test_alternatives_are_bounded_by_whole_settings(monkeypatch):
    """Two of four sessions may open, each pair suits one person: any two leave somebody out."""
    monkeypatch.setattr(searching, "SMALL", 0)
    pairs = itertools.combinations(range(4), 2)
    matrix = alternatives([[60 * (session in pair) for session in range(4)] for pair in pairs])
    matrix.upper[-1] = 2
    nobody = np.repeat([0, 1, 0], [24, 6, 4])
    events = searched(matrix, starts=(nobody,))
    at = [isinstance(one, Stage) and one.name == "weigh" for one in events].index(True)
    before, after = (of_kind(part, Bound) for part in (events[:at], events[at:]))
    assert min(before).units > min(after).units == 300 * UNITS_PER_POINT
    assert max(answer.units for answer in of_kind(events, Answer)) == 300 * UNITS_PER_POINT


def test_sessions_stay_while_plans_are_chosen_where_dive_and_answer_agree(monkeypatch):
    """The first answer closes what it cannot fill; the dive may know better."""
    fixed, planned = [], searching._Part._planned

    def noted(part, v, start, switches):
        every = searching.opening.switches(part.matrix)
        agreed = every[start[every] == np.rint(v[every])]
        fixed.append((len(every) - len(agreed), switches.tolist() == agreed.tolist()))
        planned(part, v, start, switches)

    def dived(matrix, relaxed, proof, seed):
        switches = searching.opening.switches(matrix)
        relaxed.v[switches] = 1
        return Opened(matrix, relaxed)

    monkeypatch.setattr(searching._Part, "_planned", noted)
    monkeypatch.setattr(searching.opening, "chosen", dived)
    monkeypatch.setattr(Neighbourhoods, "stuck", True)
    with large_road():
        found = road(school(5))
    assert all(same for _, same in fixed)
    assert any(differ for differ, _ in fixed)
    assert found.value is not None


@pytest.fixture
def starts(monkeypatch):
    """What each relaxation starts from."""
    found, relaxed = [], relaxation.relaxed

    def noted(*given, **more):
        found.append(more.get("start"))
        return relaxed(*given, **more)

    monkeypatch.setattr(relaxation, "relaxed", noted)
    return found


def test_a_sketch_bounds_and_a_dear_model_is_relaxed_from_it(starts, monkeypatch):
    monkeypatch.setattr(relaxation, "DEAR", 0)
    monkeypatch.setattr(searching, "SKETCHED", 0)
    monkeypatch.setattr(Neighbourhoods, "stuck", True)
    with large_road():
        found = road(school(5))
    assert starts[0] is not None
    at = found.stages.index("sketch")
    assert found.stages[at + 1] == "price"
    assert found.value <= found.bound


def test_a_vertex_is_not_relaxed_again(starts, monkeypatch):
    """A closer relaxation is for models whose first one was not by the simplex method."""
    monkeypatch.setattr(searching, "ROUGH", 1.0)
    monkeypatch.setattr(searching.opening, "chosen", lambda *given: Opened(*given[:2]))
    monkeypatch.setattr(Neighbourhoods, "stuck", True)
    monkeypatch.setattr(searching, "SMALL", 0)
    found = road(school(5))
    assert found.stages.count("plan") > found.stages.count("open") > 0
    assert starts
    assert all(start is None for start in starts)


def test_a_large_model_stops_at_its_gap():
    with large_road():
        found = road(school(2), gap=0.9)
    assert set(found.ends) <= {"gap", "done"}
    assert "gap" in found.ends
    assert "prove" not in found.stages


def test_a_small_gap_is_relaxed_and_planned_again_first(monkeypatch):
    """The second plan comes before any neighbourhood is tried."""
    monkeypatch.setattr(searching, "ROUGH", 1.0)
    monkeypatch.setattr(Neighbourhoods, "stuck", True)
    with large_road():
        found = road(school(5))
    assert found.stages.count("plan") > found.stages.count("open") > 0


def test_a_tiny_gap_is_worth_a_brief_look_alone(monkeypatch):
    steps = []

    def step(search):
        steps.append(search)
        search.vain += 1
        return False

    monkeypatch.setattr(searching, "TINY", 1e9)
    monkeypatch.setattr(Neighbourhoods, "step", step)
    with large_road():
        found = road(school(5))
    assert len(steps) == searching.BRIEF * found.stages.count("improve") > 0
