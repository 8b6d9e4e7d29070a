"""Minutes of calendars, what they differ by, and what a pack says, as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.calendars import EVERYBODY
from scheduler.models.cells import clock
from scheduler.report.tables import heading, line, table
from scheduler.report.wording import NONE, counted, number

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from scheduler.calendars import (
        Balance,
        CalendarMinutes,
        DayMinutes,
        Floor,
        GradeChange,
        Period,
        Shifted,
        StaffTally,
        Tally,
        Verdict,
    )

KINDS = ("class", "flex", "advisory", "lunch", "passing", "other")
MET = {True: "met", False: "MISSED", None: "no dates to say"}


def of_minutes(found: CalendarMinutes) -> Iterator[RenderableType]:
    """The minutes of one calendar."""
    dates = sum(day.dates or 0 for day in found.days)
    over = "no dates, so no year" if found.year is None else counted(dates, "school day")
    yield line(f"Calendar {found.calendar}: {over}.", "bold")
    yield line(f"Instruction: {', '.join(found.counted)}; what overlaps counts once.")
    yield heading("Days")
    headings = ("day", ">dates", "grade", "hours", ">instruction", *_right(KINDS), ">unsupervised")
    yield table(headings, (row for day in found.days for row in _day(day)))
    yield heading("Cycle and year")
    headings = ("", "grade", ">days", ">instruction", *_right(KINDS), ">unsupervised")
    yield table(headings, (*_period("cycle", found.cycle), *_period("year", found.year)))
    yield heading("Class blocks in the cycle")
    yield table(*_courses(found.cycle))
    yield heading("Staff")
    headings = ("", ">days", ">contract", ">pd", ">pd in flex time", ">preparation")
    yield table(headings, _staff(found))


def _right(names: Iterable[str]) -> list[str]:
    return [f">{name}" for name in names]


def together(by_grade: Mapping[str, Hashable]) -> Iterator[tuple[str, str]]:
    """Grades of which all is alike: what a table calls them, and one of them."""
    groups: dict[Hashable, list[str]] = {}
    for grade, value in by_grade.items():
        groups.setdefault(value, []).append(grade)
    for grades in groups.values():
        everyone = len(grades) == len(by_grade)
        yield ("all" if everyone else ", ".join(grades)), grades[0]


def _alike(tally: Tally) -> tuple[int, ...]:
    kinds = (tally.kind(kind) for kind in KINDS)
    return tally.days, tally.instructional, *kinds, tally.early_release + tally.late_start


def _cells(tally: Tally) -> list[str]:
    return [f"{amount:,}" for amount in _alike(tally)[1:]]


def _day(day: DayMinutes) -> Iterator[tuple[str, ...]]:
    values = {grade: (day.bells.get(grade), _alike(tally)) for grade, tally in day.grades.items()}
    dates = NONE if day.dates is None else str(day.dates)
    for name, grade in together(values):
        ends = day.bells.get(grade)
        hours = f"{clock(ends[0])}–{clock(ends[1])}" if ends else NONE
        yield day.day, dates, name, hours, *_cells(day.grades[grade])


def _period(called: str, period: Period | None) -> Iterator[tuple[str, ...]]:
    if period is None:
        yield called, "all", *[NONE] * (3 + len(KINDS))
        return
    for name, grade in together({grade: _alike(tally) for grade, tally in period.grades.items()}):
        tally = period.grades[grade]
        yield called, name, f"{tally.days:,}", *_cells(tally)


def _courses(period: Period) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: a class block a row, a group of grades a column."""
    courses = list(dict.fromkeys(c for tally in period.grades.values() for c in tally.courses))
    groups = list(
        together({g: tuple(sorted(tally.courses.items())) for g, tally in period.grades.items()})
    )
    rows = [
        [course, *(str(period.grades[grade].courses.get(course, NONE)) for _, grade in groups)]
        for course in courses
    ]
    return ["block", *(f">{name}" for name, _ in groups)], rows


def _staff(found: CalendarMinutes) -> Iterator[tuple[str, ...]]:
    yield "cycle", *_staff_cells(found.cycle.staff)
    if found.year is not None:
        yield "year", *_staff_cells(found.year.staff)


def _staff_cells(staff: StaffTally) -> list[str]:
    amounts = (staff.days, staff.contract, staff.pd, staff.pd_in_flex_time, staff.preparation)
    return [f"{amount:,}" for amount in amounts]


# ---- two calendars -------------------------------------------------------------------------------


def of_changes(first: str, second: str, found: Sequence[GradeChange]) -> Iterator[RenderableType]:
    """What instruction the second calendar gains or loses, and what would balance it."""
    yield heading(f"Balance of {second} against {first}, in minutes of instruction")
    headings = (
        "grade", "", ">shorter days", ">others", ">lost", ">gained", ">net",
        ">each other day needs", ">still missing",
    )  # fmt: skip
    values = {change.grade: (change.week_balance, change.year_balance) for change in found}
    by_grade = {change.grade: change for change in found}
    rows = []
    for name, grade in together({grade: str(value) for grade, value in values.items()}):
        change = by_grade[grade]
        rows.append((name, "cycle", *_balance(change.week_balance)))
        if change.year_balance is not None:
            rows.append((name, "year", *_balance(change.year_balance)))
    yield table(headings, rows)


def _balance(found: Balance) -> list[str]:
    shares = [NONE if share is None else number(share) for share in (found.needed, found.missing)]
    amounts = (found.shorter, found.others, found.lost, found.gained)
    return [*(f"{amount:,}" for amount in amounts), f"{found.net:+,}", *shares]


# ---- the law -------------------------------------------------------------------------------------


def of_verdict(found: Verdict) -> Iterator[RenderableType]:
    """What a pack says of a calendar: every floor with its margin."""
    yield heading(f"{found.title} ({found.pack}) on {found.calendar}, looked up {found.date}")
    yield line(f"  {found.source}.")
    headings = ("grade", "floor", ">needed", ">found", ">margin", "", "where", "source")
    groups: dict[tuple[object, ...], list[str]] = {}
    for floor in found.floors:
        groups.setdefault(_floor(floor), []).append(floor.grade)
    everyone = len(found.minutes)
    yield table(headings, ((_grades(who, everyone), *row) for row, who in groups.items()))
    credits = {(credit.dates, credit.cap): credit for credit in found.credits}
    for credit in credits.values():
        dates = "unknown without dates" if credit.dates is None else f"{credit.dates:,}"
        yield line(f"  Days that pd makes full ones: {dates}, at most {credit.cap} count.")
    if found.unjudged:
        yield line(f"  No floor in this pack: {_grades(found.unjudged, everyone)}.")
    yield line(f"  {found.notice}")


def _grades(grades: Sequence[str], everyone: int) -> str:
    return "all" if len(grades) == everyone or EVERYBODY in grades else ", ".join(grades)


def _floor(floor: Floor) -> tuple[object, ...]:
    margin = (
        NONE if floor.margin is None else f"{'+' if floor.margin > 0 else ''}{number(floor.margin)}"
    )
    found = NONE if floor.found is None else number(floor.found)
    days = f" ({counted(floor.below, 'day')} below)" if floor.below else ""
    name = f"{floor.kind}, {floor.unit}" if floor.kind != "days" else "days"
    met = MET[floor.met] + days
    return name, f"{floor.needed:,}", found, margin, met, floor.worst, floor.source


# ---- a calendar that was made --------------------------------------------------------------------


def of_shifted(found: Shifted) -> Iterator[RenderableType]:
    """What became longer and shorter, and what is left over."""
    yield line(f"Calendar {found.calendar}, made from {found.base}.", "bold")
    yield table(("day", ">minutes"), ((day, f"{more:+}") for day, more in found.days.items()))
    yield line(f"The cycle comes to {_plus(found.week_rest)}.")
    if found.year_rest is None:
        yield line("There are no dates, so nobody can say what the year comes to.")
    else:
        yield line(f"The year, over its dates, comes to {_plus(found.year_rest)}.")
    if found.pd is not None:
        start, end = found.pd
        added = counted(len(found.sessions), "session")
        yield line(f"pd meets {clock(start)}–{clock(end)}; {added} added for it.")


def _plus(amount: int) -> str:
    return "as many minutes as before" if amount == 0 else f"{amount:+,} minutes"
