"""The minutes of a calendar: by day, by cycle and by year, for each grade and for staff.

What counts is a choice, and this is ours; a pack (``scheduler/calendars/packs``) makes its own:

- *Instructional* are blocks of the kinds `INSTRUCTIONAL`: ``class``, ``flex`` and ``advisory``.
  Lunch, passing, ``other`` (recess, breaks) and ``pd`` are not; each is told apart.
- For one grade on one day, what overlaps counts once: a person is in one place. A block counts
  for a grade that it admits. ``pd`` is time of staff and never of a grade.
- The *cycle* are the days that ``scenario.toml`` names, or else all days of the calendar. The
  *year* are the dates of ``days.csv``, each with the minutes of the day that it is; a date without
  a day is no school. Without dates there is no year: ``None``, never 0.
- *Early release* is the time between a grade's last bell and its usual last bell, the latest one of
  the days that are usual: those that fall on at least a tenth of the dates or, without dates, all
  days of the cycle. Nobody at school looks after students then unless somebody arranges it.
  *Late start* is the same for the first bell and the earliest usual one.
- *Contract* time of staff runs from the first bell to the last, pd included, unless hours are
  given. *Preparation* is contract time with neither students nor pd; which periods a teacher has
  free within the students' day is not in the data.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from pydantic import Field

from scheduler.calendars.spans import length, shared
from scheduler.models.cycle import calendar_names
from scheduler.models.solution import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scheduler.calendars.spans import Span
    from scheduler.models import Bell, Scenario
    from scheduler.models.time import BlockKind

INSTRUCTIONAL: tuple[BlockKind, ...] = ("class", "flex", "advisory")
"""Kinds of block that are instruction where no pack says otherwise."""

EVERYBODY = ""
"""The grade of a scenario that names none: it attends every block that is for all."""

SHORT = 30
"""Minutes by which a day must be shorter than usual to be called short."""

USUAL_SHARE = 10
"""A day is usual if it falls on one in so many of the dates, or more often."""


class NoCalendar(LookupError):
    """There is no calendar of this name; the message says which there are."""


class Tally(Outcome):
    """Minutes of one grade over one day or several; two can be added.

    Attributes
    ----------
    days : int
        School days counted: days on which the grade has a block.
    instructional : int
        Minutes in blocks of the kinds that count.
    kinds : dict of str to int
        Minutes by kind of block; kinds without a minute are left out.
    courses : dict of str to int
        Minutes by class block, that is by the name of the block ("p3").
    blocks : dict of str to int
        Minutes by block of any kind but pd, class blocks among them.
    unlisted : int
        Minutes between the first bell and the last in no block at all.
    span : int
        Minutes from the first bell to the last.
    early_release, late_start : int
        Minutes without supervision after the last bell and before the first one; see the module.
    """

    days: int = 0
    instructional: int = 0
    kinds: dict[str, int] = Field(default_factory=dict)
    courses: dict[str, int] = Field(default_factory=dict)
    blocks: dict[str, int] = Field(default_factory=dict)
    unlisted: int = 0
    span: int = 0
    early_release: int = 0
    late_start: int = 0

    def kind(self, kind: str) -> int:
        """Minutes in blocks of one kind."""
        return self.kinds.get(kind, 0)


class StaffTally(Outcome):
    """Minutes of staff over one day or several.

    Attributes
    ----------
    days : int
        Days with a block, pd included.
    contract, pd, preparation : int
        See the module.
    pd_in_class_time, pd_in_flex_time : int
        Minutes of pd while some grade is in an instructional block, and while some grade has flex
        time: those who meet cannot lead then.
    """

    days: int = 0
    contract: int = 0
    pd: int = 0
    preparation: int = 0
    pd_in_class_time: int = 0
    pd_in_flex_time: int = 0


class DayMinutes(Outcome):
    """One day of a calendar.

    Attributes
    ----------
    day : str
    in_cycle : bool
    dates : int or None
        Dates that are this day; ``None`` where the calendar has no dates.
    first, last : int or None
        The first bell and the last of any grade, in minutes since midnight: when buses come and
        go. ``None`` where students have no block.
    bells : dict of str to (int, int)
        First and last bell by grade, of grades that have a block.
    grades : dict of str to Tally
    staff : StaffTally
    """

    day: str
    in_cycle: bool
    dates: int | None
    first: int | None
    last: int | None
    bells: dict[str, tuple[int, int]]
    grades: dict[str, Tally]
    staff: StaffTally


class Period(Outcome):
    """All days of the cycle, or all dates of the year."""

    grades: dict[str, Tally]
    staff: StaffTally


class CalendarMinutes(Outcome):
    """The minutes of one calendar.

    Attributes
    ----------
    calendar : str
    counted : tuple of str
        Kinds that are counted as instruction.
    grades : tuple of str
        All grades, `EVERYBODY` alone where the scenario names none.
    days : tuple of DayMinutes
        In the order of the file.
    cycle : Period
    year : Period or None
        ``None`` where ``days.csv`` has no dates for the calendar.
    """

    calendar: str
    counted: tuple[str, ...]
    grades: tuple[str, ...]
    days: tuple[DayMinutes, ...]
    cycle: Period
    year: Period | None

    def day(self, name: str) -> DayMinutes:
        """One day by its name."""
        return next(day for day in self.days if day.day == name)

    @property
    def cycle_days(self) -> tuple[str, ...]:
        """Names of the days of the cycle."""
        return tuple(day.day for day in self.days if day.in_cycle)


def minutes(
    scenario: Scenario,
    calendar: str = "",
    *,
    counted: Sequence[BlockKind] = INSTRUCTIONAL,
    contract: Span | None = None,
) -> CalendarMinutes:
    """Count the minutes of one calendar.

    Parameters
    ----------
    scenario : Scenario
    calendar : str
        Its name; empty for the one that the scenario solves.
    counted : sequence of str
        Kinds of block that are instruction.
    contract : (int, int), optional
        When staff's day begins and ends, in minutes since midnight, on every day with a block.

    Raises
    ------
    NoCalendar
        When there is none of this name.
    """
    name = named(scenario, calendar)
    days = by_day(scenario, name)
    cycle = cycle_of(scenario, name)
    dated = dates_of(scenario, name)
    grades = grades_of(scenario)
    usual = _usual(cycle, dated)
    tallies = _tallies(days, grades, usual, frozenset(counted))
    found = tuple(
        _day(day, bells, day in cycle, dated, tallies[day], _staff(bells, counted, contract))
        for day, bells in days.items()
    )
    return CalendarMinutes(
        calendar=name,
        counted=tuple(counted),
        grades=grades,
        days=found,
        cycle=_period((day, 1) for day in found if day.in_cycle),
        year=None if dated is None else _period((day, day.dates or 0) for day in found),
    )


def short_days(found: CalendarMinutes, least: int = SHORT) -> tuple[str, ...]:
    """Days on which some grade is at school ``least`` minutes less than its usual bells allow.

    That is early release and late start together; see the module for what is usual.
    """
    return tuple(
        day.day
        for day in found.days
        if any(t.early_release + t.late_start >= least for t in day.grades.values())
    )


def named(scenario: Scenario, calendar: str = "") -> str:
    """The calendar of this name; of an empty one, that which the scenario solves.

    Raises
    ------
    NoCalendar
        When there is none.
    """
    names = calendar_names(scenario)
    wanted = calendar or scenario.scenario.calendar or (names[0] if names else "")
    if wanted not in names:
        known = ", ".join(names) or "none"
        raise NoCalendar(f"there is no calendar {wanted!r} in bells.csv; it has: {known}")
    return wanted


def by_day(scenario: Scenario, calendar: str) -> dict[str, list[Bell]]:
    """Blocks of a calendar by day, days in the order of the file, blocks in that of the clock."""
    days: dict[str, list[Bell]] = defaultdict(list)
    for bell in scenario.bells:
        if bell.calendar == calendar:
            days[bell.day].append(bell)
    return {day: sorted(bells, key=lambda b: (b.start, b.end)) for day, bells in days.items()}


def cycle_of(scenario: Scenario, calendar: str) -> tuple[str, ...]:
    """Days of the cycle that this calendar has; all of its days where the settings name none."""
    days = by_day(scenario, calendar)
    return tuple(day for day in scenario.scenario.cycle if day in days) or tuple(days)


def dates_of(scenario: Scenario, calendar: str) -> Counter[str] | None:
    """How many dates each day of the calendar falls on; ``None`` where it has no dates."""
    rows = [row for row in scenario.days if row.calendar == calendar]
    return Counter(row.day for row in rows if row.day) if rows else None


def grades_of(scenario: Scenario) -> tuple[str, ...]:
    """Grades of students and of blocks, numbers by size; `EVERYBODY` alone where there are none."""
    found = {student.grade for student in scenario.students}
    found.update(grade for bell in scenario.bells for grade in bell.grades)
    return tuple(sorted(found, key=_grade_order)) or (EVERYBODY,)


def _grade_order(grade: str) -> tuple[int, int, str]:
    """Kindergarten (K, TK, PK) comes before numbers, and numbers before other words."""
    if grade.upper() in ("PK", "TK", "K"):
        return (0, ("PK", "TK", "K").index(grade.upper()), grade)
    return (1, int(grade), grade) if grade.isdecimal() else (2, 0, grade)


def _usual(cycle: Sequence[str], dated: Counter[str] | None) -> frozenset[str]:
    """The days whose bells a school is used to."""
    total = sum((dated or {}).values())
    if dated is None or not total:
        return frozenset(cycle)
    # A calendar of very many days may have none that is frequent: then all are usual.
    often = frozenset(day for day, times in dated.items() if times * USUAL_SHARE >= total)
    return often or frozenset(dated)


def _tallies(
    days: Mapping[str, Sequence[Bell]],
    grades: Sequence[str],
    usual: frozenset[str],
    counted: frozenset[str],
) -> dict[str, dict[str, Tally]]:
    """Minutes by day and grade."""
    found: dict[str, dict[str, Tally]] = {day: {} for day in days}
    for grade in grades:
        here = {day: attended(bells, grade) for day, bells in days.items()}
        ends = [_ends(bells) for day, bells in here.items() if day in usual and bells]
        first = min((start for start, _ in ends), default=None)
        last = max((end for _, end in ends), default=None)
        for day, bells in here.items():
            found[day][grade] = _tally(bells, counted, first, last)
    return found


def attended(bells: Iterable[Bell], grade: str) -> list[Bell]:
    """Blocks that students of a grade attend; pd is for staff."""
    return [bell for bell in bells if bell.kind != "pd" and bell.admits(grade)]


def _tally(
    bells: Sequence[Bell], counted: frozenset[str], first: int | None, last: int | None
) -> Tally:
    """One grade's day; ``first`` and ``last`` are its usual bells."""
    if not bells:
        return Tally()
    start, end = _ends(bells)
    kinds: dict[str, list[Span]] = defaultdict(list)
    blocks: dict[str, list[Span]] = defaultdict(list)
    for bell in bells:
        kinds[bell.kind].append((bell.start, bell.end))
        blocks[bell.block].append((bell.start, bell.end))
    lengths = {block: length(spans) for block, spans in blocks.items()}
    courses = {bell.block for bell in bells if bell.kind == "class"}
    return Tally(
        days=1,
        instructional=length(span for kind in counted for span in kinds.get(kind, ())),
        kinds={kind: length(spans) for kind, spans in kinds.items()},
        courses={block: lengths[block] for block in lengths if block in courses},
        blocks=lengths,
        unlisted=end - start - length((bell.start, bell.end) for bell in bells),
        span=end - start,
        early_release=0 if last is None else max(0, last - end),
        late_start=0 if first is None else max(0, start - first),
    )


def _ends(bells: Iterable[Bell]) -> Span:
    """The first bell and the last."""
    starts, ends = zip(*((bell.start, bell.end) for bell in bells), strict=True)
    return min(starts), max(ends)


def _staff(
    bells: Sequence[Bell], counted: Sequence[BlockKind], contract: Span | None
) -> StaffTally:
    start, end = contract or _ends(bells)
    everything = [(max(bell.start, start), min(bell.end, end)) for bell in bells]
    meetings = [(bell.start, bell.end) for bell in bells if bell.kind == "pd"]
    teaching = [(bell.start, bell.end) for bell in bells if bell.kind in counted]
    flex = [(bell.start, bell.end) for bell in bells if bell.kind == "flex"]
    return StaffTally(
        days=1,
        contract=end - start,
        pd=length(meetings),
        preparation=end - start - length((a, b) for a, b in everything if a < b),
        pd_in_class_time=shared(meetings, teaching),
        pd_in_flex_time=shared(meetings, flex),
    )


def _day(
    day: str,
    bells: Sequence[Bell],
    in_cycle: bool,
    dated: Counter[str] | None,
    grades: dict[str, Tally],
    staff: StaffTally,
) -> DayMinutes:
    here = {grade: attended(bells, grade) for grade in grades}
    ends = {grade: _ends(found) for grade, found in here.items() if found}
    return DayMinutes(
        day=day,
        in_cycle=in_cycle,
        dates=None if dated is None else dated[day],
        first=min((start for start, _ in ends.values()), default=None),
        last=max((end for _, end in ends.values()), default=None),
        bells=ends,
        grades=grades,
        staff=staff,
    )


def _period(days: Iterable[tuple[DayMinutes, int]]) -> Period:
    """Days, each so many times."""
    grades: dict[str, list[tuple[Tally, int]]] = defaultdict(list)
    staff: list[tuple[StaffTally, int]] = []
    for day, times in days:
        staff.append((day.staff, times))
        for grade, tally in day.grades.items():
            grades[grade].append((tally, times))
    return Period(
        grades={grade: summed(parts) for grade, parts in grades.items()},
        staff=_staff_summed(staff),
    )


def summed(parts: Iterable[tuple[Tally, int]]) -> Tally:
    """Tallies added up, each so many times; a negative number of times takes away."""
    numbers: Counter[str] = Counter()
    tables: dict[str, Counter[str]] = {name: Counter() for name in ("kinds", "courses", "blocks")}
    for tally, times in parts:
        for name in Tally.model_fields if times else ():
            if name not in tables:
                numbers[name] += times * getattr(tally, name)
                continue
            for key, amount in getattr(tally, name).items():
                tables[name][key] += times * amount
    return Tally.model_validate({**numbers, **{name: dict(t) for name, t in tables.items()}})


def _staff_summed(parts: Sequence[tuple[StaffTally, int]]) -> StaffTally:
    return StaffTally.model_validate(
        {
            name: sum(times * getattr(tally, name) for tally, times in parts)
            for name in StaffTally.model_fields
        }
    )
