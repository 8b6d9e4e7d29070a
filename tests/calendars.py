"""Small calendars for tests: days and blocks in a few words."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from scheduler.models import Bell, Day, Scenario, Settings, Student

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def block(text: str, day: str, calendar: str = "c") -> Bell:
    """``p1 class 08:00-09:00`` or ``lunch-a lunch 12:00-12:30 9;10``."""
    name, kind, hours, *grades = text.split()
    start, end = hours.split("-")
    return Bell.model_validate(
        {
            "calendar": calendar,
            "day": day,
            "block": name,
            "kind": kind,
            "start": start,
            "end": end,
            "grades": grades[0] if grades else "",
        }
    )


def school(
    days: Mapping[str, Iterable[str]],
    *,
    grades: str = "9",
    dates: Iterable[str] = (),
    calendar: str = "c",
    **more: Any,
) -> Scenario:
    """One calendar; ``dates`` are names of days, one a date from 2026-09-01 on (empty: none)."""
    first = datetime.date(2026, 9, 1)
    return Scenario(
        scenario=Settings(calendar=calendar, **more),
        students=tuple(
            Student(id=f"s{grade}", grade=grade) for grade in grades.split(";") if grade
        ),
        bells=tuple(block(text, day, calendar) for day, texts in days.items() for text in texts),
        days=tuple(
            Day(calendar=calendar, date=first + datetime.timedelta(days=at), day=day)
            for at, day in enumerate(dates)
        ),
    )


def joined(one: Scenario, other: Scenario) -> Scenario:
    """Both calendars in one scenario, which solves the first."""
    return one.model_copy(update={"bells": one.bells + other.bells, "days": one.days + other.days})
