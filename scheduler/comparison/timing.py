"""Minutes side by side: by grade, by class block, of staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.calendars import Tally
from scheduler.comparison.lines import Line, line
from scheduler.models.solution import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scheduler.calendars import CalendarMinutes, Period, StaffTally
    from scheduler.comparison.lines import Better

_STUDENTS: tuple[tuple[str, str, Better, Callable[[Tally], int]], ...] = (
    ("instruction", "instruction", "more", lambda t: t.instructional),
    ("class", "in class", "more", lambda t: t.kind("class")),
    ("flex", "in flex blocks", "more", lambda t: t.kind("flex")),
    ("advisory", "in advisory", "more", lambda t: t.kind("advisory")),
    ("lunch", "of lunch", "", lambda t: t.kind("lunch")),
    ("passing", "of passing", "", lambda t: t.kind("passing")),
    ("early_release", "after an early last bell", "fewer", lambda t: t.early_release),
    ("late_start", "before a late first bell", "fewer", lambda t: t.late_start),
)
_STAFF: tuple[tuple[str, str, Better, Callable[[StaffTally], int]], ...] = (
    ("contract", "at school", "", lambda t: t.contract),
    ("pd", "of pd", "more", lambda t: t.pd),
    ("pd_in_flex_time", "of pd while students have flex", "fewer", lambda t: t.pd_in_flex_time),
    ("pd_in_class_time", "of pd during instruction", "fewer", lambda t: t.pd_in_class_time),
    ("preparation", "without students or pd", "more", lambda t: t.preparation),
)


class Course(Outcome):
    """What a class block has in each case, in minutes, for grades that have it alike.

    Attributes
    ----------
    course : str
    grades : tuple of str
    week, week_differences : tuple of int
        By case, of one cycle; differences from the first.
    year, year_differences : tuple of int or None
        ``None`` where a case has no dates.
    """

    course: str
    grades: tuple[str, ...]
    week: tuple[int, ...]
    week_differences: tuple[int, ...]
    year: tuple[int, ...] | None = None
    year_differences: tuple[int, ...] | None = None


def minute_lines(found: Sequence[CalendarMinutes]) -> list[Line]:
    """Minutes of each calendar: the cycle's, and the year's where all have dates."""
    periods: list[tuple[str, str, list[Period]]] = [("cycle", "a week", [m.cycle for m in found])]
    years = [m.year for m in found if m.year is not None]
    if len(years) == len(found):
        periods.insert(0, ("year", "a year", years))
    return [one for name, said, parts in periods for one in _period(name, said, found, parts)]


def _period(
    name: str, said: str, found: Sequence[CalendarMinutes], parts: Sequence[Period]
) -> Iterable[Line]:
    for key, label, better, count in _STUDENTS:
        for grades, values in _alike(found, parts, count):
            if any(values):
                yield line(
                    "minutes",
                    f"{key}_{name}",
                    f"minutes {label}, {said}",
                    "minutes",
                    values,
                    better=better,
                    of=said_grades(grades, found[0].grades),
                )
    for key, label, better, count_staff in _STAFF:
        amounts = [count_staff(part.staff) for part in parts]
        if any(amounts):
            text = f"staff: minutes {label}, {said}"
            yield line("minutes", f"staff_{key}_{name}", text, "minutes", amounts, better=better)


def _alike(
    found: Sequence[CalendarMinutes], parts: Sequence[Period], count: Callable[[Tally], int]
) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Grades that have the same figures in all cases, together."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for grade in everyone(found):
        values = tuple(count(part.grades.get(grade, Tally())) for part in parts)
        groups.setdefault(values, []).append(grade)
    return [(tuple(grades), values) for values, grades in groups.items()]


def everyone(found: Sequence[CalendarMinutes]) -> list[str]:
    """Grades of all cases, those of the first in front."""
    return list(dict.fromkeys(grade for one in found for grade in one.grades))


def said_grades(grades: Sequence[str], all_grades: Sequence[str]) -> str:
    """``grades 5, 6``; empty where it is all of them."""
    if tuple(grades) == tuple(all_grades):
        return ""
    return f"{'grade' if len(grades) == 1 else 'grades'} {', '.join(grades)}"


def courses(found: Sequence[CalendarMinutes]) -> tuple[Course, ...]:
    """Minutes by class block, grades that have a block alike together."""
    years = [one.year for one in found if one.year is not None]
    periods = [[one.cycle for one in found], *([years] if len(years) == len(found) else [])]
    groups: dict[tuple[str, tuple[tuple[int, ...], ...]], list[str]] = {}
    for grade in everyone(found):
        tallies = [[part.grades.get(grade, Tally()) for part in parts] for parts in periods]
        for block in dict.fromkeys(block for row in tallies for t in row for block in t.courses):
            minutes = tuple(tuple(t.courses.get(block, 0) for t in row) for row in tallies)
            groups.setdefault((block, minutes), []).append(grade)
    return tuple(_course(*key, tuple(grades)) for key, grades in groups.items())


def _course(course: str, minutes: tuple[tuple[int, ...], ...], grades: tuple[str, ...]) -> Course:
    week, *rest = minutes
    year = rest[0] if rest else None
    return Course(
        course=course,
        grades=grades,
        week=week,
        week_differences=_from_first(week),
        year=year,
        year_differences=None if year is None else _from_first(year),
    )


def _from_first(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(value - values[0] for value in values)
