"""Every student meets an adult who knows them, every cycle."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.rules.contract import Audience, Rows, Share, Soft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Plan, Scenario
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Every student meets an adult who knows them, every cycle."
maths = "Σ_{s led by who knows p} x[p,s] + kept + missed[p] ≥ 1; cost·missed per student"


class Settings(Soft):
    """Knobs: points per student; how strongly an adult must know them."""

    cost: Points = Decimal(60)
    strength: Share = Decimal("0.5")


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x + missed ≥ 1`` per student with a place due who has no such visit kept.

    ``x`` are candidates of sessions with a present leader who knows the student or is ``home``.
    """
    made = Rows(columns.count)
    if not _speaks(columns.scenario):
        return made
    known = _known(columns, settings)
    met = np.zeros((len(columns.people), len(columns.sessions)), dtype=bool)
    for leader, session in zip(columns.lead_person, columns.lead_session, strict=True):
        met[:, session] |= known[:, leader]
    due = columns.is_student.copy()
    due &= np.bincount(columns.place_person, minlength=len(due)) > 0
    due &= ~_kept(columns, known)
    students = np.flatnonzero(due)
    number = np.full(len(due), -1)
    number[students] = made.block(len(students), lower=1)
    visit = np.flatnonzero(
        met[columns.visit_person, columns.visit_session] & due[columns.visit_person]
    )
    column = np.unique(columns.visit_column[visit])
    made.put(number[columns.cand_person[column]], column)
    cost = units(settings.price(settings.cost))
    made.put(number[students], made.slack(len(students), cost, upper=1, hard=settings.hard))
    return made


def touches(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, sessions): who would meet an adult who knows them."""
    found = np.zeros((len(columns.people), len(columns.sessions)), dtype=bool)
    known = _known(columns, settings)
    for person, session in zip(columns.lead_person, columns.lead_session, strict=True):
        found[:, session] |= known[:, person]
    return found


def _known(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, people): whether the second is an adult who knows the first, or their ``home``."""
    index = columns.person_index
    pairs = [(s.id, s.home) for s in columns.scenario.students if s.home in index]
    pairs += [
        (row.student, row.staff)
        for row in columns.scenario.knows
        if row.strength >= settings.strength
    ]
    known = np.zeros((len(index), len(index)), dtype=bool)
    known[[index[student] for student, _ in pairs], [index[adult] for _, adult in pairs]] = True
    return known


def _kept(columns: Columns, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(people,): whether a kept line lets them meet such an adult."""
    cycle, index = columns.cycle, columns.person_index
    found = np.zeros(len(index), dtype=bool)
    for person, session in cycle.kept:
        leaders = [index[leader] for leader in cycle.present_leaders(cycle.offered[session])]
        found[index[person]] |= known[index[person], leaders].any()
    return found


def _speaks(scenario: Scenario) -> bool:
    """Whether anything says who knows whom."""
    return bool(scenario.knows) or any(student.home for student in scenario.students)


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: (student) of those with a place due who meet nobody who knows them."""
    if not _speaks(facts.scenario):
        return []
    known = {(k.student, k.staff) for k in facts.scenario.knows if k.strength >= settings.strength}
    known |= {(student.id, student.home) for student in facts.scenario.students}
    glad = {
        person
        for person, session in (*plan.lines, *facts.cycle.kept)
        for leader in facts.cycle.present_leaders(facts.session(session))
        if (person, leader) in known
    }
    return [
        Finding(
            rule="relationship",
            subjects=(student.id,),
            cost=settings.price(settings.cost),
            weight=settings.weight,
        )
        for student in facts.scenario.students
        if facts.places[student.id] and student.id not in glad
    ]


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a student whom no adult knows."""
    (student,) = finding.subjects
    return f"{student} meets no adult who knows them in this cycle."
