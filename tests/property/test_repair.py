"""Repairs of small schools against every plan there is: nobody could do with fewer moves."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from scheduler.models import Change, Scenario
from scheduler.repair import BadChanges, changed, checked, repair, spotted
from scheduler.rules import catalogue
from tests.rules.worlds import SESSIONS, STAFF, STUDENTS, TWO_DAYS, table
from tests.solving import Here, best_of_all, solved_here

if TYPE_CHECKING:
    from scheduler.models import Finding, Plan, Solution

DAYS = ("Mon.flex", "Tue.flex")

DRAWS = 10
"""Schools that are drawn at most until one has few enough plans."""


def _school(draw: random.Random, locks: int = 0) -> Scenario:
    """Four students, two days, two or three small sessions on each, and so many of them locked."""
    rows = []
    for at, block in enumerate(DAYS):
        for name in "XYZ"[: draw.choice((2, 3))]:
            rows.append(f"{name.lower()}{at},{name},{block},,{draw.choice(('tom', 'una', ''))}")
    sizes = table(
        "id,kind,min_size,max_size,max_visits",
        *(f"{a},flex,{draw.choice((0, 1, 2))},{draw.choice((2, 3))},0" for a in "XYZ"),
    )
    students = ("ada", "ben", "cy", "dan")[: draw.choice((3, 4))]
    choices = table(
        "person,choice,rank",
        *(f"{p},{a},{r}" for p in students for r, a in enumerate(draw.sample("XYZ", 2), 1)),
    )
    return Scenario.model_validate(
        {
            "bells": TWO_DAYS,
            "students": table(STUDENTS, *(f"{p},9,," for p in students)),
            "staff": table(STAFF, "tom,,", "una,,", "vic,,"),
            "activities": sizes,
            "sessions": table(SESSIONS, *rows),
            "choices": choices,
            "locks": table("person,session,state", *(f"{p},x0,in" for p in students[:locks])),
            "scenario": {"rules": {"fairness": {"form": draw.choice(("sum", "diminishing"))}}},
        }
    )


def _changes(draw: random.Random, school: Scenario) -> list[Change]:
    session = draw.choice(school.sessions).id
    person = draw.choice(school.students).id
    some = [
        Change(action="away", id=draw.choice(("tom", "una")), block=draw.choice(("", *DAYS))),
        Change(action="away", id=person, block=draw.choice(DAYS)),
        Change(action="cancel", id=session),
        Change(action="pull", id=person, value=f"{session};vic"),
        Change(action="resize", id=session, value="2"),
        Change(action="add", id="new", value="9;X"),
        Change(action="drop", id=person),
        Change(action="lead", id=session, value="vic"),
    ]
    return draw.sample(some, draw.choice((1, 1, 2)))


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_does_better_in_the_order_of_a_repair(seed: int) -> None:
    _hold(seed, locks=0)


@pytest.mark.parametrize("seed", range(100, 120))
def test_nor_where_locks_have_to_be_waived(seed: int) -> None:
    _hold(seed, locks=3)


def _hold(seed: int, locks: int) -> None:
    """Hold the repair of a drawn school, small enough for that, against every plan there is."""
    draw = random.Random(seed)
    assert any(_held(draw, locks) for _ in range(DRAWS)), "no school was small enough"


def _fitting(draw: random.Random, school: Scenario) -> tuple[Change, ...]:
    """Drawn changes that do not exclude each other; one alone never does."""
    while True:
        rows = _changes(draw, school)
        try:
            return checked(school, spotted(rows))
        except BadChanges:
            assert len(rows) > 1


def _held(draw: random.Random, locks: int) -> bool:
    """Whether there were few enough plans to hold a repair against all of them."""
    school = _school(draw, locks)
    old = solved_here(school)
    changes = _fitting(draw, school)
    with patch("scheduler.repair.repairing.Isolated", Here):
        found = repair(school, old, changes, curve=())
    after = changed(school, changes, old.plan.lines)
    facts = catalogue.facts(after)
    gone = {(one.person, one.before) for one in found.report.gone}

    def rank(plan: Plan, findings: tuple[Finding, ...]) -> tuple[Fraction, ...]:
        empty = sum(f.rule == "place" for f in findings)
        missed = sum(f.rule == "pulls" and f.what == "required" for f in findings)
        return (Fraction(-empty), Fraction(-missed), Fraction(-_moved(old, plan, after, gone)))

    best = best_of_all(facts, 400_000, rank)
    if best is None:
        return False
    levels = {level.name: level for level in found.report.levels}
    assert levels["waived"].value == best.waived
    reached = tuple(Fraction(-levels[n].value) for n in ("unplaced", "missed", "moved"))
    assert reached == best.rank
    assert all(level.bound is not None and level.bound <= level.value for level in levels.values())
    headroom = found.report.headroom
    assert found.report.value <= best.value
    if found.report.whole and headroom is not None:
        assert best.value <= found.report.value + headroom
    return True


def _moved(old: Solution, plan: Plan, after: Scenario, gone: set[tuple[str, str]]) -> int:
    """People of both scenarios whose lines differ, but for places that they are not due."""
    here = {person.id for person in after.people}
    before = {(p, s) for p, s in old.plan.lines if p in here} - gone
    return len({p for p, _ in before ^ set(plan.lines) if p != "new"})
