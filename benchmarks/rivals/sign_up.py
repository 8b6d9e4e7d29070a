"""First come, first served: people in random order, each taking the best seats still free.

It knows nothing of needs, pulls or minimum sizes. Sessions that stayed too small are closed, and
those who were in them take the best of what is left, in the same order.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from benchmarks.rivals.contract import Play
from benchmarks.rivals.seating import Seating
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from benchmarks.rivals.contract import Task

    Earns = Callable[[str, str], Decimal]


def play(task: Task) -> Play:
    """Let everybody sign up, close what is too small, and let the rest sign up once more."""
    desk = Seating(task.scenario)
    earns = catalogue.earnings(desk.facts)
    people = [person.id for person in task.scenario.people]
    random.Random(task.seed).shuffle(people)
    sign_up(desk, earns, people)
    freed = desk.close_small()
    sign_up(desk, earns, [person for person in people if person in freed])
    return Play(plan=desk.plan())


def sign_up(desk: Seating, earns: Earns, people: Iterable[str]) -> None:
    """Each in turn takes the best seat still free for each place that they wait for."""
    meeting = {group: desk.meeting(group) for group in desk.groups}
    for person in people:
        for group, sessions in meeting.items():
            if desk.is_due(person, group):
                best = _best(desk, earns, person, sessions)
                if best is not None:
                    desk.take(person, best)


def _best(desk: Seating, earns: Earns, person: str, sessions: list[str]) -> str | None:
    """The session of most points that takes them, else a fallback, else any."""

    def rank(session: str) -> tuple[Decimal, bool]:
        return -earns(person, session), not desk.facts.activity(session).fallback

    return next((s for s in sorted(sessions, key=rank) if desk.takes(person, s)), None)
