"""This person is, or is never, in this session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.rules.contract import Audience, Hard, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "A locked person is in, or is never in, the session."
maths = "x[p,s] = 1 (in), x[p,s] = 0 (out); waived, fewest first, only if they cannot all hold"


class Settings(Hard):
    """No knobs: locks hold unless they cannot."""


def rows(columns: Columns, settings: Settings) -> Rows:
    """``x + waived ≥ 1`` per lock ``in``, ``x − waived ≤ 0`` per lock ``out``.

    A lock ``in`` without a candidate (the person is not due in all blocks of a series) leaves only
    its ``waived``.
    """
    made = Rows(columns.count)
    locks = [lock for lock in columns.scenario.locks if lock.session in columns.session_index]
    visit = np.array(
        [
            columns.visit_at[columns.person_index[k.person], columns.session_index[k.session]]
            for k in locks
        ],
        dtype=np.int64,
    )
    inside = np.array([lock.state == "in" for lock in locks], dtype=bool)
    within, without = visit[inside], visit[~inside & (visit >= 0)]
    lower = made.block(len(within), lower=1)
    made.put(lower, made.slack(len(within), cost=0, upper=1, hard=True))
    named = [(lock.person, lock.session) for lock in locks]
    made.about(lower, np.flatnonzero(inside), named.__getitem__, "in")
    there = within >= 0
    made.put(lower[there], columns.visit_column[within[there]])
    upper = made.block(len(without), upper=0)
    made.put(upper, columns.visit_column[without])
    made.put(upper, made.slack(len(without), cost=0, upper=1, hard=True), -1)
    made.about(upper, np.flatnonzero(~inside & (visit >= 0)), named.__getitem__, "out")
    return made


def touches(columns: Columns, settings: Settings) -> NDArray[np.bool_]:
    """(people, sessions): who is locked in or out, and where."""
    locks = columns.scenario.locks
    return columns.named([lock.person for lock in locks], [lock.session for lock in locks])


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings: ``in`` or ``out`` (person, session) of locks that do not hold."""
    lines = set(plan.lines)
    return [
        Finding(rule="locks", what=state, subjects=key, weight="waived")
        for key, state in facts.locks.items()
        if (key in lines) != (state == "in")
    ]


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of a waived lock."""
    person, session = finding.subjects
    where = "is not in" if finding.what == "in" else "is in"
    return f"{person} {where} {session}, against a lock that could not hold."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a lock."""
    person, session = subjects
    return f"{person} is locked {what}{'to' if what == 'in' else ' of'} {session}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of waiving the lock."""
    person, session = subjects
    return f"waive the lock of {person} {what}{'to' if what == 'in' else ' of'} {session}"
