"""Why and why not: what-ifs are exactly what a full solve says, and students learn no more."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from scheduler.cli.app import app
from scheduler.explain import (
    Case,
    Unanswerable,
    Words,
    adopted,
    sentences,
    shown,
    story,
    what_it_takes,
    why,
    why_not,
)
from scheduler.explain.typed import WhatIf
from scheduler.explain.unplaced import stranded
from scheduler.generate import PRESETS, generate
from scheduler.masking import FEW
from scheduler.models import Away, Lock, Plan, Scenario, Solution
from scheduler.reading import read
from scheduler.rules import catalogue
from scheduler.verify import judge
from scheduler.writing import write_scenario, write_solution
from tests.rules.worlds import SESSIONS, TEACHERS, table, world
from tests.schools import TINY
from tests.solving import Desks, solved_here

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.rules.contract import Audience


SIZES = PRESETS["week-300"].model_copy(update={"students": 24})


def small(seed: int) -> Scenario:
    """A week of a few students, drawn."""
    return generate(SIZES, seed)


def locked(scenario: Scenario, person: str, session: str) -> Scenario:
    lock = Lock(person=person, session=session, state="in")
    return scenario.model_copy(update={"locks": (*scenario.locks, lock)})


@pytest.fixture(scope="module", params=["tiny", 1, 2])
def case(request: pytest.FixtureRequest) -> Case:
    scenario = read(TINY) if request.param == "tiny" else small(request.param)
    return Case(scenario, solved_here(scenario), answering=Desks())


def pairs(case: Case, number: int) -> list[tuple[str, str]]:
    people = [person.id for person in case.scenario.people]
    every = [(p, s) for p in people for s in case.facts.cycle.decided]
    return random.Random(0).sample(every, min(number, len(every)))


def test_a_what_if_costs_exactly_what_a_full_solve_with_the_lock_does(case: Case) -> None:
    asked = 0
    for person, session in pairs(case, 25):
        found = why_not(case, person, session).what_if
        if found is None or not found.possible or asked == 6:
            continue
        asked += 1
        full = solved_here(locked(case.scenario, person, session))
        assert found.settled
        assert found.before == case.solution.certificate.value
        assert found.after == full.certificate.value, (person, session)
        assert (found.bound, found.gap) == (found.after, 0)
        if found.cost is not None and found.cost > 0:
            assert "there is no cheaper way" in sentences(found, Words())[0]
    assert asked


def test_a_settled_what_if_is_exact_whatever_is_known_of_the_answer() -> None:
    """A bound of the answer that is far off, or none at all, says nothing against it."""
    scenario = read(TINY)
    solution = solved_here(scenario)
    for bound in (solution.certificate.value + 840, None):
        certificate = solution.certificate.model_copy(update={"bound": bound})
        given = solution.model_copy(update={"certificate": certificate})
        case = Case(scenario, given, answering=Desks())
        found = why_not(case, "s2", "robotics-mon").what_if
        assert found is not None and found.settled
        assert (found.before, found.after, found.bound, found.gap) == (390, 250, 250, 0)


@pytest.mark.parametrize(
    ("bound", "said"),
    [(Decimal(250), "there is no cheaper way"), (Decimal(300), "at least 90 points"), (None, "")],
)
def test_a_what_if_is_called_exact_only_where_its_bound_says_so(
    bound: Decimal | None, said: str
) -> None:
    """Not where only its own part of the school was decided, and another may do better."""
    common = {"person": "p", "session": "s", "possible": True, "settled": True}
    values = {"before": Decimal(390), "after": Decimal(250), "cost": Decimal(140), "bound": bound}
    text = sentences(WhatIf.model_validate(common | values), Words())[0]
    assert said in text and ("way" in text) == (bound is not None)


@pytest.mark.parametrize("audience", ["student", "staff", "coordinator", "admin"])
def test_coordinators_are_told_which_rules_a_what_if_costs(case: Case, audience: Audience) -> None:
    full = audience in ("coordinator", "admin")
    lines = 0
    for person, session in pairs(case, 12):
        found = why_not(case, person, session).what_if
        if found is None or not found.per_rule or found.cost is None:
            continue
        assert sum(found.per_rule.values()) == -found.cost
        said = "\n".join(sentences(shown(case, found, audience), Words()))
        assert ("  by rule: " in said) == full
        lines += all(f"{rule} " in said for rule in found.per_rule)
    assert bool(lines) == full


def test_moves_lead_from_the_solution_to_the_plan_found(case: Case) -> None:
    for person, session in pairs(case, 12):
        found = why_not(case, person, session).what_if
        if found is None or not found.possible:
            continue
        plan = case.found[person, session].plan
        assert (person, session) in plan.lines
        assert not judge(locked(case.scenario, person, session), plan).illegal
        assert {m.person for m in found.moves} == {p for p, _ in {*plan.lines} ^ {*case.plan.lines}}


def test_everybody_who_has_a_line_has_a_reason(case: Case) -> None:
    for person in case.scenario.people:
        lines = [a for a in case.solution.assignments if a.person == person.id]
        if lines:
            assert [one.session for one in why(case, person.id)] == [a.session for a in lines]


def test_every_answer_has_words_for_every_audience(case: Case) -> None:
    audiences: tuple[Audience, ...] = ("student", "staff", "coordinator", "admin")
    for person, session in pairs(case, 12):
        answer = why_not(case, person, session)
        for audience in audiences:
            said = sentences(shown(case, answer, audience), Words())
            assert said and all(said)


@pytest.fixture(scope="module")
def absent() -> Case:
    """The tiny school on a day when t1, whose session s6 is locked into, is away."""
    school = read(TINY)
    away = (Away(person="t1", block="Mon.flex"),)
    scenario = school.model_copy(update={"away": away})
    return Case(scenario, solved_here(scenario), answering=Desks())


@pytest.mark.parametrize("person", ["s2", "s3", "s6"])
def test_a_session_without_its_leader_says_so(absent: Case, person: str) -> None:
    """Not the visits, the need or the lock that the absence makes pointless."""
    found = why_not(absent, person, "algebra-mon")
    assert (found.obstacle, found.what_if) == ("leaderless", None)
    said = sentences(shown(absent, found), Words())
    assert said == ["algebra-mon is closed: all who lead it are away."]
    take = what_it_takes(absent, person, "algebra-mon")
    assert [way.kind for way in take.ways] == ["lead"]
    assert take.ways[0].rows[0].after["leaders"] == []


def test_the_story_of_a_session_without_its_leader_says_so(absent: Case) -> None:
    found = story(absent, "algebra-mon")
    assert found.leaderless and found.opening is None
    assert sentences(found, Words())[0] == "algebra-mon is closed: all who lead it are away."
    assert not story(absent, "study-wed").leaderless


def test_nobody_is_called_placed_elsewhere_where_the_leader_is_away() -> None:
    sessions = table(SESSIONS, "x,X,Mon.flex,,tom", "y,Y,Mon.flex,,")
    away = table("person,block", "tom,Mon.flex")
    scenario = world("choices", sessions=sessions, staff=TEACHERS, away=away).scenario
    lost = stranded(catalogue.facts(scenario), Plan(lines=(), open=frozenset()))
    assert {(one.leaderless, one.closed) for one in lost} == {(("x",), ("y",))}


def test_who_leads_a_session_leads_it(case: Case) -> None:
    """Whether or not they have anything to attend then."""
    for session, offered in case.facts.cycle.decided.items():
        for leader in case.facts.cycle.present_leaders(offered):
            assert why_not(case, leader, session).obstacle == "leads"


def test_strangers_are_refused(case: Case) -> None:
    with pytest.raises(Unanswerable):
        why(case, "nobody")
    with pytest.raises(Unanswerable):
        why_not(case, "nobody", "nothing")


def canaries(scenario: Scenario) -> Scenario:
    """The same school, in which every name and reason can be told apart."""
    students = [s.model_copy(update={"name": f"NAME-{s.id}-END"}) for s in scenario.students]
    needs = [
        n.model_copy(update={"reason": f"NEED-{n.person}-END", "share": False})
        for n in scenario.needs
    ]
    pulls = [p.model_copy(update={"reason": f"PULL-{p.person}-END"}) for p in scenario.pulls]
    return scenario.model_copy(
        update={"students": tuple(students), "needs": tuple(needs), "pulls": tuple(pulls)}
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_no_student_learns_of_another(seed: int) -> None:
    scenario = canaries(small(seed))
    case = Case(scenario, solved_here(scenario), answering=Desks())
    ids = [student.id for student in scenario.students]
    for person, session in pairs(case, 120):
        if person not in ids:
            continue
        answers = [shown(case, one) for one in (*why(case, person), why_not(case, person, session))]
        said = "\n".join(line for one in answers for line in sentences(one, Words()))
        told = said + "".join(one.model_dump_json() for one in answers)
        own = told.replace(person, "")
        assert not [other for other in ids if other != person and f'"{other}"' in own]
        assert not [other for other in ids if other != person and f"{other} " in own]
        assert "NEED-" not in told and "PULL-" not in told and "NAME-" not in told


def test_small_counts_are_not_told_to_students(case: Case) -> None:
    for person, session in pairs(case, 12):
        answer = shown(case, why_not(case, person, session))
        for count in _counts(answer.model_dump()):
            assert count["number"] is None or count["number"] >= FEW


def _counts(value: object) -> list[dict[str, int | None]]:
    if isinstance(value, dict):
        if set(value) == {"number", "below"}:
            return [value]
        return [one for inner in value.values() for one in _counts(inner)]
    if isinstance(value, list | tuple):
        return [one for inner in value for one in _counts(inner)]
    return []


def test_an_improvement_is_found_and_adopted_only_if_it_is_one() -> None:
    scenario = small(1)
    best = solved_here(scenario)
    worse = _worsened(scenario, best)
    case = Case(scenario, worse, answering=Desks())
    better = []
    for person, session in sorted(set(best.plan.lines) - set(worse.plan.lines)):
        found = why_not(case, person, session)
        assert found.what_if is not None and found.what_if.cost is not None
        if found.what_if.cost < 0:
            better.append(adopted(case, found))
    assert better and all(
        one is not None and one.certificate.value > worse.certificate.value for one in better
    )


def _worsened(scenario: Scenario, best: Solution) -> Solution:
    """A legal solution that is worth less: everybody's best choices are banned for the search."""
    bans = tuple(
        Lock(person=a.person, session=a.session, state="out")
        for a in best.assignments
        if a.session and a.rank in (1, 2)
    )
    other = solved_here(scenario.model_copy(update={"locks": (*scenario.locks, *bans)}))
    judged = judge(scenario, other.plan)
    assert judged.value < best.certificate.value
    certificate = best.certificate.model_copy(update={"value": judged.value})
    return best.model_copy(
        update={
            "assignments": judged.assignments,
            "sessions": judged.sessions,
            "findings": judged.findings,
            "certificate": certificate,
        }
    )


def test_the_command_explains_in_words_and_json(tmp_path: Path) -> None:
    scenario = read(TINY)
    solution = solved_here(scenario)
    write_scenario(scenario, tmp_path / "in")
    write_solution(solution, tmp_path / "out")
    line = solution.assignments[0]
    run = CliRunner()
    base = ["explain", str(tmp_path / "in"), str(tmp_path / "out"), "--person", line.person]
    said = run.invoke(app, base)
    assert said.exit_code == 0 and line.person in said.stdout
    told = run.invoke(app, [*base, "--json"])
    assert json.loads(told.stdout)[0]["person"] == line.person
    other = next(s for s in scenario.sessions if s.id != line.session)
    asked = run.invoke(app, [*base, "--session", other.id, "--audience", "coordinator"])
    assert asked.exit_code == 0 and other.id in asked.stdout
    assert run.invoke(app, [*base, "--session", "nothing"]).exit_code == 2
    assert run.invoke(app, base[:3]).exit_code == 2
