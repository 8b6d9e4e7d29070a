"""Nobody is in one activity more often than it allows."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.rules.contract import UNBOUNDED, Audience, Rows, Switchable, counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Nobody visits an activity more often than it, or a need of theirs, allows."
maths = "Σ_{s of a} x[p,s] ≤ max_visits[a], if empty max(1, visits of a need that a meets)"


class Settings(Switchable):
    """No knobs: limits are the scenario's."""


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x ≤ limit`` per person and activity with more candidates than the limit.

    Not for advisory and series, nor where ``max_visits`` is 0, nor for fallback without one.
    """
    made = Rows(columns.count)
    limit, raised = _limits(columns)
    visit = np.flatnonzero(limit[columns.visit_session] < UNBOUNDED)
    size = len(columns.activities)
    key = columns.visit_person * size + columns.session_activity[columns.visit_session]
    pairs, which, count = np.unique(key[visit], return_inverse=True, return_counts=True)
    most = np.zeros(len(pairs), dtype=np.int64)
    most[which] = limit[columns.visit_session[visit]]
    need, met = columns.needed_visits
    due = np.array([n.visits for n in columns.scenario.needs], dtype=np.int64)[need]
    counts = raised[columns.visit_session[met]]
    np.maximum.at(most, np.searchsorted(pairs, key[met[counts]]), due[counts])
    tight = count > most
    number = np.full(len(pairs), -1)
    number[tight] = made.block(int(tight.sum()), upper=most[tight])
    made.about(
        number[tight],
        pairs[tight],
        lambda key: (columns.people[key // size], columns.activities[key % size]),
    )
    kept = tight[which]
    made.put(number[which[kept]], columns.visit_column[visit[kept]])
    return made


def _limits(columns: Columns) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(sessions,): visits that their activity allows, and whether a need may raise that."""
    limit = np.full(len(columns.activities), UNBOUNDED)
    raised = np.zeros(len(columns.activities), dtype=bool)
    for at, activity in enumerate(columns.scenario.activities):
        if activity.kind == "advisory" or activity.series:
            continue
        if activity.max_visits:
            limit[at] = activity.max_visits
        elif activity.max_visits is None and not activity.fallback:
            limit[at], raised[at] = 1, True
    return limit[columns.session_activity], raised[columns.session_activity]


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, never legal: (person, activity; visits too many)."""
    found = []
    for person, sessions in facts.visits(plan).items():
        often = Counter(facts.session(session).activity for session in sessions)
        for activity, visits in often.items():
            limit = limit_of(facts, person, activity) if visits > 1 else None
            if limit is not None and visits > limit:
                found.append(_finding(person, activity, visits - limit))
    return found


def limit_of(facts: Facts, person: str, activity: str) -> int | None:
    """How often the person may visit the activity in the cycle; ``None`` if nothing limits it."""
    offered = facts.cycle.activities[activity]
    if offered.kind == "advisory" or offered.series or offered.max_visits == 0:
        return None
    if offered.max_visits is not None:
        return offered.max_visits
    return None if offered.fallback else max(1, facts.need_visits(person, activity))


def _finding(person: str, activity: str, amount: int) -> Finding:
    return Finding(
        rule="visits", subjects=(person, activity), amount=Decimal(amount), weight="illegal"
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of someone who visits one activity too often."""
    person, activity = finding.subjects
    return (
        f"{person} visits {activity} {counted(finding.amount, 'time', 'times')} more than allowed."
    )


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a limit of visits."""
    person, activity = subjects
    often = Decimal(limit_of(facts, person, activity) or 0)
    return f"{person} visits {activity} at most {counted(often, 'time', 'times')}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of more visits."""
    person, activity = subjects
    return f"{counted(Decimal(amount), 'more visit', 'more visits')} of {person} to {activity}"
