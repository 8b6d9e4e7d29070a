"""Why people have no place: by the data alone, and in one plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from scheduler.explain.why import leaderless
from scheduler.models.solution import Outcome
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.models import Plan
    from scheduler.rules.facts import Facts, Place

ENDLESS = 2**30
"""Seats of a session that takes any number."""


class Shortage(Outcome):
    """People who are due a place and may go to too few seats: some have none in any plan.

    ``block`` is empty where one place is due per cycle. ``sessions`` are all that any of these
    people may go to; ``missing`` of ``people`` cannot be placed.
    """

    kind: str
    block: str
    people: tuple[str, ...]
    sessions: tuple[str, ...]
    seats: int
    missing: int


class Stranded(Outcome):
    """A person without a place, and what became of each session they may go to.

    Attributes
    ----------
    leaderless : tuple of str
        Sessions whose leaders are all away.
    closed, full : tuple of str
        Sessions that are closed, or have no seat left.
    again : tuple of str
        Sessions of an activity that they visit as often as they may.
    otherwise : tuple of str
        Sessions with a free seat: another promise, or its cost, stands against them.
    """

    person: str
    kind: str
    block: str
    closed: tuple[str, ...]
    full: tuple[str, ...]
    again: tuple[str, ...]
    otherwise: tuple[str, ...]
    leaderless: tuple[str, ...] = ()


# ---- in any plan -----------------------------------------------------------------------------


class _Group(NamedTuple):
    """People who are due one place and may go to the same sessions."""

    sessions: tuple[str, ...]
    people: list[str]


def shortages(facts: Facts) -> tuple[Shortage, ...]:
    """Places that no plan can fill: more people than seats they may go to (Hall's theorem).

    Minimum sizes, clashes and limits of visits can only make it worse. Who leads a session of
    communities of practice may be placed by leading, and is left out.
    """
    leaders = {
        leader
        for key, session in facts.cycle.decided.items()
        if facts.kind(key) == "pd"
        for leader in session.leaders
    }
    due: dict[tuple[str, str], list[str]] = defaultdict(list)
    for places in facts.places.values():
        for place in places:
            if place.kind != "pd" or place.person not in leaders:
                due[place.kind, place.block].append(place.person)
    found: list[Shortage] = []
    for (kind, block), people in due.items():
        found += _short(facts, kind, block, people)
    return tuple(found)


def _offered(facts: Facts, kind: str, block: str) -> list[str]:
    """Sessions of a place that can open; a series by the session with the fewest seats."""
    able = [
        key
        for key, session in facts.cycle.decided.items()
        if facts.kind(key) == kind
        and block in ("", session.block)
        and (not session.leaders or facts.cycle.present_leaders(session))
    ]
    if block:
        return able
    tightest: dict[tuple[str, ...], str] = {}
    for key in able:
        unit = facts.together(key)
        known = tightest.get(unit)
        if known is None or _seats(facts, key) < _seats(facts, known):
            tightest[unit] = key
    return list(tightest.values())


def _seats(facts: Facts, session: str) -> int:
    seats = facts.seats(session)
    return ENDLESS if seats is None else seats


def _short(facts: Facts, kind: str, block: str, people: list[str]) -> Iterator[Shortage]:
    """The people whose sessions have too few seats, by a largest flow and its smallest cut."""
    offered = _offered(facts, kind, block)
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for person in people:
        groups[tuple(s for s in offered if facts.may_go(person, s))].append(person)
    parts = [_Group(sessions, members) for sessions, members in groups.items()]
    flow, reached = _flow(facts, parts, offered)
    missing = len(people) - flow
    if missing:
        inside = [part for at, part in enumerate(parts) if reached[1 + at]]
        sessions = tuple(s for s in offered if any(s in part.sessions for part in inside))
        yield Shortage(
            kind=kind,
            block=block,
            people=tuple(person for part in inside for person in part.people),
            sessions=sessions,
            seats=sum(_seats(facts, session) for session in sessions),
            missing=missing,
        )


def _flow(facts: Facts, parts: list[_Group], offered: list[str]) -> tuple[int, np.ndarray]:
    """People who can be seated at most, and the nodes on the near side of the smallest cut.

    Nodes: the source, one per group, one per session, the sink.
    """
    number = {session: 1 + len(parts) + at for at, session in enumerate(offered)}
    sink = 1 + len(parts) + len(offered)
    edges = [(0, 1 + at, len(part.people)) for at, part in enumerate(parts)]
    edges += [
        (1 + at, number[session], len(part.people))
        for at, part in enumerate(parts)
        for session in part.sessions
    ]
    edges += [(number[session], sink, _seats(facts, session)) for session in offered]
    tail, head, room = np.array(edges, dtype=np.int32).reshape(len(edges), 3).T
    graph = sparse.csr_array((room, (tail, head)), shape=(sink + 1, sink + 1))
    answer = maximum_flow(graph, 0, sink)
    left = sparse.csr_array(graph - answer.flow)
    left.eliminate_zeros()
    reached = np.zeros(sink + 1, dtype=bool)
    reached[breadth_first_order(left, 0, return_predecessors=False)] = True
    return int(answer.flow_value), reached


# ---- in one plan -----------------------------------------------------------------------------


def stranded(facts: Facts, plan: Plan) -> tuple[Stranded, ...]:
    """People without a place in this plan, and why each session they may go to is none."""
    size = Counter(session for _, session in plan.lines)
    filled = {facts.place(person, session) for person, session in plan.lines}
    filled |= facts.filled_by_leading(plan)
    visits = facts.visits(plan)
    return tuple(
        _stranded(facts, plan, place, size, visits)
        for places in facts.places.values()
        for place in places
        if place not in filled
    )


def _stranded(
    facts: Facts, plan: Plan, place: Place, size: Counter[str], visits: dict[str, tuple[str, ...]]
) -> Stranded:
    sorts: dict[str, list[str]] = defaultdict(list)
    seen = Counter(facts.session(s).activity for s in visits[place.person])
    for session in facts.cycle.decided:
        if facts.may_go(place.person, session) and facts.place(place.person, session) == place:
            sorts[_sort(facts, plan, place.person, session, size, seen)].append(session)
    return Stranded(
        person=place.person,
        kind=place.kind,
        block=place.block,
        **{key: tuple(sorts[key]) for key in SORTS},
    )


SORTS = ("leaderless", "again", "closed", "full", "otherwise")
"""What may stand against a session, the first in this order."""


def _sort(
    facts: Facts,
    plan: Plan,
    person: str,
    session: str,
    size: Counter[str],
    seen: Counter[str],
) -> str:
    if leaderless(facts, session):
        return "leaderless"
    activity = facts.session(session).activity
    limit = catalogue.rules()["visits"].limit_of(facts, person, activity)
    if limit is not None and seen[activity] >= limit:
        return "again"
    if session not in plan.open:
        return "closed"
    return "full" if size[session] >= _seats(facts, session) else "otherwise"
