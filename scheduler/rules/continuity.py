"""The same advisor year after year."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.rules.contract import Audience, Rows, Soft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Students keep their advisor year after year."
maths = "Σ_{s advisory, led by home[p]} x[p,s] + missed[p] ≥ 1; cost·missed per student"


class Settings(Soft):
    """Knobs: points per student outside their advisor's groups."""

    cost: Points = Decimal(150)


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x + missed ≥ 1`` per student whom an advisory session of ``home`` admits.

    Sessions that ``home`` leads by the data count, even if ``home`` is away there.
    """
    made = Rows(columns.count)
    visit = _visits_home(columns)
    column = np.unique(columns.visit_column[visit])
    students, which = np.unique(columns.cand_person[column], return_inverse=True)
    row = made.block(len(students), lower=1)
    made.put(row[which], column)
    cost = units(settings.price(settings.cost))
    made.put(row, made.slack(len(students), cost, upper=1, hard=settings.hard))
    if settings.hard:
        made.about(row, students, lambda at: (columns.people[at],))
    return made


def _visits_home(columns: Columns) -> NDArray[np.int64]:
    """Allowed visits of students to advisory sessions of their ``home``."""
    leaders = {
        (at, leader)
        for at, session in enumerate(columns.cycle.decided.values())
        for leader in session.leaders
        if columns.cycle.kind(session) == "advisory"
    }
    home = np.array([student.home for student in columns.scenario.students], dtype=object)
    found = [np.zeros(0, dtype=np.int64)]
    for session, leader in sorted(leaders):
        visit = columns.visit_at[np.flatnonzero(home == leader), session]
        found.append(visit[visit >= 0].astype(np.int64))
    visits = np.concatenate(found)
    return visits[columns.visit_allowed[visits]]


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: (student, home) of those outside groups of ``home`` that admit them."""
    lines, led = set(plan.lines), _led(facts)
    found = []
    for student in facts.scenario.students:
        groups = [s for s in led.get(student.home, ()) if facts.may_go(student.id, s)]
        if groups and not any((student.id, session) in lines for session in groups):
            found.append(
                Finding(
                    rule="continuity",
                    subjects=(student.id, student.home),
                    cost=settings.price(settings.cost),
                    weight=settings.weight,
                )
            )
    return found


def _led(facts: Facts) -> dict[str, list[str]]:
    """Advisory sessions that each advisor leads."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, session in facts.cycle.decided.items():
        if facts.kind(key) == "advisory":
            for leader in dict.fromkeys(session.leaders):
                found[leader].append(key)
    return found


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a student who changes advisor."""
    student, home = finding.subjects
    return f"{student} is in no advisory group of {home}, who was their advisor."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of keeping an advisor."""
    return f"{subjects[0]} keeps their advisor"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of a new advisor."""
    return f"give {subjects[0]} another advisor"
