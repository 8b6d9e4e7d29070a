"""Time: blocks, days, and which calendar is solved."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.models import Bell, Day
from scheduler.models.cells import clock
from scheduler.reading.draft import Spot
from scheduler.reading.words import listed, nearest, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Settings
    from scheduler.reading.draft import Draft
    from scheduler.reading.problems import Complaints

Placed = tuple[Spot, Bell]


def check(draft: Draft, say: Complaints) -> dict[str, Bell] | None:
    """Say what is wrong with blocks and days.

    Returns
    -------
    dict of str to Bell, or None
        Blocks of the solved calendar, on all its days, by ``day.block``; ``None`` where nobody can
        say which calendar is solved.
    """
    days: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    for spot, bell in draft.rows(Bell):
        if bell.end <= bell.start:
            say.wrong(
                spot.at("end"),
                f"the block ends at {clock(bell.end)}, but it starts at {clock(bell.start)}",
                f"write a time after {clock(bell.start)}",
            )
        else:
            days[bell.calendar, bell.day].append((spot, bell))
    for blocks in days.values():
        _check_overlaps(blocks, say)
    if "bells" in draft.unread:
        return None
    known = _days_by_calendar(draft)
    if not known:
        if not draft.tables["bells"]:
            say.wrong(draft.heads["bells"].at(), "there is no block", "add a row for every block")
        return None
    _check_days(draft, known, say)
    calendar = _solved(draft, known, say)
    if calendar is None:
        return None
    return {bell.key: bell for _, bell in draft.rows(Bell) if bell.calendar == calendar}


def _days_by_calendar(draft: Draft) -> dict[str, dict[str, None]]:
    """Days of each calendar, in the order of the file; wrong rows count too."""
    found: dict[str, dict[str, None]] = {}
    for entry in draft.tables.get("bells", ()):
        calendar, day = (str(entry.cells.get(key, "")) for key in ("calendar", "day"))
        if calendar and day:
            found.setdefault(calendar, {})[day] = None
    return found


def _check_overlaps(blocks: Iterable[Placed], say: Complaints) -> None:
    """Say which block of a day overlaps an earlier one; each block is said once."""
    running: list[Placed] = []
    for spot, bell in sorted(blocks, key=lambda item: (item[1].start, item[1].end)):
        running = [(s, b) for s, b in running if b.end > bell.start]
        for other_spot, other in running:
            if "pd" not in (bell.kind, other.kind) and bell.shares_grade(other):
                _say_overlap((other_spot, other), (spot, bell), say)
                break
        running.append((spot, bell))


def _say_overlap(first: Placed, second: Placed, say: Complaints) -> None:
    (spot, bell), (other_spot, other) = second, first
    say.wrong(
        spot.at("start"),
        f"{bell.key} ({clock(bell.start)}–{clock(bell.end)}) overlaps "
        f"{other.key} ({clock(other.start)}–{clock(other.end)}, {other_spot})",
        "part their times or their grades; only pd may overlap",
    )


def _check_days(draft: Draft, known: dict[str, dict[str, None]], say: Complaints) -> None:
    for spot, day in draft.rows(Day):
        if day.calendar not in known:
            say.wrong(
                spot.at("calendar"),
                f"there is no calendar {day.calendar!r} in bells.csv",
                _meant(day.calendar, known),
            )
        elif day.day and day.day not in known[day.calendar]:
            say.wrong(
                spot.at("day"),
                f"the calendar {day.calendar!r} has no day {day.day!r}",
                _meant(day.day, known[day.calendar]),
            )


def _meant(word: str, known: Iterable[str]) -> str:
    names = list(known)
    return one_of(names, nearest(word, names))


def _solved(draft: Draft, known: dict[str, dict[str, None]], say: Complaints) -> str | None:
    """The calendar that is solved."""
    settings = draft.settings
    if settings is None:
        return next(iter(known)) if len(known) == 1 else None
    if not settings.calendar and len(known) > 1:
        say.wrong(
            draft.key("calendar"),
            f"there are {len(known)} calendars and none is named",
            f"write calendar = {listed([_quoted(name) for name in known])}",
        )
        return None
    calendar = settings.calendar or next(iter(known))
    if calendar not in known:
        say.wrong(
            draft.key("calendar"),
            f"there is no calendar {calendar!r} in bells.csv",
            _meant(calendar, known),
        )
        return None
    _check_cycle(draft, settings, calendar, known[calendar], say)
    return calendar


def _quoted(name: str) -> str:
    return f'"{name}"'


def _check_cycle(
    draft: Draft, settings: Settings, calendar: str, days: dict[str, None], say: Complaints
) -> None:
    for day in settings.cycle:
        if day not in days:
            say.wrong(
                draft.key("cycle"),
                f"the calendar {calendar!r} has no day {day!r}",
                _meant(day, days),
            )
