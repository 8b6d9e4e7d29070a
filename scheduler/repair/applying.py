"""Changes applied to a scenario: a pure function, row by row of ``changes.csv``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scheduler.models import (
    Away,
    Change,
    Choice,
    Cycle,
    Previous,
    Pull,
    Scenario,
    Session,
    Student,
)
from scheduler.models.cells import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TAG = "#"
"""An item of a new student's ``value`` that begins so is a tag."""


def changed(
    scenario: Scenario,
    changes: Sequence[Change],
    lines: Iterable[tuple[str, str]],
    since: str | None = None,
) -> Scenario:
    """The scenario after the changes, its ``previous`` the old plan.

    Parameters
    ----------
    scenario : Scenario
    changes : sequence of Change
        As `checked` lets them through; they take effect one after the other.
    lines : iterable of (person, session)
        The old plan, kept lines among them; who or what is gone is left out.
    since : str, optional
        Blocks before this one are over: nobody becomes away in them, and newcomers were not there.
    """
    over = before(scenario, since)
    for change in sorted(changes, key=_last):
        scenario = _ACTIONS[change.action](scenario, change, over)
    scenario = _leaderless(scenario, changes)
    people = {person.id for person in scenario.people}
    offered = {session.id for session in scenario.sessions}
    previous = tuple(
        Previous(person=p, session=s) for p, s in lines if p in people and s in offered
    )
    return scenario.model_copy(update={"previous": previous, "changes": ()})


def _last(change: Change) -> bool:
    """Whether it waits for the others: a room is lost by those who are still in it."""
    return change.action == "room" and not change.value


def before(scenario: Scenario, since: str | None) -> tuple[str, ...]:
    """Blocks of the cycle before one of them, which are over."""
    blocks = list(Cycle(scenario).blocks)
    return tuple(blocks[: blocks.index(since)]) if since is not None else ()


class NewStudent(NamedTuple):
    """What the ``value`` of ``add`` says."""

    grade: str
    tags: tuple[str, ...]
    choices: tuple[str, ...]


def newcomer(value: str) -> NewStudent:
    """``grade;#tag;choice;choice``: the grade comes first, choices count in their order."""
    grade, *rest = split(value) or ("",)
    tags = tuple(item[1:].strip() for item in rest if item.startswith(TAG))
    return NewStudent(grade, tags, tuple(item for item in rest if not item.startswith(TAG)))


def asker(scenario: Scenario, value: str) -> tuple[str, str]:
    """Target of a pull and who asks: ``target;staff``, or else the target's first leader."""
    target, *rest = split(value) or ("",)
    if rest:
        return target, rest[0]
    leaders = (s.leaders for s in scenario.sessions if target in (s.id, s.activity))
    return target, next((leader for some in leaders for leader in some), "")


# ---- actions -------------------------------------------------------------------------------------


def _away(scenario: Scenario, change: Change, over: tuple[str, ...]) -> Scenario:
    blocks = [change.block] if change.block else list(Cycle(scenario).blocks)
    known = {(row.person, row.block) for row in scenario.away}
    new = [b for b in blocks if b not in over and (change.id, b) not in known]
    gone = {s.id for s in scenario.sessions if s.block in new}
    return scenario.model_copy(
        update={
            "away": scenario.away + tuple(Away(person=change.id, block=b) for b in new),
            "locks": _without(
                scenario.locks, lambda k: k.person == change.id and k.session in gone
            ),
        }
    )


def _cancel(scenario: Scenario, change: Change, over: tuple[str, ...]) -> Scenario:
    return _cancelled(scenario, {change.id})


def _room(scenario: Scenario, change: Change, over: tuple[str, ...]) -> Scenario:
    if change.value:
        return _edited(scenario, change.id, room=change.value)
    lost = {
        session.id
        for session in scenario.sessions
        if session.room == change.id
        and change.block in ("", session.block)
        and session.block not in over
    }
    return _cancelled(scenario, lost)


def _lead(scenario: Scenario, change: Change, over: tuple[str, ...]) -> Scenario:
    return _edited(scenario, change.id, leaders=split(change.value))


def _resize(scenario: Scenario, change: Change, over: tuple[str, ...]) -> Scenario:
    return _edited(scenario, change.id, max_size=int(change.value))


def _pull(scenario: Scenario, change: Change, over: tuple[str, ...]) -> Scenario:
    target, by = asker(scenario, change.value)
    pull = Pull(person=change.id, target=target, by=by, tier="required")
    return scenario.model_copy(update={"pulls": (*scenario.pulls, pull)})


def _add(scenario: Scenario, change: Change, over: tuple[str, ...]) -> Scenario:
    new = newcomer(change.value)
    student = Student(id=change.id, grade=new.grade, tags=new.tags)
    wishes = [
        Choice(person=change.id, choice=choice, rank=rank)
        for rank, choice in enumerate(new.choices, 1)
    ]
    return scenario.model_copy(
        update={
            "students": (*scenario.students, student),
            "choices": (*scenario.choices, *wishes),
            "away": (*scenario.away, *(Away(person=change.id, block=b) for b in over)),
        }
    )


def _drop(scenario: Scenario, change: Change, over: tuple[str, ...]) -> Scenario:
    gone = change.id
    named = ("person", "a", "b", "student", "staff", "by")
    tables = ("choices", "pulls", "locks", "pairs", "away", "knows", "ledger", "previous")
    update: dict[str, Any] = {
        table: _without(
            getattr(scenario, table),
            lambda row: any(getattr(row, key, None) == gone for key in named),
        )
        for table in tables
    }
    update["needs"] = tuple(
        need.model_copy(update={"by": ""}) if need.by == gone else need
        for need in scenario.needs
        if need.person != gone
    )
    update["students"] = tuple(
        s.model_copy(update={"home": ""}) if s.home == gone else s
        for s in scenario.students
        if s.id != gone
    )
    update["staff"] = _without(scenario.staff, lambda row: row.id == gone)
    return scenario.model_copy(update=update)


def _leaderless(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """Sessions lose leaders who left; one that has nobody else is cancelled, not leaderless."""
    gone = {change.id for change in changes if change.action == "drop"}
    lost = {s.id for s in scenario.sessions if s.leaders and set(s.leaders) <= gone}
    scenario = _cancelled(scenario, lost)
    sessions = tuple(
        s.model_copy(update={"leaders": tuple(i for i in s.leaders if i not in gone)})
        if set(s.leaders) & gone
        else s
        for s in scenario.sessions
    )
    return scenario.model_copy(update={"sessions": sessions})


_ACTIONS: dict[str, Callable[[Scenario, Change, tuple[str, ...]], Scenario]] = {
    "away": _away,
    "cancel": _cancel,
    "room": _room,
    "lead": _lead,
    "resize": _resize,
    "pull": _pull,
    "add": _add,
    "drop": _drop,
}


def _edited(scenario: Scenario, session: str, **values: Any) -> Scenario:
    sessions = tuple(
        Session.model_validate(s.model_dump() | values) if s.id == session else s
        for s in scenario.sessions
    )
    return scenario.model_copy(update={"sessions": sessions})


def _cancelled(scenario: Scenario, sessions: set[str]) -> Scenario:
    """Without these sessions, and without wishes, pulls and locks that name them."""
    if not sessions:
        return scenario
    return scenario.model_copy(
        update={
            "sessions": _without(scenario.sessions, lambda s: s.id in sessions),
            "choices": _without(scenario.choices, lambda c: c.choice in sessions),
            "pulls": _without(scenario.pulls, lambda p: p.target in sessions),
            "locks": _without(scenario.locks, lambda k: k.session in sessions),
            "previous": _without(scenario.previous, lambda p: p.session in sessions),
        }
    )


def _without(rows: Sequence[Any], gone: Callable[[Any], bool]) -> tuple[Any, ...]:
    return tuple(row for row in rows if not gone(row))
