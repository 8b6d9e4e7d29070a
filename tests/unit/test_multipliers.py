"""Multipliers beside the certificate: written, read, used where they fit, harmless where not."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from scheduler.explain import Case, why_not
from scheduler.explain.altered import with_lock
from scheduler.generate import PRESETS, Sizes, generate
from scheduler.models import Multipliers, Scenario, Solution
from scheduler.reading import read, read_solution
from scheduler.solver import certify, elastic, model
from scheduler.solver.model import fingerprint, modelled
from scheduler.verify import verify
from scheduler.writing import solution_files, write_solution
from tests.schools import TINY, put
from tests.solving import Desks, solved_here

FILE = "multipliers.json"
SIZES = PRESETS["week-300"].model_copy(update={"students": 20, "sessions_per_block": 8})


@pytest.fixture(scope="module")
def school() -> Scenario:
    return generate(SIZES, 3)


@pytest.fixture(scope="module")
def solution(school: Scenario) -> Solution:
    return solved_here(school)


def test_a_solve_keeps_multipliers_that_show_a_bound(school: Scenario, solution: Solution) -> None:
    known = solution.multipliers
    assert known is not None and list(known.row) == sorted(set(known.row))
    prices = Case(school, solution, answering=Desks()).prices
    assert prices is not None
    strict = elastic.strict(modelled(school).matrix)
    shown = certify.bound(strict, prices)
    assert shown < certify.bound(strict, np.zeros(len(prices)))
    assert shown >= solution.certificate.bound * 10_000


def test_they_are_written_and_read_and_the_same_again(tmp_path, school, solution) -> None:
    write_solution(solution, tmp_path)
    assert read_solution(tmp_path) == solution
    assert solution_files(solved_here(school))[FILE] == solution_files(solution)[FILE]
    assert list(solution_files(solution))[-1] == "certificate.json"
    bare = solution.model_copy(update={"multipliers": None})
    write_solution(bare, tmp_path)
    assert not (tmp_path / FILE).exists()
    assert read_solution(tmp_path) == bare


def test_they_name_nobody_and_are_no_part_of_what_is_shown(school, solution) -> None:
    text = solution_files(solution)[FILE].decode()
    assert not [p.id for p in school.people if f'"{p.id}"' in text]
    assert "multipliers" not in solution.model_dump()
    assert "multipliers" not in repr(solution)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"format": 2}',
        b'{"scenario_hash": "x", "model": "y", "row": [-1], "multiplier": [1]}',
        b'{"scenario_hash": "x", "model": "y", "row": [1], "multiplier": [99999999999999999999]}',
    ],
)
def test_a_file_that_is_wrong_is_as_good_as_none(tmp_path, school, solution, data) -> None:
    folder = put(tmp_path, solution_files(solution) | {FILE: data})
    found = read_solution(folder)
    assert found.multipliers is None
    assert not verify(school, found)


def wrong(solution: Solution, **changes: object) -> Solution:
    assert solution.multipliers is not None
    known = solution.multipliers.model_copy(update=changes)
    return solution.model_copy(update={"multipliers": known})


def test_those_of_something_else_are_not_used(school: Scenario, solution: Solution) -> None:
    for changes in (
        {"scenario_hash": "other"},
        {"model": "other"},
        {"row": (10**9,), "multiplier": (1,)},
        {"row": (1, 2)},
    ):
        assert Case(school, wrong(solution, **changes)).prices is None
    assert Case(school, solution.model_copy(update={"multipliers": None})).prices is None
    assert Case(school, solution).prices is not None


def test_an_answer_is_the_same_with_and_without_and_with_foolish_ones(school, solution) -> None:
    known = solution.multipliers
    foolish = wrong(solution, multiplier=tuple(-7 * m for m in known.multiplier))
    without = solution.model_copy(update={"multipliers": None})
    cases = [Case(school, one, answering=Desks()) for one in (solution, without, foolish)]
    asked = 0
    for student in school.students[:6]:
        for session in list(cases[0].facts.cycle.decided)[::9]:
            found = [why_not(case, student.id, session).what_if for case in cases]
            if found[0] is None:
                continue
            assert all(one.settled for one in found)
            assert len({one.after for one in found}) == 1
            asked += 1
    assert asked > 3


def test_levels_and_what_is_impossible_keep_none() -> None:
    scenario = read(TINY)
    rules = scenario.scenario.rules | {"fairness": {"form": "leximin"}}
    settings = scenario.scenario.model_copy(update={"rules": rules})
    scenario = scenario.model_copy(update={"scenario": settings})
    assert solved_here(scenario).multipliers is None


def test_fingerprints_tell_models_apart(school: Scenario) -> None:
    matrix = modelled(school).matrix
    assert fingerprint(matrix) == fingerprint(modelled(school).matrix)
    assert fingerprint(matrix) != fingerprint(modelled(read(TINY)).matrix)
    known = Multipliers(scenario_hash="x", model=fingerprint(matrix), row=(), multiplier=())
    assert known.format == 1


# ---- rows of a changed scenario, and the crowd ---------------------------------------------------

CROWD = Sizes(
    students=30,
    staff=12,
    advisory_groups=2,
    cops=2,
    pairs=2,
    knows=3,
    helpers=0.0,
    flex_blocks=3,
    sessions_per_block=9,
    choices=3,
    min_size=2,
    seat_ratio=1.5,
    needs=0.1,
    form="sum",
)


def bound(case: Case, scenario: Scenario) -> int:
    """What the case's prices show of another scenario."""
    made = modelled(scenario)
    return certify.bound(elastic.strict(made.matrix), case._translated(made))


@pytest.mark.parametrize("crowded", [50_000, 0])
def test_rows_to_which_somebody_comes_keep_their_prices(crowded: int) -> None:
    with patch.object(model, "CROWDED", crowded):
        scenario = generate(CROWD, 2)
        case = Case(scenario, solved_here(scenario), answering=Desks())
        same = bound(case, scenario)
        sessions = list(case.facts.cycle.decided)
        for number, student in enumerate(scenario.students[:5]):
            session = sessions[5 * number]
            if not case.facts.may_go(student.id, session):
                continue
            locked = bound(case, with_lock(scenario, student.id, session))
            assert locked <= same + 200 * 10_000, (student.id, session)


def test_a_seat_that_nobody_wished_is_answered_in_the_kept_model() -> None:
    with patch.object(model, "CROWDED", 0):
        scenario = generate(CROWD, 1)
        case = Case(scenario, solved_here(scenario), answering=Desks())
        assert case.model.fold is not None
        asked = 0
        for student in scenario.students:
            for session in list(case.facts.cycle.decided)[::4]:
                seat = case.model.seat(student.id, session)
                if len(seat) != 2 or (student.id, session) in case.lines or asked == 8:
                    continue
                asked += 1
                with patch.object(Case, "changed", side_effect=AssertionError):
                    found = case._seated(student.id, session, seat)
                if found is None:
                    continue
                assert (student.id, session) in found.plan.lines
                with patch.object(model, "CROWDED", 10**9):
                    full = solved_here(with_lock(scenario, student.id, session))
                assert found.weighed.value <= full.certificate.value
                if found.bound is not None:
                    assert found.bound >= full.certificate.value
        assert asked == 8


def test_somebody_with_a_wish_there_is_none_of_the_crowd() -> None:
    with patch.object(model, "CROWDED", 0):
        scenario = generate(CROWD, 1)
        made = modelled(scenario)
        person, session = sorted(Case(scenario, solved_here(scenario)).facts.choices)[0]
        assert len(made.seat(person, session)) == 0
        assert len(made.seat("nobody", session)) == 0
