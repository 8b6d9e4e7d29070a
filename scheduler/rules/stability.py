"""Little changes when little changed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import numpy as np

from scheduler.models import Finding
from scheduler.models.points import Points, units
from scheduler.rules.contract import Audience, Rows, Soft

if TYPE_CHECKING:
    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "People stay where they were, where that is still offered."
maths = "x[p,s] + moved[p,s] ≥ 1; cost·moved per line of previous.csv that could be there again"


class Settings(Soft):
    """Knobs: points per line of the previous assignment that is missing; off by default."""

    mode: Literal["hard", "soft", "off"] = "off"
    moved: Points = Decimal(20)


def rows(columns: Columns, settings: Settings) -> Rows:
    """``x + moved ≥ 1`` per previous line that has a candidate."""
    made = Rows(columns.count)
    people, sessions = columns.person_index, columns.session_index
    lines = dict.fromkeys(
        (people[line.person], sessions[line.session])
        for line in columns.scenario.previous
        if line.person in people and line.session in sessions
    )
    person = np.array([person for person, _ in lines], dtype=np.int64)
    session = np.array([session for _, session in lines], dtype=np.int64)
    visit = columns.visit_at[person, session]
    visit = visit[visit >= 0]
    row = made.block(len(visit), lower=1)
    made.put(row, columns.visit_column[visit])
    cost = units(settings.price(settings.moved))
    made.put(row, made.slack(len(visit), cost, upper=1, hard=settings.hard))
    return made


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: (person, session) of previous lines that could be there again and are not."""
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
        if person in known and (person, session) not in lines and facts.could_go(person, session)
    ]


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of somebody who is no longer where they were."""
    person, session = finding.subjects
    return f"{person} is no longer in {session}."
