"""A solution as an Excel workbook: assignments, sessions, findings and the next ledger."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter

from scheduler.models.cells import guarded
from scheduler.report.slips import told
from scheduler.report.summary import costs
from scheduler.report.view import FEWER, UNTOLD
from scheduler.report.wording import REASONS, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scheduler.models import Assignment
    from scheduler.report.view import View

LONGEST = 32_767
"""Signs that a cell of a workbook holds."""

WIDEST = 60

_MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""One date for all, so that the same facts give the same bytes."""

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


def workbook(view: View) -> bytes:
    """The workbook's bytes; the same facts give the same.

    Headers are frozen and filter; a text that a spreadsheet would run is guarded by an apostrophe.
    Who may not see somebody finds no row of theirs.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE, "title": "Assignments"})
    _sheet(book, "assignments", ASSIGNMENTS, _assignments(view))
    _sheet(book, "sessions", SESSIONS, _sessions(view))
    if view.audience == "student":
        _sheet(book, "findings", COUNTED, _counted(view))
    else:
        _sheet(book, "findings", FINDINGS, _findings(view))
    _sheet(book, "ledger", LEDGER, _ledger(view))
    book.close()
    return out.getvalue()


def _sheet(book: Any, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One sheet: header frozen and filtering, columns as wide as what they hold."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bg_color": "#D9E6EF", "bottom": 1})
    widths = [len(title) + 3 for title in header]
    for column, title in enumerate(header):
        sheet.write_string(0, column, title, bold)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            widths[column] = max(widths[column], _write(sheet, last, column, value))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(header) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write(sheet: Any, row: int, column: int, value: Any) -> int:
    """Write a cell; returns how wide it should be."""
    if value is None or value == "":
        return 0
    if isinstance(value, int | Decimal):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, guarded(safe(str(value)))[:LONGEST])
    return len(str(value)) + 2


# ---- rows --------------------------------------------------------------------------------------


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
