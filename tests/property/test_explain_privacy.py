"""What an explanation may tell: over thousands of questions nobody learns of somebody else.

As for the report, every id, name and reason carries a canary of its own, so that whatever comes out
can be traced to the person it belongs to.
"""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from scheduler.cli.app import app
from scheduler.explain import (
    Case,
    Words,
    prices,
    sentences,
    shown,
    story,
    what_it_takes,
    why,
    why_not,
)
from scheduler.explain.conflict import diagnosed
from scheduler.explain.conflict import sentences as diagnosis_sentences
from scheduler.explain.difference import difference
from scheduler.explain.difference import sentences as difference_sentences
from scheduler.explain.treatment import sentences as treatment_sentences
from scheduler.explain.treatment import treated
from scheduler.models import Lock, Pair, Scenario, Solution
from scheduler.solver.clerk import Found, Known
from scheduler.writing import write_scenario, write_solution
from tests.property.test_report_privacy import CANARY, STUDENTS, Canaries, drawn, own, school
from tests.solving import Desks, solved_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scheduler.explain.typed import Answer
    from scheduler.rules.contract import Audience
    from scheduler.solver.clerk import Demand, Kept

SOLVED, DRAWN = (0,), range(1, 7)
"""Schools that are solved, and that have a drawn plan and no what-ifs: findings of every sort."""


class Nothing:
    """Finds nothing: quick answers, without what-ifs."""

    def keep(self, number: int, kept: Kept, seed: int = 0) -> Known:
        return Known(0, np.zeros(kept.matrix.shape[0]))

    def meet(self, number: int, demand: Demand) -> Found:
        return Found(None, 0, 0, settled=True)

    def close(self) -> None:
        pass


def askers(signs: Canaries, scenario: Scenario, person: str) -> set[str]:
    """Signs of those who asked for a person and let them know."""
    by = {p.by for p in scenario.pulls if p.person == person and p.share}
    by |= {n.by for n in scenario.needs if n.person == person and n.share}
    tags = {n.tag for n in scenario.needs if n.person == person and n.share}
    named = by | {tag.removeprefix("staff:") for tag in tags}
    return {sign for sign, of in signs.people.items() if of in named and sign in of}


def said(answers: list[Answer]) -> str:
    """Text and JSON of answers."""
    words = Words()
    lines = [line for one in answers for line in sentences(one, words)]
    return "\n".join([*lines, *(one.model_dump_json() for one in answers)])


def questions(
    case: Case, person: str, other: Solution, *, of_sessions: bool = True
) -> Iterator[tuple[str, str]]:
    """Everything that a student can ask about themselves, as text and JSON."""
    yield "why", said([shown(case, one) for one in why(case, person)])
    for session in case.facts.cycle.offered if of_sessions else ():
        yield "why not", said([shown(case, why_not(case, person, session))])
    treatment = treated(case.scenario, case.solution, reader=person)
    yield "fairness", "\n".join(treatment_sentences(treatment)) + treatment.model_dump_json()
    for known in (case.scenario, None):
        found = difference(case.solution, other, scenario=known, reader=person)
        text = "\n".join(difference_sentences(found, reader=person))
        yield "diff", text + found.model_dump_json()


def of_nobody(case: Case, other: Solution) -> Iterator[tuple[str, str]]:
    """Everything that a student can ask about no person at all."""
    for session in case.facts.cycle.decided:
        yield "story", said([shown(case, story(case, session))])
    yield "prices", said([shown(case, one) for one in prices(case, 4)])
    diagnosis = diagnosed(case.scenario, case.solution)
    yield "diagnose", "\n".join(diagnosis_sentences(diagnosis)) + diagnosis.model_dump_json()
    treatment = treated(case.scenario, case.solution)
    yield "fairness", "\n".join(treatment_sentences(treatment)) + treatment.model_dump_json()
    found = difference(case.solution, other, scenario=case.scenario)
    yield "diff", "\n".join(difference_sentences(found)) + found.model_dump_json()


@pytest.fixture(scope="module", params=[*SOLVED, *DRAWN])
def asked(request: pytest.FixtureRequest) -> tuple[Canaries, Case, Solution]:
    signs, scenario, plan = school(request.param)
    if request.param in SOLVED:
        return signs, Case(scenario, solved_here(scenario), answering=Desks()), plan
    other = drawn(random.Random(request.param), scenario)
    return signs, Case(scenario, plan, answering=Nothing()), other


def test_no_student_learns_of_anybody_else(asked: tuple[Canaries, Case, Solution]) -> None:
    signs, case, other = asked
    seen: set[str] = set()
    read = 0
    for person in (one.id for one in case.scenario.students):
        may = own(signs, person) | askers(signs, case.scenario, person)
        for name, text in questions(case, person, other):
            found = set(CANARY.findall(text))
            assert found <= may, (name, person)
            seen |= found
            read += 1
    assert read == STUDENTS * (1 + len(case.facts.cycle.offered) + 1 + 2)
    assert len(seen) > STUDENTS, "a test that sees no canary proves nothing"


def test_what_it_takes_names_nobody_else() -> None:
    """One wish of each student that did not come true, or a session that they are not in."""
    signs, scenario, _ = school(SOLVED[0])
    case = Case(scenario, solved_here(scenario), answering=Desks())
    draw, told = random.Random(1), 0
    for person in (one.id for one in scenario.students):
        elsewhere = [s for s in case.facts.cycle.decided if (person, s) not in case.lines]
        wished = [s for s in elsewhere if (person, s) in case.facts.choices]
        found = what_it_takes(case, person, draw.choice(wished or elsewhere))
        text = said([shown(case, found)])
        assert set(CANARY.findall(text)) <= own(signs, person) | askers(signs, scenario, person)
        told += len(found.ways)
    assert told > len(scenario.students) // 2


def test_what_is_of_nobody_names_nobody(asked: tuple[Canaries, Case, Solution]) -> None:
    _, case, other = asked
    names = []
    for name, text in of_nobody(case, other):
        assert not CANARY.findall(text), name
        names.append(name)
    assert {"story", "prices", "diagnose", "fairness", "diff"} == set(names)


def test_a_student_learns_no_reason_of_their_own_that_is_not_shared(
    asked: tuple[Canaries, Case, Solution],
) -> None:
    _, case, other = asked
    pulled = {pull.person for pull in case.scenario.pulls if pull.share}
    shared = {need.person for need in case.scenario.needs if need.share}
    for person in (one.id for one in case.scenario.students):
        for name, text in questions(case, person, other, of_sessions=False):
            assert person in pulled or not re.search(r'"reason\w*":"pull"', text), (name, person)
            assert person in shared or not re.search(r'"reason\w*":"need"', text), (name, person)


@pytest.mark.parametrize("audience", ["coordinator", "admin"])
def test_others_are_told_as_much_as_they_may_know(
    asked: tuple[Canaries, Case, Solution], audience: Audience
) -> None:
    signs, case, other = asked
    every = [one for person in case.facts.cycle.people for one in _why(case, person)]
    text = [said([shown(case, one, audience) for one in every])]
    found = difference(case.solution, other, audience, scenario=case.scenario)
    text.append(found.model_dump_json())
    text.append(treated(case.scenario, case.solution, audience).model_dump_json())
    read = set(CANARY.findall("".join(text)))
    assert read & set(signs.people) and read & signs.pulls
    assert bool(read & set(signs.needs)) == (audience == "admin")


def _why(case: Case, person: str) -> tuple[Answer, ...]:
    lines = [line for line in case.solution.assignments if line.person == person]
    return why(case, person) if lines else ()


def test_why_it_is_impossible_names_nobody() -> None:
    _, scenario, _ = school(0)
    a, b = (one.id for one in scenario.students[:2])
    locks = tuple(Lock(person=one, session="art-Mon", state="in") for one in (a, b))
    pair = Pair(a=a, b=b, relation="apart", hard=True)
    held = scenario.model_copy(update={"locks": locks, "pairs": (pair,)})
    found = diagnosed(held)
    assert found.status == "impossible"
    assert not CANARY.findall(found.model_dump_json() + "".join(diagnosis_sentences(found)))
    told = diagnosed(held, audience="coordinator")
    assert a in told.model_dump_json()


def test_the_commands_name_nobody_else(tmp_path: Path) -> None:
    signs, scenario, before = school(0)
    solution = solved_here(scenario)
    write_scenario(scenario, tmp_path / "school")
    write_solution(solution, tmp_path / "out")
    write_solution(before, tmp_path / "before")
    here, out = str(tmp_path / "school"), str(tmp_path / "out")
    person = scenario.students[3].id
    leader = scenario.staff[0].id
    given = [
        ["explain", here, out, "--person", person],
        ["explain", here, out, "--person", person, "--session", "art-Mon"],
        ["explain", here, out, "--person", person, "--session", "art-Mon", "--take"],
        ["explain", here, out, "--session", "chess-Tue"],
        ["explain", here, out, "--fairness", "--person", person],
        ["diagnose", here],
        ["diagnose", here, out],
        ["diff", str(tmp_path / "before"), out, "-s", here],
        ["diff", str(tmp_path / "before"), out, "--person", person],
        ["repair", here, out, "--away", leader, "-o", str(tmp_path / "new"), "--no-curve"],
    ]
    may = own(signs, person) | askers(signs, scenario, person)
    for words in given:
        for more in ([], ["--json"]):
            found = CliRunner().invoke(app, [*words, *more])
            assert found.exit_code in (0, 1), found.output
            assert found.stdout
            told = set(CANARY.findall(found.stdout + found.stderr))
            assert told <= (may if "--person" in words else set()), words
            assert not more or json.loads(found.stdout) is not None
