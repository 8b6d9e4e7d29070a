"""Nobody leads more sessions than they are there for."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.rules.contract import Audience, Rows, Switchable, counted

if TYPE_CHECKING:
    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Nobody leads more sessions in a cycle than their max_sessions."
maths = "Σ_{s led by t} open[s] ≤ max(0, max_sessions[t] − kept sessions that t leads)"


class Settings(Switchable):
    """No knobs: limits are the scenario's."""


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ open ≤ max_sessions − kept`` per member of staff who could lead more than that.

    Sessions count where their leader is there; a series counts each session that they lead.
    """
    made = Rows(columns.count)
    cycle = columns.cycle
    kept = Counter(
        leader
        for session in cycle.kept_open
        for leader in set(cycle.present_leaders(cycle.offered[session]))
    )
    for staff in columns.scenario.staff:
        led = columns.lead_session[columns.lead_person == columns.person_index[staff.id]]
        if staff.max_sessions is not None:
            left = max(0, staff.max_sessions - kept[staff.id])
            if len(led) > left:
                row = made.block(1, upper=left)
                made.put(row, columns.session_open(np.sort(led)))
                made.about(row, columns.person_index[staff.id], lambda at: (columns.people[at],))
    return made


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, never legal: (leader; sessions too many); not where only kept ones are too many."""
    found = []
    led = facts.led(plan)
    for staff in facts.scenario.staff:
        sessions = set(led.get(staff.id, ()))
        decided = any(session in facts.cycle.decided for session in sessions)
        if staff.max_sessions is not None and decided and len(sessions) > staff.max_sessions:
            found.append(_finding(staff.id, len(sessions) - staff.max_sessions))
    return found


def _finding(leader: str, amount: int) -> Finding:
    return Finding(rule="load", subjects=(leader,), amount=Decimal(amount), weight="illegal")


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a leader with too many sessions."""
    (leader,) = finding.subjects
    return f"{leader} leads {counted(finding.amount, 'session', 'sessions')} more than they can."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a leader's limit."""
    (leader,) = subjects
    most = next(staff.max_sessions for staff in facts.scenario.staff if staff.id == leader)
    return f"{leader} leads at most {counted(Decimal(most or 0), 'session', 'sessions')}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of a leader who leads more."""
    (leader,) = subjects
    return f"let {leader} lead {counted(Decimal(amount), 'more session', 'more sessions')}"
