"""Only open sessions are attended, and never by more people than there are seats."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from scheduler.models import Finding
from scheduler.rules.contract import Audience, Hard, Rows, counted

if TYPE_CHECKING:
    from scheduler.models import Plan
    from scheduler.rules.facts import Facts
    from scheduler.solver.columns import Columns

title = "A session never has more people than seats, and a closed one has nobody."
maths = "Σ_p x[p,s] ≤ min(max_size, room seats)·open[s];  x[p,s] ≤ open[s]"


class Settings(Hard):
    """No knobs: seats always hold."""


def rows(columns: Columns, settings: Settings) -> Rows:
    """``x ≤ open`` per candidate, and ``Σ x − cap·open ≤ 0`` per session that could overflow.

    The first kind is implied by the second for whole numbers and makes the relaxation strong.
    """
    made = Rows(columns.count)
    link = made.block(len(columns.cand_person), upper=0)
    made.put(link, link)
    made.put(link, columns.open_columns[columns.cand_unit], -1)
    sessions = len(columns.sessions)
    full = made.block(sessions, upper=0)
    made.put(full[columns.visit_session], columns.visit_column)
    made.put(full, columns.open_columns[columns.session_unit], -columns.session_cap)
    made.about(full, np.arange(sessions), lambda at: (columns.sessions[at],), "full")
    return made


def measure(facts: Facts, plan: Plan, settings: Settings) -> list[Finding]:
    """Findings, never legal: ``full`` (session; people too many), ``closed`` (session; people)."""
    found = []
    for session, people in facts.roster(plan).items():
        seats = facts.seats(session)
        if people and session not in plan.open:
            found.append(_finding("closed", session, len(people)))
        elif seats is not None and len(people) > seats:
            found.append(_finding("full", session, len(people) - seats))
    return found


def _finding(what: str, session: str, amount: int) -> Finding:
    return Finding(
        rule="seats", what=what, subjects=(session,), amount=Decimal(amount), weight="illegal"
    )


def say(finding: Finding, facts: Facts, audience: Audience) -> str:
    """Words of an overfull or closed session."""
    (session,) = finding.subjects
    people = counted(finding.amount, "person", "people")
    if finding.what == "closed":
        return f"{session} is closed, yet holds {people}."
    return f"{session} has {people} more than seats."


def demand(what: str, subjects: tuple[str, ...], facts: Facts, audience: Audience) -> str:
    """Words of a session's seats."""
    (session,) = subjects
    return f"{session} has {counted(Decimal(facts.seats(session) or 0), 'seat', 'seats')}"


def relief(what: str, subjects: tuple[str, ...], amount: int, facts: Facts) -> str:
    """Words of more seats."""
    (session,) = subjects
    return f"{counted(Decimal(amount), 'more seat', 'more seats')} in {session}"
