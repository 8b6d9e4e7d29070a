"""Not the same again."""

from __future__ import annotations

from collections import Counter
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

title = "Nobody does the same again and again."
maths = "Σ_{s of a} x[p,s] − again[p,a] ≤ 1; cost·again per person and activity"


class Settings(Soft):
    """Knobs: points per visit to one activity after the first."""

    cost: Points = Decimal(10)


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ x − again ≤ 1`` per person and activity with two candidates or more.

    Exempt: advisory, which cannot repeat, fallback, series, and activities that meet a need of
    theirs or are pulled for them.
    """
    made = Rows(columns.count)
    key = columns.visit_person * len(columns.activities)
    key += columns.session_activity[columns.visit_session]
    exempt = np.unique(np.concatenate([key[columns.needed_visits[1]], key[_pulled(columns)]]))
    visit = np.flatnonzero(_varied(columns)[columns.visit_session])
    visit = visit[~np.isin(key[visit], exempt)]
    _, which, count = np.unique(key[visit], return_inverse=True, return_counts=True)
    often = count > 1
    number = np.full(len(count), -1)
    number[often] = made.block(int(often.sum()), upper=1)
    kept = often[which]
    made.put(number[which[kept]], columns.visit_column[visit[kept]])
    cost = units(settings.price(settings.cost))
    again = made.slack(int(often.sum()), cost, upper=count[often] - 1, hard=settings.hard)
    made.put(number[often], again, -1)
    return made


def _pulled(columns: Columns) -> NDArray[np.int64]:
    """Visits for which somebody was asked."""
    pulls = columns.scenario.pulls
    _, visit = columns.visits_to([p.person for p in pulls], [p.target for p in pulls])
    return visit


def _varied(columns: Columns) -> NDArray[np.bool_]:
    """(sessions,): whether their activity should not be repeated, and could be."""
    varied = np.array(
        [
            activity.kind != "advisory" and not activity.fallback and not activity.series
            for activity in columns.scenario.activities
        ],
        dtype=bool,
    )
    offered = np.bincount(columns.session_activity, minlength=len(varied))
    return (varied & (offered > 1))[columns.session_activity]


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: (person, activity; visits after the first)."""
    found = []
    for person, sessions in facts.visits(plan).items():
        often = Counter(facts.session(session).activity for session in sessions)
        for activity, visits in often.items():
            if visits > 1 and not _exempt(facts, person, activity):
                found.append(_finding(person, activity, visits - 1, settings))
    return found


def _exempt(facts: Facts, person: str, activity: str) -> bool:
    offered = facts.cycle.activities[activity]
    targets = (activity, *facts.sessions_of[activity])
    return (
        offered.kind == "advisory"
        or offered.fallback
        or bool(offered.series)
        or facts.need_visits(person, activity) > 0
        or any((person, target) in facts.pulls for target in targets)
    )


def _finding(person: str, activity: str, again: int, settings: Settings) -> Finding:
    return Finding(
        rule="variety",
        subjects=(person, activity),
        amount=Decimal(again),
        cost=again * settings.price(settings.cost),
        weight=settings.weight,
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of somebody who does the same again."""
    person, activity = finding.subjects
    times = "once" if finding.amount == 1 else f"{finding.amount} times"
    return f"{person} visits {activity} {times} more after the first time."
