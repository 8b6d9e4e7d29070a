"""What a scenario holds: how many of everything, and seats against demand block by block."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scheduler.models import TABLES
from scheduler.models.cycle import calendar_names
from scheduler.report.typed import Report
from scheduler.report.wording import hours
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Scenario
    from scheduler.models.time import Kind
    from scheduler.rules.facts import Facts


class Load(Report):
    """Seats against demand where places are due: in one block, or once per cycle.

    Attributes
    ----------
    block : str
        ``day.block``; empty where one place is due per cycle (advisory, pd).
    hours : str
    kind : str
    people : int
        People who are due a place.
    sessions, seats : int
        Sessions offered there, and their seats; ``None`` where some session takes any number.
    sought : int
        Sessions that more people chose than they have seats.
    """

    block: str
    hours: str
    kind: str
    people: int
    sessions: int
    seats: int | None
    sought: int


class Overview(Report):
    """A scenario in numbers.

    Attributes
    ----------
    calendars : tuple of str
        Every calendar in the data; ``calendar`` is the one solved.
    rows : dict of str to int
        Rows of each table, empty tables left out.
    unoffered : int
        Sessions whose block the solved calendar does not have.
    """

    name: str
    calendar: str
    calendars: tuple[str, ...]
    days: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: dict[str, int]
    unoffered: int
    loads: tuple[Load, ...]


def overview(scenario: Scenario) -> Overview:
    """Count what a scenario holds."""
    facts = catalogue.facts(scenario)
    rows = {table: len(getattr(scenario, table)) for table in TABLES}
    return Overview(
        name=scenario.scenario.name,
        calendar=facts.cycle.calendar,
        calendars=tuple(calendar_names(scenario)),
        days=tuple(dict.fromkeys(bell.day for bell in facts.cycle.blocks.values())),
        kinds=facts.cycle.kinds,
        rows={table: number for table, number in rows.items() if number},
        unoffered=len(scenario.sessions) - len(facts.cycle.offered),
        loads=tuple(_loads(facts)),
    )


def _loads(facts: Facts) -> list[Load]:
    due = Counter((place.kind, place.block) for places in facts.places.values() for place in places)
    wanted = Counter(session for _, session in facts.choices)
    found = []
    for kind, blocks in facts.meeting.items():
        for block in ("",) if facts.once(kind) and blocks else blocks:
            found.append(_load(facts, kind, block, due[kind, block], wanted))
    return found


def _load(facts: Facts, kind: Kind, block: str, people: int, wanted: Counter[str]) -> Load:
    sessions = [
        session
        for session in facts.cycle.decided.values()
        if facts.kind(session.id) == kind and block in ("", session.block)
    ]
    seats = {session.id: facts.seats(session.id) for session in sessions}
    return Load(
        block=block,
        hours=hours(facts.cycle.blocks.get(block)),
        kind=kind,
        people=people,
        sessions=len(sessions),
        seats=_together(facts, seats) if block == "" else _total(seats.values()),
        sought=sum(wanted[session] > most for session, most in seats.items() if most is not None),
    )


def _together(facts: Facts, seats: dict[str, int | None]) -> int | None:
    """Seats where one place is due per cycle: a series seats as many as its smallest session."""
    fewest: dict[tuple[str, ...], int | None] = {}
    for session, most in seats.items():
        unit = facts.together(session)
        known = fewest.get(unit)
        fewest[unit] = min((n for n in (known, most) if n is not None), default=None)
    return _total(fewest.values())


def _total(seats: Iterable[int | None]) -> int | None:
    known = [most for most in seats if most is not None]
    return sum(known) if len(known) == len(list(seats)) else None
