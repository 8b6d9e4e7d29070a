"""Reads verified prices of seats: a CSV file with the columns ``session`` and ``price``."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from scheduler.models.cells import Id, Row
from scheduler.reading.containers import Limits
from scheduler.reading.draft import columns_of, validated
from scheduler.reading.problems import BadInput, Complaints, Where, in_order
from scheduler.reading.tables import table

if TYPE_CHECKING:
    from pathlib import Path


class Price(Row):
    """What one more seat in a session is worth, in points."""

    session: Id
    price: Decimal


def read_prices(path: Path) -> dict[str, Decimal]:
    """Prices in points, by session.

    Raises
    ------
    BadInput
        When the file is wrong; it carries every problem.
    OSError
        When it cannot be read.
    """
    say = Complaints()
    size = path.stat().st_size
    if size > Limits().document:
        say.wrong(Where(path.name), f"{size:,} bytes are too many", "give prices of sessions only")
        raise BadInput(in_order(say.problems))
    columns = columns_of(Price)
    found = table(path.name, path.read_bytes(), columns, say)
    rows: list[Price | None] = []
    for line in found.lines if found else ():

        def where(column: str, row: int = line.row) -> Where:
            return Where(path.name, row, column)

        rows.append(validated(Price, dict(line.cells), where, say, set(line.wrong)))
    if say.problems:
        raise BadInput(in_order(say.problems))
    return {row.session: row.price for row in rows if row is not None}
