"""The matrix of whole numbers: assembled, completed, and worth what the checker says."""

import itertools

import numpy as np
import pytest

from scheduler.models import Plan
from scheduler.models.points import units
from scheduler.rules.contract import UNBOUNDED
from scheduler.solver.matrix import SHARED, completed, rounded_up
from scheduler.verify import judge
from tests.rules.tiny_schools import school
from tests.rules.worlds import table, world
from tests.solving import base_of, model, scenario_matrix

CHOICES = table("person,choice,rank", "ada,x,1", "ada,y,2", "ben,x,1", "cy,y,1")


def test_value_and_rows_are_exact():
    matrix = model([[1, 2]], lower=1, upper=2, objective=[3, -5], cap=[1, 4])
    assert matrix.shape == (1, 2)
    assert matrix.value(np.array([1, 4])) == -17
    assert matrix.allows(np.array([0, 1]))
    for wrong in ([0, 0], [1, 1], [2, 0], [-1, 1], [0, 5]):
        assert not matrix.allows(np.array(wrong))


def test_a_row_is_personal_where_all_its_base_columns_are():
    a = [[1, 1, 0, -1], [1, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    matrix = model(a, 0, 1, 0, whole=3, owner=[7, 7, 8, SHARED])
    assert matrix.personal.tolist() == [7, SHARED, 8, SHARED]


def test_fixing_leaves_the_model_as_it_was():
    matrix = model([[1, 1]], 0, 1, 1)
    fixed = matrix.fixed(np.array([1]), np.array([1]))
    assert (fixed.floor.tolist(), fixed.cap.tolist()) == ([0, 1], [1, 1])
    assert (matrix.floor.tolist(), matrix.cap.tolist()) == ([0, 0], [1, 1])


def test_a_slack_takes_the_least_that_its_rows_demand():
    a = [[2, 3, 0], [2, -3, 0], [1, 0, -2], [1, 0, -2]]
    lower = [8, -UNBOUNDED, -UNBOUNDED, -UNBOUNDED]
    upper = [UNBOUNDED, -1, 0, -1]
    matrix = model(a, lower, upper, [0, -1, -1], cap=9, whole=1)
    assert completed(matrix, np.array([0])).tolist() == [0, 3, 1]
    assert completed(matrix, np.array([3])).tolist() == [3, 3, 2]


def test_segments_are_filled_from_the_steepest():
    a = [[5, 2, -1, -1, -1, 0, 0], [0, 1, 0, 0, 0, -1, -1]]
    cap = [1, 1, 3, 2, 9, 1, 1]
    matrix = model(a, 0, 0, [0, 0, 10, 20, 5, 7, 8], cap, whole=2)
    assert completed(matrix, np.array([1, 1])).tolist() == [1, 1, 3, 2, 2, 0, 1]
    assert completed(matrix, np.array([0, 0])).tolist() == [0] * 7
    assert rounded_up(matrix, np.array([0.9999, 1e-7, 9.0, 9.0, 9.0, 9.0, 9.0])).tolist() == [
        *(1, 0, 3, 2, 0, 0, 0)
    ]


def test_points_that_a_part_has_already_fill_the_first_segments():
    """What fixed columns earn stands on the row's sides, in models of a part of the columns."""
    matrix = model([[5, -1, -1]], -4, -4, [0, 20, 10], [1, 3, 9], whole=1)
    assert completed(matrix, np.array([0])).tolist() == [0, 3, 1]
    assert completed(matrix, np.array([1])).tolist() == [1, 3, 6]


@pytest.mark.parametrize("form", ["sum", "diminishing", "leximin"])
def test_a_plan_is_worth_in_the_matrix_what_the_checker_says(form):
    owed = table("person,owed", "ada,30", "gone,5")
    tried = world("fairness", {"form": form}, choices=CHOICES, ledger=owed)
    columns, matrix = scenario_matrix(tried.scenario)
    for sessions in itertools.product(("", "x", "y"), repeat=3):
        pairs = zip(("ada", "ben", "cy"), sessions, strict=True)
        lines = tuple((person, session) for person, session in pairs if session)
        plan = Plan(lines=lines, open=frozenset(session for _, session in lines))
        v = completed(matrix, base_of(columns, plan))
        assert matrix.allows(v)
        assert matrix.value(v) == units(judge(tried.scenario, plan).value)


def test_without_wishes_there_are_no_segments():
    columns, matrix = scenario_matrix(world("fairness").scenario)
    assert matrix.shape[1] == columns.count


@pytest.mark.parametrize("seed", range(60))
def test_drawn_plans_are_worth_in_the_matrix_what_the_checker_says(seed):
    drawn = school(f"matrix {seed}")
    columns, matrix = scenario_matrix(drawn.scenario)
    rng = np.random.default_rng(seed)
    for _ in range(12):
        plan = _drawn_plan(drawn, rng)
        v = completed(matrix, base_of(columns, plan))
        judged = judge(drawn.scenario, plan)
        assert matrix.allows(v) == (not judged.illegal)
        if not judged.illegal:
            assert matrix.value(v) == units(judged.value)
            assert len(set(matrix.breach[v > 0]) - {-1}) == len(judged.waived)


def _drawn_plan(drawn, rng):
    """Everyone somewhere or nowhere in each place, and those sessions open."""
    facts = drawn.facts
    lines = {}
    for person in facts.scenario.people:
        taken = set()
        for session in rng.permutation(list(facts.cycle.decided)).tolist():
            unit = facts.together(session)
            places = {facts.place(person.id, s) for s in unit}
            if rng.random() < 0.6 and not taken & places and facts.could_go(person.id, session):
                taken |= places
                lines |= dict.fromkeys((person.id, s) for s in unit)
    return Plan(lines=tuple(lines), open=frozenset(session for _, session in lines))
