"""The two bell schedules of a synthetic school, and the dates they fall on.

``current`` has five days alike; CoPs meet during flex time of two of them. ``short-monday`` ends
Monday 90 minutes earlier, CoPs meet after its last bell, and the other days are longer by 90
minutes in all, so that both weeks have as many minutes.
"""

import datetime
from collections.abc import Iterator

from scheduler.generate.sizes import Sizes
from scheduler.models import Bell, Day
from scheduler.models.time import BlockKind

CURRENT = "current"
SHORT_MONDAY = "short-monday"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
ADVISORY_DAYS = ("Mon", "Wed", "Fri")
FIRST_DATE = datetime.date(2026, 9, 7)
"""A Monday, and a holiday."""

_START = 8 * 60
_PASSING = 5
_PD_MINUTES = 80
_PERIOD, _ADVISORY, _FLEX, _LUNCH = 50, 20, 45, 30

_Part = tuple[str, BlockKind, int]


def flex_keys(sizes: Sizes) -> list[str]:
    """Flex blocks as ``day.block``, one a day first, in the order in which days take them."""
    again = ("flex", "flex2")
    return [f"{DAYS[at % 5]}.{again[at // 5]}" for at in range(sizes.flex_blocks)]


def pd_overlaps(sizes: Sizes) -> tuple[int, ...]:
    """Flex blocks, by number, during which CoPs meet under ``current``."""
    if sizes.flex_blocks < 3:
        return ()
    return (2, 3) if sizes.flex_blocks > 3 else (1, 2)


def pd_keys(sizes: Sizes) -> list[str]:
    """PD blocks of ``current``: during two flex blocks or, with fewer than three, after school."""
    return [f"{DAYS[at]}.pd" for at in pd_overlaps(sizes)] or ["Tue.pd"]


def bells(sizes: Sizes) -> list[Bell]:
    """Every block of every day of every calendar."""
    found = [bell for day in DAYS for bell in _day(sizes, CURRENT, day, _stretch(day, CURRENT))]
    if sizes.calendars == 2:
        for day in DAYS:
            found += _day(sizes, SHORT_MONDAY, day, _stretch(day, SHORT_MONDAY))
    return found


def _stretch(day: str, calendar: str) -> tuple[int, int, int]:
    """Minutes that each of six periods, advisory and flex are longer than under ``current``."""
    if calendar == CURRENT:
        return 0, 0, 0
    if day == "Mon":
        return -12, -10, -8
    return (3, 0, 4) if day in ("Tue", "Thu") else (3, 0, 5)


def _parts(sizes: Sizes, day: str, stretch: tuple[int, int, int]) -> Iterator[_Part]:
    longer, advisory, flex = stretch
    blocks = {key.split(".")[1] for key in flex_keys(sizes) if key.startswith(f"{day}.")}
    meets = day in ADVISORY_DAYS
    yield "p1", "class", _PERIOD + longer
    yield "p2", "class", _PERIOD + longer
    yield ("adv", "advisory", _ADVISORY + advisory) if meets else ("break", "other", _ADVISORY)
    yield ("flex", "flex", _FLEX + flex) if "flex" in blocks else ("open", "other", _FLEX + flex)
    yield "p3", "class", _PERIOD + longer
    yield "lunch", "lunch", _LUNCH
    yield "p4", "class", _PERIOD + longer
    if "flex2" in blocks:
        yield "flex2", "flex", _FLEX
    yield "p5", "class", _PERIOD + longer
    yield "p6", "class", _PERIOD + longer


def _day(sizes: Sizes, calendar: str, day: str, stretch: tuple[int, int, int]) -> list[Bell]:
    found: list[Bell] = []
    now = _START

    def add(block: str, kind: BlockKind, length: int) -> None:
        found.append(
            Bell(calendar=calendar, day=day, block=block, kind=kind, start=now, end=now + length)
        )

    for at, (block, kind, length) in enumerate(_parts(sizes, day, stretch)):
        if at:
            add(f"pass{at}", "passing", _PASSING)
            now += _PASSING
        add(block, kind, length)
        if calendar == CURRENT and block == "flex" and DAYS.index(day) in pd_overlaps(sizes):
            add("pd", "pd", length)
        now += length
    now += 10
    if calendar == SHORT_MONDAY and day == "Mon":
        add("pd", "pd", _PD_MINUTES)
    if calendar == CURRENT and not pd_overlaps(sizes) and day == "Tue":
        add("pd", "pd", _PD_MINUTES)
    return found


def days(sizes: Sizes) -> list[Day]:
    """Real dates of a few weeks for each calendar; the first Monday is a holiday."""
    names = (CURRENT, SHORT_MONDAY)[: sizes.calendars]
    found = []
    for calendar in names:
        for at in range(5 * sizes.weeks):
            date = FIRST_DATE + datetime.timedelta(days=at // 5 * 7 + at % 5)
            off = at == 0
            note = "Labor Day" if off else ""
            day = "" if off else DAYS[at % 5]
            found.append(Day(calendar=calendar, date=date, day=day, note=note))
    return found
