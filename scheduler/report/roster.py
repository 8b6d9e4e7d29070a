"""One session: whether it runs, its seats, and who is in it and why."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from scheduler.models import Student
from scheduler.report.typed import Report, by_grade, called, unknown
from scheduler.report.wording import REASONS, hours
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from scheduler.models import Assignment, Scenario, Solution
    from scheduler.rules.facts import Facts


class Member(Report):
    """One person in a session; ``group`` is a student's grade, or ``staff``."""

    person: str
    called: str
    group: str
    reason: str
    why: str
    rank: int | None
    points: Decimal


class Roster(Report):
    """One session and everyone in it, by grade and name."""

    session: str
    activity: str
    title: str
    block: str
    hours: str
    room: str
    leaders: tuple[str, ...]
    open: bool
    size: int
    min_size: int
    max_size: int | None
    waiting: int
    members: tuple[Member, ...]


def roster(scenario: Scenario, solution: Solution, session: str) -> Roster:
    """Say who is in one session.

    Parameters
    ----------
    scenario : Scenario
    solution : Solution
        It names nobody and nothing strange; see `typed.strangers`.
    session : str
        An id.

    Raises
    ------
    Unknown
        When no session of the solution has this id.
    """
    facts = catalogue.facts(scenario)
    states = {state.session: state for state in solution.sessions}
    if session not in states:
        raise unknown("session", session, states)
    names = called(scenario)
    state = states[session]
    members = [
        _member(facts, names, line) for line in solution.assignments if line.session == session
    ]
    return Roster(
        session=session,
        activity=state.activity,
        title=facts.activity(session).title,
        block=state.block,
        hours=hours(facts.cycle.blocks.get(state.block)),
        room=state.room,
        leaders=tuple(names.get(leader, leader) for leader in state.leaders),
        open=state.open,
        size=state.size,
        min_size=state.min_size,
        max_size=state.max_size,
        waiting=state.waiting,
        members=tuple(sorted(members, key=lambda one: (by_grade(one.group), one.called))),
    )


def _member(facts: Facts, names: dict[str, str], line: Assignment) -> Member:
    person = facts.person(line.person)
    return Member(
        person=line.person,
        called=names[line.person],
        group=person.grade if isinstance(person, Student) else "staff",
        reason=line.reason,
        why=REASONS[line.reason],
        rank=line.rank,
        points=line.points,
    )
