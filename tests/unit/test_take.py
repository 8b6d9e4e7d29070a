"""What it would take: every change told is data, and is worth what it says when solved afresh."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from scheduler.cli.app import app
from scheduler.explain import (
    Case,
    Unanswerable,
    Words,
    sentences,
    shown,
    what_it_takes,
    why,
    why_not,
)
from scheduler.explain.altered import applied, rows_changed, smaller, twice, with_lock
from scheduler.explain.take import KINDS
from scheduler.explain.typed import Take
from scheduler.reading import read
from scheduler.verify import judge
from scheduler.writing import scenario_zip, write_scenario, write_solution
from tests.schools import TINY
from tests.solving import Desks, solved_here

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.explain.typed import Answer, WayIn
    from scheduler.models import Scenario

BELLS = [
    {"calendar": "a", "day": day, "block": "flex", "kind": "flex", "start": "9:00", "end": "10:00"}
    for day in ("Mon", "Tue")
]
SCHOOL = {
    "scenario": {"name": "Six", "rules": {"fairness": {"form": "sum"}}},
    "bells": BELLS,
    "students": [{"id": p, "grade": "9"} for p in ("ada", "ben", "cal", "dan", "eve", "fay")],
    "staff": [{"id": "ms-k"}, {"id": "mr-z"}],
    "rooms": [{"id": "r1", "seats": 1}, {"id": "r2", "seats": 2}, {"id": "r3", "seats": 8}],
    "activities": [
        {"id": "robots", "kind": "flex", "max_size": 1},
        {"id": "math", "kind": "flex", "tags": ["math"], "max_size": 2},
        {"id": "chess", "kind": "flex"},
        {"id": "drama", "kind": "flex", "min_size": 3},
        {"id": "clay", "kind": "flex", "tags": ["art"], "max_size": 1},
        {"id": "yoga", "kind": "flex"},
        {"id": "study", "kind": "flex", "fallback": True},
    ],
    "sessions": [
        {"id": "robots-mon", "activity": "robots", "block": "Mon.flex", "room": "r1"},
        {"id": "math-mon", "activity": "math", "block": "Mon.flex", "room": "r2"},
        {"id": "math-tue", "activity": "math", "block": "Tue.flex"},
        {"id": "chess-mon", "activity": "chess", "block": "Mon.flex", "leaders": ["ms-k"]},
        {"id": "chess-tue", "activity": "chess", "block": "Tue.flex"},
        {"id": "drama-mon", "activity": "drama", "block": "Mon.flex"},
        {"id": "clay-tue", "activity": "clay", "block": "Tue.flex"},
        {"id": "yoga-mon", "activity": "yoga", "block": "Mon.flex", "leaders": ["mr-z"]},
        {"id": "study-mon", "activity": "study", "block": "Mon.flex"},
        {"id": "study-tue", "activity": "study", "block": "Tue.flex"},
    ],
    "choices": [
        {"person": "ada", "choice": "drama", "rank": 1},
        {"person": "ben", "choice": "chess-mon", "rank": 1},
        {"person": "ben", "choice": "robots", "rank": 2},
        {"person": "cal", "choice": "robots", "rank": 1},
        {"person": "dan", "choice": "robots", "rank": 1},
        {"person": "dan", "choice": "clay", "rank": 2},
        {"person": "eve", "choice": "math-mon", "rank": 1},
        {"person": "eve", "choice": "clay", "rank": 2},
        {"person": "fay", "choice": "math-mon", "rank": 1},
    ],
    "locks": [
        {"person": "ada", "session": "robots-mon", "state": "in"},
        {"person": "eve", "session": "chess-mon", "state": "in"},
        {"person": "fay", "session": "chess-tue", "state": "out"},
    ],
    "needs": [
        {"person": "cal", "tag": "math", "by": "ms-k", "reason": "NEED-cal", "priority": "high"},
        {"person": "fay", "tag": "art", "by": "ms-k", "reason": "NEED-fay", "priority": "critical"},
    ],
    "pulls": [
        {"person": "ben", "target": "math", "by": "ms-k", "tier": "priority", "reason": "PULL-ben"},
        {
            "person": "dan",
            "target": "clay-tue",
            "by": "ms-k",
            "tier": "request",
            "reason": "PULL-",
        },
    ],
    "away": [{"person": p, "block": "Mon.flex"} for p in ("dan", "mr-z")],
}


@pytest.fixture(scope="module")
def case() -> Case:
    scenario = read(SCHOOL)
    return Case(scenario, solved_here(scenario), answering=Desks())


@pytest.fixture(scope="module")
def told(case: Case) -> list[Take]:
    people = [person.id for person in case.scenario.people]
    return [
        what_it_takes(case, person, session)
        for person in people
        for session in case.facts.cycle.decided
    ]


def ways(told: list[Take]) -> list[tuple[Take, WayIn]]:
    return [(take, way) for take in told for way in take.ways]


def wish(scenario: Scenario, take: Take, way: WayIn) -> Scenario:
    return with_lock(applied(scenario, way.rows), take.person, way.session)


def test_each_kind_of_change_is_found_somewhere(told: list[Take]) -> None:
    assert {way.kind for _, way in ways(told)} == set(KINDS)


def test_solved_afresh_each_change_is_worth_what_was_stated(case: Case, told: list[Take]) -> None:
    for take, way in ways(told):
        changed = read(scenario_zip(wish(case.scenario, take, way)))
        found = solved_here(changed).certificate
        assert take.before == case.solution.certificate.value
        assert way.cost == take.before - way.after
        assert found.value >= take.before - way.cost, (take.person, take.session, way.kind)
        if way.settled:
            assert found.value == way.after, (take.person, take.session, way.kind)


def test_a_change_said_to_suffice_alone_does(case: Case, told: list[Take]) -> None:
    for take, way in ways(told):
        changed = applied(case.scenario, way.rows)
        best = solved_here(changed).certificate.value
        if way.alone is not None:
            assert way.alone == (way.after >= best), (take.person, take.session, way.kind)


def test_the_cheapest_comes_first_and_spares_something(told: list[Take]) -> None:
    for take in told:
        costs = [way.cost for way in take.ways]
        assert costs == sorted(costs)
        fixed = [way.cost for way in take.ways if way.kind == "fix"]
        for way in take.ways:
            if fixed and way.kind in ("seat", "release", "parallel", "unlock"):
                assert way.cost < fixed[0]
            assert way.kind != "give-up" or way.alone


def test_what_stands_against_a_wish_decides_what_is_tried(told: list[Take]) -> None:
    def kinds(person: str, session: str) -> set[str]:
        (take,) = [t for t in told if (t.person, t.session) == (person, session)]
        return {way.kind for way in take.ways}

    assert kinds("cal", "robots-mon") == {"seat", "release", "parallel"}
    assert kinds("eve", "robots-mon") == set()
    assert kinds("eve", "math-mon") == {"unlock", "move"}
    assert kinds("dan", "chess-mon") == {"attend"}
    assert kinds("ms-k", "chess-mon") == kinds("ada", "robots-mon") == set()
    assert kinds("fay", "chess-tue") == {"unlock"}
    assert kinds("fay", "yoga-mon") == {"lead"}
    assert "open" in kinds("ada", "drama-mon") | kinds("ben", "drama-mon")


def test_who_leads_a_session_is_told_so(case: Case, told: list[Take]) -> None:
    """Also where they have no lesson of their own then."""
    (take,) = [t for t in told if (t.person, t.session) == ("ms-k", "chess-mon")]
    assert why_not(case, "ms-k", "chess-mon").obstacle == take.obstacle == "leads"
    assert sentences(take, Words()) == ["ms-k leads chess-mon."]


def test_rows_changed_lead_from_one_scenario_to_the_other(case: Case) -> None:
    scenario = case.scenario
    second, name = twice(case.facts, "robots-mon")
    assert name == "robots-mon-2" and second.sessions[-1].room == "r3"
    for other in (
        second,
        smaller(scenario, "drama-mon", 1),
        with_lock(scenario, "eve", "math-mon"),
    ):
        assert applied(scenario, rows_changed(scenario, other)) == other
    assert rows_changed(scenario, scenario) == ()
    without = scenario.model_copy(update={"needs": scenario.needs[1:]})
    (gone,) = rows_changed(scenario, without)
    assert (gone.table, gone.before["person"], gone.after) == ("needs", "cal", {})
    assert applied(scenario, [gone]) == without


def test_nobody_and_nothing_are_refused(case: Case) -> None:
    with pytest.raises(Unanswerable):
        what_it_takes(case, "nobody", "robots-mon")
    with pytest.raises(Unanswerable):
        what_it_takes(case, "ben", "nothing")


def test_every_way_has_words_and_students_hear_of_nobody_else(case: Case, told: list[Take]) -> None:
    people = [person.id for person in case.scenario.people]
    for take in told:
        for audience in ("student", "staff", "coordinator", "admin"):
            answer = shown(case, take, audience)  # type: ignore[arg-type]
            said = sentences(answer, Words())
            assert len(said) == 1 + len(answer.ways) and all(said)
            text = "\n".join(said) + answer.model_dump_json()
            assert ("NEED-" in text) <= (audience == "admin")
            if audience == "student":
                assert "PULL-" not in text
                others = [p for p in people if p not in (take.person, "ms-k")]
                assert not [p for p in others if f'"{p}"' in text or f"{p} " in text]
    admin = "".join(take.model_dump_json() for take in told)
    assert "NEED-cal" in admin and '"ada"' in admin


def test_a_student_is_told_who_asked_only_where_that_is_shared(case: Case) -> None:
    shared = what_it_takes(case, "ben", "robots-mon")
    hidden = what_it_takes(case, "cal", "robots-mon")
    for take, told in ((shared, True), (hidden, False)):
        for way in shown(case, take).ways:
            assert way.rows == () and way.subjects == () and way.hold == ""
            if way.kind == "move":
                assert bool(way.to) == bool(way.askers) == told


def test_a_student_is_told_of_no_lock(case: Case, told: list[Take]) -> None:
    """Nor in the words: school decided so, as for needs and pulls that are not shared."""
    answers: list[Answer] = [shown(case, take) for take in told]
    for person in ("ada", "eve", "fay"):
        answers += [shown(case, one) for one in why(case, person)]
        answers += [shown(case, why_not(case, person, s)) for s in case.facts.cycle.decided]
    for answer in answers:
        text = "\n".join(sentences(answer, Words())) + answer.model_dump_json()
        assert not re.findall(r"(?<!b)lock\b", text), text
    said = {way.kind for take in answers if isinstance(take, Take) for way in take.ways}
    assert "school" in said and "unlock" not in said


def test_what_stands_behind_a_hidden_lock_is_said_truly(case: Case) -> None:
    """Eve is locked in at that time; Fay is kept out, and is where she is by no lock."""
    eve, fay = (
        shown(case, why_not(case, *one)) for one in (("eve", "math-mon"), ("fay", "chess-tue"))
    )
    assert sentences(eve, Words()) == ["eve is in chess-mon then: placed by school."]
    assert sentences(fay, Words()) == ["School decided otherwise for fay."]
    assert (eve.instead, fay.instead) == ("chess-mon", "")


def test_a_coordinator_can_make_the_change_without_its_reason(case: Case) -> None:
    take = what_it_takes(case, "eve", "clay-tue")
    assert any(way.hold == "need" for way in take.ways)
    for way in shown(case, take, "coordinator").ways:
        assert judge(wish(case.scenario, take, way), case.plan)
        if way.hold == "need":
            assert "reason" not in way.rows[0].before
            assert [n.person for n in applied(case.scenario, way.rows).needs] == ["cal"]


def test_the_command_says_what_it_would_take(tmp_path: Path) -> None:
    scenario = read(TINY)
    write_scenario(scenario, tmp_path / "in")
    write_solution(solved_here(scenario), tmp_path / "out")
    run = CliRunner()
    base = ["explain", str(tmp_path / "in"), str(tmp_path / "out"), "--person", "s2"]
    asked = [*base, "--session", "robotics-mon", "--take"]
    said = run.invoke(app, asked)
    assert said.exit_code == 0 and "points less" in said.stdout
    (told,) = json.loads(run.invoke(app, [*asked, "--json"]).stdout, parse_float=Decimal)
    assert [way["kind"] for way in told["ways"]] == ["fix", "move"]
    assert run.invoke(app, [*base, "--take"]).exit_code == 2
    assert run.invoke(app, [*asked, "--adopt"]).exit_code == 2
