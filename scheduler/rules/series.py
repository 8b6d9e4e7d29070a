"""A series opens as a whole and is attended as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.models import Finding
from scheduler.rules.contract import Audience, Hard, Rows

if TYPE_CHECKING:
    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "A series opens as a whole, and the same people are in all of it."
maths = "x[p,s] = x[p,t] and open[s] = open[t] for sessions s, t of one series: one column for all"


class Settings(Hard):
    """No knobs: a series is always whole."""


def rows(columns: Columns, settings: Settings) -> Rows:
    """No rows: a series is one unit, with one ``open`` and one ``x`` per person."""
    return Rows(columns.count)


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, never legal: ``open`` (series) and ``attended`` (series, person) in parts only."""
    found = []
    roster = facts.roster(plan)
    for name, offered in facts.cycle.series.items():
        sessions = [session.id for session in offered]
        if len({session in plan.open for session in sessions}) > 1:
            found.append(_finding("open", name))
        everyone = dict.fromkeys(person for session in sessions for person in roster[session])
        found += [
            _finding("attended", name, person)
            for person in everyone
            if not all(person in roster[session] for session in sessions)
        ]
    return found


def _finding(what: str, *subjects: str) -> Finding:
    return Finding(rule="series", what=what, subjects=subjects, weight="illegal")


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a series in parts."""
    if finding.what == "open":
        return f"Only some sessions of the series {finding.subjects[0]} are open."
    series, person = finding.subjects
    return f"{person} is in only some sessions of the series {series}."
