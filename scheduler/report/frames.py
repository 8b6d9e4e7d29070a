"""A solution's tables as pandas data frames, as an audience may know them.

For whoever goes on with an answer in a notebook, and for the workbook, whose sheets these are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from scheduler.report.slips import told
from scheduler.report.summary import costs
from scheduler.report.view import FEWER, UNTOLD
from scheduler.report.wording import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scheduler.models import Assignment
    from scheduler.report.view import View

ASSIGNMENTS = (
    "person",
    "name",
    "grade",
    "block",
    "hours",
    "session",
    "title",
    "room",
    "rank",
    "why",
    "points",
)
SESSIONS = (
    "session",
    "title",
    "block",
    "hours",
    "room",
    "leaders",
    "open",
    "people",
    "minimum",
    "seats",
    "waiting",
)
FINDINGS = ("rule", "subjects", "amount", "cost", "meaning", "text")
COUNTED = ("rule", "promise", "findings")
LEDGER = ("person", "name", "owed")


def frames(view: View) -> dict[str, pd.DataFrame]:
    """Assignments, sessions, findings and the next ledger, each as a table.

    Parameters
    ----------
    view : View
        Who asks, and of what. Who may not see somebody finds no row of theirs.

    Returns
    -------
    dict of str to DataFrame
        By name, rows in the order of the files. Cells are text, whole numbers, `Decimal` points, or
        ``None``; a size that may not be told is the text that stands for it.
    """
    student = view.audience == "student"
    return {
        "assignments": _frame(ASSIGNMENTS, _assignments(view)),
        "sessions": _frame(SESSIONS, _sessions(view)),
        "findings": (
            _frame(COUNTED, _counted(view)) if student else _frame(FINDINGS, _findings(view))
        ),
        "ledger": _frame(LEDGER, _ledger(view)),
    }


def _frame(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(header), dtype=object)


def _assignments(view: View) -> Iterable[Sequence[Any]]:
    """Lines of everybody who may be seen; how somebody came there as the audience may know it."""
    for line in view.solution.assignments:
        if line.person in view.visible:
            state = view.states.get(line.session)
            yield (
                line.person,
                view.name(line.person),
                view.group(line.person),
                line.block,
                view.hours(line.block),
                line.session,
                view.title(line.session) if line.session else "",
                state.room if state else "",
                line.rank,
                _why(view, line),
                line.points,
            )


def _why(view: View, line: Assignment) -> str:
    return told(view, line) if view.audience == "student" else REASONS[line.reason]


def _sessions(view: View) -> Iterable[Sequence[Any]]:
    for state in view.solution.sessions:
        named, size = view.audience != "student", view.sizes[state.session]
        yield (
            state.session,
            view.title(state.session),
            state.block,
            view.hours(state.block),
            state.room,
            ", ".join(map(view.called, state.leaders)) if named else "",
            "yes" if state.open else "no",
            state.size if size not in (FEWER, UNTOLD) else size,
            state.min_size,
            state.max_size,
            state.waiting if view.counts(state.waiting) else view.count(state.waiting),
        )


def _findings(view: View) -> Iterable[Sequence[Any]]:
    for finding in view.solution.findings:
        if view.tells(finding):
            subjects = ", ".join(map(view.called, finding.subjects))
            yield (
                finding.rule,
                subjects,
                finding.amount,
                finding.cost,
                finding.weight,
                view.said(finding),
            )


def _counted(view: View) -> Iterable[Sequence[Any]]:
    for one in sorted(costs(view.solution), key=lambda one: one.rule):
        told = one.findings if view.counts(one.findings) else view.count(one.findings)
        yield one.rule, one.promise, told


def _ledger(view: View) -> Iterable[Sequence[Any]]:
    for person, owed in view.solution.ledger:
        if person in view.visible:
            yield person, view.name(person), owed
