"""Little changes when little changed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.rules.contract import Audience, Rows, Soft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "People stay where they were, where that is still offered."
maths = "x[p,s] + moved[p,s] ≥ 1; cost·moved per line of previous.csv of a place that is due"


class Settings(Soft):
    """Knobs: points per line of the previous assignment that is missing; off by default."""

    mode: Literal["hard", "soft", "off"] = "off"
    moved: Points = Decimal(20)


def rows(columns: Columns, settings: Settings) -> Rows:
    """``x + moved ≥ 1`` per previous line of a place that is due, whoever may go there now."""
    made = Rows(columns.count)
    people, sessions = columns.person_index, columns.session_index
    lines = dict.fromkeys(
        (people[line.person], sessions[line.session])
        for line in columns.scenario.previous
        if line.person in people and line.session in sessions
    )
    person = np.array([person for person, _ in lines], dtype=np.int64)
    session = np.array([session for _, session in lines], dtype=np.int64)
    due = columns.place_of[person, columns.session_block[session]] >= 0
    visit = columns.visit_at[person[due], session[due]]
    row = made.block(len(visit), lower=1)
    made.put(row[visit >= 0], columns.visit_column[visit[visit >= 0]])
    cost = units(settings.price(settings.moved))
    made.put(row, made.slack(len(visit), cost, upper=1, hard=settings.hard))
    if settings.hard:
        lines_due = np.flatnonzero(due)

        def named(at: int) -> tuple[str, ...]:
            line = lines_due[at]
            return columns.people[person[line]], columns.sessions[session[line]]

        made.about(row, np.arange(len(visit)), named)
    return made


def touches(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, sessions): who was where."""
    lines = [line for line in columns.scenario.previous if line.person in columns.person_index]
    return columns.named([line.person for line in lines], [line.session for line in lines])


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: (person, session) of previous lines, their place due, that are not there again."""
    lines, known = set(plan.lines), facts.cycle.people
    previous = dict.fromkeys((line.person, line.session) for line in facts.scenario.previous)
    return [
        Finding(
            rule="stability",
            subjects=(person, session),
            cost=settings.price(settings.moved),
            weight=settings.weight,
        )
        for person, session in previous
        if person in known and (person, session) not in lines and _due(facts, person, session)
    ]


def _due(facts: Facts, person: str, session: str) -> bool:
    """Whether the session is offered in a block of a place that the person is due."""
    if session not in facts.cycle.decided:
        return False
    return facts.attends(facts.person(person), facts.session(session).block)


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of somebody who is no longer where they were."""
    person, session = finding.subjects
    return f"{person} is no longer in {session}."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a line that stays."""
    return f"{subjects[0]} stays in {subjects[1]}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of a line that changes."""
    return f"let {subjects[0]} leave {subjects[1]}"
