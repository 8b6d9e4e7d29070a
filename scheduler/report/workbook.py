"""A solution as an Excel workbook: assignments, sessions, findings and the next ledger."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter

from scheduler.models.cells import guarded
from scheduler.report.frames import frames
from scheduler.report.wording import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scheduler.report.view import View

LONGEST = 32_767
"""Signs that a cell of a workbook holds."""

WIDEST = 60

_MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""One date for all, so that the same facts give the same bytes."""


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
    for name, frame in frames(view).items():
        _sheet(book, name, tuple(frame.columns), frame.itertuples(index=False, name=None))
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
