"""When things happen: the bell schedules and the dates they fall on."""

import datetime
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from scheduler.models.cells import DayName, Id, Ids, Minute, Row, Text

BlockKind = Literal["class", "flex", "advisory", "pd", "lunch", "passing", "other"]
Kind = Literal["flex", "advisory", "pd"]
KINDS: tuple[Kind, ...] = ("flex", "advisory", "pd")
"""The kinds of block and activity that Flexweave decides."""


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def iso_date(cell: Any) -> Any:
    """The date of an ISO text; a date stays.

    Raises
    ------
    ValueError
        When the text is no date of the calendar.
    """
    if isinstance(cell, datetime.date):
        return cell
    text = str(cell).strip()
    try:
        if _ISO.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text!r} is no date; write it as year-month-day, such as 2026-09-01")


class Bell(Row):
    """A stretch of time on a day of one calendar's cycle; empty ``grades`` means all.

    ``start`` and ``end`` are minutes since midnight.
    """

    calendar: Id
    day: DayName
    block: DayName
    kind: BlockKind
    start: Minute
    end: Minute
    grades: Ids = ()

    @property
    def key(self) -> str:
        """``day.block``, the name by which every other file refers to it."""
        return f"{self.day}.{self.block}"

    def admits(self, grade: str) -> bool:
        """Whether students of ``grade`` attend this block."""
        return not self.grades or grade in self.grades

    def shares_grade(self, other: "Bell") -> bool:
        """Whether some grade could attend both blocks."""
        return not self.grades or not other.grades or bool(set(self.grades) & set(other.grades))

    def overlaps(self, other: "Bell") -> bool:
        """Whether both are on one day and share a moment of it."""
        return self.day == other.day and self.start < other.end and other.start < self.end


class Day(Row):
    """A real date and the day of the cycle that it is; an empty ``day`` means no school."""

    header: ClassVar[tuple[str, ...]] = ("day",)

    calendar: Id
    date: Annotated[datetime.date, BeforeValidator(iso_date)]
    day: Text = ""
    note: Text = ""
