"""A pack's floors held against a calendar: each gives its margin, not only whether it is met."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from scheduler.calendars.minutes import attended, by_day, cycle_of, grades_of, named
from scheduler.calendars.packs import NOTICE
from scheduler.calendars.spans import length, union
from scheduler.models.solution import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scheduler.calendars.packs import Averaged, Counts, Daily, Pack
    from scheduler.models import Bell, Scenario

FloorKind = Literal["yearly", "days", "daily", "averaged", "least"]


class Floor(Outcome):
    """One floor held against one grade.

    Attributes
    ----------
    kind : str
        ``yearly`` minutes, ``days``, ``daily`` minutes, ``averaged`` minutes of two consecutive
        days, or ``least`` minutes that none of those two may go below.
    grade : str
    unit : str
        ``minutes`` or ``days``.
    needed : int
    found : Decimal or None
        The year's minutes or days; of floors by day the worst one's. ``None`` where the calendar
        has no dates to say, or no day is left to judge.
    margin : Decimal or None
        found − needed: below 0 by how much it is missed.
    met : bool or None
        ``None`` where nobody can say without dates.
    worst : str
        The day, or the date and its day, that gave ``found``; empty for floors of a year.
    below : int
        School days (of the cycle without dates) below the floor and not made good.
    source : str
    """

    kind: FloorKind
    grade: str
    unit: Literal["minutes", "days"]
    needed: int
    found: Decimal | None
    margin: Decimal | None
    met: bool | None
    worst: str = ""
    below: int = 0
    source: str


class Credit(Outcome):
    """Dates that are no full day and that pd may make one.

    Attributes
    ----------
    grade : str
    dates : int or None
        Dates with enough instruction and pd; ``None`` without dates.
    cap : int
        Most that count.
    margin : int or None
        cap − dates: below 0, so many dates do not count.
    source : str
    """

    grade: str
    dates: int | None
    cap: int
    margin: int | None
    source: str


class Verdict(Outcome):
    """What a pack says of a calendar.

    Attributes
    ----------
    pack, title, source, date : str
        The pack, and what it stands on.
    notice : str
        That this is no legal advice.
    calendar : str
    minutes : dict of str to int or None
        What counts in a year by grade; ``None`` without dates.
    floors : tuple of Floor
    credits : tuple of Credit
    unjudged : tuple of str
        Grades for which the pack has no floor at all.
    """

    pack: str
    title: str
    source: str
    date: str
    notice: str = NOTICE
    calendar: str
    minutes: dict[str, int | None]
    floors: tuple[Floor, ...]
    credits: tuple[Credit, ...]
    unjudged: tuple[str, ...]

    @property
    def met(self) -> bool | None:
        """Whether every floor is met; ``None`` where none is missed and some cannot be told."""
        answers = [floor.met for floor in self.floors]
        return False if False in answers else None if None in answers else True


class Dated(NamedTuple):
    """A day to judge: its date (or the day's name), the day, instruction and pd in minutes."""

    label: str
    day: str
    minutes: int
    pd: int
    here: bool


class Year(NamedTuple):
    """One grade's days in order; ``dated`` tells dates from the days of the cycle."""

    grade: str
    days: list[Dated]
    dated: bool


def judge(scenario: Scenario, pack: Pack, calendar: str = "") -> Verdict:
    """Hold a pack's floors against a calendar (an empty name: the one that is solved).

    Raises
    ------
    NoCalendar
        When there is none of this name.
    """
    name = named(scenario, calendar)
    years = [_year(scenario, name, grade, pack.counts) for grade in grades_of(scenario)]
    floors = [floor for year in years for floor in _floors(year, pack)]
    judged = {floor.grade for floor in floors}
    return Verdict(
        pack=pack.name,
        title=pack.title,
        source=pack.source,
        date=pack.date.isoformat(),
        calendar=name,
        minutes={year.grade: _total(year, pack) if year.dated else None for year in years},
        floors=tuple(floors),
        credits=tuple(credit for year in years for credit in _credits(year, pack)),
        unjudged=tuple(year.grade for year in years if year.grade not in judged),
    )


def counted_minutes(bells: Iterable[Bell], counts: Counts) -> int:
    """Minutes of one grade's blocks of a day that a pack counts; what overlaps counts once."""
    spans, out, everything = [], [], []
    for bell in bells:
        everything.append((bell.start, bell.end))
        if bell.block in counts.not_blocks:
            out.append((bell.start, bell.end))
        elif bell.kind in counts.kinds or bell.block in counts.blocks:
            limit = counts.longest_passing if bell.kind == "passing" else 0
            spans.append((bell.start, min(bell.end, bell.start + limit) if limit else bell.end))
    if not everything:
        return 0
    covered = union(everything)
    unlisted = covered[-1][1] - covered[0][0] - length(covered)
    return length([*spans, *out]) - length(out) + (unlisted if counts.unlisted else 0)


def _year(scenario: Scenario, calendar: str, grade: str, counts: Counts) -> Year:
    days = by_day(scenario, calendar)
    figures = {day: _figures(bells, grade, counts) for day, bells in days.items()}
    rows = sorted(
        (row for row in scenario.days if row.calendar == calendar), key=lambda row: row.date
    )
    if rows:
        dated = [Dated(r.date.isoformat(), r.day, *figures[r.day]) for r in rows if r.day]
        return Year(grade, dated, dated=True)
    cycle = cycle_of(scenario, calendar)
    return Year(grade, [Dated(day, day, *figures[day]) for day in cycle], dated=False)


def _figures(bells: Sequence[Bell], grade: str, counts: Counts) -> tuple[int, int, bool]:
    """Instruction and pd of a day in minutes, and whether students are there."""
    here = attended(bells, grade)
    meetings = length((bell.start, bell.end) for bell in bells if bell.kind == "pd")
    return counted_minutes(here, counts), meetings, bool(here)


def _floors(year: Year, pack: Pack) -> Iterable[Floor]:
    for yearly in pack.yearly:
        if yearly.covers(year.grade):
            yield _of_year(year, "yearly", yearly.minutes, _total(year, pack), yearly.source)
    for days in pack.days:
        if days.covers(year.grade):
            yield _of_year(year, "days", days.days, _school_days(year, pack), days.source)
    for daily in pack.daily:
        if daily.covers(year.grade):
            yield _daily(year, daily, pack)
    for averaged in pack.averaged:
        if averaged.covers(year.grade):
            yield from _averaged(year, averaged)


def _of_year(year: Year, kind: FloorKind, needed: int, found: int, source: str) -> Floor:
    known = year.dated
    return Floor(
        kind=kind,
        grade=year.grade,
        unit="days" if kind == "days" else "minutes",
        needed=needed,
        found=Decimal(found) if known else None,
        margin=Decimal(found - needed) if known else None,
        met=found >= needed if known else None,
        source=source,
    )


def _total(year: Year, pack: Pack) -> int:
    """The year's minutes, with the average school day's, rounded down, for what pd makes one."""
    own = sum(day.minutes for day in year.days)
    there = sum(day.here for day in year.days)
    if pack.pd is None or not pack.pd.average_minutes or not there:
        return own
    return own + sum(max(0, own // there - day.minutes) for day in _credited(year, pack))


def _full(day: Dated, grade: str, pack: Pack) -> bool:
    """Whether a day is a school day by itself: students are there for every daily floor."""
    return day.here and all(
        day.minutes >= floor.minutes for floor in pack.daily if floor.covers(grade)
    )


def _creditable(year: Year, pack: Pack) -> list[Dated]:
    """Days that are no full one and have what pd credit asks for."""
    credit = pack.pd
    if credit is None:
        return []
    return [
        day
        for day in year.days
        if not _full(day, year.grade, pack)
        and day.minutes >= credit.student_minutes
        and day.pd >= credit.pd_minutes
    ]


def _credited(year: Year, pack: Pack) -> list[Dated]:
    """Those that count: the shortest first, as many as the cap allows."""
    cap = 0 if pack.pd is None else pack.pd.days
    return sorted(_creditable(year, pack), key=lambda day: day.minutes)[:cap]


def _school_days(year: Year, pack: Pack) -> int:
    full = sum(_full(day, year.grade, pack) for day in year.days)
    return full + len(_credited(year, pack))


def _credits(year: Year, pack: Pack) -> list[Credit]:
    if pack.pd is None:
        return []
    dates = len(_creditable(year, pack)) if year.dated else None
    return [
        Credit(
            grade=year.grade,
            dates=dates,
            cap=pack.pd.days,
            margin=None if dates is None else pack.pd.days - dates,
            source=pack.pd.source,
        )
    ]


def _daily(year: Year, floor: Daily, pack: Pack) -> Floor:
    """The shortest school day that pd does not make good."""
    made_good = set(_credited(year, pack) if year.dated else _creditable(year, pack))
    judged = [day for day in year.days if day.here and day not in made_good]
    short = sum(day.minutes < floor.minutes for day in judged)
    # Without dates nobody can say whether a short day falls on more dates than pd makes good.
    unsure = not year.dated and bool(made_good)
    return _of_day(year, "daily", floor.minutes, _worst(judged), short, floor.source, unsure=unsure)


def _worst(days: Iterable[Dated]) -> tuple[Decimal, str] | None:
    found = min(days, key=lambda day: day.minutes, default=None)
    return None if found is None else (Decimal(found.minutes), _label(found))


def _label(day: Dated) -> str:
    return day.label if day.label == day.day else f"{day.label} {day.day}"


def _of_day(
    year: Year,
    kind: FloorKind,
    needed: int,
    worst: tuple[Decimal, str] | None,
    below: int,
    source: str,
    unsure: bool = False,
) -> Floor:
    return Floor(
        kind=kind,
        grade=year.grade,
        unit="minutes",
        needed=needed,
        found=worst and worst[0],
        margin=worst and worst[0] - needed,
        met=False if below else None if unsure or worst is None else True,
        worst=worst[1] if worst else "",
        below=below,
        source=source,
    )


def _averaged(year: Year, floor: Averaged) -> Iterable[Floor]:
    """A short day stands with the day before or after it; each day helps one other at most."""
    days = [day for day in year.days if day.here]
    means = _means([day.minutes for day in days], floor.minutes, wrap=not year.dated)
    at = min(range(len(days)), key=lambda i: means[i], default=None)
    worst = None if at is None else (means[at], _label(days[at]))
    below = sum(mean < floor.minutes for mean in means)
    yield _of_day(year, "averaged", floor.minutes, worst, below, floor.source)
    short = sum(day.minutes < floor.least for day in days)
    yield _of_day(year, "least", floor.least, _worst(days), short, floor.source)


def _means(minutes: Sequence[int], needed: int, *, wrap: bool) -> list[Decimal]:
    """Each day's minutes or, of a short one, the mean with the neighbour that helps it.

    In order, a short day takes the day before it if that is still free and enough, else the day
    after; two short days never help each other. So no other choice helps more days. A cycle without
    dates comes round again: its first day follows its last.
    """
    taken: set[int] = set()
    found: list[Decimal] = []
    for at, here in enumerate(minutes):
        if here >= needed:
            found.append(Decimal(here))
            continue
        beside = [i for i in _beside(at, len(minutes), wrap=wrap) if i not in taken]
        helping = next((i for i in beside if here + minutes[i] >= 2 * needed), None)
        if helping is None:
            most = max((minutes[i] for i in beside), default=here)
            found.append(Decimal(here + most) / 2)
        else:
            taken.add(helping)
            found.append(Decimal(here + minutes[helping]) / 2)
    return found


def _beside(at: int, count: int, *, wrap: bool) -> list[int]:
    """Numbers of the days before and after one."""
    if wrap and count > 1:
        return list(dict.fromkeys([(at - 1) % count, (at + 1) % count]))
    return [i for i in (at - 1, at + 1) if 0 <= i < count]
