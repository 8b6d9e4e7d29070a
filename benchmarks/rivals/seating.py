"""A desk at which seats are given out one by one, as schools do it without a solver.

It knows what is legal (seats, clashes, visits, series, who may go where) and nothing of points. The
timetable is fixed before anybody is seated: of alternatives the first that clashes with nothing.
Students stay in their advisor's group where it takes them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from scheduler.models import Plan, Student
from scheduler.rules import catalogue, visits
from scheduler.rules.minimum_size import least_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Pair, Scenario
    from scheduler.rules.facts import Facts, Place

Group = tuple[str, str]
"""Kind and block of places that are filled together; the block is empty where one is due."""


class Seating:
    """Who sits where so far.

    Attributes
    ----------
    facts : Facts
    running : dict of str to None
        Sessions that take people, in the order of the files.
    inside : dict of str to list of str
        People in each session.
    visiting : dict of str to list of str
        Sessions of each person, those of a series too.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.facts = catalogue.facts(scenario)
        self.running = dict.fromkeys(timetable(self.facts))
        self.inside: dict[str, list[str]] = {session: [] for session in self.running}
        self.visiting: dict[str, list[str]] = defaultdict(list)
        self._filled: set[Place] = set()
        self._visits: Counter[tuple[str, str]] = Counter()
        self._pairs: dict[str, list[tuple[str, Pair]]] = defaultdict(list)
        for pair in scenario.pairs:
            self._pairs[pair.a].append((pair.b, pair))
            self._pairs[pair.b].append((pair.a, pair))
        self._sharing = {
            room.id: [s for s in self.running if self.facts.session(s).room == room.id]
            for room in scenario.rooms
            if room.shared
        }
        self._leads = _leads(self.facts, self.running)
        self._settle()

    def _settle(self) -> None:
        """Locks first; then advisory groups are carried over from the year before."""
        for person, sessions in self.facts.locked_sessions.items():
            for session in sessions:
                if session in self.running and self.is_due(person, group_of(self.facts, session)):
                    self.take(person, session)
        for student in self.facts.scenario.students:
            for session in self._leads[student.home] if student.home else ():
                if self.facts.kind(session) == "advisory" and self.takes(student.id, session):
                    self.take(student.id, session)

    @property
    def groups(self) -> list[Group]:
        """Kinds and blocks in turn, as the cycle has them."""
        return list(dict.fromkeys(group_of(self.facts, session) for session in self._ordered()))

    def _ordered(self) -> list[str]:
        order = {block: at for at, block in enumerate(self.facts.cycle.blocks)}
        return sorted(self.running, key=lambda s: order[self.facts.session(s).block])

    def meeting(self, group: Group) -> list[str]:
        """Running sessions that would fill a place of this group."""
        return [session for session in self.running if group_of(self.facts, session) == group]

    def is_due(self, person: str, group: Group) -> bool:
        """Whether the person waits for a place of this group, neither in it nor leading in it."""
        return any(
            (place.kind, place.block) == group
            and place not in self._filled
            and place not in self._leading(person)
            for place in self.facts.places[person]
        )

    def _leading(self, person: str) -> set[Place]:
        led = (s for s in self._leads[person] if s in self.running and self.facts.kind(s) == "pd")
        return {self.facts.place(person, session) for session in led}

    def takes(self, person: str, session: str) -> bool:
        """Whether the person, and whoever must be with them, can still go there."""
        party = self._party(person, session)
        seats = [self.room_left(s) for s in self.facts.together(session)]
        return all(left is None or left >= len(party) for left in seats) and all(
            self._is_free(one, session) for one in party
        )

    def _is_free(self, person: str, session: str) -> bool:
        """Whether nothing but seats can keep the person from a session and all of its series."""
        return self.facts.may_go(person, session) and all(
            s in self.running
            and self.is_due(person, group_of(self.facts, s))
            and not self._kept_apart(person).intersection(self.inside[s])
            and not self._busy(person, s)
            and self._may_visit(person, s)
            for s in self.facts.together(session)
        )

    def _kept_apart(self, person: str) -> set[str]:
        return {other for other, pair in self._pairs[person] if pair.relation == "apart"}

    def _party(self, person: str, session: str) -> list[str]:
        """The person and all who must share this place with them and still wait for it."""
        found, kind = [person], self.facts.kind(session)
        group = group_of(self.facts, session)
        for one in found:
            found += [
                other
                for other, pair in self._pairs[one]
                if pair.relation == "together" and pair.hard and pair.kind in (None, kind)
                if other not in found and self.is_due(other, group)
            ]
        return found

    def room_left(self, session: str) -> int | None:
        """Seats that are free; ``None`` where nothing limits them."""
        seats = self.facts.seats(session)
        sharing = self._sharing.get(self.facts.session(session).room, (session,))
        there = (s for s in sharing if s == session or _overlap(self.facts, s, session))
        used = sum(len(self.inside[s]) for s in there if s in self.running)
        return None if seats is None else seats - used

    def _may_visit(self, person: str, session: str) -> bool:
        activity = self.facts.session(session).activity
        limit = visits.limit_of(self.facts, person, activity)
        return limit is None or self._visits[person, activity] < limit

    def _busy(self, person: str, session: str) -> bool:
        """Whether one of the staff is in, or leads, something else at that time."""
        if isinstance(self.facts.person(person), Student):
            return False
        others = (*self._leads[person], *self.visiting[person])
        return any(s in self.running and _overlap(self.facts, s, session) for s in others)

    def take(self, person: str, session: str) -> None:
        """Give seats, in all of a series, to a person and whoever must be with them."""
        for member in self._party(person, session):
            for one in self.facts.together(session):
                self.inside[one].append(member)
                self.visiting[member].append(one)
                self._filled.add(self.facts.place(member, one))
                self._visits[member, self.facts.session(one).activity] += 1

    def close_small(self) -> set[str]:
        """Close for good what stayed below its minimum; returns the people who were in it."""
        freed: set[str] = set()
        for session in list(self.running):
            if session in self.running and self._is_small(session):
                for one in self.facts.together(session):
                    freed.update(self._empty(one))
        return freed

    def _is_small(self, session: str) -> bool:
        people = self.inside[session]
        locked = any(self.facts.locked_in(person, session) for person in people)
        return len(people) < least_of(self.facts, session) and not locked

    def _empty(self, session: str) -> list[str]:
        people = self.inside.pop(session, [])
        self.running.pop(session, None)
        for person in people:
            self.visiting[person].remove(session)
            self._filled.discard(self.facts.place(person, session))
            self._visits[person, self.facts.session(session).activity] -= 1
        return people

    def plan(self) -> Plan:
        """Who is where; sessions with people are open."""
        lines = tuple((person, s) for s, people in self.inside.items() for person in people)
        return Plan(lines=lines, open=frozenset(session for _, session in lines))


def group_of(facts: Facts, session: str) -> Group:
    """The group of places that a session fills."""
    kind = facts.kind(session)
    return (kind, "" if facts.once(kind) else facts.session(session).block)


def timetable(facts: Facts) -> list[str]:
    """Sessions that can all run side by side, chosen from the top of the file.

    Whoever is locked in comes first, then what has no alternative.
    """
    locked = {session for sessions in facts.locked_sessions.values() for session in sessions}

    def rank(unit: tuple[str, ...]) -> tuple[bool, bool]:
        return not locked & set(unit), any(facts.session(s).one_of for s in unit)

    units = dict.fromkeys(facts.together(session) for session in facts.cycle.decided)
    chosen: dict[str, None] = {}
    for unit in sorted(units, key=rank):
        if _fits(facts, chosen, unit):
            chosen |= dict.fromkeys(unit)
    return [session for session in facts.cycle.decided if session in chosen]


def _fits(facts: Facts, chosen: Iterable[str], unit: tuple[str, ...]) -> bool:
    """Whether leaders and rooms are free, and no alternative of it runs."""
    leads = _leads(facts, chosen)
    for session in map(facts.session, unit):
        present = facts.cycle.present_leaders(session)
        if session.leaders and not present:
            return False
        if any(_full(facts, leader, leads[leader]) for leader in present):
            return False
        if any(_excludes(facts, session.id, other) for other in chosen):
            return False
    return True


def _full(facts: Facts, leader: str, led: list[str]) -> bool:
    limit = getattr(facts.person(leader), "max_sessions", None)
    return limit is not None and len(led) >= limit


def _excludes(facts: Facts, one: str, other: str) -> bool:
    """Whether two sessions cannot both run."""
    a, b = facts.session(one), facts.session(other)
    if a.one_of and a.one_of == b.one_of:
        return True
    room = a.room == b.room and any(r.id == a.room and not r.shared for r in facts.scenario.rooms)
    return (room or bool(set(a.leaders) & set(b.leaders))) and _overlap(facts, one, other)


def _overlap(facts: Facts, one: str, other: str) -> bool:
    """Whether two sessions keep their leaders and rooms busy at the same moment."""
    mine = facts.cycle.busy_blocks(facts.session(one))
    theirs = facts.cycle.busy_blocks(facts.session(other))
    return any(facts.cycle.overlap(a, b) for a in mine for b in theirs)


def _leads(facts: Facts, sessions: Iterable[str]) -> dict[str, list[str]]:
    """Sessions that each of the staff leads."""
    found: dict[str, list[str]] = defaultdict(list)
    for session in sessions:
        for leader in facts.cycle.present_leaders(facts.session(session)):
            found[leader].append(session)
    return found
