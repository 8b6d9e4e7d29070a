"""A nightly fill in a fixed order, as schools run it: day by day, pulls, then needs, then choices.

In each block in turn, everybody in a fixed order (grade 12 first, then by id): first those whom
staff require, then those with a need still open, then by choice, then any seat where most room is.
Sessions that stayed too small are closed, and those who were in them are filled in once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.rivals.contract import Play
from benchmarks.rivals.seating import Seating
from scheduler.models import Student
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.rivals.contract import Task
    from scheduler.models import Need
    from scheduler.models.people import Person

    Step = Callable[[Seating, str, list[str]], str | None]

PLENTY = 1_000_000
"""Room where nothing limits the seats."""


def play(task: Task) -> Play:
    """Fill, close what is too small, and fill once more."""
    desk = Seating(task.scenario)
    people = [person.id for person in sorted(task.scenario.people, key=_order)]
    steps = (_required(desk), _needed, _chosen(desk), _roomy)
    fill(desk, people, steps)
    freed = desk.close_small()
    fill(desk, [person for person in people if person in freed], steps)
    return Play(plan=desk.plan())


def fill(desk: Seating, people: Iterable[str], steps: Iterable[Step]) -> None:
    """Give everybody who waits a seat, group by group and step by step."""
    for group in desk.groups:
        sessions = desk.meeting(group)
        for step in steps:
            for person in people:
                seat = step(desk, person, sessions) if desk.is_due(person, group) else None
                if seat is not None:
                    desk.take(person, seat)


def _order(person: Person) -> tuple[bool, int, str]:
    grade = person.grade if isinstance(person, Student) else ""
    return not grade, -int(grade) if grade.isdigit() else 0, person.id


def _first(desk: Seating, person: str, sessions: Iterable[str]) -> str | None:
    return next((session for session in sessions if desk.takes(person, session)), None)


def _required(desk: Seating) -> Step:
    """Where staff require the person to come."""
    asked: dict[str, set[str]] = {}
    for (person, target), pull in desk.facts.pulls.items():
        if pull.tier == "required":
            asked.setdefault(person, set()).update(desk.facts.reachable(person, target))

    def step(desk: Seating, person: str, sessions: list[str]) -> str | None:
        wanted = asked.get(person, set())
        return _first(desk, person, (s for s in sessions if s in wanted))

    return step


def _needed(desk: Seating, person: str, sessions: list[str]) -> str | None:
    """Where a need of theirs is met that is still open."""
    waiting = [n for n in desk.facts.needs_of.get(person, ()) if _met(desk, n) < n.visits]
    meeting = (s for s in sessions if any(desk.facts.meets(s, need) for need in waiting))
    return _first(desk, person, meeting)


def _met(desk: Seating, need: Need) -> int:
    return sum(desk.facts.meets(session, need) for session in desk.visiting[need.person])


def _chosen(desk: Seating) -> Step:
    """Their best choice that has room."""
    earns = catalogue.earnings(desk.facts)

    def step(desk: Seating, person: str, sessions: list[str]) -> str | None:
        wished = [s for s in sessions if (person, s) in desk.facts.choices]
        return _first(desk, person, sorted(wished, key=lambda s: -earns(person, s)))

    return step


def _roomy(desk: Seating, person: str, sessions: list[str]) -> str | None:
    """Wherever most room is left."""

    def room(session: str) -> int:
        left = desk.room_left(session)
        return PLENTY if left is None else left

    return _first(desk, person, sorted(sessions, key=room, reverse=True))
