"""Of alternatives of time, room or leader, at most one opens."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.rules.contract import Audience, Hard, Rows, counted

if TYPE_CHECKING:
    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "Of sessions that are alternatives of each other, at most one opens."
maths = "Σ_u open[u] ≤ 1 over the sessions and series u with one one_of id"


class Settings(Hard):
    """No knobs: alternatives always exclude each other."""


def rows(columns: Columns, settings: Settings) -> Rows:
    """``Σ open ≤ 1`` per ``one_of`` id that more than one session or series carries."""
    made = Rows(columns.count)
    alternatives: dict[str, set[int]] = defaultdict(set)
    for session, unit in zip(columns.cycle.decided.values(), columns.session_unit, strict=True):
        if session.one_of:
            alternatives[session.one_of].add(int(unit))
    names = list(alternatives)
    for number, units in enumerate(alternatives.values()):
        if len(units) > 1:
            row = made.block(1, upper=1)
            made.put(row, columns.open_columns[np.array(sorted(units))])
            made.about(row, number, lambda at: (names[at],))
    return made


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, never legal: (one_of id, open sessions…; how many too many).

    The sessions of a series are one alternative, and the first of them stands for it.
    """
    opened: dict[str, dict[str, None]] = defaultdict(dict)
    for key, session in facts.cycle.decided.items():
        if session.one_of and key in plan.open:
            opened[session.one_of][facts.together(key)[0]] = None
    return [
        Finding(
            rule="one_of",
            subjects=(name, *sessions),
            amount=Decimal(len(sessions) - 1),
            weight="illegal",
        )
        for name, sessions in opened.items()
        if len(sessions) > 1
    ]


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of alternatives that are open at once."""
    name, *sessions = finding.subjects
    return f"{', '.join(sessions)} are open at once, though only one of {name} may be."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of alternatives."""
    (name,) = subjects
    sessions = [key for key, session in facts.cycle.decided.items() if session.one_of == name]
    return f"only one of {', '.join(sessions)} opens ({name})"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of alternatives that are none."""
    (name,) = subjects
    return f"let {counted(Decimal(1 + amount), 'session', 'sessions')} of {name} open"
