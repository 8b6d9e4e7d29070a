"""The bell schedules of twelve real high schools, as calendars of scenarios.

Eleven are ``.bell`` files (nicolaschan/bell): times and labels of each day type, a default week and
special days. One more is JSON without dates (sh-sched-tracker). They are read from the folder that
FLEXWEAVE_DATA names and never committed.

Days ``Mon`` to ``Fri`` are the default week, and the cycle; every other day type has its own name.
A date that is not as its weekday's default carries the type. The dates are those from the first
special day to the last: what a file covers, not a school year.

    python -m benchmarks.datasets.bell_schedules
"""

from __future__ import annotations

import datetime
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scheduler.calendars import minutes, short_days
from scheduler.models import Bell, Day, Scenario, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.models.time import BlockKind

CALENDAR = "published"
GRADES = ("9", "10", "11", "12")
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri")
SOUTHAMPTON = "southampton_ny_schedules.json"

_TIME = re.compile(r"(\d{1,2}:\d\d)\s+(.+)")
_DATES = re.compile(r"(\d\d/\d\d/\d{4})(?:-(\d\d/\d\d/\d{4}))?\s+(\S+)")
_KINDS: tuple[tuple[str, BlockKind], ...] = (
    ("passing", "passing"),
    ("lunch", "lunch"),
    ("advisory|homeroom", "advisory"),
    (r"flex|tutorial|study|office hours|extra help|support", "flex"),
    (r"brunch|break|rally|fire drill|party|(?<!/)assembly", "other"),
)
"""What a label means, the first that fits; everything else is a class."""

Part = tuple[str, "BlockKind", str, str]
"""A block: name, kind, start, end."""


class Totals(NamedTuple):
    """One school at a glance; ``total`` are minutes of instruction over the dates covered."""

    school: str
    by_day: dict[str, int]
    dates: int
    total: int | None
    short: tuple[str, ...]


def folder() -> Path | None:
    """Where the schools are, or None where FLEXWEAVE_DATA is unset or lacks them."""
    root = os.environ.get("FLEXWEAVE_DATA")
    found = Path(root) / "bell_schedules" if root else None
    return found if found and found.is_dir() else None


def schools(data: Path) -> dict[str, Scenario]:
    """Every school by its short name."""
    places = sorted(path for path in (data / "nicolaschan_bell").iterdir() if path.is_dir())
    found = {place.name: bell_school(place) for place in places}
    return found | {"southampton": southampton(data / SOUTHAMPTON)}


def kind_of(label: str) -> BlockKind:
    """Kind of a block by its label."""
    for pattern, kind in _KINDS:
        if re.search(pattern, label, re.IGNORECASE):
            return kind
    return "class"


def bell_school(place: Path) -> Scenario:
    """A school of ``.bell`` files."""
    name = json.loads((place / "meta.json").read_text("utf-8"))["name"]
    types = dict(_types((place / "schedules.bell").read_text("utf-8")))
    week, special = _calendar((place / "calendar.bell").read_text("utf-8"))
    days = {day: types[week[day]] for day in WEEK} | {
        k: parts for k, parts in types.items() if parts
    }
    return Scenario(
        scenario=Settings(name=name, calendar=CALENDAR, cycle=WEEK),
        bells=tuple(_bells(days)),
        days=tuple(_dates(week, special, types)),
    )


def southampton(file: Path) -> Scenario:
    """The school of the JSON file; time between its periods is in no block."""
    told = json.loads(file.read_text("utf-8"))["southampton_high_school"]
    days = {day: list(_periods(schedule["periods"])) for day, schedule in told.items()}
    return Scenario(
        scenario=Settings(name="Southampton High School", cycle=("regular_schedule",)),
        bells=tuple(_bells(days)),
    )


def _periods(told: list[dict[str, Any]]) -> Iterator[Part]:
    """Blocks of one day of the JSON file; warning bells are none."""
    for period in told:
        name = str(period["name"])
        if period["end"] and "warning" not in name.lower():
            name = f"Period {name}" if name.isdecimal() else name
            yield name, kind_of(name), period["start"], period["end"]


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if bare := line.partition(" #")[0].strip():
            yield bare


def _types(text: str) -> Iterator[tuple[str, list[Part]]]:
    """Day types: ``* id`` opens one, a line a block, which lasts until the next line."""
    for chunk in re.split(r"^\* *", text, flags=re.MULTILINE)[1:]:
        head, *lines = _lines(chunk)
        told = [found.groups() for line in lines if (found := _TIME.fullmatch(line))]
        if len(told) != len(lines):
            raise ValueError(f"{head}: a line is no time with a label")
        yield head, list(_parts([(label.strip(), time) for time, label in told]))


def _parts(told: list[tuple[str, str]]) -> Iterator[Part]:
    """Blocks; the way to the first one is no part of the day, nor is what has no length."""
    seen: dict[str, int] = {}
    ends = [time for _, time in told[1:]]
    for (label, start), end in zip(told, ends, strict=False):
        kind = kind_of(label)
        if label == "Free" or start == end or (kind == "passing" and not seen):
            continue
        name = re.sub(r"[{}.;]", "", label)
        seen[name] = seen.get(name, 0) + 1
        yield f"{name} {seen[name]}" if seen[name] > 1 else name, kind, start, end


def _calendar(text: str) -> tuple[dict[str, str], dict[datetime.date, str]]:
    """The type of each weekday, and of each special date."""
    week: dict[str, str] = {}
    special: dict[datetime.date, str] = {}
    for line in _lines(text):
        if found := _DATES.fullmatch(line):
            first = _date(found[1])
            for at in range((_date(found[2] or found[1]) - first).days + 1):
                special[first + datetime.timedelta(days=at)] = found[3]
        elif not line.startswith("*"):
            day, kind = line.split()
            week[day] = kind
    return week, special


def _date(text: str) -> datetime.date:
    return datetime.datetime.strptime(text, "%m/%d/%Y").date()


def _bells(days: dict[str, list[Part]]) -> Iterator[Bell]:
    for day, parts in days.items():
        for block, kind, start, end in parts:
            yield Bell.model_validate(
                {
                    "calendar": CALENDAR,
                    "day": day,
                    "block": block,
                    "kind": kind,
                    "start": start,
                    "end": end,
                    "grades": GRADES,
                }
            )


def _dates(
    week: dict[str, str], special: dict[datetime.date, str], types: dict[str, list[Part]]
) -> Iterator[Day]:
    """Weekdays from the first special date to the last, and weekends with school."""
    date, last = min(special), max(special)
    while date <= last:
        weekday = date.strftime("%a")
        kind = special.get(date, week[weekday])
        day = weekday if weekday in WEEK and kind == week[weekday] else kind
        here = bool(types[kind])
        if here or weekday in WEEK:
            yield Day(
                calendar=CALENDAR, date=date, day=day if here else "", note="" if here else kind
            )
        date += datetime.timedelta(days=1)


def totals(name: str, school: Scenario) -> Totals:
    """What a school comes to."""
    found = minutes(school)
    grade = GRADES[0]
    return Totals(
        school=name,
        by_day={day.day: day.grades[grade].instructional for day in found.days},
        dates=sum(day.dates or 0 for day in found.days),
        total=found.year.grades[grade].instructional if found.year else None,
        short=short_days(found),
    )


def main() -> int:
    """Print a line per school."""
    data = folder()
    if data is None:
        print("set FLEXWEAVE_DATA to a folder that holds bell_schedules", file=sys.stderr)
        return 2
    for name, school in schools(data).items():
        found = totals(name, school)
        days = ", ".join(f"{day} {count}" for day, count in found.by_day.items())
        print(
            f"{name}: {found.dates} dates, {found.total} minutes; short: {', '.join(found.short)}"
        )
        print(f"  {days}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
