"""A solution's tables as one audience may read them: the rows of its files, and no more.

A coordinator's and an admin's are those of the files, but that only an admin reads why support is
needed. Others get rows about themselves and the people they lead, advise or pulled; small counts
are left out.
"""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from scheduler.report.slips import PLACED, told
from scheduler.report.typed import Report
from scheduler.report.view import FEWER, UNTOLD

if TYPE_CHECKING:
    from scheduler.models import Assignment, Finding
    from scheduler.report.view import View

SCHOOL = "school"
"""Reason of a place that somebody asked for who is not told: placed by school."""


class Line(Report):
    """A row of ``assignments.csv``; ``reason`` may be ``school``, where no more may be told."""

    person: str
    block: str
    session: str
    activity: str
    rank: int | None
    reason: str
    points: Decimal


class State(Report):
    """A row of ``sessions.csv``; counts are ``None`` where few may not be told."""

    session: str
    activity: str
    block: str
    room: str
    leaders: tuple[str, ...]
    open: bool
    size: int | None
    min_size: int
    max_size: int | None
    waiting: int | None


class Debt(Report):
    """A row of ``ledger.csv``."""

    person: str
    owed: Decimal


def assignments(view: View) -> tuple[Line, ...]:
    """Lines of everybody who may be seen, in the order of the file."""
    return tuple(
        Line(**{**dict(line), "reason": _reason(view, line)})
        for line in view.solution.assignments
        if line.person in view.visible
    )


def _reason(view: View, line: Assignment) -> str:
    hidden = view.audience == "student" and told(view, line) == PLACED
    return SCHOOL if hidden else line.reason


def sessions(view: View) -> tuple[State, ...]:
    """Every session; who leads it is not for students."""
    found = []
    for state in view.solution.sessions:
        row = dict(state)
        row["leaders"] = () if view.audience == "student" else state.leaders
        row["size"] = None if view.sizes[state.session] in (FEWER, UNTOLD) else state.size
        row["waiting"] = state.waiting if view.counts(state.waiting) else None
        found.append(State(**row))
    return tuple(found)


def findings(view: View) -> tuple[Finding, ...]:
    """Findings that may be told, in words for this audience, with ids."""
    return tuple(
        finding.model_copy(update={"text": view.told(finding)})
        for finding in view.solution.findings
        if view.tells(finding)
    )


def ledger(view: View) -> tuple[Debt, ...]:
    """What those who may be seen are owed next."""
    owed = view.solution.ledger
    return tuple(Debt(person=p, owed=points) for p, points in owed if p in view.visible)
