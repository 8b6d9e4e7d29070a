"""Nobody is where they may not be: blocks, grades and ``only`` decide, or a lock ``in``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.models import Finding
from scheduler.rules.contract import Audience, Hard, Rows

if TYPE_CHECKING:
    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Everyone is only where their blocks, grade and tags let them be."
maths = "x[p,s] exists only where p attends the block and grades, only, or a lock admit p"


class Settings(Hard):
    """No knobs: eligibility always holds."""


def rows(columns: Columns, settings: Settings) -> Rows:
    """No rows: there is no column for who may not go."""
    return Rows(columns.count)


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, never legal: (person, session) of lines that may not be.

    Locks ``out`` are the promise of another rule.
    """
    return [
        Finding(rule="eligible", subjects=(person, session), weight="illegal")
        for person, session in plan.lines
        if not facts.could_go(person, session)
    ]


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a line that may not be."""
    person, session = finding.subjects
    return f"{person} is in {session}, which is not for them or not when they are there."
